//! Deliveries: what is accepted is kept, what is given is what is kept, what differs is said.

mod house;
mod killed;
mod quarantine;
mod server;
mod tus;

use sogoc::audit;
use sogoc::batch::{self, Declared, NewBatch, Receipt};
use sogoc::error::Error;
use sogoc::scan::{self, Deposit};
use sogoc::vault::ObjectId;
use sogoc::{fonds, jobs};

use house::{DIPLOMA, House, REGISTER, digest, machine};

use super::support::archive::log_is_whole;

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_kept_and_receipted_on_sqlite() {
    tell(House::embedded().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_kept_and_receipted_on_postgresql() {
    tell(House::on_postgres().await).await;
}

async fn tell(house: House) {
    let batch = house.batch("Hộp 1").await;
    let first = a_file_is_kept_as_given(&house, &batch).await;
    the_same_file_told_twice_is_one(&house, &batch, &first).await;
    equal_bytes_are_named_and_kept_once(&house, &batch, &first).await;
    a_broken_file_is_kept_and_the_batch_goes_on(&house, &batch).await;
    the_log_says_what_happened(&house).await;
    progress_counts_what_came(&house, &batch).await;
    a_closed_batch_gives_one_receipt_and_takes_no_more(&house, &batch).await;
}

async fn a_file_is_kept_as_given(house: &House, batch: &str) -> scan::Scan {
    let got = house
        .receive(batch, "Quyển 1/Bằng số 1.jpg", DIPLOMA)
        .await
        .unwrap();
    assert_eq!((got.state.as_str(), got.page_count), ("received", 1));
    assert_eq!(
        (got.media_type.as_str(), got.sha256.clone()),
        ("image/jpeg", digest(DIPLOMA))
    );
    let object = ObjectId::new(got.object_id.clone().unwrap()).unwrap();
    let path = scan::original_path(&got.original_name);
    let kept = house
        .archive
        .vault
        .read(&object, &path, None)
        .await
        .unwrap();
    assert!(kept.into_bytes().await.unwrap() == DIPLOMA);
    let deposit = house
        .archive
        .vault
        .read(&object, "deposit.json", None)
        .await
        .unwrap();
    let deposit = Deposit::parse(&deposit.into_bytes().await.unwrap()).unwrap();
    assert_eq!(deposit.scan(), got);
    assert_eq!(deposit.batch.fonds_code, fonds::DEFAULT_CODE);
    assert_eq!(deposit.pages[0].id, scan::page_id(&got.id, 1));
    let master = scan::fetch_master(&house.archive, &got.id).await.unwrap();
    assert!(std::fs::read(&master).unwrap() == DIPLOMA);
    got
}

async fn the_same_file_told_twice_is_one(house: &House, batch: &str, first: &scan::Scan) {
    let before = jobs::backlog(&house.archive.catalogue).await.unwrap()[0].count;
    let again = house
        .receive(batch, &first.original_name, DIPLOMA)
        .await
        .unwrap();
    assert_eq!(&again, first);
    let after = jobs::backlog(&house.archive.catalogue).await.unwrap()[0].count;
    assert_eq!(
        (before, after),
        (1, 1),
        "one page waits to be read, told once or twice"
    );
    let about = audit::about(&house.archive.catalogue, &first.id)
        .await
        .unwrap();
    assert_eq!(about.len(), 1);
}

async fn equal_bytes_are_named_and_kept_once(house: &House, batch: &str, first: &scan::Scan) {
    // Side by side, as a scanner's double export brings them.
    let (one, two) = tokio::join!(
        house.receive(batch, "a/register.png", REGISTER),
        house.receive(batch, "b/register.png", REGISTER),
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    let states = [one.state.as_str(), two.state.as_str()];
    assert!(
        states.contains(&"received") && states.contains(&"duplicate"),
        "{states:?}"
    );
    let copy = house.receive(batch, "copy.jpg", DIPLOMA).await.unwrap();
    assert_eq!(copy.state, "duplicate");
    assert_eq!(copy.duplicate_of.as_deref(), Some(first.id.as_str()));
    let object = ObjectId::new(scan::object_id(&copy.id)).unwrap();
    assert!(!house.archive.vault.exists(&object).await.unwrap());
    let other = house.batch("Hộp 2").await;
    let elsewhere = house.receive(&other, "copy.jpg", DIPLOMA).await.unwrap();
    assert_eq!(elsewhere.duplicate_of.as_deref(), Some(first.id.as_str()));
}

async fn a_broken_file_is_kept_and_the_batch_goes_on(house: &House, batch: &str) {
    let broken = &REGISTER[..20];
    let got = house.receive(batch, "broken.png", broken).await.unwrap();
    assert_eq!(got.state, "quarantined");
    assert_eq!(got.reason.as_deref(), Some("unreadable"));
    let master = scan::fetch_master(&house.archive, &got.id).await.unwrap();
    assert!(std::fs::read(&master).unwrap() == broken);
    let caller = machine();
    let listed = scan::list(
        &house.archive,
        &caller,
        batch,
        Some("quarantined"),
        None,
        10,
    )
    .await;
    assert_eq!(listed.unwrap().items, [got]);
}

async fn the_log_says_what_happened(house: &House) {
    let catalogue = &house.archive.catalogue;
    log_is_whole(&house.archive).await;
    let actions: Vec<String> = audit::after(catalogue, 0, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|e| e.action)
        .collect();
    let count = |action: &str| actions.iter().filter(|d| *d == action).count();
    assert_eq!(count("scan_received"), 2);
    assert_eq!(count("scan_duplicate"), 3);
    assert_eq!(count("scan_quarantined"), 1);
    let log = serde_json::to_string(&audit::after(catalogue, 0, 100).await.unwrap()).unwrap();
    assert!(
        !log.contains("Bằng số 1"),
        "a file's name may be a person's; the log has none"
    );
}

async fn progress_counts_what_came(house: &House, batch: &str) {
    let progress = batch::progress(&house.archive, &machine(), batch)
        .await
        .unwrap();
    assert_eq!(
        (progress.received, progress.duplicates, progress.quarantined),
        (2, 2, 1)
    );
    assert_eq!((progress.pages, progress.pages_waiting), (2, 2));
    assert_eq!(
        progress.seconds_left, None,
        "nothing was read yet, so nothing is promised"
    );
}

async fn a_closed_batch_gives_one_receipt_and_takes_no_more(house: &House, batch: &str) {
    let archive = &house.archive;
    let receipt = batch::close(archive, &machine(), batch).await.unwrap();
    assert_eq!(
        receipt,
        batch::close(archive, &machine(), batch).await.unwrap()
    );
    assert_eq!(receipt, Receipt::parse(&receipt.json().unwrap()).unwrap());
    assert_eq!(receipt.receipt.files.len(), 5);
    assert!(receipt.text().contains(&digest(DIPLOMA)) && receipt.text().contains(&receipt.sha256));
    let mut forged = receipt.clone();
    forged.receipt.files[0].sha256 = "0".repeat(64);
    assert!(Receipt::parse(&forged.json().unwrap()).is_err());
    let object = ObjectId::new(format!("urn:sogoc:batch:{batch}")).unwrap();
    let kept = archive
        .vault
        .read(&object, "receipt.json", None)
        .await
        .unwrap();
    let kept = Receipt::parse(&kept.into_bytes().await.unwrap()).unwrap();
    assert_eq!(kept, receipt);
    let late = house.receive(batch, "late.jpg", &DIPLOMA[1..]).await;
    assert_eq!(late.unwrap_err().code(), "batch_closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_differs_from_what_was_declared_is_not_closed_and_says_where() {
    let house = House::embedded().await;
    let archive = &house.archive;
    let fresh = NewBatch {
        name: "Thiếu".into(),
        declared_count: Some(4),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &machine(), &fresh).await.unwrap().id;
    let declared = [
        ("came.jpg", Some(digest(DIPLOMA))),
        ("other.jpg", Some("0".repeat(64))),
        ("lost/1.jpg", None),
    ];
    let declared = declared.map(|(name, sha256)| Declared {
        name: name.into(),
        size: None,
        sha256,
    });
    batch::declare(archive, &machine(), &batch, &declared)
        .await
        .unwrap();
    house.receive(&batch, "came.jpg", DIPLOMA).await.unwrap();
    house.receive(&batch, "other.jpg", REGISTER).await.unwrap();
    house
        .receive(&batch, "extra.png", &REGISTER[1..])
        .await
        .unwrap();
    let Err(Error::Invalid(faults)) = batch::close(archive, &machine(), &batch).await else {
        panic!("closed");
    };
    let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(
        places,
        [
            "/declared_count",
            "/files/lost~11.jpg",
            "/files/other.jpg",
            "/files/extra.png"
        ]
    );
    let batch = batch::get(archive, &machine(), &batch).await.unwrap();
    assert_eq!(batch.state, "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_other_than_declared_is_refused_and_leaves_nothing() {
    let house = House::embedded().await;
    let batch = house.batch("Sai mã").await;
    let refused = house
        .receive_declared(&batch, "a.jpg", DIPLOMA, &"0".repeat(64))
        .await;
    assert_eq!(refused.unwrap_err().code(), "invalid");
    let listed = scan::list(&house.archive, &machine(), &batch, None, None, 10)
        .await
        .unwrap();
    assert!(listed.items.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_vault_and_catalogue_is_healed_by_trying_again() {
    // The clock of both houses counts alike, so the second is the first as it stood before it
    // booked: same batch, same vault, a catalogue that knows nothing yet.
    let before = House::standing_still("2026-11-22T01:00:00Z", None).await;
    let batch = before.batch("Hộp 1").await;
    let first = before.receive(&batch, "1.jpg", DIPLOMA).await.unwrap();
    let vault = before.vault_folder();
    let after = House::standing_still("2026-11-22T02:00:00Z", Some(&vault)).await;
    assert_eq!(after.batch("Hộp 1").await, batch);
    let again = after.receive(&batch, "1.jpg", DIPLOMA).await.unwrap();
    assert_eq!(
        again, first,
        "what the vault says of the first try is the truth"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_that_neither_repeat_nor_skip() {
    let house = House::embedded().await;
    let batch = house.batch("Nhiều").await;
    for n in 0..7 {
        let bytes = format!("not an image {n}");
        house
            .receive(&batch, &format!("{n}.jpg"), bytes.as_bytes())
            .await
            .unwrap();
    }
    let (mut names, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = scan::list(
            &house.archive,
            &machine(),
            &batch,
            None,
            after.as_deref(),
            3,
        )
        .await
        .unwrap();
        names.extend(page.items.into_iter().map(|scan| scan.original_name));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(
        names,
        (0..7).map(|n| format!("{n}.jpg")).collect::<Vec<_>>()
    );
}
