//! The seal on a certified copy, judged by ourselves, by pyHanko and by poppler, and attacked.

mod attacks;
mod key_files;
mod levels;
mod literature;
mod long_term;
mod machine;
mod remote_signing;
mod renewal;
mod signing_session;
mod softhsm;
mod token;
mod verdicts;
mod waits;
mod weak;
mod whose;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use sogoc::copy_pdf::{CopyContent, compose};
use sogoc::seal::{
    FileCheck, KeyCheck, Seal, SealError, SignRequest, TEST_AUTHORITY, Trust, TrustCheck, Unfit,
    measure, verify,
};

use crate::copy_pdf::{ask, sample};
use crate::support::pyhanko;

const PASSWORD: &str = "một mật khẩu thử";

fn now() -> Timestamp {
    "2026-11-22T04:35:00Z".parse().unwrap()
}

/// A folder with a fresh test authority.
struct Office {
    folder: tempfile::TempDir,
    seal: Seal,
}

impl Office {
    fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seal.p12");
        let seal = Seal::open_or_create(&file, PASSWORD, now(), "SỞ GIÁO DỤC VÀ ĐÀO TẠO").unwrap();
        Office { folder, seal }
    }

    fn trust(&self) -> Trust {
        Trust::from_pem(&self.seal.trust_file()).unwrap()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn sealed(&self) -> Vec<u8> {
        sealed_with(&self.seal)
    }
}

fn request(content: &CopyContent) -> SignRequest {
    SignRequest {
        signing_time: content.sealed_at,
        reason: "Cấp bản sao từ sổ gốc".to_owned(),
        location: content.place.clone(),
        field_name: "DauCoQuan".to_owned(),
        mark_box: compose(content).unwrap().mark_box,
    }
}

fn sealed_with(seal: &Seal) -> Vec<u8> {
    let content = sample();
    let composed = compose(&content).unwrap();
    seal.sign(&composed.pdf, &request(&content)).unwrap()
}

#[test]
fn a_sealed_copy_holds_before_ourselves() {
    let office = Office::new();
    let verdict = verify(&office.sealed(), &office.trust(), now());
    assert_eq!(verdict.file, FileCheck::Unchanged);
    assert_eq!(verdict.key, KeyCheck::GoodThen);
    assert_eq!(verdict.trust, TrustCheck::TestAuthority);
    assert_eq!(verdict.stated_time, Some(now()));
    assert_eq!((verdict.signatures, verdict.bytes_added), (1, 0));
    let signer = verdict.signer.clone().unwrap();
    assert_eq!(signer.name, "SỞ GIÁO DỤC VÀ ĐÀO TẠO (TEST)");
    assert_eq!(signer.issuer, TEST_AUTHORITY);
    assert!(verdict.holds() && office.seal.is_test_authority());
}

#[test]
fn a_sealed_copy_holds_before_pyhanko_as_pades_b_b() {
    let office = Office::new();
    let pdf = office.write("copy.pdf", office.sealed());
    let trust = office.write("trust.pem", office.seal.trust_file());
    let findings = pyhanko::judge(&pdf, &trust, "2026-11-22T04:36:00+00:00");
    assert_eq!(
        findings,
        [json!({
            "intact": true, "valid": true, "trusted": true, "bottom_line": true,
            "coverage": "ENTIRE_FILE", "modification": "NONE",
            "subfilter": "/ETSI.CAdES.detached",
            "attributes": ["content_type", "message_digest", "signing_certificate_v2"],
            "signer": "SỞ GIÁO DỤC VÀ ĐÀO TẠO (TEST)",
            "mechanism": "sha256_ecdsa", "digest": "sha256", "certificates": 2,
            "stated_time": "2026-11-22T11:35:00+07:00",
        })]
    );
}

#[test]
fn a_sealed_copy_holds_before_poppler() {
    let office = Office::new();
    let pdf = office.write("copy.pdf", office.sealed());
    let said = ask("pdfsig", &[], &pdf, &[]);
    for expected in [
        "Signature Validation: Signature is Valid.",
        "Total document signed",
        "Signature Type: ETSI.CAdES.detached",
        "Signing Hash Algorithm: SHA-256",
        "SỞ GIÁO DỤC VÀ ĐÀO TẠO (TEST)",
    ] {
        assert!(said.contains(expected), "{expected:?} is missing in {said}");
    }
}

#[test]
fn sealing_keeps_the_page_and_its_archival_form() {
    let office = Office::new();
    let content = sample();
    let composed = compose(&content).unwrap().pdf;
    let sealed = office.sealed();
    assert!(sealed.starts_with(&composed), "an update only appends");
    let pdf = office.write("copy.pdf", &sealed);
    ask("qpdf", &["--check"], &pdf, &[]);
    let before = office.write("before.pdf", &composed);
    let text = |path| ask("pdftotext", &["-layout"], path, &["-"]);
    assert_eq!(text(&pdf), text(&before));
    let metadata = ask("pdfinfo", &["-meta"], &pdf, &[]);
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"));
    // What PDF/A-2 (ISO 19005-2, 6.3 and 6.4) asks of the update itself, read by qpdf.
    let json: serde_json::Value =
        serde_json::from_str(&ask("qpdf", &["--json=2"], &pdf, &[])).unwrap();
    let objects = json["qpdf"][1].as_object().unwrap();
    let widget = objects
        .values()
        .map(|object| &object["value"])
        .find(|value| value["/Subtype"] == "/Widget")
        .unwrap();
    assert_eq!(widget["/F"], 132, "printed, not hidden, locked");
    let appearance = widget["/AP"].as_object().unwrap();
    assert_eq!(appearance.keys().collect::<Vec<_>>(), ["/N"]);
    let form = objects
        .values()
        .find_map(|object| object["value"].get("/AcroForm"))
        .unwrap();
    assert_eq!(form["/SigFlags"], 3);
    assert!(form.get("/NeedAppearances").is_none() && form.get("/XFA").is_none());
    let trailer = &objects["trailer"]["value"];
    assert_eq!(trailer["/ID"].as_array().unwrap().len(), 2);
}

