//! From "nothing found" to a copy: the archivist's search, whose finding feeds the index; candidates
//! with their reasons; many released in one act. On both grounds.

use std::collections::BTreeMap;

use sogoc::access::Role;
use sogoc::copy_request::{self, AskGiven, Candidate};
use sogoc::error::Error;
use sogoc::fonds::{self, NewVolume};
use sogoc::{record, review, search, search_case, worker};

use crate::desk;
use crate::support::archive::{Ground, Holdings, caller, seen, shown};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_archivist_finds_is_found_by_everybody_on_sqlite_and_a_folder() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_archivist_finds_is_found_by_everybody_on_postgresql_and_s3() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let (_, scans) = holdings.deliver(&["bang-thpt-2008.jpg"]).await;
    let read = desk::proposed(&holdings, &scans[0].id).await;
    volumes(&holdings).await;
    let archive = &holdings.archive;
    let clerk_ = caller(Role::Reviewer);
    let asked = copy_request::ask(archive, &caller(Role::Portal), &wanted("k1"))
        .await
        .unwrap();
    search::follow(archive).await.unwrap();
    let none = copy_request::candidates(archive, &clerk_, &asked.id).await;
    assert!(none.unwrap().is_empty(), "nobody decided the record yet");

    let case = search_case::open(archive, &clerk_, &asked.id, "xem quyển 2008")
        .await
        .unwrap();
    the_applicant_is_told(&holdings, &asked.code).await;
    the_archivist_sees_where_to_look(&holdings, &case, &read.id).await;
    only_the_archivist_ends_it_and_once(&holdings, &case, &read.id).await;

    // What the archivist found is decided at the desk, and from then on found like any other.
    let approved = desk::correct_and_approve(&holdings, &read).await;
    search::follow(archive).await.unwrap();
    let found = copy_request::candidates(archive, &clerk_, &asked.id)
        .await
        .unwrap();
    assert_eq!(found[0].record_id, approved.id);
    assert_eq!(agrees(&found[0], "ho_ten"), "folded");
    assert_eq!(agrees(&found[0], "ngay_sinh"), "folded");
    assert_eq!(agrees(&found[0], "nam_tot_nghiep"), "exact");
    many_are_released_in_one_act(&holdings, &asked.id, &approved.id).await;
    holdings.check().await;
}

fn wanted(key: &str) -> AskGiven {
    let mut given = desk::asking(key);
    given.wanted.nam = "2008".into();
    given.wanted.truong = "tu nghia".into();
    given
}

fn agrees<'a>(candidate: &'a Candidate, field: &str) -> &'a str {
    let reason = candidate.reasons.iter().find(|one| one.field == field);
    &reason.unwrap_or_else(|| panic!("{candidate:?}")).agrees
}

/// One volume of that school and year that was never scanned, one of another year.
async fn volumes(holdings: &Holdings) {
    for (code, year) in [("Q-2008", 2008), ("Q-1993", 1993)] {
        let volume = NewVolume {
            fonds: fonds::DEFAULT_CODE.into(),
            code: code.into(),
            title: format!("Sổ gốc năm {year}"),
            school: Some("THPT Số 1 Tư Nghĩa".into()),
            year: Some(year),
            ..NewVolume::default()
        };
        fonds::make_volume(&holdings.archive, &caller(Role::Archivist), &volume)
            .await
            .unwrap();
    }
}

async fn the_applicant_is_told(holdings: &Holdings, code: &str) {
    let status = copy_request::status(&holdings.archive, code).await.unwrap();
    assert_eq!(status.state, "searching");
    assert!(status.extended_at.is_some());
    assert!(status.messages[0].text.contains("Văn thư đang tìm"));
    assert_eq!(status.history.last().unwrap().event, "extended");
}

async fn the_archivist_sees_where_to_look(holdings: &Holdings, case: &str, record: &str) {
    let archivist = caller(Role::Archivist);
    let open = search_case::list(&holdings.archive, &archivist, false)
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
    let view = search_case::get(&holdings.archive, &archivist, case)
        .await
        .unwrap();
    let codes: Vec<&str> = view
        .places
        .iter()
        .map(|place| place.code.as_str())
        .collect();
    assert_eq!(codes, ["Q-2008"]);
    assert_eq!(view.hints[0].record_id, record, "{:?}", view.hints);
    let portal = search_case::get(&holdings.archive, &caller(Role::Portal), case).await;
    assert!(matches!(portal, Err(Error::Forbidden)));
}

