//! Requests as the office sees them.

use sqlx::Row;

use super::deadlines::SOON;
use super::{Applicant, RequestState, Sought};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};

/// A request as the office sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct RequestView {
    /// Id.
    pub id: String,
    /// As the tracking code shows it.
    pub state: RequestState,
    /// Who asks.
    pub applicant: Applicant,
    /// For what.
    pub wanted: Sought,
    /// Version of the consent text agreed to.
    pub consent: Option<String>,
    /// Procedure code valid on the day of receipt.
    pub procedure_code: String,
    /// The record confirmed.
    pub record_id: Option<String>,
    /// The version of it that was confirmed.
    pub record_version: Option<i64>,
    /// The digest of that version's content.
    pub record_digest: Option<String>,
    /// Name of the clerk who confirmed.
    pub confirmed_by: Option<String>,
    /// RFC 3339 UTC.
    pub confirmed_at: Option<String>,
    /// Reason, when refused.
    pub refusal: Option<String>,
    /// In đồng.
    pub fee: i64,
    /// The rule behind the fee.
    pub fee_source: String,
    /// free | unpaid | paid | waived.
    pub payment: String,
    /// Receipt or transaction number.
    pub payment_reference: Option<String>,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC.
    pub due_at: String,
    /// RFC 3339 UTC.
    pub extended_at: Option<String>,
    /// Until when its applicant is waited for, RFC 3339 UTC.
    pub waits_until: Option<String>,
    /// RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// True when the law's term has run out and the request is still open.
    pub overdue: bool,
    /// True when the term runs out within two hours.
    pub due_soon: bool,
}

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

pub(super) fn view_of(archive: &Archive, row: &sqlx::any::AnyRow) -> Result<RequestView> {
    let now = archive.clock.now();
    let state: RequestState = row.try_get("state")?;
    let due_at: String = row.try_get("due_at")?;
    let settled_at: Option<String> = row.try_get("settled_at")?;
    let runs = settled_at.is_none() && state != RequestState::Waiting;
    let overdue = runs && due_at < stamp(now);
    Ok(RequestView {
        id: row.try_get("id")?,
        state,
        applicant: serde_json::from_str(&row.try_get::<String, _>("applicant")?)?,
        wanted: serde_json::from_str(&row.try_get::<String, _>("wanted")?)?,
        consent: row.try_get("consent")?,
        procedure_code: row.try_get("procedure_code")?,
        record_id: row.try_get("record_id")?,
        record_version: row.try_get("record_version")?,
        record_digest: row.try_get("record_digest")?,
        confirmed_by: row.try_get("clerk")?,
        confirmed_at: row.try_get("confirmed_at")?,
        refusal: row.try_get("refusal")?,
        fee: row.try_get("fee")?,
        fee_source: row.try_get("fee_source")?,
        payment: row.try_get("payment")?,
        payment_reference: row.try_get("payment_reference")?,
        created_at: row.try_get("created_at")?,
        due_soon: runs && !overdue && due_at < stamp(now + SOON),
        overdue,
        due_at,
        extended_at: row.try_get("extended_at")?,
        waits_until: row.try_get("waits_until")?,
        settled_at,
    })
}
