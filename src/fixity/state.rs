//! How far the vault has been looked at, and how long ago: for the custody page and the metrics.

use super::expected;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::error::Result;

/// Coverage, age and outcome of scrubbing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ScrubState {
    /// Objects that the catalogue says are in the vault.
    pub objects: i64,
    /// Objects that were re-read at least once.
    pub checked: i64,
    /// Ids (or places, where an object could not be named) found damaged when last looked at.
    pub damaged: Vec<String>,
    /// Objects of which something could not be read when last looked at.
    pub unreadable: i64,
    /// When the newest scrub began, RFC 3339 UTC.
    pub last_started: Option<String>,
    /// When the newest finished scrub ended, RFC 3339 UTC.
    pub last_finished: Option<String>,
    /// The longest-ago newest look at an object, RFC 3339 UTC.
    pub oldest_check: Option<String>,
}

/// What is known of the vault's health, from the catalogue alone.
///
/// # Errors
/// `Forbidden`.
pub async fn state(archive: &Archive, caller: &Caller) -> Result<ScrubState> {
    require(caller, Act::SeeQueue)?;
    let pool = archive.catalogue.pool();
    let count = format!("SELECT COUNT(*) FROM ({}) objects", expected::OBJECTS);
    let objects = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
        .fetch_one(pool)
        .await?;
    let (checked, oldest_check, unreadable) = sqlx::query_as(
        "SELECT COUNT(object_id), MIN(checked_at),
            COUNT(CASE WHEN outcome = 'unreadable' THEN 1 END) FROM scrub_checks",
    )
    .fetch_one(pool)
    .await?;
    let (last_started, last_finished) =
        sqlx::query_as("SELECT MAX(started_at), MAX(finished_at) FROM scrub_runs")
            .fetch_one(pool)
            .await?;
    let damaged = sqlx::query_scalar(
        "SELECT COALESCE(object_id, location) FROM scrub_checks WHERE outcome = 'damaged'
         ORDER BY location LIMIT 1000",
    )
    .fetch_all(pool)
    .await?;
    Ok(ScrubState {
        objects,
        checked,
        damaged,
        unreadable,
        last_started,
        last_finished,
        oldest_check,
    })
}

/// What an alert needs of scrubbing, at the price of four looks into an index.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ScrubMarks {
    /// Places found damaged when last looked at.
    pub damaged: i64,
    /// Places of which something could not be read when last looked at.
    pub unreadable: i64,
    /// When the newest finished scrub ended, RFC 3339 UTC; where none ever did, when the archive's log began.
    pub whole_since: Option<String>,
}

/// [`state`] without the counts over all objects and without names.
///
/// # Errors
/// As any statement.
pub async fn marks(archive: &Archive) -> Result<ScrubMarks> {
    Ok(sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM scrub_checks WHERE outcome = 'damaged') AS damaged,
            (SELECT COUNT(*) FROM scrub_checks WHERE outcome = 'unreadable') AS unreadable,
            COALESCE((SELECT MAX(finished_at) FROM scrub_runs),
                (SELECT at FROM log WHERE position = 1)) AS whole_since",
    )
    .fetch_one(archive.catalogue.pool())
    .await?)
}
