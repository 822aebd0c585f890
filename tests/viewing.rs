//! Seeing is an act: it is in the log before anything is shown, it is counted, and values are masked by class and role.

mod masked;

use serde_json::{Value, json};
use sogoc::access::{self, Caller, Role};
use sogoc::archive::Archive;
use sogoc::audit::{self, Entry};
use sogoc::page::{self, ImageOptions};
use sogoc::search::{self, Wanted};
use sogoc::viewing::{self, ViewRow};
use sogoc::{issue_book, record};

use crate::support::archive::caller;
use crate::support::holdings::{Holdings, STEADY};
use crate::support::postgres;
use crate::support::server::{PASSWORD, Server};

/// Entries of one kind.
async fn entries(archive: &Archive, action: &str) -> Vec<Entry> {
    let all = audit::after(&archive.catalogue, 0, 10_000).await.unwrap();
    all.into_iter().filter(|one| one.action == action).collect()
}

async fn named(holdings: &Holdings, text: &str) -> search::SearchResult {
    search::follow(&holdings.archive).await.unwrap();
    let wanted = Wanted {
        ho_ten: Some(text.into()),
        ..Wanted::default()
    };
    search::find(&holdings.archive, &caller(Role::Reviewer), &wanted)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_look_leaves_its_trace_embedded() {
    every_look_leaves_its_trace(None).await;
}

#[tokio::test]
async fn every_look_leaves_its_trace_on_postgresql() {
    every_look_leaves_its_trace(Some(postgres::create_database())).await;
}

async fn every_look_leaves_its_trace(catalogue: Option<String>) {
    let holdings = Holdings::lived(catalogue).await;
    let (archive, clerk) = (&holdings.archive, caller(Role::Reviewer));
    let id = &holdings.valid.record_id;
    record::get(archive, &clerk, id).await.unwrap();
    let opened = entries(archive, "record_opened").await;
    let own = opened
        .iter()
        .filter(|one| one.actor == clerk.id && &one.subject_id == id);
    assert_eq!(own.count(), 1);

    let found = named(&holdings, STEADY).await;
    assert_eq!(found.hits[0].record_id, *id);
    let searched = entries(archive, "searched").await;
    let entry = searched.last().unwrap();
    let details: Value = serde_json::from_str(&entry.details).unwrap();
    assert_eq!(details["records"][0], json!(id), "{details}");
    assert_eq!(details["question"].as_str().unwrap().len(), 64);
    assert!(
        !entry.details.contains("Hạnh"),
        "no personal data in the log"
    );

    issue_book::of_year(archive, &clerk, 2026).await.unwrap();
    let record = record::get(archive, &clerk, id).await.unwrap();
    page::image(
        archive,
        &clerk,
        &record.page_id,
        ImageOptions {
            max_side: 64,
            crop: None,
        },
    )
    .await
    .unwrap();
    let seen = viewing::of_records(archive, &caller(Role::Auditor), std::slice::from_ref(id)).await;
    let seen = seen.unwrap();
    let acts: Vec<&str> = seen.iter().map(|row| row.action.as_str()).collect();
    for act in [
        "record_opened",
        "searched",
        "issue_book_read",
        "image_opened",
    ] {
        assert!(acts.contains(&act), "{act} in {acts:?}");
    }
    the_words_of_a_question_are_for_auditors(archive, &seen).await;
    let read = entries(archive, "views_read").await;
    assert_eq!(read.len(), 1, "reading the trace is an act too");
}

async fn the_words_of_a_question_are_for_auditors(archive: &Archive, seen: &[ViewRow]) {
    let asked = seen.iter().find(|row| row.action == "searched").unwrap();
    let words = viewing::text_of(archive, &caller(Role::Auditor), &asked.entry_id).await;
    assert!(words.unwrap().contains("Hạnh"));
    for role in [Role::Administrator, Role::Reviewer] {
        let refused = viewing::text_of(archive, &caller(role), &asked.entry_id).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden", "{role}");
    }
    assert_eq!(entries(archive, "question_read").await.len(), 1);
}

#[tokio::test]
async fn looking_again_within_minutes_is_one_act_and_later_another() {
    let holdings = Holdings::lived(None).await;
    let (archive, clerk) = (&holdings.archive, caller(Role::Reviewer));
    let record = record::get(archive, &clerk, &holdings.valid.record_id)
        .await
        .unwrap();
    let before = entries(archive, "image_opened").await.len();
    for side in [64, 80, 96, 64] {
        let options = ImageOptions {
            max_side: side,
            crop: None,
        };
        page::image(archive, &clerk, &record.page_id, options)
            .await
            .unwrap();
    }
    assert_eq!(entries(archive, "image_opened").await.len(), before + 1);
    holdings.clock.advance(std::time::Duration::from_secs(301));
    let options = ImageOptions {
        max_side: 64,
        crop: None,
    };
    page::image(archive, &clerk, &record.page_id, options)
        .await
        .unwrap();
    assert_eq!(entries(archive, "image_opened").await.len(), before + 2);
}

#[tokio::test]
async fn nothing_is_shown_beyond_the_ceiling_and_the_refusal_is_logged() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let machine = Caller::machine();
    let made = access::make_person(archive, &machine, "lan", "Lan", PASSWORD, &[Role::Reviewer]);
    let lan = Caller {
        id: made.await.unwrap().id,
        ..caller(Role::Reviewer)
    };
    let administrator = caller(Role::Administrator);
    viewing::set_ceiling(archive, &administrator, &lan.id, Some(1))
        .await
        .unwrap();
    record::get(archive, &lan, &holdings.valid.record_id)
        .await
        .unwrap();
    for _ in 0..3 {
        let refused = record::get(archive, &lan, &holdings.superseded.record_id).await;
        assert_eq!(refused.unwrap_err().code(), "view_ceiling");
    }
    assert_eq!(entries(archive, "view_refused").await.len(), 1);
    // What was opened today stays open, the next day begins anew, and an administrator can raise the ceiling.
    record::get(archive, &lan, &holdings.valid.record_id)
        .await
        .unwrap();
    holdings
        .clock
        .advance(std::time::Duration::from_secs(86_400));
    record::get(archive, &lan, &holdings.superseded.record_id)
        .await
        .unwrap();
    viewing::set_ceiling(archive, &administrator, &lan.id, None)
        .await
        .unwrap();
    record::get(archive, &lan, &holdings.valid.record_id)
        .await
        .unwrap();
    let raised = Caller {
        roles: vec![Role::Administrator],
        ..lan.clone()
    };
    let own = viewing::set_ceiling(archive, &raised, &lan.id, Some(9));
    assert_eq!(own.await.unwrap_err().code(), "own_rights");
}

