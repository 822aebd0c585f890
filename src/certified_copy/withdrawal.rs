//! Withdrawal of an issued copy by the office.

use serde_json::json;

use super::{CopyRow, not_issued, preservation, register, register_line};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::changed_one;
use crate::error::{Error, Result};
use crate::notify::Event;

/// Withdraws an issued copy (hủy bản sao) with a reason that whoever checks it will read. The sealed
/// file stays in the vault.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it was never issued or is withdrawn already.
pub async fn withdraw(
    archive: &Archive,
    caller: &Caller,
    copy_id: &str,
    reason: &str,
) -> Result<CopyRow> {
    require(caller, Act::ReleaseCopies)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Error::fault("/reason", "faults.reason_of_at_most"));
    }
    let copy = register::row(archive, copy_id).await?;
    let mut tx = archive.begin(caller).await?;
    let moved = sqlx::query(
        // Only an issued line that stands: withdrawing twice would overwrite the first reason.
        "UPDATE copies SET withdrawn_at = $1, withdrawn_by = $2, withdrawal = $3
         WHERE id = $4 AND state = 'issued' AND withdrawn_at IS NULL",
    )
    .bind(tx.now())
    .bind(&caller.id)
    .bind(reason)
    .bind(copy_id);
    if !changed_one(&mut tx, moved).await? {
        return Err(not_issued());
    }
    preservation::enqueue(&mut tx, copy_id).await?;
    // The holder is told in the same transaction, since the paper in their hand has just lost its
    // worth.
    register_line::notify_holder(&mut tx, &copy, Event::Withdrawn).await?;
    tx.log(Action::CopyWithdrawn, ("copy", copy_id), json!({}))
        .await?;
    tx.commit().await?;
    register::row(archive, copy_id).await
}
