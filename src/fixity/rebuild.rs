//! The catalogue and the index made again from the vault alone: deliveries with every page, decided
//! records with ids, versions, publication numbers and corrections, the issue book, citizens' requests, and the log.
//!
//! The vault does not hold people and tokens, and what nobody has decided yet; pages without
//! a decision are queued to be read again.

use std::path::Path;

use crate::archive::{Archive, Restoration};
use crate::audit::{self, Action};
use crate::batch::{self, RECEIPT_PREFIX};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::vault::{ObjectId, VaultError};
use crate::{
    certified_copy, column_map, copy_request, correction, discrepancy, document, fonds, import,
    inspection, preservation, record, scan, search, unit,
};
use futures::StreamExt;
use serde_json::json;

/// Prefixes of object ids, by what the object is.
pub(super) const COPY: &str = "urn:sogoc:copy:";
const EVIDENCE: &str = "urn:sogoc:evidence:";

/// What was found in the vault and brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Units that came back.
    pub units: i64,
    /// Fonds that came back.
    pub fonds: i64,
    /// Files that came back.
    pub files: i64,
    /// Register volumes that came back.
    pub volumes: i64,
    /// Documents, those joined into others not counted.
    pub documents: i64,
    /// Confirmed column maps of volumes.
    pub column_maps: i64,
    /// Batches in the catalogue afterwards.
    pub batches: i64,
    /// Scans, those of every outcome.
    pub scans: i64,
    /// Pages of all scans.
    pub pages: i64,
    /// Pages queued to be read again.
    pub pages_to_read: i64,
    /// Pages with decided records whose reading is gone: what nobody had decided on them is lost.
    pub pages_without_reading: i64,
    /// Records that are in the vault, so decided.
    pub records: i64,
    /// Versions by which somebody approved or rejected a record.
    pub versions: i64,
    /// Approved entries of the registers' appendices.
    pub corrections: i64,
    /// Lists that were brought in.
    pub imports: i64,
    /// Rows of lists that were let in.
    pub list_rows: i64,
    /// Lines of the issue book.
    pub copies: i64,
    /// Requests of citizens and portals.
    pub requests: i64,
    /// Papers that came with requests.
    pub evidence: i64,
    /// Of those, the ones whose request the vault does not have: it was lost before it was preserved.
    pub evidence_unbound: i64,
    /// Numbers of the issue book of which the vault has no line, such as `3/2026`: never finished.
    pub numbers_without_copy: Vec<String>,
    /// Entries of the log, read back from its signed tree.
    pub log_entries: u64,
    /// Whether a key that this archive knew had signed that tree; else only the keys that lay beside it vouch for it.
    pub log_vouched: bool,
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
    let mut restoration = Restoration::new(archive);
    match audit::restore_whole(archive).await {
        Ok(restored) => (rebuilt.log_entries, rebuilt.log_vouched) = restored,
        Err(Error::Corrupt { what }) => restoration.damaged.push(what),
        Err(error) => return Err(error),
    }
    let found = objects(&mut restoration).await?;
    let all = found.all();
    let mut done = 0;
    let mut step = || {
        done += 1;
        told(done, all);
    };
    // In the order in which rows refer to each other: units, fonds, files and volumes before scans, scans before batches' receipts
    // and flags, requests before papers and copies.
    restore_structure(&mut restoration, &found, &mut step).await?;
    restore_deliveries(&mut restoration, &found, &mut step).await?;
    // A duplicate names another scan, which may come later in the walk; so only now all of them are there.
    scan::resolve_duplicates(archive).await?;
    for id in &found.scans {
        inspection::restore(&mut restoration, id).await?;
    }
    restore_belonging(&mut restoration, &found).await?;
    for _ in &found.documents {
        step();
    }
    rebuilt.evidence_unbound = restore_requests(&mut restoration, &found, &mut step).await?;
    rebuilt.evidence = i64::try_from(found.evidence.len()).unwrap_or(i64::MAX);
    // A released request whose copy was never sealed has nothing to wait for after a loss: it goes back to
    // be released again.
    copy_request::resolve_released(archive).await?;
    // Readings come after decisions, so that a record somebody decided on is not proposed a second time.
    rebuilt.pages_without_reading = preservation::restore_readings(archive).await?;
    rebuilt.pages_to_read = preservation::queue_unread(archive).await?;
    inspection::inspect_all(archive).await?;
    // Lists are compared with records, so they come when all of these are back.
    import::restore(&mut restoration, &found.imports).await?;
    import::restore_rows(&mut restoration, &found.imports).await?;
    for _ in &found.imports {
        step();
    }
    for id in &found.discrepancies {
        discrepancy::restore(&mut restoration, id).await?;
        step();
    }
    rebuilt.damaged = restoration.damaged;
    finish(archive, &mut rebuilt, &restoration.numbers).await?;
    // Last, since the index follows the publications that were just restored.
    search::reindex(archive, |_, _| {}).await?;
    Ok(rebuilt)
}

