//! Decided records and the words of their pages in the vault: several approvals of one scan become one OCFL version
//! of its object. Until then the catalogue alone holds them, and the lag is a metric. A restore reads every version
//! that the vault has and what each says of before: a copy may have been issued from a version that is no longer
//! the newest.

mod comparison;
mod readings;
mod words;

use comparison::refuse_different;
pub(crate) use comparison::refuse_other_than_kept;
pub use comparison::{Difference, differences};
pub(crate) use readings::{queue_unread, restore_readings};
pub(crate) use words::preserved_words;
use words::words;

use std::collections::BTreeMap;

use serde_json::json;

use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::{JsonText, Tx};
use crate::clock::parse_stamp;
use crate::correction::{self, Correction};
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::record::{self, Fields, RecordRow, RecordState, Version, save_version};
use crate::scan::{self, page_id};
use crate::vault::{Change, Content, ObjectId, Provenance, VaultError};

/// Name of the records inside a scan's object.
pub const RECORDS_FILE: &str = "records.json";

/// One record as preserved: enough to restore the catalogue's row and its newest decided version.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
pub struct PreservedRecord {
    /// Id of the record, as the catalogue had it.
    pub id: String,
    /// Page number, from 1.
    pub page: i64,
    /// Place on the page, from 1.
    pub ordinal: i64,
    /// Id of its class.
    pub class: String,
    /// `approved` or `rejected`: what nobody has decided is not preserved.
    pub state: RecordState,
    /// Version number in the catalogue.
    pub version: i64,
    /// JSON `[x,y,w,h]` on the page as delivered.
    pub bounds: Option<String>,
    /// The fields, as printed beside normalised.
    #[sqlx(try_from = "JsonText")]
    pub fields: Fields,
    /// Id of the person who decided, or `machine`.
    pub author: String,
    /// When, RFC 3339 UTC.
    pub at: String,
    /// The words of the person who decided; absent where there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Place in the publication sequence.
    #[sqlx(rename = "position")]
    pub published: i64,
    /// Its approved entries of the appendix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[sqlx(skip)]
    pub corrections: Vec<Correction>,
}

/// What the file [`RECORDS_FILE`] beside a scan says.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct PreservedRecords {
    /// Format of this file.
    pub format: u32,
    /// Id of the scan they stand on.
    pub scan_id: String,
    /// Every decided record of the scan, by page and place, as it was last published.
    pub records: Vec<PreservedRecord>,
    /// What was published of them before and may never have been preserved for itself, because several
    /// decisions become one version here: a copy may have been made from it in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<PreservedRecord>,
}

/// How many approved records the vault does not hold yet; the catalogue alone has them.
///
/// # Errors
/// As any statement.
pub async fn lag(archive: &Archive) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM records WHERE state = 'approved'
         AND (preserved_version IS NULL OR preserved_version < version)",
    )
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(count)
}

/// The verb behind the job `preserve_records`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let preserved = preserve_scan(archive, &job.subject).await?;
    let tx = record_preserved(archive, &preserved).await?;
    tx.complete_and_commit(job).await
}

/// Brings a version of a record to the vault unless it is there: a copy outlives the catalogue only with what it was
/// made from, and no queue may be running when one is issued.
///
/// # Errors
/// `Unavailable` also when another version was added meanwhile; `NotFound`.
pub(crate) async fn ensure(archive: &Archive, record_id: &str, version: i64) -> Result<()> {
    // The copy names a version; only with it in the vault can the line be restored.
    let wanting: Option<String> = sqlx::query_scalar(
        "SELECT scan_id FROM records WHERE id = $1 AND (preserved_version IS NULL OR preserved_version < $2)",
    )
    .bind(record_id)
    .bind(version)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let Some(scan_id) = wanting else {
        return Ok(());
    };
    let preserved = preserve_scan(archive, &scan_id).await?;
    record_preserved(archive, &preserved).await?.commit().await
}

async fn preserve_scan(archive: &Archive, scan_id: &str) -> Result<PreservedRecords> {
    let object = scan::preserved_object(archive, scan_id).await?;
    // The head before the rows: whoever writes in between is then not written over with older ones.
    let head = archive.vault.inventory(&object).await?.head();
    // What the vault was given is never given again in other words.
    refuse_different(archive, scan_id).await?;
    let preserved = decided(archive, scan_id).await?;
    let mut changes = vec![Change::Put(Content::bytes(
        RECORDS_FILE,
        serde_json::to_vec_pretty(&preserved)?,
    ))];
    changes.extend(words(archive, scan_id).await?);
    add_version(archive, (&object, head), &changes, &preserved).await?;
    Ok(preserved)
}

/// Every published version of the records of a scan, newest first.
const DECIDED: &str =
    // One publication of each version, the latest: a version that is reinstated is published again.
    "SELECT r.id, p.number AS page, r.ordinal, r.class, r.bounds, v.state, v.version,
            v.fields, v.author, v.at, v.note, q.position
         FROM records r JOIN pages p ON p.id = r.page_id
         JOIN record_versions v ON v.record_id = r.id
         JOIN publications q ON q.record_id = r.id AND q.position = (SELECT MAX(position)
            FROM publications WHERE record_id = r.id AND version = v.version)
         WHERE r.scan_id = $1 ORDER BY p.number, r.ordinal, q.position DESC";

