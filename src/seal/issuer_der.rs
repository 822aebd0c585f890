//! One thing an issuer gave out about its certificates, and what it comes to.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::examination::Digest;

/// Whether a certificate is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Good,
    RevokedSince(Timestamp),
}

/// What an issuer said of a certificate, and the time of which it speaks.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    pub status: Status,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// The DER of a certificate, an answer or a list, known by its digest.
#[derive(Debug, Clone)]
pub struct IssuerDer {
    der: Arc<Vec<u8>>,
    digest: Digest,
}

impl IssuerDer {
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl From<Vec<u8>> for IssuerDer {
    fn from(der: Vec<u8>) -> IssuerDer {
        let digest = Sha256::digest(&der).into();
        let der = Arc::new(der);
        IssuerDer { der, digest }
    }
}

impl Deref for IssuerDer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.der
    }
}

impl PartialEq for IssuerDer {
    fn eq(&self, other: &IssuerDer) -> bool {
        self.digest == other.digest
    }
}
