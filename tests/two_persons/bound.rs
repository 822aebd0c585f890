//! Confirmation and release are bound to what was seen: a change in between is told, never passed over.

use sogoc::access::Role;
use sogoc::certified_copy;
use sogoc::copy_request::{self, Asked};
use sogoc::jobs::Kind;
use sogoc::queue::{self, Chosen};
use sogoc::worker;

use super::{approve, now, person, refusal, rename};
use crate::desk::asking;
use crate::support::archive::{caller, seen, shown};
use crate::support::holdings::Holdings;

async fn ask(holdings: &Holdings, key: &str) -> Asked {
    let portal = caller(Role::Portal);
    copy_request::ask(&holdings.archive, &portal, &asking(key))
        .await
        .unwrap()
}

async fn state(holdings: &Holdings, asked: &Asked) -> String {
    let auditor = caller(Role::Auditor);
    let request = copy_request::get(&holdings.archive, &auditor, &asked.id).await;
    request.unwrap().state.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_swapped_after_confirming_is_not_released() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let (an, binh, chi) = (person("an"), person("binh"), person("chi"));
    let asked = ask(&holdings, "k1").await;
    let saw = seen(archive, &record).await;
    copy_request::confirm(archive, &an, &asked.id, &record, &saw)
        .await
        .unwrap();
    rename(archive, &an, &record, "Tên Giả").await;
    let waits = copy_request::release(archive, &chi, &asked.id, &saw).await;
    assert_eq!(refusal(waits), "not_approved");
    assert_eq!(state(&holdings, &asked).await, "confirmed");
    approve(archive, &binh, &record).await.unwrap();
    let fresh = shown(archive, &asked.id).await;
    let refused = copy_request::release(archive, &chi, &asked.id, &fresh).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("changed_since", 409));
    assert!(refused.vi().contains("Họ và tên"), "{}", refused.vi());
    assert_eq!(
        state(&holdings, &asked).await,
        "received",
        "to be confirmed again"
    );
    let stale = copy_request::confirm(archive, &an, &asked.id, &record, &saw).await;
    assert_eq!(refusal(stale), "changed_since");
    copy_request::confirm(archive, &an, &asked.id, &record, &fresh)
        .await
        .unwrap();
    copy_request::release(archive, &chi, &asked.id, &fresh)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_record_confirmed_behind_an_open_page_is_not_released_from_it() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let (one, other) = (&holdings.valid.record_id, &holdings.superseded.record_id);
    let (an, chi) = (person("an"), person("chi"));
    let asked = ask(&holdings, "k1").await;
    let page = seen(archive, one).await;
    copy_request::confirm(archive, &an, &asked.id, one, &page)
        .await
        .unwrap();
    let swapped = seen(archive, other).await;
    copy_request::confirm(archive, &an, &asked.id, other, &swapped)
        .await
        .unwrap();
    let released = copy_request::release(archive, &chi, &asked.id, &page).await;
    assert_eq!(refusal(released), "changed_since");
    let ids = [asked.id.clone()];
    let many = copy_request::release_many(archive, &chi, &ids, &Default::default()).await;
    assert_eq!(many.unwrap()[0].fault, Some("invalid"), "nothing was shown");
    let seen = [(asked.id.clone(), page)].into();
    let many = copy_request::release_many(archive, &chi, &ids, &seen).await;
    assert_eq!(many.unwrap()[0].fault, Some("changed_since"));
    let own = copy_request::release(archive, &an, &asked.id, &swapped).await;
    assert_eq!(refusal(own), "same_person");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_approval_of_the_same_leaves_a_confirmation_standing() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let (an, binh) = (person("an"), person("binh"));
    let asked = ask(&holdings, "k1").await;
    let saw = seen(archive, &record).await;
    copy_request::confirm(archive, &an, &asked.id, &record, &saw)
        .await
        .unwrap();
    approve(archive, &binh, &record).await.unwrap();
    let fresh = shown(archive, &asked.id).await;
    assert_eq!(fresh.record_digest, saw.record_digest);
    copy_request::release(archive, &binh, &asked.id, &fresh)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_its_line_and_its_entry_carry_the_digest_that_was_seen() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let saw = seen(archive, &record).await;
    let copy = certified_copy::issue_now(archive, &person("an"), &record, Some(&saw))
        .await
        .unwrap();
    assert_eq!(copy.record_digest.as_ref(), Some(&saw.record_digest));
    let object = sogoc::vault::ObjectId::new(certified_copy::object_id(&copy.id)).unwrap();
    let entry = archive
        .vault
        .read(&object, certified_copy::ENTRY_FILE, None)
        .await;
    let entry = entry.unwrap().into_bytes().await.unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!(entry["record_digest"], saw.record_digest.as_str());
    let mut old = entry.clone();
    old.as_object_mut().unwrap().remove("record_digest");
    let old: certified_copy::CopyRow = serde_json::from_value(old).unwrap();
    assert_eq!(old.record_digest, None, "entries of before are still read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_changed_in_the_catalogue_after_the_release_is_not_sealed() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let (an, binh) = (person("an"), person("binh"));
    let asked = ask(&holdings, "k1").await;
    let saw = seen(archive, &record).await;
    copy_request::confirm(archive, &an, &asked.id, &record, &saw)
        .await
        .unwrap();
    let ids = copy_request::release(archive, &binh, &asked.id, &saw)
        .await
        .unwrap();
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query(
        "UPDATE record_versions SET fields = REPLACE(fields, '1977', '1978') WHERE record_id = $1",
    )
    .bind(&record)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    // Nothing is sealed, and the citizen loses nothing: the line stays open until a person has looked at it.
    let line = certified_copy::line(archive, &an, &ids[0]).await.unwrap();
    assert_eq!((line.state.as_str(), line.void_code), ("opening", None));
    let (administrator, all) = (caller(Role::Administrator), Chosen::default());
    let stuck = queue::stuck(archive, &administrator, &all, None)
        .await
        .unwrap();
    let met = stuck
        .iter()
        .map(|job| (job.subject.as_str(), job.error_code.as_deref()));
    assert_eq!(
        met.collect::<Vec<_>>(),
        [(&*ids[0], Some("differs_from_vault"))]
    );
    assert_eq!(now(archive, &record).await.state, "approved");
}
