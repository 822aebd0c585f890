//! A pool for a test, files for it, and a shorter way to name a trial.

use sogoc_workers::geometry::Turn;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::Trial;
use sogoc_workers::Known;
use sogoc_workers::outcome::Outcome;
use sogoc_workers::pool::{PageJob, Pool, PoolConfig, RenderJob};
use sogoc_workers::reading::PageReading;
use sogoc_workers::render::Rendition;
use tempfile::TempDir;

/// A trial from a function that panics when a fact does not hold.
pub fn fact(name: &'static str, check: fn()) -> Trial {
    Trial::test(name, move || {
        check();
        Ok(())
    })
}

pub fn config() -> PoolConfig {
    PoolConfig {
        children: 2,
        page_timeout: Duration::from_secs(60),
        ..PoolConfig::default()
    }
}

pub fn pool() -> Pool {
    Pool::new(config()).unwrap()
}

/// Waits for one future on a small runtime.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A folder of files that goes away with the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

pub async fn read(pool: &Pool, path: &Path, page: u32) -> Outcome<PageReading> {
    pool.read(PageJob {
        path: path.to_owned(),
        page,
        known: Known::default(),
    })
    .await
}

pub async fn render(pool: &Pool, path: &Path, page: u32) -> Outcome<Vec<u8>> {
    pool.render(RenderJob {
        path: path.to_owned(),
        page,
        turn: Turn::None,
        rendition: Rendition::jpeg(5_000),
        crop: None,
    })
    .await
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn fixture(name: &str) -> PathBuf {
    fixtures().join(name)
}
