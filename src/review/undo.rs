//! Taking back a decision of the desk that was just made: the record waits again as it did before.

use std::time::Duration;

use jiff::Timestamp;

use super::{NewVersion, save_in, unstale, whole_page};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::{parse_stamp, stamp};
use crate::error::{Error, Result};
use crate::messages::{Lang, text};
use crate::record::{self, RecordState, RecordView};

/// How long after it a decision can be taken back.
const WITHIN: Duration = Duration::from_secs(15 * 60);
/// Key of the note on the versions that take back.
const NOTE: &str = "printed.note.taken_back";

/// Takes back one's own newest decision. A first approval leaves search again and the record waits as before; values that
/// were public for that moment still change by two people only. A rejection gives back what was said before.
///
/// # Errors
/// `Refused` with code `stale`, `undo_late` when it is another's, older, or no decision, `undo_used` where a copy was
/// issued of it or a request was confirmed on it, `undo_public` where it changed what was public.
pub async fn undo(archive: &Archive, caller: &Caller, id: &str, seen: i64) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    let record = unstale(record::load(archive, id).await?, seen)?;
    let mut tx = archive.begin(caller).await?;
    take_back(archive, &mut tx, caller, record).await?;
    tx.commit().await?;
    record::load(archive, id).await
}

/// Takes back, all or none, one's own approvals of a page's rows made at `since` or later, in milliseconds since 1970.
/// Says how many.
///
/// # Errors
/// As [`undo`] of each of them; `undo_late` where there are none.
pub async fn undo_page(
    archive: &Archive,
    caller: &Caller,
    page_id: &str,
    since: i64,
) -> Result<usize> {
    require(caller, Act::CorrectRecords)?;
    let since =
        Timestamp::from_millisecond(since).map_err(|_| Error::refuse("errors.review.undo_late"))?;
    let mut tx = archive.begin(caller).await?;
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT r.id FROM records r
         JOIN record_versions v ON v.record_id = r.id AND v.version = r.version
         WHERE r.page_id = $1 AND r.state = 'approved' AND v.author = $2 AND v.at >= $3
         ORDER BY r.id",
    )
    .bind(page_id)
    .bind(&caller.id)
    .bind(stamp(since))
    .fetch_all(&mut *tx)
    .await?;
    if ids.is_empty() {
        return Err(Error::refuse("errors.review.undo_late"));
    }
    for id in &ids {
        let record = record::load(archive, id).await?;
        take_back(archive, &mut tx, caller, record).await?;
    }
    tx.commit().await?;
    Ok(ids.len())
}

async fn take_back(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    record: RecordView,
) -> Result<()> {
    let (author, at): (String, String) = sqlx::query_as(
        "SELECT author, at FROM record_versions WHERE record_id = $1 AND version = $2",
    )
    .bind(&record.id)
    .bind(record.version)
    .fetch_one(&mut **tx)
    .await?;
    let now = archive.clock.now();
    let lately = parse_stamp(&at).is_some_and(|at| now <= at + WITHIN);
    if author != caller.id || !lately {
        return Err(Error::refuse("errors.review.undo_late"));
    }
    match record.state {
        RecordState::Approved => unapprove(archive, tx, &caller.id, record).await,
        RecordState::Rejected => {
            let note = text(Lang::Vi, NOTE);
            whole_page::restore(archive, tx, &caller.id, record, note).await?;
            Ok(())
        }
        _ => Err(Error::refuse("errors.review.undo_late")),
    }
}

async fn unapprove(archive: &Archive, tx: &mut Tx, by: &str, mut record: RecordView) -> Result<()> {
    let before: Vec<(i64, RecordState)> = sqlx::query_as(
        "SELECT version, state FROM record_versions WHERE record_id = $1 AND version < $2
         ORDER BY version DESC",
    )
    .bind(&record.id)
    .bind(record.version)
    .fetch_all(&mut **tx)
    .await?;
    let public = before
        .iter()
        .any(|(_, state)| *state == RecordState::Approved);
    let Some((version, state)) = before.first().copied().filter(|_| !public) else {
        return Err(Error::refuse("errors.review.undo_public"));
    };
    let used: i64 = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM copies WHERE record_id = $1)
            + (SELECT COUNT(*) FROM copy_requests WHERE record_id = $1)",
    )
    .bind(&record.id)
    .fetch_one(&mut **tx)
    .await?;
    if used > 0 {
        return Err(Error::refuse("errors.review.undo_used"));
    }
    let fields = record::fields_of(archive, &record.id, version).await?;
    let doubtful = record::doubtful(archive.classes.get(&record.class), &fields);
    // Rejected first, so that search and the vault hear that it is public no more; then it waits as it did.
    let steps = [
        (RecordState::Rejected, Action::RecordRejected, 0),
        (state, Action::RecordRestored, doubtful),
    ];
    for (state, action, doubtful) in steps {
        let new = NewVersion {
            state,
            action,
            note: text(Lang::Vi, NOTE),
            author: None,
        };
        save_in(archive, tx, by, &record, &new, &fields, doubtful).await?;
        record.version += 1;
        record.state = state;
    }
    Ok(())
}
