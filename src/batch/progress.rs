//! How far a batch is: what came, what was read, what waits, and about how long it will take.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ScanState;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::{parse_stamp, stamp};
use crate::error::{Error, Result};
use crate::jobs::Kind;
use crate::page_flag;

/// How far back the pace of reading is measured.
const PACE_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// How far a batch is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Files declared, when they were.
    pub declared: Option<i64>,
    /// Files accepted and to be read.
    pub received: i64,
    /// Files preserved but not readable, each with its reason.
    pub quarantined: i64,
    /// Files whose bytes were there already.
    pub duplicates: i64,
    /// Bytes of all of them.
    pub bytes: i64,
    /// Uploads begun and not finished.
    pub uploading: i64,
    /// Pages of the accepted files.
    pub pages: i64,
    /// Pages whose reading is stored.
    pub pages_read: i64,
    /// Pages that could not be read and wait for a person.
    pub pages_failed: i64,
    /// Pages a person withdrew: excluded, or superseded by a better scan.
    #[serde(default)]
    pub pages_withdrawn: i64,
    /// Pages that wait to be read and are read by themselves, also once a fault has passed.
    pub pages_waiting: i64,
    /// Pages whose reading failed or is held: a person must have them tried again (`sogoc jobs`).
    #[serde(default)]
    pub pages_stuck: i64,
    /// Of those that wait, the ones put off by a fault of storage, disk or database.
    #[serde(default)]
    pub pages_put_off: i64,
    /// Flags of pages that wait for a person.
    #[serde(default)]
    pub flags_open: i64,
    /// Seconds until the last page is read at the pace of the last minutes; absent while nothing
    /// is known of the pace.
    pub seconds_left: Option<i64>,
}

/// How far the batch is.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn progress(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Progress> {
    require(caller, Act::SeeBatches)?;
    let declared = sqlx::query_scalar("SELECT declared_count FROM batches WHERE id = $1")
        .bind(batch_id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "batch" })?;
    let mut progress = Progress {
        declared,
        ..Progress::default()
    };
    let newest = count_files(archive, batch_id, &mut progress).await?;
    count_pages(archive, batch_id, &mut progress).await?;
    progress.flags_open = page_flag::open_of_batch(archive, batch_id).await?;
    progress.seconds_left = match newest {
        // With pages that a fault put off, no pace says when they will be read.
        Some(newest) if progress.pages_waiting > 0 && progress.pages_put_off == 0 => {
            time_left(archive, &newest, progress.pages_waiting).await?
        }
        _ if progress.pages_waiting > 0 => None,
        _ => Some(0),
    };
    Ok(progress)
}

