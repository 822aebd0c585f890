//! Remote signing, with a key on somebody's own machine: what is to be signed goes out, a signature comes back, perhaps days later. In
//! between the file with its gap lies wherever the caller keeps it.

use jiff::Timestamp;

use super::certificate::Certificate;
use super::error::KeyFault;
use super::key::{Credential, KeySource, Scheme};
use super::placeholder::Prepared;
use super::{Draft, Seal, SealError, cms, signature};
use crate::config::Padding;

/// Bytes before a kept file: where its gap begins and ends.
const HEAD: usize = 16;

/// A key of which only the certificates are known here.
pub struct RemoteKey(Credential);

impl RemoteKey {
    /// The key that belongs to the first certificate of `chain`.
    ///
    /// # Errors
    /// `KeyRefused` without a certificate, or for a kind of key that may not seal.
    pub fn new(chain: Vec<Certificate>, padding: Padding) -> Result<RemoteKey, SealError> {
        Credential::of(chain, padding).map(RemoteKey)
    }
}

impl KeySource for RemoteKey {
    fn credential(&self) -> &Credential {
        &self.0
    }

    fn sign(&self, _signed_attributes: &[u8]) -> Result<Vec<u8>, SealError> {
        Err(SealError::KeyRefused(KeyFault::Remote))
    }

    fn is_remote(&self) -> bool {
        true
    }
}

impl Draft {
    /// The waiting file, to be kept until its signature comes back and read again by [`Seal::take_up`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let gap = self.prepared.gap();
        let mut bytes = Vec::with_capacity(HEAD + self.prepared.bytes().len());
        for edge in [gap.start, gap.end] {
            bytes.extend_from_slice(&(edge as u64).to_be_bytes());
        }
        bytes.extend_from_slice(self.prepared.bytes());
        bytes
    }
}

impl Seal {
    /// True when the key is on somebody's own machine, so that [`Seal::seal`] cannot sign.
    pub fn signs_remotely(&self) -> bool {
        self.key.is_remote()
    }

    /// The draft that was kept. What it asks to be signed follows from its bytes: compare before signing is relied on.
    /// `None` when `kept` is not such a file.
    pub fn take_up(&self, kept: &[u8]) -> Option<Draft> {
        let (start, rest) = kept.split_first_chunk::<8>()?;
        let (end, bytes) = rest.split_first_chunk::<8>()?;
        let edge = |bytes: &[u8; 8]| usize::try_from(u64::from_be_bytes(*bytes)).ok();
        let prepared = Prepared::again(bytes.to_vec(), edge(start)?..edge(end)?)?;
        let attributes = cms::signed_attributes(&prepared.digest(), self.key.chain()).ok()?;
        Some(Draft {
            prepared,
            attributes,
        })
    }

    /// The signature in the form a file carries it, if the configured key made it over `to_sign`. Tokens give ECDSA
    /// signatures as two plain numbers, openssl as DER; both are taken.
    pub fn fitting(&self, to_sign: &[u8], given: &[u8]) -> Option<Vec<u8>> {
        let scheme = self.key.scheme();
        let key = self.signer().parsed().tbs_certificate();
        let key = key.subject_public_key_info();
        let fits = |one: &[u8]| signature::fits(key, scheme.algorithm().as_ref(), to_sign, one);
        if fits(given) {
            return Some(given.to_vec());
        }
        let plain = (scheme == Scheme::EcdsaP256).then(|| signature::ecdsa_der(given));
        plain.flatten().filter(|der| fits(der))
    }

    /// Whether the certificate may seal at `now`, its issuer asked whether it was revoked where it can be.
    ///
    /// # Errors
    /// `Unfit` says why it may not; `Evidence` when nobody answers.
    pub async fn may_seal(&self, now: Timestamp) -> Result<(), SealError> {
        self.fit(now)?;
        self.signer_unrevoked(now).await.map(drop)
    }
}
