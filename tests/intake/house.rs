//! A whole archive for one test: real catalogue, vault and reading children.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use sogoc::access::Caller;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::clock::{Clock, StillClock, WallClock};
use sogoc::config::Config;
use sogoc::error::Result;
use sogoc::scan::{self, Incoming, Scan};
use tempfile::TempDir;

use crate::support::postgres;

/// A page that can be read.
pub const DIPLOMA: &[u8] = include_bytes!("../fixtures/good/diploma.jpg");
/// Another page that can be read: rows of a register.
pub const REGISTER: &[u8] = include_bytes!("../fixtures/good/register.png");

/// The archive and where it lives.
pub struct House {
    pub archive: Arc<Archive>,
    pub folder: TempDir,
}

pub fn machine() -> Caller {
    Caller::machine()
}

pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl House {
    pub async fn embedded() -> Self {
        Self::with(Arc::new(WallClock), |_| {}).await
    }

    pub async fn on_postgres() -> Self {
        let url = tokio::task::spawn_blocking(postgres::create_database)
            .await
            .unwrap();
        Self::with(Arc::new(WallClock), |config| {
            config.catalogue.url = Some(url)
        })
        .await
    }

    pub async fn standing_still(at: &str, vault: Option<&Path>) -> Self {
        let clock = StillClock::at(at.parse().unwrap());
        let vault = vault.map(|vault| vault.display().to_string());
        Self::with(Arc::new(clock), |config| config.vault.url = vault).await
    }

    pub async fn with(clock: Arc<dyn Clock>, set: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(folder.path());
        config.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
        set(&mut config);
        let archive = Arc::new(Archive::open_with(config, clock).await.unwrap());
        Self { archive, folder }
    }

    pub fn vault_folder(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub async fn batch(&self, name: &str) -> String {
        let fresh = NewBatch {
            name: name.into(),
            ..NewBatch::default()
        };
        batch::open(&self.archive, &machine(), &fresh)
            .await
            .unwrap()
            .id
    }

    pub async fn receive(&self, batch_id: &str, name: &str, bytes: &[u8]) -> Result<Scan> {
        self.deliver(batch_id, name, bytes, None).await
    }

    pub async fn receive_declared(
        &self,
        batch_id: &str,
        name: &str,
        bytes: &[u8],
        sha256: &str,
    ) -> Result<Scan> {
        self.deliver(batch_id, name, bytes, Some(sha256)).await
    }

    async fn deliver(
        &self,
        batch_id: &str,
        name: &str,
        bytes: &[u8],
        declared_sha256: Option<&str>,
    ) -> Result<Scan> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let incoming = Incoming {
            batch_id,
            name,
            path: file.path(),
            declared_sha256,
        };
        scan::receive(&self.archive, &machine(), &incoming).await
    }
}
