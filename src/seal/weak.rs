//! Algorithms and keys that prove nothing any more. They get a word of their own: who reads "altered" looks for a change
//! of content that nobody made.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224};

use super::certificate::{Certificate, PublicKey};
use super::cms::MESSAGE_DIGEST;
use super::cms_check::digest_of;
use super::examination::{Cost, Examination};

const MD5: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.5");
const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_224: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4");

/// Signature algorithms whose digest is broken: RSA with MD2, MD4, MD5, SHA-1 and SHA-224; ECDSA with SHA-1 and SHA-224;
/// DSA with SHA-1 (RFC 3279, RFC 5754).
const BROKEN: [ObjectIdentifier; 9] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.3"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.14.3.2.29"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.14"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.1"),
    ObjectIdentifier::new_unwrap("1.2.840.10040.4.3"),
];

/// Kinds of signature that name a weak digest themselves (ISO 32000-1, 12.8.3.2 and 12.8.3.3).
pub const WEAK_KINDS: [&[u8]; 2] = [b"adbe.x509.rsa_sha1", b"adbe.pkcs7.sha1"];

/// Whether a signature that was refused rests on a weak algorithm or key, and its digest is that of `parts`: what it
/// covers is then as it was, but anybody might have made it so. A digest that does not fit is a change all the same.
pub fn rests_on_weak(signature: &[u8], parts: &[&[u8]], exam: &Examination) -> bool {
    let Some(signed) = read(signature, exam) else {
        return false;
    };
    let [info] = signed.signer_infos.0.as_slice() else {
        return false;
    };
    is_weak(&signed, info, exam) && digest_fits(info, parts, exam)
}

/// The same of a time stamp token, whose digest is that of its own content.
pub fn token_rests_on_weak(token: &[u8], exam: &Examination) -> bool {
    let content = read(token, exam).and_then(|signed| {
        let content = signed.encap_content_info.econtent?;
        content.decode_as::<OctetString>().ok()
    });
    content.is_some_and(|content| rests_on_weak(token, &[content.as_bytes()], exam))
}

fn read(signature: &[u8], exam: &Examination) -> Option<SignedData> {
    let mut reader = SliceReader::new(signature).ok()?;
    let content = ContentInfo::decode(&mut reader).ok()?;
    let length = usize::try_from(reader.position()).ok()?;
    exam.spend(Cost::Der, length).ok()?;
    content.content.decode_as::<SignedData>().ok()
}

fn is_weak(signed: &SignedData, info: &SignerInfo, exam: &Examination) -> bool {
    let weak_digest = [MD5, SHA_1, SHA_224].contains(&info.digest_alg.oid);
    weak_digest
        || BROKEN.contains(&info.signature_algorithm.oid)
        || carried(signed, exam).iter().any(has_weak_key)
}

fn carried(signed: &SignedData, exam: &Examination) -> Vec<Certificate> {
    let all = signed.certificates.iter().flat_map(|all| all.0.iter());
    let der = all.filter_map(|one| match one {
        CertificateChoices::Certificate(certificate) => certificate.to_der().ok(),
        CertificateChoices::Other(_) => None,
    });
    der.filter_map(|der| Certificate::once(&der, exam))
        .collect()
}

fn digest_fits(info: &SignerInfo, parts: &[&[u8]], exam: &Examination) -> bool {
    let mut named = info
        .signed_attrs
        .iter()
        .flat_map(|all| all.iter())
        .filter(|one| one.oid == MESSAGE_DIGEST);
    let given = named.next().and_then(|one| one.values.get(0));
    let given = given.and_then(|value| value.decode_as::<OctetString>().ok());
    let covered = parts.iter().map(|part| part.len()).sum();
    if exam.spend(Cost::Bytes, covered).is_err() {
        return false;
    }
    let expected = any_digest(&info.digest_alg.oid, parts);
    given
        .zip(expected)
        .is_some_and(|(given, expected)| given.as_bytes() == expected)
}

fn any_digest(algorithm: &ObjectIdentifier, parts: &[&[u8]]) -> Option<Vec<u8>> {
    fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
        let mut hash = D::new();
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize().to_vec()
    }
    match *algorithm {
        MD5 => Some(run::<Md5>(parts)),
        SHA_1 => Some(run::<Sha1>(parts)),
        SHA_224 => Some(run::<Sha224>(parts)),
        _ => digest_of(algorithm, parts),
    }
}

/// Whether its key is shorter than the rules allow.
pub fn has_weak_key(certificate: &Certificate) -> bool {
    matches!(certificate.key_kind(), PublicKey::Rsa(bits) if bits < 2048)
}

/// Whether its issuer signed it with a broken digest.
pub fn is_weakly_signed(certificate: &Certificate) -> bool {
    let parsed = certificate.parsed();
    let algorithm = parsed.signature_algorithm();
    parsed.tbs_certificate().signature() == algorithm && BROKEN.contains(&algorithm.oid)
}
