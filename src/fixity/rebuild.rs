//! The catalogue and the index made again from the vault alone: deliveries with every page, decided
//! records with ids, versions, publication numbers and corrections, the issue book, and citizens' requests.
//!
//! The vault does not hold people and tokens, the log, and what nobody has decided yet; pages without
//! a decision are queued to be read again.

mod copies;
mod flags;
mod pages;
mod places;
mod receipts;
mod records;
mod requests;
mod scans;
mod volumes;

use std::path::Path;

use futures::StreamExt;
use serde_json::json;
use sqlx::Row;

pub(super) use scans::{load as load_scan, save as save_scan};

use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::config::Config;
use crate::copy_request;
use crate::error::{Error, Result};
use crate::inspection;
use crate::search;
use crate::vault::{ObjectId, VaultError};

/// Prefixes of object ids, by what the object is.
pub(super) const SCAN: &str = "urn:sogoc:scan:";
pub(super) const COPY: &str = "urn:sogoc:copy:";
pub(super) const BATCH: &str = "urn:sogoc:batch:";
pub(super) const REQUEST: &str = "urn:sogoc:request:";
pub(super) const VOLUME: &str = crate::column_map::PREFIX;
const EVIDENCE: &str = "urn:sogoc:evidence:";

/// What was found in the vault and brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Confirmed column maps of volumes.
    pub column_maps: i64,
    /// Batches.
    pub batches: i64,
    /// Scans, those of every outcome.
    pub scans: i64,
    /// Pages.
    pub pages: i64,
    /// Pages queued to be read again.
    pub pages_to_read: i64,
    /// Pages with decided records whose reading is gone: what nobody had decided on them is lost.
    pub pages_without_reading: i64,
    /// Decided records.
    pub records: i64,
    /// Their versions.
    pub versions: i64,
    /// Approved entries of the registers' appendices.
    pub corrections: i64,
    /// Lines of the issue book.
    pub copies: i64,
    /// Citizens' requests.
    pub requests: i64,
    /// Papers that came with requests.
    pub evidence: i64,
    /// Of those, the ones whose request the vault does not have: it was lost before it was kept.
    pub evidence_unbound: i64,
    /// Numbers of the issue book of which the vault has no line, such as `3/2026`: never finished.
    pub numbers_without_copy: Vec<String>,
    /// The newest publication number.
    pub publication: i64,
    /// Objects that could not be used, with the reason.
    pub damaged: Vec<String>,
}

/// Makes catalogue and index again. `told` hears how many objects are done of how many.
///
/// # Errors
/// `Refused` when the catalogue holds anything; `Unavailable`: start again with an empty one.
pub async fn rebuild(archive: &Archive, mut told: impl FnMut(usize, usize)) -> Result<Rebuilt> {
    refuse_unless_empty(archive).await?;
    let mut rebuilt = Rebuilt::default();
    let found = objects(archive, &mut rebuilt).await?;
    let all = found.all();
    let mut done = 0;
    let mut step = || {
        done += 1;
        told(done, all);
    };
    for id in &found.volumes {
        volumes::restore(archive, id, &mut rebuilt).await?;
        step();
    }
    for id in &found.scans {
        scans::restore(archive, id, &mut rebuilt).await?;
        step();
    }
    for id in &found.batches {
        receipts::restore(archive, id, &mut rebuilt).await?;
        step();
    }
    scans::settle_duplicates(archive).await?;
    for id in &found.scans {
        flags::restore(archive, id, &mut rebuilt).await?;
    }
    for id in &found.requests {
        requests::restore(archive, id, &mut rebuilt).await?;
        step();
    }
    for id in &found.evidence {
        requests::restore_paper(archive, id, &mut rebuilt).await?;
        step();
    }
    for id in &found.copies {
        copies::restore(archive, id, &mut rebuilt).await?;
        step();
    }
    copy_request::settle_released(archive).await?;
    pages::restore_readings(archive, &mut rebuilt).await?;
    pages::queue_unread(archive, &mut rebuilt).await?;
    inspection::inspect_all(archive).await?;
    finish(archive, &mut rebuilt).await?;
    search::reindex(archive, |_, _| {}).await?;
    Ok(rebuilt)
}

/// Settings of an archive in the folder `into` over the same vault, with the same seal.
///
/// # Errors
/// `Refused` when the catalogue is a server, which is the same from every folder; `Unavailable` disk.
pub fn beside(config: &Config, into: &Path) -> Result<Config> {
    if config.catalogue.url.is_some() {
        return Err(Error::refuse("errors.catalogue_not_in_folder"));
    }
    let mut beside = config.clone();
    if beside.vault.url.is_none() {
        let folder = std::path::absolute(config.data.join("vault"))?;
        beside.vault.url = Some(folder.display().to_string());
    }
    let (from, to) = (config.data.join("seal"), into.join("seal"));
    std::fs::create_dir_all(&to)?;
    if from.is_dir() {
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    beside.data = into.to_owned();
    Ok(beside)
}

async fn refuse_unless_empty(archive: &Archive) -> Result<()> {
    for table in ["batches", "scans", "records", "copies", "copy_requests"] {
        let held = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT 1 FROM {table} LIMIT 1"
        )))
        .fetch_optional(archive.catalogue.pool())
        .await?;
        if held.is_some() {
            return Err(Error::refuse("errors.catalogue_not_empty"));
        }
    }
    Ok(())
}

