//! Files that carry evidence against their own key, as a program would write them that does not refuse to.

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};

use super::verify;
use crate::config::Padding;
use crate::seal::certificate::Certificate;
use crate::seal::examination::Examination;
use crate::seal::long_term::with_evidence;
use crate::seal::revocation::Evidence;
use crate::seal::{FileCheck, KeyCheck, MarkBox, Seal, SignRequest, SoftwareKey, Trust, Verdict};

const SERIAL: u64 = 77;

fn parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(2026, 1, 1);
    parameters.not_after = date_time_ymd(2030, 1, 1);
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

/// A page without anything on it.
fn page() -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
    for (number, body) in [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
    ]
    .iter()
    .enumerate()
    {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend_from_slice(format!("{} 0 obj\n{body}\nendobj\n", number + 1).as_bytes());
    }
    let start = pdf.len();
    let trailer = format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    pdf.extend_from_slice((table + &trailer).as_bytes());
    pdf
}

/// Seals a page on 22 November 2026 and lets the file carry a list of the 25th that says the key was revoked on `day`
/// of that month, if on any.
fn judged(day: Option<u8>) -> Verdict {
    let root_key = KeyPair::generate().unwrap();
    let mut root = parameters("Gốc");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root_certificate = root.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root, root_key);
    let signer_key = KeyPair::generate().unwrap();
    let mut signer = parameters("Người ký");
    signer.is_ca = IsCa::ExplicitNoCa;
    signer.serial_number = Some(SerialNumber::from(SERIAL));
    signer.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let signer = signer.signed_by(&signer_key, &issuer).unwrap();
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 25),
        next_update: date_time_ymd(2026, 12, 25),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::from_iter(day.map(|day| RevokedCertParams {
            serial_number: SerialNumber::from(SERIAL),
            revocation_time: date_time_ymd(2026, 11, day),
            reason_code: None,
            invalidity_date: None,
        })),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&issuer).unwrap();

    let chain: Vec<Certificate> = [&signer, &root_certificate]
        .map(|one| Certificate::from_der(one.der()).unwrap())
        .into();
    let evidence = Evidence {
        certificates: chain.iter().map(|one| one.der().to_vec().into()).collect(),
        crls: vec![list.der().to_vec().into()],
        ..Evidence::default()
    };
    let trust = Trust::none().and(chain[1].clone());
    let key = SoftwareKey::new(&signer_key.serialize_der(), chain, Padding::default()).unwrap();
    let seal = Seal::with_key(Box::new(key)).unwrap();
    let sealed = seal.sign(&page(), &request()).unwrap();
    let file = with_evidence(&sealed, &evidence, &Examination::default()).unwrap();
    verify(&file, &trust, "2026-11-26T00:00:00Z".parse().unwrap())
}

fn request() -> SignRequest {
    let signing_time: Timestamp = "2026-11-22T04:35:00Z".parse().unwrap();
    let mark_box = MarkBox {
        left: 0.0,
        bottom: 0.0,
        right: 9.0,
        top: 9.0,
    };
    SignRequest {
        signing_time,
        reason: "thử".into(),
        location: "đây".into(),
        field_name: "Dau".into(),
        mark_box,
    }
}

#[test]
fn a_file_that_carries_the_revocation_of_its_key_before_sealing_is_revoked() {
    let verdict = judged(Some(20));
    assert_eq!(
        (verdict.file, verdict.key),
        (FileCheck::Unchanged, KeyCheck::Revoked)
    );
    assert!(!verdict.holds());
}

#[test]
fn revoked_after_a_time_that_nobody_proves_is_said_to_be_just_that() {
    let verdict = judged(Some(24));
    assert_eq!(verdict.key, KeyCheck::RevokedUnproven);
    assert!(!verdict.holds());
}

#[test]
fn the_same_file_holds_when_its_list_names_nobody() {
    let verdict = judged(None);
    assert_eq!(
        (verdict.file, verdict.key),
        (FileCheck::Unchanged, KeyCheck::GoodThen)
    );
    assert!(verdict.holds(), "{verdict:?}");
}
