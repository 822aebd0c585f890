//! An archive with a log of some length, and hands that change it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use sogoc::archive::Archive;
use sogoc::audit::{self, Action, Checked};
use sogoc::clock::StillClock;
use sogoc::config::Config;
use tempfile::TempDir;

/// More than one tile, and an unfinished one.
pub const ACTS: usize = 300;

/// An archive in a folder of its own.
pub struct Story {
    pub archive: Archive,
    pub clock: Arc<StillClock>,
    pub folder: TempDir,
}

impl Story {
    /// With nothing in the tree.
    pub async fn begun(adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(&folder.path().join("data"));
        std::fs::create_dir_all(&config.data).unwrap();
        adjust(&mut config);
        let clock = Arc::new(StillClock::at("2026-11-30T01:00:00Z".parse().unwrap()));
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        Self {
            archive,
            clock,
            folder,
        }
    }

    /// With [`ACTS`] more acts in the tree, put there in steps that end within tiles.
    pub async fn told() -> Self {
        let story = Self::begun(|_| {}).await;
        story.acts(ACTS).await;
        story
    }

    /// Lets some acts happen and puts them into the tree, a hundred at a time.
    pub async fn acts(&self, count: usize) {
        for part in (0..count).collect::<Vec<_>>().chunks(100) {
            for act in part {
                self.act(&format!("act-{act}")).await;
            }
            audit::publish(&self.archive).await.unwrap();
        }
    }

    /// One act on one thing.
    pub async fn act(&self, id: &str) {
        let mut tx = self.archive.begin_as_machine().await.unwrap();
        tx.log(Action::Scrubbed, ("story", id), json!({ "n": id }))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// What comparing every entry with the signed tree finds.
    pub async fn check(&self) -> Checked {
        audit::check(&self.archive).await.unwrap()
    }

    /// What is found broken, as `kind position what`.
    pub async fn broken(&self) -> String {
        let checked = self.check().await;
        assert_eq!(checked.whole, checked.state.broken.is_none());
        let Some(broken) = checked.state.broken else {
            return String::new();
        };
        let position = broken.position.map(|position| position.to_string());
        let parts = [Some(broken.kind), position, broken.what];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// A hand in the catalogue.
    pub async fn sql(&self, statement: &str) {
        let mut tx = self.archive.begin_as_machine().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The file of the tree in the vault.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data/vault/log").join(name)
    }
}

/// Changes one byte in the middle of a file.
pub fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::remove_file(file).unwrap();
    std::fs::write(file, bytes).unwrap();
}
