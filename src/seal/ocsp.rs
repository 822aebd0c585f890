//! Answers of OCSP responders (RFC 6960): asking, and reading what one proves.

use der::asn1::{Any, BitString, GeneralizedTime, Int, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence, Tag, TagNumber, Tagged};
use sha1::{Digest, Sha1};
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::{Certificate, instant};
use super::revocation::{Said, Status};
use super::signature;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
/// id-pkix-ocsp-nocheck: whoever asks need not ask about the responder in turn.
const NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");

/// RFC 6960, 4.1.1. SHA-1 only names the certificate here, and is the one digest every responder knows.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct CertId {
    hash_algorithm: AlgorithmIdentifierOwned,
    issuer_name_hash: OctetString,
    issuer_key_hash: OctetString,
    serial_number: Int,
}

#[derive(Sequence)]
struct OcspRequest {
    tbs_request: TbsRequest,
}

#[derive(Sequence)]
struct TbsRequest {
    request_list: Vec<Request>,
}

#[derive(Sequence)]
struct Request {
    certificate: CertId,
}

/// RFC 6960, 4.2.1.
#[derive(Sequence)]
struct OcspResponse {
    /// ENUMERATED; 0 is successful.
    status: Any,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    bytes: Option<ResponseBytes>,
}

#[derive(Sequence)]
struct ResponseBytes {
    kind: ObjectIdentifier,
    response: OctetString,
}

#[derive(Sequence)]
struct BasicResponse {
    data: Any,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    certificates: Option<Vec<Any>>,
}

#[derive(Sequence)]
struct ResponseData {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    version: Option<Any>,
    /// Name or digest of the responder; its certificate or the issuer's is found by the signature instead.
    responder: Any,
    produced_at: GeneralizedTime,
    responses: Vec<SingleResponse>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Any>,
}

#[derive(Sequence)]
struct SingleResponse {
    certificate: CertId,
    /// `[0]` good, `[1]` revoked, `[2]` unknown.
    status: Any,
    this_update: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    next_update: Option<GeneralizedTime>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Any>,
}

#[derive(Sequence)]
struct RevokedInfo {
    time: GeneralizedTime,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    reason: Option<Any>,
}

fn id_of(certificate: &Certificate, issuer: &Certificate) -> der::Result<CertId> {
    let named = certificate.parsed().tbs_certificate();
    Ok(CertId {
        hash_algorithm: AlgorithmIdentifierOwned {
            oid: SHA_1,
            parameters: Some(Any::from(Null)),
        },
        issuer_name_hash: OctetString::new(Sha1::digest(named.issuer().to_der()?).to_vec())?,
        issuer_key_hash: OctetString::new(Sha1::digest(issuer.public_key()).to_vec())?,
        serial_number: Int::new(named.serial_number().as_bytes())?,
    })
}

/// The question whether `certificate`, issued by `issuer`, is revoked.
pub fn question(certificate: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    let certificate = id_of(certificate, issuer).ok()?;
    let request_list = vec![Request { certificate }];
    let tbs_request = TbsRequest { request_list };
    OcspRequest { tbs_request }.to_der().ok()
}

/// What `answer` says of `certificate`, if `issuer` or a responder it named stands behind it.
pub fn read(answer: &[u8], certificate: &Certificate, issuer: &Certificate) -> Option<Said> {
    let basic = basic(answer)?;
    if !signed_for(&basic, issuer) {
        return None;
    }
    let data = basic.data.decode_as::<ResponseData>().ok()?;
    let id = id_of(certificate, issuer).ok()?;
    let said = data.responses.iter().find(|one| {
        let theirs = &one.certificate;
        (
            &theirs.issuer_name_hash,
            &theirs.issuer_key_hash,
            &theirs.serial_number,
        ) == (&id.issuer_name_hash, &id.issuer_key_hash, &id.serial_number)
    })?;
    let time = |time: &GeneralizedTime| instant((*time).into());
    let status = match said.status.tag() {
        Tag::ContextSpecific {
            number: TagNumber(0),
            ..
        } => Status::Good,
        Tag::ContextSpecific {
            number: TagNumber(1),
            ..
        } => {
            let info = Any::new(Tag::Sequence, said.status.value()).ok()?;
            Status::RevokedSince(time(&info.decode_as::<RevokedInfo>().ok()?.time))
        }
        _ => return None,
    };
    Some(Said {
        status,
        from: time(&said.this_update),
        until: said
            .next_update
            .as_ref()
            .map_or(time(&said.this_update), time),
    })
}

/// Whether `answer` is whole: signed by one of `issuers` or by a responder one of them named.
pub fn is_whole(answer: &[u8], issuers: &[Certificate]) -> bool {
    basic(answer).is_some_and(|basic| issuers.iter().any(|issuer| signed_for(&basic, issuer)))
}

fn basic(answer: &[u8]) -> Option<BasicResponse> {
    let response = OcspResponse::from_der(answer).ok()?;
    let bytes = response.bytes.filter(|bytes| bytes.kind == BASIC)?;
    let granted = response.status.tag() == Tag::Enumerated && response.status.value() == [0];
    let basic = BasicResponse::from_der(bytes.response.as_bytes()).ok()?;
    granted.then_some(basic)
}

/// RFC 6960, 4.2.2.2: the issuer itself, or a responder whose certificate the issuer signed for this one use.
fn signed_for(basic: &BasicResponse, issuer: &Certificate) -> bool {
    let fits = |signer: &Certificate| {
        let key = signer.parsed().tbs_certificate().subject_public_key_info();
        let signature = basic.signature.as_bytes().unwrap_or_default();
        signature::fits_der(key, &basic.signature_algorithm, &basic.data, signature)
    };
    let carried: Option<Vec<Certificate>> = basic
        .certificates
        .iter()
        .flatten()
        .map(|one| Certificate::from_der(&one.to_der().ok()?).ok())
        .collect();
    let Some(carried) = carried else {
        return false;
    };
    let from_issuer = |one: &Certificate| one.is_signed_by(issuer) || one.der() == issuer.der();
    carried.iter().all(from_issuer)
        && (fits(issuer) || carried.iter().any(|one| is_responder(one) && fits(one)))
}

fn is_responder(certificate: &Certificate) -> bool {
    let inner = certificate.parsed().tbs_certificate();
    let named = matches!(inner.get_extension::<ExtendedKeyUsage>(),
        Ok(Some((_, ExtendedKeyUsage(uses)))) if uses.contains(&OCSP_SIGNING));
    let unasked = inner
        .extensions()
        .is_some_and(|all| all.iter().any(|one| one.extn_id == NO_CHECK));
    named && unasked
}
