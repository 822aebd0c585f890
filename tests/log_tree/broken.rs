//! Entries and files removed, changed and added, each found and named.

use sogoc::audit::{self, Standing};

use super::story::{ACTS, Story, flip};

#[tokio::test]
async fn an_untouched_log_is_whole_and_says_that_nobody_outside_knows_it() {
    let story = Story::told().await;
    let checked = story.check().await;
    assert!(checked.whole, "{checked:?}");
    let state = checked.state;
    assert_eq!(state.standing, Standing::Unwitnessed);
    assert_eq!((state.size, state.checked), (state.size, state.size));
    assert!(state.size > ACTS as i64 && state.waiting == 0, "{state:?}");
}

#[tokio::test]
async fn an_entry_changed_in_any_column_is_named() {
    let story = Story::told().await;
    for column in [
        "at",
        "actor",
        "action",
        "subject_kind",
        "subject_id",
        "details",
        "id",
    ] {
        let keep = format!("CREATE TABLE kept_{column} AS SELECT * FROM log WHERE position = 77");
        story.sql(&keep).await;
        let change = format!("UPDATE log SET {column} = {column} || 'x' WHERE position = 77");
        story.sql(&change).await;
        assert_eq!(story.broken().await, "entry 77", "{column}");
        let back = format!(
            "UPDATE log SET {column} = (SELECT {column} FROM kept_{column}) WHERE position = 77"
        );
        story.sql(&back).await;
        assert_eq!(story.broken().await, "", "{column}");
    }
}

#[tokio::test]
async fn entries_removed_and_the_rest_moved_up_are_named() {
    let story = Story::told().await;
    story
        .sql("DELETE FROM log WHERE position BETWEEN 100 AND 109")
        .await;
    assert_eq!(story.broken().await, "entry 100");
    // Moved up by hand, as somebody would who re-chains the rest.
    story
        .sql("UPDATE log SET position = -position WHERE position > 109")
        .await;
    story
        .sql("UPDATE log SET position = -position - 10 WHERE position < 0")
        .await;
    story
        .sql("UPDATE log_tree SET sequenced = sequenced - 10, size = size - 10")
        .await;
    assert_eq!(story.broken().await, "entry 100");
}

#[tokio::test]
async fn a_tail_cut_off_is_seen_at_once_and_nothing_is_signed_over_it() {
    let story = Story::told().await;
    let size = story.check().await.state.size;
    story
        .sql(&format!("DELETE FROM log WHERE position > {}", size - 5))
        .await;
    let state = audit::state(&story.archive).await.unwrap();
    assert_eq!(
        state.standing,
        Standing::Broken,
        "without comparing anything"
    );
    assert_eq!(
        state.broken.unwrap().position,
        Some(size.unsigned_abs() - 4)
    );
    // The heads put back too.
    let root = "SELECT root FROM log_tree";
    let root: String = sqlx::query_scalar(root)
        .fetch_one(story.archive.catalogue.pool())
        .await
        .unwrap();
    story
        .sql(&format!(
            "UPDATE log_tree SET sequenced = {0}, size = {0}, root = '{root}'",
            size - 5
        ))
        .await;
    assert_eq!(story.broken().await, format!("entry {}", size - 4));
    story.act("later").await;
    audit::publish(&story.archive).await.unwrap_err();
    assert!(
        story.broken().await.starts_with("entry"),
        "nothing was put over it"
    );
}

#[tokio::test]
async fn an_entry_slipped_in_is_named() {
    let story = Story::told().await;
    story
        .sql("UPDATE log SET position = -position WHERE position >= 50")
        .await;
    story
        .sql("UPDATE log SET position = 1 - position WHERE position < 0")
        .await;
    story
        .sql("INSERT INTO log SELECT 'slipped', 50, at, actor, action, subject_kind, subject_id, details FROM log WHERE position = 49")
        .await;
    assert_eq!(story.broken().await, "entry 50");
}

#[tokio::test]
async fn every_file_of_the_tree_that_is_changed_or_missing_is_named() {
    let story = Story::told().await;
    let size = story.check().await.state.size - 256;
    for name in [
        "tile/0/000".to_owned(),
        format!("tile/0/001.p/{size}"),
        "tile/1/000.p/1".into(),
        "tile/entries/000".into(),
        format!("tile/entries/001.p/{size}"),
    ] {
        let file = story.file(&name);
        let kept = std::fs::read(&file).unwrap();
        flip(&file);
        assert_eq!(story.broken().await, format!("file {name}"));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(story.broken().await, format!("file {name}"), "missing");
        std::fs::write(&file, kept).unwrap();
    }
    assert_eq!(story.broken().await, "");
    let checkpoint = story.file("checkpoint");
    let kept = std::fs::read(&checkpoint).unwrap();
    flip(&checkpoint);
    assert_eq!(story.broken().await, "checkpoint not_genuine");
    std::fs::remove_file(&checkpoint).unwrap();
    assert_eq!(story.broken().await, "checkpoint missing");
    std::fs::write(&checkpoint, kept).unwrap();
    assert_eq!(story.broken().await, "");
}

#[tokio::test]
async fn an_older_checkpoint_put_back_is_named_and_nothing_is_signed_over_it() {
    let story = Story::told().await;
    let old = std::fs::read(story.file("checkpoint")).unwrap();
    story.acts(3).await;
    std::fs::remove_file(story.file("checkpoint")).unwrap();
    std::fs::write(story.file("checkpoint"), old).unwrap();
    assert_eq!(story.broken().await, "checkpoint older");
    story.act("later").await;
    audit::publish(&story.archive).await.unwrap_err();
}

#[tokio::test]
async fn rubbish_in_the_place_of_any_file_is_an_answer_and_no_fault() {
    let story = Story::told().await;
    for name in ["checkpoint", "tile/0/000", "tile/entries/000", "keys"] {
        let file = story.file(name);
        let kept = file.is_file().then(|| std::fs::read(&file).unwrap());
        let file = if file.is_dir() { file.join("zz") } else { file };
        for rubbish in [
            &b""[..],
            b"\n\n\n",
            &[0xff; 70_000],
            b"a\n99999999999999999999\nx\n\n\xe2\x80\x94 a b\n",
        ] {
            let _ = std::fs::remove_file(&file);
            std::fs::write(&file, rubbish).unwrap();
            let said = story.broken().await;
            assert_eq!(said.is_empty(), name == "keys", "{name}: {said}");
        }
        std::fs::remove_file(&file).unwrap();
        if let Some(kept) = kept {
            std::fs::write(&file, kept).unwrap();
        }
    }
    assert_eq!(story.broken().await, "");
}
