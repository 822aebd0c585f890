//! Counting failed guesses and costly acts per scope (sign-in, code, token) and caller, in the catalogue, so that it holds
//! across processes.

use std::time::Duration;

use crate::archive::Archive;
use crate::clock::{parse_stamp, stamp};
use crate::error::{Error, Result};

/// Attempts are counted within this time from the first of them.
const WINDOW: Duration = Duration::from_secs(300);

/// Lets a costly act through unless this key did it `most` times within five minutes, and counts it.
///
/// # Errors
/// `TooMany`, with the seconds to wait.
pub async fn meter(archive: &Archive, key: &str, most: i64) -> Result<()> {
    // Looked at first, so that a storm that is refused anyway does not write.
    admit_below(archive, key, most).await?;
    // Counted and compared in one statement: of many at once no more than `most` get through.
    let counted = count(archive, key).await?;
    if counted <= most {
        return Ok(());
    }
    admit_below(archive, key, most).await
}

/// Takes back one count of [`meter`]: the act turned out to be none to be counted.
///
/// # Errors
/// As any statement.
pub async fn take_back(archive: &Archive, key: &str) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE throttle SET failures = failures - 1 WHERE key = $1 AND failures > 0")
        .bind(key)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

async fn admit_below(archive: &Archive, key: &str, most: i64) -> Result<()> {
    let row: Option<(String, i64)> =
        sqlx::query_as("SELECT window_start, failures FROM throttle WHERE key = $1")
            .bind(key)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let Some((start, failures)) = row else {
        return Ok(());
    };
    let ends = parse_stamp(&start).map(|start| start + WINDOW);
    let now = archive.clock.now();
    match ends {
        Some(ends) if failures >= most && now < ends => {
            let left = now.duration_until(ends).as_secs().unsigned_abs() + 1;
            Err(Error::TooMany { retry_after: left })
        }
        _ => Ok(()),
    }
}

/// How often it was counted within the window, this one included.
async fn count(archive: &Archive, key: &str) -> Result<i64> {
    let now = archive.clock.now();
    let mut tx = archive.begin_as_machine().await?;
    // A window that has run out starts again.
    sqlx::query("DELETE FROM throttle WHERE window_start < $1")
        .bind(stamp(now - WINDOW))
        .execute(&mut *tx)
        .await?;
    let counted = sqlx::query_scalar(
        "INSERT INTO throttle (key, window_start, failures) VALUES ($1, $2, 1)
         ON CONFLICT (key) DO UPDATE SET failures = throttle.failures + 1 RETURNING failures",
    )
    .bind(key)
    .bind(stamp(now))
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(counted)
}
