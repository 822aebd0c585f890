//! The two ways in: the archive in the data folder, or a server. Both speak the same verbs.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::folder::Found;
use super::remote::Remote;
use super::shown;
use crate::access::Caller;
use crate::archive::Archive;
use crate::batch::{self, Declared, NewBatch, Progress, Receipt};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::scan::{self, Incoming, Scan};
use crate::worker;

/// Files received side by side here: most of the time goes into waiting for the disk to be sure.
pub(in crate::cli) const SIDE_BY_SIDE_HERE: usize = 32;
/// Files uploaded side by side.
const SIDE_BY_SIDE_THERE: usize = 4;
/// How often progress is looked at while waiting.
const LOOK: Duration = Duration::from_millis(500);
/// Looks without any change after which nobody seems to be reading.
const MOST_IDLE_LOOKS: u32 = 1200;

/// Where the files go.
pub(super) enum Door {
    Here(Arc<Archive>),
    There(Box<Remote>),
}

/// Scans the batch has already, by name and digest; spares a server what it was sent before.
pub(super) type Known = HashMap<(String, String), Scan>;

impl Door {
    pub(super) async fn here(config: Config) -> Result<Self> {
        Ok(Self::Here(Arc::new(Archive::open(config).await?)))
    }

    pub(super) fn server(url: &str, token: &str) -> Result<Self> {
        Ok(Self::There(Box::new(Remote::new(url, token)?)))
    }

    pub(super) fn width(&self) -> usize {
        match self {
            Self::Here(_) => SIDE_BY_SIDE_HERE,
            Self::There(_) => SIDE_BY_SIDE_THERE,
        }
    }

    /// The id of the batch of that name, opened if it is not there.
    pub(super) async fn open(&self, fresh: &NewBatch) -> Result<String> {
        match self {
            Self::Here(archive) => {
                let caller = Caller::machine();
                match batch::by_name(archive, &caller, &fresh.name).await {
                    Err(Error::NotFound { .. }) => {
                        Ok(batch::open(archive, &caller, fresh).await?.id)
                    }
                    found => Ok(found?.id),
                }
            }
            Self::There(remote) => remote.open(fresh).await,
        }
    }

    pub(super) async fn declare(&self, batch_id: &str, files: &[Declared]) -> Result<()> {
        match self {
            Self::Here(archive) => {
                batch::declare(archive, &Caller::machine(), batch_id, files).await
            }
            Self::There(remote) => remote.declare(batch_id, files).await,
        }
    }

    pub(super) async fn known(&self, batch_id: &str) -> Result<Known> {
        match self {
            // Receiving the same file again answers at once.
            Self::Here(_) => Ok(Known::new()),
            Self::There(remote) => remote.known(batch_id).await,
        }
    }

    pub(super) async fn send(&self, batch_id: &str, file: &Found, known: &Known) -> Result<Scan> {
        match self {
            Self::Here(archive) => receive(archive, batch_id, &file.name, &file.path).await,
            Self::There(remote) => remote.send(batch_id, file, known).await,
        }
    }

    pub(super) async fn progress(&self, batch_id: &str) -> Result<Progress> {
        match self {
            Self::Here(archive) => batch::progress(archive, &Caller::machine(), batch_id).await,
            Self::There(remote) => remote.progress(batch_id).await,
        }
    }

    pub(super) async fn receipt(&self, batch_id: &str) -> Result<Receipt> {
        match self {
            Self::Here(archive) => batch::receipt(archive, &Caller::machine(), batch_id).await,
            Self::There(remote) => remote.receipt(batch_id).await,
        }
    }

    pub(super) async fn close(&self, batch_id: &str) -> Result<Receipt> {
        match self {
            Self::Here(archive) => batch::close(archive, &Caller::machine(), batch_id).await,
            Self::There(remote) => remote.close(batch_id).await,
        }
    }

    /// Waits for the last page. Here this process reads too, so that no service need be running.
    pub(super) async fn wait_until_read(&self, batch_id: &str, json: bool) -> Result<()> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        if let Self::Here(archive) = self {
            worker::start(archive, &stop, &tasks);
        }
        let waited = self.watch(batch_id, json).await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        waited
    }

    async fn watch(&self, batch_id: &str, json: bool) -> Result<()> {
        let bar = shown::pages_bar(json);
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
            if idle >= MOST_IDLE_LOOKS {
                return Err(Error::unavailable(
                    "reading pool",
                    "no page was read for ten minutes",
                ));
            }
            tokio::time::sleep(LOOK).await;
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
