//! Checking a CMS signature against the bytes it should fit (RFC 5652, 5.6; ETSI EN 319 142-1, 6.3).

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{SignedAttributes, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader};
use rustls_pki_types::SignatureVerificationAlgorithm;
use sha2::{Digest, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, aws_lc_rs as algorithms};
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::Certificate;
use super::cms::{
    CONTENT_TYPE, DATA, ECDSA_WITH_SHA256, MESSAGE_DIGEST, SHA_256, SHA256_WITH_RSA, SIGNED_DATA,
    SIGNING_CERTIFICATE_V2, SigningCertificateV2,
};

const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA384_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA512_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const ECDSA_WITH_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_WITH_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

/// What may sign files and certificates: SHA-256 or better, RSA from 2048 bits, ECDSA from P-256.
pub const ALGORITHMS: &[Algorithm] = &[
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

/// A signature that fits: who signed, and the certificates it carried.
pub struct Signed {
    pub signer: Certificate,
    pub carried: Vec<Certificate>,
}

/// Checks that `signature` (DER, then zeros) is a signature over the concatenated `parts`. `strict` asks for what
/// PAdES baseline demands. `None` when anything does not fit.
pub fn check(signature: &[u8], parts: &[&[u8]], strict: bool) -> Option<Signed> {
    let signed = signed_data(signature)?;
    let [info] = signed.signer_infos.0.as_slice() else {
        return None;
    };
    let plain = signed.encap_content_info.econtent_type == DATA
        && signed.encap_content_info.econtent.is_none()
        && info.unsigned_attrs.is_none() // bytes the signature does not protect; level B-B needs none
        && signed.digest_algorithms.as_slice() == std::slice::from_ref(&info.digest_alg)
        && no_parameters(&info.digest_alg)
        && versions_fit(&signed, info);
    if !plain {
        return None;
    }
    let mut carried = Vec::new();
    for certificate in signed.certificates.as_ref()?.0.iter() {
        let CertificateChoices::Certificate(certificate) = certificate else {
            return None;
        };
        carried.push(Certificate::from_der(&certificate.to_der().ok()?).ok()?);
    }
    let signer = carried.iter().find(|one| names(&info.sid, one))?.clone();
    let attributes = info.signed_attrs.as_ref()?;
    let content_type = attribute(attributes, CONTENT_TYPE)?;
    let digest = attribute(attributes, MESSAGE_DIGEST)?;
    let digest = digest.decode_as::<OctetString>().ok()?;
    let expected = digest_of(&info.digest_alg.oid, parts)?;
    let fits = content_type.decode_as::<ObjectIdentifier>().ok()? == DATA
        && digest.as_bytes() == expected
        && certificates_named(attributes, &signer, &carried, strict)
        && signature_fits(info, &signer, &attributes.to_der().ok()?);
    fits.then_some(Signed { signer, carried })
}

/// The one DER value at the start, canonical, with nothing but zeros behind it.
fn signed_data(signature: &[u8]) -> Option<SignedData> {
    let mut reader = SliceReader::new(signature).ok()?;
    let content = ContentInfo::decode(&mut reader).ok()?;
    let length = usize::try_from(reader.position()).ok()?;
    let (der, padding) = signature.split_at_checked(length)?;
    let signed = content.content.decode_as::<SignedData>().ok()?;
    let canonical = content.content_type == SIGNED_DATA
        && content.to_der().ok()? == der
        && Any::encode_from(&signed).ok()? == content.content
        && padding.iter().all(|&byte| byte == 0);
    canonical.then_some(signed)
}

fn no_parameters(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm
        .parameters
        .as_ref()
        .is_none_or(|parameters| *parameters == Any::null())
}

/// RFC 5652, 5.1 and 5.3: the versions follow from the content.
fn versions_fit(signed: &SignedData, info: &SignerInfo) -> bool {
    let expected = match info.sid {
        SignerIdentifier::IssuerAndSerialNumber(_) => CmsVersion::V1,
        SignerIdentifier::SubjectKeyIdentifier(_) => CmsVersion::V3,
    };
    info.version == expected && signed.version == expected
}

fn names(sid: &SignerIdentifier, certificate: &Certificate) -> bool {
    let inner = certificate.parsed().tbs_certificate();
    match sid {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == *inner.issuer() && named.serial_number == *inner.serial_number()
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            let own = inner.get_extension::<SubjectKeyIdentifier>();
            own.is_ok_and(|own| own.is_some_and(|(_, own)| own == *named))
        }
    }
}

