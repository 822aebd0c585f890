//! One maker for each copy, whatever the path; what belongs to no version is quarantined, named and never removed.

use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path as Key;
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, object_id};
use sogoc::fixity::{self, ScrubOptions};
use sogoc::jobs::Kind;
use sogoc::vault::ObjectId;
use sogoc::worker;
use tempfile::TempDir;

use crate::support::archive::{Ground, caller, settings};
use crate::support::clock::AheadClock;
use crate::support::holdings::{Holdings, approved_record, config, page, receive};
use crate::support::ocfl_py;

const SILENT: Duration = Duration::from_secs(61);

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_leaves_a_copy_to_the_counter_until_that_falls_silent_on_sqlite() {
    counter_and_queue(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_leaves_a_copy_to_the_counter_until_that_falls_silent_on_postgresql() {
    counter_and_queue(Ground::Scaled).await;
}

async fn counter_and_queue(ground: Ground) {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(ground, data.path()).await;
    let clock = Arc::new(AheadClock::default());
    let archive = Archive::open_with(config, clock.clone()).await.unwrap();
    let record = approved_record(&archive).await;
    let (mut killed, mut made) = (0, 0);
    // The counter dies after one look at its work, after two … until it lives to the end.
    for looks in (1..400).step_by(3) {
        let before = lines(&archive).await.len();
        let ended = dies_after(&archive, &record, looks).await;
        let after = lines(&archive).await;
        if after.len() == before {
            continue; // it died before the line was opened
        }
        let line = after.last().unwrap().clone();
        if ended {
            assert_eq!(line.1, "issued");
            made += 1;
            if made == 2 {
                break;
            }
            continue;
        }
        worker::work_off(&archive, &[Kind::IssueCopy])
            .await
            .unwrap();
        if line.1 == "opening" {
            killed += 1;
            assert_eq!(
                state(&archive, &line.0).await,
                "opening",
                "it is the counter's"
            );
        }
        clock.advance(SILENT);
        worker::work_off(&archive, &[Kind::IssueCopy])
            .await
            .unwrap();
        assert_eq!(
            state(&archive, &line.0).await,
            "issued",
            "the queue took it over"
        );
        let object = ObjectId::new(object_id(&line.0)).unwrap();
        let report = archive.vault.verify(&object).await.unwrap();
        assert!(report.is_sound() && report.head == 1, "{report:?}");
    }
    assert!(killed >= 1 && made >= 1, "killed {killed}, lived {made}");
    let numbers: Vec<i64> = lines(&archive).await.iter().map(|line| line.2).collect();
    let gapless: Vec<i64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, gapless);
    if ground == Ground::Embedded {
        valid(&archive, &data.path().join("vault/ocfl")).await;
    }
}

/// For the foreign validator, with every object the walk meets.
async fn valid(archive: &Archive, root: &Path) {
    let objects = archive.vault.walk().count().await;
    ocfl_py::assert_valid(root, objects);
}

/// Issues at the counter and is gone after `looks` polls; true when it was done by then.
async fn dies_after(archive: &Archive, record: &str, mut looks: u32) -> bool {
    let head = caller(Role::Approver);
    let mut issuing = Box::pin(certified_copy::issue_now(archive, &head, record, None));
    let ended = std::future::poll_fn(|context| {
        if looks == 0 {
            return Poll::Ready(None);
        }
        looks -= 1;
        issuing.as_mut().poll(context).map(Some)
    })
    .await;
    ended.is_some_and(|issued| issued.unwrap().state == "issued")
}

/// Id, state and number of every line, in order.
async fn lines(archive: &Archive) -> Vec<(String, String, i64)> {
    sqlx::query_as("SELECT id, state, number FROM copies ORDER BY number")
        .fetch_all(archive.catalogue.pool())
        .await
        .unwrap()
}

async fn state(archive: &Archive, id: &str) -> String {
    certified_copy::line(archive, &Caller::machine(), id)
        .await
        .unwrap()
        .state
        .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_loser_left_in_a_committed_version_is_named_and_quarantined_in_a_folder() {
    let holdings = Holdings::lived(None).await;
    let root = holdings.data.path().join("vault/ocfl");
    let folder = holdings.folder(&holdings.object_of_copy(&holdings.valid.id));
    std::fs::write(folder.join("v1/content/loser"), "of a race").unwrap();
    std::fs::create_dir_all(folder.join("v2/content")).unwrap();
    std::fs::write(folder.join("v2/content/given-up"), "cut off").unwrap();
    std::fs::write(root.join("stray"), "nobody's").unwrap();
    assert_ne!(ocfl_py::complaint(&root), "");
    quarantined(&holdings.archive, 3).await;
    valid(&holdings.archive, &root).await;
    let kept = holdings.data.path().join("vault/quarantine");
    let location = holdings.object_of_copy(&holdings.valid.id).location();
    let loser = std::fs::read(kept.join(location).join("v1/content/loser"));
    assert_eq!(loser.unwrap(), b"of a race", "nothing is removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_loser_left_in_a_committed_version_is_named_and_quarantined_in_s3() {
    let data = tempfile::tempdir().unwrap();
    let (config, store) = settings(Ground::Scaled, data.path()).await;
    let archive = Archive::open(config).await.unwrap();
    let record = approved_record(&archive).await;
    let head = caller(Role::Approver);
    let copy = certified_copy::issue_now(&archive, &head, &record, None)
        .await
        .unwrap();
    let location = ObjectId::new(object_id(&copy.id)).unwrap().location();
    let bucket = store.unwrap();
    let inside = bucket.store("archive");
    for path in ["v1/content/loser", "v2/content/given-up"] {
        let key = Key::from(format!("{location}/{path}"));
        inside.put(&key, "left over".into()).await.unwrap();
    }
    quarantined(&archive, 2).await;
    let kept = Key::from(format!("quarantine/{location}/v1/content/loser"));
    let kept = inside.get(&kept).await.unwrap().bytes().await.unwrap();
    assert_eq!(kept, "left over", "nothing is removed");
}

/// Named first and left alone, then quarantined; the scrub finds all whole afterwards.
async fn quarantined(archive: &Archive, count: usize) {
    let young = fixity::repair(archive, true, Duration::from_secs(3600), |_| {})
        .await
        .unwrap();
    let inside = young
        .strays
        .iter()
        .filter(|stray| stray.kind != "outside_objects");
    assert_eq!(
        inside.count(),
        0,
        "what is young may be a version on its way"
    );
    let named = fixity::repair(archive, false, Duration::ZERO, |_| {})
        .await
        .unwrap();
    assert_eq!(named.exit_code(), 1);
    let before = fixity::scrub(archive, ScrubOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!(before.exit_code(), 2, "{:?}", before.findings);
    let done = fixity::repair(archive, true, Duration::ZERO, |_| {})
        .await
        .unwrap();
    assert_eq!(done.exit_code(), 0, "{done:?}");
    let moved = done.strays.len() + young.strays.len();
    assert_eq!(moved, count, "{done:?} {young:?}");
    assert!(done.strays.iter().all(|stray| stray.quarantined.is_some()));
    let after = fixity::scrub(archive, ScrubOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!(after.exit_code(), 0, "{:?}", after.findings);
    let again = fixity::repair(archive, false, Duration::ZERO, |_| {})
        .await
        .unwrap();
    assert_eq!((again.exit_code(), again.strays.len()), (0, 0));
}

/// Issued at the counter while nobody works the queue: the vault alone brings every line back.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_issued_while_nobody_works_the_queue_survives_the_catalogue() {
    let data = TempDir::new().unwrap();
    let archive = Archive::open(config(data.path(), None)).await.unwrap();
    let record = approved_record(&archive).await;
    let head = caller(Role::Approver);
    let mut copies = Vec::new();
    for _ in 0..3 {
        copies.push(
            certified_copy::issue_now(&archive, &head, &record, None)
                .await
                .unwrap(),
        );
    }
    let old = fixity::holdings(&archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let settings = fixity::beside(&archive.config, new.path()).unwrap();
    let again = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!((rebuilt.damaged, rebuilt.copies), (vec![], 3));
    let differences = fixity::compare(&old, &fixity::holdings(&again.catalogue).await.unwrap());
    assert!(differences.none(), "{differences:?}");
    let next = certified_copy::issue_now(&again, &head, &record, None)
        .await
        .unwrap();
    assert_eq!(next.number, 4);
}

/// A duplicate in a batch that is still open holds no bytes of its own: a healthy archive is not called lost for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_in_an_open_batch_is_no_loss() {
    let holdings = Holdings::lived(None).await;
    let open = sqlx::query_scalar("SELECT id FROM batches WHERE state = 'open'");
    let open: String = open
        .fetch_one(holdings.archive.catalogue.pool())
        .await
        .unwrap();
    let twice = receive(&holdings.archive, &open, "lần nữa.png", &page(30)).await;
    assert_eq!(twice.state.as_str(), "duplicate");
    let old = fixity::holdings(&holdings.archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let settings = fixity::beside(&holdings.archive.config, new.path()).unwrap();
    let again = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    let differences = fixity::compare(&old, &fixity::holdings(&again.catalogue).await.unwrap());
    assert!(differences.none(), "{differences:?}");
}
