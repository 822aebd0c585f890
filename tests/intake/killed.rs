//! `sogoc deliver` killed again and again, at moments that walk through the whole of its work.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sogoc::audit;
use sogoc::batch::Receipt;
use sogoc::catalogue::Catalogue;
use sogoc::vault::{Location, ObjectId, Vault};

use super::house::{DIPLOMA, digest};
use crate::support::postgres;
use crate::support::wait::{let_it_work, until_the_moment};

/// Files in the delivery.
const FILES: usize = 64;
/// Times it is killed, each time with more files in the vault than the last.
const KILLS: usize = 11;

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_killed_at_any_moment_ends_the_same_on_sqlite() {
    let place = tempfile::tempdir().unwrap();
    let url = Catalogue::embedded_url(&place.path().join("data"));
    tell(place.path(), &url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_killed_at_any_moment_ends_the_same_on_postgresql() {
    let place = tempfile::tempdir().unwrap();
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    tell(place.path(), &url).await;
}

async fn tell(place: &Path, url: &str) {
    let folder = place.join("scans");
    let digests = make_scans(&folder);
    std::fs::create_dir(place.join("data")).unwrap();
    let config = place.join("sogoc.toml");
    let data = place.join("data");
    let text = format!("data = {data:?}\n[catalogue]\nurl = {url:?}\n");
    std::fs::write(&config, text).unwrap();
    let deliver = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
        command.args(["--json", "deliver", "--batch", "Hộp 1", "--config"]);
        command.args([&config, &folder]).stdout(Stdio::null());
        command
    };
    for kill in 0..KILLS {
        let mut child = deliver().spawn().unwrap();
        until_the_moment("a deposit to be cut off", async || {
            deposits(&data) >= kill * 2 || child.try_wait().unwrap().is_some()
        })
        .await;
        // The moment within the work on a file differs from kill to kill.
        let_it_work(Duration::from_millis(kill as u64 * 7 % 29));
        assert!(child.try_wait().unwrap().is_none(), "it was still at work");
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
    }
    let last = deliver().status().unwrap();
    assert_eq!(last.code(), Some(0));
    let mut log = Command::new(env!("CARGO_BIN_EXE_sogoc"));
    log.args(["log", "check", "--config"]).arg(&config);
    // No place outside knows it: 1. Entries that do not fit would be 2.
    assert_eq!(log.output().unwrap().status.code(), Some(1));
    check(place, url, &digests).await;
}

/// Files whose deposit has begun.
fn deposits(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() && entry.file_name() == "v1" => 1,
            Ok(kind) if kind.is_dir() => deposits(&entry.path()),
            _ => 0,
        })
        .sum()
}

/// Files that differ but can all be read: bytes behind the end of a JPEG are nobody's.
fn make_scans(folder: &Path) -> Vec<String> {
    std::fs::create_dir(folder).unwrap();
    let make = |n: usize| {
        // A comment segment of its own right after the start of the image.
        let note = format!("{n:04}");
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xfe, 0, 6];
        bytes.extend_from_slice(note.as_bytes());
        bytes.extend_from_slice(&DIPLOMA[2..]);
        std::fs::write(folder.join(format!("{n:03}.jpg")), &bytes).unwrap();
        digest(&bytes)
    };
    (0..FILES).map(make).collect()
}

async fn check(place: &Path, url: &str, digests: &[String]) {
    let receipt = std::fs::read(place.join("Hộp 1.receipt.json")).unwrap();
    let receipt = Receipt::parse(&receipt).unwrap();
    let got: Vec<&String> = receipt
        .receipt
        .files
        .iter()
        .map(|file| &file.sha256)
        .collect();
    assert_eq!(
        got,
        digests.iter().collect::<Vec<_>>(),
        "nothing lost, nothing twice"
    );
    assert_eq!(receipt.receipt.totals.received, FILES);
    assert!(receipt.receipt.batch.closed_at.is_some());
    let catalogue = Catalogue::open(url).await.unwrap();
    let entries = audit::after(&catalogue, 0, 1000).await.unwrap();
    let received = entries
        .iter()
        .filter(|entry| entry.action == "scan_received");
    assert_eq!(received.count(), FILES, "each file is in the log once");
    let jobs: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE kind = 'read_page'")
        .fetch_one(catalogue.pool())
        .await
        .unwrap();
    assert_eq!(
        usize::try_from(jobs).unwrap(),
        FILES,
        "each page is to be read once"
    );
    let vault = place.join("data/vault").display().to_string();
    let vault = Vault::open(&Location::at(vault)).await.unwrap();
    for file in &receipt.receipt.files {
        let object = ObjectId::new(file.object_id.clone().unwrap()).unwrap();
        let path = sogoc::scan::original_path(&file.name);
        let kept = vault.read(&object, &path, None).await.unwrap();
        assert_eq!(kept.digest().to_string(), file.sha256);
    }
}