/// The single value of an attribute that must appear once.
fn attribute(attributes: &SignedAttributes, oid: ObjectIdentifier) -> Option<&Any> {
    let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
    let (Some(attribute), None) = (found.next(), found.next()) else {
        return None;
    };
    match attribute.values.as_slice() {
        [value] => Some(value),
        _ => None,
    }
}

/// RFC 5035: the first digest names the signer's certificate; where more are given, every carried one is among them.
fn certificates_named(
    attributes: &SignedAttributes,
    signer: &Certificate,
    carried: &[Certificate],
    strict: bool,
) -> bool {
    let Some(value) = attribute(attributes, SIGNING_CERTIFICATE_V2) else {
        return !strict;
    };
    let Ok(named) = value.decode_as::<SigningCertificateV2>() else {
        return false;
    };
    let is = |at: usize, certificate: &Certificate| {
        let id = &named.certificates[at];
        let algorithm = id
            .hash_algorithm
            .as_ref()
            .map_or(SHA_256, |named| named.oid);
        let digest = digest_of(&algorithm, &[certificate.der()]);
        digest.is_some_and(|digest| digest == id.hash.as_bytes())
    };
    let count = named.certificates.len();
    let among = |certificate: &Certificate| (0..count).any(|at| is(at, certificate));
    count > 0 && count <= 32 && is(0, signer) && (count == 1 || carried.iter().all(among))
}

fn digest_of(algorithm: &ObjectIdentifier, parts: &[&[u8]]) -> Option<Vec<u8>> {
    fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
        let mut hash = D::new();
        for part in parts {
            hash.update(part);
        }
        hash.finalize().to_vec()
    }
    match *algorithm {
        SHA_256 => Some(run::<Sha256>(parts)),
        SHA_384 => Some(run::<Sha384>(parts)),
        SHA_512 => Some(run::<Sha512>(parts)),
        _ => None,
    }
}

fn signature_fits(info: &SignerInfo, signer: &Certificate, message: &[u8]) -> bool {
    let digest = info.digest_alg.oid;
    let candidates: &[Algorithm] = match info.signature_algorithm.oid {
        ECDSA_WITH_SHA256 if digest == SHA_256 => {
            &[algorithms::ECDSA_P256_SHA256, algorithms::ECDSA_P384_SHA256]
        }
        ECDSA_WITH_SHA384 if digest == SHA_384 => {
            &[algorithms::ECDSA_P384_SHA384, algorithms::ECDSA_P256_SHA384]
        }
        ECDSA_WITH_SHA512 if digest == SHA_512 => &[algorithms::ECDSA_P521_SHA512],
        RSA | SHA256_WITH_RSA if digest == SHA_256 => &[algorithms::RSA_PKCS1_2048_8192_SHA256],
        RSA | SHA384_WITH_RSA if digest == SHA_384 => &[algorithms::RSA_PKCS1_2048_8192_SHA384],
        RSA | SHA512_WITH_RSA if digest == SHA_512 => &[algorithms::RSA_PKCS1_2048_8192_SHA512],
        RSA_PSS => &[
            algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
            algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        ],
        _ => return false,
    };
    let pss = info.signature_algorithm.oid == RSA_PSS;
    if !pss && !no_parameters(&info.signature_algorithm) {
        return false;
    }
    let Ok(leaf) = EndEntityCert::try_from(signer.der()) else {
        return false;
    };
    let signature = info.signature.as_bytes();
    candidates.iter().any(|algorithm| {
        leaf.verify_signature(*algorithm, message, signature)
            .is_ok()
    })
}
