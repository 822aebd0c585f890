//! The desk: corrections, approval, rejection; and bringing what was approved into the vault.

mod at_the_desk;
mod missed;
mod page_given;
mod page_rows;
mod page_save;
mod queue;
mod row_checks;
mod sequence;
mod undo;
mod whole_page;

pub use at_the_desk::{annotate, refuse_unvisited};
pub use missed::{MissedGiven, add_missed};
pub use page_given::{PageGiven, PageSaved, RowGiven};
pub use page_rows::{MOST_ROWS, PageRow, PageRows, page_rows, place_of};
pub use page_save::save_page;
pub use queue::{
    QueueFilter, QueueRow, next, next_page, queue, queue_count, queue_page, waiting,
    waiting_batches,
};
pub use sequence::Warning;
pub use undo::{undo, undo_page};
pub(crate) use whole_page::{reject_all_of, restore_all_of};

use std::collections::BTreeMap;

use serde_json::json;
use sogoc_workers::class::Class;

use crate::access::{Act, Caller, may_approve, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::clock::stamp;
use crate::discrepancy::ask_about_serial;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::record::{self, Fields, RecordState, RecordView, Version, apply, missing_mandatory};
use crate::seen;

/// Corrects values. What is printed (`raw`) stays as the machine read it beside the person's value.
///
/// # Errors
/// `Refused` with code `stale` when someone else was faster; `Invalid` with a pointer to the field.
pub async fn correct(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
    changes: &BTreeMap<String, String>,
    note: &str,
) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    let before = unstale(record::load(archive, id).await?, seen)?;
    let class = archive.classes.get(&before.class);
    let mut fields = before.fields.clone();
    apply(class, &mut fields, changes)?;
    // A correction of an approved record has to be approved again before it is published.
    let new = NewVersion {
        state: RecordState::Corrected,
        action: Action::RecordCorrected,
        note,
        author: None,
    };
    let doubtful = record::doubtful(class, &fields);
    save(archive, caller, &before, &new, &fields, doubtful).await?;
    record::load(archive, id).await
}

/// Approves the version seen: it is published, and goes to the vault shortly. A first reading one person may
/// correct and approve; what was public before is approved by nobody whose change it holds. A second person
/// who approves the same again stands behind it too.
///
/// A value that is struck out on paper has to be confirmed or corrected first: the clerk sends it again. So
/// has a note that was not read: the clerk types it in, or sends it empty.
///
/// # Errors
/// `Refused` with code `stale`, `incomplete`, `struck_out`, `unread`, `same_person`, or `same_serial` where another public record
/// has its diploma number and nobody said why.
pub async fn approve(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
) -> Result<RecordView> {
    approve_saying(archive, caller, id, seen, Said::default()).await
}

/// What a person says with an approval.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// A note in the record's history.
    pub note: &'a str,
    /// Why it is right that another record has the same diploma number; empty where none has.
    pub same_serial: &'a str,
}

/// As [`approve`], with what the person says with it.
///
/// # Errors
/// As [`approve`].
pub async fn approve_saying(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
    said: Said<'_>,
) -> Result<RecordView> {
    require(caller, Act::ApproveRecords)?;
    let before = unstale(record::load(archive, id).await?, seen)?;
    // Approving twice would make a version without a change.
    if before.state == RecordState::Approved && vouches(archive, caller, &before).await? {
        return Ok(before);
    }
    let class = archive.classes.get(&before.class);
    let missing = missing_mandatory(class, &before.fields);
    if !missing.is_empty() {
        let list = missing.join(", ");
        return Err(Error::refuse(
            Message::new("errors.incomplete").with("list", list),
        ));
    }
    refuse_undecided(class, &before)?;
    refuse_own_change(archive, caller, &before).await?;
    // The values stay as they are; only the doubt goes.
    let mut fields = before.fields.clone();
    // The person has seen every field beside the image: nothing is in doubt any more.
    for field in fields.values_mut() {
        field.accepted = true;
    }
    let new = NewVersion {
        state: RecordState::Approved,
        action: Action::RecordApproved,
        note: said.note,
        author: None,
    };
    let mut tx = archive.begin(caller).await?;
    save_in(archive, &mut tx, &caller.id, &before, &new, &fields, 0).await?;
    ask_about_serial(archive, &mut tx, &before, &fields, said.same_serial).await?;
    tx.commit().await?;
    record::load(archive, id).await
}

/// Says that this is not a record at all (a heading read as a row, say). It stays in the catalogue.
///
/// # Errors
/// `Refused` with code `stale`; `Invalid` without a reason.
pub async fn reject(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
    reason: &str,
) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    if reason.trim().is_empty() {
        return Err(Error::fault("/reason", "faults.review.reason_needed"));
    }
    let before = unstale(record::load(archive, id).await?, seen)?;
    let new = NewVersion {
        state: RecordState::Rejected,
        action: Action::RecordRejected,
        note: reason,
        author: None,
    };
    let fields = before.fields.clone();
    save(archive, caller, &before, &new, &fields, 0).await?;
    record::load(archive, id).await
}

