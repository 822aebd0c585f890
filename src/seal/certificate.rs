//! X.509 certificates of signers: what they say, and whether their key may seal at an instant.

use std::sync::Arc;

use der::asn1::{Any, ObjectIdentifier, Uint};
use der::{Decode, Encode};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, alg_id};
use sha2::{Digest as _, Sha256};
use x509_cert::certificate::{Certificate as Parsed, CertificateInner};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::time::Time;

use super::error::{KeyFault, SealError};
use super::examination::{Cost, Digest, Examination};
use super::signature;
use super::unfit::Unfit;

/// Extended uses under which a key may sign documents: documentSigning (RFC 9336), Microsoft's and Adobe's own,
/// e-mail protection (what public authorities in Vietnam issue), and any.
const DOCUMENT_USES: [&str; 5] = [
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12",
    "1.2.840.113583.1.1.5",
    "1.3.6.1.5.5.7.3.4",
    "2.5.29.37.0",
];

/// The largest certificate of a stranger that is looked at, in bytes.
const LARGEST: usize = 64 << 10;

/// id-kp-timeStamping of RFC 5280, 4.2.1.12.
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// A certificate as given and as parsed. A clone costs nothing.
#[derive(Debug, Clone)]
pub struct Certificate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    der: CertificateDer<'static>,
    parsed: Parsed,
    digest: Digest,
    /// DER of its subject's name.
    subject: Vec<u8>,
    /// DER of its issuer's name.
    issuer: Vec<u8>,
}

/// What kind of key a certificate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA, with the bits of its modulus.
    Rsa(usize),
    /// ECDSA on P-256, the one curve with which a copy may be sealed.
    EcdsaP256,
    /// ECDSA on P-384 or P-521.
    EcdsaLarger,
    /// Another kind of key, which no signature of ours has.
    Other,
}

impl Certificate {
    /// Parses one certificate; BER that is not DER is refused.
    pub fn from_der(der: &[u8]) -> Result<Certificate, SealError> {
        let read = || -> der::Result<Certificate> {
            let parsed: Parsed = CertificateInner::from_der(der)?;
            let names = parsed.tbs_certificate();
            let inner = Inner {
                digest: Sha256::digest(der).into(),
                subject: names.subject().to_der()?,
                issuer: names.issuer().to_der()?,
                der: CertificateDer::from(der.to_vec()),
                parsed,
            };
            Ok(Certificate(Arc::new(inner)))
        };
        // BER allows one certificate in many byte forms. Only the one form of DER is taken, so that a digest
        // names a certificate and nothing can be hidden between its parts.
        let same = |read: &Certificate| read.parsed().to_der().is_ok_and(|again| again == der);
        let malformed = SealError::KeyRefused(KeyFault::CertificateMalformed);
        read().ok().filter(same).ok_or(malformed)
    }

    /// The same, counted and parsed once however often it comes; `None` when it is not a certificate.
    pub(super) fn once(der: &[u8], exam: &Examination) -> Option<Certificate> {
        exam.spend(Cost::Bytes, der.len()).ok()?;
        let digest = Sha256::digest(der).into();
        let parse = || Certificate::from_der(der).ok();
        let small = der.len() <= LARGEST;
        let parsed = exam.parsed(digest, Cost::Certificates, der.len(), || {
            small.then(parse).flatten()
        });
        parsed.map(|parsed| Certificate::clone(&parsed))
    }

    /// SHA-256 of the DER.
    pub(super) fn digest(&self) -> Digest {
        self.0.digest
    }

    /// DER of its subject's name.
    pub(super) fn subject_name(&self) -> &[u8] {
        &self.0.subject
    }

    /// DER of its issuer's name.
    pub(super) fn issuer_name(&self) -> &[u8] {
        &self.0.issuer
    }

    /// Whether it is an authority's, which issues others (RFC 5280, 4.2.1.9).
    pub(super) fn is_authority(&self) -> bool {
        let found = self.parsed().tbs_certificate().get_extension();
        matches!(found, Ok(Some((_, BasicConstraints { ca: true, .. }))))
    }

