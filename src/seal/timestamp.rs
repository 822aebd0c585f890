//! Time stamps of an authority (the time-stamp token of RFC 3161; RFC 5816): asking for one, and reading what one says.

use cms::content_info::ContentInfo;
use cms::signed_data::{CertificateSet, SignedData};
use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence, Tag, Tagged};
use jiff::Timestamp;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::Certificate;
use super::cms::SHA_256;
use super::cms_check::{self, Signed};
use super::examination::{Cost, Examination};

/// MessageImprint of RFC 3161, 2.4.1.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifierOwned,
    hashed_message: OctetString,
}

/// RFC 3161, 2.4.1, without policy and extensions.
#[derive(Debug, Sequence)]
struct TimeStampReq {
    version: u8,
    message_imprint: MessageImprint,
    nonce: u64,
    cert_req: bool,
}

/// TimeStampResp of RFC 3161, 2.4.2.
#[derive(Debug, Sequence)]
struct TimeStampResp {
    status: PkiStatusInfo,
    #[asn1(optional = "true")]
    token: Option<Any>,
}

/// RFC 3161, 2.4.2; 0 and 1 mean granted.
#[derive(Debug, Sequence)]
struct PkiStatusInfo {
    status: u8,
    #[asn1(optional = "true")]
    text: Option<Vec<String>>,
    #[asn1(optional = "true")]
    failure: Option<BitString>,
}

/// RFC 3161, 2.4.2: what the authority signs.
#[derive(Debug, Sequence)]
struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    message_imprint: MessageImprint,
    serial_number: Int,
    /// GeneralizedTime, possibly with a fraction of a second.
    time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    authority: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Any>,
}

/// Accuracy of RFC 3161, 2.4.2.
#[derive(Debug, Sequence)]
struct Accuracy {
    #[asn1(optional = "true")]
    seconds: Option<u32>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    micros: Option<u16>,
}

/// A time stamp that fits what it stamps. Whether its authority is to be believed is another question.
pub struct Stamp {
    /// The instant the authority states.
    pub time: Timestamp,
    /// The authority that signed it, with its certificates.
    pub authority: Signed,
    nonce: Option<Int>,
}

/// Why an authority's answer is not a time stamp of what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// Not the structure the standard asks for.
    #[error("its answer is no time stamp")]
    Malformed,
    /// The authority said no; the number is its status.
    #[error("it refused (status {0})")]
    Refused(u8),
    /// A stamp over something else, or made for another question.
    #[error("its stamp does not fit the question")]
    NotOurs,
}

/// The question for a stamp over what has this SHA-256. `nonce` ties the answer to it.
pub fn question(digest: &[u8; 32], nonce: u64) -> Vec<u8> {
    let build = || -> der::Result<Vec<u8>> {
        TimeStampReq {
            version: 1,
            message_imprint: MessageImprint {
                hash_algorithm: AlgorithmIdentifierOwned {
                    oid: SHA_256,
                    parameters: None,
                },
                hashed_message: OctetString::new(digest.to_vec())?,
            },
            nonce,
            // Without its certificates the stamp could not be checked in years, when the authority may be gone.
            cert_req: true,
        }
        .to_der()
    };
    build().expect("a digest and two numbers can be encoded")
}

/// Takes the token out of the answer to [`question()`] and checks that it answers it.
pub fn answer(response: &[u8], stamped: &[u8], nonce: u64) -> Result<(Vec<u8>, Stamp), BadAnswer> {
    let response = TimeStampResp::from_der(response).map_err(|_| BadAnswer::Malformed)?;
    let token = match (response.status.status, response.token) {
        (0 | 1, Some(token)) => token.to_der().map_err(|_| BadAnswer::Malformed)?,
        (0 | 1, None) => return Err(BadAnswer::Malformed),
        (status, _) => return Err(BadAnswer::Refused(status)),
    };
    let stamp = read(&token, &[stamped], &Examination::default()).ok_or(BadAnswer::NotOurs)?;
    // The nonce ties the stamp to this question: an old stamp over the same digest would prove an earlier time.
    let same = |given: &Int| given.to_der().ok() == nonce.to_der().ok();
    if stamp.nonce.as_ref().is_some_and(same) {
        Ok((token, stamp))
    } else {
        Err(BadAnswer::NotOurs)
    }
}

