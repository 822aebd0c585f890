//! Answers of OCSP responders (RFC 6960): asking, and reading what one proves.

use std::rc::Rc;

use der::asn1::{Any, BitString, GeneralizedTime, Int, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence, Tag, TagNumber, Tagged};
use jiff::Timestamp;
use sha1::{Digest as _, Sha1};
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::{Certificate, instant};
use super::examination::{Cost, Digest, Examination};
use super::issuer_der::{IssuerDer, Said, Status};
use super::signature;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
/// id-pkix-ocsp-nocheck: whoever asks need not ask about the responder in turn.
const NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");

/// RFC 6960, 4.1.1. SHA-1 only names the certificate here, and is the one digest every responder knows.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub struct CertId {
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

/// OCSPResponse of RFC 6960, 4.2.1.
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

/// How an answer names `certificate`, issued by `issuer`.
pub fn id_of(certificate: &Certificate, issuer: &Certificate) -> der::Result<CertId> {
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

/// An answer as parsed, not yet believed.
pub struct Answers {
    digest: Digest,
    basic: BasicResponse,
    data: ResponseData,
    /// The responder's certificates, those of its issuer perhaps too.
    carried: Vec<Certificate>,
}

impl Answers {
    /// Parsed once; `None` when it is not an OCSP answer, or not a granted one.
    pub fn once(piece: &IssuerDer, exam: &Examination) -> Option<Rc<Answers>> {
        let parse = || Answers::parse(piece, exam);
        exam.parsed(piece.digest(), Cost::Evidence, piece.len(), parse)
    }

    fn parse(piece: &IssuerDer, exam: &Examination) -> Option<Answers> {
        let basic = basic(piece)?;
        let carried = basic.certificates.iter().flatten();
        let carried: Option<Vec<Certificate>> = carried
            .map(|one| Certificate::once(&one.to_der().ok()?, exam))
            .collect();
        Some(Answers {
            digest: piece.digest(),
            data: basic.data.decode_as().ok()?,
            carried: carried?,
            basic,
        })
    }

    /// What it says of the certificate named by `id`, if `issuer` or a responder it named stands behind it.
    pub fn read(&self, id: &CertId, issuer: &Certificate, exam: &Examination) -> Option<Said> {
        if !self.signed_for(issuer, exam) {
            return None;
        }
        exam.spend(Cost::Values, self.data.responses.len()).ok()?;
        let said = self.data.responses.iter().find(|one| {
            let theirs = &one.certificate;
            (
                &theirs.issuer_name_hash,
                &theirs.issuer_key_hash,
                &theirs.serial_number,
            ) == (&id.issuer_name_hash, &id.issuer_key_hash, &id.serial_number)
        })?;
        // RFC 6960, 4.2.2.1: without a next update newer answers are always available, so this one holds for its instant.
        let from = time(&said.this_update);
        Some(Said {
            status: status(&said.status)?,
            from,
            until: said.next_update.as_ref().map_or(from, time),
        })
    }

    /// RFC 6960, 4.2.2.2: the issuer itself signed, or a responder whose certificate the issuer signed for this one use.
    pub fn signed_for(&self, issuer: &Certificate, exam: &Examination) -> bool {
        let from_issuer =
            |one: &Certificate| one.digest() == issuer.digest() || one.is_signed_by(issuer, exam);
        // A certificate of somebody else's in the answer could be chosen freely, so its mere presence refuses the answer.
        self.carried.iter().all(from_issuer)
            && self
                .carried
                .iter()
                .filter(|one| is_responder(one))
                .chain([issuer])
                .any(|one| self.is_signed_by(one, exam))
    }

    fn is_signed_by(&self, signer: &Certificate, exam: &Examination) -> bool {
        let key = signer.parsed().tbs_certificate().subject_public_key_info();
        exam.signed(self.digest, signer.digest(), || {
            let signature = self.basic.signature.as_bytes().unwrap_or_default();
            let algorithm = &self.basic.signature_algorithm;
            signature::fits_der(key, algorithm, &self.basic.data, signature)
        })
    }
}

fn time(time: &GeneralizedTime) -> Timestamp {
    instant((*time).into())
}

/// `None` for a certificate the responder does not know.
fn status(said: &Any) -> Option<Status> {
    match said.tag() {
        Tag::ContextSpecific {
            number: TagNumber(0),
            ..
        } => Some(Status::Good),
        Tag::ContextSpecific {
            number: TagNumber(1),
            ..
        } => {
            let info = Any::new(Tag::Sequence, said.value()).ok()?;
            let since = info.decode_as::<RevokedInfo>().ok()?.time;
            Some(Status::RevokedSince(time(&since)))
        }
        _ => None,
    }
}

fn basic(answer: &[u8]) -> Option<BasicResponse> {
    let response = OcspResponse::from_der(answer).ok()?;
    let bytes = response.bytes.filter(|bytes| bytes.kind == BASIC)?;
    let granted = response.status.tag() == Tag::Enumerated && response.status.value() == [0];
    let basic = BasicResponse::from_der(bytes.response.as_bytes()).ok()?;
    granted.then_some(basic)
}

fn is_responder(certificate: &Certificate) -> bool {
    let inner = certificate.parsed().tbs_certificate();
    let named = matches!(inner.get_extension::<ExtendedKeyUsage>(),
        Ok(Some((_, ExtendedKeyUsage(uses)))) if uses.contains(&OCSP_SIGNING));
    // Without it the responder's own certificate would need an answer, and so on without end.
    let unasked = inner
        .extensions()
        .is_some_and(|all| all.iter().any(|one| one.extn_id == NO_CHECK));
    named && unasked
}
