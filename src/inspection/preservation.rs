//! What became of a scan's flags, in the vault: a version of the scan's object, from which a rebuild
//! brings back which pages were excluded, which took another's place, and what was accepted why.

use serde::{Deserialize, Serialize};

use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::{Kind, Leased, PRIORITY_UPKEEP};
use crate::page::PageState;
use crate::page_flag::{self, FlagState, StoredFlag};
use crate::scan;
use crate::vault::{Content, ObjectId, Provenance};

/// Name of the file inside a scan's object.
const FILE: &str = "flags.json";
/// Name and version of this document's form.
const FORM: &str = "sogoc-flags/1";

/// What the file [`FILE`] beside a scan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PreservedFlags {
    form: String,
    scan_id: String,
    /// Pages withdrawn, or at another's place.
    pages: Vec<PreservedPage>,
    flags: Vec<StoredFlag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
struct PreservedPage {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<FlagState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stands_for: Option<String>,
}

impl PreservedFlags {
    fn parse(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .ok()
            .filter(|flags: &Self| flags.form == FORM)
            .ok_or(Error::Corrupt { what: FILE.into() })
    }
}

/// Asks for what became of a scan's flags to be brought to the vault.
pub(super) async fn ask(tx: &mut Tx, scan_id: &str) -> Result<()> {
    tx.enqueue(Kind::PreserveFlags, scan_id, PRIORITY_UPKEEP)
        .await
}

/// The verb behind the job `preserve_flags`.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let object = scan::preserved_object(archive, &job.subject).await?;
    // The head before the rows: whoever writes in between is then not written over with older ones.
    let head = archive.vault.head(&object).await?;
    let flags = resolved(archive, &job.subject).await?;
    let who = last_resolution(archive, &job.subject).await?;
    let file = Content::bytes(FILE, serde_json::to_vec_pretty(&flags)?);
    archive.vault.put_newest(&object, head, file, &who).await?;
    let tx = archive.begin_as_machine().await?;
    tx.complete_and_commit(job).await
}

async fn resolved(archive: &Archive, scan_id: &str) -> Result<PreservedFlags> {
    let pages = sqlx::query_as(
        "SELECT id, stands_for, CASE WHEN outcome IN ('excluded', 'superseded') THEN outcome END
            AS outcome FROM pages WHERE scan_id = $1
         AND (stands_for IS NOT NULL OR outcome IN ('excluded', 'superseded')) ORDER BY number",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let flags = sqlx::query_as(
        "SELECT g.* FROM page_flags g JOIN pages p ON p.id = g.page_id
         WHERE p.scan_id = $1 AND g.state <> 'open' ORDER BY g.id",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    Ok(PreservedFlags {
        form: FORM.into(),
        scan_id: scan_id.to_owned(),
        pages,
        flags,
    })
}

/// Who was the last to resolve something of the scan's pages, and when, so that a repeated attempt writes
/// the same.
async fn last_resolution(archive: &Archive, scan_id: &str) -> Result<Provenance> {
    // The log is chained by digest, so that entries of earlier versions keep their words.
    let newest: Option<(String, String)> = sqlx::query_as(
        // Words of before the renaming stand in the log for ever and mean the same.
        "SELECT l.actor, l.at FROM log l JOIN pages p ON p.id = l.subject_id
         WHERE p.scan_id = $1 AND l.action IN ($2, $3, $4, $5, 'page_put_aside', 'page_taken_back')
         ORDER BY l.position DESC LIMIT 1",
    )
    .bind(scan_id)
    .bind(Action::FlagAccepted)
    .bind(Action::PageExcluded)
    .bind(Action::PageSuperseded)
    .bind(Action::PageReinstated)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let (by, at) = match newest {
        Some((actor, at)) => (actor, parse_stamp(&at)),
        None => ("machine".to_owned(), None),
    };
    Ok(Provenance {
        user_address: format!("urn:sogoc:person:{by}"),
        user_name: by,
        message: "Flags of pages resolved".into(),
        at: at.unwrap_or_else(|| archive.clock.now()),
    })
}

/// Brings back what became of one scan's flags and pages, before its readings: a page withdrawn proposes nothing.
///
/// # Errors
/// A fault that passes; a damaged file is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let inventory = restoration.archive.vault.inventory(id).await?;
    let head = inventory.head();
    let files = inventory.state(head).unwrap_or_default();
    if !files.contains_key(FILE) {
        return Ok(());
    }
    let Some(bytes) = restoration.file(id, FILE, head).await? else {
        return Ok(());
    };
    let Some(flags) = restoration.sound(id, PreservedFlags::parse(&bytes)) else {
        return Ok(());
    };
    let scan_id = id.as_str().trim_start_matches(scan::PREFIX);
    let mut tx = restoration.archive.begin_as_machine().await?;
    restore_rows(&mut tx, scan_id, &flags).await?;
    tx.commit().await
}

async fn restore_rows(tx: &mut Tx, scan_id: &str, preserved: &PreservedFlags) -> Result<()> {
    for page in &preserved.pages {
        sqlx::query("UPDATE pages SET stands_for = $1 WHERE id = $2 AND scan_id = $3")
            .bind(&page.stands_for)
            .bind(&page.id)
            .bind(scan_id)
            .execute(&mut **tx)
            .await?;
        let Some(outcome) = page.outcome else {
            continue;
        };
        // A withdrawn page counts as failed, so that it is never waited for.
        let out = Move::to(PageState::Failed)
            .while_at("scan_id", scan_id)
            .set("outcome", outcome);
        out.run(tx, &page.id).await?;
    }
    for flag in &preserved.flags {
        page_flag::insert(tx, flag, Some(scan_id)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_document_is_not_taken_for_flags() {
        assert!(PreservedFlags::parse(b"{}").is_err());
        let form = br#"{"form":"sogoc-flags/2","scan_id":"a","pages":[],"flags":[]}"#;
        assert!(PreservedFlags::parse(form).is_err());
        let form = br#"{"form":"sogoc-flags/1","scan_id":"a","pages":[],"flags":[]}"#;
        assert_eq!(PreservedFlags::parse(form).unwrap().scan_id, "a");
    }
}
