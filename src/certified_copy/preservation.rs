//! A line of the register in the vault, beside its sealed file: a void line, a withdrawal and a code's term
//! outlive the catalogue as the copy itself does. Written as it changes, and restored from there.

use super::{COPY_FILE, CopyRow, CopyState, ENTRY_FILE, object_id, register};
use crate::archive::{Archive, Restoration};
use crate::catalogue::{Tx, raise_counter};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::{Kind, Leased, PRIORITY_UPKEEP};
use crate::vault::{Content, Inventory, ObjectId, Provenance};

/// Asks for the line to be brought to the vault, in the transaction that changed it.
pub(super) async fn enqueue(tx: &mut Tx, copy_id: &str) -> Result<()> {
    tx.enqueue(Kind::PreserveLine, copy_id, PRIORITY_UPKEEP)
        .await
}

/// The verb behind the job `preserve_line`.
///
/// # Errors
/// A passing fault puts the job back.
pub(crate) async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let object = ObjectId::new(object_id(&job.subject))?;
    // The head before the row: whoever writes in between is then not written over with an older line.
    let head = archive.vault.head(&object).await?;
    let line = register::row(archive, &job.subject).await?;
    if line.state != CopyState::Opening {
        write(archive, &object, head, &line).await?;
    }
    let mut tx = archive.begin_as_machine().await?;
    // An open line has no object yet; the one who makes its copy will write it.
    sqlx::query("UPDATE copies SET object_id = $1 WHERE id = $2 AND state <> 'opening'")
        .bind(object_id(&line.id))
        .bind(&line.id)
        .execute(&mut *tx)
        .await?;
    tx.complete_and_commit(job).await
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
        // Whoever changed the line last is its author in the vault.
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

/// Brings one line of the register back, bound to the request it answers where the vault has that.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let inventory = restoration.archive.vault.inventory(id).await?;
    let Some(bytes) = restoration.newest(id, ENTRY_FILE).await? else {
        return Ok(());
    };
    let entry: Option<CopyRow> = serde_json::from_slice(&bytes).ok();
    let Some(mut copy) = entry.filter(|copy| object_id(&copy.id) == id.as_str()) else {
        let what = ENTRY_FILE.into();
        restoration.note(id, &Error::Corrupt { what });
        return Ok(());
    };
    let mut tx = restoration.archive.begin_as_machine().await?;
    let record = sqlx::query("SELECT 1 FROM records WHERE id = $1")
        .bind(&copy.record_id)
        .fetch_optional(&mut *tx)
        .await?;
    if record.is_none() {
        // Its number was given to somebody: it is never given again.
        restoration.numbers.push((copy.year, copy.number));
        restoration.damaged.push(format!(
            "{id}: the record it was made from is not in the vault"
        ));
        return Ok(());
    }
    let mut files = sealed_files(&inventory);
    // The vault's newest file wins over the line beside it: a renewal may have died before it wrote
    // the row.
    copy.sha256 = files.pop().or(copy.sha256);
    register::insert(&mut tx, &copy, true).await?;
    // Files of before a renewal stay known as ours, since citizens hold them.
    for earlier in files {
        register::remember_earlier(&mut tx, &copy.id, Some(&earlier)).await?;
    }
    tx.commit().await
}

/// Lets the register of each year go on behind its last line, and behind numbers that were `given`, as `(year, number)`,
/// without a line that was finished: what was given out once is never given out again. Names the numbers of which the
/// vault has no line.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore_counters(tx: &mut Tx, given: &[(i64, i64)]) -> Result<Vec<String>> {
    let lines: Vec<(i64, i64)> =
        sqlx::query_as("SELECT year, number FROM copies ORDER BY year, number")
            .fetch_all(&mut **tx)
            .await?;
    let (mut last, mut without_line) = ((0, 0), Vec::new());
    for (year, number) in lines {
        let before = if last.0 == year { last.1 } else { 0 };
        let missing = (before + 1..number).map(|number| format!("{number}/{year}"));
        without_line.extend(missing);
        last = (year, number);
        raise_counter(tx, &format!("copies-{year}"), number).await?;
    }
    for (year, number) in given {
        raise_counter(tx, &format!("copies-{year}"), *number).await?;
    }
    Ok(without_line)
}

/// The digests of the sealed files the object ever held, the present one last: the line beside them may be older.
pub(super) fn sealed_files(inventory: &Inventory) -> Vec<String> {
    let mut files = Vec::new();
    for version in 1..=inventory.head() {
        let state = inventory.state(version).unwrap_or_default();
        let digest = state.get(COPY_FILE).map(ToString::to_string);
        files.extend(digest.filter(|digest| files.last() != Some(digest)));
    }
    files
}
