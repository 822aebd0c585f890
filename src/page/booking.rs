//! What became of reading a page, booked in one transaction: its row, its flags, its records, the log.

use serde_json::json;
use sogoc_workers::outcome::Failure;
use sogoc_workers::reading::PageReading;

use super::{Numbering, marks, reading_key};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::Result;
use crate::jobs::{self, Kind, Leased, PRIORITY_UPKEEP};
use crate::page_flag::{self, Details};
use crate::record;

/// Flag of a page that could not be read.
const UNREAD: &str = "unread";

pub(super) async fn book_reading(
    archive: &Archive,
    job: &Leased,
    scan_id: &str,
    reading: &PageReading,
) -> Result<()> {
    let words = serde_json::to_vec(reading)?;
    archive
        .vault
        .put_cache(&reading_key(&job.subject), words.into())
        .await?;
    let mut tx = archive.catalogue.begin().await?;
    if save_reading(archive, &mut tx, &job.subject, reading).await? {
        record::propose(archive, &mut tx, scan_id, &job.subject, &reading.records).await?;
    }
    let details = json!({ "class": reading.class, "records": reading.records.len() });
    finish(archive, tx, job, Deed::PageRead, details).await
}

/// Writes what was read into the page's row, its marks, and the flags it bears by itself. A page that was
/// taken out stays out; says whether it is in.
pub(crate) async fn save_reading(
    archive: &Archive,
    tx: &mut Tx,
    page_id: &str,
    reading: &PageReading,
) -> Result<bool> {
    let clock = archive.clock.as_ref();
    let outcome: String = sqlx::query_scalar(
        "UPDATE pages SET state = CASE WHEN outcome IN ('put_aside', 'superseded') THEN state ELSE 'read' END,
            outcome = CASE WHEN outcome IN ('put_aside', 'superseded') THEN outcome ELSE 'read' END,
            class = $1, class_confidence = $2, rotation = $3, width = $4, height = $5, dpi = $6, text = $7, quality = $8,
            fingerprint = $9, milliseconds = $10, read_at = $11, table_columns = $12,
            map_version = $13, map_percent = $14, numbering = $15 WHERE id = $16 RETURNING outcome",
    )
    .bind(&reading.class)
    .bind(reading.class_confidence)
    .bind(i64::from(reading.rotation))
    .bind(i64::from(reading.width))
    .bind(i64::from(reading.height))
    .bind(i64::from(reading.dpi))
    .bind(&reading.text)
    .bind(serde_json::to_string(&reading.quality)?)
    .bind(&reading.quality.fingerprint)
    .bind(i64::try_from(reading.milliseconds).unwrap_or(i64::MAX))
    .bind(stamp(clock.now()))
    .bind(
        reading
            .columns
            .as_ref()
            .map(|columns| json!(columns).to_string()),
    )
    .bind(reading.map.map(|fit| fit.version))
    .bind(percent_shown(reading))
    .bind(serde_json::to_string(&Numbering::of(reading))?)
    .bind(page_id)
    .fetch_one(&mut **tx)
    .await?;
    marks::save(tx, page_id, &marks::of(reading, &archive.classes)).await?;
    let flags = &reading.quality.flags;
    page_flag::set_own(tx, clock, page_id, flags, &Details::default()).await?;
    Ok(outcome == "read")
}

/// How much of its volume's map the page shows; `None` where the map does not fit.
fn percent_shown(reading: &PageReading) -> Option<i64> {
    let fit = reading.map.filter(|fit| fit.fits)?;
    // A share times a hundred fits any integer.
    #[allow(clippy::cast_possible_truncation)]
    let percent = (fit.share.clamp(0.0, 1.0) * 100.0).round() as i64;
    Some(percent)
}

pub(super) async fn book_failure(archive: &Archive, job: &Leased, failure: &Failure) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query("UPDATE pages SET state = 'set_aside', outcome = $1, read_at = $2 WHERE id = $3")
        .bind(failure.kind.code())
        .bind(stamp(archive.clock.now()))
        .bind(&job.subject)
        .execute(&mut *tx)
        .await?;
    let unread = Details {
        outcome: Some(failure.kind.code().to_owned()),
        ..Details::default()
    };
    let flags = [UNREAD.to_owned()];
    page_flag::set_own(&mut tx, &*archive.clock, &job.subject, &flags, &unread).await?;
    let details = json!({ "outcome": failure.kind.code() });
    finish(archive, tx, job, Deed::PageSetAside, details).await
}

async fn finish(
    archive: &Archive,
    mut tx: Tx,
    job: &Leased,
    deed: Deed,
    details: serde_json::Value,
) -> Result<()> {
    let subject = Subject {
        kind: "page",
        id: &job.subject,
    };
    audit::append(&mut tx, &*archive.clock, "machine", deed, subject, details).await?;
    ask_for_comparison(archive, &mut tx, &job.subject).await?;
    if jobs::settle(&mut tx, &*archive.clock, job).await? {
        tx.commit().await?;
    } // otherwise another holder took over; ours is rolled back and theirs counts
    Ok(())
}

pub(super) async fn settle_only(archive: &Archive, job: &Leased) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    jobs::settle(&mut tx, &*archive.clock, job).await?;
    tx.commit().await?;
    Ok(())
}

/// The pages of its batch, and of the one where it took a place, are compared once none of them waits.
pub(crate) async fn ask_for_comparison(
    archive: &Archive,
    tx: &mut Tx,
    page_id: &str,
) -> Result<()> {
    let batches: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT s.batch_id FROM pages p JOIN scans s ON s.id = p.scan_id
         WHERE p.id = $1 OR p.id = (SELECT stands_for FROM pages WHERE id = $1)
         ORDER BY s.batch_id",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?;
    for batch in &batches {
        let (clock, kind) = (&*archive.clock, Kind::InspectBatch);
        jobs::enqueue(tx, clock, kind, batch, PRIORITY_UPKEEP).await?;
    }
    Ok(())
}
