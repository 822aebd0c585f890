//! Requests as the office sees them.

use sqlx::Row;

use super::RequestView;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};

/// Requests, those due first on top.
///
/// # Errors
/// `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    state: Option<&str>,
) -> Result<Vec<RequestView>> {
    require(caller, Act::SeeRequests)?;
    let rows = sqlx::query(
        "SELECT q.*, p.name AS clerk FROM copy_requests q
         LEFT JOIN people p ON p.id = q.confirmed_by
         WHERE ($1 = '' OR q.state = $1) ORDER BY q.due_at, q.id LIMIT 200",
    )
    .bind(state.unwrap_or_default())
    .fetch_all(archive.catalogue.pool())
    .await?;
    rows.iter().map(|row| view_of(archive, row)).collect()
}

/// One request.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<RequestView> {
    require(caller, Act::SeeRequests)?;
    let row = sqlx::query(
        "SELECT q.*, p.name AS clerk FROM copy_requests q
         LEFT JOIN people p ON p.id = q.confirmed_by WHERE q.id = $1",
    )
    .bind(id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "request" })?;
    view_of(archive, &row)
}

fn view_of(archive: &Archive, row: &sqlx::any::AnyRow) -> Result<RequestView> {
    let due_at: String = row.try_get("due_at")?;
    let settled_at: Option<String> = row.try_get("settled_at")?;
    Ok(RequestView {
        id: row.try_get("id")?,
        state: row.try_get("state")?,
        applicant: serde_json::from_str(&row.try_get::<String, _>("applicant")?)?,
        wanted: serde_json::from_str(&row.try_get::<String, _>("wanted")?)?,
        procedure_code: row.try_get("procedure_code")?,
        record_id: row.try_get("record_id")?,
        confirmed_by: row.try_get("clerk")?,
        confirmed_at: row.try_get("confirmed_at")?,
        refusal: row.try_get("refusal")?,
        created_at: row.try_get("created_at")?,
        overdue: settled_at.is_none() && due_at < stamp(archive.clock.now()),
        due_at,
        settled_at,
    })
}
