//! What the tracking code opens: where the request stands, and the sealed copy.

use serde_json::json;
use sqlx::Row;

use super::{Status, tidy};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::certified_copy;
use crate::error::{Error, Result};

/// Where the request behind a tracking code stands.
///
/// # Errors
/// `NotFound` for any code that is not one.
pub async fn status(archive: &Archive, code: &str) -> Result<Status> {
    let row = sqlx::query(
        "SELECT q.*, c.year, c.number, c.state AS copy_state FROM copy_requests q
         LEFT JOIN copies c ON c.request_id = q.id WHERE q.code = $1",
    )
    .bind(tidy(code))
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "request" })?;
    let copy_state: Option<String> = row.try_get("copy_state")?;
    let issued = copy_state.as_deref() == Some("issued");
    let number: Option<i64> = row.try_get("number")?;
    let year: Option<i64> = row.try_get("year")?;
    Ok(Status {
        state: row.try_get("state")?,
        created_at: row.try_get("created_at")?,
        due_at: row.try_get("due_at")?,
        settled_at: row.try_get("settled_at")?,
        refusal: row.try_get("refusal")?,
        copy_ready: issued,
        number: number
            .zip(year)
            .filter(|_| issued)
            .map(|(n, y)| format!("{n}/{y}")),
    })
}

/// The sealed copy behind a tracking code: file name and bytes.
///
/// # Errors
/// `NotFound` for any code that is not one, or while there is no copy yet.
pub async fn fetch(archive: &Archive, code: &str) -> Result<(String, Vec<u8>)> {
    let copy: Option<String> = sqlx::query_scalar(
        "SELECT c.id FROM copy_requests q JOIN copies c ON c.request_id = q.id
         WHERE q.code = $1 AND c.state = 'issued' AND c.withdrawn_at IS NULL",
    )
    .bind(tidy(code))
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let copy = copy.ok_or(Error::NotFound { what: "copy" })?;
    let bytes = certified_copy::sealed_bytes(archive, &copy).await?;
    let mut tx = archive.catalogue.begin().await?;
    let subject = Subject {
        kind: "copy",
        id: &copy,
    };
    let deed = Deed::CopyFetched;
    audit::append(&mut tx, &*archive.clock, "public", deed, subject, json!({})).await?;
    tx.commit().await?;
    Ok((
        format!("ban-sao-{}.pdf", &copy[copy.len().saturating_sub(8)..]),
        bytes,
    ))
}
