//! PDF files made to stall or end whoever verifies them: each small, each with what a signature check follows.

use std::io::Write;

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
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

/// What makes a file.
type Make = fn() -> Vec<u8>;

/// Name and maker of each.
pub const ALL: [(&str, Make); 25] = [
    ("dss_refers_199000_times", || dss_refers_many_times(199_000)),
    ("dss_refers_9000_times", || dss_refers_many_times(9_000)),
    ("many_objects_packed", many_objects_packed),
    ("many_objects_in_dss", many_objects_in_dss),
    ("carries_200_certificates", || carries(200)),
    ("carries_5000_certificates", || carries(5_000)),
    ("carries_5000_attributes", || carries_attributes(5_000)),
    ("dss_of_3000_lists", || dss_of_lists(3_000)),
    ("fields_10000", || fields(10_000)),
    ("fields_2000_of_one_array", fields_share_one_array),
    ("kids_deep", || kids_deep(5_000)),
    ("nested_deep", || {
        catalog(&format!("/X {}", "[<< /A ".repeat(500_000)))
    }),
    ("object_stream_in_itself", object_stream_in_itself),
    ("cross_reference_loop", cross_reference_loop),
    ("revisions_5000", || revisions(5_000)),
    ("table_read_250_times", || table_read_again(250)),
    ("length_lies", length_lies),
    ("streams_overlap", streams_overlap),
    ("filters_100", || filters(100)),
    ("bomb_in_dss", || bomb_in_dss(1)),
    ("bombs_20_in_dss", || bomb_in_dss(20)),
    ("byte_range_huge", byte_range_huge),
    ("white_space_between_objects", white_space),
    ("names_tree_deep", names_tree),
    ("stamps_64", || stamps(63)),
];

/// One of them.
pub fn named(name: &str) -> Vec<u8> {
    let (_, make) = ALL.iter().find(|(own, _)| *own == name).unwrap();
    make()
}

/// A file in the making: objects, then a table of where they are.
struct Pdf {
    bytes: Vec<u8>,
    places: Vec<(u32, usize)>,
}

impl Pdf {
    fn new() -> Self {
        Self {
            bytes: b"%PDF-1.7\n".to_vec(),
            places: Vec::new(),
        }
    }

    fn object(&mut self, number: u32, body: &str) {
        self.places.push((number, self.bytes.len()));
        let object = format!("{number} 0 obj\n{body}\nendobj\n");
        self.bytes.extend(object.bytes());
    }

    fn stream(&mut self, number: u32, entries: &str, data: &[u8]) {
        self.places.push((number, self.bytes.len()));
        let head = format!(
            "{number} 0 obj\n<< {entries} /Length {} >>\nstream\n",
            data.len()
        );
        self.bytes.extend(head.bytes());
        self.bytes.extend(data);
        self.bytes.extend(b"\nendstream\nendobj\n");
    }

    /// Ends with a classic table.
    fn finish(mut self) -> Vec<u8> {
        let section = self.bytes.len();
        let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
        for (number, offset) in &self.places {
            table.push_str(&format!("{number} 1\n{offset:010} 00000 n \n"));
        }
        table.push_str(&format!(
            "trailer\n<< /Size 1000000 /Root 1 0 R >>\nstartxref\n{section}\n%%EOF\n"
        ));
        self.bytes.extend(table.bytes());
        self.bytes
    }

    /// Ends with a cross-reference stream that also holds `packed`: number, object stream, index.
    fn finish_as_stream(mut self, packed: &[(u32, u32, u32)]) -> Vec<u8> {
        let section = self.bytes.len();
        let mut rows: Vec<(u32, [u32; 3])> = Vec::new();
        for (number, offset) in &self.places {
            rows.push((*number, [1, *offset as u32, 0]));
        }
        for (number, stream, index) in packed {
            rows.push((*number, [2, *stream, *index]));
        }
        rows.sort_unstable();
        let (mut data, mut index) = (Vec::new(), String::new());
        for (number, row) in rows {
            index.push_str(&format!("{number} 1 "));
            data.extend(row.iter().flat_map(|field| field.to_be_bytes()));
        }
        let entries = format!("/Type /XRef /W [4 4 4] /Index [{index}] /Size 1000000 /Root 1 0 R");
        self.stream(999_999, &entries, &data);
        let tail = format!("startxref\n{section}\n%%EOF\n");
        self.bytes.extend(tail.bytes());
        self.bytes
    }
}

/// A file that is signed as far as its byte range tells: `fill` adds objects from 10 on, `root` entries of the catalogue.
fn signed(root: &str, contents: &[u8], fill: impl FnOnce(&mut Pdf)) -> Vec<u8> {
    let gap = contents.len();
    signed_by(root, gap, |_| contents.to_vec(), fill)
}