/// Every published version of the records of a scan, the newest of each apart from those before it.
async fn decided(archive: &Archive, scan_id: &str) -> Result<PreservedRecords> {
    let versions: Vec<PreservedRecord> = sqlx::query_as(DECIDED)
        .bind(scan_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let entries = correction::approved_of_scan(archive, scan_id).await?;
    let mut preserved = PreservedRecords {
        format: 1,
        scan_id: scan_id.into(),
        records: Vec::new(),
        earlier: Vec::new(),
    };
    for mut record in versions {
        let newest = preserved
            .records
            .last()
            .is_none_or(|last| last.id != record.id);
        if newest {
            let own = entries.iter().filter(|entry| entry.record_id == record.id);
            record.corrections = own.cloned().collect();
            preserved.records.push(record);
        } else {
            preserved.earlier.push(record);
        }
    }
    Ok(preserved)
}

/// Adds the version unless the newest one says the same already (a crash after writing it).
async fn add_version(
    archive: &Archive,
    (object, head): (&ObjectId, u32),
    changes: &[Change],
    preserved: &PreservedRecords,
) -> Result<()> {
    // Times and names come from the decisions, so that a repeated attempt writes the same version.
    let last = preserved
        .records
        .iter()
        .max_by_key(|record| record.published);
    let at = last.and_then(|record| parse_stamp(&record.at));
    let who = Provenance {
        user_name: last
            .map_or("machine", |record| record.author.as_str())
            .into(),
        user_address: String::new(),
        message: "Approved records".into(),
        at: at.unwrap_or_else(|| archive.clock.now()),
    };
    match archive.vault.add_version(object, head, changes, &who).await {
        Ok(_) => Ok(()),
        Err(VaultError::Conflict { .. }) => Err(Error::unavailable(
            "vault",
            "another version was added meanwhile",
        )),
        Err(error) => Err(error.into()),
    }
}

async fn record_preserved(archive: &Archive, preserved: &PreservedRecords) -> Result<Tx> {
    let mut tx = archive.begin_as_machine().await?;
    for record in &preserved.records {
        sqlx::query(
            "UPDATE records SET preserved_version = $1 WHERE id = $2
             AND (preserved_version IS NULL OR preserved_version < $1)",
        )
        .bind(record.version)
        .bind(&record.id)
        .execute(&mut *tx)
        .await?;
    }
    let details = json!({ "records": preserved.records.len() });
    tx.log(
        Action::RecordsPreserved,
        ("scan", &preserved.scan_id),
        details,
    )
    .await?;
    Ok(tx)
}

/// Every preserved state of an object's records, oldest first.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn load(
    restoration: &mut Restoration<'_>,
    id: &ObjectId,
) -> Result<Vec<PreservedRecords>> {
    let inventory = restoration.archive.vault.inventory(id).await?;
    let mut preserved = Vec::new();
    let mut last = None;
    for version in 1..=inventory.head() {
        let files = inventory.state(version).unwrap_or_default();
        let digest = files.get(RECORDS_FILE).copied();
        // Most versions add something else, so the same records are not read again.
        if digest.is_none() || digest == last {
            continue;
        }
        last = digest;
        let Some(bytes) = restoration.file(id, RECORDS_FILE, version).await? else {
            continue;
        };
        match serde_json::from_slice(&bytes) {
            Ok(records) => preserved.push(records),
            Err(_) => restoration.note(id, &unknown_form()),
        }
    }
    Ok(preserved)
}

fn unknown_form() -> Error {
    Error::Corrupt {
        what: RECORDS_FILE.into(),
    }
}

/// Writes records, versions and publications; those that are there already stay as they are.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore(
    tx: &mut Tx,
    scan_id: &str,
    preserved: &[PreservedRecords],
) -> Result<()> {
    let all = preserved
        .iter()
        .flat_map(|state| state.records.iter().chain(&state.earlier));
    let mut by_id: BTreeMap<&str, BTreeMap<i64, &PreservedRecord>> = BTreeMap::new();
    for record in all {
        let versions = by_id.entry(&record.id).or_default();
        // The same version may be in several states; they say the same of it.
        versions.insert(record.version, record);
    }
    for versions in by_id.values() {
        if let Some(newest) = versions.values().next_back() {
            restore_record(tx, scan_id, newest).await?;
        }
        for record in versions.values() {
            restore_version(tx, record).await?;
            for entry in &record.corrections {
                correction::restore(tx, entry).await?;
            }
        }
    }
    Ok(())
}

async fn restore_record(tx: &mut Tx, scan_id: &str, newest: &PreservedRecord) -> Result<()> {
    let row = RecordRow {
        id: &newest.id,
        scan_id,
        page_id: &page_id(scan_id, newest.page),
        ordinal: newest.ordinal,
        class: &newest.class,
        state: newest.state,
        version: newest.version,
        doubtful: 0,
        bounds: newest.bounds.as_deref(),
        preserved_version: Some(newest.version),
        updated_at: &newest.at,
    };
    record::insert(tx, &row).await
}

async fn restore_version(tx: &mut Tx, record: &PreservedRecord) -> Result<()> {
    let there = sqlx::query("SELECT 1 FROM record_versions WHERE record_id = $1 AND version = $2")
        .bind(&record.id)
        .bind(record.version)
        .fetch_optional(&mut **tx)
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let version = Version {
        number: record.version,
        state: record.state,
        author: &record.author,
        note: &record.note,
        at: &record.at,
    };
    save_version(tx, &record.id, &version, &record.fields).await?;
    let (position, at) = (record.published, &record.at);
    record::insert_publication(tx, position, &record.id, record.version, at).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeping_the_records_of_a_scan_walks_no_whole_table() {
        let walked = crate::catalogue::plan::walked(DECIDED, &[]).await;
        assert_eq!(walked, [""; 0]);
    }
}
