//! The rows of a confirmed list on their way into the catalogue: read by a caged child, made, stored in batches. Each batch says
//! how far it got in its own transaction, so whoever is killed goes on behind it and repeats nothing.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::cage::Pieces;
use super::original;
use super::reading::{ListPart, ListTask};
use super::rows::{MadeRow, RowMaker};
use super::{Import, ImportState, load};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx};
use crate::error::{Error, Result};
use crate::jobs::{Kind, Leased, PRIORITY_BACKLOG, PRIORITY_UPKEEP};

/// Rows stored in one transaction, and in one statement.
const BATCH: usize = 5000;
const STATEMENT: usize = 400;
/// Columns of a stored row.
const COLUMNS: usize = 9;

/// The verb behind the job `take_in_list`.
///
/// # Errors
/// A passing fault puts the job back; `Refused` when the file no longer reads as it did.
pub async fn take_in(archive: &Archive, job: &Leased) -> Result<()> {
    let import = load(archive, &job.subject).await?;
    if import.state != ImportState::Confirmed || !rows_in(archive, &import).await? {
        // Undone meanwhile: nothing is left to do.
        let tx = archive.begin_as_machine().await?;
        return tx.complete_and_commit(job).await;
    }
    let mut tx = archive.begin_as_machine().await?;
    finish(&mut tx, &load(archive, &job.subject).await?).await?;
    tx.complete_and_commit(job).await
}

async fn finish(tx: &mut Tx, import: &Import) -> Result<()> {
    let moved = Move::to(ImportState::Done)
        .while_at("version", import.version)
        .set("ended_at", tx.now())
        .set("version", import.version + 1)
        .run(tx, &import.id)
        .await?;
    if !moved {
        return Err(Error::unavailable(
            "catalogue",
            "the import changed meanwhile",
        ));
    }
    let details = json!({
        "sha256": import.sha256, "rows": import.taken_rows, "doubtful": import.doubtful, "version": import.version + 1,
    });
    tx.log(Action::ImportTakenIn, ("import", &import.id), details)
        .await?;
    tx.announce("import", &import.id);
    tx.enqueue(Kind::CompareLists, &import.id, PRIORITY_BACKLOG)
        .await?;
    tx.enqueue(Kind::PreserveImport, &import.id, PRIORITY_UPKEEP)
        .await
}

/// Stores the rows behind the last that is in; false when the import was undone meanwhile.
///
/// # Errors
/// As [`take_in`].
pub(super) async fn rows_in(archive: &Archive, import: &Import) -> Result<bool> {
    let unreadable = || Error::refuse("errors.list_unreadable");
    let (mapping, sheet) = import
        .mapping
        .as_ref()
        .zip(import.sheet())
        .ok_or_else(unreadable)?;
    let class = archive.classes.get(&mapping.class).ok_or_else(unreadable)?;
    let file = original::fetch(archive, import).await?;
    let mut maker = RowMaker::new(class, mapping, sheet, &import.found.fonts);
    let asked = ListTask::Sheet(sheet.name.clone());
    let mut pieces = Pieces::of(archive, file.reopen()?, asked);
    let (after, mut waiting) = (import.last_row, Vec::new());
    while let Some(piece) = pieces.next().await? {
        match piece {
            ListPart::Rows(rows) => {
                // Decoding half a million rows takes seconds that nobody else's request should wait.
                let made = tokio::task::spawn_blocking(move || {
                    let fresh = rows.iter().filter(|row| i64::from(row.number) > after);
                    let made: Vec<MadeRow> = fresh.filter_map(|row| maker.make(row)).collect();
                    (maker, made)
                });
                let (back, made) = made
                    .await
                    .map_err(|error| Error::Internal(format!("list: {error}")))?;
                maker = back;
                waiting.extend(made);
            }
            ListPart::Problem(_) => return Err(unreadable()),
            _ => {}
        }
        if waiting.len() >= BATCH && !store(archive, import, std::mem::take(&mut waiting)).await? {
            return Ok(false);
        }
    }
    store(archive, import, waiting).await
}

/// One batch with how far it got, together or not at all.
async fn store(archive: &Archive, import: &Import, rows: Vec<MadeRow>) -> Result<bool> {
    let (Some(last), Some(mapping)) = (rows.last().map(|row| row.number), &import.mapping) else {
        return Ok(true);
    };
    let mut tx = archive.begin_as_machine().await?;
    for piece in rows.chunks(STATEMENT) {
        insert(&mut tx, import, &mapping.class, piece).await?;
    }
    let doubtful = rows.iter().filter(|row| row.doubtful > 0).count();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let stored = sqlx::query(
        // Guarded: of two holders of the job one goes on, and an import that was undone takes nothing in.
        "UPDATE imports SET taken_rows = taken_rows + $1, doubtful = doubtful + $2, last_row = $3
         WHERE id = $4 AND state = $5 AND last_row < $6",
    )
    .bind(count(rows.len()))
    .bind(count(doubtful))
    .bind(i64::from(last))
    .bind(&import.id)
    .bind(import.state)
    .bind(i64::from(rows[0].number))
    .execute(&mut *tx)
    .await?;
    if stored.rows_affected() == 0 {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

async fn insert(tx: &mut Tx, import: &Import, class: &str, rows: &[MadeRow]) -> Result<()> {
    let places = (0..rows.len()).map(|row| {
        let own: Vec<String> = (1..=COLUMNS)
            .map(|at| format!("${}", row * COLUMNS + at))
            .collect();
        format!("({})", own.join(", "))
    });
    let statement = format!(
        "INSERT INTO list_rows (id, import_id, number, class, fields, others, doubtful, serial_key, person_key)
         VALUES {} ON CONFLICT (id) DO NOTHING",
        places.collect::<Vec<_>>().join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for row in rows {
        query = query
            .bind(row_id(&import.id, i64::from(row.number)))
            .bind(&import.id)
            .bind(i64::from(row.number))
            .bind(class)
            .bind(serde_json::to_string(&row.fields)?)
            .bind(serde_json::to_string(&row.others)?)
            .bind(row.doubtful)
            .bind(row.keys.serial.clone())
            .bind(row.keys.person.clone());
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// The id of a row: the same whenever the list is taken in.
pub(super) fn row_id(import: &str, number: i64) -> String {
    format!("{import}.{number}")
}
