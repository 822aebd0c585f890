//! What became of a scan's flags, in the vault: a version of the scan's object, from which a rebuild
//! brings back which pages were put aside, which took another's place, and what was accepted why.

use serde::{Deserialize, Serialize};
use sqlx::Row;

use crate::archive::Archive;
use crate::audit::Deed;
use crate::catalogue::Tx;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, Leased, PRIORITY_UPKEEP};
use crate::vault::{Change, Content, ObjectId, Provenance, VaultError};

/// Name of the file inside a scan's object.
pub(crate) const FILE: &str = "flags.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-flags/1";

/// The file [`FILE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptFlags {
    form: String,
    scan_id: String,
    /// Pages taken out, or at another's place.
    pages: Vec<KeptPage>,
    flags: Vec<KeptFlag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptPage {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stands_for: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptFlag {
    id: String,
    page_id: String,
    code: String,
    other_id: String,
    gravity: i64,
    details: String,
    state: String,
    raised_at: String,
    reason: Option<String>,
    resolved_by: Option<String>,
    resolved_at: Option<String>,
}

impl KeptFlags {
    /// Reads the file.
    ///
    /// # Errors
    /// `Corrupt` for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(|kept: &Self| kept.form == FORM)
            .ok_or(Error::Corrupt { what: FILE.into() })
    }
}

/// Asks for what became of a scan's flags to be brought to the vault.
pub(super) async fn ask(archive: &Archive, tx: &mut Tx, scan_id: &str) -> Result<()> {
    let (clock, kind) = (&*archive.clock, Kind::KeepFlags);
    jobs::enqueue(tx, clock, kind, scan_id, PRIORITY_UPKEEP).await
}

/// The verb behind the job `keep_flags`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn keep(archive: &Archive, job: &Leased) -> Result<()> {
    let object: Option<String> = sqlx::query_scalar("SELECT object_id FROM scans WHERE id = $1")
        .bind(&job.subject)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "scan" })?;
    let object = ObjectId::new(object.ok_or(Error::NotFound {
        what: "vault object",
    })?)?;
    let kept = said(archive, &job.subject).await?;
    let who = last_said(archive, &job.subject).await?;
    write(archive, &object, &kept, &who).await?;
    let mut tx = archive.catalogue.begin().await?;
    if jobs::settle(&mut tx, &*archive.clock, job).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn said(archive: &Archive, scan_id: &str) -> Result<KeptFlags> {
    let pages = sqlx::query(
        "SELECT id, stands_for, CASE WHEN outcome IN ('put_aside', 'superseded') THEN outcome END
            AS outcome FROM pages WHERE scan_id = $1
         AND (stands_for IS NOT NULL OR outcome IN ('put_aside', 'superseded')) ORDER BY number",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let flags = sqlx::query(
        "SELECT g.* FROM page_flags g JOIN pages p ON p.id = g.page_id
         WHERE p.scan_id = $1 AND g.state <> 'open' ORDER BY g.id",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let page = |row: &sqlx::any::AnyRow| {
        Ok(KeptPage {
            id: row.try_get("id")?,
            outcome: row.try_get("outcome")?,
            stands_for: row.try_get("stands_for")?,
        })
    };
    Ok(KeptFlags {
        form: FORM.into(),
        scan_id: scan_id.to_owned(),
        pages: pages.iter().map(page).collect::<Result<_>>()?,
        flags: flags.iter().map(flag_of).collect::<Result<_>>()?,
    })
}

fn flag_of(row: &sqlx::any::AnyRow) -> Result<KeptFlag> {
    Ok(KeptFlag {
        id: row.try_get("id")?,
        page_id: row.try_get("page_id")?,
        code: row.try_get("code")?,
        other_id: row.try_get("other_id")?,
        gravity: row.try_get("gravity")?,
        details: row.try_get("details")?,
        state: row.try_get("state")?,
        raised_at: row.try_get("raised_at")?,
        reason: row.try_get("reason")?,
        resolved_by: row.try_get("resolved_by")?,
        resolved_at: row.try_get("resolved_at")?,
    })
}

/// Who was the last to say something of the scan's pages, and when, so that a repeated attempt writes
/// the same.
async fn last_said(archive: &Archive, scan_id: &str) -> Result<Provenance> {
    let newest = sqlx::query(
        "SELECT l.actor, l.at FROM log l JOIN pages p ON p.id = l.subject_id
         WHERE p.scan_id = $1 AND l.deed IN ($2, $3, $4, $5) ORDER BY l.position DESC LIMIT 1",
    )
    .bind(scan_id)
    .bind(Deed::FlagAccepted.word())
    .bind(Deed::PagePutAside.word())
    .bind(Deed::PageSuperseded.word())
    .bind(Deed::PageTakenBack.word())
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let (by, at) = match &newest {
        Some(row) => (row.try_get("actor")?, parse_stamp(row.try_get("at")?)),
        None => ("machine".to_owned(), None),
    };
    Ok(Provenance {
        user_address: format!("urn:sogoc:person:{by}"),
        user_name: by,
        message: "Flags of pages resolved".into(),
        at: at.unwrap_or_else(|| archive.clock.now()),
    })
}

async fn write(
    archive: &Archive,
    object: &ObjectId,
    kept: &KeptFlags,
    who: &Provenance,
) -> Result<()> {
    let file = Content::bytes(FILE, serde_json::to_vec_pretty(kept)?);
    let head = archive.vault.inventory(object).await?.head();
    let changes = [Change::Put(file)];
    match archive.vault.add_version(object, head, &changes, who).await {
        Ok(_) => Ok(()),
        Err(VaultError::Conflict { .. }) => Err(Error::unavailable(
            "vault",
            "another version was added meanwhile",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Brings back what became of a scan's flags and pages; other pages are left alone.
pub(crate) async fn restore(tx: &mut Tx, scan_id: &str, kept: &KeptFlags) -> Result<()> {
    for page in &kept.pages {
        sqlx::query(
            "UPDATE pages SET stands_for = $1, outcome = COALESCE($2, outcome),
                state = CASE WHEN $2 IS NULL THEN state ELSE 'set_aside' END
             WHERE id = $3 AND scan_id = $4",
        )
        .bind(&page.stands_for)
        .bind(&page.outcome)
        .bind(&page.id)
        .bind(scan_id)
        .execute(&mut **tx)
        .await?;
    }
    for flag in &kept.flags {
        sqlx::query(
            "INSERT INTO page_flags (id, page_id, code, other_id, gravity, details, state,
                raised_at, reason, resolved_by, resolved_at)
             SELECT $1, id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM pages
             WHERE id = $11 AND scan_id = $12 ON CONFLICT (page_id, code, other_id) DO NOTHING",
        )
        .bind(&flag.id)
        .bind(&flag.code)
        .bind(&flag.other_id)
        .bind(flag.gravity)
        .bind(&flag.details)
        .bind(&flag.state)
        .bind(&flag.raised_at)
        .bind(&flag.reason)
        .bind(&flag.resolved_by)
        .bind(&flag.resolved_at)
        .bind(&flag.page_id)
        .bind(scan_id)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_document_is_not_taken_for_flags() {
        assert!(KeptFlags::parse(b"{}").is_err());
        let form = br#"{"form":"sogoc-flags/2","scan_id":"a","pages":[],"flags":[]}"#;
        assert!(KeptFlags::parse(form).is_err());
        let form = br#"{"form":"sogoc-flags/1","scan_id":"a","pages":[],"flags":[]}"#;
        assert_eq!(KeptFlags::parse(form).unwrap().scan_id, "a");
    }
}
