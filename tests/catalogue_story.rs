//! One story of the catalogue, told on SQLite and on a real PostgreSQL cluster.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use sogoc::audit::{self, Action};
use sogoc::catalogue::{Catalogue, Engine, next_number};
use sogoc::clock::WallClock;
use sogoc::jobs::{self, Kind, PRIORITY_BACKLOG};
use tempfile::TempDir;

use super::support::postgres;

const WRITERS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_story_holds_on_sqlite() {
    let folder = TempDir::new().unwrap();
    tell(&Catalogue::embedded_url(folder.path()), Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_holds_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    tell(&url, Engine::Postgres).await;
}

async fn tell(url: &str, engine: Engine) {
    let first = Catalogue::open(url).await.unwrap();
    assert_eq!(first.engine(), engine);
    first.check().await.unwrap();
    first.close().await;
    let again = Catalogue::open(url)
        .await
        .expect("opening twice migrates once");
    numbers_have_no_gap_though_transactions_are_undone(&again).await;
    every_job_is_leased_by_one_worker(&again).await;
    every_act_leaves_its_entry_though_many_write(&again).await;
    again.close().await;
}

/// Runs `act` in as many tasks as there are writers and collects what they return.
async fn together<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    catalogue: &Catalogue,
    act: impl Fn(Catalogue, usize) -> F,
) -> Vec<T> {
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(act(catalogue.clone(), writer)))
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

async fn numbers_have_no_gap_though_transactions_are_undone(catalogue: &Catalogue) {
    let taken = together(catalogue, |catalogue, writer| async move {
        let mut tx = catalogue.begin().await.unwrap();
        let number = next_number(&mut tx, "story").await.unwrap();
        if writer % 3 == 0 {
            drop(tx); // rolled back
            return None;
        }
        tx.commit().await.unwrap();
        Some(number)
    })
    .await;
    let kept: BTreeSet<i64> = taken.into_iter().flatten().collect();
    let expected: BTreeSet<i64> = (1..=(WRITERS - WRITERS / 3) as i64).collect();
    assert_eq!(kept, expected);
}

async fn every_job_is_leased_by_one_worker(catalogue: &Catalogue) {
    let mut tx = catalogue.begin().await.unwrap();
    for subject in 0..WRITERS {
        for _twice in 0..2 {
            let subject = subject.to_string();
            tx.enqueue(Kind::ReadPage, &subject, PRIORITY_BACKLOG)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
    let leased = together(catalogue, |catalogue, writer| async move {
        jobs::lease(&catalogue, &WallClock, Kind::ReadPage, &writer.to_string())
            .await
            .unwrap()
    })
    .await;
    let subjects: BTreeSet<String> = leased
        .into_iter()
        .flatten()
        .map(|job| job.subject)
        .collect();
    assert_eq!(subjects.len(), WRITERS);
    let none = jobs::lease(catalogue, &WallClock, Kind::ReadPage, "late")
        .await
        .unwrap();
    assert!(none.is_none(), "{none:?}");
}

async fn every_act_leaves_its_entry_though_many_write(catalogue: &Catalogue) {
    let actor: Arc<str> = "person".into();
    together(catalogue, move |catalogue, writer| {
        let actor = Arc::clone(&actor);
        async move {
            let mut tx = catalogue.begin_as(&actor).await.unwrap();
            let id = writer.to_string();
            tx.log(Action::FondsMade, ("fonds", &id), json!({}))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
    })
    .await;
    let entries = audit::after(catalogue, 0, 100).await.unwrap();
    let about: BTreeSet<&str> = entries
        .iter()
        .map(|entry| entry.subject_id.as_str())
        .collect();
    assert_eq!((entries.len(), about.len()), (WRITERS, WRITERS));
}
