//! A real process is killed at real moments while it writes to a folder on disk.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::support::wait::{let_it_work, wait_until};

const FOLDER: &str = "SOGOC_TEST_VICTIM_FOLDER";
const ROUNDS: u64 = 15;

#[tokio::test]
#[ignore = "not a test: the process that the next test starts and kills"]
async fn victim() {
    let folder = std::env::var(FOLDER).expect("started by the next test");
    let vault = Vault::open(&Location::at(format!("{folder}/vault")))
        .await
        .unwrap();
    let mut receipts = OpenOptions::new()
        .append(true)
        .create(true)
        .open(format!("{folder}/receipts"))
        .unwrap();
    for count in 0_u32.. {
        let name = format!("{}-{count}", std::process::id());
        let files = [
            Content::bytes("a.jpg", name.clone()),
            Content::bytes("deposit.json", "{}"),
        ];
        vault
            .deposit(&id(&name), &files, &who("deposit"))
            .await
            .unwrap();
        writeln!(receipts, "{name} 1").unwrap();
        vault
            .add_version(&id(&name), 1, &[put("words.xml", "words")], &who("words"))
            .await
            .unwrap();
        writeln!(receipts, "{name} 2").unwrap();
    }
}

/// Starts the victim, lets it work for a while after its first receipt, and kills it.
fn one_life(folder: &str, moment: Duration) {
    let receipts = || {
        fs::read_to_string(format!("{folder}/receipts"))
            .unwrap_or_default()
            .len()
    };
    let before = receipts();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "vault_story::killed::victim"])
        .env(FOLDER, folder)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    wait_until(
        Duration::from_secs(30),
        || receipts() > before,
        || "no receipt".into(),
    );
    let_it_work(moment);
    victim.kill().unwrap();
    assert!(!victim.wait().unwrap().success());
}

#[tokio::test]
async fn killed_at_any_moment_nothing_acknowledged_is_lost_and_the_vault_is_valid() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().to_str().unwrap();
    for round in 0..ROUNDS {
        one_life(path, Duration::from_micros(2_300 * round));
    }
    let vault = Vault::open(&Location::at(format!("{path}/vault")))
        .await
        .unwrap();
    for object in walk(&vault).await {
        vault
            .clear_unfinished(&object.location, Timestamp::MAX)
            .await
            .unwrap();
    }
    let receipts = fs::read_to_string(folder.path().join("receipts")).unwrap();
    assert!(receipts.lines().count() as u64 >= ROUNDS);
    for receipt in receipts.lines() {
        let (name, version) = receipt.split_once(' ').unwrap();
        let report = vault.verify(&id(name)).await.unwrap();
        assert!(
            report.is_sound() && report.head >= version.parse().unwrap(),
            "{report:?}"
        );
        assert_eq!(read(&vault, &id(name), "a.jpg", None).await, name);
    }
    let objects = walk(&vault).await;
    assert!(
        objects
            .iter()
            .all(|object| object.condition == Condition::Whole),
        "{objects:?}"
    );
    ocfl_py::assert_valid(&folder.path().join("vault/ocfl"), objects.len());
    // Only the lock and the staging folder of the vault that is open now.
    let staging = fs::read_dir(folder.path().join("vault/staging")).unwrap();
    let folders = staging.filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 1);
}
