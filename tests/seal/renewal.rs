//! The proof of a seal is renewed before it ends: with a time authority whose certificate runs out, a clock that is
//! moved on, kills in between, and the vault alone as witness.

mod office;

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use sogoc::access::Caller;
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, object_id};
use sogoc::clock::{Clock, WallClock};
use sogoc::config::{CatalogueConfig, Config};
use sogoc::seal::{Level, TimeCheck, verify};
use sogoc::vault::ObjectId;
use sogoc::{fixity, worker};
use tempfile::TempDir;

use super::levels::{trust, write};
use crate::support::archive::Ground;
use crate::support::authority::Authority;
use crate::support::holdings::approved_record;
use crate::support::pyhanko;
use crate::support::wait::let_it_work;
use office::{DAY, Office, days_on};

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_is_renewed_in_time_and_both_files_stay_ours_on_sqlite_and_a_folder() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_is_renewed_in_time_and_both_files_stay_ours_on_postgresql_and_s3() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let office = Office::on(ground, Level::BLTA, 60).await;
    let record = approved_record(&office.archive).await;
    let copy = office.issue(&record).await;
    let first = office.bytes(&copy.id).await;
    office.sweep().await;
    assert_eq!(
        office.line(&copy.id).await.sha256,
        copy.sha256,
        "not due yet"
    );

    office.clock.advance(DAY * 40);
    office.sweep().await; // the authority still uses the certificate that ends in twenty days
    assert_eq!(office.line(&copy.id).await.sha256, copy.sha256);
    let proofs = office.proofs().await;
    assert_eq!((proofs.due, proofs.late, proofs.next[0].due), (1, 0, true));

    office.authority.renew_tsa(days_on(3650));
    office.sweep().await;
    let line = office.line(&copy.id).await;
    let second = office.bytes(&copy.id).await;
    assert_ne!(line.sha256, copy.sha256);
    assert!(second.starts_with(&first) && second.len() > first.len());
    let known = [copy.sha256.clone().unwrap(), line.sha256.clone().unwrap()];
    assert_eq!(office.files(&copy).await, known, "the old version stays");
    assert_eq!(office.renewals_logged(&copy).await, 1);
    let proofs = office.proofs().await;
    assert_eq!((proofs.due, proofs.next[0].due), (0, false));
    office.sweep().await;
    assert_eq!(office.files(&copy).await, known, "renewed once");

    both_files_are_known(&office.archive, &first, &second).await;
    the_judges_agree(&office.authority, &first, &second).await;
    the_vault_alone_brings_it_back(&office, &first, &second).await;
}

async fn both_files_are_known(archive: &Archive, first: &[u8], second: &[u8]) {
    for (file, renewed) in [(first, true), (second, false)] {
        let verdict = certified_copy::verify_file(archive, file).await.unwrap();
        assert_eq!(
            (verdict.file.as_str(), verdict.key.as_str()),
            ("unchanged", "good_then")
        );
        assert_eq!(verdict.renewed, renewed);
        let known = verdict.archive.unwrap();
        assert_eq!(known.state, "valid");
        assert_eq!(known.earlier_sha256.len(), 1);
    }
    let mut cut = second.to_vec();
    cut.truncate(second.len() - 1);
    let verdict = certified_copy::verify_file(archive, &cut).await.unwrap();
    assert!(verdict.archive.is_none(), "no other file is ours");
}

/// When the first certificate has run out, only the renewed file still proves itself.
async fn the_judges_agree(authority: &Authority, first: &[u8], second: &[u8]) {
    let later = days_on(70);
    let at = later.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let list = reqwest::get(authority.crl()).await.unwrap();
    let list = write(authority, "list.crl", &list.bytes().await.unwrap());
    for (name, file, good) in [("first.pdf", first, false), ("second.pdf", second, true)] {
        let pdf = write(authority, name, file);
        let findings = pyhanko::judge_level(&pdf, &authority.root(), "B-LTA", &at, Some(&list));
        assert_eq!(
            findings["outcome"] == "AdESPassed.OK",
            good,
            "{name}: {findings}"
        );
    }
    let trust = trust(authority);
    let [old, new] = [first, second].map(|file| verify(file, &trust, later));
    assert_eq!(
        (old.time, new.time),
        (TimeCheck::ProvenThen, TimeCheck::Proven)
    );
    assert!(new.holds() && new.provable_until > old.provable_until);
}

