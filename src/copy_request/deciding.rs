//! What the office decides: a clerk confirms or refuses, somebody else releases.

use serde_json::json;
use sqlx::Row;

use super::Sought;
use super::dismissing;
use super::lifecycle::close_searches;
use super::paying::Payment;
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
            confirmed_at = $3
         WHERE id = $4 AND state IN ('received', 'searching', 'confirmed')",
    )
    .bind(record_id)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    close_searches(&mut tx, id).await?;
    dismissing::take_back(&mut tx, id, record_id).await?;
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
         WHERE id = $3 AND state IN ('received', 'waiting', 'searching', 'confirmed')",
    )
    .bind(reason.trim())
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    close_searches(&mut tx, id).await?;
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

/// An approver, not the clerk who confirmed, releases the copies asked for: each takes a number of its
/// own in the issue book and is sealed within moments. Returns their ids.
///
/// # Errors
/// `Refused` with code `same_person`, `unpaid` or `wrong_state`.
pub async fn release(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<String>> {
    require(caller, Act::ReleaseCopies)?;
    let mut tx = archive.catalogue.begin().await?;
    let row = sqlx::query(
        "UPDATE copy_requests SET state = 'released' WHERE id = $1 AND state = 'confirmed'
         RETURNING record_id, confirmed_by, payment, wanted",
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
    if row.try_get::<String, _>("payment")? == Payment::Unpaid.as_str() {
        return Err(Error::refused(
            "unpaid",
            "Lệ phí của đơn này chưa nộp.",
            "The fee of this request is not paid yet.",
        ));
    }
    let record: String = row.try_get("record_id")?;
    let wanted: Sought = serde_json::from_str(&row.try_get::<String, _>("wanted")?)?;
    let wish = Issue {
        request_id: Some(id),
        ..Issue::of(&record)
    };
    let mut copies = Vec::new();
    for _ in 0..wanted.number_of_copies() {
        copies.push(certified_copy::open(archive, &mut tx, caller, &wish).await?);
    }
    tx.commit().await?;
    Ok(copies)
}

/// What became of one request of many.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Release {
    /// The request.
    pub request_id: String,
    /// The copies being made; none when it was not released.
    pub copy_ids: Vec<String>,
    /// Stable word of what stood in the way.
    pub fault: Option<&'static str>,
    /// The same in Vietnamese.
    pub fault_vi: Option<String>,
    /// The same in English.
    pub fault_en: Option<String>,
}

/// Releases many requests in one act; each stands for itself, and one that cannot be released harms
/// no other.
///
/// # Errors
/// `Invalid` for none or more than 500; `Forbidden`.
pub async fn release_many(
    archive: &Archive,
    caller: &Caller,
    ids: &[String],
) -> Result<Vec<Release>> {
    require(caller, Act::ReleaseCopies)?;
    certified_copy::few_enough("/requests", ids.len())?;
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let outcome = release(archive, caller, id).await;
        let error = outcome.as_ref().err();
        outcomes.push(Release {
            request_id: id.clone(),
            fault: error.map(Error::code),
            fault_vi: error.map(Error::vi),
            fault_en: error.map(Error::en),
            copy_ids: outcome.unwrap_or_default(),
        });
    }
    Ok(outcomes)
}

pub(super) fn one_moved(rows: u64) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(wrong_state())
    }
}

pub(super) fn wrong_state() -> Error {
    Error::refused(
        "wrong_state",
        "Yêu cầu này đã qua bước đó rồi, hoặc chưa tới.",
        "This request is already past that step, or not there yet.",
    )
}
