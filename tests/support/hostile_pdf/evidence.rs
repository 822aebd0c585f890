//! Files whose certificates, answers, lists and time stamps cost more than they look.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, DnType, Issuer, KeyIdMethod, KeyPair,
    SerialNumber, SigningKey, date_time_ymd,
};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::{Pdf, deflated, signed, signed_by};

pub fn dss_refers_many_times(times: usize) -> Vec<u8> {
    let references = "10 0 R ".repeat(times);
    signed(
        &format!("/DSS << /Certs [{references}] >>"),
        &[0x30, 0],
        |pdf| {
            pdf.stream(10, "", &vec![b'x'; 1 << 20]);
        },
    )
}

pub fn many_objects_packed() -> Vec<u8> {
    const OBJECTS: u32 = 200_000;
    let (mut pairs, mut bodies) = (String::new(), String::new());
    for number in 0..OBJECTS {
        pairs.push_str(&format!("{} {} ", 100 + number, bodies.len()));
        bodies.push_str("<< /FT /Tx /T (field) >>\n");
    }
    let last = 100 + OBJECTS - 1;
    let mut pdf = Pdf::new();
    let fields: String = (0..1_900).map(|at| format!("{} 0 R ", last - at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{fields}] >> >>"),
    );
    let entries = format!("/Type /ObjStm /N {OBJECTS} /First {}", pairs.len());
    pdf.stream(10, &entries, (pairs + &bodies).as_bytes());
    let packed: Vec<_> = (0..2_000)
        .map(|at| (last - at, 10, OBJECTS - 1 - at))
        .collect();
    pdf.finish_as_stream(&packed)
}

pub fn many_objects_in_dss() -> Vec<u8> {
    let references: String = (0..50_000).map(|at| format!("{} 0 R ", 10 + at)).collect();
    signed(
        &format!("/DSS << /OCSPs [{references}] >>"),
        &[0x30, 0],
        |pdf| {
            for at in 0..50_000u32 {
                pdf.stream(10 + at, "", &at.to_be_bytes());
            }
        },
    )
}

/// Certificates that all bear one name and name it as their issuer.
pub fn namesakes(count: usize) -> (KeyPair, Vec<Certificate>) {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "one name");
    parameters.not_before = date_time_ymd(2026, 1, 1);
    parameters.not_after = date_time_ymd(2030, 1, 1);
    let foreign = KeyPair::generate().unwrap();
    let made = (0..count)
        .map(|at| {
            let mut own = parameters.clone();
            own.serial_number = Some(SerialNumber::from(at as u64 + 1));
            // All but the last are signed by a key that nobody carries.
            let signer = if at + 1 == count { &key } else { &foreign };
            let issuer = Issuer::new(parameters.clone(), signer);
            let made = own.signed_by(&key, &issuer).unwrap();
            Certificate::from_der(made.der()).unwrap()
        })
        .collect();
    (key, made)
}

pub fn carries(certificates: usize) -> Vec<u8> {
    let (key, chain) = namesakes(certificates);
    let room: usize = chain.iter().map(|one| one.to_der().unwrap().len()).sum();
    signed_by(
        "",
        room + 4096,
        |digest| cms_of(digest, &key, &chain, 0),
        |_| {},
    )
}

pub fn carries_attributes(count: usize) -> Vec<u8> {
    let (key, chain) = namesakes(1);
    signed_by(
        "",
        count * 64 + 8192,
        |digest| cms_of(digest, &key, &chain, count),
        |_| {},
    )
}

