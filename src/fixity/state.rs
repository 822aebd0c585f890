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

/// How far one fonds was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct FondsCoverage {
    /// Code of the fonds (mã phông).
    pub code: String,
    /// Name of the fonds (tên phông).
    pub name: String,
    /// Objects of its scans.
    pub objects: i64,
    /// Of them, those that were re-read.
    pub checked: i64,
    /// Of them, those that were not whole when last looked at.
    pub not_whole: i64,
    /// The longest-ago newest look at one of them, RFC 3339 UTC.
    pub oldest_check: Option<String>,
}

/// Coverage and age of scrubbing by fonds, least looked at first.
///
/// # Errors
/// `Forbidden`.
pub async fn coverage(archive: &Archive, caller: &Caller) -> Result<Vec<FondsCoverage>> {
    require(caller, Act::SeeQueue)?;
    Ok(sqlx::query_as(
        "SELECT f.code, f.name, COUNT(*) AS objects, COUNT(c.location) AS checked,
            COUNT(CASE WHEN c.outcome <> 'whole' THEN 1 END) AS not_whole,
            MIN(c.checked_at) AS oldest_check
         FROM fonds f JOIN batches b ON b.fonds_id = f.id
            JOIN scans s ON s.batch_id = b.id AND s.object_id IS NOT NULL
            LEFT JOIN scrub_checks c ON c.object_id = s.object_id
         GROUP BY f.id, f.code, f.name ORDER BY MIN(c.checked_at), f.code",
    )
    .fetch_all(archive.catalogue.pool())
    .await?)
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