    /// The certificate as given.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.0.der
    }

    /// The certificate's parts, for whoever checks it.
    pub fn parsed(&self) -> &Parsed {
        &self.0.parsed
    }

    /// The subject's common name, or its whole name if it has none.
    pub fn subject(&self) -> String {
        name_of(self.parsed().tbs_certificate().subject())
    }

    /// The issuer's common name, or its whole name if it has none.
    pub fn issuer(&self) -> String {
        name_of(self.parsed().tbs_certificate().issuer())
    }

    /// The serial number in lower-case hexadecimal.
    pub fn serial(&self) -> String {
        hex::encode(self.parsed().tbs_certificate().serial_number().as_bytes())
    }

    /// The bits of the public key.
    pub fn public_key(&self) -> &[u8] {
        let key = self.parsed().tbs_certificate().subject_public_key_info();
        key.subject_public_key.raw_bytes()
    }

    /// First and last instant at which it holds.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        let validity = self.parsed().tbs_certificate().validity();
        (instant(validity.not_before), instant(validity.not_after))
    }

    /// Whether its key may seal at `at`. Key usage, if stated, must allow digital signatures or
    /// non-repudiation (RFC 5280, 4.2.1.3).
    pub fn fit_for_sealing(&self, at: Timestamp) -> Result<(), Unfit> {
        let (from, until) = self.validity();
        if at < from {
            return Err(Unfit::NotYetValid);
        }
        if at > until {
            return Err(Unfit::Expired);
        }
        if !self.allows_signing() {
            return Err(Unfit::NotForSigning);
        }
        match self.key_kind() {
            PublicKey::Rsa(2048..) | PublicKey::EcdsaP256 | PublicKey::EcdsaLarger => Ok(()),
            PublicKey::Rsa(_) | PublicKey::Other => Err(Unfit::TooWeak),
        }
    }

    /// Whether it belongs to a time authority: time stamping is its only use (RFC 3161, 2.3).
    pub fn is_for_time_stamps(&self) -> bool {
        let inner = self.parsed().tbs_certificate();
        matches!(inner.get_extension::<ExtendedKeyUsage>(),
            Ok(Some((true, ExtendedKeyUsage(uses)))) if uses == [TIME_STAMPING])
    }

    /// What kind of key it is about.
    pub fn key_kind(&self) -> PublicKey {
        let info = self.parsed().tbs_certificate().subject_public_key_info();
        let kind = signature::contents(&info.algorithm).unwrap_or_default();
        if kind == alg_id::ECDSA_P256.as_ref() {
            PublicKey::EcdsaP256
        } else if kind == alg_id::ECDSA_P384.as_ref() || kind == alg_id::ECDSA_P521.as_ref() {
            PublicKey::EcdsaLarger
        } else if kind == alg_id::RSA_ENCRYPTION.as_ref() {
            let modulus = Any::from_der(self.public_key()).and_then(|key| {
                key.sequence(|reader| {
                    let modulus = Uint::decode(reader)?;
                    Uint::decode(reader)?; // the exponent
                    Ok::<_, der::Error>(modulus)
                })
            });
            let bits = |bytes: &[u8]| {
                let zeros = bytes
                    .first()
                    .map_or(0, |byte| byte.leading_zeros() as usize);
                bytes.len() * 8 - zeros
            };
            PublicKey::Rsa(modulus.map_or(0, |modulus| bits(modulus.as_bytes())))
        } else {
            PublicKey::Other
        }
    }

    /// Whether the key of `issuer` signed it, and it names that issuer.
    pub(super) fn is_signed_by(&self, issuer: &Certificate, exam: &Examination) -> bool {
        let (own, theirs) = (self.parsed(), issuer.parsed().tbs_certificate());
        self.issuer_name() == issuer.subject_name()
            && own.tbs_certificate().signature() == own.signature_algorithm()
            && exam.signed(self.digest(), issuer.digest(), || {
                signature::fits_der(
                    theirs.subject_public_key_info(),
                    own.signature_algorithm(),
                    own.tbs_certificate(),
                    // A signature is whole octets: a count of unused bits other than none is not the issuer's.
                    own.signature().as_bytes().unwrap_or_default(),
                )
            })
    }

    fn allows_signing(&self) -> bool {
        let inner = self.parsed().tbs_certificate();
        let signing = KeyUsages::DigitalSignature | KeyUsages::NonRepudiation;
        let usage = match inner.get_extension::<KeyUsage>() {
            Ok(Some((_, KeyUsage(uses)))) => !(uses & signing).is_empty(),
            Ok(None) => true,
            Err(_) => false,
        };
        let documents =
            |use_: &ObjectIdentifier| DOCUMENT_USES.contains(&use_.to_string().as_str());
        let extended = match inner.get_extension::<ExtendedKeyUsage>() {
            Ok(Some((_, ExtendedKeyUsage(uses)))) => uses.iter().any(documents),
            Ok(None) => true,
            Err(_) => false,
        };
        usage && extended
    }
}

/// An instant of X.509, in whole seconds.
pub fn instant(time: Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn name_of(name: &x509_cert::name::Name) -> String {
    let common = name
        .common_name()
        .ok()
        .flatten()
        .map(|name| name.value().into_owned());
    common.unwrap_or_else(|| name.to_string())
}
