//! Whom a verifier trusts: a bundle of root certificates in PEM.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::Decode;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use serde::{Deserialize, Serialize};
use x509_cert::crl::CertificateList;

use super::certificate::Certificate;
use super::revocation::Evidence;

/// Most certificates in one trust file.
const MOST_ANCHORS: usize = 1000;

/// Why a trust file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The text is no PEM, or a certificate in it (counted from 1) is malformed.
    #[error("certificate {0} of the trust file is malformed")]
    Malformed(usize),
    /// There is no certificate in it.
    #[error("the trust file holds no certificate")]
    Empty,
    /// Not a list of revoked certificates.
    #[error("it is no list of revoked certificates")]
    NotAList,
    /// More than a thousand certificates.
    #[error("the trust file holds too many certificates")]
    TooMany,
}

/// The authorities a verifier trusts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "TrustMessage", try_from = "TrustMessage")]
pub struct Trust {
    anchors: Vec<Certificate>,
    time_anchors: Option<Vec<Certificate>>,
    known: Evidence,
    office: Vec<Certificate>,
}

impl Trust {
    /// Trusts nobody: integrity can still be checked.
    pub fn none() -> Trust {
        Trust::default()
    }

    /// Reads a PEM bundle; text around the certificates is allowed, a malformed certificate is not.
    pub fn from_pem(pem: &str) -> Result<Trust, TrustError> {
        let mut anchors = Vec::new();
        for (at, found) in CertificateDer::pem_slice_iter(pem.as_bytes()).enumerate() {
            if at >= MOST_ANCHORS {
                return Err(TrustError::TooMany);
            }
            let malformed = TrustError::Malformed(at + 1);
            let Ok(der) = found else {
                return Err(malformed);
            };
            anchors.push(Certificate::from_der(&der).map_err(|_| malformed)?);
        }
        if anchors.is_empty() {
            return Err(TrustError::Empty);
        }
        Ok(Trust {
            anchors,
            ..Trust::default()
        })
    }

    /// Reads the identity file of an office: means the office by the certificates that are not an authority's, and trusts
    /// those that are.
    ///
    /// # Errors
    /// As [`Trust::from_pem`].
    pub fn from_identity(pem: &str) -> Result<Trust, TrustError> {
        let all = Trust::from_pem(pem)?.anchors;
        // An intermediate in the file helps to build paths, but trust starts at roots only.
        let is_root = |one: &Certificate| one.subject_name() == one.issuer_name();
        let office = all.iter().filter(|one| !one.is_authority());
        Ok(Trust {
            office: office.cloned().collect(),
            anchors: all.into_iter().filter(is_root).collect(),
            ..Trust::default()
        })
    }

    /// The same and one more.
    pub fn and(mut self, anchor: Certificate) -> Trust {
        if self.anchors.iter().all(|known| known.der() != anchor.der()) {
            self.anchors.push(anchor);
        }
        self
    }

    /// The same, believing for time stamps only the authorities of `others`. A public time authority need not be
    /// one whose customers may seal for the agency.
    pub fn with_time_authorities(self, others: Trust) -> Trust {
        let time_anchors = Some(others.anchors);
        Trust {
            time_anchors,
            ..self
        }
    }

    /// The same, knowing a list of revoked certificates (DER or PEM) beside what a file carries.
    ///
    /// # Errors
    /// `NotAList`.
    pub fn knowing_list(mut self, list: &[u8]) -> Result<Trust, TrustError> {
        let der = match CertificateRevocationListDer::from_pem_slice(list) {
            Ok(der) => der.to_vec(),
            Err(_) => list.to_vec(),
        };
        // Told now, by its name: inside a verdict a bad list would only look like missing proof.
        let _: CertificateList = Decode::from_der(&der).map_err(|_| TrustError::NotAList)?;
        self.known.crls.push(der.into());
        Ok(self)
    }

    /// The same, meaning this office: `office` are the certificates it seals with, or has sealed with.
    pub fn meaning(self, office: Vec<Certificate>) -> Trust {
        Trust { office, ..self }
    }

    /// The certificates the office meant seals with; none where no office is meant.
    pub fn office(&self) -> &[Certificate] {
        &self.office
    }

    /// What is known of revoked certificates whatever a file carries.
    pub(super) fn known(&self) -> &Evidence {
        &self.known
    }

    /// The certificates trusted for time stamps; where none are named apart, those trusted for seals.
    pub fn time_anchors(&self) -> &[Certificate] {
        self.time_anchors.as_ref().unwrap_or(&self.anchors)
    }

    /// The certificates trusted for seals.
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }
}

/// The same as DER in base64, for the way to a child.
#[derive(Serialize, Deserialize)]
struct TrustMessage {
    anchors: Vec<String>,
    time_anchors: Option<Vec<String>>,
    crls: Vec<String>,
    office: Vec<String>,
}

impl From<Trust> for TrustMessage {
    fn from(trust: Trust) -> TrustMessage {
        let encoded =
            |all: &[Certificate]| all.iter().map(|one| STANDARD.encode(one.der())).collect();
        let lists = trust.known.crls.iter();
        TrustMessage {
            anchors: encoded(&trust.anchors),
            time_anchors: trust.time_anchors.as_deref().map(encoded),
            crls: lists.map(|one| STANDARD.encode(&one[..])).collect(),
            office: encoded(&trust.office),
        }
    }
}

impl TryFrom<TrustMessage> for Trust {
    type Error = TrustError;

    fn try_from(message: TrustMessage) -> Result<Trust, TrustError> {
        let bytes = |text: &String| STANDARD.decode(text).map_err(|_| TrustError::Empty);
        let parsed = |all: &Vec<String>| -> Result<Vec<Certificate>, TrustError> {
            let parse = |(at, text)| {
                let der = bytes(text)?;
                Certificate::from_der(&der).map_err(|_| TrustError::Malformed(at + 1))
            };
            all.iter().enumerate().map(parse).collect()
        };
        let mut known = Evidence::default();
        for list in &message.crls {
            known.crls.push(bytes(list)?.into());
        }
        Ok(Trust {
            anchors: parsed(&message.anchors)?,
            time_anchors: message.time_anchors.as_ref().map(parsed).transpose()?,
            office: parsed(&message.office)?,
            known,
        })
    }
}

/// Certificates as PEM, each headed by the name a person checks before trusting it.
pub fn to_pem(certificates: &[Certificate]) -> String {
    use der::EncodePem;
    use der::pem::LineEnding;
    let one = |certificate: &Certificate| {
        let pem = certificate
            .parsed()
            .to_pem(LineEnding::LF)
            .expect("a certificate that was parsed can be encoded");
        format!("# {}\n{pem}", certificate.subject())
    };
    certificates.iter().map(one).collect()
}
