//! What waits to be told, what was told, and what nobody would hear.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

use super::NoticeState;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Catalogue, Insert, Move, Tx};
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// One step of a request, for the applicant and the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Happened {
    /// Stable word, such as `confirmed`.
    pub event: String,
    /// When the step was made, RFC 3339 UTC.
    pub at: String,
}

/// A notice to a portal.
#[derive(Debug, Clone, Serialize, ToSchema, FromRow)]
pub struct Notice {
    /// Its id, also the `Sogoc-Delivery` header.
    pub id: String,
    /// UUIDv7 text of the request the step belongs to.
    pub request_id: String,
    /// Stable word of what happened.
    pub event: String,
    /// When it happened, RFC 3339 UTC.
    pub at: String,
    /// Name of the portal's token.
    #[sqlx(rename = "name")]
    pub portal: String,
    /// How far it got; never [`NoticeState::Recorded`], which nobody is told of.
    pub state: NoticeState,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last try failed: `http_500`, `timed_out`, `unreachable` …
    pub last_error: Option<String>,
}

/// What happened to a request, oldest first.
///
/// # Errors
/// As any statement.
pub async fn history(catalogue: &Catalogue, request_id: &str) -> Result<Vec<Happened>> {
    Ok(
        sqlx::query_as(
            "SELECT event, at FROM request_events WHERE request_id = $1 ORDER BY at, id",
        )
        .bind(request_id)
        .fetch_all(catalogue.pool())
        .await?,
    )
}

/// Writes a step of a request that was brought back; who listens for notices is not in the vault.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore(tx: &mut Tx, request_id: &str, step: &Happened) -> Result<()> {
    let id = tx.new_id();
    // Nobody is told of what happened before the catalogue was lost: the portal knows it already.
    insert(tx, &id, request_id, step, None).await
}

/// Writes a step; `listener` is the token of the portal that is to be told of it.
pub(super) async fn insert(
    tx: &mut Tx,
    id: &str,
    request_id: &str,
    step: &Happened,
    listener: Option<&str>,
) -> Result<()> {
    let state = match listener {
        Some(_) => NoticeState::Waiting,
        None => NoticeState::Recorded,
    };
    Insert::into("request_events")
        .set("id", id)
        .set("request_id", request_id)
        .set("event", &step.event)
        .set("at", &step.at)
        .set("token_id", listener)
        .set("state", state)
        .run(tx)
        .await?;
    Ok(())
}

/// Notices to portals, newest first, at most 200: all, or those in one state.
///
/// # Errors
/// `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller, state: Option<&str>) -> Result<Vec<Notice>> {
    require(caller, Act::Administer)?;
    Ok(sqlx::query_as(
        "SELECT e.*, t.name FROM request_events e JOIN tokens t ON t.id = e.token_id
         WHERE e.state <> 'recorded' AND ($1 = '' OR e.state = $1)
         ORDER BY e.at DESC, e.id DESC LIMIT 200",
    )
    .bind(state.unwrap_or_default())
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// Sends a dead notice again, with all its tries before it.
///
/// # Errors
/// `NotFound` for a notice that is not dead; `Forbidden`.
pub async fn retry(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    require(caller, Act::Administer)?;
    let mut tx = archive.begin(caller).await?;
    let waiting = Move::to(NoticeState::Waiting)
        .from(&[NoticeState::Dead])
        // Counted again, because whoever sends it again has repaired something.
        .set("attempts", 0_i64)
        .clear(&["settled_at"]);
    if !waiting.run(&mut tx, id).await? {
        return Err(Error::NotFound { what: "notice" });
    }
    tx.enqueue(Kind::NotifyPortal, id, PRIORITY_UPKEEP).await?;
    tx.commit().await
}

/// How many notices wait and how many are dead, for the metrics.
///
/// # Errors
/// As any statement.
pub async fn counts(catalogue: &Catalogue) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0)
         FROM request_events WHERE state IN ('waiting', 'dead')",
    )
    .fetch_one(catalogue.pool())
    .await?)
}
