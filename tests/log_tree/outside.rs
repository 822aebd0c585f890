//! A place outside contradicts whoever writes another log, even with the key, the catalogue and the vault in hand.

use std::time::Duration;

use sogoc::archive::Archive;
use sogoc::audit::{self, Standing};
use sogoc::config::VaultConfig;

use super::story::Story;

async fn witnessed() -> (tempfile::TempDir, Story) {
    let share = tempfile::tempdir().unwrap();
    let url = share.path().display().to_string();
    let story = Story::begun(|config| {
        config.log.outside.push(VaultConfig {
            url: Some(url),
            ..VaultConfig::default()
        });
    })
    .await;
    story.acts(30).await;
    (share, story)
}

/// The log written anew without some entries, signed with the true key.
async fn write_another_log(story: &Story) {
    story
        .sql("DELETE FROM log WHERE position BETWEEN 10 AND 12")
        .await;
    story.sql("UPDATE log SET position = NULL").await;
    story
        .sql("UPDATE log_tree SET sequenced = 0, size = 0, root = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='")
        .await;
    std::fs::remove_dir_all(story.file("")).unwrap();
    audit::publish(&story.archive).await.unwrap();
}

#[tokio::test]
async fn a_place_outside_makes_the_log_witnessed() {
    let (_share, story) = witnessed().await;
    let state = story.check().await.state;
    assert_eq!(state.standing, Standing::Witnessed, "{state:?}");
    assert_eq!(state.outside[0].size, state.size);
}

#[tokio::test]
async fn another_log_signed_with_the_true_key_is_contradicted() {
    let (share, story) = witnessed().await;
    let shown = std::fs::read(share.path().join("checkpoint")).unwrap();
    write_another_log(&story).await;
    let size = story.check().await.state.size;
    assert_eq!(
        story.broken().await,
        format!("shown_elsewhere {}", size + 3)
    );
    // Grown past what was shown, it still has another beginning.
    story.clock.advance(Duration::from_secs(3600));
    story.acts(10).await;
    assert_eq!(
        story.broken().await,
        format!("shown_elsewhere {}", size + 3)
    );
    let place = &audit::state(&story.archive).await.unwrap().outside[0];
    assert_eq!(place.failure.as_deref(), Some("log_contradicted"));
    let still = std::fs::read(share.path().join("checkpoint")).unwrap();
    assert_eq!(still, shown, "the evidence is not overwritten");
}

#[tokio::test]
async fn a_share_that_is_not_mounted_is_told_and_shown_again_once_it_is() {
    let (share, story) = witnessed().await;
    let (there, away) = (share.path().to_owned(), share.path().with_extension("away"));
    std::fs::rename(&there, &away).unwrap();
    story.clock.advance(Duration::from_secs(120));
    story.acts(1).await;
    let state = audit::state(&story.archive).await.unwrap();
    assert_eq!(state.standing, Standing::Unwitnessed);
    assert_eq!(state.outside[0].failure.as_deref(), Some("not_found"));
    assert!(!there.exists(), "no folder is made in its place");
    let checked = story.check().await;
    assert!(checked.whole && checked.silent.len() == 1, "{checked:?}");
    std::fs::rename(&away, &there).unwrap();
    story.clock.advance(Duration::from_secs(120));
    audit::publish(&story.archive).await.unwrap();
    let state = story.check().await.state;
    assert_eq!(state.standing, Standing::Witnessed);
    assert_eq!(
        state.outside[0].size, state.size,
        "though nothing new was signed"
    );
}

#[tokio::test]
async fn a_strangers_checkpoint_there_is_not_overwritten() {
    let (share, story) = witnessed().await;
    let strange = b"strange\n1\nAAAA\n\n\xe2\x80\x94 strange AAAA\n";
    std::fs::write(share.path().join("checkpoint"), strange).unwrap();
    story.clock.advance(Duration::from_secs(120));
    story.acts(1).await;
    let state = audit::state(&story.archive).await.unwrap();
    assert_eq!(
        state.outside[0].failure.as_deref(),
        Some("log_outside_foreign")
    );
    let there = std::fs::read(share.path().join("checkpoint")).unwrap();
    assert_eq!(there, strange);
}

#[tokio::test]
async fn a_process_without_the_key_leaves_the_signing_to_others() {
    let (_share, story) = witnessed().await;
    let size = story.check().await.state.size;
    let elsewhere = tempfile::tempdir().unwrap();
    let mut config = story.archive.config.clone();
    config.catalogue.url = Some(config.catalogue_url());
    config.vault.url = Some(config.data.join("vault").display().to_string());
    config.seal.key_file = Some(config.data.join("seal/test-authority.p12"));
    config.seal.key_password_file = Some(config.data.join("seal/test-authority.password"));
    config.data = elsewhere.path().to_owned();
    let other = Archive::open_with(config, story.clock.clone())
        .await
        .unwrap();
    assert!(other.log_key.is_none());
    story.act("from elsewhere").await;
    assert_eq!(audit::publish(&other).await.unwrap(), 0);
    let state = audit::state(&other).await.unwrap();
    assert_eq!((state.standing, state.size), (Standing::Unsigned, size));
    // A person's word makes the other key the one in use; the tree goes on under it.
    audit::accept_key(&other).await.unwrap();
    let config = other.config.clone();
    drop(other);
    let other = Archive::open_with(config, story.clock.clone())
        .await
        .unwrap();
    assert_eq!(audit::publish(&other).await.unwrap(), 2);
    let checked = audit::check(&other).await.unwrap();
    assert!(checked.whole, "{checked:?}");
}
