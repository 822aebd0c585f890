//! Archives that earlier releases wrote still open: the catalogue is brought up to date, every record,
//! request, copy and flag says what it said, people can sign in, and the vault alone gives the same again.
//!
//! `fixtures/archives/RELEASE-STORY-ENGINE.tar.gz` holds the data folder (without index and spool), for
//! PostgreSQL a dump of its database, and `expected.json`: what that release itself answered. The story
//! `lived` has requests, copies and corrections in every state; `read` has flags resolved in every way, pages
//! withdrawn and reinstated, and a volume read by its confirmed column map. Fixtures are never made anew.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use sogoc::access::{self, Credentials, Role};
use sogoc::archive::Archive;
use sogoc::clock::{Clock, StillClock};
use sogoc::config::Config;
use sogoc::search::{self, Wanted};
use sogoc::{certified_copy, copy_request, fixity, record};

use crate::support::archive::{caller, log_is_whole};
use crate::support::pip::run;
use crate::support::postgres;
use crate::support::server::PASSWORD;

#[tokio::test(flavor = "multi_thread")]
async fn the_lived_archive_of_november_2026_opens_on_sqlite() {
    opens("2026-11-lived-sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lived_archive_of_november_2026_opens_on_postgresql() {
    opens("2026-11-lived-postgresql").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_archive_of_november_2026_opens_on_sqlite() {
    opens("2026-11-read-sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_archive_of_november_2026_opens_on_postgresql() {
    opens("2026-11-read-postgresql").await;
}

async fn opens(fixture: &str) {
    let folder = tempfile::tempdir().unwrap();
    unpack(fixture, folder.path());
    let expected = std::fs::read_to_string(folder.path().join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let archive = open(folder.path()).await;
    says_what_it_said(&archive, &expected).await;
    people_still_sign_in(&archive).await;
    log_is_whole(&archive).await;
    let agreed = fixity::reconcile(&archive, false).await.unwrap();
    assert!(
        agreed.only_in_vault.is_empty() && agreed.only_in_catalogue.is_empty(),
        "{agreed:?}"
    );
    if archive.config.catalogue.url.is_none() {
        the_vault_alone_gives_the_same(&archive, &expected).await;
    }
}

fn unpack(fixture: &str, into: &Path) {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/archives")
        .join(format!("{fixture}.tar.gz"));
    run(Command::new("tar")
        .args(["--no-same-owner", "-xzf"])
        .arg(packed)
        .arg("-C")
        .arg(into));
}

async fn open(folder: &Path) -> Archive {
    let mut config = Config::in_folder(&folder.join("data"));
    config.reading.program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sogoc")));
    let dump = folder.join("catalogue.sql");
    if dump.exists() {
        let restored = tokio::task::spawn_blocking(move || postgres::restore_database(&dump));
        config.catalogue.url = Some(restored.await.unwrap());
    }
    let clock = StillClock::at("2026-12-01T01:00:00Z".parse().unwrap());
    Archive::open_with(config, Arc::new(clock)).await.unwrap()
}

async fn says_what_it_said(archive: &Archive, expected: &Value) {
    for copy in expected["copies"].as_array().unwrap() {
        let code = copy["code"].as_str().unwrap();
        let said = certified_copy::verify_code(archive, code).await.unwrap();
        let said = serde_json::to_value(said).unwrap();
        for key in ["state", "number", "initials", "sha256"] {
            assert_eq!(said[key], copy[key], "{key} of copy {code}");
        }
    }
    for request in expected["requests"].as_array().unwrap() {
        let code = request["code"].as_str().unwrap();
        let said = copy_request::status(archive, code).await.unwrap();
        let said = serde_json::to_value(said).unwrap();
        for key in ["state", "due_at"] {
            assert_eq!(said[key], request[key], "{key} of request {code}");
        }
    }
    for known in expected["records"].as_array().unwrap() {
        let id = known["id"].as_str().unwrap();
        let said = record::get(archive, &caller(Role::Reviewer), id).await;
        let said = serde_json::to_value(said.unwrap()).unwrap();
        assert_eq!(said["state"], known["state"], "state of record {id}");
        assert_eq!(said["version"], known["version"], "version of record {id}");
        let name = &said["fields"]["ho_ten"]["value"];
        assert_eq!(*name, known["ho_ten"], "name in record {id}");
    }
    let flags: Vec<String> = sqlx::query_scalar(
        "SELECT state || ' ' || code || ' ' || page_id FROM page_flags ORDER BY 1",
    )
    .fetch_all(archive.catalogue.pool())
    .await
    .unwrap();
    // The state `put_aside` of that release is `excluded` now.
    let mut known: Vec<String> = expected["flags"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .map(|flag| flag.replace("put_aside ", "excluded "))
        .collect();
    known.sort_unstable(); // as C.UTF-8 and SQLite's binary order do
    assert_eq!(flags, known);
}

async fn people_still_sign_in(archive: &Archive) {
    let given = |login| Credentials {
        login,
        password: PASSWORD,
        code: "",
        peer: "203.0.113.9",
        program: "",
    };
    for login in ["archivist", "reviewer", "approver", "admin"] {
        let person = access::sign_in(archive, &given(login)).await;
        assert!(person.is_ok(), "{login} cannot sign in");
    }
}

async fn the_vault_alone_gives_the_same(archive: &Archive, expected: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&archive.config, folder.path()).unwrap();
    let clock = StillClock::at("2026-12-01T02:00:00Z".parse().unwrap());
    for _ in 0..100_000 {
        clock.new_id(); // the archive's own ids were counted from 1, too
    }
    let again = Archive::open_with(settings, Arc::new(clock)).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    let before = fixity::holdings(&archive.catalogue).await.unwrap();
    let after = fixity::holdings(&again.catalogue).await.unwrap();
    let differences = fixity::compare(&before, &after);
    assert!(
        differences.lost.is_empty() && differences.gained.is_empty(),
        "{differences:?}"
    );
    // A released request whose copy was never sealed goes back to be released again.
    let released = expected["requests"].as_array().unwrap().iter();
    let released = released.filter(|request| request["state"] == "released");
    assert_eq!(
        differences.changed.len(),
        released.count(),
        "{differences:?}"
    );
    search::follow(&again).await.unwrap();
    let approved = expected["records"].as_array().unwrap().iter();
    for record in approved.filter(|record| record["state"] == "approved") {
        let wanted = Wanted {
            text: record["ho_ten"].as_str().map(Into::into),
            ..Wanted::default()
        };
        let found = search::find(&again, &caller(Role::Reviewer), &wanted).await;
        let found = found.unwrap();
        assert!(
            found.hits.iter().any(|hit| hit.record_id == record["id"]),
            "record {} is not found by its name",
            record["id"]
        );
    }
}
