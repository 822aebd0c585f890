//! What happens to a request besides the decision on it: the one extension of its term, the archivist's search, its
//! withdrawal, its end when the applicant does not answer.

use jiff::Timestamp;
use serde_json::json;

use super::archive_search::close_searches;
use super::deadlines::extended_due;
use super::{RequestState, ensure_moved, ensure_one_row, id_by_code, inbox, messages};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::messages::{Lang, text};
use crate::notify::Event;

/// Extends the term once, by what the procedure allows, and tells the applicant why in writing.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it was extended before, is settled, or its procedure
/// knows no extension; `NotFound`, `Forbidden`.
pub async fn extend(archive: &Archive, caller: &Caller, id: &str, reason: &str) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let later = extended_due(archive, id).await?;
    let mut tx = archive.begin(caller).await?;
    extend_in(&mut tx, id, later, reason).await?;
    tx.commit().await
}

/// As [`extend`], inside a transaction of the caller's.
pub(super) async fn extend_in(
    tx: &mut Tx,
    id: &str,
    later: Option<Timestamp>,
    reason: &str,
) -> Result<()> {
    let later = later.ok_or_else(|| Error::refuse("errors.no_extension"))?;
    let moved = sqlx::query(
        // Once, and only while the term runs: a waiting request has none that could be extended.
        "UPDATE copy_requests SET due_at = $1, extended_at = $2
         WHERE id = $3 AND extended_at IS NULL AND settled_at IS NULL AND state <> 'waiting'",
    )
    .bind(stamp(later))
    .bind(tx.now())
    .bind(id)
    .execute(&mut **tx)
    .await?;
    ensure_one_row(moved.rows_affected())?;
    messages::add(tx, id, "office", messages::checked(reason)?).await?;
    tx.log(Action::RequestExtended, ("request", id), json!({}))
        .await?;
    tx.notify(id, Event::Extended).await
}

/// Hands a newly received request to the archivist's search: extended where that is still possible, and
/// the applicant told in any case.
pub(crate) async fn begin_search(tx: &mut Tx, id: &str, later: Option<Timestamp>) -> Result<()> {
    ensure_moved(Move::to(RequestState::Searching).run(tx, id).await?)?;
    let extended: Option<String> =
        sqlx::query_scalar("SELECT extended_at FROM copy_requests WHERE id = $1")
            .bind(id)
            .fetch_one(&mut **tx)
            .await?;
    let told = text(Lang::Vi, "printed.note.being_searched");
    // The extension is used silently where it is still there, because a search takes longer than
    // the term.
    if later.is_some() && extended.is_none() {
        return extend_in(tx, id, later, told).await;
    }
    messages::add(tx, id, "office", told).await?;
    tx.notify(id, Event::Message).await
}

/// The search is over: the clerk's again, to confirm or to refuse.
pub(crate) async fn end_search(tx: &mut Tx, id: &str) -> Result<()> {
    let back = Move::to(RequestState::Received).from(&[RequestState::Searching]);
    // The clerk may have confirmed it meanwhile, so a state that does not allow the move is no
    // mistake.
    back.run(tx, id).await?; // or it was confirmed or ended meanwhile
    tx.keep_request(id).await
}

/// The applicant takes the request back, under the tracking code, while no copy is being made.
///
/// # Errors
/// `NotFound` code; `Refused` when it is too late.
pub async fn withdraw(archive: &Archive, code: &str) -> Result<()> {
    let id = id_by_code(archive, code).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    let withdrawn = Move::to(RequestState::Withdrawn)
        .set("settled_at", tx.now())
        .clear(&["waits_until"]);
    ensure_moved(withdrawn.run(&mut tx, &id).await?)?;
    // An archivist would otherwise go on looking for somebody who no longer asks.
    close_searches(&mut tx, &id).await?;
    tx.log(Action::RequestWithdrawn, ("request", &id), json!({}))
        .await?;
    tx.notify(&id, Event::Withdrawn).await?;
    tx.commit().await
}

/// The verb behind the job `sweep_requests`: requests whose applicant did not answer in time end, and papers that never
/// came to belong to a request go.
///
/// # Errors
/// As any statement.
pub async fn sweep(archive: &Archive, job: &Leased) -> Result<()> {
    inbox::sweep(archive).await?;
    let now = stamp(archive.clock.now());
    let mut tx = archive.begin_as_machine().await?;
    let late: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM copy_requests WHERE state = 'waiting' AND waits_until < $1 ORDER BY id",
    )
    .bind(&now)
    .fetch_all(&mut *tx)
    .await?;
    for id in &late {
        let expired = Move::to(RequestState::Expired).set("settled_at", &now);
        // The answer may have come between the query and here; it counts.
        if !expired.run(&mut tx, id).await? {
            continue; // answered at the same moment
        }
        tx.log(Action::RequestExpired, ("request", id), json!({}))
            .await?;
        tx.notify(id, Event::Expired).await?;
    }
    tx.complete_and_commit(job).await
}
