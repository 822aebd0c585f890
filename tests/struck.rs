//! A row struck out on paper is no entry before a person has said so; nor is one with a note that was not
//! read.

mod form;

use std::collections::BTreeMap;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::error::Error;
use sogoc::review;
use sogoc::search::{self, Wanted};
use sogoc_workers::reading::FieldReading;

use crate::desk::proposed;
use crate::support::archive::{Ground, Holdings, caller};

fn read(text: &str, bounds: Option<[i32; 4]>) -> FieldReading {
    FieldReading {
        raw: text.into(),
        value: text.into(),
        confidence: 0.99,
        accepted: true,
        bounds,
        struck: false,
        page: None,
        evidence: None,
    }
}

/// Books that a line runs through the name of a record, as the reading of its page says it.
async fn strike(archive: &Archive, record: &str) {
    let mut name = read("Lê Văn Gạch", Some([10, 10, 90, 20]));
    name.strike();
    let kept = book(archive, record, ("van_bang", "ho_ten"), name).await;
    assert!(kept.contains("\"struck\":true"), "{kept}");
}

/// Books a record of a class in which all is sure but one field; says what is kept of it.
async fn book(
    archive: &Archive,
    record: &str,
    (class, key): (&str, &str),
    field: FieldReading,
) -> String {
    let mut fields: BTreeMap<String, FieldReading> = archive
        .classes
        .get(class)
        .unwrap()
        .fields
        .iter()
        .filter(|field| field.mandatory)
        .map(|field| (field.key.clone(), read("-", None)))
        .collect();
    fields.insert(key.into(), field);
    let kept = serde_json::to_string(&fields).unwrap();
    sqlx::query("UPDATE record_versions SET fields = $1 WHERE record_id = $2")
        .bind(&kept)
        .bind(record)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
    sqlx::query("UPDATE records SET doubtful = 0, class = $1 WHERE id = $2")
        .bind(class)
        .bind(record)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
    kept
}

async fn found(holdings: &Holdings) -> usize {
    search::follow(&holdings.archive).await.unwrap();
    let wanted = Wanted {
        text: Some("Lê Văn Gạch".into()),
        ..Wanted::default()
    };
    let found = search::find(&holdings.archive, &caller(Role::Auditor), &wanted).await;
    found.unwrap().hits.len()
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let (batch, scans) = holdings.deliver(&["bang-thpt-2008.jpg"]).await;
    let read = proposed(&holdings, &scans[0].id).await;
    strike(archive, &read.id).await;
    let reviewer = caller(Role::Reviewer);

    let refused = review::approve(archive, &reviewer, &read.id, read.version).await;
    let struck_out = matches!(
        refused,
        Err(Error::Refused {
            code: "struck_out",
            ..
        })
    );
    assert!(struck_out, "{refused:?}");
    let cleared = review::approve_clear(archive, &reviewer, &batch).await;
    assert_eq!(cleared.unwrap(), 0);
    assert_eq!(found(&holdings).await, 0);

    let stands: BTreeMap<_, _> = [("ho_ten".to_owned(), "Lê Văn Gạch".to_owned())].into();
    let note = "Nét gạch là của dòng trên.";
    let seen = review::correct(archive, &reviewer, &read.id, read.version, &stands, note);
    let seen = seen.await.unwrap();
    assert!(!seen.is_struck());
    let approved = review::approve(archive, &reviewer, &seen.id, seen.version).await;
    assert_eq!(approved.unwrap().state, "approved");
    assert_eq!(found(&holdings).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_struck_value_waits_for_a_person_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_struck_value_waits_for_a_person_on_postgresql() {
    tell(Ground::Scaled).await;
}