/// Approves every record of a batch about which the machine had no doubt. What was public before and is
/// changed waits for somebody who looks at it, and so does what has the diploma number of another. Returns how many.
///
/// # Errors
/// `Forbidden`; stops at the first fault, keeping what was approved.
pub async fn approve_clear(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<i64> {
    require(caller, Act::ApproveRecords)?;
    let clear: Vec<(String, i64)> = sqlx::query_as(
        // Never what was public before: a change of it is looked at one by one.
        "SELECT r.id, r.version FROM records r JOIN scans s ON s.id = r.scan_id
         WHERE s.batch_id = $1 AND r.doubtful = 0 AND r.state IN ('proposed', 'corrected')
         AND NOT EXISTS (SELECT 1 FROM record_versions v
            WHERE v.record_id = r.id AND v.state = 'approved')
         ORDER BY r.id",
    )
    .bind(batch_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut approved = 0;
    for (id, version) in clear {
        match approve(archive, caller, &id, version).await {
            Ok(_) => approved += 1,
            // Changed meanwhile by a colleague, or of a number that another has: a person looks at it.
            Err(Error::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(approved)
}

/// Whether the caller stands behind what the record says already.
// By the content and not by the last version: who approved the same values earlier stands behind
// them as well.
async fn vouches(archive: &Archive, caller: &Caller, record: &RecordView) -> Result<bool> {
    let mut connection = archive.catalogue.pool().acquire().await?;
    let behind = seen::behind(&mut connection, &record.id, record.version).await?;
    Ok(behind.vouchers.contains(&caller.id))
}

/// What is public changes by two people only.
async fn refuse_own_change(archive: &Archive, caller: &Caller, record: &RecordView) -> Result<()> {
    let mut connection = archive.catalogue.pool().acquire().await?;
    match seen::changed_since_approval(&mut connection, &record.id).await? {
        Some(changed_by) => may_approve(caller, &changed_by),
        None => Ok(()),
    }
}

struct NewVersion<'a> {
    state: RecordState,
    action: Action,
    note: &'a str,
    /// Whose judgement the version is, where that is not who makes it.
    author: Option<&'a str>,
}

async fn save(
    archive: &Archive,
    caller: &Caller,
    before: &RecordView,
    new: &NewVersion<'_>,
    fields: &Fields,
    doubtful: i64,
) -> Result<()> {
    let mut tx = archive.begin(caller).await?;
    save_in(archive, &mut tx, &caller.id, before, new, fields, doubtful).await?;
    tx.commit().await
}

async fn save_in(
    archive: &Archive,
    tx: &mut Tx,
    by: &str,
    before: &RecordView,
    new: &NewVersion<'_>,
    fields: &Fields,
    doubtful: i64,
) -> Result<()> {
    let at = stamp(archive.clock.now());
    let number = before.version + 1;
    // The version that was seen is the condition, so of two people at one record the second is
    // told.
    let moved = Move::to(new.state)
        .while_at("version", before.version)
        .set("version", number)
        .set("doubtful", doubtful)
        .set("updated_at", &at);
    if !moved.run(tx, &before.id).await? {
        return Err(stale());
    }
    let version = Version {
        number,
        state: new.state,
        author: new.author.unwrap_or(by),
        note: new.note,
        at: &at,
    };
    record::save_version(tx, &before.id, &version, fields).await?;
    // A rejection is published only where the record could be found before.
    let was_public = before.preserved_version.is_some() || before.state == RecordState::Approved;
    if new.state == RecordState::Approved || (new.state == RecordState::Rejected && was_public) {
        record::publish(tx, &before.id, number, &at).await?;
        record::enqueue_preservation(tx, &before.scan_id).await?;
    }
    // Names of the fields alone, because the log is read by people who may not see values.
    let changed: Vec<&String> = fields
        .iter()
        .filter(|(k, f)| before.fields.get(*k) != Some(f))
        .map(|(k, _)| k)
        .collect();
    let details = json!({ "version": number, "fields": changed });
    tx.log(new.action, ("record", &before.id), details).await
}

fn unstale(record: RecordView, seen: i64) -> Result<RecordView> {
    if record.version == seen {
        Ok(record)
    } else {
        Err(stale())
    }
}

/// What only a person can say of the paper is said before a record is approved.
fn refuse_undecided(class: Option<&Class>, record: &RecordView) -> Result<()> {
    if let Some(fields) = record::labels(class, record.struck()) {
        let message = Message::new("errors.struck_out").with("fields", fields);
        return Err(Error::refuse(message));
    }
    match record::labels(class, record.unread()) {
        Some(fields) => {
            let message = Message::new("errors.unread").with("fields", fields);
            Err(Error::refuse(message))
        }
        None => Ok(()),
    }
}

fn stale() -> Error {
    Error::refuse("errors.review.stale")
}