#[tokio::test]
async fn the_words_of_a_question_end_with_their_term() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    named(&holdings, STEADY).await;
    let entry = entries(archive, "searched").await.pop().unwrap();
    let auditor = caller(Role::Auditor);
    viewing::text_of(archive, &auditor, &entry.id)
        .await
        .unwrap();
    holdings
        .clock
        .advance(std::time::Duration::from_secs(401 * 86_400));
    let over = viewing::text_of(archive, &auditor, &entry.id).await;
    assert_eq!(over.unwrap_err().code(), "not_found");
    named(&holdings, "Trần").await;
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM view_texts")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(kept, 1, "whoever asks next sweeps");
}

#[tokio::test]
async fn who_has_looked_is_a_page_and_an_answer_of_the_api() {
    let server = Server::start().await;
    let id = crate::support::holdings::approved_record(&server.archive).await;
    let clerk = server.someone(&[Role::Reviewer]).await;
    assert_eq!(clerk.get(&format!("/ban-ghi/{id}")).await.status(), 200);
    let auditor = server.someone(&[Role::Auditor]).await;
    let rows: Value = auditor
        .get(&format!("/api/v1/records/{id}/views"))
        .await
        .json()
        .await
        .unwrap();
    let actor = rows[0]["actor"].as_str().unwrap().to_owned();
    let page = auditor.get(&format!("/ban-ghi/{id}/ai-da-xem")).await;
    let page = page.text().await.unwrap();
    assert!(
        page.contains("mở bản ghi") && page.contains(&actor),
        "{page}"
    );
    let theirs = auditor.get(&format!("/nguoi-dung/{actor}/da-xem")).await;
    assert!(theirs.text().await.unwrap().contains(&id));
    assert_eq!(
        clerk
            .get(&format!("/ban-ghi/{id}/ai-da-xem"))
            .await
            .status(),
        403
    );
}
