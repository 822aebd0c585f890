//! Values that the catalogue must be able to read again and nobody else may, sealed with a key that lies outside it:
//! secrets of second factors and webhooks, tracking codes. Whoever has a copy of the catalogue has none of them.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Begins each sealed value; a later way of sealing takes another.
pub const MARK: &str = "v1.";

/// The place of a second factor's secret.
pub fn totp_place(person: &str) -> String {
    format!("people.totp/{person}")
}

/// The place of a webhook's secret.
pub fn webhook_place(token: &str) -> String {
    format!("webhooks.secret/{token}")
}

/// The place of a tracking code, by its digest.
pub fn code_place(digest: &str) -> String {
    format!("copy_requests.code/{digest}")
}

/// The place of a tracking code that is kept with what a browser wrote, by the digest of the browser's secret.
pub fn draft_place(digest: &str) -> String {
    format!("request_drafts.code/{digest}")
}

/// Seals values for one place of the catalogue and opens them there again: AES-256-GCM, the place as associated data, so
/// that a value moved to another row does not open.
pub struct ValueKey {
    key: RandomizedNonceKey,
    fingerprint: String,
}

impl ValueKey {
    /// A key of 32 bytes, as its file holds it.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = hex::decode(text.trim()).ok()?;
        Some(Self {
            key: RandomizedNonceKey::new(&AES_256_GCM, &bytes).ok()?,
            fingerprint: hex::encode(Sha256::digest(&bytes)),
        })
    }

    /// Which key it is, without being it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What is stored of a value at `place`, such as `webhooks.secret/ID`.
    ///
    /// # Errors
    /// `Internal` when the system gives no random numbers.
    pub fn seal(&self, place: &str, value: &str) -> Result<String> {
        let mut bytes = value.as_bytes().to_vec();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut bytes)
            .map_err(|_| Error::Internal("a value could not be sealed".into()))?;
        let sealed = [nonce.as_ref().as_slice(), bytes.as_slice()].concat();
        Ok(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// The value that was sealed at `place`.
    ///
    /// # Errors
    /// `Corrupt` for what this key did not seal there.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String> {
        self.opened(place, sealed).ok_or_else(|| Error::Corrupt {
            what: format!("sealed value {place}"),
        })
    }

    /// The same where it may be another's.
    pub fn opened(&self, place: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(MARK)?).ok()?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN)?;
        let (nonce, mut rest) = (Nonce::try_assume_unique_for_key(nonce).ok()?, rest.to_vec());
        let place = Aad::from(place.as_bytes());
        let plain = self.key.open_in_place(nonce, place, &mut rest).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: &str) -> ValueKey {
        ValueKey::from_hex(&byte.repeat(32)).unwrap()
    }

    #[test]
    fn a_value_opens_only_with_its_key_at_its_place_and_unchanged() {
        let own = key("a7");
        let sealed = own.seal("people.totp/1", "JBSWY3DPEHPK3PXP").unwrap();
        assert!(!sealed.contains("JBSWY3DP"));
        assert_ne!(
            sealed,
            own.seal("people.totp/1", "JBSWY3DPEHPK3PXP").unwrap()
        );
        assert_eq!(
            own.open("people.totp/1", &sealed).unwrap(),
            "JBSWY3DPEHPK3PXP"
        );
        assert!(own.open("people.totp/2", &sealed).is_err(), "another row");
        assert!(
            key("b7").open("people.totp/1", &sealed).is_err(),
            "another key"
        );
        let last = if sealed.ends_with('A') { "B" } else { "A" };
        let changed = format!("{}{last}", &sealed[..sealed.len() - 1]);
        for bad in [
            changed.as_str(),
            "",
            "v1.",
            "v1.AAAA",
            "JBSWY3DPEHPK3PXP",
            "v2.AAAA",
        ] {
            assert!(own.open("people.totp/1", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_thirty_two_bytes_are_a_key() {
        for bad in ["", "a7", "zz", &"a7".repeat(31), &"a7".repeat(33)] {
            assert!(ValueKey::from_hex(bad).is_none(), "{bad}");
        }
    }
}
