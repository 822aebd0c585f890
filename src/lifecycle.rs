//! Opening and stopping. The first signal asks for a soft stop (finish what is under way), the second, or thirty
//! seconds, ends it hard. Everything spawned is tracked.

use std::sync::Arc;
use std::time::Duration;

use sogoc_index::Index;
use sogoc_workers::pool::Pool;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::archive::{self, Archive};
use crate::catalogue::Catalogue;
use crate::clock::{Clock, WallClock};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::vault::Vault;
use crate::{fonds, reference_data};

/// How long work under way may take to finish after a soft stop.
const PATIENCE: Duration = Duration::from_secs(30);

impl Archive {
    /// Opens everything under the wall clock.
    ///
    /// # Errors
    /// `Invalid` settings, `Unavailable` parts.
    pub async fn open(config: Config) -> Result<Self> {
        Self::open_with(config, Arc::new(WallClock)).await
    }

    /// Opens everything under a given clock.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub async fn open_with(config: Config, clock: Arc<dyn Clock>) -> Result<Self> {
        config.check()?;
        let spool = config.data.join("spool");
        std::fs::create_dir_all(&spool)?;
        let classes = archive::classes(&config)?;
        let catalogue = Catalogue::open_with(&config.catalogue_url(), clock.clone()).await?;
        let vault = Vault::open(&archive::vault_location(&config)?).await?;
        let seal = archive::open_seal(&config, &*clock)?;
        let index = Index::open(config.data.join("index"))?;
        let pool = Pool::new(archive::pool_config(&config))
            .map_err(|failure| Error::unavailable("reading", failure.kind.code()))?;
        reference_data::load(&catalogue).await?;
        let archive = Self {
            catalogue,
            vault,
            pool,
            index: Arc::new(index),
            classes: Arc::new(classes),
            seal: Arc::new(seal),
            clock,
            config,
            spool,
        };
        fonds::ensure_default(&archive).await?;
        Ok(archive)
    }
}

/// Cancels `stop` at the first SIGINT or SIGTERM, then waits for `tasks`; false when it had to stop hard.
///
/// # Errors
/// When the process may not listen for signals.
pub async fn until_stopped(stop: CancellationToken, tasks: TaskTracker) -> std::io::Result<bool> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = stop.cancelled() => {}
    }
    tracing::info!("stopping: finishing what is under way");
    stop.cancel();
    tasks.close();
    let soft = tokio::select! {
        () = tasks.wait() => true,
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        () = tokio::time::sleep(PATIENCE) => false,
    };
    if !soft {
        // Leases run out and others take over; nothing acknowledged depends on what is cut here.
        tracing::warn!("stopped hard");
    }
    Ok(soft)
}
