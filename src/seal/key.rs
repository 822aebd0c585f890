//! The source of signatures, and the one that holds its key in this process.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding, RsaKeyPair,
};

use rustls_pki_types::{AlgorithmIdentifier, alg_id};
use zeroize::Zeroizing;

use super::SealError;
use super::certificate::{Certificate, PublicKey};
use super::error::KeyFault;
use crate::config::Padding;

/// How a key signs; SHA-256 in every case (Thông tư 15/2025/TT-BKHCN: SHA-256 or better).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// ECDSA on P-256, the signature as DER.
    EcdsaP256,
    /// RSASSA-PKCS1-v1_5 with at least 2048 bits.
    RsaPkcs1,
    /// RSASSA-PSS with MGF1 over SHA-256 and 32 bytes of salt, at least 2048 bits.
    RsaPss,
}

impl Scheme {
    /// How the key of `certificate` signs under the wanted padding.
    pub fn of(certificate: &Certificate, padding: Padding) -> Result<Scheme, SealError> {
        match (certificate.key_kind(), padding) {
            (PublicKey::EcdsaP256, _) => Ok(Scheme::EcdsaP256),
            (PublicKey::Rsa(2048..), Padding::Pkcs1) => Ok(Scheme::RsaPkcs1),
            (PublicKey::Rsa(2048..), Padding::Pss) => Ok(Scheme::RsaPss),
            _ => Err(SealError::KeyRefused(KeyFault::WrongKind)),
        }
    }

    /// Its algorithm identifier, as it stands in a CMS signature.
    pub(super) fn algorithm(self) -> AlgorithmIdentifier {
        match self {
            Scheme::EcdsaP256 => alg_id::ECDSA_SHA256,
            Scheme::RsaPkcs1 => alg_id::RSA_PKCS1_SHA256,
            Scheme::RsaPss => alg_id::RSA_PSS_SHA256,
        }
    }

    /// The stable word for programs that sign remotely.
    pub fn code(self) -> &'static str {
        match self {
            Scheme::EcdsaP256 => "ecdsa-p256-sha256",
            Scheme::RsaPkcs1 => "rsa-pkcs1-sha256",
            Scheme::RsaPss => "rsa-pss-sha256",
        }
    }
}

/// Whether a token can sign now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TokenState {
    /// Nobody has given its PIN.
    PinNeeded,
    /// The token has said no to the PIN; nobody tries it again before another is given.
    PinRefused,
    /// The PIN is known; the token is opened at the next signature.
    Ready,
    /// It is open for signing.
    Open,
}

impl TokenState {
    /// The stable word, for JSON and log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What is known of a key wherever it is: its certificates, the signer's first, and how it signs.
pub struct Credential {
    chain: Vec<Certificate>,
    scheme: Scheme,
}

impl Credential {
    /// Of the key that belongs to the first certificate of `chain`.
    ///
    /// # Errors
    /// `KeyRefused` without a certificate, or for a kind of key that may not seal.
    pub fn of(chain: Vec<Certificate>, padding: Padding) -> Result<Credential, SealError> {
        let missing = SealError::KeyRefused(KeyFault::NoCertificate);
        let scheme = Scheme::of(chain.first().ok_or(missing)?, padding)?;
        Ok(Credential { chain, scheme })
    }
}

/// Something that can sign for the agency: a software key, a token, or a person with a key on their own machine.
pub trait KeySource: Send + Sync {
    /// Its certificates and how it signs.
    fn credential(&self) -> &Credential;
    /// The signer's certificate first, then its issuers up to the root.
    fn chain(&self) -> &[Certificate] {
        &self.credential().chain
    }
    /// The algorithm and padding it signs with.
    fn scheme(&self) -> Scheme {
        self.credential().scheme
    }
    /// Signs the DER of the signed attributes (RFC 5652, 5.4); hashing included.
    fn sign(&self, signed_attributes: &[u8]) -> Result<Vec<u8>, SealError>;
    /// True when it cannot sign here: what is to be signed goes out, the signature comes back.
    fn is_remote(&self) -> bool {
        false
    }
    /// Whether it can sign now; none where no PIN is asked.
    fn token_state(&self) -> Option<TokenState> {
        None
    }
    /// Opens it with its PIN, tried once.
    fn open_session(&self, _pin: Zeroizing<String>) -> Result<(), SealError> {
        Err(SealError::NoToken)
    }
    /// Closes it and forgets its PIN.
    fn end_session(&self) {}
}

/// A key in memory. The library clears it when it is dropped.
pub struct SoftwareKey {
    credential: Credential,
    pair: Pair,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl SoftwareKey {
    /// Takes a PKCS#8 key and its certificates; refuses a key that is too weak, unknown, or not the certificate's.
    pub fn new(
        pkcs8: &[u8],
        chain: Vec<Certificate>,
        padding: Padding,
    ) -> Result<SoftwareKey, SealError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8)
            .map(Pair::Ecdsa)
            .or_else(|_| RsaKeyPair::from_pkcs8(pkcs8).map(Pair::Rsa))
            .map_err(|_| SealError::KeyRefused(KeyFault::WrongKind))?;
        let public = match &pair {
            Pair::Ecdsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
        };
        if chain.first().is_some_and(|one| one.public_key() != public) {
            return Err(SealError::KeyRefused(KeyFault::NotItsCertificate));
        }
        let credential = Credential::of(chain, padding)?;
        Ok(SoftwareKey { credential, pair })
    }
}

impl KeySource for SoftwareKey {
    fn credential(&self) -> &Credential {
        &self.credential
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what a signature scheme draws must come from the cryptography itself"
    )]
    fn sign(&self, signed_attributes: &[u8]) -> Result<Vec<u8>, SealError> {
        let random = SystemRandom::new();
        let failed = |_| SealError::KeyRefused(KeyFault::SigningFailed);
        match &self.pair {
            Pair::Ecdsa(pair) => pair
                .sign(&random, signed_attributes)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(failed),
            Pair::Rsa(pair) => {
                let padding: &dyn RsaEncoding = match self.scheme() {
                    Scheme::RsaPss => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, signed_attributes, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }
}
