//! The one handle: catalogue, vault, reading pool, index, classes, seal, clock and settings, opened
//! once and shared by web, clerk and command line.

use std::path::PathBuf;
use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::clock::{Clock, WallClock};
use crate::config::Config;
use crate::error::Result;
use crate::{fonds, law};

/// Everything a verb needs.
pub struct Archive {
    /// Rows.
    pub catalogue: Catalogue,
    /// Time, ids, chance.
    pub clock: Arc<dyn Clock>,
    /// Settings.
    pub config: Config,
    /// Folder for bytes on their way in; on the same disk as the data.
    pub spool: PathBuf,
}

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
        let catalogue = Catalogue::open(&config.catalogue_url()).await?;
        law::load(&catalogue).await?;
        fonds::ensure_default(&catalogue, clock.as_ref()).await?;
        let archive = Self {
            catalogue,
            clock,
            config,
            spool,
        };
        Ok(archive)
    }
}
