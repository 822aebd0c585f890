//! Keys that never leave a token: SoftHSM2 behind the program itself.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use jiff::Timestamp;
use serde_json::Value;
use sogoc::archive::Archive;
use sogoc::seal::{Level, Trust, verify};
use tempfile::TempDir;

use super::levels::{is_good, judge, trust};
use super::softhsm::{PIN, SoftHsm};
use crate::support::authority::{Authority, KeyKind, SIGNING, Wanted};
use crate::support::holdings::{self, approved_record, releaser};

/// An archive whose seal lies on a token of SoftHSM2, and records to copy.
struct Office {
    authority: Authority,
    token: SoftHsm,
    data: TempDir,
    record: String,
    /// Who releases, as the command line names them.
    by: [String; 4],
}

impl Office {
    /// `setting` are further lines of `[seal]`.
    async fn new(kind: KeyKind, setting: &str) -> Office {
        let authority = Authority::start();
        let (from, until) = authority.a_year();
        let extensions = SIGNING;
        authority.issue(
            "signer",
            &Wanted {
                key: kind,
                extensions,
                from,
                until,
            },
        );
        let data = tempfile::tempdir().unwrap();
        let archive = Archive::open(holdings::config(data.path(), None))
            .await
            .unwrap();
        let record = approved_record(&archive).await;
        let by = releaser(&archive, data.path()).await;
        drop(archive);
        let chain = ["signer.pem", "root.pem"].map(|name| fs::read_to_string(authority.at(name)));
        let chain = chain.map(Result::unwrap).concat();
        fs::write(data.path().join("chain.pem"), chain).unwrap();
        let office = Office {
            token: SoftHsm::holding(&authority.at("signer.key")),
            authority,
            data,
            record,
            by,
        };
        office.configure(setting);
        office
    }

    fn at(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    fn configure(&self, setting: &str) {
        let base = self.data.path().display();
        let config = format!(
            "data = \"{base}\"\n[seal]\ncertificates = \"{base}/chain.pem\"\n\
             time_authority = \"{}\"\n{setting}\n[seal.token]\n\
             module = \"/usr/lib/softhsm/libsofthsm2.so\"\ntoken = \"con-dau\"\nkey = \"ky\"\n\
             pin_file = \"{base}/pin\"\n",
            self.authority.tsa()
        );
        fs::write(self.at("sogoc.toml"), config).unwrap();
        self.pin(PIN);
    }

    fn pin(&self, pin: &str) {
        fs::write(self.at("pin"), pin).unwrap();
        fs::set_permissions(self.at("pin"), Permissions::from_mode(0o600)).unwrap();
    }

    fn sogoc(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_sogoc"))
            .arg("--config")
            .arg(self.at("sogoc.toml"))
            .args(arguments)
            .env("SOFTHSM2_CONF", self.token.config())
            .output()
            .unwrap()
    }

    /// Issues copies; where they stand.
    fn copies(&self, count: usize) -> Vec<PathBuf> {
        let out = self.at("copies").display().to_string();
        let mut arguments = vec!["--json", "copy", "--out", &out];
        arguments.extend(self.by.iter().map(String::as_str));
        arguments.extend(std::iter::repeat_n(self.record.as_str(), count));
        let output = self.sogoc(&arguments);
        let said = String::from_utf8(output.stdout).unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}{complaint}");
        assert!(!complaint.contains(PIN), "the PIN is never logged");
        said.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| PathBuf::from(line["file"].as_str().unwrap()))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_sealed_on_a_token_hold_before_pyhanko_and_ourselves_at_every_level() {
    for (kind, padding, mechanism) in [
        (KeyKind::EcdsaP256, "pkcs1", "sha256_ecdsa"),
        (KeyKind::Rsa2048, "pkcs1", "sha256_rsa"),
        (KeyKind::Rsa2048, "pss", "rsassa_pss"),
    ] {
        let office = Office::new(kind, "").await;
        for level in Level::ALL {
            office.configure(&format!(
                "level = \"{}\"\nrsa_padding = \"{padding}\"",
                level.code()
            ));
            let pdf = office.copies(1).remove(0);
            let sealed = fs::read(&pdf).unwrap();
            let verdict = verify(&sealed, &trust(&office.authority), Timestamp::now());
            assert!(
                verdict.holds() && verdict.level == Some(level),
                "{verdict:?}"
            );
            let findings = judge(&office.authority, &pdf, level);
            assert!(is_good(&findings), "{level:?}: {findings}");
            assert_eq!(findings["mechanism"], mechanism);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pin_serves_a_session_of_many_copies_and_the_bench_measures_the_token() {
    let office = Office::new(KeyKind::EcdsaP256, "").await;
    let copies = office.copies(3);
    let own = fs::read_to_string(office.at("copies/trust.pem")).unwrap();
    for pdf in &copies {
        let trust = Trust::from_pem(&own).unwrap();
        assert!(verify(&fs::read(pdf).unwrap(), &trust, Timestamp::now()).holds());
    }
    let said = office.sogoc(&["--json", "bench", "copy", "--runs", "3"]);
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(
        (&said["key"], &said["scheme"]),
        (&"token".into(), &"ecdsa-p256-sha256".into())
    );
    assert!(
        said["milliseconds"]["approved_to_signed"]["p95"]
            .as_f64()
            .unwrap()
            > 0.0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_cannot_sign_says_why_and_the_copy_waits() {
    let office = Office::new(KeyKind::EcdsaP256, "").await;
    let out = office.at("copies").display().to_string();
    let refused = |word: &str, vi: &str| {
        let by = office.by.each_ref().map(String::as_str);
        let arguments = [&["copy", &office.record, "--out", &out], &by[..]].concat();
        let output = office.sogoc(&arguments);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(75), "{word}: {complaint}");
        assert!(complaint.contains(vi), "{word}: {complaint}");
        assert!(!complaint.contains("999999"), "the PIN is never logged");
    };
    office.pin("999999");
    refused("wrong PIN", "PIN");
    office.pin(PIN);
    let config = fs::read_to_string(office.at("sogoc.toml")).unwrap();
    fs::write(
        office.at("sogoc.toml"),
        config.replace("\"ky\"", "\"khác\""),
    )
    .unwrap();
    refused("key missing", "khóa mang nhãn");
    fs::write(
        office.at("sogoc.toml"),
        config.replace("con-dau", "con-dau-2"),
    )
    .unwrap();
    refused("token missing", "Chưa cắm");
    fs::write(
        office.at("sogoc.toml"),
        config.replace("libsofthsm2", "libnone"),
    )
    .unwrap();
    refused("library missing", "thư viện");
}
