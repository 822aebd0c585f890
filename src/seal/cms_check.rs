//! Checking a CMS signature against the bytes it should fit (RFC 5652, 5.6; ETSI EN 319 142-1, 6.3).

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{SignedAttributes, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader};
use rustls_pki_types::alg_id;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::Certificate;
use super::cms::{
    CONTENT_TYPE, DATA, MESSAGE_DIGEST, SHA_256, SIGNATURE_TIME_STAMP, SIGNED_DATA,
    SIGNING_CERTIFICATE_V2, SigningCertificateV2,
};
use super::examination::{Cost, Examination};
use super::signature;

const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA384_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA512_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_WITH_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_WITH_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// id-ct-TSTInfo of RFC 3161, 2.4.2.
const TIME_STAMP_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// A signature that fits: who signed, and the certificates it carried.
pub struct Signed {
    pub signer: Certificate,
    pub carried: Vec<Certificate>,
    /// The signature's own bytes, which a time stamp vouches for.
    pub value: Vec<u8>,
    /// The time stamp over them (DER), not yet looked into.
    pub stamp: Option<Vec<u8>>,
}

/// Checks that `signature` (DER, then zeros) is a signature over the concatenated `parts`. `strict` asks for what
/// PAdES baseline demands. `None` when anything does not fit.
pub fn check(
    signature: &[u8],
    parts: &[&[u8]],
    strict: bool,
    exam: &Examination,
) -> Option<Signed> {
    let signed = signed_data(signature, Sets::Sorted, exam)?;
    // Content inside the signature would be signed instead of the file.
    let detached = signed.encap_content_info.econtent_type == DATA
        && signed.encap_content_info.econtent.is_none();
    let info = only_signer(&signed)?;
    let stamp = stamp_of(info)?;
    if !detached || info.signed_attrs.is_none() {
        return None;
    }
    let named = if strict {
        Named::Always
    } else {
        Named::Perhaps
    };
    let found = check_signer(&signed, info, DATA, parts, named, exam)?;
    Some(Signed { stamp, ..found })
}

/// Checks a time stamp token by itself; gives who signed it and the DER of what it says.
pub fn check_token(token: &[u8], exam: &Examination) -> Option<(Signed, Vec<u8>)> {
    let signed = signed_data(token, Sets::AsTheyCome, exam)?;
    let info = only_signer(&signed)?;
    let content = signed.encap_content_info.econtent.as_ref()?;
    let content = content.decode_as::<OctetString>().ok()?;
    let plain = signed.encap_content_info.econtent_type == TIME_STAMP_INFO
        && signed.crls.is_none()
        && info.unsigned_attrs.is_none();
    if !plain {
        return None;
    }
    let content = content.as_bytes();
    let found = check_signer(
        &signed,
        info,
        TIME_STAMP_INFO,
        &[content],
        Named::AlsoBySha1,
        exam,
    )?;
    Some((found, content.to_vec()))
}

fn only_signer(signed: &SignedData) -> Option<&SignerInfo> {
    match signed.signer_infos.0.as_slice() {
        // With two signers it would be open which of the two is shown to people.
        [info] => Some(info),
        _ => None,
    }
}

/// The time stamp, where there is one; `None` for any other attribute the signature does not protect.
fn stamp_of(info: &SignerInfo) -> Option<Option<Vec<u8>>> {
    let Some(attributes) = &info.unsigned_attrs else {
        return Some(None);
    };
    let stamp = attribute(attributes, SIGNATURE_TIME_STAMP)?;
    // Unsigned attributes can be added by anyone; the time stamp is the one that vouches for itself.
    let alone = attributes.len() == 1;
    alone.then_some(Some(stamp.to_der().ok()?))
}

fn check_signer(
    signed: &SignedData,
    info: &SignerInfo,
    content: ObjectIdentifier,
    parts: &[&[u8]],
    named: Named,
    exam: &Examination,
) -> Option<Signed> {
    let plain = signed.digest_algorithms.as_slice() == std::slice::from_ref(&info.digest_alg)
        && no_parameters(&info.digest_alg)
        && versions_fit(signed, info);
    if !plain {
        return None;
    }
    let mut carried = Vec::new();
    for certificate in signed.certificates.as_ref()?.0.iter() {
        let CertificateChoices::Certificate(certificate) = certificate else {
            return None;
        };
        // Certificates in other forms (attribute certificates, obsolete ones) are refused above: nothing here
        // would look at them, so anything could be hidden in them.
        carried.push(Certificate::once(&certificate.to_der().ok()?, exam)?);
    }
    let signer = carried.iter().find(|one| names(&info.sid, one))?.clone();
    let attributes = info.signed_attrs.as_ref()?;
    let content_type = attribute(attributes, CONTENT_TYPE)?;
    let digest = attribute(attributes, MESSAGE_DIGEST)?;
    let digest = digest.decode_as::<OctetString>().ok()?;
    // Counted before the work: a hostile file must not get the hashing first and the refusal after.
    let covered = parts.iter().map(|part| part.len()).sum();
    exam.spend(Cost::Bytes, covered).ok()?;
    exam.spend(Cost::KeyOperations, 1).ok()?;
    let expected = digest_of(&info.digest_alg.oid, parts)?;
    let fits = content_type.decode_as::<ObjectIdentifier>().ok()? == content
        && digest.as_bytes() == expected
        && certificates_named(attributes, &signer, &carried, named)
        && signature_fits(info, &signer, &attributes.to_der().ok()?);
    fits.then(|| Signed {
        signer,
        carried,
        value: info.signature.as_bytes().to_vec(),
        stamp: None,
    })
}