/// A signature of the last of `chain` over `digest`, with `strange` attributes that nobody knows.
pub fn cms_of(digest: [u8; 32], key: &KeyPair, chain: &[Certificate], strange: usize) -> Vec<u8> {
    const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
    let oid = ObjectIdentifier::new_unwrap;
    let attribute = |oid, value| Attribute {
        oid,
        values: SetOfVec::try_from(vec![value]).unwrap(),
    };
    let sha_256 = || AlgorithmIdentifierOwned {
        oid: oid("2.16.840.1.101.3.4.2.1"),
        parameters: None,
    };
    let message = OctetString::new(digest.to_vec()).unwrap();
    let mut attributes = vec![
        attribute(
            oid("1.2.840.113549.1.9.3"),
            Any::encode_from(&DATA).unwrap(),
        ),
        attribute(
            oid("1.2.840.113549.1.9.4"),
            Any::encode_from(&message).unwrap(),
        ),
    ];
    for at in 0..strange {
        let value = OctetString::new((at as u64).to_be_bytes().to_vec()).unwrap();
        let strange = ObjectIdentifier::new(&format!("1.3.6.1.4.1.99999.{at}")).unwrap();
        attributes.push(attribute(strange, Any::encode_from(&value).unwrap()));
    }
    let attributes = SetOfVec::try_from(attributes).unwrap();
    let signature = key.sign(&attributes.to_der().unwrap()).unwrap();
    let signer = chain.last().unwrap().tbs_certificate();
    let info = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: signer.issuer().clone(),
            serial_number: signer.serial_number().clone(),
        }),
        digest_alg: sha_256(),
        signed_attrs: Some(attributes),
        signature_algorithm: AlgorithmIdentifierOwned {
            oid: oid("1.2.840.10045.4.3.2"),
            parameters: None,
        },
        signature: OctetString::new(signature).unwrap(),
        unsigned_attrs: None,
    };
    let certificates: Vec<_> = chain
        .iter()
        .cloned()
        .map(CertificateChoices::Certificate)
        .collect();
    let signed = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![sha_256()]).unwrap(),
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        },
        certificates: Some(CertificateSet::try_from(certificates).unwrap()),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![info]).unwrap(),
    };
    let content = ContentInfo {
        content_type: oid("1.2.840.113549.1.7.2"),
        content: Any::encode_from(&signed).unwrap(),
    };
    content.to_der().unwrap()
}

/// A signature that fits, and a store of `count` different lists that its signer's namesake signed.
pub fn dss_of_lists(count: u32) -> Vec<u8> {
    let (key, chain) = namesakes(1);
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "one name");
    parameters.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    let issuer = Issuer::new(parameters, &key);
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 25),
        next_update: date_time_ymd(2026, 12, 25),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&issuer).unwrap().der().to_vec();
    let references: String = (0..count).map(|at| format!("{} 0 R ", 10 + at)).collect();
    let root = format!("/DSS << /CRLs [{references}] >>");
    signed_by(
        &root,
        8192,
        |digest| cms_of(digest, &key, &chain, 0),
        |pdf| {
            for at in 0..count {
                let mut other = list.clone();
                let end = other.len() - 4;
                other[end..].copy_from_slice(&at.to_be_bytes());
                pdf.stream(10 + at, "", &other);
            }
        },
    )
}

pub fn bomb_in_dss(count: u32) -> Vec<u8> {
    let bomb = deflated(&vec![0; 40 << 20]);
    let references: String = (0..count).map(|at| format!("{} 0 R ", 10 + at)).collect();
    signed(
        &format!("/DSS << /CRLs [{references}] >>"),
        &[0x30, 0],
        |pdf| {
            for at in 0..count {
                pdf.stream(10 + at, "/Filter /FlateDecode", &bomb);
            }
        },
    )
}

/// A signature and `count` time stamps over a file of some megabytes, all of one range.
pub fn stamps(count: u32) -> Vec<u8> {
    let fields: String = (0..count).map(|at| format!("{} 0 R ", 20 + at)).collect();
    let (key, chain) = namesakes(1);
    signed_by(
        &format!("/AcroForm << /Fields [2 0 R {fields}] >>"),
        8192,
        |digest| cms_of(digest, &key, &chain, 0),
        |pdf| {
            pdf.stream(10, "", &vec![b' '; 3 << 20]);
            for at in 0..count {
                let range = format!("/ByteRange [0 9 20 {}]", 3_000_000 + at);
                let body = format!(
                    "<< /FT /Sig /V << /SubFilter /ETSI.RFC3161 {range} /Contents <3000> >> >>"
                );
                pdf.object(20 + at, &body);
            }
        },
    )
}
