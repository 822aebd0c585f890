//! Whom a verifier trusts: a bundle of root certificates in PEM.

use der::Decode;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
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
#[derive(Debug, Clone, Default)]
pub struct Trust {
    anchors: Vec<Certificate>,
    time_anchors: Option<Vec<Certificate>>,
    known: Evidence,
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
        let _: CertificateList = Decode::from_der(&der).map_err(|_| TrustError::NotAList)?;
        self.known.crls.push(der);
        Ok(self)
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
