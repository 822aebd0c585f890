//! The CMS signature of PAdES baseline, without (B-B) or with (B-T) a time stamp over its value
//! (ETSI EN 319 142-1, 6; RFC 5652; RFC 5035 for the certificate's digest; RFC 3161, appendix A).

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier,
    SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Sequence, Tag};
use sha2::{Digest, Sha256};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::SealError;
use super::certificate::Certificate;
use super::error::KeyFault;
use super::key::Scheme;

pub const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
pub const SIGNATURE_TIME_STAMP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
pub const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// RFC 5035, 3: names the signing certificate, and with it every certificate carried.
#[derive(Debug, Clone, Sequence)]
pub struct SigningCertificateV2 {
    pub certificates: Vec<EssCertificateId>,
    #[asn1(optional = "true")]
    pub policies: Option<Any>,
}

/// ESSCertIDv2 of RFC 5035, 4: which certificate signed.
#[derive(Debug, Clone, Sequence)]
pub struct EssCertificateId {
    /// Absent means SHA-256, its default value.
    #[asn1(optional = "true")]
    pub hash_algorithm: Option<AlgorithmIdentifierOwned>,
    pub hash: OctetString,
    #[asn1(optional = "true")]
    pub issuer_serial: Option<Any>,
}

fn sha_256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: SHA_256,
        parameters: None,
    }
}

/// The attributes to be signed for a file with this digest. PAdES keeps the time in the PDF, not here.
/// As DER: the very bytes a key signs.
pub fn signed_attributes(digest: &[u8; 32], chain: &[Certificate]) -> Result<Vec<u8>, SealError> {
    let build = || -> der::Result<Vec<u8>> {
        let certificates = chain
            .iter()
            .map(|certificate| {
                Ok(EssCertificateId {
                    hash_algorithm: None,
                    hash: OctetString::new(Sha256::digest(certificate.der()).to_vec())?,
                    issuer_serial: None,
                })
            })
            .collect::<der::Result<Vec<_>>>()?;
        let names = SigningCertificateV2 {
            certificates,
            policies: None,
        };
        let attributes: SignedAttributes = SetOfVec::try_from(vec![
            attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
            attribute(
                MESSAGE_DIGEST,
                Any::encode_from(&OctetString::new(digest.to_vec())?)?,
            )?,
            attribute(SIGNING_CERTIFICATE_V2, Any::encode_from(&names)?)?,
        ])?;
        attributes.to_der()
    };
    build().map_err(|_| SealError::KeyRefused(KeyFault::Unencodable))
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    let values = SetOfVec::try_from(vec![value])?;
    Ok(Attribute { oid, values })
}

/// What goes into the gap: signed attributes (DER), who signed them how, and the time stamp over the signature.
pub struct Parts<'a> {
    pub attributes: &'a [u8],
    pub chain: &'a [Certificate],
    pub scheme: Scheme,
    pub signature: &'a [u8],
    pub stamp: Option<&'a [u8]>,
}

/// Wraps signature, certificates and time stamp into one CMS object.
pub fn assemble(parts: &Parts<'_>) -> Result<Vec<u8>, SealError> {
    wrap(parts).map_err(|_| SealError::KeyRefused(KeyFault::Unencodable))
}

fn wrap(parts: &Parts<'_>) -> der::Result<Vec<u8>> {
    let chain = parts.chain;
    let signer = chain[0].parsed().tbs_certificate();
    let named = parts.scheme.algorithm();
    let signature_algorithm = Any::new(Tag::Sequence, named.as_ref())?.decode_as()?;
    let unsigned_attrs = match parts.stamp {
        Some(stamp) => {
            let stamp = attribute(SIGNATURE_TIME_STAMP, Any::from_der(stamp)?)?;
            Some(SetOfVec::try_from(vec![stamp])?)
        }
        None => None,
    };
    let signer_info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: signer.issuer().clone(),
            serial_number: signer.serial_number().clone(),
        }),
        digest_alg: sha_256(),
        signed_attrs: Some(SetOfVec::from_der(parts.attributes)?),
        signature_algorithm,
        signature: OctetString::new(parts.signature)?,
        unsigned_attrs,
    };
    let certificates: Vec<_> = chain
        .iter()
        .map(|certificate| CertificateChoices::Certificate(certificate.parsed().clone()))
        .collect();
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha_256()])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![signer_info])?,
    };
    let content = ContentInfo {
        content_type: SIGNED_DATA,
        content: Any::encode_from(&signed)?,
    };
    content.to_der()
}
