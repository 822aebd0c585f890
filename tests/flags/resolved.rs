//! What a person does about a flag, each way once; and what is refused.

use sogoc::access::Role;
use sogoc::batch;
use sogoc::error::Error;
use sogoc::inspection;
use sogoc::page;
use sogoc::page_flag::{self, FlagFilter};
use sogoc::record;
use sogoc::search::{self, Wanted};

use super::{codes, deliver, numbered, open_batch, open_flags, progress};
use crate::support::archive::{Ground, Holdings, caller};
use crate::support::diploma;

/// From a batch with pages 11 to 15.
pub async fn in_every_way(holdings: &Holdings, batch: &str) {
    exclude(holdings, batch).await;
    accepted(holdings, batch).await;
    scanned_again(holdings).await;
}

async fn exclude(holdings: &Holdings, batch: &str) {
    let archive = &holdings.archive;
    let archivist = caller(Role::Archivist);
    let again = deliver(archive, batch, &[("t-12b.pdf", 15)]).await;
    let flags = open_flags(archive, batch).await;
    assert_eq!(codes(&flags), [("page_doubled", "t-12b.pdf")]);
    let id = &flags[0].id;
    let silent = inspection::exclude(archive, &archivist, id, "  ").await;
    let Err(Error::Invalid(faults)) = silent else {
        panic!("{silent:?}");
    };
    assert_eq!(faults[0].pointer, "/reason");
    let auditor = inspection::exclude(archive, &caller(Role::Auditor), id, "thừa").await;
    assert!(matches!(auditor, Err(Error::Forbidden)));
    let done = inspection::exclude(archive, &archivist, id, "quét thừa").await;
    let done = done.unwrap();
    assert_eq!(
        (done.state.as_str(), done.reason.as_deref()),
        ("excluded", Some("quét thừa"))
    );
    sogoc::worker::drain(archive).await.unwrap();
    assert_eq!(codes(&open_flags(archive, batch).await), []);
    let progress = progress(archive, batch).await;
    assert_eq!(
        (
            progress.pages_withdrawn,
            progress.pages_read,
            progress.pages
        ),
        (1, 5, 6)
    );
    let pages = page::of_scan(archive, &archivist, &again[0].id)
        .await
        .unwrap();
    assert_eq!(pages[0].outcome.as_deref(), Some("excluded"));
    let late = inspection::accept(archive, &archivist, id, "thôi").await;
    assert_eq!(late.map_err(|error| error.code()), Err("already_resolved"));
}

async fn accepted(holdings: &Holdings, batch: &str) {
    let archive = &holdings.archive;
    let reviewer = caller(Role::Reviewer);
    deliver(archive, batch, &[("t-13.pdf", 17), ("t-14.pdf", 18)]).await;
    let flags = open_flags(archive, batch).await;
    assert_eq!(codes(&flags), [("pages_missing", "t-13.pdf")]);
    let id = &flags[0].id;
    let done = inspection::accept(archive, &reviewer, id, "sổ đánh số nhảy")
        .await
        .unwrap();
    assert_eq!(
        (done.state.as_str(), done.resolved_by.as_deref()),
        ("accepted", Some("reviewer"))
    );
    deliver(archive, batch, &[("t-15.pdf", 19)]).await;
    assert_eq!(
        codes(&open_flags(archive, batch).await),
        [],
        "it is not asked again"
    );
    deliver(archive, batch, &[("t-13-truoc.pdf", 16)]).await;
    let nobody = inspection::accept(archive, &reviewer, "none", "sổ đánh số nhảy").await;
    assert!(
        matches!(nobody, Err(Error::NotFound { what: "flag" })),
        "{nobody:?}"
    );
}

