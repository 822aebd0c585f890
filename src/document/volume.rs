//! Volumes merged and split: whole batches go to another volume, and their pages to the document that stands for it.
//! Masters stay.

use serde_json::json;

use super::store;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::fonds::{Merger, NewVolume, Volume, make_volume, volume, volume_by_code};
use crate::holding::{self, HoldingKind, HoldingState, check_reason};

/// Some batches of a volume become a volume of their own: two books were taken for one.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeSplit {
    /// Version that was looked at.
    pub seen: i64,
    /// Names of the batches that leave.
    pub batches: Vec<String>,
    /// The volume they become; of the same fonds.
    pub volume: NewVolume,
    /// Why, in the person's words; it stands in the trace.
    pub reason: String,
}

/// Merges a volume into another of the same fonds: one book had been taken for two.
///
/// # Errors
/// `Invalid` without a reason or another volume; `NotFound`; `Refused` where its column map is confirmed, for its pages
/// were read by that; `Forbidden`.
pub async fn merge_volume(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    merger: &Merger,
) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&merger.reason)?;
    let before = volume(archive, caller, id).await?;
    if before.state == HoldingState::Merged {
        return Err(Error::refuse("errors.holding_merged"));
    }
    let into = match volume_by_code(archive, caller, &before.fonds, &merger.into).await {
        Err(Error::NotFound { .. }) => {
            return Err(Error::fault("/into", "faults.there_no_such_volume"));
        }
        found => found?,
    };
    if into.id == id {
        return Err(Error::fault("/into", "faults.merge_into_another"));
    }
    // A confirmed map was drawn for this book's columns; under another volume its pages would seem
    // to have been read by a map they never saw.
    refuse_where_mapped(archive, id).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Volume, id, merger.seen).await?;
    let batches: Vec<String> =
        sqlx::query_scalar("SELECT id FROM batches WHERE volume_id = $1 ORDER BY id")
            .bind(id)
            .fetch_all(&mut *tx)
            .await?;
    move_batches(&mut tx, &batches, (id, &into.id)).await?;
    let details = json!({ "from": before.code, "into": into.code, "batches": batches.len() });
    let merged = HoldingKind::Volume.act(id, Action::HoldingMerged, &merger.reason, details);
    holding::merge(&mut tx, merged, &into.id).await?;
    tx.commit().await?;
    volume(archive, caller, id).await
}

async fn refuse_where_mapped(archive: &Archive, id: &str) -> Result<()> {
    let mapped = sqlx::query("SELECT 1 FROM column_maps WHERE volume_id = $1 LIMIT 1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    match mapped {
        None => Ok(()),
        Some(_) => Err(Error::refuse("errors.volume_has_map")),
    }
}

/// Lets batches hang from another volume, and their pages with them: from the one document of the old volume to that
/// of the new one. Pages that a person has put elsewhere stay there.
async fn move_batches(tx: &mut Tx, batches: &[String], (from, to): (&str, &str)) -> Result<()> {
    for batch in batches {
        sqlx::query("UPDATE batches SET volume_id = $1 WHERE id = $2")
            .bind(to)
            .bind(batch)
            .execute(&mut **tx)
            .await?;
    }
    store::stand_for(tx, to).await?;
    for batch in batches {
        sqlx::query(
            "UPDATE document_pages SET document_id = $1 WHERE document_id = $2 AND page_id IN
                (SELECT p.id FROM pages p JOIN scans s ON s.id = p.scan_id WHERE s.batch_id = $3)",
        )
        .bind(to)
        .bind(from)
        .bind(batch)
        .execute(&mut **tx)
        .await?;
    }
    // The old document may be gone and the new one just made; only what is there is told to the
    // vault.
    for document in [from, to] {
        let there = sqlx::query("SELECT 1 FROM documents WHERE id = $1")
            .bind(document)
            .fetch_optional(&mut **tx)
            .await?;
        if there.is_some() {
            let details = json!({ "volume": [from, to], "batches": batches });
            holding::follow(tx, HoldingKind::Document, document, "", details).await?;
        }
    }
    Ok(())
}

/// Splits a volume: some of its batches become a new one; gives that one. Its pages wait for a column map of its own.
///
/// # Errors
/// `Invalid` without a reason or batches, or for a batch of another volume; as [`make_volume`]; `Refused`.
pub async fn split_volume(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    split: &VolumeSplit,
) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&split.reason)?;
    let before = volume(archive, caller, id).await?;
    if split.volume.fonds != before.fonds {
        return Err(Error::fault("/volume/fonds", "faults.moved_by_a_move"));
    }
    // Asked here already, because making the new volume is a transaction of its own and cannot be
    // undone by the next.
    if before.version != split.seen {
        return Err(Error::refuse("errors.stale"));
    }
    refuse_where_mapped(archive, id).await?;
    let mut batches = Vec::new();
    for name in &split.batches {
        let batch: Option<String> =
            sqlx::query_scalar("SELECT id FROM batches WHERE name = $1 AND volume_id = $2")
                .bind(name)
                .bind(id)
                .fetch_optional(archive.catalogue.pool())
                .await?;
        let batch =
            batch.ok_or_else(|| Error::fault("/batches", "faults.batch_of_another_volume"))?;
        batches.push(batch);
    }
    if batches.is_empty() {
        return Err(Error::fault("/batches", "faults.choose_batches"));
    }
    // The new volume first: if its description is refused, nothing has moved yet.
    let made = make_volume(archive, caller, &split.volume).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Volume, id, split.seen).await?;
    move_batches(&mut tx, &batches, (id, &made.id)).await?;
    let details = json!({ "from": before.code, "into": made.code, "batches": batches.len() });
    let split = HoldingKind::Volume.act(id, Action::HoldingSplit, &split.reason, details);
    holding::trace_both(&mut tx, split, &made.id).await?;
    tx.commit().await?;
    volume(archive, caller, &made.id).await
}
