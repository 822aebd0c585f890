//! Bringing approved records and the words of their pages into the vault: several approvals of one
//! scan become one OCFL version. Until then the catalogue alone holds them, and the lag is a metric.

use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::alto;
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::clock::parse_stamp;
use crate::correction::{self, Correction};
use crate::error::{Error, Result};
use crate::jobs::{self, Leased};
use crate::record::Fields;
use crate::vault::{Change, Content, ObjectId, Provenance, VaultError};

/// Name of the records inside a scan's object.
pub const RECORDS_FILE: &str = "records.json";

/// One record as kept: enough to restore the catalogue's row and its newest decided version.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct KeptRecord {
    /// Record id.
    pub id: String,
    /// Page number, from 1.
    pub page: i64,
    /// Place on the page, from 1.
    pub ordinal: i64,
    /// Class id.
    pub class: String,
    /// approved | rejected.
    pub state: String,
    /// Version number in the catalogue.
    pub version: i64,
    /// JSON `[x,y,w,h]` on the page as delivered.
    pub bounds: Option<String>,
    /// The fields, as printed beside normalised.
    pub fields: Fields,
    /// Who decided.
    pub author: String,
    /// When, RFC 3339 UTC.
    pub at: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Place in the publication sequence.
    pub published: i64,
    /// Its approved entries of the appendix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
}

/// The file [`RECORDS_FILE`].
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct KeptRecords {
    /// Format of this file.
    pub format: u32,
    /// Scan id.
    pub scan_id: String,
    /// Every decided record of the scan, by page and place, as it was last published.
    pub records: Vec<KeptRecord>,
    /// What was published of them before and may never have been kept for itself, because several
    /// decisions become one version here: a copy may have been made from it in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<KeptRecord>,
}

/// How many approved records the vault does not hold yet; the catalogue alone has them.
///
/// # Errors
/// As any statement.
pub async fn lag(archive: &Archive) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM records WHERE state = 'approved'
         AND (kept_version IS NULL OR kept_version < version)",
    )
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(count)
}

/// The verb behind the job `keep_records`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn keep(archive: &Archive, job: &Leased) -> Result<()> {
    let scan_id = &job.subject;
    let object: Option<String> = sqlx::query_scalar("SELECT object_id FROM scans WHERE id = $1")
        .bind(scan_id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "scan" })?;
    let object = ObjectId::new(object.ok_or(Error::NotFound {
        what: "vault object",
    })?)?;
    let kept = decided(archive, scan_id).await?;
    let mut changes = vec![Change::Put(Content::bytes(
        RECORDS_FILE,
        serde_json::to_vec_pretty(&kept)?,
    ))];
    changes.extend(words(archive, scan_id).await?);
    add_version(archive, &object, &changes, &kept).await?;
    book(archive, job, &kept).await
}

/// Every published version of the records of a scan, the newest of each apart from those before it.
async fn decided(archive: &Archive, scan_id: &str) -> Result<KeptRecords> {
    let rows = sqlx::query(
        "SELECT r.id, p.number AS page, r.ordinal, r.class, r.bounds, v.state, v.version,
            v.fields, v.author, v.at, v.note, q.position
         FROM records r JOIN pages p ON p.id = r.page_id
         JOIN record_versions v ON v.record_id = r.id
         JOIN publications q ON q.record_id = r.id AND q.position = (SELECT MAX(position)
            FROM publications WHERE record_id = r.id AND version = v.version)
         WHERE r.scan_id = $1 ORDER BY p.number, r.ordinal, q.position DESC",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let entries = correction::approved_of_scan(archive, scan_id).await?;
    let mut kept = KeptRecords {
        format: 1,
        scan_id: scan_id.into(),
        records: Vec::new(),
        earlier: Vec::new(),
    };
    for row in &rows {
        let mut record = record_of(row)?;
        let newest = kept.records.last().is_none_or(|last| last.id != record.id);
        if newest {
            let own = entries.iter().filter(|entry| entry.record_id == record.id);
            record.corrections = own.cloned().collect();
            kept.records.push(record);
        } else {
            kept.earlier.push(record);
        }
    }
    Ok(kept)
}

fn record_of(row: &AnyRow) -> Result<KeptRecord> {
    Ok(KeptRecord {
        id: row.try_get("id")?,
        page: row.try_get("page")?,
        ordinal: row.try_get("ordinal")?,
        class: row.try_get("class")?,
        state: row.try_get("state")?,
        version: row.try_get("version")?,
        bounds: row.try_get("bounds")?,
        fields: serde_json::from_str(&row.try_get::<String, _>("fields")?)?,
        author: row.try_get("author")?,
        at: row.try_get("at")?,
        note: row.try_get("note")?,
        published: row.try_get("position")?,
        corrections: Vec::new(),
    })
}

/// The words of every page that was read, as ALTO 4.
async fn words(archive: &Archive, scan_id: &str) -> Result<Vec<Change>> {
    let query =
        "SELECT p.id, p.number, s.original_name FROM pages p JOIN scans s ON s.id = p.scan_id
         WHERE p.scan_id = $1 AND p.state = 'read' ORDER BY p.number";
    let pages = sqlx::query(query)
        .bind(scan_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let mut changes = Vec::new();
    for row in &pages {
        let number: i64 = row.try_get("number")?;
        let id: String = row.try_get("id")?;
        if let Some(reading) = crate::page::reading(archive, &id).await? {
            let file: String = row.try_get("original_name")?;
            let path = format!("words/page-{number:05}.alto.xml");
            let words = alto::page(&reading, &file, number);
            changes.push(Change::Put(Content::bytes(path, words)));
        }
    }
    Ok(changes)
}

/// Adds the version unless the newest one says the same already (a crash after writing it).
async fn add_version(
    archive: &Archive,
    object: &ObjectId,
    changes: &[Change],
    kept: &KeptRecords,
) -> Result<()> {
    // Times and names come from the decisions, so that a repeated attempt writes the same version.
    let last = kept.records.iter().max_by_key(|record| record.published);
    let at = last.and_then(|record| parse_stamp(&record.at));
    let who = Provenance {
        user_name: last
            .map_or("machine", |record| record.author.as_str())
            .into(),
        user_address: String::new(),
        message: "Approved records".into(),
        at: at.unwrap_or_else(|| archive.clock.now()),
    };
    let head = archive.vault.inventory(object).await?.head();
    match archive.vault.add_version(object, head, changes, &who).await {
        Ok(_) => Ok(()),
        Err(VaultError::Conflict { .. }) => Err(Error::unavailable(
            "vault",
            "another version was added meanwhile",
        )),
        Err(error) => Err(error.into()),
    }
}

async fn book(archive: &Archive, job: &Leased, kept: &KeptRecords) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    for record in &kept.records {
        sqlx::query(
            "UPDATE records SET kept_version = $1 WHERE id = $2
             AND (kept_version IS NULL OR kept_version < $1)",
        )
        .bind(record.version)
        .bind(&record.id)
        .execute(&mut *tx)
        .await?;
    }
    let subject = Subject {
        kind: "scan",
        id: &job.subject,
    };
    let details = json!({ "records": kept.records.len() });
    let deed = Deed::RecordsKept;
    audit::append(&mut tx, &*archive.clock, "machine", deed, subject, details).await?;
    if jobs::settle(&mut tx, &*archive.clock, job).await? {
        tx.commit().await?;
    }
    Ok(())
}
