//! What the office decides: a clerk confirms or refuses, somebody else releases.

use std::collections::BTreeMap;

use serde_json::json;

use super::archive_search::close_searches;
use super::dismissal;
use super::payment::Payment;
use super::standing::ensure_shown;
use super::{RequestState, Sought, ensure_moved};
use crate::access::{Act, Caller, require, require_any, require_fresh};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, Move, Tx, lock_in};
use crate::certified_copy::{self, Issue};
use crate::error::{Error, Result};
use crate::notify::Event;
use crate::seen::{self, Seen};

/// A clerk confirms which approved record is meant, as they saw it.
///
/// # Errors
/// `Refused` when the record is not approved or no longer what was seen (`changed_since`), when it is a diploma whose row in the
/// register is approved (`register_row_first`), when a standing that needs
/// papers has none (`standing_not_shown`), or the request is past this step.
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
    ensure_shown(&mut tx, id).await?;
    // The record too is locked, so that what the clerk saw is what is written down as confirmed.
    let stands = seen::hold(&mut tx, record_id, archive.clock.now()).await?;
    seen::refuse_changed(archive, &mut tx, record_id, saw, &stands).await?;
    certified_copy::refuse_beside_register(archive, &mut tx, record_id).await?;
    let confirmed = Move::to(RequestState::Confirmed)
        .from(&[
            RequestState::Received,
            // Confirming again is allowed, since a clerk may have named the wrong record.
            RequestState::Searching,
            RequestState::Confirmed,
        ])
        .set("record_id", record_id)
        .set("confirmed_by", &caller.id)
        .set("confirmed_at", tx.now())
        .set("record_version", stands.record_version)
        .set("record_digest", &stands.record_digest);
    ensure_moved(confirmed.run(&mut tx, id).await?)?;
    // What was searched for is found; the archivist need not go on.
    close_searches(&mut tx, id).await?;
    dismissal::withdraw(&mut tx, id, record_id).await?;
    tx.log(
        Action::CopyConfirmed,
        ("request", id),
        json!({ "record": record_id, "version": stands.record_version,
        "content": stands.record_digest }),
    )
    .await?;
    tx.notify(id, Event::Confirmed).await?;
    tx.commit().await
}

/// Refuses a request with a reason that the applicant will read.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it is past this step.
pub async fn refuse(archive: &Archive, caller: &Caller, id: &str, reason: &str) -> Result<()> {
    // Either right suffices: a refusal may come from the desk or from the approver.
    require_any(caller, &[Act::ConfirmCopies, Act::ReleaseCopies])?;
    if reason.trim().is_empty() {
        return Err(Error::fault("/reason", "faults.reason_needed"));
    }
    let mut tx = archive.begin(caller).await?;
    let refused = Move::to(RequestState::Refused)
        .from(&[
            RequestState::Received,
            RequestState::Waiting,
            RequestState::Searching,
            RequestState::Confirmed,
        ])
        .set("refusal", reason.trim())
        .set("settled_at", tx.now());
    ensure_moved(refused.run(&mut tx, id).await?)?;
    close_searches(&mut tx, id).await?;
    tx.log(Action::CopyRefused, ("request", id), json!({}))
        .await?;
    tx.notify(id, Event::Refused).await?;
    tx.commit().await
}

/// What a clerk confirmed.
#[derive(sqlx::FromRow)]
struct Confirmed {
    confirmed_by: Option<String>,
    payment: Payment,
    record_id: Option<String>,
    #[sqlx(try_from = "JsonText")]
    wanted: Sought,
    record_version: Option<i64>,
    record_digest: Option<String>,
}

/// An approver, not the clerk who confirmed, releases the copies asked for: each takes a number of its
/// own in the issue book and is sealed within moments. `saw` is what the approver was shown. A record that
/// has changed since the clerk confirmed it sends the request back to be confirmed again. Returns the copies'
/// ids.
///
/// # Errors
/// `Refused` with code `changed_since`, `standing_not_shown`, `unpaid` or `wrong_state`, or as [`certified_copy::issue_now`].
pub async fn release(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    saw: &Seen,
) -> Result<Vec<String>> {
    require(caller, Act::ReleaseCopies)?;
    require_fresh(caller)?;
    let named: Option<Option<String>> =
        sqlx::query_scalar("SELECT record_id FROM copy_requests WHERE id = $1")
            .bind(id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    if let Some(record) = named.flatten() {
        // Asked before numbers are taken, and again before each seal is set.
        crate::preservation::refuse_other_than_kept(archive, &record).await?;
    }
    let mut tx = archive.begin(caller).await?;
    // Locked before it is read: of two approvers at the same moment the second finds it released.
    ensure_moved(lock_in(&mut tx, id, &[RequestState::Confirmed]).await?)?;
    let confirmed: Confirmed = sqlx::query_as("SELECT * FROM copy_requests WHERE id = $1")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    // Asked again of what was confirmed before anybody asked for it.
    ensure_shown(&mut tx, id).await?;
    // By the rules of the province the fee comes before the copy.
    if confirmed.payment == Payment::Unpaid {
        return Err(Error::refuse("errors.unpaid"));
    }
    let record = &confirmed.record_id.ok_or_else(super::wrong_state)?;
    let stands = seen::hold(&mut tx, record, archive.clock.now()).await?;
    // The version may be newer where somebody only approved the same once more.
    if confirmed.record_digest.as_ref() != Some(&stands.record_digest) {
        let then = Seen {
            record_version: confirmed.record_version.unwrap_or(0),
            record_digest: confirmed.record_digest.unwrap_or_default(),
        };
        let why = seen::changed_since(archive, &mut tx, record, &then, &stands).await?;
        // The request goes back by itself: nobody would find out otherwise why it cannot be
        // released.
        confirm_again(tx, id, record).await?;
        return Err(why);
    }
    ensure_moved(Move::to(RequestState::Released).run(&mut tx, id).await?)?;
    let issue = Issue {
        request_id: Some(id),
        confirmed_by: confirmed.confirmed_by.as_deref(),
        seen: Some(saw),
        ..Issue::of(record)
    };
    let mut copies = Vec::new();
    // One line for each copy asked for, in one transaction: a request is never released in part.
    for _ in 0..confirmed.wanted.number_of_copies() {
        copies.push(certified_copy::open(archive, &mut tx, caller, &issue).await?);
    }
    tx.commit().await?;
    Ok(copies)
}

/// Sends a request back to be confirmed, because what was confirmed is no longer what the record says.
async fn confirm_again(mut tx: Tx, id: &str, record: &str) -> Result<()> {
    let back = Move::to(RequestState::Received)
        .clear(&["record_id", "record_version", "record_digest"])
        .clear(&["confirmed_by", "confirmed_at"]);
    ensure_moved(back.run(&mut tx, id).await?)?;
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
    /// Id of the request decided on.
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
    require_fresh(caller)?;
    certified_copy::few_enough("/requests", ids.len())?;
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        // Releasing in bulk needs proof of what was shown for each request, not a tick at the head
        // of a list.
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
