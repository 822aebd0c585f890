//! What became of reading a page, stored in one transaction: its row, its flags, its records, the log.

use serde_json::json;
use sogoc_workers::geometry::Turn;
use sogoc_workers::outcome::{Failure, FailureKind};
use sogoc_workers::page_stream::StreamPage;
use sogoc_workers::reading::PageReading;

use super::{Numbering, PageState, is_due, reading_key, text_sketch};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx, changed_one};
use crate::column_map;
use crate::document;
use crate::error::Result;
use crate::jobs::{Kind, Leased, PRIORITY_BACKLOG, PRIORITY_UPKEEP};
use crate::page_flag::{self, Details};
use crate::record;

/// Flag of a page that could not be read.
const UNREAD: &str = "unread";

pub(super) async fn store_reading(
    archive: &Archive,
    job: &Leased,
    reading: &PageReading,
) -> Result<()> {
    let words = serde_json::to_vec(reading)?;
    archive
        .vault
        // Before the rows: a kill in between costs nothing, as the next reading writes the same key.
        .put_cache(&reading_key(&job.subject), words.into())
        .await?;
    let mut tx = archive.begin_as_machine().await?;
    store(archive, &mut tx, &job.subject, reading).await?;
    let details = json!({ "class": reading.class, "records": reading.records.len() });
    finish(tx, job, Action::PageRead, details).await
}

/// Writes what a page says into its row and proposes its records; one that was withdrawn proposes nothing.
pub(crate) async fn store(
    archive: &Archive,
    tx: &mut Tx,
    page_id: &str,
    reading: &PageReading,
) -> Result<()> {
    // A withdrawn page keeps its reading, but proposes nothing that somebody decided against.
    if !save_reading(archive, tx, page_id, reading).await? {
        return Ok(());
    }
    if document::read_together(tx, page_id).await?.is_some() {
        return Ok(()); // proposed with the other pages, once all of them are read
    }
    let scan_id = scan_of(tx, page_id).await?;
    record::propose(archive, tx, &scan_id, page_id, &reading.records).await
}

/// The scan a page is of.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer, or has no such page.
pub(crate) async fn scan_of(tx: &mut Tx, page_id: &str) -> Result<String> {
    let scan = sqlx::query_scalar("SELECT scan_id FROM pages WHERE id = $1").bind(page_id);
    Ok(scan.fetch_one(&mut **tx).await?)
}

/// Takes back the withdrawal of a page, as if it had just come; says whether it was withdrawn.
pub(crate) async fn reinstate(tx: &mut Tx, page_id: &str) -> Result<bool> {
    let back = Move::to(PageState::Received)
        .clear(&["outcome"])
        .only_if("outcome IN ('excluded', 'superseded')");
    back.run(tx, page_id).await
}

/// Stores what a page that was reinstated said when it was read. It is read again where that is not stored, or
/// its volume has a newer map.
pub(crate) async fn store_again(archive: &Archive, tx: &mut Tx, page_id: &str) -> Result<()> {
    let (mut state, mut read_with) = (PageState::Received, None);
    if let Some(reading) = super::reading(archive, page_id).await? {
        store(archive, tx, page_id, &reading).await?;
        (state, read_with) = (PageState::Read, reading.map.map(|fit| fit.version));
    }
    let map_state = column_map::map_state(archive, page_id).await?;
    if is_due(state, read_with, &map_state) {
        tx.enqueue(Kind::ReadPage, page_id, PRIORITY_BACKLOG)
            .await?;
    }
    ask_for_comparison(tx, page_id).await
}

/// A page counts as read, unless it was withdrawn; says whether it is not.
pub(crate) async fn set_read(tx: &mut Tx, page_id: &str) -> Result<bool> {
    let read = Move::to(PageState::Read)
        .set("outcome", "read")
        // Withdrawn pages are read as well, but neither their state nor their outcome changes by it.
        .only_if("outcome IS NULL OR outcome NOT IN ('excluded', 'superseded')");
    read.run(tx, page_id).await
}

/// Gives a page whose reading is gone the words that the vault has of it: it is found again, though nothing can be
/// proposed again. Width and height are pixels as delivered, the rotation degrees clockwise.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore_words(
    tx: &mut Tx,
    page_id: &str,
    text: &str,
    (width, height, rotation): (u32, u32, Turn),
) -> Result<()> {
    sqlx::query(
        "UPDATE pages SET text = $1, width = $2, height = $3, rotation = $4,
            class = (SELECT MIN(class) FROM records WHERE page_id = $5) WHERE id = $5",
    )
    .bind(text)
    .bind(i64::from(width))
    .bind(i64::from(height))
    .bind(i64::from(rotation.degrees()))
    .bind(page_id)
    .execute(&mut **tx)
    .await?;
    tx.announce("page", page_id);
    Ok(())
}

