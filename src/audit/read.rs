//! The log as people read it: newest first, with the names of those who acted.

use super::Entry;
use crate::catalogue::{Catalogue, Key, Slice, Turn, Window};
use crate::error::Result;

/// An entry and who acted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NamedEntry {
    /// The entry as stored.
    #[sqlx(flatten)]
    pub entry: Entry,
    /// Name of the person or token; empty where the program or a citizen acted.
    pub actor_name: String,
}

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// Id of what they are about, or any where it is empty.
    pub about: String,
    /// Id of who acted, or anyone.
    pub actor: String,
    /// Word of an [`super::Action`], or any.
    pub action: String,
    /// Not before this instant, RFC 3339 UTC, or since ever.
    pub from: String,
    /// Before this instant, RFC 3339 UTC, or until now.
    pub to: String,
    /// Place of the page in the list, after or before an entry.
    pub turn: Turn,
}

const BY_TIME: &[Key] = &[Key::Text("e.id")];
const ANSWERS: &str = "($1 = '' OR e.subject_id = $1) AND ($2 = '' OR e.actor = $2)
     AND ($3 = '' OR e.action = $3) AND ($4 = '' OR e.at >= $4) AND ($5 = '' OR e.at < $5)";

impl LogFilter {
    fn values(&self) -> [&String; 5] {
        [&self.about, &self.actor, &self.action, &self.from, &self.to]
    }
}

/// A page of the entries that answer a filter, newest first.
///
/// # Errors
/// `Invalid` place.
pub async fn newest(
    catalogue: &Catalogue,
    filter: &LogFilter,
    most: usize,
) -> Result<Slice<NamedEntry>> {
    // Ids are given in the order of time, before positions are.
    let window = Window::of(BY_TIME, true, &filter.turn, most)?;
    let statement = format!(
        "SELECT e.*, COALESCE(p.name, t.name, '') AS actor_name FROM log e
         LEFT JOIN people p ON p.id = e.actor LEFT JOIN tokens t ON t.id = e.actor
         WHERE {ANSWERS}{}",
        window.sql(6)
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(statement));
    for value in filter.values().into_iter().chain(window.values()) {
        query = query.bind(value.clone());
    }
    let rows: Vec<NamedEntry> = query.fetch_all(catalogue.pool()).await?;
    Ok(window.cut(rows, |row| vec![row.entry.id.clone()]))
}

/// How many entries answer a filter, whatever the page.
///
/// # Errors
/// As any statement.
pub async fn count(catalogue: &Catalogue, filter: &LogFilter) -> Result<i64> {
    let statement = format!("SELECT COUNT(*) FROM log e WHERE {ANSWERS}");
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
    for value in filter.values() {
        query = query.bind(value.clone());
    }
    Ok(query.fetch_one(catalogue.pool()).await?)
}

/// Id and name of everybody who may have acted.
///
/// # Errors
/// As any statement.
pub async fn actors(catalogue: &Catalogue) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as(
        "SELECT id, name FROM people UNION ALL SELECT id, name FROM tokens ORDER BY 2",
    )
    .fetch_all(catalogue.pool())
    .await?)
}
