//! Batches found by name and by what is open in them.

use super::{Batch, SELECT};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Key, Slice, Turn, Window, folded, folded_pattern};
use crate::error::Result;

/// Which batches to list.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    /// `open`, `closed`, `flagged` (with flags that wait), `quarantined` (with files set aside), or any where it is empty.
    pub state: String,
    /// Part of the name, accents or not.
    pub text: String,
    /// Place of the page in the list, after or before a row.
    pub turn: Turn,
}

const NEWEST: &[Key] = &[Key::Text("b.id")];
/// `$1` a state, `$2` any text, `$3` a folded name as a pattern.
const ANSWERS: &str = "($1 = '' OR b.state = $1
        OR $1 = 'flagged' AND EXISTS (SELECT 1 FROM scans s JOIN pages p ON p.scan_id = s.id
            JOIN page_flags g ON g.page_id = p.id
            WHERE s.batch_id = b.id AND g.state = 'open' AND g.severity >= 2)
        OR $1 = 'quarantined' AND EXISTS (SELECT 1 FROM scans s
            WHERE s.batch_id = b.id AND s.state = 'quarantined'))
     AND ($2 = '' OR $3 <> '' AND b.folded LIKE $3)";

fn values(filter: &BatchFilter) -> [String; 3] {
    [
        filter.state.clone(),
        filter.text.trim().to_owned(),
        folded_pattern(&filter.text),
    ]
}

/// A page of the batches that answer a filter, newest first.
///
/// # Errors
/// `Forbidden`, `Invalid` place.
pub async fn page(
    archive: &Archive,
    caller: &Caller,
    filter: &BatchFilter,
    most: usize,
) -> Result<Slice<Batch>> {
    require(caller, Act::SeeBatches)?;
    if !filter.text.trim().is_empty() {
        fold_missing(archive).await?;
    }
    // Ids are ordered by the time of making.
    let window = Window::of(NEWEST, true, &filter.turn, most)?;
    let statement = format!("{SELECT} WHERE {ANSWERS}{}", window.sql(4));
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(statement));
    for value in values(filter).iter().chain(window.values()) {
        query = query.bind(value.clone());
    }
    let rows: Vec<Batch> = query.fetch_all(archive.catalogue.pool()).await?;
    Ok(window.cut(rows, |batch| vec![batch.id.clone()]))
}

/// How many batches answer a filter, whatever the page.
///
/// # Errors
/// `Forbidden`.
pub async fn count(archive: &Archive, caller: &Caller, filter: &BatchFilter) -> Result<i64> {
    require(caller, Act::SeeBatches)?;
    let statement = format!("SELECT COUNT(*) FROM batches b WHERE {ANSWERS}");
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
    for value in values(filter) {
        query = query.bind(value);
    }
    Ok(query.fetch_one(archive.catalogue.pool()).await?)
}

/// Folds the names of batches that came before names were kept so.
async fn fold_missing(archive: &Archive) -> Result<()> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT id, name FROM batches WHERE folded = ''")
            .fetch_all(archive.catalogue.pool())
            .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = archive.begin_as_machine().await?;
    for (id, name) in rows {
        tx.set("batches", &id, "folded", folded(&name)).await?;
    }
    tx.commit().await
}

/// What waits for a person in all batches together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenInBatches {
    /// Flags that ask for a person.
    pub flags: i64,
    /// Files that could not be taken as they are.
    pub quarantined: i64,
}

/// How many flags and quarantined files wait, over all batches.
///
/// # Errors
/// `Forbidden`.
pub async fn open_in_all(archive: &Archive, caller: &Caller) -> Result<OpenInBatches> {
    require(caller, Act::SeeBatches)?;
    let (flags, quarantined) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM page_flags WHERE state = 'open' AND severity >= 2),
            (SELECT COUNT(*) FROM scans WHERE state = 'quarantined')",
    )
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(OpenInBatches { flags, quarantined })
}
