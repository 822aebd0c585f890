//! The catalogue: SQLite in the data folder by default, PostgreSQL by URL; one SQL for both.

mod agreement;
mod clock_difference;
mod column;
mod export;
mod fault;
mod folded;
mod import;
mod keyset;
#[cfg(test)]
pub(crate) mod plan;
mod pulse;
mod state;
mod tx;
mod write;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, Connection, Executor};

pub use agreement::{hold_agreement, set_agreement};
pub use column::{Flag, JsonText};
pub(crate) use column::{json_column, text_enum};
pub use export::{ExportLine, Exported, TableSum, Withheld};
pub(crate) use fault::is_unknown_host;
pub use folded::{folded, folded_pattern};
pub use import::import;
pub use keyset::{Key, Slice, Turn, Window};
pub use state::{Move, State, lock, lock_in};
pub use tx::Tx;
pub use write::{Insert, changed_one};

use pulse::Pulse;

use crate::clock::{Clock, WallClock};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Which engine is behind the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer.
    Sqlite,
    /// A server, many writers.
    Postgres,
}

/// Both engines' handle, with the clock of the archive. Reads go through [`Catalogue::pool`], writes through [`Catalogue::begin`].
#[derive(Clone)]
pub struct Catalogue {
    engine: Engine,
    clock: Arc<dyn Clock>,
    readers: AnyPool,
    writers: AnyPool,
    pulse: Arc<Pulse>,
}

impl Catalogue {
    /// The URL of the embedded catalogue in `data`.
    pub fn embedded_url(data: &Path) -> String {
        format!(
            "sqlite://{}?mode=rwc",
            data.join("catalogue.sqlite").display()
        )
    }

    /// Opens the catalogue under the wall clock and brings its tables up to date.
    ///
    /// # Errors
    /// As [`Catalogue::open_with`].
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, Arc::new(WallClock)).await
    }

    /// As [`Catalogue::open`], with the clock that its transactions are dated by.
    ///
    /// # Errors
    /// `Invalid` for a URL of another kind, `Unavailable` when the engine does not answer.
    pub async fn open_with(url: &str, clock: Arc<dyn Clock>) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let engine = engine_of(url)?;
        let options: AnyConnectOptions = url.parse().map_err(Error::from)?;
        // SQLite admits one writer; a pool of one makes the others wait in order instead of colliding.
        let width = if engine == Engine::Sqlite { 1 } else { 12 };
        let writers = pool(engine, width).connect_with(options.clone()).await?;
        sqlx::migrate!("./migrations")
            .run(&writers)
            .await
            .map_err(not_migrated)?;
        let (readers, probe) = match engine {
            Engine::Sqlite => {
                let readers = pool(engine, 6).connect_with(options).await?;
                (readers.clone(), readers)
            }
            Engine::Postgres => {
                let probe = pool(engine, 2).acquire_timeout(pulse::PATIENCE);
                (writers.clone(), probe.connect_lazy_with(options))
            }
        };
        Ok(Self {
            engine,
            clock,
            readers,
            writers,
            pulse: Arc::new(Pulse::over(probe)),
        })
    }

    /// The connections that statements outside a transaction use.
    pub fn pool(&self) -> &AnyPool {
        &self.readers
    }

    /// Which of both engines answers, for the few statements that differ.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A write transaction in the name of the program itself.
    ///
    /// # Errors
    /// As [`Catalogue::begin_as`].
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_as("machine").await
    }

    /// A write transaction in the name of a person, a token, `public` or `machine`. On SQLite it takes the write
    /// lock at once, so that what it reads stays true.
    ///
    /// # Errors
    /// `Unavailable` when the engine does not answer in time.
    pub async fn begin_as(&self, actor: &str) -> Result<Tx> {
        let start = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        let inner = self.writers.begin_with(start).await?;
        Ok(Tx::new(inner, self.clock.clone(), actor))
    }

    /// Closes every connection; a statement after this fails.
    pub async fn close(&self) {
        self.pulse.close().await;
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn engine_of(url: &str) -> Result<Engine> {
    if url.starts_with("sqlite:") {
        Ok(Engine::Sqlite)
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        Ok(Engine::Postgres)
    } else {
        let key = "faults.catalogue_url_must_start";
        Err(Error::fault("/catalogue/url", key))
    }
}

/// A catalogue that cannot be brought up to date: the engine's own fault is told as any other.
fn not_migrated(error: sqlx::migrate::MigrateError) -> Error {
    match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
        // Another version of the program was here: waiting does not help, installing that version does.
        sqlx::migrate::MigrateError::VersionMissing(there) => {
            of_another_version("errors.setting.catalogue_of_later_version", there)
        }
        sqlx::migrate::MigrateError::VersionMismatch(there) => {
            of_another_version("errors.setting.catalogue_of_other_build", there)
        }
        other => Error::unavailable("catalogue", other),
    }
}

fn of_another_version(key: &'static str, migration: i64) -> Error {
    let message = Message::new(key).with("migration", migration);
    Error::wrong_setting("catalogue.url", message)
}

fn pool(engine: Engine, width: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(width)
        .acquire_timeout(Duration::from_secs(20))
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if engine == Engine::Sqlite {
                    // FULL: a commit that was acknowledged survives a power cut (promise 1).
                    for pragma in [
                        "PRAGMA journal_mode = WAL",
                        "PRAGMA synchronous = FULL",
                        "PRAGMA foreign_keys = ON",
                        "PRAGMA busy_timeout = 15000",
                    ] {
                        connection.execute(pragma).await?;
                    }
                }
                Ok(())
            })
        })
        // SQLite ends a transaction by itself when the disk is full; the driver then believes it open
        // for ever, and would refuse every later one on that connection.
        .after_release(|connection, _| {
            let usable = !connection.is_in_transaction();
            Box::pin(async move { Ok(usable) })
        })
}

/// Lets a counter go on no lower than `value`: what the vault has was given already.
///
/// # Errors
/// As any statement.
pub async fn raise_counter(tx: &mut Tx, name: &str, value: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO counters (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE counters.value < EXCLUDED.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The next number of a counter; the row stays locked until the transaction ends, so the order of
/// numbers is the order of commits and a rolled-back number is not lost.
///
/// # Errors
/// As any statement.
pub async fn next_number(tx: &mut Tx, counter: &str) -> Result<i64> {
    Insert::into("counters")
        .set("name", counter)
        .set("value", 0_i64)
        .or_ignore("(name)")
        .run(tx)
        .await?;
    let value =
        sqlx::query_scalar("UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value")
            .bind(counter)
            .fetch_one(&mut **tx)
            .await?;
    Ok(value)
}