/// Writes what was read into the page's row, its text sketch, and the flags it bears by itself. A page that was
/// withdrawn stays so; says whether it is not.
async fn save_reading(
    archive: &Archive,
    tx: &mut Tx,
    page_id: &str,
    reading: &PageReading,
) -> Result<bool> {
    let written = sqlx::query(
        "UPDATE pages SET class = $1, class_confidence = $2, rotation = $3, width = $4, height = $5, dpi = $6, text = $7,
            quality = $8, fingerprint = $9, milliseconds = $10, read_at = $11, table_columns = $12,
            map_version = $13, map_percent = $14, numbering = $15, stream = $16 WHERE id = $17",
    )
    .bind(&reading.class)
    .bind(reading.class_confidence)
    .bind(i64::from(reading.rotation.degrees()))
    .bind(i64::from(reading.width))
    .bind(i64::from(reading.height))
    .bind(i64::from(reading.dpi))
    .bind(&reading.text)
    .bind(serde_json::to_string(&reading.quality)?)
    .bind(&reading.quality.fingerprint)
    .bind(i64::try_from(reading.milliseconds).unwrap_or(i64::MAX))
    .bind(tx.now())
    .bind(
        reading
            .columns
            .as_ref()
            .map(|columns| json!(columns).to_string()),
    )
    .bind(reading.map.map(|fit| fit.version))
    .bind(percent_shown(reading))
    .bind(serde_json::to_string(&Numbering::of(reading))?)
    .bind(serde_json::to_string(&StreamPage::of(reading, ""))?)
    .bind(page_id);
    if !changed_one(tx, written).await? {
        return Err(sqlx::Error::RowNotFound.into()); // a restored catalogue may have lost the page
    }
    let stands = set_read(tx, page_id).await?;
    text_sketch::save(tx, page_id, &text_sketch::of(reading, &archive.classes)).await?;
    tx.announce("page", page_id);
    let flags = &reading.quality.flags;
    page_flag::set_own(tx, page_id, flags, &Details::default()).await?;
    Ok(stands)
}

/// How much of its volume's map the page shows; `None` where the map does not fit.
fn percent_shown(reading: &PageReading) -> Option<i64> {
    let fit = reading.map.filter(|fit| fit.fits)?;
    // A share times a hundred fits any integer.
    #[allow(clippy::cast_possible_truncation)]
    // Stored as a whole number, since both engines compare those alike.
    let percent = (fit.share.clamp(0.0, 1.0) * 100.0).round() as i64;
    Some(percent)
}

pub(super) async fn store_failure(
    archive: &Archive,
    job: &Leased,
    failure: &Failure,
) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    let outcome = failure.kind.code();
    set_unread(&mut tx, &job.subject, outcome).await?;
    let details = json!({ "outcome": outcome });
    finish(tx, job, Action::PageFailed, details).await
}

/// A page that a person no longer wants tried: it stands aside unread, and asks for a better scan as any other.
pub(crate) async fn give_up(tx: &mut Tx, page_id: &str) -> Result<()> {
    set_unread(tx, page_id, FailureKind::Unavailable.code()).await?;
    ask_for_comparison(tx, page_id).await
}

/// Puts the pages back that could not be read because of `outcome`, which says nothing about their file: they are read again.
/// Says how many.
pub(crate) async fn take_up_again(tx: &mut Tx, outcome: &str) -> Result<usize> {
    let about_reading =
        FailureKind::from_code(outcome).is_some_and(|kind| !kind.is_about_the_file());
    // Words for faults of the file itself: reading it again would end the same.
    if !about_reading {
        return Ok(0);
    }
    let again = Move::to(PageState::Received)
        .while_at("outcome", outcome)
        .clear(&["outcome"]);
    let pages: Vec<(String,)> = again.run_returning(tx, "id").await?;
    for (page,) in &pages {
        tx.enqueue(Kind::ReadPage, page, PRIORITY_BACKLOG).await?;
        let details = json!({ "kind": Kind::ReadPage, "outcome": outcome });
        tx.log(Action::JobsRetried, ("page", page), details).await?;
    }
    Ok(pages.len())
}

/// Sets a page aside with its outcome, unless it was withdrawn meanwhile.
async fn set_unread(tx: &mut Tx, page_id: &str, outcome: &str) -> Result<()> {
    let failed = Move::to(PageState::Failed)
        .from(&[PageState::Received, PageState::Read])
        .set("outcome", outcome)
        .set("read_at", tx.now());
    // A page that was withdrawn while the job ran stays withdrawn.
    failed.run(tx, page_id).await?;
    tx.announce("page", page_id);
    let unread = Details {
        outcome: Some(outcome.to_owned()),
        ..Details::default()
    };
    page_flag::set_own(tx, page_id, &[UNREAD.to_owned()], &unread).await
}

async fn finish(
    mut tx: Tx,
    job: &Leased,
    action: Action,
    details: serde_json::Value,
) -> Result<()> {
    tx.log(action, ("page", &job.subject), details).await?;
    ask_for_comparison(&mut tx, &job.subject).await?;
    tx.complete_and_commit(job).await
}

pub(super) async fn complete_only(archive: &Archive, job: &Leased) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    // Only completed: the result was committed by an earlier holder.
    tx.complete(job).await?;
    tx.commit().await
}

/// The pages of its batch, and of the one where it took a place, are compared once none of them waits; those of its
/// document are read together.
pub(crate) async fn ask_for_comparison(tx: &mut Tx, page_id: &str) -> Result<()> {
    if let Some(document) = document::read_together(tx, page_id).await? {
        document::read_again(tx, &document).await?;
    }
    let batches: Vec<String> = sqlx::query_scalar(
        // A page that took another's place is compared in both batches.
        "SELECT DISTINCT s.batch_id FROM pages p JOIN scans s ON s.id = p.scan_id
         WHERE p.id = $1 OR p.id = (SELECT stands_for FROM pages WHERE id = $1)
         ORDER BY s.batch_id",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?;
    for batch in &batches {
        tx.enqueue(Kind::InspectBatch, batch, PRIORITY_UPKEEP)
            .await?;
    }
    Ok(())
}
