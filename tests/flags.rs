//! Flags of pages: raised by comparing the pages of a batch, gone when the missing page comes, resolved by a
//! reason, by excluding a page or by a better scan; and pages reinstated.

mod duplicates;
mod reinstated;
mod resolved;
mod web;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch, Progress};
use sogoc::page_flag::{self, FlagFilter, PageFlag};
use sogoc::scan::{self, Incoming, Scan};
use sogoc::{page, worker};

use crate::support::archive::{Ground, Holdings, caller};
use crate::support::pdf;

/// A page of running text with its number in the foot.
pub fn numbered(number: u32, says: &str) -> String {
    let foot = format!("Trang {number}");
    pdf::page(&[
        ((72, 500), says),
        ((72, 470), "So goc cap bang"),
        ((270, 30), &foot),
    ])
}

pub async fn open_batch(archive: &Archive, name: &str, volume: Option<&str>) -> String {
    let fresh = NewBatch {
        name: name.into(),
        volume: volume.map(str::to_owned),
        ..NewBatch::default()
    };
    let me = caller(Role::Archivist);
    batch::open(archive, &me, &fresh).await.unwrap().id
}

/// Delivers pages under names, each with its printed number.
pub async fn deliver(archive: &Archive, batch_id: &str, pages: &[(&str, u32)]) -> Vec<Scan> {
    let mut scans = Vec::new();
    for (name, number) in pages {
        let pdf = numbered(*number, &format!("Ho so {name}"));
        scans.push(receive(archive, batch_id, name, &pdf).await);
    }
    worker::drain(archive).await.unwrap();
    scans
}

/// Receives one PDF; it is not read yet.
pub async fn receive(archive: &Archive, batch_id: &str, name: &str, pdf: &str) -> Scan {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.pdf");
    std::fs::write(&path, pdf).unwrap();
    let file = Incoming {
        batch_id,
        name,
        path: &path,
        declared_sha256: None,
    };
    let me = caller(Role::Archivist);
    scan::receive(archive, &me, &file).await.unwrap()
}

/// The open flags of a batch that ask for a person.
pub async fn open_flags(archive: &Archive, batch_id: &str) -> Vec<PageFlag> {
    let filter = FlagFilter {
        state: Some("open".into()),
        ..FlagFilter::default()
    };
    let reviewer = caller(Role::Reviewer);
    let flags = page_flag::list(archive, &reviewer, batch_id, &filter).await;
    flags.unwrap()
}

pub async fn progress(archive: &Archive, batch_id: &str) -> Progress {
    let me = caller(Role::Archivist);
    batch::progress(archive, &me, batch_id).await.unwrap()
}

/// Codes of the open flags with the names of their pages.
fn codes(flags: &[PageFlag]) -> Vec<(&str, &str)> {
    flags
        .iter()
        .map(|flag| (flag.code.as_str(), flag.original_name.as_str()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_page_is_told_and_the_flag_goes_when_it_comes_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_page_is_told_and_the_flag_goes_when_it_comes_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let batch = open_batch(archive, "Quyển 1", None).await;
    let delivered = [
        ("t-9.pdf", 11),
        ("t-10.pdf", 12),
        ("t-11.pdf", 14),
        ("t-12.pdf", 15),
    ];
    deliver(archive, &batch, &delivered).await;
    let flags = open_flags(archive, &batch).await;
    assert_eq!(codes(&flags), [("pages_missing", "t-11.pdf")]);
    assert_eq!(
        flags[0].vi,
        "Ảnh «t-10.pdf» hết ở số trang 12, ảnh này bắt đầu từ 14: thiếu 13."
    );
    assert_eq!(
        (flags[0].severity.as_str(), flags[0].page_number),
        ("warning", 1)
    );
    assert_eq!(progress(archive, &batch).await.flags_open, 1);
    deliver(archive, &batch, &[("t-10b.pdf", 13)]).await;
    assert_eq!(codes(&open_flags(archive, &batch).await), []);
    assert_eq!(progress(archive, &batch).await.flags_open, 0);
    resolved::in_every_way(&holdings, &batch).await;
    holdings.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_is_compared_over_all_its_batches() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let fresh = sogoc::fonds::NewVolume {
        fonds: sogoc::fonds::DEFAULT_CODE.into(),
        code: "Q1".into(),
        title: "Sổ gốc".into(),
        ..Default::default()
    };
    let me = caller(Role::Archivist);
    sogoc::fonds::make_volume(archive, &me, &fresh)
        .await
        .unwrap();
    let first = open_batch(archive, "Nửa đầu", Some("Q1")).await;
    deliver(archive, &first, &[("1.pdf", 1), ("2.pdf", 2), ("3.pdf", 3)]).await;
    let second = open_batch(archive, "Nửa sau", Some("Q1")).await;
    deliver(
        archive,
        &second,
        &[("1.pdf", 5), ("2.pdf", 6), ("4.pdf", 3)],
    )
    .await;
    let flags = open_flags(archive, &second).await;
    assert_eq!(
        codes(&flags),
        [("pages_missing", "1.pdf"), ("page_doubled", "4.pdf")]
    );
    assert!(
        flags[0]
            .vi
            .contains("«3.pdf» ở lô «Nửa đầu» hết ở số trang 3"),
        "{}",
        flags[0].vi
    );
    assert_eq!(codes(&open_flags(archive, &first).await), []);
    holdings.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registers_rows_tell_from_where_to_where_they_run() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let (_, scans) = holdings.deliver(&["so-goc-thpt-2008-trang-07.jpg"]).await;
    let numbering: String = sqlx::query_scalar("SELECT numbering FROM pages WHERE scan_id = $1")
        .bind(&scans[0].id)
        .fetch_one(holdings.archive.catalogue.pool())
        .await
        .unwrap();
    let numbering: serde_json::Value = serde_json::from_str(&numbering).unwrap();
    let pages = page::of_scan(&holdings.archive, &caller(Role::Reviewer), &scans[0].id).await;
    let reading = page::reading(&holdings.archive, &pages.unwrap()[0].id).await;
    let rows = reading.unwrap().unwrap().records.len();
    let run = &numbering["runs"]["stt"][0];
    let length = run[1].as_i64().unwrap() - run[0].as_i64().unwrap() + 1;
    assert_eq!(length, i64::try_from(rows).unwrap(), "{numbering}");
}
