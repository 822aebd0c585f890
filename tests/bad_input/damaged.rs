//! Some hundred damaged files in one delivery with good ones: cut off, announcing giants, mutated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use sogoc::access::Caller;
use sogoc::archive::Archive;
use sogoc::batch::{Receipt, ReceiptFile};
use sogoc::config::Config;
use sogoc::fixity::{self, ScrubOptions};
use sogoc::record::{self, RecordFilter};
use sogoc::{batch, page, worker};
use sogoc_workers::outcome::FailureKind;

use super::damage::{giant, is_foreseen, mutants, sound_files, stumps};
use super::mutate::Chance;
use super::{code, complaint, sogoc};
use crate::support::archive::{all_done, sample};

/// First, in the middle and last of the delivery.
const GOOD: [(&str, &str); 3] = [
    ("000.jpg", "bang-ptth-1985.jpg"),
    ("150.jpg", "so-goc-thpt-2008-trang-06.jpg"),
    ("999.jpg", "bang-thpt-2008.jpg"),
];

/// Rounds of one mutant of every sound file.
const ROUNDS: usize = 8;

/// Every third tenth of each sound file, each with a giant's header where that is one, and mutants of a fixed seed.
fn damaged_files() -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("workers/tests/fixtures");
    let sound = sound_files(&fixtures);
    let mut chance = Chance::new(1975);
    let mut files = Vec::new();
    for (_, bytes) in &sound {
        files.extend(stumps(bytes).step_by(3).map(<[u8]>::to_vec));
        files.extend(giant(bytes));
    }
    for round in 0..ROUNDS {
        files.extend(mutants(&mut chance, &sound, round).map(|(_, bytes)| bytes));
    }
    files
}

fn put_good(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    for (name, scan) in GOOD {
        std::fs::copy(sample(scan), folder.join(name)).unwrap();
    }
}

/// Delivers a folder from the command line, waits for the last page, closes; gives exit code and receipt.
fn delivered(place: &Path, data: &str, scans: &str) -> (i32, Receipt) {
    let path = |name: &str| place.join(name).display().to_string();
    let (data, scans, receipt) = (path(data), path(scans), path("receipt.json"));
    let output = sogoc(&[
        "--json",
        "--data",
        &data,
        "deliver",
        &scans,
        "--batch",
        "Hộp 1",
        "--wait",
        "--close",
        "--receipt",
        &receipt,
    ]);
    let receipt = std::fs::read(&receipt).unwrap_or_else(|_| panic!("{}", complaint(&output)));
    (code(&output), Receipt::parse(&receipt).unwrap())
}

async fn opened(data: &Path) -> Archive {
    let mut config = Config::in_folder(data);
    config.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
    Archive::open(config).await.unwrap()
}

/// What the archive holds of the good files, by name, without what differs from one delivery to the next.
async fn records_of_good(archive: &Archive, receipt: &Receipt) -> BTreeMap<String, Vec<Value>> {
    let mut found = BTreeMap::new();
    for (name, _) in GOOD {
        let file = file_named(receipt, name);
        let filter = RecordFilter {
            scan_id: Some(file.scan_id.clone()),
            limit: Some(200),
            ..RecordFilter::default()
        };
        let records = record::list(archive, &Caller::machine(), &filter).await;
        let said = records.unwrap().into_iter().map(|record| {
            json!([
                record.page_number,
                record.ordinal,
                record.class,
                record.state,
                record.doubtful,
                record.bounds,
                record.fields
            ])
        });
        found.insert(name.to_owned(), said.collect());
    }
    found
}

fn file_named<'a>(receipt: &'a Receipt, name: &str) -> &'a ReceiptFile {
    let mut files = receipt.receipt.files.iter();
    files.find(|file| file.name == name).unwrap()
}

/// Every page of the batch was read or failed with a reason that has a name.
async fn pages_ended(archive: &Archive, receipt: &Receipt) -> BTreeMap<String, u32> {
    let mut ended = BTreeMap::new();
    for file in &receipt.receipt.files {
        let pages = page::of_scan(archive, &Caller::machine(), &file.scan_id).await;
        for page in pages.unwrap() {
            let outcome = page.outcome.unwrap();
            match page.state.as_str() {
                "read" => assert_eq!(outcome, "read"),
                state => assert!(state == "failed" && is_named(&outcome), "{}", file.name),
            }
            *ended.entry(outcome).or_default() += 1;
        }
    }
    ended
}

fn is_named(word: &str) -> bool {
    FailureKind::from_code(word).is_some_and(is_foreseen)
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_damaged_files_end_in_named_outcomes_and_the_good_ones_as_if_alone() {
    let place = tempfile::tempdir().unwrap();
    put_good(&place.path().join("good"));
    put_good(&place.path().join("all"));
    let files = damaged_files();
    let mut different = BTreeSet::new();
    for (number, bytes) in files.iter().enumerate() {
        let name = format!("all/{:03}", number + 1);
        std::fs::write(place.path().join(name), bytes).unwrap();
        different.insert(bytes);
    }
    assert!(different.len() > 300, "{}", different.len());

    let (ended, alone) = delivered(place.path(), "data-good", "good");
    assert_eq!((ended, alone.receipt.totals.received), (0, GOOD.len()));
    let (ended, receipt) = delivered(place.path(), "data-all", "all");
    assert_eq!(ended, 3, "all came, some failed");
    let totals = &receipt.receipt.totals;
    assert_eq!(receipt.receipt.files.len(), files.len() + GOOD.len());
    assert!(receipt.receipt.batch.closed_at.is_some());
    for file in &receipt.receipt.files {
        match file.outcome.as_str() {
            "quarantined" => assert!(is_named(file.reason.as_deref().unwrap()), "{}", file.name),
            "duplicate" => assert!(file.duplicate_of_name.is_some(), "{}", file.name),
            outcome => assert_eq!(outcome, "received", "{}", file.name),
        }
    }

    let archive = opened(&place.path().join("data-all")).await;
    let pages = pages_ended(&archive, &receipt).await;
    println!("{totals:?}, pages {pages:?}");
    assert!(totals.quarantined > 150, "damage must bite: {totals:?}");
    let among = records_of_good(&archive, &receipt).await;
    let archive_alone = opened(&place.path().join("data-good")).await;
    let alone = records_of_good(&archive_alone, &alone).await;
    assert!(alone.values().all(|records| !records.is_empty()));
    assert_eq!(among, alone);

    worker::drain(&archive).await.unwrap();
    all_done(&archive).await;
    let id = &receipt.receipt.batch.id;
    let progress = batch::progress(&archive, &Caller::machine(), id).await;
    assert_eq!(progress.unwrap().pages_waiting, 0);
    let scrubbed = fixity::scrub(&archive, ScrubOptions::default(), |_| {}).await;
    let scrubbed = scrubbed.unwrap();
    assert_eq!((scrubbed.damaged, scrubbed.unreadable), (0, 0));
    assert_eq!(
        scrubbed.objects as usize,
        totals.received + totals.quarantined + 1
    ); // the receipt
}
