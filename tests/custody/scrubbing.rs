//! A scrub tells whole from damaged from unread, names what it means, and goes on where it was cut off.

use std::fs;
use std::num::NonZeroU64;
use std::process::Command;

use serde_json::Value;
use sogoc::access::Caller;
use sogoc::audit;
use sogoc::error::Error;
use sogoc::fixity::{self, ScrubOptions, ScrubReport};
use sogoc::page::{self, ImageOptions};
use tokio::sync::Notify;

use crate::support::holdings::Holdings;

async fn scrub(holdings: &Holdings) -> ScrubReport {
    fixity::scrub(&holdings.archive, ScrubOptions::default(), |_| {})
        .await
        .unwrap()
}

/// Runs `sogoc scrub --json` on the same folder; gives exit code and answer.
fn command(holdings: &Holdings) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_sogoc"))
        .args(["scrub", "--json", "--data"])
        .arg(holdings.data.path())
        .output()
        .unwrap();
    let said = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_vault_is_said_to_be_whole_and_how_much_was_read() {
    let holdings = Holdings::lived(None).await;
    let before = fixity::state(&holdings.archive, &Caller::machine())
        .await
        .unwrap();
    assert_eq!((before.checked, before.last_finished), (0, None));
    let report = scrub(&holdings).await;
    // Four scans, two copies, one receipt.
    assert_eq!(
        (report.objects, report.damaged, report.unreadable),
        (7, 0, 0)
    );
    assert!(report.bytes > 10_000 && report.findings.is_empty());
    let state = fixity::state(&holdings.archive, &Caller::machine())
        .await
        .unwrap();
    assert_eq!((state.objects, state.checked), (7, 7));
    assert!(state.last_finished.is_some() && state.oldest_check.is_some());
    let (code, said) = command(&holdings);
    assert_eq!((code, said["objects"].as_u64()), (Some(0), Some(7)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_is_found_named_logged_and_never_served() {
    let holdings = Holdings::lived(None).await;
    let master = holdings.stored(&holdings.object_of(0), "original/").await;
    let mut bytes = fs::read(&master).unwrap();
    bytes[60] ^= 1;
    fs::write(&master, bytes).unwrap();
    let report = scrub(&holdings).await;
    assert_eq!(
        (report.damaged, report.unreadable, report.exit_code()),
        (1, 0, 2)
    );
    let finding = &report.findings[0];
    assert_eq!(finding.object_id, holdings.scans[0].object_id);
    assert_eq!(finding.outcome, "mismatch");
    let id = holdings.scans[0].object_id.clone().unwrap();
    let entries = audit::about(&holdings.archive.catalogue, &id)
        .await
        .unwrap();
    let found = entries.iter().find(|entry| entry.action == "damage_found");
    assert!(
        !found.unwrap().details.contains("trang-1"),
        "no file names in the log"
    );
    let page_id = sogoc::scan::page_id(&holdings.scans[0].id, 1);
    let options = ImageOptions {
        max_side: 200,
        crop: None,
    };
    let shown = page::image(&holdings.archive, &Caller::machine(), &page_id, options).await;
    assert!(matches!(shown, Err(Error::Corrupt { .. })), "{shown:?}");
    let (code, said) = command(&holdings);
    assert_eq!(code, Some(2));
    assert_eq!(said["findings"][0]["object_id"].as_str(), Some(id.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_file_is_not_called_damaged() {
    let holdings = Holdings::lived(None).await;
    let master = holdings.stored(&holdings.object_of(1), "original/").await;
    fs::remove_file(&master).unwrap();
    // A socket cannot be opened for reading, by root as little as by anyone.
    let socket = holdings.data.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    fs::rename(socket, &master).unwrap();
    let report = scrub(&holdings).await;
    assert_eq!((report.damaged, report.unreadable), (0, 1));
    assert_eq!(report.findings[0].outcome, "could_not_read");
    assert_eq!(command(&holdings).0, Some(75));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_damage_whether_a_file_or_a_whole_object() {
    let holdings = Holdings::lived(None).await;
    let kept = holdings
        .stored(&holdings.object_of(0), "records.json")
        .await;
    fs::remove_file(kept).unwrap();
    fs::remove_dir_all(holdings.folder(&holdings.object_of(3))).unwrap();
    let report = scrub(&holdings).await;
    assert_eq!(report.damaged, 2);
    let mut outcomes: Vec<&str> = report.findings.iter().map(|f| f.outcome.as_str()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["missing", "missing_object"]);
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.object_id == holdings.scans[3].object_id)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrub_that_was_cut_off_goes_on_where_it_stopped() {
    let holdings = Holdings::lived(None).await;
    let master = holdings.stored(&holdings.object_of(0), "original/").await;
    let good = fs::read(&master).unwrap();
    fs::write(&master, b"overwritten").unwrap();
    let slowly = ScrubOptions {
        pace: NonZeroU64::new(64 * 1024),
        resume: true,
    };
    let seen_damage = Notify::new();
    let cut_off = fixity::scrub(&holdings.archive, slowly, |seen| {
        if seen.damaged > 0 {
            seen_damage.notify_one();
        }
    });
    tokio::select! {
        _ = cut_off => panic!("the pace was not kept"),
        () = seen_damage.notified() => {} // dropped in the middle, as by a kill
    }
    let state = fixity::state(&holdings.archive, &Caller::machine())
        .await
        .unwrap();
    assert_eq!((state.damaged.len(), state.last_finished), (1, None));
    // Who looks again at what was seen already would now find it whole.
    fs::write(&master, good).unwrap();
    let report = scrub(&holdings).await;
    assert!(report.resumed);
    assert_eq!((report.objects, report.damaged), (7, 1));
    let anew = scrub(&holdings).await;
    assert!(!anew.resumed && anew.run_id != report.run_id);
    assert_eq!((anew.objects, anew.damaged), (7, 0));
}
