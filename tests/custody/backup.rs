//! A backup is a data folder that anyone can check and that runs by itself.

use std::fs;
use std::process::Command;

use sogoc::archive::Archive;
use sogoc::fixity::{self, ScrubOptions};
use sogoc::search;
use tempfile::TempDir;

use crate::support::holdings::{Holdings, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_checks_out_with_sha256sum_and_serves_as_an_archive() {
    let holdings = Holdings::lived(None).await;
    let place = TempDir::new().unwrap();
    let target = place.path().join("backup");
    let made = fixity::backup(&holdings.archive, &target, |_, _| {})
        .await
        .unwrap();
    assert_eq!((made.exit_code(), made.objects), (0, 7));
    let check = Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict", fixity::SUMS_FILE])
        .current_dir(&target)
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
    let restored = Archive::open(config(&target, None)).await.unwrap();
    let old = fixity::holdings(&holdings.archive.catalogue).await.unwrap();
    let new = fixity::holdings(&restored.catalogue).await.unwrap();
    assert!(fixity::compare(&old, &new).none());
    assert_eq!(search::follow(&restored).await.unwrap(), 5);
    let report = fixity::scrub(&restored, ScrubOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!((report.objects, report.exit_code()), (7, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_anything_in_it_is_refused_and_left_alone() {
    let holdings = Holdings::lived(None).await;
    let place = TempDir::new().unwrap();
    fs::write(place.path().join("thư.txt"), "quan trọng").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sogoc"))
        .arg("backup")
        .arg(place.path())
        .arg("--data")
        .arg(holdings.data.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(73));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_the_vault_does_not_pass_as_a_backup() {
    let holdings = Holdings::lived(None).await;
    let master = holdings.stored(&holdings.object_of(0), "original/").await;
    fs::write(master, "khác").unwrap();
    let place = TempDir::new().unwrap();
    let made = fixity::backup(&holdings.archive, &place.path().join("b"), |_, _| {})
        .await
        .unwrap();
    assert_eq!((made.exit_code(), made.damaged.len()), (2, 1));
}
