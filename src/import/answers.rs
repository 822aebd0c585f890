//! What a person says to a difference between a row of a list and a record.

use serde_json::json;
use utoipa::ToSchema;

use super::matching::Verdict;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Tx, changed_one};
use crate::error::{Error, Result};
use crate::holding::check_text;
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 1000;

/// An answer to a difference.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAnswer {
    /// Which is right: the list, the record or both; or that they are two people.
    pub verdict: Verdict,
    /// Why, in the person's words.
    #[serde(default)]
    pub note: String,
}

/// Keeps a person's answer to what a row and a record say differently.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` note, `Refused` for a program.
pub async fn answer(
    archive: &Archive,
    caller: &Caller,
    (row_id, record_id): (&str, &str),
    given: &ListAnswer,
) -> Result<()> {
    require(caller, Act::CorrectRecords)?;
    if !given.note.is_empty() {
        check_text("/note", &given.note, LONGEST_NOTE)?;
    }
    let import: Option<String> = sqlx::query_scalar(
        "SELECT import_id FROM list_matches WHERE row_id = $1 AND record_id = $2",
    )
    .bind(row_id)
    .bind(record_id)
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let import = import.ok_or(Error::NotFound { what: "match" })?;
    let mut tx = archive.begin(caller).await?;
    let (at, by) = (tx.now(), tx.actor().to_owned());
    set_answer(&mut tx, (row_id, record_id), given, (&by, &at)).await?;
    sqlx::query("UPDATE imports SET version = version + 1 WHERE id = $1")
        .bind(&import)
        .execute(&mut *tx)
        .await?;
    let details = json!({ "row": row_id, "record": record_id, "verdict": given.verdict });
    tx.log(Action::DifferenceAnswered, ("import", &import), details)
        .await?;
    tx.enqueue(Kind::PreserveImport, &import, PRIORITY_UPKEEP)
        .await?;
    tx.commit().await
}

/// Writes an answer; false where the pair is no longer there.
///
/// # Errors
/// As any statement.
pub(super) async fn set_answer(
    tx: &mut Tx,
    (row_id, record_id): (&str, &str),
    given: &ListAnswer,
    (by, at): (&str, &str),
) -> Result<bool> {
    let statement = sqlx::query(
        "UPDATE list_matches SET verdict = $1, note = $2, answered_by = $3, answered_at = $4
         WHERE row_id = $5 AND record_id = $6",
    )
    .bind(given.verdict)
    .bind(given.note.trim().to_owned())
    .bind(by.to_owned())
    .bind(at.to_owned())
    .bind(row_id.to_owned())
    .bind(record_id.to_owned());
    changed_one(tx, statement).await
}