/// The token without the certificates that are not among `kept`: authorities add some that lead elsewhere, and what
/// nobody can check must not be part of a seal. The signature does not cover them (RFC 5652, 5.4).
pub fn keep_only(token: &[u8], kept: &[Certificate]) -> Option<Vec<u8>> {
    let mut content = ContentInfo::from_der(token).ok()?;
    let mut signed: SignedData = content.content.decode_as().ok()?;
    let certificates = signed.certificates.take()?.0.into_vec();
    let kept = certificates.into_iter().filter(|one| {
        one.to_der()
            .is_ok_and(|der| kept.iter().any(|other| other.der().as_ref() == der))
    });
    signed.certificates = Some(CertificateSet::try_from(kept.collect::<Vec<_>>()).ok()?);
    content.content = Any::encode_from(&signed).ok()?;
    content.to_der().ok()
}

/// Reads a token (DER, perhaps then zeros) over the concatenated `parts`; `None` when it does not fit them.
pub fn read(token: &[u8], parts: &[&[u8]], exam: &Examination) -> Option<Stamp> {
    let (authority, said) = cms_check::check_token(token, exam)?;
    let said = TstInfo::from_der(&said).ok()?;
    let imprint = &said.message_imprint;
    let covered = parts.iter().map(|part| part.len()).sum();
    exam.spend(Cost::Bytes, covered).ok()?;
    let digest = cms_check::digest_of(&imprint.hash_algorithm.oid, parts)?;
    let fits = said.version == 1 && imprint.hashed_message.as_bytes() == digest;
    fits.then_some(Stamp {
        time: instant(&said.time)?,
        authority,
        nonce: said.nonce,
    })
}

/// `YYYYMMDDhhmmss[.s…]Z` (RFC 3161, 2.4.2); finer than a nanosecond is cut.
fn instant(time: &Any) -> Option<Timestamp> {
    if time.tag() != Tag::GeneralizedTime {
        return None;
    }
    let text = std::str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    // The parser below takes signs and spaces too, which the standard does not.
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let (date, clock) = whole.split_at(8);
    let fraction = fraction.get(..9).unwrap_or(fraction);
    format!(
        "{}-{}-{}T{}:{}:{}.{fraction}Z",
        &date[..4],
        &date[4..6],
        &date[6..],
        &clock[..2],
        &clock[2..4],
        &clock[4..]
    )
    .parse()
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<Timestamp> {
        instant(&Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap())
    }

    #[test]
    fn the_time_may_have_a_fraction_and_must_be_whole() {
        let read = |text| time(text).map(|time| time.to_string());
        assert_eq!(read("20261122043500Z").unwrap(), "2026-11-22T04:35:00Z");
        assert_eq!(
            read("20261122043500.25Z").unwrap(),
            "2026-11-22T04:35:00.25Z"
        );
        for bad in [
            "20261122043500",
            "2026112204350Z",
            "20261322043500Z",
            "20261122043500.Z",
        ] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_answer_that_is_none_is_named() {
        assert_eq!(answer(b"<html>", b"", 1).err(), Some(BadAnswer::Malformed));
        // status 2 (rejection), no token
        let rejected = [0x30, 5, 0x30, 3, 2, 1, 2];
        assert_eq!(answer(&rejected, b"", 1).err(), Some(BadAnswer::Refused(2)));
        let granted_without = [0x30, 5, 0x30, 3, 2, 1, 0];
        assert_eq!(
            answer(&granted_without, b"", 1).err(),
            Some(BadAnswer::Malformed)
        );
    }
}