/// A page of a closed batch gets a better scan, which is kept in a batch of its own.
async fn scanned_again(holdings: &Holdings) {
    let archive = &holdings.archive;
    let archivist = caller(Role::Archivist);
    let batch = open_batch(archive, "Quyển 2", None).await;
    let pages = [("1.pdf", 1), ("2.pdf", 2), ("3.pdf", 3), ("4.pdf", 8)];
    let scans = deliver(archive, &batch, &pages).await;
    batch::close(archive, &archivist, &batch).await.unwrap();
    let flags = open_flags(archive, &batch).await;
    assert_eq!(codes(&flags), [("pages_missing", "4.pdf")]);
    let id = &flags[0].id;
    refused_scans(holdings, id, &scans[0].id).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("moi.pdf");
    std::fs::write(&file, "không phải ảnh").unwrap();
    let broken = inspection::rescan(archive, &archivist, id, &file).await;
    let Err(Error::Invalid(faults)) = broken else {
        panic!("{broken:?}");
    };
    assert_eq!(faults[0].pointer, "/file");
    std::fs::write(&file, numbered(4, "quet lai cho ro")).unwrap();
    let done = inspection::rescan(archive, &archivist, id, &file)
        .await
        .unwrap();
    assert_eq!(done.state, "superseded");
    sogoc::worker::drain(archive).await.unwrap();
    assert_eq!(codes(&open_flags(archive, &batch).await), []);
    let fresh = batch::by_name(archive, &archivist, "Quét lại: Quyển 2")
        .await
        .unwrap();
    let scan = sogoc::scan::list(archive, &archivist, &fresh.id, None, None, 10).await;
    let scan = scan.unwrap().items.remove(0);
    assert_eq!(scan.original_name, "quet-lai/1/4.pdf");
    let new = page::of_scan(archive, &archivist, &scan.id)
        .await
        .unwrap()
        .remove(0);
    let old = page::of_scan(archive, &archivist, &scans[3].id)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(new.stands_for.as_ref(), Some(&old.id));
    assert_eq!(
        (old.state.as_str(), old.outcome.as_deref()),
        ("failed", Some("superseded"))
    );
    let object = scans[3].object_id.clone().unwrap();
    let object = sogoc::vault::ObjectId::new(object).unwrap();
    assert!(
        archive.vault.exists(&object).await.unwrap(),
        "the old one stays"
    );
    assert_eq!(progress(archive, &fresh.id).await.flags_open, 0);
}

async fn refused_scans(holdings: &Holdings, id: &str, own: &str) {
    let archive = &holdings.archive;
    let archivist = caller(Role::Archivist);
    let fresh = sogoc::fonds::NewFonds {
        code: "P9".into(),
        name: "Phông khác".into(),
        ..Default::default()
    };
    sogoc::fonds::make(archive, &archivist, &fresh)
        .await
        .unwrap();
    let fresh = batch::NewBatch {
        name: "Ở phông khác".into(),
        fonds: Some("P9".into()),
        ..Default::default()
    };
    let other = batch::open(archive, &archivist, &fresh).await.unwrap();
    let foreign = deliver(archive, &other.id, &[("x.pdf", 4)]).await;
    let refused = inspection::replace(archive, &archivist, id, &foreign[0].id).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let unknown = inspection::replace(archive, &archivist, id, "none").await;
    assert!(matches!(unknown, Err(Error::NotFound { what: "scan" })));
    let reviewer = inspection::replace(archive, &caller(Role::Reviewer), id, own).await;
    assert!(matches!(reviewer, Err(Error::Forbidden)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_on_an_excluded_page_is_preserved_but_no_longer_found() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let approved = diploma::approved(archive).await;
    let wanted = Wanted {
        text: Some("dang thi thuy duong".into()),
        ..Wanted::default()
    };
    let reviewer = caller(Role::Reviewer);
    let found = search::find(archive, &reviewer, &wanted).await.unwrap();
    assert_eq!(found.total, 1);
    let filter = FlagFilter {
        notes: Some(true),
        ..FlagFilter::default()
    };
    let flags = page_flag::list(archive, &reviewer, &approved.batch_id, &filter).await;
    let flag = flags.unwrap().remove(0);
    inspection::exclude(archive, &reviewer, &flag.id, "bản chụp thừa")
        .await
        .unwrap();
    search::follow(archive).await.unwrap();
    let found = search::find(archive, &reviewer, &wanted).await.unwrap();
    assert_eq!(found.total, 0);
    let kept = record::get(archive, &reviewer, &approved.id).await.unwrap();
    assert_eq!(
        (kept.state.as_str(), kept.version),
        ("rejected", approved.version + 1)
    );
    assert_eq!(kept.fields, approved.fields);
}