async fn only_the_archivist_ends_it_and_once(holdings: &Holdings, case: &str, record_id: &str) {
    let archive = &holdings.archive;
    let archivist = caller(Role::Archivist);
    let clerk_ = search_case::found(archive, &caller(Role::Reviewer), case, record_id, "").await;
    assert!(matches!(clerk_, Err(Error::Forbidden)));
    let silent = search_case::not_found(archive, &archivist, case, " ").await;
    assert!(matches!(silent, Err(Error::Invalid(_))));
    search_case::found(archive, &archivist, case, record_id, "hộp 3")
        .await
        .unwrap();
    let again = search_case::not_found(archive, &archivist, case, "quyển 1").await;
    assert!(matches!(again, Err(Error::Refused { .. })), "{again:?}");
    let undecided = record::get(archive, &archivist, record_id).await.unwrap();
    assert_eq!(undecided.state, "proposed", "finding is not deciding");
}

async fn many_are_released_in_one_act(holdings: &Holdings, first: &str, record_id: &str) {
    let archive = &holdings.archive;
    let (clerk_, approver) = (caller(Role::Reviewer), caller(Role::Approver));
    let second = copy_request::ask(archive, &caller(Role::Portal), &wanted("k2"))
        .await
        .unwrap();
    for id in [first, &second.id] {
        copy_request::confirm(
            archive,
            &clerk_,
            id,
            record_id,
            &seen(archive, record_id).await,
        )
        .await
        .unwrap();
    }
    let ids = [first.to_owned(), "nobody".into(), second.id.clone()];
    let mut saw = BTreeMap::new();
    for id in &ids {
        saw.insert(id.clone(), shown(archive, id).await);
    }
    let outcomes = copy_request::release_many(archive, &approver, &ids, &saw)
        .await
        .unwrap();
    let released: Vec<bool> = outcomes.iter().map(|one| one.fault.is_none()).collect();
    assert_eq!(released, [true, false, true], "{outcomes:?}");
    assert_eq!(outcomes[1].fault, Some("wrong_state"));
    worker::drain(archive).await.unwrap();
    let earlier = copy_request::earlier(archive, &clerk_, record_id)
        .await
        .unwrap();
    assert_eq!(earlier.len(), 2);
    assert!(earlier.iter().all(|copy| copy.state == "issued"));
    let none = copy_request::release_many(archive, &approver, &[], &saw).await;
    assert!(matches!(none, Err(Error::Invalid(_))));
    holdings.preserve().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_counts_against_a_namesake() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let (_, scans) = holdings
        .deliver(&["bang-thpt-2008.jpg", "bang-ptth-1995.jpg"])
        .await;
    let archive = &holdings.archive;
    let clerk_ = caller(Role::Reviewer);
    for (scan, number) in scans.iter().zip(["A0123456", "B7654321"]) {
        let read = desk::proposed(&holdings, &scan.id).await;
        let mut values = desk::truth();
        values.insert("so_hieu".into(), number.into());
        let class = archive.classes.get(&read.class).unwrap();
        for field in class.fields.iter().filter(|field| field.mandatory) {
            let known = values.contains_key(&field.key) || read.fields.contains_key(&field.key);
            if !known {
                values.insert(field.key.clone(), "-".into());
            }
        }
        let seen = review::correct(archive, &clerk_, &read.id, read.version, &values, "")
            .await
            .unwrap();
        review::approve(archive, &clerk_, &seen.id, seen.version)
            .await
            .unwrap();
    }
    search::follow(archive).await.unwrap();
    let mut given = desk::asking("k");
    given.wanted.so_hieu = "B 7654321".into();
    let asked = copy_request::ask(archive, &clerk_, &given).await.unwrap();
    let found = copy_request::candidates(archive, &clerk_, &asked.id)
        .await
        .unwrap();
    assert_eq!(found.len(), 2, "the namesake is shown, but second");
    assert_eq!(found[0].fields["so_hieu"], "B7654321");
    assert_eq!(agrees(&found[0], "so_hieu"), "folded");
    assert_eq!(agrees(&found[1], "so_hieu"), "differs");
}
