//! What the office decides: a clerk confirms or refuses, somebody else releases.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::Row;

use super::dismissing;
use super::lifecycle::close_searches;
use super::paying::Payment;
use super::{Sought, ensure_one_row};
use crate::access::{Act, Caller, require, require_any};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::certified_copy::{self, Issue};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::notify::Event;
use crate::seen::{self, Seen};

/// A clerk confirms which approved record is meant, as they saw it.
///
/// # Errors
/// `Refused` when the record is not approved or no longer what was seen (`changed_since`), or the request is
/// past this step.
pub async fn confirm(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    record_id: &str,
    saw: &Seen,
) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    crate::record::load(archive, record_id).await?;
    let mut tx = archive.begin(caller).await?;
    let stands = seen::hold(&mut tx, record_id, archive.clock.now()).await?;
    seen::refuse_changed(archive, &mut tx, record_id, saw, &stands).await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'confirmed', record_id = $1, confirmed_by = $2,
            confirmed_at = $3, record_version = $4, record_digest = $5
         WHERE id = $6 AND state IN ('received', 'searching', 'confirmed')",
    )
    .bind(record_id)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .bind(stands.record_version)
    .bind(&stands.record_digest)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    ensure_one_row(moved.rows_affected())?;
    close_searches(&mut tx, id).await?;
    dismissing::take_back(&mut tx, id, record_id).await?;
    tx.log(
        Action::CopyConfirmed,
        ("request", id),
        json!({ "record": record_id, "version": stands.record_version,
        "content": stands.record_digest }),
    )
    .await?;
    tx.notify(id, Event::Confirmed).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a request with a reason that the applicant will read.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it is past this step.
pub async fn refuse(archive: &Archive, caller: &Caller, id: &str, reason: &str) -> Result<()> {
    require_any(caller, &[Act::ConfirmCopies, Act::ReleaseCopies])?;
    if reason.trim().is_empty() {
        return Err(Error::fault("/reason", "faults.reason_needed"));
    }
    let mut tx = archive.begin(caller).await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'refused', refusal = $1, settled_at = $2
         WHERE id = $3 AND state IN ('received', 'waiting', 'searching', 'confirmed')",
    )
    .bind(reason.trim())
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut *tx)
    .await?;
    ensure_one_row(moved.rows_affected())?;
    close_searches(&mut tx, id).await?;
    tx.log(Action::CopyRefused, ("request", id), json!({}))
        .await?;
    tx.notify(id, Event::Refused).await?;
    tx.commit().await?;
    Ok(())
}

/// An approver, not the clerk who confirmed, releases the copies asked for: each takes a number of its
/// own in the issue book and is sealed within moments. `saw` is what the approver was shown. A record that
/// has changed since the clerk confirmed it sends the request back to be confirmed again. Returns the copies'
/// ids.
///
/// # Errors
/// `Refused` with code `changed_since`, `unpaid` or `wrong_state`, or as [`certified_copy::issue_now`].
pub async fn release(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    saw: &Seen,
) -> Result<Vec<String>> {
    require(caller, Act::ReleaseCopies)?;
    let mut tx = archive.begin(caller).await?;
    let row = sqlx::query(
        "UPDATE copy_requests SET state = 'released' WHERE id = $1 AND state = 'confirmed'
         RETURNING record_id, confirmed_by, payment, wanted, record_version, record_digest",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or_else(super::wrong_state)?;
    let clerk: Option<String> = row.try_get("confirmed_by")?;
    if row.try_get::<String, _>("payment")? == Payment::Unpaid.as_str() {
        return Err(Error::refuse("errors.unpaid"));
    }
    let record: String = row.try_get("record_id")?;
    let wanted: Sought = serde_json::from_str(&row.try_get::<String, _>("wanted")?)?;
    let stands = seen::hold(&mut tx, &record, archive.clock.now()).await?;
    let digest: Option<String> = row.try_get("record_digest")?;
    // The version may be newer where somebody only approved the same once more.
    if digest.as_ref() != Some(&stands.record_digest) {
        let confirmed = Seen {
            record_version: row
                .try_get::<Option<i64>, _>("record_version")?
                .unwrap_or(0),
            record_digest: digest.unwrap_or_default(),
        };
        let why = seen::changed_since(archive, &mut tx, &record, &confirmed, &stands).await?;
        confirm_again(tx, id, &record).await?;
        return Err(why);
    }
    let wish = Issue {
        request_id: Some(id),
        confirmed_by: clerk.as_deref(),
        seen: Some(saw),
        ..Issue::of(&record)
    };
    let mut copies = Vec::new();
    for _ in 0..wanted.number_of_copies() {
        copies.push(certified_copy::open(archive, &mut tx, caller, &wish).await?);
    }
    tx.commit().await?;
    Ok(copies)
}

/// Sends a request back to be confirmed, because what was confirmed is no longer what the record says.
async fn confirm_again(mut tx: Tx, id: &str, record: &str) -> Result<()> {
    sqlx::query(
        "UPDATE copy_requests SET state = 'received', record_id = NULL, confirmed_by = NULL,
            confirmed_at = NULL, record_version = NULL, record_digest = NULL WHERE id = $1",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    tx.log(
        Action::ConfirmationLapsed,
        ("request", id),
        json!({ "record": record }),
    )
    .await?;
    tx.notify(id, Event::Received).await?;
    tx.commit().await
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
/// no other. `seen` has what the approver was shown, by request.
///
/// # Errors
/// `Invalid` for none or more than 500; `Forbidden`.
pub async fn release_many(
    archive: &Archive,
    caller: &Caller,
    ids: &[String],
    seen: &BTreeMap<String, Seen>,
) -> Result<Vec<Release>> {
    require(caller, Act::ReleaseCopies)?;
    certified_copy::few_enough("/requests", ids.len())?;
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let outcome = match seen.get(id) {
            Some(saw) => release(archive, caller, id, saw).await,
            None => Err(unseen()),
        };
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

/// The refusal to release what nobody was shown.
fn unseen() -> Error {
    Error::fault("/seen", "faults.version_and_digest")
}