/// Units, fonds, files, and volumes with their column maps. `step` is told of each object.
async fn restore_structure(
    restoration: &mut Restoration<'_>,
    found: &ObjectIds,
    step: &mut impl FnMut(),
) -> Result<()> {
    unit::restore(restoration, &found.units).await?;
    fonds::restore(restoration, &found.fonds).await?;
    fonds::restore_files(restoration, &found.files).await?;
    fonds::restore_volume_form(restoration, &found.volumes).await?;
    for _ in 0..found.units.len() + found.fonds.len() + found.files.len() {
        step();
    }
    for id in &found.volumes {
        column_map::restore(restoration, id).await?;
        step();
    }
    Ok(())
}

/// Scans with what was decided of them, and the receipts of batches.
async fn restore_deliveries(
    restoration: &mut Restoration<'_>,
    found: &ObjectIds,
    step: &mut impl FnMut(),
) -> Result<()> {
    for id in &found.scans {
        restore_scan(restoration, id).await?;
        step();
    }
    for id in &found.batches {
        if let Some(receipt) = batch::restore(restoration, id).await? {
            scan::restore_of_receipt(restoration.archive, &receipt).await?;
        }
        step();
    }
    Ok(())
}

/// Requests, their papers, and copies; how many papers there are whose request is lost.
async fn restore_requests(
    restoration: &mut Restoration<'_>,
    found: &ObjectIds,
    step: &mut impl FnMut(),
) -> Result<i64> {
    let mut unbound = 0;
    for id in &found.requests {
        copy_request::restore(restoration, id).await?;
        step();
    }
    for id in &found.evidence {
        if copy_request::restore_paper(restoration, id).await? == Some(false) {
            unbound += 1;
        }
        step();
    }
    for id in &found.copies {
        certified_copy::restore(restoration, id).await?;
        step();
    }
    Ok(unbound)
}

/// What hangs from which file and volume now, and the documents made of it.
async fn restore_belonging(restoration: &mut Restoration<'_>, found: &ObjectIds) -> Result<()> {
    for id in &found.files {
        fonds::restore_file_batches(restoration, id).await?;
    }
    for id in &found.volumes {
        fonds::restore_volume_batches(restoration, id).await?;
    }
    fonds::forget_former_codes(restoration.archive).await?;
    document::propose_all(restoration.archive).await?;
    document::restore(restoration, &found.documents).await
}

/// A scan with its pages and its decided records.
async fn restore_scan(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let Some(deposit) = scan::load(restoration, id).await? else {
        return Ok(());
    };
    let records = preservation::load(restoration, id).await?;
    let mut tx = restoration.archive.begin_as_machine().await?;
    scan::restore(&mut tx, &deposit).await?;
    preservation::restore(&mut tx, &deposit.scan_id, &records).await?;
    tx.commit().await
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
    // With the same keys, else the archive beside would answer that its own copies and log are somebody else's, and could not tell a portal the code of its request again.
    for keys in ["seal", "log", "keys"] {
        take_along(&config.data.join(keys), &into.join(keys))?;
    }
    beside.data = into.to_owned();
    Ok(beside)
}

