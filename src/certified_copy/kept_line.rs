//! The book's line in the vault, beside its sealed file: a void line, a withdrawal and a code's term
//! outlive the catalogue as the copy itself does.

use super::{CopyRow, ENTRY_FILE, book, object_id};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::clock::parse_stamp;
use crate::error::Result;
use crate::jobs::{self, Kind, Leased, PRIORITY_UPKEEP};
use crate::vault::{Content, ObjectId, Provenance};

/// Asks for the line to be brought to the vault, in the transaction that changed it.
pub(super) async fn enqueue(archive: &Archive, tx: &mut Tx, copy_id: &str) -> Result<()> {
    jobs::enqueue(
        tx,
        &*archive.clock,
        Kind::KeepLine,
        copy_id,
        PRIORITY_UPKEEP,
    )
    .await
}

/// The verb behind the job `keep_line`.
///
/// # Errors
/// A passing fault puts the job back.
pub(crate) async fn keep_line(archive: &Archive, job: &Leased) -> Result<()> {
    let object = ObjectId::new(object_id(&job.subject))?;
    // The head before the row: whoever writes in between is then not written over with an older line.
    let head = archive.vault.head(&object).await?;
    let line = book::row(archive, &job.subject).await?;
    if line.state != "opening" {
        write(archive, &object, head, &line).await?;
    }
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query("UPDATE copies SET object_id = $1 WHERE id = $2 AND state <> 'opening'")
        .bind(object_id(&line.id))
        .bind(&line.id)
        .execute(&mut *tx)
        .await?;
    book::finish(archive, tx, Some(job)).await
}

/// Writes the line as a version of the copy's object; a repeated attempt writes nothing new.
async fn write(
    archive: &Archive,
    object: &ObjectId,
    head: Option<u32>,
    line: &CopyRow,
) -> Result<()> {
    let file = Content::bytes(ENTRY_FILE, serde_json::to_vec_pretty(line)?);
    let who = Provenance {
        user_name: line
            .withdrawn_by
            .as_ref()
            .unwrap_or(&line.issued_by)
            .clone(),
        user_address: String::new(),
        message: "Line of the issue book".into(),
        at: changed_at(archive, line),
    };
    Ok(archive.vault.put_newest(object, head, file, &who).await?)
}

/// From the line itself where it says so, so that a repeated attempt is the same version.
fn changed_at(archive: &Archive, line: &CopyRow) -> jiff::Timestamp {
    let stated = line.withdrawn_at.as_ref().unwrap_or(&line.issued_at);
    parse_stamp(stated).unwrap_or_else(|| archive.clock.now())
}
