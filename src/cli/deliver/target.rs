//! Where a delivery goes: the archive in the data folder, or a server. Both offer the same operations.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::folder::SourceFile;
use super::output;
use super::remote::{ReceivedScans, Remote};
use crate::access::Caller;
use crate::archive::Archive;
use crate::batch::{self, Declared, NewBatch, Progress, Receipt};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::scan::{self, Incoming, Scan};
use crate::worker;

/// Files received at once: most of the time is spent waiting for the disk to confirm its writes.
pub(in crate::cli) const LOCAL_CONCURRENCY: usize = 32;
/// Files uploaded at once.
const REMOTE_CONCURRENCY: usize = 4;
/// Pause between two looks at the progress.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Polls without progress, ten minutes of them, after which nobody seems to be reading.
const MAX_IDLE_POLLS: u32 = 1200;

/// Where the files of a delivery go.
pub(super) enum Target {
    Local(Arc<Archive>),
    Remote(Box<Remote>),
}

impl Target {
    pub(super) async fn local(config: Config) -> Result<Self> {
        Ok(Self::Local(Arc::new(Archive::open(config).await?)))
    }

    pub(super) fn remote(url: &str, token: &str) -> Result<Self> {
        Ok(Self::Remote(Box::new(Remote::new(url, token)?)))
    }

    pub(super) fn concurrency(&self) -> usize {
        match self {
            Self::Local(_) => LOCAL_CONCURRENCY,
            Self::Remote(_) => REMOTE_CONCURRENCY,
        }
    }

    /// The id of the batch with that name, which is opened where there is none.
    pub(super) async fn open(&self, new: &NewBatch) -> Result<String> {
        match self {
            Self::Local(archive) => {
                let caller = Caller::machine();
                match batch::by_name(archive, &caller, &new.name).await {
                    Err(Error::NotFound { .. }) => Ok(batch::open(archive, &caller, new).await?.id),
                    found => Ok(found?.id),
                }
            }
            Self::Remote(remote) => remote.open(new).await,
        }
    }

    pub(super) async fn declare(&self, batch_id: &str, files: &[Declared]) -> Result<()> {
        match self {
            Self::Local(archive) => {
                batch::declare(archive, &Caller::machine(), batch_id, files).await
            }
            Self::Remote(remote) => remote.declare(batch_id, files).await,
        }
    }

    pub(super) async fn received_scans(&self, batch_id: &str) -> Result<ReceivedScans> {
        match self {
            // Not needed: receiving the same file again returns its scan at once.
            Self::Local(_) => Ok(ReceivedScans::new()),
            Self::Remote(remote) => remote.received_scans(batch_id).await,
        }
    }

    pub(super) async fn send(
        &self,
        batch_id: &str,
        file: &SourceFile,
        received: &ReceivedScans,
    ) -> Result<Scan> {
        match self {
            Self::Local(archive) => receive(archive, batch_id, &file.name, &file.path).await,
            Self::Remote(remote) => remote.send(batch_id, file, received).await,
        }
    }

    /// Gives up what earlier deliveries began of files that have come whole now.
    pub(super) async fn give_up_stale(&self, batch_id: &str, sent: &[&str]) -> Result<()> {
        match self {
            Self::Local(_) => Ok(()), // it begins no uploads
            Self::Remote(remote) => remote.give_up_stale(batch_id, sent).await,
        }
    }

    pub(super) async fn progress(&self, batch_id: &str) -> Result<Progress> {
        match self {
            Self::Local(archive) => batch::progress(archive, &Caller::machine(), batch_id).await,
            Self::Remote(remote) => remote.progress(batch_id).await,
        }
    }

    pub(super) async fn receipt(&self, batch_id: &str) -> Result<Receipt> {
        match self {
            Self::Local(archive) => batch::receipt(archive, &Caller::machine(), batch_id).await,
            Self::Remote(remote) => remote.receipt(batch_id).await,
        }
    }

    pub(super) async fn close(&self, batch_id: &str) -> Result<Receipt> {
        match self {
            Self::Local(archive) => batch::close(archive, &Caller::machine(), batch_id).await,
            Self::Remote(remote) => remote.close(batch_id).await,
        }
    }

    /// Waits until the last page is read. For a local target this process reads the pages itself, so no
    /// service has to run.
    pub(super) async fn wait_until_read(&self, batch_id: &str, json: bool) -> Result<()> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        if let Self::Local(archive) = self {
            worker::start(archive, &stop, &tasks);
        }
        let waited = self.watch(batch_id, json).await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        waited
    }

    async fn watch(&self, batch_id: &str, json: bool) -> Result<()> {
        let bar = output::pages_bar(json);
        let (mut last, mut idle) = (-1, 0);
        loop {
            let progress = self.progress(batch_id).await?;
            bar.pages(&progress);
            if progress.pages_waiting == 0 {
                bar.end();
                return Ok(());
            }
            idle = if progress.pages_waiting == last {
                idle + 1
            } else {
                0
            };
            last = progress.pages_waiting;
            if idle >= MAX_IDLE_POLLS {
                return Err(Error::unavailable(
                    "reading pool",
                    "no page was read for ten minutes",
                ));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

async fn receive(archive: &Archive, batch_id: &str, name: &str, path: &Path) -> Result<Scan> {
    let file = Incoming {
        batch_id,
        name,
        path,
        declared_sha256: None,
    };
    scan::receive(archive, &Caller::machine(), &file).await
}
