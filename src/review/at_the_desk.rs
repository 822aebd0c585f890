//! What the desk asks of a person beside the values: that doubtful fields were looked at, and what they note.

use std::collections::BTreeSet;

use super::{NewVersion, save, unstale};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Fault, Result};
use crate::record::{self, RecordView};

/// Refuses an approval while a field is in doubt that nobody went to: `visited` has the keys of those that the person
/// went to or typed into.
///
/// # Errors
/// `Invalid` with a pointer to each such field; `Refused` with code `stale`.
pub async fn refuse_unvisited(
    archive: &Archive,
    id: &str,
    seen: i64,
    visited: &BTreeSet<String>,
) -> Result<()> {
    let record = unstale(record::load(archive, id).await?, seen)?;
    let doubtful = record.fields.iter().filter(|(_, field)| field.wants_look());
    let unvisited = doubtful.filter(|(key, _)| !visited.contains(*key));
    let faults: Vec<Fault> = unvisited
        .map(|(key, _)| Fault::new(format!("/fields/{key}"), "faults.review.not_visited"))
        .collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(faults)),
    }
}

/// Notes something of a record that is not decided; its values and its state stay as they are.
///
/// # Errors
/// `Invalid` where it is decided: a note then goes with a change; `Refused` with code `stale`.
pub async fn annotate(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    seen: i64,
    note: &str,
) -> Result<RecordView> {
    require(caller, Act::CorrectRecords)?;
    let before = unstale(record::load(archive, id).await?, seen)?;
    if !before.state.waits() {
        return Err(Error::fault("/note", "faults.review.note_with_change"));
    }
    let new = NewVersion {
        state: before.state,
        action: Action::RecordNoted,
        note,
        author: None,
    };
    let fields = before.fields.clone();
    save(archive, caller, &before, &new, &fields, before.doubtful).await?;
    record::load(archive, id).await
}
