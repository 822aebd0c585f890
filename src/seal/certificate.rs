//! X.509 certificates of signers: what they say, and whether their key may seal at an instant.

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_cert::certificate::{Certificate as Parsed, CertificateInner};
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, KeyUsages};
use x509_cert::time::Time;

use super::SealError;

/// Extended uses under which a key may sign documents: documentSigning (RFC 9336), Microsoft's and Adobe's own,
/// e-mail protection (what public authorities in Vietnam issue), and any.
const DOCUMENT_USES: [&str; 5] = [
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.4.1.311.10.3.12",
    "1.2.840.113583.1.1.5",
    "1.3.6.1.5.5.7.3.4",
    "2.5.29.37.0",
];

/// A certificate as given and as parsed.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: CertificateDer<'static>,
    parsed: Parsed,
}

/// Why a certificate's key may not be used at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The certificate has run out.
    Expired,
    /// The certificate does not hold yet.
    NotYetValid,
    /// It names its uses, and signing documents is none of them.
    NotForSigning,
}

impl Certificate {
    /// Parses strict DER.
    pub fn from_der(der: &[u8]) -> Result<Certificate, SealError> {
        let parsed = CertificateInner::from_der(der)
            .ok()
            .filter(|parsed: &Parsed| parsed.to_der().is_ok_and(|again| again == der))
            .ok_or(SealError::KeyRefused("a certificate is malformed"))?;
        let der = CertificateDer::from(der.to_vec());
        Ok(Certificate { der, parsed })
    }

    /// The certificate as given.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// The parsed form.
    pub fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// The subject's common name, or its whole name if it has none.
    pub fn subject(&self) -> String {
        name_of(self.parsed.tbs_certificate().subject())
    }

    /// The issuer's common name, or its whole name if it has none.
    pub fn issuer(&self) -> String {
        name_of(self.parsed.tbs_certificate().issuer())
    }

    /// The serial number in lower-case hexadecimal.
    pub fn serial(&self) -> String {
        hex::encode(self.parsed.tbs_certificate().serial_number().as_bytes())
    }

    /// The bits of the public key.
    pub fn public_key(&self) -> &[u8] {
        let key = self.parsed.tbs_certificate().subject_public_key_info();
        key.subject_public_key.raw_bytes()
    }

    /// First and last instant at which it holds.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        let validity = self.parsed.tbs_certificate().validity();
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
        if self.allows_signing() {
            Ok(())
        } else {
            Err(Unfit::NotForSigning)
        }
    }

    fn allows_signing(&self) -> bool {
        let inner = self.parsed.tbs_certificate();
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

fn instant(time: Time) -> Timestamp {
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
