//! The archive outlives its catalogue: everything promised comes back from the vault alone.

use std::sync::Arc;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::clock::WallClock;
use sogoc::error::Error;
use sogoc::search::{self, Wanted};
use sogoc::{certified_copy, fixity, record, review};
use tempfile::TempDir;

use crate::support::archive::caller;
use crate::support::holdings::{Holdings, config};
use crate::support::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_on_sqlite() {
    tell(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    tell(Some(url)).await;
}

async fn tell(new_catalogue: Option<String>) {
    let holdings = Holdings::lived(None).await;
    let old = fixity::holdings(&holdings.archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let mut settings = fixity::beside(&holdings.archive.config, new.path()).unwrap();
    settings.catalogue.url = new_catalogue;
    let archive = Archive::open_with(settings, Arc::new(WallClock))
        .await
        .unwrap();
    let rebuilt = fixity::rebuild(&archive, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!((rebuilt.batches, rebuilt.scans, rebuilt.copies), (2, 5, 2));
    assert_eq!((rebuilt.records, rebuilt.publication), (3, 5));
    let said = fixity::holdings(&archive.catalogue).await.unwrap();
    let differences = fixity::compare(&old, &said);
    assert!(differences.none(), "{differences:?}");
    the_person_is_found(&archive).await;
    copies_are_judged_as_before(&holdings, &archive).await;
    life_goes_on(&holdings, &archive).await;
}

async fn the_person_is_found(archive: &Archive) {
    let wanted = Wanted {
        text: Some("nguyen hong hanh".into()),
        ..Wanted::default()
    };
    let found = search::find(archive, &Caller::machine(), &wanted)
        .await
        .unwrap();
    assert_eq!((found.total, found.position), (1, 5));
}

async fn copies_are_judged_as_before(holdings: &Holdings, archive: &Archive) {
    for (copy, state) in [
        (&holdings.valid, "valid"),
        (&holdings.superseded, "superseded"),
    ] {
        let verified = certified_copy::verify_code(archive, &copy.code)
            .await
            .unwrap();
        assert_eq!(verified.state, state);
    }
    let machine = Caller::machine();
    let sealed = certified_copy::bytes(archive, &machine, &holdings.valid.id)
        .await
        .unwrap();
    let verdict = certified_copy::verify_file(archive, &sealed).await.unwrap();
    assert_eq!(verdict.archive.unwrap().state, "valid");
    assert_eq!(verdict.file, "unchanged");
}

/// Numbers go on behind the last ones; ids and versions are the ones that were.
async fn life_goes_on(holdings: &Holdings, archive: &Archive) {
    let machine = Caller::machine();
    let id = &holdings.valid.record_id;
    let now = record::get(archive, &machine, id).await.unwrap();
    assert_eq!((now.version, now.state.as_str()), (2, "approved"));
    let correction = [("ngay_sinh".to_owned(), "20/5/1977".to_owned())].into();
    review::correct(
        archive,
        &caller(Role::Reviewer),
        id,
        2,
        &correction,
        "xem lại",
    )
    .await
    .unwrap();
    review::approve(archive, &caller(Role::Approver), id, 3)
        .await
        .unwrap();
    assert_eq!(search::follow(archive).await.unwrap(), 6);
    let verified = certified_copy::verify_code(archive, &holdings.valid.code)
        .await
        .unwrap();
    assert_eq!(verified.state, "superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_holds_anything_is_not_rebuilt_over() {
    let holdings = Holdings::lived(None).await;
    let refused = fixity::rebuild(&holdings.archive, |_, _| {}).await;
    let code = refused.as_ref().map_err(Error::code);
    assert_eq!(code, Err("catalogue_not_empty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_object_is_named_and_the_rest_comes_back() {
    let holdings = Holdings::lived(None).await;
    let id = holdings.object_of(0);
    let told = holdings.stored(&id, "deposit.json").await;
    std::fs::write(told, "{}").unwrap();
    let old = fixity::holdings(&holdings.archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let mut settings = config(new.path(), None);
    settings.vault = fixity::beside(&holdings.archive.config, new.path())
        .unwrap()
        .vault;
    let archive = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&archive, |_, _| {}).await.unwrap();
    assert!(
        rebuilt
            .damaged
            .iter()
            .any(|line| line.contains(id.as_str()))
    );
    let said = fixity::holdings(&archive.catalogue).await.unwrap();
    let differences = fixity::compare(&old, &said);
    // The receipt still knows the file and its page; its record and the copy made of it are lost.
    assert_eq!(differences.changed, [""; 0]);
    assert!(
        differences
            .lost
            .contains(&format!("record {}", holdings.valid.record_id))
    );
    assert!(
        differences
            .lost
            .contains(&format!("copy {}", holdings.valid.id))
    );
    assert_eq!(differences.lost.len(), 4, "{differences:?}"); // and its publication, and what the copy said
}
