//! Requests outlive the catalogue: open, refused, withdrawn, expired and issued ones come back from the
//! vault alone, with what was said, searched and submitted. Into both catalogues.

use std::sync::Arc;
use std::time::Duration;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::clock::{Clock, StillClock};
use sogoc::copy_request::{self, Asked, NotTheOne, Status};
use sogoc::jobs::Kind;
use sogoc::vault::ObjectId;
use sogoc::{certified_copy, fixity, issue_book, jobs, search_case, worker};
use tempfile::TempDir;

use super::{add_paper, asking};
use crate::support::archive::{caller, log_is_whole, seen, shown};
use crate::support::holdings::{Holdings, page};
use crate::support::postgres;

/// What follows from requests, without reading pages.
const FOLLOWING: [Kind; 4] = [
    Kind::IssueCopy,
    Kind::PreserveLine,
    Kind::PreserveRequest,
    Kind::SweepRequests,
];

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_lost_with_the_catalogue_on_sqlite() {
    tell(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_lost_with_the_catalogue_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    tell(Some(url)).await;
}

async fn ask(archive: &Archive, copies: i64) -> Asked {
    let mut given = asking();
    given.wanted.copies = Some(copies);
    given.idempotency_key = Some(archive.clock.new_id());
    let asked = copy_request::ask(archive, &caller(Role::Portal), &given).await;
    asked.unwrap()
}

async fn confirm(archive: &Archive, asked: &Asked, record: &str) {
    let clerk_ = caller(Role::Reviewer);
    copy_request::confirm(
        archive,
        &clerk_,
        &asked.id,
        record,
        &seen(archive, record).await,
    )
    .await
    .unwrap();
}

async fn release(archive: &Archive, asked: &Asked) {
    let head = caller(Role::Approver);
    copy_request::release(archive, &head, &asked.id, &shown(archive, &asked.id).await)
        .await
        .unwrap();
}

/// One request in every state a request can be in.
struct Requests {
    waiting: Asked,
    searching: Asked,
    confirmed: Asked,
    refused: Asked,
    withdrawn: Asked,
    expired: Asked,
    issued: Asked,
    released: Asked,
}

impl Requests {
    async fn lived(holdings: &Holdings) -> Self {
        let archive = &holdings.archive;
        let (clerk_, record) = (caller(Role::Reviewer), &holdings.valid.record_id);
        let expired = ask(archive, 1).await;
        copy_request::write(archive, &clerk_, &expired.id, "xin gửi giấy ủy quyền", true)
            .await
            .unwrap();
        holdings.clock.advance(Duration::from_secs(60 * 24 * 3600));
        sweep(archive).await;

        let waiting = ask(archive, 1).await;
        copy_request::write(archive, &clerk_, &waiting.id, "xin gửi ảnh bằng", true)
            .await
            .unwrap();
        let searching = ask(archive, 1).await;
        let other = NotTheOne::AnotherPerson;
        copy_request::dismiss(archive, &clerk_, &searching.id, record, other, "")
            .await
            .unwrap();
        search_case::open(archive, &clerk_, &searching.id, "xem quyển 1990")
            .await
            .unwrap();
        let confirmed = ask(archive, 1).await;
        confirm(archive, &confirmed, record).await;
        let refused = ask(archive, 1).await;
        copy_request::refuse(archive, &clerk_, &refused.id, "không có trong sổ gốc")
            .await
            .unwrap();
        let withdrawn = ask(archive, 1).await;
        copy_request::withdraw(archive, &withdrawn.code)
            .await
            .unwrap();
        let issued = ask(archive, 2).await;
        add_paper(archive, &issued.code, "ủy quyền.png", &page(40))
            .await
            .unwrap();
        confirm(archive, &issued, record).await;
        release(archive, &issued).await;
        worker::work_off(archive, &FOLLOWING).await.unwrap();
        let released = ask(archive, 1).await;
        confirm(archive, &released, record).await;
        release(archive, &released).await; // its copy was never made
        worker::work_off(archive, &[Kind::PreserveRequest])
            .await
            .unwrap();
        Self {
            waiting,
            searching,
            confirmed,
            refused,
            withdrawn,
            expired,
            issued,
            released,
        }
    }

    fn states(&self) -> [(&Asked, &'static str); 8] {
        [
            (&self.waiting, "waiting"),
            (&self.searching, "searching"),
            (&self.confirmed, "confirmed"),
            (&self.refused, "refused"),
            (&self.withdrawn, "withdrawn"),
            (&self.expired, "expired"),
            (&self.issued, "issued"),
            (&self.released, "released"),
        ]
    }
}

async fn sweep(archive: &Archive) {
    let mut tx = archive.catalogue.begin().await.unwrap();
    tx.enqueue(Kind::SweepRequests, "all", jobs::PRIORITY_UPKEEP)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    worker::work_off(archive, &FOLLOWING).await.unwrap();
}

async fn status(archive: &Archive, asked: &Asked) -> Status {
    copy_request::status(archive, &asked.code).await.unwrap()
}

async fn tell(new_catalogue: Option<String>) {
    let holdings = Holdings::lived(None).await;
    let requests = Requests::lived(&holdings).await;
    let old = &holdings.archive;
    for (asked, state) in requests.states() {
        assert_eq!(status(old, asked).await.state, state);
    }
    let checked = fixity::reconcile(old, false).await.unwrap();
    assert!(
        checked.only_in_vault.is_empty() && checked.only_in_catalogue.is_empty(),
        "{checked:?}"
    );

    let new = TempDir::new().unwrap();
    let mut settings = fixity::beside(&old.config, new.path()).unwrap();
    settings.catalogue.url = new_catalogue;
    let clock = Arc::new(StillClock::at(old.clock.now()));
    (0..10_000).for_each(|_| drop(clock.new_id())); // past every id the old archive gave
    let again = Archive::open_with(settings, clock).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!(
        (rebuilt.requests, rebuilt.evidence, rebuilt.evidence_unbound),
        (8, 1, 0)
    );
    let differences = fixity::compare(
        &fixity::holdings(&old.catalogue).await.unwrap(),
        &fixity::holdings(&again.catalogue).await.unwrap(),
    );
    let changed = format!("request {}", requests.released.id);
    assert_eq!(differences.changed, [changed], "{differences:?}");
    assert!(differences.lost.is_empty() && differences.gained.is_empty());
    what_was_said_is_there(old, &again, &requests).await;
    the_book_is_the_same(old, &again).await;
    life_goes_on(&again, &requests).await;
}

async fn what_was_said_is_there(old: &Archive, again: &Archive, requests: &Requests) {
    for (asked, state) in requests.states() {
        let (before, now) = (status(old, asked).await, status(again, asked).await);
        // What was being sealed waits for its release again.
        let expected = match state {
            "released" => "confirmed",
            other => other,
        };
        assert_eq!(now.state, expected);
        assert_eq!(now.messages, before.messages);
        assert_eq!(now.history, before.history);
        assert_eq!(now.papers, before.papers);
        assert_eq!((now.refusal, now.due_at), (before.refusal, before.due_at));
    }
    let papers = status(again, &requests.issued).await.papers;
    assert_eq!(papers, ["ủy quyền.png"]);
}

/// Lines and refusals alike, but for who released: people are not in the vault.
async fn the_book_is_the_same(old: &Archive, again: &Archive) {
    let head = caller(Role::Approver);
    let before = issue_book::of_year(old, &head, 2026).await.unwrap().lines;
    let now = issue_book::of_year(again, &head, 2026).await.unwrap().lines;
    let finished: Vec<_> = before
        .into_iter()
        .filter(|line| line.state != "opening")
        .collect();
    assert_eq!(now, finished);
    let ended: Vec<&str> = now
        .iter()
        .filter(|line| line.number.is_none())
        .map(|line| line.state.as_str())
        .collect();
    assert_eq!(ended, ["expired", "refused", "request_withdrawn"]);
}

/// The applicant answers, the archivist's search goes on, the same key finds the same request, and what
/// was being sealed is released under a new number.
async fn life_goes_on(again: &Archive, requests: &Requests) {
    copy_request::answer(again, &requests.waiting.code, "đã gửi")
        .await
        .unwrap();
    assert_eq!(status(again, &requests.waiting).await.state, "received");
    let archivist = caller(Role::Archivist);
    let open = search_case::list(again, &archivist, false).await.unwrap();
    assert_eq!(open.len(), 1);
    search_case::not_found(again, &archivist, &open[0].id, "đã xem quyển 1990")
        .await
        .unwrap();
    assert_eq!(status(again, &requests.searching).await.state, "received");
    for copy in status(again, &requests.issued).await.copies {
        let code = &requests.issued.code;
        let (_, bytes) = copy_request::fetch(again, code, Some(&copy.number))
            .await
            .unwrap();
        let told = certified_copy::verify_file(again, &bytes).await.unwrap();
        assert_eq!(told.archive.unwrap().state, "valid");
    }
    release(again, &requests.released).await;
    worker::work_off(again, &FOLLOWING).await.unwrap();
    let told = status(again, &requests.released).await;
    assert_eq!(told.state, "issued");
    assert_eq!(
        told.copies[0].number, "5/2026",
        "behind the last in the vault"
    );
    log_is_whole(again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_one_object_that_says_what_became_of_it() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let asked = ask(archive, 1).await;
    worker::work_off(archive, &[Kind::PreserveRequest])
        .await
        .unwrap();
    let object = ObjectId::new(copy_request::object_id(&asked.id)).unwrap();
    let read = async || {
        let file = archive
            .vault
            .read(&object, copy_request::REQUEST_FILE, None)
            .await
            .unwrap();
        let bytes = file.into_bytes().await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    assert_eq!(read().await["state"], "received");
    let clerk_ = caller(Role::Reviewer);
    copy_request::refuse(archive, &clerk_, &asked.id, "không có trong sổ gốc")
        .await
        .unwrap();
    // The vault holds what the catalogue holds, whichever job came last and however often.
    worker::work_off(archive, &[Kind::PreserveRequest])
        .await
        .unwrap();
    let kept = read().await;
    assert_eq!(
        (kept["state"].as_str(), kept["refusal"].as_str()),
        (Some("refused"), Some("không có trong sổ gốc"))
    );
    assert_eq!(kept["made_by"], caller(Role::Portal).id);
    assert_eq!(archive.vault.head(&object).await.unwrap(), Some(2));
}
