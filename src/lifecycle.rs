//! Opening and graceful shutdown: the first signal lets running work finish, a second one, or thirty seconds, ends it
//! at once. Every spawned task is tracked.

mod agreement;
mod processes;
mod settings;

use std::path::Path;
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
use crate::seal::{Seal, VerificationCage};
use crate::tlog::LogKey;
use crate::vault::{Vault, VaultError};
use crate::{access, audit, fonds, import, reference_data};

pub use processes::enter;

/// Time that running work has to finish after the first signal.
const GRACE_PERIOD: Duration = Duration::from_secs(30);

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
        Self::open_parts(config, clock, false).await
    }

    /// Opens everything, and makes the configured key the one that every process must have.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub async fn open_accepting(config: Config) -> Result<Self> {
        Self::open_parts(config, Arc::new(WallClock), true).await
    }

    async fn open_parts(config: Config, clock: Arc<dyn Clock>, accept: bool) -> Result<Self> {
        config.check()?;
        std::fs::create_dir_all(&config.data)?;
        // Before anything is opened: settings that cannot be used must not leave a half-made archive.
        archive::classes(&config)?;
        // The catalogue first: it knows whether a vault with objects must be there, and which key
        // is in force.
        let catalogue = Catalogue::open_with(&config.catalogue_url(), clock.clone()).await?;
        let vault = open_vault(&catalogue, &config).await?;
        // Whoever accepts a key on purpose may also make one; otherwise a second process could make
        // a second test authority.
        if !accept {
            agreement::may_make_a_key(&catalogue, &config).await?;
        }
        let seal = archive::open_seal(&config, &*clock)?;
        agreement::agree(&catalogue, &seal, accept).await?;
        let log_key = audit::open_key(&catalogue, &config, &*clock).await?;
        Self::assemble((catalogue, vault), seal, log_key, config, clock).await
    }

    /// Opens everything over a catalogue that was just brought back and whose keys are not here yet, with a key of its own
    /// in `scratch` that nothing may be sealed with.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub async fn open_to_restore(config: Config, scratch: &Path) -> Result<Self> {
        let clock = Arc::new(WallClock);
        let catalogue = Catalogue::open_with(&config.catalogue_url(), clock.clone()).await?;
        let vault = open_vault(&catalogue, &config).await?;
        let seal = archive::open_seal(&Config::in_folder(scratch), &*clock)?;
        Self::assemble((catalogue, vault), seal, None, config, clock).await
    }

    async fn assemble(
        (catalogue, vault): (Catalogue, Vault),
        seal: Seal,
        log_key: Option<Arc<LogKey>>,
        config: Config,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let spool = config.data.join("spool");
        std::fs::create_dir_all(&spool)?;
        let classes = archive::classes(&config)?;
        let value_key = access::open_value_key(&catalogue, &config, &*clock).await?;
        if value_key.is_none() {
            tracing::warn!("the key of sealed values is not here: catalogue.key_file");
        }
        access::seal_stored(&catalogue, value_key.as_ref()).await?;
        let index = Index::open_or_renew(config.data.join("index"))?;
        let children = archive::pool_config(&config);
        let cage = VerificationCage::new(&children);
        let lists = import::cage(&children);
        let pool = Pool::new(children)
            .map_err(|failure| Error::unavailable("reading", failure.kind.code()))?;
        // Loaded at each start: a new version brings new dated rows, and those of an office stay.
        reference_data::load(&catalogue).await?;
        let archive = Self {
            catalogue,
            vault,
            pool,
            index: Arc::new(index),
            classes: Arc::new(classes),
            seal: Arc::new(seal),
            log_key,
            value_key: value_key.map(Arc::new),
            cage,
            lists,
            clock,
            config,
            spool,
        };
        // Everything that is delivered needs a fonds; a fresh archive gets one that the office
        // renames.
        fonds::ensure_default(&archive).await?;
        Ok(archive)
    }
}

/// The vault as configured. Where the catalogue knows of objects, a place without any is not theirs: a disk that is not
/// mounted, another bucket or prefix. A new vault there would take in what the old one never sees.
async fn open_vault(catalogue: &Catalogue, config: &Config) -> Result<Vault> {
    let location = archive::vault_location(config)?;
    let held = sqlx::query("SELECT 1 FROM scans WHERE object_id IS NOT NULL LIMIT 1")
        .fetch_optional(catalogue.pool())
        .await?;
    if held.is_none() {
        return Ok(Vault::open(&location).await?);
    }
    match Vault::open_existing(&location).await {
        Err(VaultError::NotFound { .. }) => Err(archive::no_vault_at(&location)),
        vault => Ok(vault?),
    }
}

/// Cancels `stop` at the first SIGINT or SIGTERM, then waits for `tasks`; false when some had to be cut off.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub async fn until_stopped(stop: CancellationToken, tasks: TaskTracker) -> std::io::Result<bool> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        // A service that ended by itself cancels too; waiting for a signal would then hang for
        // ever.
        () = stop.cancelled() => {}
    }
    tracing::info!("stopping: finishing running work");
    stop.cancel();
    tasks.close();
    let graceful = tokio::select! {
        () = tasks.wait() => true,
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        () = tokio::time::sleep(GRACE_PERIOD) => false,
    };
    if !graceful {
        // Nothing acknowledged depends on what is cut off here: its leases expire and another worker
        // takes over.
        tracing::warn!("stopped hard");
    }
    Ok(graceful)
}