/// Whether the elements of sets must stand in the order of DER. Time authorities, openssl's among them, give their
/// certificates in any order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sets {
    Sorted,
    AsTheyCome,
}

/// The one DER value at the start, canonical, with nothing but zeros behind it.
fn signed_data(signature: &[u8], sets: Sets, exam: &Examination) -> Option<SignedData> {
    let mut reader = SliceReader::new(signature).ok()?;
    let content = ContentInfo::decode(&mut reader).ok()?;
    let length = usize::try_from(reader.position()).ok()?;
    let (der, padding) = signature.split_at_checked(length)?;
    exam.spend(Cost::Der, length).ok()?;
    let signed = content.content.decode_as::<SignedData>().ok()?;
    // One meaning has one encoding: whatever else the bytes could hide is refused unread.
    let canonical = content.content_type == SIGNED_DATA
        && content.to_der().ok()? == der
        && as_written(&Any::encode_from(&signed).ok()?, &content.content, sets)
        && padding.iter().all(|&byte| byte == 0);
    canonical.then_some(signed)
}

/// Whether the content was written in the one form of DER, except for the order of sets: the same bytes, perhaps moved.
fn as_written(canonical: &Any, given: &Any, sets: Sets) -> bool {
    let counted = |any: &Any| {
        let mut counts = [0usize; 256];
        for byte in any.value() {
            counts[usize::from(*byte)] += 1;
        }
        counts
    };
    canonical == given || (sets == Sets::AsTheyCome && counted(canonical) == counted(given))
}

fn no_parameters(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm
        .parameters
        .as_ref()
        .is_none_or(|parameters| *parameters == Any::null())
}

/// RFC 5652, 5.1 and 5.3: the versions follow from the content.
fn versions_fit(signed: &SignedData, info: &SignerInfo) -> bool {
    let signer = match info.sid {
        SignerIdentifier::IssuerAndSerialNumber(_) => CmsVersion::V1,
        SignerIdentifier::SubjectKeyIdentifier(_) => CmsVersion::V3,
    };
    let plain = signed.encap_content_info.econtent_type == DATA;
    let whole = if plain { signer } else { CmsVersion::V3 };
    info.version == signer && signed.version == whole
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

/// Whether the signature must name its certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Perhaps,
    Always,
    /// Time authorities may still name theirs by SHA-1 (RFC 3161, 2.4.2; RFC 5816 brought the newer form).
    AlsoBySha1,
}

/// RFC 5035: the first digest names the signer's certificate; where more are given, every carried one is among them.
fn certificates_named(
    attributes: &SignedAttributes,
    signer: &Certificate,
    carried: &[Certificate],
    wanted: Named,
) -> bool {
    let Some(value) = attribute(attributes, SIGNING_CERTIFICATE_V2) else {
        return wanted == Named::Perhaps
            || (wanted == Named::AlsoBySha1 && named_by_sha1(attributes, signer));
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
    // More than 32 names of certificates is no honest signature, and each costs a digest.
    count > 0 && count <= 32 && is(0, signer) && (count == 1 || carried.iter().all(among))
}

/// RFC 2634, 5.4: the same with SHA-1 and without an algorithm of its own.
fn named_by_sha1(attributes: &SignedAttributes, signer: &Certificate) -> bool {
    let named = attribute(attributes, SIGNING_CERTIFICATE)
        .and_then(|value| value.decode_as::<SigningCertificateV2>().ok());
    let digest = sha1::Sha1::digest(signer.der());
    named.is_some_and(|named| {
        let first = named.certificates.first();
        first.is_some_and(|id| id.hash_algorithm.is_none() && id.hash.as_bytes() == &digest[..])
    })
}

/// The digest of the concatenated `parts`; `None` for an algorithm weaker than SHA-256.
pub fn digest_of(algorithm: &ObjectIdentifier, parts: &[&[u8]]) -> Option<Vec<u8>> {
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
    let Some(named) = algorithm_named(info) else {
        return false;
    };
    let key = signer.parsed().tbs_certificate().subject_public_key_info();
    signature::fits(key, &named, message, info.signature.as_bytes())
}

/// The content of the algorithm identifier in its one full form: CMS may name the key's kind instead of the
/// signature's, and may leave out empty parameters (RFC 5754, 3).
fn algorithm_named(info: &SignerInfo) -> Option<Vec<u8>> {
    let algorithm = &info.signature_algorithm;
    let full = match (algorithm.oid, info.digest_alg.oid) {
        (RSA_PSS, digest) => {
            let full = match digest {
                SHA_256 => alg_id::RSA_PSS_SHA256,
                SHA_384 => alg_id::RSA_PSS_SHA384,
                SHA_512 => alg_id::RSA_PSS_SHA512,
                _ => return None,
            };
            let given = signature::contents(algorithm)?;
            return (given == full.as_ref()).then_some(given);
        }
        (RSA | SHA256_WITH_RSA, SHA_256) => alg_id::RSA_PKCS1_SHA256,
        (RSA | SHA384_WITH_RSA, SHA_384) => alg_id::RSA_PKCS1_SHA384,
        (RSA | SHA512_WITH_RSA, SHA_512) => alg_id::RSA_PKCS1_SHA512,
        (ECDSA_WITH_SHA256, SHA_256) => alg_id::ECDSA_SHA256,
        (ECDSA_WITH_SHA384, SHA_384) => alg_id::ECDSA_SHA384,
        (ECDSA_WITH_SHA512, SHA_512) => alg_id::ECDSA_SHA512,
        _ => return None,
    };
    no_parameters(algorithm).then(|| full.as_ref().to_vec())
}
