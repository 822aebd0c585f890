//! What befalls a copy after it was issued: withdrawal by the office, a term its holder sets on the
//! code, and corrections of the register coming into force.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{CopyRow, book, kept_line, not_issued, tidy};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::{parse_stamp, stamp};
use crate::correction::{self, Correction};
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::notify::{self, Event};
use crate::record;

/// How long ago "now" may have been: forms take a moment, and portals' clocks differ.
const SLACK: SignedDuration = SignedDuration::from_mins(5);
/// The furthest term of a code.
const LONGEST_TERM: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

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
    let copy = book::row(archive, copy_id).await?;
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copies SET withdrawn_at = $1, withdrawn_by = $2, withdrawal = $3
         WHERE id = $4 AND state = 'issued' AND withdrawn_at IS NULL",
    )
    .bind(stamp(archive.clock.now()))
    .bind(&caller.id)
    .bind(reason)
    .bind(copy_id)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(not_issued());
    }
    kept_line::enqueue(archive, &mut tx, copy_id).await?;
    tell_holder(archive, &mut tx, &copy, Event::Withdrawn).await?;
    book::log(
        archive,
        &mut tx,
        &caller.id,
        copy_id,
        Deed::CopyWithdrawn,
        json!({}),
    )
    .await?;
    tx.commit().await?;
    book::row(archive, copy_id).await
}

/// The lines of the issued copies behind a tracking code, in the order of their numbers; only that with
/// `number` (such as `12/2026`) where one is given.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn by_tracking_code(
    archive: &Archive,
    tracking_code: &str,
    number: Option<&str>,
) -> Result<Vec<CopyRow>> {
    let rows = sqlx::query(
        "SELECT c.* FROM copies c JOIN copy_requests q ON q.id = c.request_id
         WHERE q.code = $1 AND c.state = 'issued' ORDER BY c.year, c.number",
    )
    .bind(tidy(tracking_code))
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut copies: Vec<CopyRow> = rows.iter().map(book::row_of).collect::<Result<_>>()?;
    copies.retain(|copy| number.is_none_or(|number| copy.book_number() == number.trim()));
    match copies.is_empty() {
        true => Err(Error::NotFound { what: "copy" }),
        false => Ok(copies),
    }
}

/// The holder, known by the tracking code, lets the verification code of the copy with that number in
/// the issue book (of all their copies without one) answer only before `until`, or without end. Returns
/// what the lines then say.
///
/// # Errors
/// `NotFound` for a tracking code that leads to no such copy; `Invalid` for an instant past or too far.
pub async fn set_code_until(
    archive: &Archive,
    tracking_code: &str,
    number: Option<&str>,
    until: Option<Timestamp>,
) -> Result<Vec<CopyRow>> {
    let now = archive.clock.now();
    if until.is_some_and(|until| until < now - SLACK || until > now + LONGEST_TERM) {
        return Err(Error::fault("/until", "faults.term_ends_between_now"));
    }
    let mut copies = by_tracking_code(archive, tracking_code, number).await?;
    let mut tx = archive.catalogue.begin().await?;
    for copy in &mut copies {
        copy.code_until = until.map(stamp);
        sqlx::query("UPDATE copies SET code_until = $1 WHERE id = $2")
            .bind(&copy.code_until)
            .bind(&copy.id)
            .execute(&mut *tx)
            .await?;
        kept_line::enqueue(archive, &mut tx, &copy.id).await?;
        let details = json!({ "until": copy.code_until });
        book::log(
            archive,
            &mut tx,
            "public",
            &copy.id,
            Deed::CopyCodeSet,
            details,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(copies)
}

/// The verb behind the job `take_effect`, due on the first day a correction is in force: the record is
/// published with the new values, and every copy that says otherwise is named in the log.
///
/// # Errors
/// A passing fault puts the job back.
pub(crate) async fn take_effect(archive: &Archive, job: &Leased) -> Result<()> {
    let entry = correction::taking_effect(archive, &job.subject).await?;
    let at = stamp(archive.clock.now());
    let published = record::published(archive, &entry.record_id).await?;
    let scan = record::load(archive, &entry.record_id).await?.scan_id;
    let mut tx = archive.catalogue.begin().await?;
    if let Some((version, _)) = published.filter(|_| came_later(&entry)) {
        record::publish(&mut tx, &entry.record_id, version, &at).await?;
        record::enqueue_keeping(archive, &mut tx, &scan).await?;
    }
    for copy in outdated(&mut tx, &entry).await? {
        let details = json!({ "correction": entry.id });
        book::log(
            archive,
            &mut tx,
            "machine",
            &copy.id,
            Deed::CopySuperseded,
            details,
        )
        .await?;
        tell_holder(archive, &mut tx, &copy, Event::Superseded).await?;
    }
    let subject = Subject {
        kind: "correction",
        id: &entry.id,
    };
    let deed = Deed::CorrectionInForce;
    audit::append(
        &mut tx,
        &*archive.clock,
        "machine",
        deed,
        subject,
        json!({}),
    )
    .await?;
    book::finish(archive, tx, Some(job)).await
}

/// True when the approval came before the first day in force, so that what was published then did not
/// show the new values yet.
fn came_later(entry: &Correction) -> bool {
    let approved = entry.decided_at.as_deref().and_then(parse_stamp);
    approved.is_some_and(|at| correction::day_of(at) < entry.effective_from)
}

/// Copies that stand, made before the entry was in force.
async fn outdated(tx: &mut Tx, entry: &Correction) -> Result<Vec<CopyRow>> {
    let rows = sqlx::query(
        "SELECT * FROM copies
         WHERE record_id = $1 AND state = 'issued' AND withdrawn_at IS NULL ORDER BY number",
    )
    .bind(&entry.record_id)
    .fetch_all(&mut **tx)
    .await?;
    let copies: Vec<CopyRow> = rows.iter().map(book::row_of).collect::<Result<_>>()?;
    let knew = |copy: &CopyRow| {
        let day = parse_stamp(&copy.issued_at).map(correction::day_of);
        entry
            .record_version
            .is_some_and(|made| made <= copy.record_version)
            && day.is_some_and(|day| entry.effective_from <= day)
    };
    Ok(copies.into_iter().filter(|copy| !knew(copy)).collect())
}

/// Writes the event to the outbox of whoever asked for the copy, if somebody did.
async fn tell_holder(archive: &Archive, tx: &mut Tx, copy: &CopyRow, event: Event) -> Result<()> {
    match &copy.request_id {
        Some(request) => notify::event(tx, &*archive.clock, request, event).await,
        None => Ok(()),
    }
}
