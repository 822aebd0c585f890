//! What is done to a file: closed, moved, merged, split. Its documents and batches go along; masters stay where they are.

use serde_json::json;

use super::super::series::{code_taken_there, refuse_unless_open, series_id};
use super::super::{Closing, Merger, Relocation};
use super::fields::check_whole;
use super::{File, NewFile, file, file_by_code, make_file};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::holding::{self, HoldingKind, HoldingState, check_reason};

/// Some documents of a file become a file of their own.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSplit {
    /// Version that was looked at.
    pub seen: i64,
    /// Ids of the documents that leave.
    pub documents: Vec<String>,
    /// The file they become; of the same fonds.
    pub file: NewFile,
    /// Why, in the person's words; it stands in the trace.
    pub reason: String,
}

/// Closes a file: all that the law asks for is said of it, and no document comes to it any more.
///
/// # Errors
/// `Invalid`, one fault for each field that is missing; `NotFound`, `Refused`, `Forbidden`.
pub async fn close_file(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    closing: &Closing,
) -> Result<File> {
    require(caller, Act::DescribeHoldings)?;
    let before = file(archive, caller, id).await?;
    refuse_unless_open(before.state)?;
    // A closed file is handed over as it is described, so everything the law asks for must be there
    // before, not after.
    check_whole(&before)?;
    let mut tx = archive.begin(caller).await?;
    let details = json!({ "documents": before.counted.documents, "pages": before.counted.pages });
    let closed = HoldingKind::File.act(id, Action::HoldingClosed, &closing.reason, details);
    holding::close(&mut tx, closed, closing.seen).await?;
    tx.commit().await?;
    file(archive, caller, id).await
}

/// Moves a file to another series or fonds; its code stays.
///
/// # Errors
/// `Invalid` without a reason, for an unknown series or a code taken there; `NotFound`, `Refused`, `Forbidden`.
pub async fn move_file(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    to: &Relocation,
) -> Result<File> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&to.reason)?;
    let before = file(archive, caller, id).await?;
    let target = to.target(archive, caller, &before.fonds).await?;
    let series = match &to.series {
        None => None,
        Some(code) => Some(series_id(archive, &target.id, code).await?),
    };
    if target.code == before.fonds && to.series == before.series {
        return Err(Error::fault("/series", "faults.there_already"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::File, id, to.seen).await?;
    sqlx::query("UPDATE files SET fonds_id = $1, series_id = $2 WHERE id = $3")
        .bind(&target.id)
        .bind(&series)
        .bind(id)
        .execute(&mut *tx)
        .await
        .map_err(code_taken_there)?;
    if target.code != before.fonds {
        // A document names its fonds itself, so it follows the file there.
        sqlx::query("UPDATE documents SET fonds_id = $1 WHERE file_id = $2")
            .bind(&target.id)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        documents_follow(&mut tx, id, &to.reason).await?;
    }
    let details = json!({
        "fonds": [before.fonds, target.code], "series": [before.series, to.series],
    });
    let moved = HoldingKind::File.act(id, Action::HoldingMoved, &to.reason, details);
    holding::trace(&mut tx, moved).await?;
    tx.commit().await?;
    file(archive, caller, id).await
}

/// The documents of a file that a person has touched name it in the vault, and are told there again.
async fn documents_follow(tx: &mut Tx, file_id: &str, reason: &str) -> Result<()> {
    let documents: Vec<String> = sqlx::query_scalar("SELECT id FROM documents WHERE file_id = $1")
        .bind(file_id)
        .fetch_all(&mut **tx)
        .await?;
    for id in &documents {
        let details = json!({ "file": file_id });
        holding::follow(tx, HoldingKind::Document, id, reason, details).await?;
    }
    Ok(())
}

/// Merges a file into another of the same fonds: its documents and batches become that one's.
///
/// # Errors
/// `Invalid` without a reason or another file, `NotFound`, `Refused`, `Forbidden`.
pub async fn merge_file(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    merger: &Merger,
) -> Result<File> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&merger.reason)?;
    let before = file(archive, caller, id).await?;
    if before.state == HoldingState::Merged {
        return Err(Error::refuse("errors.holding_merged"));
    }
    let into = match file_by_code(archive, caller, &before.fonds, &merger.into).await {
        Err(Error::NotFound { .. }) => {
            return Err(Error::fault("/into", "faults.there_no_such_file"));
        }
        found => found?,
    };
    if into == id {
        return Err(Error::fault("/into", "faults.merge_into_another"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::File, id, merger.seen).await?;
    // Before the documents change hands: they are found by the file they are leaving.
    documents_follow(&mut tx, id, &merger.reason).await?;
    sqlx::query("UPDATE documents SET file_id = $1 WHERE file_id = $2")
        .bind(&into)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE batches SET file_id = $1 WHERE file_id = $2")
        .bind(&into)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let details = json!({ "from": before.code, "into": merger.into });
    let merged = HoldingKind::File.act(id, Action::HoldingMerged, &merger.reason, details);
    holding::merge(&mut tx, merged, &into).await?;
    tx.commit().await?;
    file(archive, caller, id).await
}

/// Splits a file: some of its documents become a new one; gives that one.
///
/// # Errors
/// `Invalid` without a reason or documents, or for a document of another file; as [`make_file`]; `Refused`.
pub async fn split_file(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    split: &FileSplit,
) -> Result<File> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&split.reason)?;
    let before = file(archive, caller, id).await?;
    if split.file.fonds != before.fonds {
        return Err(Error::fault("/file/fonds", "faults.moved_by_a_move"));
    }
    // Asked here already, because making the new file is a transaction of its own and cannot be
    // undone by the next.
    if before.version != split.seen {
        return Err(Error::refuse("errors.stale"));
    }
    if split.documents.is_empty() {
        return Err(Error::fault("/documents", "faults.choose_documents"));
    }
    for document in &split.documents {
        let own = sqlx::query("SELECT 1 FROM documents WHERE id = $1 AND file_id = $2")
            .bind(document)
            .bind(id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
        if own.is_none() {
            return Err(Error::fault(
                "/documents",
                "faults.document_of_another_file",
            ));
        }
    }
    // The new file first: if its description is refused, nothing has moved yet.
    let made = make_file(archive, caller, &split.file).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::File, id, split.seen).await?;
    for document in &split.documents {
        sqlx::query("UPDATE documents SET file_id = $1 WHERE id = $2 AND file_id = $3")
            .bind(&made.id)
            .bind(document)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        let details = json!({ "file": [before.code, made.code] });
        let kind = HoldingKind::Document;
        holding::follow(&mut tx, kind, document, &split.reason, details).await?;
    }
    let details = json!({
        "from": before.code, "into": made.code, "documents": split.documents.len(),
    });
    let split = HoldingKind::File.act(id, Action::HoldingSplit, &split.reason, details);
    holding::trace_both(&mut tx, split, &made.id).await?;
    tx.commit().await?;
    file(archive, caller, &made.id).await
}
