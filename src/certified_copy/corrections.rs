//! Corrections of the register that come into force, and the copies that then say otherwise.

use serde_json::json;

use super::{CopyRow, register_line};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::{parse_stamp, stamp};
use crate::correction::{self, Correction};
use crate::error::Result;
use crate::jobs::Leased;
use crate::notify::Event;
use crate::record;

/// The verb behind the job `take_effect`, due on the first day a correction is in force: the record is
/// published with the new values, and every copy that says otherwise is named in the log.
///
/// # Errors
/// A passing fault puts the job back.
pub(crate) async fn take_effect(archive: &Archive, job: &Leased) -> Result<()> {
    let entry = correction::taking_effect(archive, &job.subject).await?;
    let at = stamp(archive.clock.now());
    let published = record::published(archive, &entry.record_id).await?;
    let scan = record::load(archive, &entry.record_id).await?.scan_id;
    let mut tx = archive.begin_as_machine().await?;
    // Only where approval came before the day in force: otherwise it was published with these
    // values at once.
    if let Some((version, _)) = published.filter(|_| came_later(&entry)) {
        record::publish(&mut tx, &entry.record_id, version, &at).await?;
        record::enqueue_preservation(&mut tx, &scan).await?;
    }
    // Named in the log but not marked: whether a copy is superseded is computed when somebody asks.
    for copy in outdated(&mut tx, &entry).await? {
        let details = json!({ "correction": entry.id });
        tx.log(Action::CopySuperseded, ("copy", &copy.id), details)
            .await?;
        register_line::notify_holder(&mut tx, &copy, Event::Superseded).await?;
    }
    tx.log(
        Action::CorrectionInForce,
        ("correction", &entry.id),
        json!({}),
    )
    .await?;
    tx.complete_and_commit(job).await
}

/// True when the approval came before the first day in force, so that what was published then did not
/// show the new values yet.
fn came_later(entry: &Correction) -> bool {
    let approved = entry.decided_at.as_deref().and_then(parse_stamp);
    approved.is_some_and(|at| correction::day_of(at) < entry.effective_from)
}

/// Copies that stand, made before the entry was in force.
async fn outdated(tx: &mut Tx, entry: &Correction) -> Result<Vec<CopyRow>> {
    let copies: Vec<CopyRow> = sqlx::query_as(
        "SELECT * FROM copies
         WHERE record_id = $1 AND state = 'issued' AND withdrawn_at IS NULL ORDER BY number",
    )
    .bind(&entry.record_id)
    .fetch_all(&mut **tx)
    .await?;
    let knew = |copy: &CopyRow| {
        let day = parse_stamp(&copy.issued_at).map(correction::day_of);
        entry
            .record_version
            // A copy that was made knowing the entry, on or after its day, already says what the
            // decision says.
            .is_some_and(|made| made <= copy.record_version)
            && day.is_some_and(|day| entry.effective_from <= day)
    };
    Ok(copies.into_iter().filter(|copy| !knew(copy)).collect())
}
