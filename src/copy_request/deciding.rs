//! What the office decides: a clerk confirms or refuses, somebody else releases.

use serde_json::json;
use sqlx::Row;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::certified_copy::{self, Issue};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::notify::{self, Event};

/// A clerk confirms which approved record is meant.
///
/// # Errors
/// `Refused` when the record is not approved or the request is past this step.
pub async fn confirm(archive: &Archive, caller: &Caller, id: &str, record_id: &str) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let record = crate::record::load(archive, record_id).await?;
    if record.state != "approved" {
        return Err(crate::record::not_approved());
    }
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'confirmed', record_id = $1, confirmed_by = $2,
            confirmed_at = $3 WHERE id = $4 AND state IN ('received', 'confirmed')",
    )
    .bind(record_id)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    let subject = Subject {
        kind: "request",
        id,
    };
    let details = json!({ "record": record_id });
    let deed = Deed::CopyConfirmed;
    audit::append(&mut tx, &*archive.clock, &caller.id, deed, subject, details).await?;
    notify::event(&mut tx, &*archive.clock, id, Event::Confirmed).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a request with a reason that the applicant will read.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it is past this step.
pub async fn refuse(archive: &Archive, caller: &Caller, id: &str, reason: &str) -> Result<()> {
    if require(caller, Act::ConfirmCopies).is_err() {
        require(caller, Act::ReleaseCopies)?;
    }
    if reason.trim().is_empty() {
        return Err(Error::invalid(
            "/reason",
            "Hãy ghi lý do từ chối.",
            "A reason is needed.",
        ));
    }
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'refused', refusal = $1, settled_at = $2
         WHERE id = $3 AND state IN ('received', 'confirmed')",
    )
    .bind(reason.trim())
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    let subject = Subject {
        kind: "request",
        id,
    };
    let deed = Deed::CopyRefused;
    audit::append(
        &mut tx,
        &*archive.clock,
        &caller.id,
        deed,
        subject,
        json!({}),
    )
    .await?;
    notify::event(&mut tx, &*archive.clock, id, Event::Refused).await?;
    tx.commit().await?;
    Ok(())
}

/// An approver, not the clerk who confirmed, releases the copy: it takes its number in the issue book
/// and is sealed within moments.
///
/// # Errors
/// `Refused` with code `same_person` or `wrong_state`.
pub async fn release(archive: &Archive, caller: &Caller, id: &str) -> Result<String> {
    require(caller, Act::ReleaseCopies)?;
    let mut tx = archive.catalogue.begin().await?;
    let row = sqlx::query(
        "UPDATE copy_requests SET state = 'released' WHERE id = $1 AND state = 'confirmed'
         RETURNING record_id, confirmed_by",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or_else(wrong_state)?;
    let clerk: Option<String> = row.try_get("confirmed_by")?;
    if clerk.as_deref() == Some(caller.id.as_str()) {
        return Err(Error::refused(
            "same_person",
            "Người xác nhận và người ký phải là hai người khác nhau.",
            "The one who confirms and the one who releases must be two people.",
        ));
    }
    let record: String = row.try_get("record_id")?;
    let copy = certified_copy::open(
        archive,
        &mut tx,
        caller,
        &Issue {
            request_id: Some(id),
            ..Issue::of(&record)
        },
    )
    .await?;
    tx.commit().await?;
    Ok(copy)
}

fn one_moved(rows: u64) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(wrong_state())
    }
}

fn wrong_state() -> Error {
    Error::refused(
        "wrong_state",
        "Yêu cầu này đã qua bước đó rồi, hoặc chưa tới.",
        "This request is already past that step, or not there yet.",
    )
}
