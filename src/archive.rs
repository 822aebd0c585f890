//! The one handle: catalogue, vault, reading pool, index, classes, seal, clock and settings, opened
//! once and shared by web, clerk and command line.

mod fences;
mod modes;
mod restoration;
mod seal;
mod space;

use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sogoc_index::Index;
use sogoc_workers::class::Classes;
use sogoc_workers::pool::{Cage, Pool, PoolConfig};

use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::{Config, VaultConfig, read_named};
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::seal::{Seal, VerificationCage};
use crate::sealed_value::ValueKey;
use crate::tlog::LogKey;
use crate::vault::{Location, S3Access, Vault, VaultError};

pub use restoration::Restoration;
pub use seal::{identity_file, open_seal, own_trust, secret_once, trust_file};
pub use space::Space;

/// Everything a verb needs.
pub struct Archive {
    /// The rows, in SQLite or PostgreSQL.
    pub catalogue: Catalogue,
    /// The preserved bytes: OCFL over a folder, S3 or memory.
    pub vault: Vault,
    /// The child processes that read pages, each in its cage.
    pub pool: Pool,
    /// This process's copy of the index.
    pub index: Arc<Index>,
    /// The record classes, from `classes/*.toml` or the folder in the settings.
    pub classes: Arc<Classes>,
    /// The key the office seals copies with, and its certificates.
    pub seal: Arc<Seal>,
    /// The key that signs the log's tree, where this process has the one in use.
    pub log_key: Option<Arc<LogKey>>,
    /// The key of the catalogue's sealed values, where this process has the one in use.
    pub value_key: Option<Arc<ValueKey>>,
    /// Where strangers' files are judged.
    pub cage: VerificationCage,
    /// Where strangers' lists are read.
    pub lists: Cage,
    /// Time, ids and random bytes; a test brings its own.
    pub clock: Arc<dyn Clock>,
    /// The settings as they were checked at start.
    pub config: Config,
    /// Folder for bytes on their way in and out; on the same disk as the data.
    pub spool: PathBuf,
}

/// Longest look at one part; one that does not answer within it is not ready.
const LOOK: Duration = Duration::from_millis(1500);
/// Bytes written to see whether the disk takes any.
const TRIAL: usize = 64 << 10;

impl Archive {
    /// The key of sealed values.
    ///
    /// # Errors
    /// `WrongSetting` where this process has not the one in use.
    pub fn values(&self) -> Result<&ValueKey> {
        let missing = || Error::wrong_setting("catalogue.key_file", "errors.setting.value_key");
        self.value_key.as_deref().ok_or_else(missing)
    }

    /// True answers from catalogue, vault and disk, for whoever routes requests here; within two seconds, whatever
    /// is frozen.
    ///
    /// # Errors
    /// `Unavailable`, naming the part; `WrongSetting`, naming the setting.
    // All at once: three parts that are frozen then cost one look's time and not three.
    pub async fn ready(&self) -> Result<()> {
        let vault = async { self.vault.answers().await.map_err(|error| self.told(error)) };
        let (catalogue, vault, disk, clock) = tokio::join!(
            self.catalogue.check(),
            in_time("vault", vault),
            in_time("disk", takes_bytes(self.spool.clone())),
            in_time("catalogue", self.catalogue.check_clock()),
        );
        // In a fixed order, so that the same fault always names the same part.
        catalogue.and(vault).and(disk).and(clock)
    }
}

impl Archive {
    /// A vault that answers and is not there any more: a disk that is not mounted, a bucket that was emptied.
    fn told(&self, error: VaultError) -> Error {
        match (error, vault_location(&self.config)) {
            (VaultError::NotFound { .. }, Ok(location)) => no_vault_at(&location),
            (error, _) => error.into(),
        }
    }
}

/// What is said where a vault must be and none is.
pub(crate) fn no_vault_at(location: &Location) -> Error {
    let message = Message::new("errors.setting.vault_empty").with("url", &location.url);
    Error::wrong_setting("vault.url", message)
}

async fn in_time<T>(part: &'static str, look: impl Future<Output = Result<T>>) -> Result<T> {
    let looked = tokio::time::timeout(LOOK, look).await;
    looked.unwrap_or_else(|late| Err(Error::unavailable(part, late)))
}

/// A disk that is full or cannot be written says so only when it is written.
async fn takes_bytes(folder: PathBuf) -> Result<()> {
    let trial = move || -> std::io::Result<()> {
        let mut file = tempfile::tempfile_in(folder)?;
        file.write_all(&[0; TRIAL])?;
        file.sync_all()
    };
    let tried = tokio::task::spawn_blocking(trial).await;
    Ok(tried.map_err(|error| Error::Internal(error.to_string()))??)
}

/// The record classes in force.
///
/// # Errors
/// `Invalid`, naming file and line.
pub fn classes(config: &Config) -> Result<Classes> {
    Classes::load(config.classes.as_deref()).map_err(bad_classes)
}

/// The reading pool as configured.
pub fn pool_config(config: &Config) -> PoolConfig {
    let reading = &config.reading;
    let usual = PoolConfig::default();
    PoolConfig {
        program: reading.program.clone().unwrap_or(usual.program),
        children: config.readers(),
        ceiling_bytes: reading.ceiling_mib << 20,
        pages_per_child: reading.pages_per_child,
        page_timeout: Duration::from_secs(reading.page_seconds),
        tessdata: reading.tessdata.clone(),
        classes: config.classes.clone(),
        limits: usual.limits,
        without_fences: reading.without_fences.clone(),
    }
}

/// Where the vault is: a folder of the data folder, or as configured.
pub(crate) fn vault_location(config: &Config) -> Result<Location> {
    let folder = config.data.join("vault").display().to_string();
    let mut vault = Location::at(config.vault.url.clone().unwrap_or(folder));
    // A folder needs no keys, and must not fail because some of the environment's variables are
    // wrong.
    if vault.url.starts_with("s3:") {
        vault.s3 = Some(s3_access("vault.secret_file", &config.vault, |name| {
            std::env::var(name).ok()
        })?);
    }
    Ok(vault)
}

/// Where a place outside is. The variables of the environment are the vault's and do not count for it.
pub(crate) fn location_of(place: &VaultConfig) -> Result<Location> {
    let mut location = Location::at(place.url.clone().unwrap_or_default());
    if location.url.starts_with("s3:") {
        location.s3 = Some(s3_access("secret_file", place, |_| None)?);
    }
    Ok(location)
}

fn s3_access(
    setting: &'static str,
    config: &VaultConfig,
    env: impl Fn(&str) -> Option<String>,
) -> Result<S3Access> {
    let secret = match (&config.secret_file, env("SOGOC_S3_SECRET")) {
        // The environment wins: containers hand secrets over that way, and the file may be the
        // packaged default.
        (_, Some(secret)) => secret,
        (Some(file), None) => read_named(setting, file)?,
        (None, None) => String::new(),
    };
    Ok(S3Access {
        endpoint: config.endpoint.clone().unwrap_or_default(),
        region: config.region.clone().unwrap_or_else(|| "us-east-1".into()),
        access_key_id: env("SOGOC_S3_KEY_ID")
            .or(config.key_id.clone())
            .unwrap_or_default(),
        secret_access_key: secret,
    })
}

fn bad_classes(error: sogoc_workers::class::ClassError) -> Error {
    Error::fault(
        "/classes",
        Message::new("faults.record_classes").with("error", error),
    )
}