/// The same, the signature made over the digest of the rest.
fn signed_by(
    root: &str,
    room: usize,
    sign: impl FnOnce([u8; 32]) -> Vec<u8>,
    fill: impl FnOnce(&mut Pdf),
) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [2 0 R] >> {root} >>"),
    );
    pdf.object(2, "<< /FT /Sig /T (a) /V 3 0 R >>");
    let head = "<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [";
    let range = " ".repeat(40);
    let body = format!("{head}{range}] /Contents <{}> >>", "0".repeat(room * 2));
    let range_at = pdf.bytes.len() + "3 0 obj\n".len() + head.len();
    pdf.object(3, &body);
    fill(&mut pdf);
    let mut bytes = pdf.finish();
    let start = range_at + range.len() + "] /Contents ".len();
    let end = start + room * 2 + 2;
    let numbers = format!("0 {start} {end} {}", bytes.len() - end);
    bytes[range_at..range_at + numbers.len()].copy_from_slice(numbers.as_bytes());
    let mut hash = Sha256::new();
    hash.update(&bytes[..start]);
    hash.update(&bytes[end..]);
    let signature = hex::encode(sign(hash.finalize().into()));
    bytes[start + 1..start + 1 + signature.len()].copy_from_slice(signature.as_bytes());
    bytes
}

fn catalog(entries: &str) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(1, &format!("<< /Type /Catalog {entries} >>"));
    pdf.finish()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(data).unwrap();
    packer.finish().unwrap()
}

fn dss_refers_many_times(times: usize) -> Vec<u8> {
    let references = "10 0 R ".repeat(times);
    signed(
        &format!("/DSS << /Certs [{references}] >>"),
        &[0x30, 0],
        |pdf| {
            pdf.stream(10, "", &vec![b'x'; 1 << 20]);
        },
    )
}

