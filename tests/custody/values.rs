//! A value changed by hand in the catalogue is found, named, and neither sealed nor preserved over the true one.

use sogoc::access::Role;
use sogoc::certified_copy;
use sogoc::fixity::{self, Reconciliation};
use sogoc::jobs::Kind;
use sogoc::{audit, preservation, worker};

use crate::support::archive::caller;
use crate::support::holdings::{Holdings, preserve_all};
use crate::support::postgres;

async fn by_hand(holdings: &Holdings, statement: &'static str, id: &str) {
    let mut tx = holdings.archive.catalogue.begin().await.unwrap();
    let done = sqlx::query(statement)
        .bind(id)
        .execute(&mut *tx)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0, "{statement}");
    tx.commit().await.unwrap();
}

/// A grade, a name, a date: what makes a copy worth forging.
const RENAME: &str =
    "UPDATE record_versions SET fields = REPLACE(fields, '1977-05-19', '1979-05-19')
     WHERE record_id = $1";

#[tokio::test(flavor = "multi_thread")]
async fn a_value_changed_by_hand_is_found_and_never_sealed_embedded() {
    a_value_changed_by_hand_is_found_and_never_sealed(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_changed_by_hand_is_found_and_never_sealed_on_postgresql() {
    a_value_changed_by_hand_is_found_and_never_sealed(Some(postgres::create_database())).await;
}

async fn a_value_changed_by_hand_is_found_and_never_sealed(catalogue: Option<String>) {
    let holdings = Holdings::lived(catalogue).await;
    let (archive, head) = (&holdings.archive, caller(Role::Approver));
    let record = &holdings.valid.record_id;
    let chain = certified_copy::chain(archive, &head, &holdings.valid.id)
        .await
        .unwrap();
    assert!(chain.holds(), "{chain:?}");
    by_hand(&holdings, RENAME, record).await;

    let found = fixity::reconcile(archive, false).await.unwrap();
    assert_eq!(found.exit_code(), 2);
    assert!(found.different.iter().all(|one| one.record_id == *record));
    assert_eq!(found.different[0].what, ["ngay_sinh"]);
    let issued = certified_copy::issue_now(archive, &head, record, None).await;
    assert_eq!(issued.unwrap_err().code(), "differs_from_vault");
    let sealed: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM copies WHERE state = 'issued'")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(sealed, 2, "no third copy");
    let chain = certified_copy::chain(archive, &head, &holdings.valid.id)
        .await
        .unwrap();
    assert!(!chain.content_fits && !chain.holds());

    // Told that the vault has nothing yet, it does not overwrite what the vault has.
    by_hand(
        &holdings,
        "UPDATE records SET preserved_version = NULL WHERE id = $1",
        record,
    )
    .await;
    let before = archive.vault.head(&holdings.object_of(0)).await.unwrap();
    fixity::reconcile(archive, true).await.unwrap();
    holdings.clock.advance(std::time::Duration::from_secs(10));
    let job = sogoc::jobs::lease(
        &archive.catalogue,
        &*holdings.clock,
        Kind::PreserveRecords,
        "test",
    );
    let job = job.await.unwrap().unwrap();
    let refused = preservation::preserve(archive, &job).await;
    assert_eq!(refused.unwrap_err().code(), "differs_from_vault");
    assert_eq!(
        archive.vault.head(&holdings.object_of(0)).await.unwrap(),
        before
    );

    // Set right, everything goes on.
    const BACK: &str =
        "UPDATE record_versions SET fields = REPLACE(fields, '1979-05-19', '1977-05-19')
         WHERE record_id = $1";
    by_hand(&holdings, BACK, record).await;
    holdings.clock.advance(std::time::Duration::from_secs(7200));
    worker::drain(archive).await.unwrap();
    preserve_all(archive, &holdings.clock).await;
    let after = fixity::reconcile(archive, false).await.unwrap();
    assert_eq!(after, Reconciliation::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_can_be_changed_of_a_record_is_named() {
    let holdings = Holdings::lived(None).await;
    let record = &holdings.superseded.record_id;
    for (statement, back, what) in [
        (
            "UPDATE records SET bounds = '[1,2,3,4]' WHERE id = $1",
            "UPDATE records SET bounds = NULL WHERE id = $1",
            "place",
        ),
        (
            "UPDATE records SET class = 'so_goc' WHERE id = $1",
            "UPDATE records SET class = 'van_bang' WHERE id = $1",
            "class",
        ),
        (
            "UPDATE records SET ordinal = 9 WHERE id = $1",
            "UPDATE records SET ordinal = 1 WHERE id = $1",
            "place",
        ),
        (
            "UPDATE record_versions SET author = author || '-khac' WHERE record_id = $1",
            "UPDATE record_versions SET author = REPLACE(author, '-khac', '') WHERE record_id = $1",
            "author",
        ),
    ] {
        by_hand(&holdings, statement, record).await;
        let found = fixity::reconcile(&holdings.archive, false).await.unwrap();
        let named = found
            .different
            .iter()
            .any(|one| one.what.iter().any(|word| word == what));
        assert!(named, "{statement}: {found:?}");
        by_hand(&holdings, back, record).await;
        let whole = fixity::reconcile(&holdings.archive, false).await.unwrap();
        assert!(whole.different.is_empty(), "{whole:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_book_changed_by_hand_is_named() {
    let holdings = Holdings::lived(None).await;
    let copy = &holdings.valid.id;
    for (statement, what) in [
        (
            "UPDATE copies SET number = number + 70 WHERE id = $1",
            "number",
        ),
        (
            "UPDATE copies SET code = 'AAAAA-AAAAA-AAAAA-AAAAA' WHERE id = $1",
            "code",
        ),
        (
            "UPDATE copies SET record_version = 1 WHERE id = $1",
            "record_version",
        ),
        (
            "UPDATE copies SET issued_by = 'khac' WHERE id = $1",
            "issued_by",
        ),
        ("UPDATE copies SET sha256 = 'ff' WHERE id = $1", "sha256"),
        (
            "UPDATE copies SET issued_at = '2020-01-01T00:00:00.000Z' WHERE id = $1",
            "issued_at",
        ),
    ] {
        by_hand(&holdings, statement, copy).await;
        let found = fixity::reconcile(&holdings.archive, false).await.unwrap();
        assert_eq!(found.exit_code(), 2, "{statement}");
        let named = found
            .different_copies
            .iter()
            .any(|one| one.contains(copy.as_str()) && one.contains(what));
        assert!(named, "{statement}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_of_a_copy_names_its_last_check_and_its_place_in_the_log() {
    let holdings = Holdings::lived(None).await;
    let (archive, clerk) = (&holdings.archive, caller(Role::Reviewer));
    let early = certified_copy::chain(archive, &clerk, &holdings.valid.id)
        .await
        .unwrap();
    assert!(early.checks.is_empty() && early.log.is_none());
    audit::publish(archive).await.unwrap();
    let report = fixity::scrub(archive, fixity::ScrubOptions::default(), |_| {}).await;
    report.unwrap();
    let chain = certified_copy::chain(archive, &clerk, &holdings.valid.id)
        .await
        .unwrap();
    assert_eq!(chain.checks.len(), 2, "{chain:?}");
    assert!(chain.checks.iter().all(|check| check.outcome == "whole"));
    assert!(chain.log.is_some() && chain.holds());
    assert_eq!(chain.row.source_sha256, holdings.scans[0].sha256);
    let refused =
        certified_copy::chain(archive, &caller(Role::Archivist), &holdings.valid.id).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
}
