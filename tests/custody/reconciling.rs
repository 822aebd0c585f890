//! Catalogue and vault are held against each other, and what a crash cut off is set right.

use std::fs;

use sogoc::access::Caller;
use sogoc::jobs::{self, Kind};
use sogoc::{fixity, scan};

use crate::support::holdings::{Holdings, preserve_all};

async fn forget(holdings: &Holdings, statement: &'static str, id: &str) {
    let mut tx = holdings.archive.catalogue.begin().await.unwrap();
    sqlx::query(statement)
        .bind(id)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_in_order_has_nothing_to_reconcile() {
    let holdings = Holdings::lived(None).await;
    let found = fixity::reconcile(&holdings.archive, false).await.unwrap();
    assert_eq!(found, fixity::Reconciliation::default());
    assert_eq!(found.exit_code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_whose_booking_was_cut_off_is_booked_and_read() {
    let holdings = Holdings::lived(None).await;
    let catalogue = &holdings.archive.catalogue;
    let id: String = sqlx::query_scalar("SELECT id FROM scans WHERE original_name = 'trang-3.png'")
        .fetch_one(catalogue.pool())
        .await
        .unwrap();
    for statement in [
        "DELETE FROM jobs WHERE subject IN (SELECT id FROM pages WHERE scan_id = $1)",
        "DELETE FROM document_pages WHERE page_id IN (SELECT id FROM pages WHERE scan_id = $1)",
        "DELETE FROM documents WHERE id = $1",
        "DELETE FROM pages WHERE scan_id = $1",
        "DELETE FROM scans WHERE id = $1",
    ] {
        forget(&holdings, statement, &id).await;
    }
    let looked = fixity::reconcile(&holdings.archive, false).await.unwrap();
    assert_eq!(looked.only_in_vault, [scan::object_id(&id)]);
    assert_eq!((looked.exit_code(), looked.fixed.len()), (1, 0));
    let fixed = fixity::reconcile(&holdings.archive, true).await.unwrap();
    assert_eq!(fixed.exit_code(), 0);
    let back = scan::get(&holdings.archive, &Caller::machine(), &id)
        .await
        .unwrap();
    assert_eq!((back.state.as_str(), back.page_count), ("received", 1));
    let queued: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM jobs WHERE subject = $1")
        .bind(scan::page_id(&id, 1))
        .fetch_one(catalogue.pool())
        .await
        .unwrap();
    assert_eq!(queued, 1);
    let again = fixity::reconcile(&holdings.archive, true).await.unwrap();
    assert_eq!(again, fixity::Reconciliation::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn decided_records_that_never_reached_the_vault_are_kept() {
    let holdings = Holdings::lived(None).await;
    let record = &holdings.valid.record_id;
    forget(
        &holdings,
        "UPDATE records SET preserved_version = NULL WHERE id = $1",
        record,
    )
    .await;
    let found = fixity::reconcile(&holdings.archive, true).await.unwrap();
    assert_eq!(found.not_preserved, [holdings.scans[0].id.clone()]);
    let waiting = jobs::backlog(&holdings.archive.catalogue).await.unwrap();
    assert!(
        waiting
            .iter()
            .any(|row| row.kind == Kind::PreserveRecords.as_str())
    );
    preserve_all(&holdings.archive, &holdings.clock).await;
    let after = fixity::reconcile(&holdings.archive, false).await.unwrap();
    assert_eq!(after, fixity::Reconciliation::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_gone_are_named_and_never_explained_away() {
    let holdings = Holdings::lived(None).await;
    let id = holdings.object_of(1);
    fs::remove_dir_all(holdings.folder(&id)).unwrap();
    let found = fixity::reconcile(&holdings.archive, true).await.unwrap();
    assert_eq!(found.only_in_catalogue, [id.to_string()]);
    assert_eq!(found.exit_code(), 2);
}
