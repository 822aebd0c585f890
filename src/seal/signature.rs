//! Whether a signature fits a key: the one table of algorithms that may sign files, certificates and evidence.

use der::asn1::{Any, Uint};
use der::{Encode, Sequence};
use rustls_pki_types::SignatureVerificationAlgorithm;
use webpki::aws_lc_rs as algorithms;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// Ecdsa-Sig-Value of RFC 3279, 2.2.3.
#[derive(Sequence)]
struct EcdsaSignature {
    r: Uint,
    s: Uint,
}

/// An ECDSA signature on P-256 as tokens give it, two numbers of 32 bytes, in the form files carry; `None` when it is
/// none.
pub fn ecdsa_der(plain: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = plain.split_at_checked(32).filter(|(_, s)| s.len() == 32)?;
    let (r, s) = (Uint::new(r).ok()?, Uint::new(s).ok()?);
    EcdsaSignature { r, s }.to_der().ok()
}

/// What may sign: SHA-256 or better, RSA from 2048 bits, ECDSA from P-256.
pub const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ECDSA_P521_SHA512,
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
    algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];

/// Whether `signature` over `message` fits `key`. `named` is the content of the algorithm identifier that
/// stands beside the signature, parameters included.
pub fn fits(
    key: &SubjectPublicKeyInfoOwned,
    named: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some(kind) = contents(&key.algorithm) else {
        return false;
    };
    let Some(bits) = key.subject_public_key.as_bytes() else {
        return false;
    };
    ALGORITHMS.iter().any(|algorithm| {
        algorithm.public_key_alg_id().as_ref() == kind
            && algorithm.signature_alg_id().as_ref() == named
            && algorithm.verify_signature(bits, message, signature).is_ok()
    })
}

/// The DER inside an algorithm identifier, without its outer header.
pub fn contents(algorithm: &AlgorithmIdentifierOwned) -> Option<Vec<u8>> {
    Some(Any::encode_from(algorithm).ok()?.value().to_vec())
}

/// Whether `signature` was made over the DER of `signed` by `key`, as certificates and evidence carry it.
pub fn fits_der(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    signed: &impl Encode,
    signature: &[u8],
) -> bool {
    let (Some(named), Ok(message)) = (contents(algorithm), signed.to_der()) else {
        return false;
    };
    fits(key, &named, &message, signature)
}
