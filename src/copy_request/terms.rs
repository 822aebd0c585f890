//! The legal clock of a request: its term, the one extension, the wait for the applicant and its end,
//! and what is late or about to be.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sqlx::Row;

use super::deciding::one_moved;
use super::following::id_behind;
use super::listing::view_of;
use super::{RequestView, talking};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::{parse_stamp, stamp, vietnam};
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, Leased, PRIORITY_UPKEEP};
use crate::law::{self, Procedure};
use crate::notify::{self, Event};

/// How long before its term a request is about to be late: a clerk can still settle it.
pub(super) const SOON: Duration = Duration::from_secs(2 * 3600);

/// The procedure as it stood on the day the request was received.
pub(super) async fn procedure_of(archive: &Archive, id: &str) -> Result<Procedure> {
    let row = sqlx::query("SELECT procedure_code, created_at FROM copy_requests WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "request" })?;
    let created: String = row.try_get("created_at")?;
    let received = parse_stamp(&created).unwrap_or_else(|| archive.clock.now());
    let code: String = row.try_get("procedure_code")?;
    procedure_at(archive, &code, received).await
}

pub(super) async fn procedure_at(
    archive: &Archive,
    code: &str,
    received: Timestamp,
) -> Result<Procedure> {
    let day = vietnam(received).date();
    law::procedure_on(&archive.catalogue, code, day).await
}

/// The term of a request that becomes complete now: the law counts from a complete file.
pub(super) async fn fresh_due(archive: &Archive, id: &str) -> Result<Timestamp> {
    let procedure = procedure_of(archive, id).await?;
    let holidays = law::holidays(&archive.catalogue).await?;
    law::due_at(archive.clock.now(), &procedure, &holidays)
}

/// Extends the term once, by what the procedure allows, and tells the applicant why in writing.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it was extended before, is settled, or its procedure
/// knows no extension; `NotFound`, `Forbidden`.
pub async fn extend(archive: &Archive, caller: &Caller, id: &str, reason: &str) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let later = extended_due(archive, id).await?;
    let mut tx = archive.catalogue.begin().await?;
    extend_in(archive, &mut tx, caller, id, later, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// When an extended request would be due; none when its procedure knows no extension.
pub(crate) async fn extended_due(archive: &Archive, id: &str) -> Result<Option<Timestamp>> {
    let procedure = procedure_of(archive, id).await?;
    if procedure.extension_days == 0 {
        return Ok(None);
    }
    let due: String = sqlx::query_scalar("SELECT due_at FROM copy_requests WHERE id = $1")
        .bind(id)
        .fetch_one(archive.catalogue.pool())
        .await?;
    let due = parse_stamp(&due).unwrap_or_else(|| archive.clock.now());
    let holidays = law::holidays(&archive.catalogue).await?;
    law::later(due, procedure.extension_days, &holidays).map(Some)
}

/// As [`extend`], inside a transaction of the caller's.
pub(super) async fn extend_in(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    id: &str,
    later: Option<Timestamp>,
    reason: &str,
) -> Result<()> {
    let later = later.ok_or_else(|| Error::refuse("errors.no_extension"))?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET due_at = $1, extended_at = $2
         WHERE id = $3 AND extended_at IS NULL AND settled_at IS NULL AND state <> 'waiting'",
    )
    .bind(stamp(later))
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    one_moved(moved.rows_affected())?;
    talking::put(
        tx,
        archive,
        id,
        "office",
        talking::text_of(reason)?,
        &caller.id,
    )
    .await?;
    log(archive, tx, &caller.id, Deed::RequestExtended, id).await?;
    notify::event(tx, &*archive.clock, id, Event::Extended).await
}

/// Hands a newly received request to the archivist's search: extended where that is still possible, and
/// the applicant told in any case.
pub(crate) async fn begin_search(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    id: &str,
    later: Option<Timestamp>,
) -> Result<()> {
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'searching' WHERE id = $1 AND state = 'received'",
    )
    .bind(id)
    .execute(&mut **tx)
    .await?;
    one_moved(moved.rows_affected())?;
    let extended: Option<String> =
        sqlx::query_scalar("SELECT extended_at FROM copy_requests WHERE id = $1")
            .bind(id)
            .fetch_one(&mut **tx)
            .await?;
    let told = "Chưa tìm thấy trong các quyển đã số hóa. Văn thư đang tìm trong các quyển còn lại; \
        cơ quan sẽ trả lời theo hạn trên trang này.";
    if later.is_some() && extended.is_none() {
        return extend_in(archive, tx, caller, id, later, told).await;
    }
    talking::put(tx, archive, id, "office", told, &caller.id).await?;
    notify::event(tx, &*archive.clock, id, Event::Message).await
}