/// Counts files by outcome; gives the moment the newest came.
async fn count_files(
    archive: &Archive,
    batch_id: &str,
    progress: &mut Progress,
) -> Result<Option<String>> {
    let counts: Vec<(ScanState, i64, i64, Option<String>)> = sqlx::query_as(
        "SELECT state, COUNT(*), CAST(SUM(size) AS BIGINT), MAX(received_at)
         FROM scans WHERE batch_id = $1 GROUP BY state",
    )
    .bind(batch_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut newest = None;
    for (state, count, bytes, received_at) in counts {
        match state {
            ScanState::Received => progress.received = count,
            ScanState::Quarantined => progress.quarantined = count,
            ScanState::Duplicate => progress.duplicates = count,
        }
        progress.bytes += bytes;
        newest = newest.max(received_at);
    }
    progress.uploading =
        sqlx::query_scalar("SELECT COUNT(*) FROM uploads WHERE batch_id = $1 AND scan_id IS NULL")
            .bind(batch_id)
            .fetch_one(archive.catalogue.pool())
            .await?;
    Ok(newest)
}

/// Pages of a batch, by where they stand.
const PAGES: &str =
    "SELECT CASE WHEN p.outcome IN ('excluded', 'superseded') THEN 'out' ELSE p.state END,
            COUNT(*) FROM pages p JOIN scans s ON s.id = p.scan_id
         WHERE s.batch_id = $1 GROUP BY 1";

async fn count_pages(archive: &Archive, batch_id: &str, progress: &mut Progress) -> Result<()> {
    let counts: Vec<(String, i64)> = sqlx::query_as(PAGES)
        .bind(batch_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    for (place, count) in counts {
        match place.as_str() {
            "out" => progress.pages_withdrawn = count,
            "received" => progress.pages_waiting = count,
            "failed" => progress.pages_failed = count,
            _ => progress.pages_read += count,
        }
        progress.pages += count;
    }
    count_jobs(archive, batch_id, progress).await
}

/// Pages of a batch that wait and whose job is alive; of those, how many a fault put off.
const LIVE_JOBS: &str =
    // A page may have a live job and a put-off one; it counts once.
    "SELECT COUNT(DISTINCT p.id), COUNT(DISTINCT CASE WHEN j.faults > 0 THEN p.id END)
         FROM pages p JOIN scans s ON s.id = p.scan_id
         JOIN jobs j ON j.subject = p.id AND j.kind = $1 AND j.state IN ('ready', 'leased')
         WHERE s.batch_id = $2 AND p.state = 'received'";

/// Tells pages that are read by themselves from those that wait for a person.
async fn count_jobs(archive: &Archive, batch_id: &str, progress: &mut Progress) -> Result<()> {
    if progress.pages_waiting == 0 {
        return Ok(());
    }
    let live: Vec<(i64, i64)> = sqlx::query_as(LIVE_JOBS)
        .bind(Kind::ReadPage)
        .bind(batch_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    for (waiting, put_off) in live {
        // No job is alive for these: only a person can make them go on.
        progress.pages_stuck = (progress.pages_waiting - waiting).max(0);
        progress.pages_waiting -= progress.pages_stuck;
        progress.pages_put_off = put_off;
    }
    Ok(())
}

/// Pages of every batch that stand before or beside this one's last, over the recent pace.
async fn time_left(archive: &Archive, newest: &str, waiting: i64) -> Result<Option<i64>> {
    let now = archive.clock.now();
    let (read, since): (i64, Option<String>) =
        sqlx::query_as("SELECT COUNT(*), MIN(read_at) FROM pages WHERE read_at >= $1")
            .bind(stamp(now - PACE_WINDOW))
            .fetch_one(archive.catalogue.pool())
            .await?;
    let ahead: i64 = sqlx::query_scalar(
        // Jobs of other batches enqueued before are read first, since the queue is worked by age.
        "SELECT COUNT(*) FROM jobs
         WHERE kind = $1 AND state IN ('ready', 'leased') AND created_at <= $2",
    )
    .bind(Kind::ReadPage)
    .bind(newest)
    .fetch_one(archive.catalogue.pool())
    .await?;
    let since = since.as_deref().and_then(parse_stamp);
    Ok(since.and_then(|since| seconds_left(ahead.max(waiting), read, since, now)))
}

fn seconds_left(ahead: i64, read: i64, since: Timestamp, now: Timestamp) -> Option<i64> {
    let spent = now.duration_since(since).as_millis().max(1);
    let left = i128::from(ahead) * spent;
    // Nothing was read lately, so there is no pace to compute from.
    let left = left.checked_div(i128::from(read))?;
    i64::try_from(left / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_pace_and_is_unknown_without_one() {
        let since: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let now = since + SignedDuration::from_secs(60);
        assert_eq!(seconds_left(120, 60, since, now), Some(120));
        assert_eq!(seconds_left(0, 60, since, now), Some(0));
        assert_eq!(seconds_left(120, 0, since, now), None);
    }

    #[tokio::test]
    async fn the_progress_of_a_batch_walks_no_whole_table() {
        for query in [PAGES, LIVE_JOBS] {
            let walked = crate::catalogue::plan::walked(query, &[]).await;
            assert_eq!(walked, [""; 0]);
        }
    }
}
