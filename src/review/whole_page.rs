//! The records of a page that is taken out of its batch, all at once; and the way back.

use super::{NewVersion, save_in};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::record::{self, RecordState, RecordView};

/// Rejects every record of a page that is taken out of its batch. They stay in the catalogue; published
/// ones are no longer found. Says how many.
///
/// # Errors
/// `Refused` with code `stale` when one of them changed meanwhile.
pub(crate) async fn reject_all_of(
    archive: &Archive,
    tx: &mut Tx,
    by: &str,
    page_id: &str,
    note: &str,
) -> Result<usize> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM records WHERE page_id = $1 AND state <> 'rejected' ORDER BY ordinal",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?;
    for id in &ids {
        let before = record::load(archive, id).await?;
        let new = NewVersion {
            state: RecordState::Rejected,
            action: Action::RecordRejected,
            note,
            author: None,
        };
        let fields = before.fields.clone();
        save_in(archive, tx, by, &before, &new, &fields, 0).await?;
    }
    Ok(ids.len())
}

/// Gives the records of a page that comes back what they said before [`reject_all_of`], known by its
/// notes. One that a person has decided on otherwise stays as that person left it. Says how many.
///
/// # Errors
/// As [`reject_all_of`].
pub(crate) async fn restore_all_of(
    archive: &Archive,
    tx: &mut Tx,
    by: &str,
    page_id: &str,
    (rejected_with, note): (&[&str], &str),
) -> Result<usize> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT r.id, v.note FROM records r
         JOIN record_versions v ON v.record_id = r.id AND v.version = r.version
         WHERE r.page_id = $1 AND r.state = 'rejected' ORDER BY r.ordinal",
    )
    .bind(page_id)
    .fetch_all(&mut **tx)
    .await?;
    let mut restored = 0;
    for (id, rejection) in &rows {
        // A record that a person had rejected for another reason stays rejected.
        if rejected_with.contains(&rejection.as_str()) {
            let record = record::load(archive, id).await?;
            restored += usize::from(restore(archive, tx, by, record, note).await?);
        }
    }
    Ok(restored)
}

/// What was found before is found again; a correction that waited for approval waits again after it. Each
/// stays its author's: who takes a page back has not judged its records.
pub(super) async fn restore(
    archive: &Archive,
    tx: &mut Tx,
    by: &str,
    mut record: RecordView,
    note: &str,
) -> Result<bool> {
    let steps = said_before(tx, &record).await?;
    let any = !steps.is_empty();
    for (version, state, author) in steps {
        let fields = record::fields_of(archive, &record.id, version).await?;
        let new = NewVersion {
            state,
            action: Action::RecordRestored,
            note,
            author: Some(&author),
        };
        let doubtful = match state {
            // What was approved has no doubt left; a correction is as doubtful as its values.
            RecordState::Approved => 0,
            _ => record::doubtful(archive.classes.get(&record.class), &fields),
        };
        save_in(archive, tx, by, &record, &new, &fields, doubtful).await?;
        record.version += 1;
        (record.state, record.fields) = (state, fields);
    }
    Ok(any)
}

/// Version, state and author of what was public before the rejection, then of what was newest, where that is
/// another. A rebuilt catalogue may know the public one only.
async fn said_before(
    tx: &mut Tx,
    rejected: &RecordView,
) -> Result<Vec<(i64, RecordState, String)>> {
    let public = "SELECT v.version, v.state, v.author FROM publications q
         JOIN record_versions v ON v.record_id = q.record_id AND v.version = q.version
         WHERE q.record_id = $1 AND q.version < $2 ORDER BY q.position DESC LIMIT 1";
    let newest = "SELECT version, state, author FROM record_versions
         WHERE record_id = $1 AND version < $2 ORDER BY version DESC LIMIT 1";
    let mut said: Vec<(i64, RecordState, String)> = Vec::new();
    for query in [public, newest] {
        let one = sqlx::query_as(query)
            .bind(&rejected.id)
            .bind(rejected.version)
            .fetch_optional(&mut **tx)
            .await?;
        let other = |one: &(i64, RecordState, String)| {
            one.1 != RecordState::Rejected && !said.contains(one)
        };
        if let Some(one) = one.filter(other) {
            said.push(one);
        }
    }
    Ok(said)
}
