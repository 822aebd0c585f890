//! What is done to a volume: closed or moved, its documents with it. It is merged and split with its documents.

use serde_json::json;

use super::super::series::{code_taken_there, refuse_unless_open};
use super::super::{Closing, Relocation};
use super::{Volume, volume};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::holding::{self, HoldingKind, check_reason};

/// Closes a volume: no page comes to it any more.
///
/// # Errors
/// `NotFound`, `Refused` when it is closed or another description came in between, `Forbidden`.
pub async fn close_volume(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    closing: &Closing,
) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    let before = volume(archive, caller, id).await?;
    refuse_unless_open(before.state)?;
    let mut tx = archive.begin(caller).await?;
    let details = json!({ "pages": before.counted.pages });
    let closed = HoldingKind::Volume.act(id, Action::HoldingClosed, &closing.reason, details);
    holding::close(&mut tx, closed, closing.seen).await?;
    tx.commit().await?;
    volume(archive, caller, id).await
}

/// Moves a volume to another fonds; its code stays.
///
/// # Errors
/// `Invalid` without a reason or for a code taken there, `NotFound`, `Refused`, `Forbidden`.
pub async fn move_volume(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    to: &Relocation,
) -> Result<Volume> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&to.reason)?;
    if to.series.is_some() {
        return Err(Error::fault("/series", "faults.volumes_have_no_series"));
    }
    let before = volume(archive, caller, id).await?;
    let target = to.target(archive, caller, &before.fonds).await?;
    if target.code == before.fonds {
        return Err(Error::fault("/fonds", "faults.there_already"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Volume, id, to.seen).await?;
    sqlx::query("UPDATE register_volumes SET fonds_id = $1 WHERE id = $2")
        .bind(&target.id)
        .bind(id)
        .execute(&mut *tx)
        .await
        .map_err(code_taken_there)?;
    let documents: Vec<String> =
        sqlx::query_scalar("UPDATE documents SET fonds_id = $1 WHERE volume_id = $2 RETURNING id")
            .bind(&target.id)
            .bind(id)
            .fetch_all(&mut *tx)
            .await?;
    let details = json!({ "fonds": [before.fonds, target.code] });
    for document in &documents {
        let (kind, details) = (HoldingKind::Document, details.clone());
        holding::follow(&mut tx, kind, document, &to.reason, details).await?;
    }
    let moved = HoldingKind::Volume.act(id, Action::HoldingMoved, &to.reason, details);
    holding::trace(&mut tx, moved).await?;
    tx.commit().await?;
    volume(archive, caller, id).await
}