#[test]
fn a_signature_made_by_pyhanko_holds_before_ourselves() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("seal.p12");
    let now = Timestamp::now();
    let seal = Seal::open_or_create(&key, "ascii only", now, "Phòng GDĐT").unwrap();
    let pdf = folder.path().join("theirs.pdf");
    std::fs::write(&pdf, compose(&sample()).unwrap().pdf).unwrap();
    pyhanko::sign(&pdf, &key, "ascii only");
    let trust = Trust::from_pem(&seal.trust_file()).unwrap();
    let mut theirs = std::fs::read(&pdf).unwrap();
    let verdict = verify(&theirs, &trust, Timestamp::now());
    assert!(verdict.holds(), "{verdict:?}");
    theirs[2000] ^= 1;
    assert!(!verify(&theirs, &trust, Timestamp::now()).holds());
}

#[test]
fn an_update_after_sealing_is_reported_as_such() {
    let office = Office::new();
    let sealed = office.sealed();
    let pdf = office.write("copy.pdf", &sealed);
    pyhanko::append_update(&pdf);
    let updated = std::fs::read(&pdf).unwrap();
    let verdict = verify(&updated, &office.trust(), now());
    assert_eq!(verdict.file, FileCheck::AddedTo);
    assert_eq!(verdict.bytes_added, updated.len() - sealed.len());
    assert!(verdict.signer.is_some() && !verdict.holds());
}

#[test]
fn a_second_seal_covers_the_first() {
    let office = Office::new();
    let sealed = office.sealed();
    let mut second = request(&sample());
    let refused = office.seal.sign(&sealed, &second);
    assert!(matches!(refused, Err(SealError::FieldExists)));
    second.field_name = "DauCapTren".to_owned();
    let twice = office.seal.sign(&sealed, &second).unwrap();
    let verdict = verify(&twice, &office.trust(), now());
    assert!(verdict.holds());
    assert_eq!(verdict.signatures, 2);
    let pdf = office.write("twice.pdf", &twice);
    let trust = office.write("trust.pem", office.seal.trust_file());
    let findings = pyhanko::judge(&pdf, &trust, "2026-11-22T04:36:00+00:00");
    assert_eq!(findings.len(), 2);
    assert!(
        findings.iter().all(|one| one["bottom_line"] == true),
        "{findings:?}"
    );
}

#[test]
fn a_stranger_with_the_same_name_is_not_trusted() {
    let (office, stranger) = (Office::new(), Office::new());
    let verdict = verify(&stranger.sealed(), &office.trust(), now());
    assert_eq!(verdict.file, FileCheck::Unchanged);
    assert_ne!(verdict.trust, TrustCheck::TestAuthority);
    assert_ne!(verdict.trust, TrustCheck::Trusted);
    assert!(!verdict.holds());
    let alone = verify(&stranger.sealed(), &Trust::none(), now());
    assert_eq!(alone.trust, TrustCheck::UnknownAuthority);
}

#[test]
fn a_certificate_out_of_its_time_does_not_seal() {
    let office = Office::new();
    let content = sample();
    let composed = compose(&content).unwrap().pdf;
    for (time, expected) in [
        ("2026-11-21T00:00:00Z", Unfit::NotYetValid),
        ("2031-11-23T00:00:00Z", Unfit::Expired),
    ] {
        let mut request = request(&content);
        request.signing_time = time.parse().unwrap();
        let refused = office.seal.sign(&composed, &request);
        assert!(matches!(refused, Err(SealError::Unfit(why)) if why == expected));
    }
}

#[test]
fn a_seal_stays_good_after_its_certificate_ran_out_and_not_before_its_time() {
    let office = Office::new();
    let sealed = office.sealed();
    let later = verify(
        &sealed,
        &office.trust(),
        "2040-01-01T00:00:00Z".parse().unwrap(),
    );
    assert_eq!(later.key, KeyCheck::GoodThen);
    assert!(later.holds());
    let earlier = verify(
        &sealed,
        &office.trust(),
        "2026-11-22T04:00:00Z".parse().unwrap(),
    );
    assert_eq!(earlier.key, KeyCheck::TimeAhead);
    assert!(!earlier.holds());
}

#[test]
fn every_answer_has_its_own_code_and_sentences() {
    let files = [
        FileCheck::Unchanged,
        FileCheck::AddedTo,
        FileCheck::Altered,
        FileCheck::NotSealed,
        FileCheck::NotPdf,
        FileCheck::Unreadable,
        FileCheck::Encrypted,
        FileCheck::TooLarge,
        FileCheck::TooComplex,
        FileCheck::CheckFailed,
    ];
    let codes: std::collections::HashSet<_> = files.iter().map(|check| check.code()).collect();
    assert_eq!(codes.len(), files.len());
    for check in files {
        let serialized = serde_json::to_value(check).unwrap();
        assert_eq!(serialized, check.code());
        assert_ne!(check.sentence_vi(), check.sentence_en());
    }
}

#[tokio::test]
async fn the_bench_times_each_step_and_the_whole() {
    let (seal, content) = (Arc::new(Office::new().seal), sample());
    let timing = measure::<SealError>(3, &seal, &request(&content), || {
        Ok(compose(&content).unwrap().pdf)
    })
    .await
    .unwrap();
    assert!(timing.approved_to_signed.p95 >= timing.sign.p50);
    assert!(!timing.verify.p50.is_zero());
}
