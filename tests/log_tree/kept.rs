//! The log outlives its catalogue, crashes, and many writers.

use sogoc::archive::Archive;
use sogoc::{audit, fixity};

use super::story::Story;
use crate::support::archive::{Ground, Holdings, log_is_whole};

#[tokio::test]
async fn the_vault_alone_gives_the_log_back() {
    let story = Story::told().await;
    let before = audit::after(&story.archive.catalogue, 0, 1000)
        .await
        .unwrap();
    let into = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&story.archive.config, into.path()).unwrap();
    let again = Archive::open_with(settings, story.clock.clone())
        .await
        .unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.log_entries, before.len() as u64);
    assert!(
        rebuilt.log_vouched && rebuilt.damaged.is_empty(),
        "{rebuilt:?}"
    );
    let after = audit::after(&again.catalogue, 0, 1000).await.unwrap();
    assert_eq!(&after[..before.len()], before);
    assert!(
        log_is_whole(&again).await > before.len() as i64,
        "it goes on"
    );
}

#[tokio::test]
async fn without_the_key_it_comes_back_and_says_so() {
    let story = Story::told().await;
    let into = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&story.archive.config, into.path()).unwrap();
    std::fs::remove_file(into.path().join("log/key")).unwrap();
    let again = Archive::open_with(settings, story.clock.clone())
        .await
        .unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert!(
        rebuilt.log_entries > 300 && !rebuilt.log_vouched,
        "{rebuilt:?}"
    );
    log_is_whole(&again).await;
}

#[tokio::test]
async fn a_damaged_tree_is_named_and_the_rest_comes_back() {
    let story = Story::told().await;
    super::story::flip(&story.file("tile/entries/000"));
    let into = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&story.archive.config, into.path()).unwrap();
    let again = Archive::open_with(settings, story.clock.clone())
        .await
        .unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!((rebuilt.log_entries, rebuilt.damaged.len()), (0, 1));
}

#[tokio::test]
async fn lost_entries_are_brought_back_as_they_were_signed() {
    let story = Story::told().await;
    let before = audit::after(&story.archive.catalogue, 0, 1000)
        .await
        .unwrap();
    story.sql("DELETE FROM log WHERE position > 280").await;
    story
        .sql("UPDATE log SET details = '{}' WHERE position = 9")
        .await;
    story.act("after the backup was restored").await;
    let restored = audit::restore_missing(&story.archive).await.unwrap();
    assert_eq!(restored, before.len() as u64 - 280 + 1);
    let after = audit::after(&story.archive.catalogue, 0, 1000)
        .await
        .unwrap();
    assert_eq!(&after[..before.len()], before);
    assert_eq!(log_is_whole(&story.archive).await, before.len() as i64 + 2);
}

/// Between the signature and the catalogue's knowing of it, and before the signature.
#[tokio::test]
async fn a_crash_at_any_step_of_signing_is_made_good() {
    let story = Story::told().await;
    let row = "SELECT size, root FROM log_tree";
    let (size, root): (i64, String) = sqlx::query_as(row)
        .fetch_one(story.archive.catalogue.pool())
        .await
        .unwrap();
    let checkpoint = std::fs::read(story.file("checkpoint")).unwrap();
    story.acts(20).await;
    story
        .sql(&format!(
            "UPDATE log_tree SET size = {size}, root = '{root}'"
        ))
        .await;
    story.act("later").await;
    assert_eq!(log_is_whole(&story.archive).await, size + 21);
    story
        .sql(&format!(
            "UPDATE log_tree SET size = {size}, root = '{root}'"
        ))
        .await;
    std::fs::remove_file(story.file("checkpoint")).unwrap();
    std::fs::write(story.file("checkpoint"), checkpoint).unwrap();
    assert_eq!(log_is_whole(&story.archive).await, size + 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_and_sequencers_make_one_tree_on_sqlite_and_a_folder() {
    many_write(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_and_sequencers_make_one_tree_on_postgresql_and_s3() {
    many_write(Ground::Scaled).await;
}

async fn many_write(ground: Ground) {
    let holdings = std::sync::Arc::new(Holdings::on(ground).await);
    let before = log_is_whole(&holdings.archive).await;
    let mut tasks = Vec::new();
    for writer in 0..12 {
        let holdings = holdings.clone();
        tasks.push(tokio::spawn(async move {
            for act in 0..10 {
                let mut tx = holdings.archive.begin_as_machine().await.unwrap();
                let id = format!("{writer}-{act}");
                let details = serde_json::json!({});
                tx.log(audit::Action::Scrubbed, ("story", &id), details)
                    .await
                    .unwrap();
                if act == 9 {
                    drop(tx); // undone, and its entry with it
                    continue;
                }
                tx.commit().await.unwrap();
                if act % 3 == 0 {
                    audit::publish(&holdings.archive).await.unwrap();
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(log_is_whole(&holdings.archive).await, before + 12 * 9);
}
