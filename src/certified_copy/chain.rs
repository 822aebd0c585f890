//! What stands behind a copy, link by link: the copy's line, the record's row on its page, the file that was delivered,
//! what the vault kept of it, when it was last read again, and the proof that all this is in the log.

use super::{COPY_FILE, CopyRow, digest_of, object_id, register};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Action, EntryProof};
use crate::error::Result;
use crate::preservation::{self, Difference};
use crate::seen;
use crate::vault::ObjectId;

/// The chain, as the office sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct CopyChain {
    /// The line of the issue book.
    pub copy: CopyRow,
    /// SHA-256 of the sealed file as the vault gives it now; none while there is none.
    pub sealed_sha256: Option<String>,
    /// Whether it is the digest in the book.
    pub sealed_fits: bool,
    /// The record and where it stands on its page.
    pub row: ChainRow,
    /// Whether the record's content, computed now, is the digest that was released.
    pub content_fits: bool,
    /// What the catalogue and the vault tell differently of the records of this scan; empty where they agree.
    #[schema(value_type = Vec<Object>)]
    pub differences: Vec<Difference>,
    /// The last time each object behind the copy was read again and compared with its digests.
    pub checks: Vec<ObjectCheck>,
    /// The proof that the issue is in the signed log; none while it waits.
    pub log: Option<EntryProof>,
}

/// The row of the register and the file it is on.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct ChainRow {
    /// Page number in its scan, from 1.
    pub page_number: i64,
    /// Id of the page, whose image shows it.
    pub page_id: String,
    /// Place on the page, from 1.
    pub ordinal: i64,
    /// JSON `[x, y, width, height]` on the page as delivered.
    pub bounds: Option<String>,
    /// Name of the delivered file.
    pub original_name: String,
    /// UUIDv8 text of the scan the record was read from.
    pub scan_id: String,
    /// SHA-256 of the delivered file.
    pub source_sha256: String,
    /// Its object in the vault.
    pub object_id: Option<String>,
    /// Newest version of the record that the vault holds.
    pub preserved_version: Option<i64>,
}

/// When an object of the vault was last read again.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct ObjectCheck {
    /// Its id in the vault, `urn:sogoc:…`.
    pub object_id: String,
    /// `whole`, `damaged` or `unreadable`.
    pub outcome: String,
    /// When, RFC 3339 UTC.
    pub checked_at: String,
}

impl CopyChain {
    /// Whether every link holds.
    pub fn holds(&self) -> bool {
        self.sealed_fits
            && self.content_fits
            && self.differences.is_empty()
            && self.checks.iter().all(|check| check.outcome == "whole")
    }
}

/// The chain behind a copy, computed now.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Corrupt` where the vault gives no sound file.
pub async fn chain(archive: &Archive, caller: &Caller, id: &str) -> Result<CopyChain> {
    require(caller, Act::SeeRequests)?;
    let copy = register::row(archive, id).await?;
    let row: ChainRow = sqlx::query_as(
        "SELECT p.number AS page_number, p.id AS page_id, r.ordinal, r.bounds, s.original_name,
            s.id AS scan_id, s.sha256 AS source_sha256, s.object_id, r.preserved_version
         FROM records r JOIN pages p ON p.id = r.page_id JOIN scans s ON s.id = r.scan_id
         WHERE r.id = $1",
    )
    .bind(&copy.record_id)
    .fetch_one(archive.catalogue.pool())
    .await?;
    let sealed_sha256 = sealed(archive, &copy).await?;
    let objects: Vec<String> = [Some(object_id(id)), row.object_id.clone()]
        .into_iter()
        .flatten()
        .collect();
    Ok(CopyChain {
        sealed_fits: copy.sha256 == sealed_sha256,
        sealed_sha256,
        content_fits: content_fits(archive, &copy).await?,
        differences: preservation::differences(archive, &row.scan_id).await?,
        checks: checks(archive, &objects).await?,
        log: audit::proof_of_act(archive, Action::CopyIssued, id).await?,
        copy,
        row,
    })
}

async fn sealed(archive: &Archive, copy: &CopyRow) -> Result<Option<String>> {
    let object = ObjectId::new(object_id(&copy.id))?;
    if copy.sha256.is_none() || !archive.vault.exists(&object).await? {
        return Ok(None);
    }
    let file = archive.vault.read(&object, COPY_FILE, None).await?;
    Ok(Some(digest_of(&file.into_bytes().await?)))
}

/// Whether the version that was released still has the digest that was released, as of the day of issue.
async fn content_fits(archive: &Archive, copy: &CopyRow) -> Result<bool> {
    let Some(digest) = &copy.record_digest else {
        return Ok(true); // issued before digests were kept
    };
    let at = crate::clock::parse_stamp(&copy.issued_at).unwrap_or_else(|| archive.clock.now());
    let mut connection = archive.catalogue.pool().acquire().await?;
    let stands =
        seen::of_version(&mut connection, &copy.record_id, copy.record_version, at).await?;
    Ok(stands.record_digest == *digest)
}

async fn checks(archive: &Archive, objects: &[String]) -> Result<Vec<ObjectCheck>> {
    let mut found = Vec::new();
    for object in objects {
        let check: Option<ObjectCheck> = sqlx::query_as(
            "SELECT object_id, outcome, checked_at FROM scrub_checks WHERE object_id = $1",
        )
        .bind(object)
        .fetch_optional(archive.catalogue.pool())
        .await?;
        found.extend(check);
    }
    Ok(found)
}