fn take_along(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    if from.is_dir() {
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

async fn refuse_unless_empty(archive: &Archive) -> Result<()> {
    for table in [
        "batches",
        "scans",
        "records",
        "copies",
        "copy_requests",
        "imports",
    ] {
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

/// Ids of objects, by what they are of.
#[derive(Default)]
struct ObjectIds {
    units: Vec<ObjectId>,
    fonds: Vec<ObjectId>,
    files: Vec<ObjectId>,
    documents: Vec<ObjectId>,
    volumes: Vec<ObjectId>,
    scans: Vec<ObjectId>,
    batches: Vec<ObjectId>,
    copies: Vec<ObjectId>,
    requests: Vec<ObjectId>,
    evidence: Vec<ObjectId>,
    imports: Vec<ObjectId>,
    discrepancies: Vec<ObjectId>,
}

impl ObjectIds {
    fn all(&self) -> usize {
        let citizens = self.requests.len() + self.evidence.len();
        let delivered = self.volumes.len() + self.scans.len() + self.batches.len();
        let described = self.units.len() + self.fonds.len() + self.files.len();
        let lists = self.imports.len() + self.discrepancies.len();
        described + self.documents.len() + delivered + self.copies.len() + citizens + lists
    }
}

async fn objects(restoration: &mut Restoration<'_>) -> Result<ObjectIds> {
    let mut found = ObjectIds::default();
    let mut walk = restoration.archive.vault.walk();
    while let Some(step) = walk.next().await {
        let id = match step {
            Ok(summary) => summary.id,
            Err(VaultError::Corrupt { what, detail }) => {
                restoration.damaged.push(format!("{what}: {detail}"));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        // Prefixes tell what an object is of; the vault has no other index of its contents.
        let Some(id) = id else { continue }; // never finished, so never acknowledged
        match id.as_str() {
            text if text.starts_with(scan::PREFIX) => found.scans.push(id),
            text if text.starts_with(unit::PREFIX) => found.units.push(id),
            text if text.starts_with(fonds::PREFIX) => found.fonds.push(id),
            text if text.starts_with(fonds::FILE_PREFIX) => found.files.push(id),
            text if text.starts_with(document::PREFIX) => found.documents.push(id),
            text if text.starts_with(column_map::PREFIX) => found.volumes.push(id),
            text if text.starts_with(RECEIPT_PREFIX) => found.batches.push(id),
            text if text.starts_with(COPY) => found.copies.push(id),
            text if text.starts_with(copy_request::PREFIX) => found.requests.push(id),
            text if text.starts_with(EVIDENCE) => found.evidence.push(id),
            text if text.starts_with(import::PREFIX) => found.imports.push(id),
            text if text.starts_with(discrepancy::PREFIX) => found.discrepancies.push(id),
            other => restoration
                .damaged
                .push(format!("{other}: not an object of this archive")),
        }
    }
    Ok(found)
}

/// Sets the counters right, counts and leaves the first entry of the new log.
async fn finish(archive: &Archive, rebuilt: &mut Rebuilt, given: &[(i64, i64)]) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    rebuilt.publication = record::restore_counter(&mut tx).await?;
    rebuilt.numbers_without_copy = certified_copy::restore_counters(&mut tx, given).await?;
    correction::restore_counters(&mut tx).await?;
    for (table, count) in [
        ("units", &mut rebuilt.units),
        ("fonds", &mut rebuilt.fonds),
        ("files", &mut rebuilt.files),
        ("register_volumes", &mut rebuilt.volumes),
        ("documents WHERE state <> 'joined'", &mut rebuilt.documents),
        ("column_maps", &mut rebuilt.column_maps),
        ("batches", &mut rebuilt.batches),
        ("scans", &mut rebuilt.scans),
        ("pages", &mut rebuilt.pages),
        (
            "record_versions WHERE state IN ('approved', 'rejected')",
            &mut rebuilt.versions,
        ),
        (
            "records WHERE preserved_version IS NOT NULL",
            &mut rebuilt.records,
        ),
        ("corrections", &mut rebuilt.corrections),
        ("imports", &mut rebuilt.imports),
        ("list_rows", &mut rebuilt.list_rows),
        ("copies", &mut rebuilt.copies),
        ("copy_requests", &mut rebuilt.requests),
    ] {
        let query = format!("SELECT COUNT(*) FROM {table}");
        *count = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .fetch_one(&mut *tx)
            .await?;
    }
    tx.log(
        Action::Rebuilt,
        ("catalogue", "catalogue"),
        json!({
            "scans": rebuilt.scans, "records": rebuilt.records, "copies": rebuilt.copies,
            "publication": rebuilt.publication, "damaged": rebuilt.damaged.len(),
        }),
    )
    .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn no_step_of_rebuilding_the_index_walks_a_whole_table() {
        let walked = crate::catalogue::plan::walked(crate::search::CHANGES_AFTER, &[]).await;
        assert_eq!(walked, [""; 0]);
    }
}