fn many_objects_packed() -> Vec<u8> {
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

fn many_objects_in_dss() -> Vec<u8> {
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
fn namesakes(count: usize) -> (KeyPair, Vec<Certificate>) {
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

fn carries(certificates: usize) -> Vec<u8> {
    let (key, chain) = namesakes(certificates);
    let room: usize = chain.iter().map(|one| one.to_der().unwrap().len()).sum();
    signed_by(
        "",
        room + 4096,
        |digest| cms_of(digest, &key, &chain, 0),
        |_| {},
    )
}

fn carries_attributes(count: usize) -> Vec<u8> {
    let (key, chain) = namesakes(1);
    signed_by(
        "",
        count * 64 + 8192,
        |digest| cms_of(digest, &key, &chain, count),
        |_| {},
    )
}

/// A signature of the last of `chain` over `digest`, with so many attributes nobody knows.
fn cms_of(digest: [u8; 32], key: &KeyPair, chain: &[Certificate], strange: usize) -> Vec<u8> {
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

/// A signature that fits, and a store of so many different lists its signer's namesake signed.
fn dss_of_lists(count: u32) -> Vec<u8> {
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

fn fields(count: u32) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let references: String = (0..count).map(|at| format!("{} 0 R ", 10 + at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{references}] >> >>"),
    );
    for at in 0..count {
        pdf.object(
            10 + at,
            "<< /FT /Sig /V << /ByteRange [0 9 20 9] /Contents <00> >> >>",
        );
    }
    pdf.finish()
}

/// Fields whose kids are all one array of many.
fn fields_share_one_array() -> Vec<u8> {
    let mut pdf = Pdf::new();
    let references: String = (0..1_900).map(|at| format!("{} 0 R ", 20 + at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{references}] >> >>"),
    );
    pdf.object(10, &format!("[{}]", "null ".repeat(190_000)));
    for at in 0..1_900 {
        pdf.object(20 + at, "<< /FT /Sig /Kids 10 0 R >>");
    }
    pdf.finish()
}

fn kids_deep(depth: u32) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(1, "<< /Type /Catalog /AcroForm << /Fields [10 0 R] >> >>");
    for at in 0..depth {
        pdf.object(10 + at, &format!("<< /FT /Sig /Kids [{} 0 R] >>", 11 + at));
    }
    pdf.finish()
}

fn object_stream_in_itself() -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.stream(10, "/Type /ObjStm /N 1 /First 5", b"1 0  << >>");
    pdf.finish_as_stream(&[(1, 11, 0), (11, 12, 0), (12, 11, 0)])
}

fn cross_reference_loop() -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let first = bytes.len();
    let second = first + 60;
    let one = format!("xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {second} >>\n");
    bytes.extend(format!("{one:<60}").bytes());
    let other = format!("xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {first} >>\n");
    bytes.extend(other.bytes());
    bytes.extend(format!("startxref\n{first}\n%%EOF\n").bytes());
    bytes
}

fn revisions(count: usize) -> Vec<u8> {
    let mut bytes = catalog("");
    let mut section = bytes.windows(4).rposition(|here| here == b"xref").unwrap() - 5;
    for _ in 0..count {
        let previous = section;
        section = bytes.len();
        let one = format!("xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {previous} >>\n");
        bytes.extend(one.bytes());
    }
    bytes.extend(format!("startxref\n{section}\n%%EOF\n").bytes());
    bytes
}

/// One long table, and many sections that begin in the white space before it.
fn table_read_again(times: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let start = bytes.len();
    bytes.extend(vec![b' '; times]);
    let entries = "0000000009 00000 n \n".repeat(200_000);
    let table = format!("xref\n0 200000\n{entries}trailer\n<< /Root 1 0 R ");
    bytes.extend(table.bytes());
    // The trailer is the same each time, so the ways on stand in further sections.
    bytes.extend(b">>\n");
    let mut section = 0;
    for at in 0..times {
        let previous = if at == 0 { start } else { section };
        section = bytes.len();
        let one = format!(
            "xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev {previous} /XRefStm {} >>\n",
            start + at
        );
        bytes.extend(one.bytes());
    }
    bytes.extend(format!("startxref\n{section}\n%%EOF\n").bytes());
    bytes
}

fn length_lies() -> Vec<u8> {
    signed("/DSS << /Certs [10 0 R 11 0 R] >>", &[0x30, 0], |pdf| {
        pdf.object(10, "<< /Length 99999999999 >>\nstream\nx\nendstream");
        pdf.object(11, "<< /Length -1 >>\nstream\nx\nendstream");
    })
}

/// Streams of which each holds all that follow.
fn streams_overlap() -> Vec<u8> {
    const STREAMS: u32 = 9_000;
    let references: String = (0..STREAMS).map(|at| format!("{} 0 R ", 10 + at)).collect();
    let root = format!("/DSS << /Certs [{references}] >>");
    signed(&root, &[0x30, 0], |pdf| {
        for at in 0..STREAMS {
            pdf.object(10 + at, "<< /Length 1000000 >>\nstream\n");
        }
        pdf.bytes.extend(vec![b' '; 1_000_100]);
    })
}

fn filters(count: usize) -> Vec<u8> {
    let mut data = vec![0; 1000];
    for _ in 0..count {
        data = deflated(&data);
    }
    let entries = format!("/Filter [{}]", "/FlateDecode ".repeat(count));
    signed("/DSS << /Certs [10 0 R] >>", &[0x30, 0], |pdf| {
        pdf.stream(10, &entries, &data);
    })
}

fn bomb_in_dss(count: u32) -> Vec<u8> {
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

fn byte_range_huge() -> Vec<u8> {
    let range = "0 9 20 18446744073709551615 ".repeat(40_000);
    let field = format!("<< /FT /Sig /V << /ByteRange [{range}] /Contents <00> >> >>");
    catalog(&format!("/AcroForm << /Fields [{field}] >>"))
}

/// Objects that all begin in one stretch of white space.
fn white_space() -> Vec<u8> {
    const FIELDS: u32 = 1_900;
    let mut pdf = Pdf::new();
    let references: String = (0..FIELDS).map(|at| format!("{} 0 R ", 10 + at)).collect();
    pdf.object(
        1,
        &format!("<< /Type /Catalog /AcroForm << /Fields [{references}] >> >>"),
    );
    let start = pdf.bytes.len();
    pdf.bytes.extend(vec![b' '; 3 << 20]);
    for at in 0..FIELDS {
        pdf.places.push((10 + at, start + at as usize));
    }
    pdf.bytes.extend(b"10 0 obj\n<< /FT /Sig >>\nendobj\n");
    pdf.finish()
}

fn names_tree() -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.object(
        1,
        "<< /Type /Catalog /Names << /EmbeddedFiles 10 0 R >> /Metadata 9 0 R >>",
    );
    pdf.stream(9, "/Type /Metadata", "<x>".repeat(500_000).as_bytes());
    for at in 0..20_000 {
        pdf.object(
            10 + at,
            &format!("<< /Kids [{} 0 R {} 0 R] >>", 11 + at, 10),
        );
    }
    pdf.finish()
}

/// A signature and so many time stamps over a file of some megabytes, all of one range.
fn stamps(count: u32) -> Vec<u8> {
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
