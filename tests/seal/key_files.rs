//! Key files: ours, made by openssl, exposed, damaged, and not meant for sealing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sogoc::seal::{Seal, SealError, Trust, TrustCheck, TrustError, Unfit, verify};

use super::{Office, PASSWORD, now, sealed_with};
use crate::support::{pip, pyhanko};

fn open(path: &Path, password: &str) -> Result<Seal, SealError> {
    Seal::open_or_create(path, password, now(), "SỞ GIÁO DỤC VÀ ĐÀO TẠO")
}

/// A self-signed identity made by openssl: key option, extension line, days; as PKCS#12.
fn openssl_identity(folder: &Path, key: &[&str], extension: &str, days: &str) -> PathBuf {
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (pem, certificate, packed) = (at("key.pem"), at("cert.pem"), at("other.p12"));
    let mut request = Command::new("openssl");
    request
        .args(["req", "-x509", "-nodes", "-newkey"])
        .args(key);
    request.args(["-subj", "/C=VN/CN=Openssl signer", "-days", days]);
    request.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    request.args(["-addext", extension, "-keyout", &pem, "-out", &certificate]);
    pip::run(&mut request);
    let mut pack = Command::new("openssl");
    pack.args(["pkcs12", "-export", "-inkey", &pem, "-in", &certificate]);
    pack.args(["-passout", &format!("pass:{PASSWORD}"), "-out", &packed]);
    pip::run(&mut pack);
    let packed = PathBuf::from(packed);
    fs::set_permissions(&packed, fs::Permissions::from_mode(0o600)).unwrap();
    packed
}

const SIGNING: &str = "keyUsage=critical,digitalSignature,nonRepudiation";

#[test]
fn the_key_is_made_once_and_only_its_owner_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.p12");
    let first = open(&path, PASSWORD).unwrap();
    let bytes = fs::read(&path).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = open(&path, PASSWORD).unwrap();
    assert_eq!(first.signer().serial(), again.signer().serial());
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left lying about"
    );
}

#[test]
fn openssl_reads_our_key_file() {
    let office = Office::new();
    let path = office.folder.path().join("seal.p12");
    let mut command = Command::new("openssl");
    command.args(["pkcs12", "-nodes", "-in"]).arg(path);
    command.args(["-passin", &format!("pass:{PASSWORD}")]);
    let said = pip::run(&mut command);
    assert_eq!(said.matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(said.matches("BEGIN PRIVATE KEY").count(), 1);
}

#[test]
fn a_key_file_that_everyone_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.p12");
    open(&path, PASSWORD).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        open(&path, PASSWORD),
        Err(SealError::KeyRefused(_))
    ));
}

#[test]
fn a_wrong_password_or_a_damaged_file_is_named_and_the_file_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.p12");
    open(&path, PASSWORD).unwrap();
    assert!(matches!(open(&path, "another"), Err(SealError::KeyFile(_))));
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(open(&path, PASSWORD), Err(SealError::KeyFile(_))));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_missing_folder_is_unavailable() {
    let refused = open(Path::new("/nonexistent/seal.p12"), PASSWORD);
    assert!(matches!(refused, Err(SealError::KeyFileUnavailable { .. })));
}

#[test]
fn a_seal_with_an_rsa_key_of_openssl_holds_before_pyhanko() {
    let folder = tempfile::tempdir().unwrap();
    let path = openssl_identity(folder.path(), &["rsa:2048"], SIGNING, "30");
    let seal = Seal::open_or_create(&path, PASSWORD, jiff::Timestamp::now(), "").unwrap();
    assert!(!seal.is_test_authority());
    let mut content = crate::copy_pdf::sample();
    content.sealed_at = jiff::Timestamp::now();
    let composed = sogoc::copy_pdf::compose(&content).unwrap();
    let sealed = seal.sign(&composed.pdf, &super::request(&content)).unwrap();
    let pdf = folder.path().join("copy.pdf");
    fs::write(&pdf, sealed).unwrap();
    let trust = folder.path().join("cert.pem");
    let moment = content
        .sealed_at
        .strftime("%Y-%m-%dT%H:%M:%S+00:00")
        .to_string();
    let findings = pyhanko::judge(&pdf, &trust, &moment);
    assert_eq!(findings[0]["bottom_line"], true, "{findings:?}");
    assert_eq!(findings[0]["mechanism"], "sha256_rsa");
}

#[test]
fn a_weak_or_strange_key_is_refused() {
    for key in [&["rsa:1024"][..], &["ed25519"][..]] {
        let folder = tempfile::tempdir().unwrap();
        let path = openssl_identity(folder.path(), key, SIGNING, "30");
        assert!(
            matches!(open(&path, PASSWORD), Err(SealError::KeyRefused(_))),
            "{key:?}"
        );
    }
}

#[test]
fn a_certificate_not_meant_for_signing_is_refused() {
    for extension in ["keyUsage=keyEncipherment", "extendedKeyUsage=serverAuth"] {
        let folder = tempfile::tempdir().unwrap();
        let path = openssl_identity(folder.path(), &["rsa:2048"], extension, "30");
        let refused = Seal::open_or_create(&path, PASSWORD, jiff::Timestamp::now(), "");
        assert!(
            matches!(refused, Err(SealError::Unfit(Unfit::NotForSigning))),
            "{extension}"
        );
    }
}

#[test]
fn an_expired_certificate_is_refused_at_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.p12");
    open(&path, PASSWORD).unwrap();
    let later = "2032-01-01T00:00:00Z".parse().unwrap();
    let refused = Seal::open_or_create(&path, PASSWORD, later, "");
    assert!(matches!(refused, Err(SealError::Unfit(Unfit::Expired))));
}

#[test]
fn a_trust_file_must_hold_whole_certificates() {
    let office = Office::new();
    let pem = office.seal.trust_file();
    assert!(matches!(Trust::from_pem(""), Err(TrustError::Empty)));
    assert!(matches!(Trust::from_pem("hello"), Err(TrustError::Empty)));
    let damaged = pem.replace("MII", "AAA");
    assert!(matches!(
        Trust::from_pem(&damaged),
        Err(TrustError::Malformed(1))
    ));
    let other = Office::new();
    let both = Trust::from_pem(&format!("{}\n{pem}", other.seal.trust_file())).unwrap();
    assert_eq!(both.anchors().len(), 2);
    let verdict = verify(&sealed_with(&office.seal), &both, now());
    assert_eq!(verdict.trust, TrustCheck::TestAuthority);
}