/// Ids by kind.
#[derive(Default)]
struct Found {
    volumes: Vec<ObjectId>,
    scans: Vec<ObjectId>,
    batches: Vec<ObjectId>,
    copies: Vec<ObjectId>,
    requests: Vec<ObjectId>,
    evidence: Vec<ObjectId>,
}

impl Found {
    fn all(&self) -> usize {
        let citizens = self.requests.len() + self.evidence.len();
        let delivered = self.volumes.len() + self.scans.len() + self.batches.len();
        delivered + self.copies.len() + citizens
    }
}

async fn objects(archive: &Archive, rebuilt: &mut Rebuilt) -> Result<Found> {
    let mut found = Found::default();
    let mut walk = archive.vault.walk();
    while let Some(step) = walk.next().await {
        let id = match step {
            Ok(summary) => summary.id,
            Err(VaultError::Corrupt { what, detail }) => {
                rebuilt.damaged.push(format!("{what}: {detail}"));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(id) = id else { continue }; // never finished, so never acknowledged
        match id.as_str() {
            text if text.starts_with(SCAN) => found.scans.push(id),
            text if text.starts_with(VOLUME) => found.volumes.push(id),
            text if text.starts_with(BATCH) => found.batches.push(id),
            text if text.starts_with(COPY) => found.copies.push(id),
            text if text.starts_with(REQUEST) => found.requests.push(id),
            text if text.starts_with(EVIDENCE) => found.evidence.push(id),
            other => rebuilt
                .damaged
                .push(format!("{other}: not an object of this archive")),
        }
    }
    Ok(found)
}

/// Sets the counters right, counts and leaves the first entry of the new log.
async fn finish(archive: &Archive, rebuilt: &mut Rebuilt) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM publications")
        .fetch_one(&mut *tx)
        .await?;
    rebuilt.publication = newest.unwrap_or(0);
    raise_counter(&mut tx, "publication", rebuilt.publication).await?;
    copies::set_counters(&mut tx, rebuilt).await?;
    for (table, count) in [
        ("column_maps", &mut rebuilt.column_maps),
        ("batches", &mut rebuilt.batches),
        ("scans", &mut rebuilt.scans),
        ("pages", &mut rebuilt.pages),
        (
            "record_versions WHERE state IN ('approved', 'rejected')",
            &mut rebuilt.versions,
        ),
        (
            "records WHERE kept_version IS NOT NULL",
            &mut rebuilt.records,
        ),
        ("corrections", &mut rebuilt.corrections),
        ("copies", &mut rebuilt.copies),
        ("copy_requests", &mut rebuilt.requests),
    ] {
        let query = format!("SELECT COUNT(*) AS n FROM {table}");
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .fetch_one(&mut *tx)
            .await?;
        *count = row.try_get("n")?;
    }
    let subject = Subject {
        kind: "catalogue",
        id: "catalogue",
    };
    let details = json!({
        "scans": rebuilt.scans, "records": rebuilt.records, "copies": rebuilt.copies,
        "publication": rebuilt.publication, "damaged": rebuilt.damaged.len(),
    });
    let deed = Deed::Rebuilt;
    audit::append(&mut tx, &*archive.clock, "machine", deed, subject, details).await?;
    tx.commit().await?;
    Ok(())
}

async fn raise_counter(tx: &mut Tx, name: &str, value: i64) -> Result<()> {
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

/// One file of an object, verified; a damaged one is noted and left out.
async fn part(
    archive: &Archive,
    id: &ObjectId,
    path: &str,
    version: u32,
    rebuilt: &mut Rebuilt,
) -> Result<Option<Vec<u8>>> {
    match read(archive, id, path, version).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.passing() => Err(error),
        Err(error) => {
            note(rebuilt, id, &error);
            Ok(None)
        }
    }
}

async fn read(archive: &Archive, id: &ObjectId, path: &str, version: u32) -> Result<Vec<u8>> {
    let file = archive.vault.read(id, path, Some(version)).await?;
    Ok(file.into_bytes().await?.to_vec())
}

fn note(rebuilt: &mut Rebuilt, id: &ObjectId, error: &Error) {
    rebuilt.damaged.push(format!("{id}: {}", error.en()));
}