async fn the_vault_alone_brings_it_back(office: &Office, first: &[u8], second: &[u8]) {
    worker::drain(&office.archive).await.unwrap();
    let old = fixity::holdings(&office.archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let present = &office.archive.config;
    let config = match present.vault.url {
        None => fixity::beside(present, new.path()).unwrap(),
        Some(_) => Config {
            data: new.path().to_owned(),
            catalogue: CatalogueConfig::default(),
            ..present.clone()
        },
    };
    let archive = Archive::open_with(config, office.clock.clone())
        .await
        .unwrap();
    let rebuilt = fixity::rebuild(&archive, |_, _| {}).await.unwrap();
    assert_eq!((rebuilt.copies, rebuilt.damaged.len()), (1, 0));
    let said = fixity::holdings(&archive.catalogue).await.unwrap();
    let differences = fixity::compare(&old, &said);
    assert!(differences.none(), "{differences:?}");
    both_files_are_known(&archive, first, second).await;
    let office = &Caller::machine();
    certified_copy::renew_due(&archive, office).await.unwrap();
    let proofs = certified_copy::proofs(&archive, office).await.unwrap();
    assert_eq!(
        proofs.levels[0].level.as_deref(),
        Some("B-LTA"),
        "read out of the file again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_cut_off_between_vault_and_book_is_booked_and_not_made_twice() {
    let office = Office::on(Ground::Embedded, Level::BLTA, 60).await;
    let record = approved_record(&office.archive).await;
    let copy = office.issue(&record).await;
    let until = office.proofs().await.next[0].provable_until.clone();
    office.clock.advance(DAY * 40);
    office.authority.renew_tsa(days_on(3650));
    office.sweep().await;
    let renewed = office.line(&copy.id).await;
    let files = office.files(&copy).await;

    // As if the process had died with the version in the vault and before its transaction.
    let pool = office.archive.catalogue.pool();
    sqlx::query("DELETE FROM earlier_files")
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("UPDATE copies SET sha256 = $1, provable_until = $2")
        .bind(&copy.sha256)
        .bind(until)
        .execute(pool)
        .await
        .unwrap();
    office.authority.fault("tsa", "down");
    assert_eq!(office.proofs().await.due, 1);
    let me = Caller::machine();
    certified_copy::renew_due(&office.archive, &me)
        .await
        .unwrap();
    assert_eq!(office.line(&copy.id).await.sha256, renewed.sha256);
    assert_eq!(
        office.files(&copy).await,
        files,
        "nothing was stamped again"
    );
    assert_eq!(office.proofs().await.due, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_file_in_the_vault_is_never_booked_as_a_renewal() {
    use sogoc::vault::{Change, Content, Provenance};
    let office = Office::on(Ground::Embedded, Level::BLTA, 20).await;
    let record = approved_record(&office.archive).await;
    let (copy, other) = (office.issue(&record).await, office.issue(&record).await);
    let object = ObjectId::new(object_id(&copy.id)).unwrap();
    let head = office
        .archive
        .vault
        .inventory(&object)
        .await
        .unwrap()
        .head();
    let foreign = Change::Put(Content::bytes("copy.pdf", office.bytes(&other.id).await));
    let who = Provenance {
        user_name: "ai đó".into(),
        user_address: String::new(),
        message: "Tệp khác".into(),
        at: office.clock.now(),
    };
    let vault = &office.archive.vault;
    vault
        .add_version(&object, head, &[foreign], &who)
        .await
        .unwrap();
    office.authority.renew_tsa(days_on(3650));
    let refused = certified_copy::renew_due(&office.archive, &Caller::machine()).await;
    assert_eq!(refused.unwrap_err().code(), "corrupt");
    assert_eq!(office.line(&copy.id).await.sha256, copy.sha256);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_time_authority_is_down_renewals_wait_and_are_made_later() {
    let office = Office::on(Ground::Embedded, Level::BLTA, 20).await;
    let record = approved_record(&office.archive).await;
    let copy = office.issue(&record).await;
    office.authority.renew_tsa(days_on(3650));
    office.authority.fault("tsa", "down");
    office.sweep().await;
    assert_eq!(office.line(&copy.id).await.sha256, copy.sha256);
    let refused = certified_copy::renew_due(&office.archive, &Caller::machine()).await;
    assert_eq!(refused.unwrap_err().code(), "time_authority");
    office.authority.fault("tsa", "");
    office.clock.advance(Duration::from_secs(3600));
    office.sweep().await;
    assert_eq!(office.proofs().await.due, 0);
    assert_eq!(office.files(&copy).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn below_b_lta_nothing_is_renewed_and_what_applies_is_said() {
    for (level, code) in [(Level::BB, "B-B"), (Level::BT, "B-T"), (Level::BLT, "B-LT")] {
        let office = Office::on(Ground::Embedded, level, 20).await;
        let record = approved_record(&office.archive).await;
        let copy = office.issue(&record).await;
        office.clock.advance(DAY * 100);
        office.sweep().await;
        assert_eq!(office.files(&copy).await.len(), 1, "{code}");
        let proofs = office.proofs().await;
        assert_eq!((proofs.due, proofs.late), (0, 0));
        let row = &proofs.levels[0];
        assert_eq!(
            (row.level.as_deref(), row.copies, row.renewed),
            (Some(code), 1, false)
        );
        assert_eq!(row.first_end.is_some(), level != Level::BB);
    }
}

/// The real program, killed at instants that sweep over the whole of its work.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_instant_no_renewal_is_lost_or_made_twice() {
    const COPIES: usize = 4;
    let office = Office::on(Ground::Embedded, Level::BLTA, 20).await;
    let record = approved_record(&office.archive).await;
    let mut copies = Vec::new();
    for _ in 0..COPIES {
        copies.push(office.issue(&record).await);
    }
    office.authority.renew_tsa(days_on(3650));
    let config = office.data.path().join("sogoc.toml");
    let seal = &office.archive.config.seal;
    let text = format!(
        "data = {:?}\n[seal]\nkey_file = {:?}\nkey_password_file = {:?}\nlevel = \"B-LTA\"\n\
         time_authority = {:?}\nrenew_before_days = 30\n",
        office.data.path(),
        seal.key_file.as_ref().unwrap(),
        seal.key_password_file.as_ref().unwrap(),
        office.authority.tsa(),
    );
    std::fs::write(&config, text).unwrap();
    let renew = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
        command
            .arg("--config")
            .arg(&config)
            .args(["--json", "seal", "renew"]);
        command
    };
    let mut killed = 0;
    for patience in (40..).step_by(45) {
        let mut child = renew()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let_it_work(Duration::from_millis(patience));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    assert!(killed > 3, "killed {killed} times");
    let said = renew().output().unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(said["proofs"]["due"], 0);
    for copy in &copies {
        let files = office.files(copy).await;
        let line = office.line(&copy.id).await;
        assert_eq!(files.len(), 2, "renewed once: {files:?}");
        assert_eq!(
            (Some(&files[0]), Some(&files[1])),
            (copy.sha256.as_ref(), line.sha256.as_ref())
        );
        assert_eq!(office.renewals_logged(copy).await, 1);
    }
    assert!(WallClock.now() >= office.clock.now());
}