/// The search is over: the clerk's again, to confirm or to refuse.
pub(crate) async fn end_search(archive: &Archive, tx: &mut Tx, id: &str) -> Result<()> {
    sqlx::query(
        "UPDATE copy_requests SET state = 'received' WHERE id = $1 AND state = 'searching'",
    )
    .bind(id)
    .execute(&mut **tx)
    .await?;
    let (clock, kind) = (&*archive.clock, Kind::KeepRequest);
    jobs::enqueue(tx, clock, kind, id, PRIORITY_UPKEEP).await
}

/// Ends the archivist's search for a request that no longer needs it.
pub(super) async fn close_searches(archive: &Archive, tx: &mut Tx, id: &str) -> Result<()> {
    sqlx::query(
        "UPDATE search_cases SET state = 'closed', ended_at = $1
         WHERE request_id = $2 AND state = 'open'",
    )
    .bind(stamp(archive.clock.now()))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The applicant takes the request back, under the tracking code, while no copy is being made.
///
/// # Errors
/// `NotFound` code; `Refused` when it is too late.
pub async fn withdraw(archive: &Archive, code: &str) -> Result<()> {
    let id = id_behind(archive, code).await?;
    let mut tx = archive.catalogue.begin().await?;
    let moved = sqlx::query(
        "UPDATE copy_requests SET state = 'withdrawn', settled_at = $1, waits_until = NULL
         WHERE id = $2 AND state IN ('received', 'waiting', 'searching', 'confirmed')",
    )
    .bind(stamp(archive.clock.now()))
    .bind(&id)
    .execute(&mut *tx)
    .await?;
    one_moved(moved.rows_affected())?;
    close_searches(archive, &mut tx, &id).await?;
    log(archive, &mut tx, "public", Deed::RequestWithdrawn, &id).await?;
    notify::event(&mut tx, &*archive.clock, &id, Event::Withdrawn).await?;
    tx.commit().await?;
    Ok(())
}

/// The verb behind the job `sweep_requests`: requests whose applicant did not answer in time end.
///
/// # Errors
/// As any statement.
pub async fn sweep(archive: &Archive, job: &Leased) -> Result<()> {
    let now = stamp(archive.clock.now());
    let mut tx = archive.catalogue.begin().await?;
    let ended: Vec<String> = sqlx::query_scalar(
        "UPDATE copy_requests SET state = 'expired', settled_at = $1
         WHERE state = 'waiting' AND waits_until < $1 RETURNING id",
    )
    .bind(&now)
    .fetch_all(&mut *tx)
    .await?;
    for id in &ended {
        log(archive, &mut tx, "machine", Deed::RequestExpired, id).await?;
        notify::event(&mut tx, &*archive.clock, id, Event::Expired).await?;
    }
    if jobs::settle(&mut tx, &*archive.clock, job).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn log(archive: &Archive, tx: &mut Tx, actor: &str, deed: Deed, id: &str) -> Result<()> {
    let subject = Subject {
        kind: "request",
        id,
    };
    audit::append(tx, &*archive.clock, actor, deed, subject, json!({})).await
}

/// Requests that are late or about to be, the latest first: those that wait for their applicant are not.
///
/// # Errors
/// `Forbidden`.
pub async fn pressing(archive: &Archive, caller: &Caller) -> Result<Vec<RequestView>> {
    require(caller, Act::SeeRequests)?;
    let rows = sqlx::query(
        "SELECT q.*, p.name AS clerk FROM copy_requests q
         LEFT JOIN people p ON p.id = q.confirmed_by
         WHERE q.settled_at IS NULL AND q.state <> 'waiting' AND q.due_at < $1
         ORDER BY q.due_at, q.id LIMIT 50",
    )
    .bind(stamp(archive.clock.now() + SOON))
    .fetch_all(archive.catalogue.pool())
    .await?;
    rows.iter().map(|row| view_of(archive, row)).collect()
}

/// How the open requests stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Standing {
    /// Not settled.
    pub open: i64,
    /// Of those, past their term.
    pub late: i64,
    /// Of those, due within two hours.
    pub soon: i64,
    /// Of those, waiting for their applicant; their term stands still.
    pub waiting: i64,
}

/// Counts the open requests, for the metrics and the counter page.
///
/// # Errors
/// As any statement.
pub async fn standing(archive: &Archive) -> Result<Standing> {
    let now = archive.clock.now();
    let row = sqlx::query(
        "SELECT COUNT(*) AS n,
            COALESCE(SUM(CASE WHEN state <> 'waiting' AND due_at < $1 THEN 1 ELSE 0 END), 0) AS late,
            COALESCE(SUM(CASE WHEN state <> 'waiting' AND due_at >= $1 AND due_at < $2
                THEN 1 ELSE 0 END), 0) AS soon,
            COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS waiting
         FROM copy_requests WHERE settled_at IS NULL",
    )
    .bind(stamp(now))
    .bind(stamp(now + SOON))
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(Standing {
        open: row.try_get("n")?,
        late: row.try_get("late")?,
        soon: row.try_get("soon")?,
        waiting: row.try_get("waiting")?,
    })
}
