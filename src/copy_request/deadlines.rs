//! The legal clock of a request: when it is due, when it would be after its extension, and how many are late or
//! about to be.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

use crate::archive::Archive;
use crate::clock::{parse_stamp, stamp, vietnam};
use crate::error::{Error, Result};
use crate::reference_data::{self, Procedure};

/// How long before its term a request is about to be late: a clerk can still settle it.
pub(super) const SOON: Duration = Duration::from_secs(2 * 3600);

/// The procedure as it stood on the day the request was received.
pub(super) async fn procedure_of(archive: &Archive, id: &str) -> Result<Procedure> {
    let (code, created): (String, String) =
        sqlx::query_as("SELECT procedure_code, created_at FROM copy_requests WHERE id = $1")
            .bind(id)
            .fetch_optional(archive.catalogue.pool())
            .await?
            .ok_or(Error::NotFound { what: "request" })?;
    let received = parse_stamp(&created).unwrap_or_else(|| archive.clock.now());
    // The rule of the day of receipt: a change of the law does not shorten a running term.
    procedure_at(archive, &code, received).await
}

pub(super) async fn procedure_at(
    archive: &Archive,
    code: &str,
    received: Timestamp,
) -> Result<Procedure> {
    let day = vietnam(received).date();
    reference_data::procedure_on(&archive.catalogue, code, day).await
}

/// The term of a request that becomes complete now: the law counts from a complete file.
pub(super) async fn next_deadline(archive: &Archive, id: &str) -> Result<Timestamp> {
    let procedure = procedure_of(archive, id).await?;
    let holidays = reference_data::holidays(&archive.catalogue).await?;
    reference_data::due_at(archive.clock.now(), &procedure, &holidays)
}

/// When an extended request would be due; none when its procedure knows no extension.
pub(crate) async fn extended_due(archive: &Archive, id: &str) -> Result<Option<Timestamp>> {
    let procedure = procedure_of(archive, id).await?;
    // No extension in this procedure: the page then offers none.
    if procedure.extension_days == 0 {
        return Ok(None);
    }
    let due: String = sqlx::query_scalar("SELECT due_at FROM copy_requests WHERE id = $1")
        .bind(id)
        .fetch_one(archive.catalogue.pool())
        .await?;
    let due = parse_stamp(&due).unwrap_or_else(|| archive.clock.now());
    let holidays = reference_data::holidays(&archive.catalogue).await?;
    reference_data::later(due, procedure.extension_days, &holidays).map(Some)
}

/// How the open requests stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema, FromRow)]
pub struct OpenRequests {
    /// Requests that have not ended.
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
pub async fn open_requests(archive: &Archive) -> Result<OpenRequests> {
    let now = archive.clock.now();
    Ok(sqlx::query_as(
        // A waiting request has no running term, so it is neither late nor soon.
        "SELECT COUNT(*) AS open,
            COALESCE(SUM(CASE WHEN state <> 'waiting' AND due_at < $1 THEN 1 ELSE 0 END), 0) AS late,
            COALESCE(SUM(CASE WHEN state <> 'waiting' AND due_at >= $1 AND due_at < $2
                THEN 1 ELSE 0 END), 0) AS soon,
            COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS waiting
         FROM copy_requests WHERE settled_at IS NULL",
    )
    .bind(stamp(now))
    .bind(stamp(now + SOON))
    .fetch_one(archive.catalogue.pool())
    .await?)
}
