//! The clerk's look: the same diploma on other paper beside each candidate, and why one is not the one.
//! On both catalogues.

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::copy_request::{self, AskGiven, Candidate, NotTheOne};
use sogoc::error::Error;
use sogoc::{review, search};

use super::asking;
use crate::support::archive::{caller, seen};
use crate::support::holdings::{Holdings, STEADY, approve, page, propose, receive};
use crate::support::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_sees_both_papers_and_says_why_not_on_sqlite() {
    tell(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_sees_both_papers_and_says_why_not_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    tell(Some(url)).await;
}

/// A row of a register about a diploma with that number, approved.
async fn row(holdings: &Holdings, shade: u8, name: &str, number: &str) -> String {
    paper(holdings, "so_goc", shade, (name, number)).await
}

/// Paper of a class about a diploma with that number, approved.
async fn paper(
    holdings: &Holdings,
    class: &str,
    shade: u8,
    (name, number): (&str, &str),
) -> String {
    let (archive, machine) = (&holdings.archive, Caller::machine());
    let fresh = sogoc::batch::NewBatch {
        name: format!("Sổ gốc {name} {number}"),
        ..Default::default()
    };
    let batch = sogoc::batch::open(archive, &machine, &fresh).await.unwrap();
    let scan = receive(archive, &batch.id, "trang.png", &page(shade)).await;
    let id = propose(archive, &scan, 1, name).await;
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query("UPDATE records SET class = $1, bounds = '[0,40,120,40]' WHERE id = $2")
        .bind(class)
        .bind(&id)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let change = [("so_hieu".to_owned(), number.to_owned())].into();
    let seen = review::correct(archive, &caller(Role::Reviewer), &id, 1, &change, "")
        .await
        .unwrap();
    approve(archive, &caller(Role::Reviewer), &id, seen.version).await;
    id
}

fn wanted() -> AskGiven {
    let mut given = asking();
    given.wanted.ho_ten = STEADY.into();
    given
}

async fn candidates(archive: &Archive, id: &str) -> Vec<Candidate> {
    let clerk_ = caller(Role::Reviewer);
    copy_request::candidates(archive, &clerk_, id)
        .await
        .unwrap()
}

async fn tell(catalogue: Option<String>) {
    let holdings = Holdings::lived(catalogue).await;
    let archive = &holdings.archive;
    // The sample's diploma has the number A 001111; another one's row has another.
    let own = row(&holdings, 60, STEADY, "A-001111").await;
    let other = row(&holdings, 70, STEADY, "A 777777").await;
    let wrong = row(&holdings, 80, "Lê Văn Khác", "A001111").await;
    let clash = paper(&holdings, "van_bang", 90, ("Trần Văn Trùng", "A 001111")).await;
    search::follow(archive).await.unwrap();
    let diploma = &holdings.valid.record_id;
    let asked = copy_request::ask(archive, &Caller::machine(), &wanted())
        .await
        .unwrap();

    let found = candidates(archive, &asked.id).await;
    let one = |id: &str| found.iter().find(|one| one.record_id == id).unwrap();
    let beside = |id: &str| -> Vec<(&str, bool)> {
        let all = one(id).counterparts.iter();
        let mut all: Vec<_> = all
            .map(|one| (one.record_id.as_str(), one.same_name))
            .collect();
        all.sort_by_key(|(_, same)| !same);
        all
    };
    // There is a second diploma under that number: one of them is wrong, and that is shown.
    let both = [(diploma.as_str(), true), (clash.as_str(), false)];
    assert_eq!(beside(&own), both);
    assert_eq!(
        beside(diploma),
        [(own.as_str(), true), (wrong.as_str(), false)]
    );
    assert_eq!(beside(&other), []);
    let row = &one(diploma).counterparts;
    let row = row.iter().find(|one| one.same_name).unwrap();
    assert_eq!(
        (row.class.as_str(), row.bounds),
        ("so_goc", Some([0, 40, 120, 40]))
    );
    why_not_is_said_once_and_may_be_withdrawn(archive, &asked.id, &other).await;
}

async fn why_not_is_said_once_and_may_be_withdrawn(archive: &Archive, id: &str, other: &str) {
    let clerk_ = caller(Role::Reviewer);
    let say = async |record: &str, reason, note: &str| {
        copy_request::dismiss(archive, &clerk_, id, record, reason, note).await
    };
    let silent = say(other, NotTheOne::Other, " ").await;
    assert!(matches!(silent, Err(Error::Invalid(_))), "{silent:?}");
    let unknown = say("none", NotTheOne::AnotherPerson, "").await;
    assert!(
        matches!(unknown, Err(Error::NotFound { .. })),
        "{unknown:?}"
    );
    say(other, NotTheOne::Other, "xem lại").await.unwrap();
    say(other, NotTheOne::AnotherDiploma, "bằng năm 1990")
        .await
        .unwrap();
    let found = candidates(archive, id).await;
    let last = found.last().unwrap();
    let said = last.dismissed.as_ref().unwrap();
    assert_eq!(last.record_id, other, "dismissed, and still there");
    assert_eq!(
        (said.reason, said.note.as_str(), said.person.as_str()),
        (NotTheOne::AnotherDiploma, "bằng năm 1990", "reviewer")
    );
    assert_eq!(
        found.iter().filter(|one| one.dismissed.is_some()).count(),
        1
    );
    copy_request::confirm(archive, &clerk_, id, other, &seen(archive, other).await)
        .await
        .unwrap();
    let found = candidates(archive, id).await;
    assert!(found.iter().all(|one| one.dismissed.is_none()));
    let late = say(other, NotTheOne::AnotherPerson, "").await;
    assert!(matches!(late, Err(Error::Refused { .. })), "{late:?}");
}
