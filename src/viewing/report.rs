//! Who has looked at whom: for those who read the log. Reading it is an act too.

use serde_json::json;

use super::{View, note};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};

/// One view as listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct ViewRow {
    /// Id of its entry in the log.
    pub entry_id: String,
    /// When, RFC 3339 UTC.
    pub at: String,
    /// Person or token id, or `machine`.
    pub actor: String,
    /// Name of the person or token.
    pub name: String,
    /// Word of what was done, as in the log.
    pub action: String,
    /// The record that was shown; one row for each.
    pub record_id: Option<String>,
    /// Keyed digest of what was asked: the same question has the same.
    pub question: Option<String>,
    /// Whether the words of the question or reason are still kept.
    #[sqlx(try_from = "i64")]
    #[schema(value_type = bool)]
    pub words_kept: Kept,
}

/// Whether something is still kept, counted by the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Kept(pub bool);

impl From<i64> for Kept {
    fn from(count: i64) -> Self {
        Self(count > 0)
    }
}

const SELECT: &str = "SELECT v.entry_id, v.at, v.actor, v.action, v.question, r.record_id,
        COALESCE(p.name, t.name, v.actor) AS name,
        (SELECT COUNT(*) FROM view_texts w WHERE w.entry_id = v.entry_id) AS words_kept
     FROM views v LEFT JOIN people p ON p.id = v.actor LEFT JOIN tokens t ON t.id = v.actor";

/// Who has looked at any of these records, newest first, at most 500.
///
/// # Errors
/// `Forbidden`.
pub async fn of_records(
    archive: &Archive,
    caller: &Caller,
    records: &[String],
) -> Result<Vec<ViewRow>> {
    require(caller, Act::SeeLog)?;
    let mut found: Vec<ViewRow> = Vec::new();
    for record in records {
        let statement = format!(
            "{SELECT} JOIN viewed_records r ON r.entry_id = v.entry_id AND r.record_id = $1
             ORDER BY v.at DESC, v.entry_id DESC LIMIT 500"
        );
        let rows: Vec<ViewRow> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .bind(record)
            .fetch_all(archive.catalogue.pool())
            .await?;
        found.extend(rows);
    }
    found.sort_by(|a, b| (&b.at, &b.entry_id).cmp(&(&a.at, &a.entry_id)));
    found.truncate(500);
    let first = records.first().map_or("none", String::as_str);
    note(
        archive,
        caller,
        View::of(Action::ViewsRead, ("record", first), Vec::new()).saying(json!({ "of": records })),
    )
    .await?;
    Ok(found)
}

/// What a person or token has looked at, newest first, at most 500 acts; what each act showed is in the log.
///
/// # Errors
/// `Forbidden`.
pub async fn by_actor(archive: &Archive, caller: &Caller, actor: &str) -> Result<Vec<ViewRow>> {
    require(caller, Act::SeeLog)?;
    let statement = format!(
        "{SELECT} LEFT JOIN viewed_records r ON r.entry_id = v.entry_id AND
            r.record_id = (SELECT MIN(o.record_id) FROM viewed_records o WHERE o.entry_id = v.entry_id)
         WHERE v.actor = $1 ORDER BY v.at DESC, v.entry_id DESC LIMIT 500"
    );
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(actor)
        .fetch_all(archive.catalogue.pool())
        .await?;
    note(
        archive,
        caller,
        View::of(Action::ViewsRead, ("caller", actor), Vec::new()),
    )
    .await?;
    Ok(rows)
}

/// The words of a question or reason, for auditors.
///
/// # Errors
/// `NotFound` when there are none or their term has ended; `Forbidden`.
pub async fn text_of(archive: &Archive, caller: &Caller, entry: &str) -> Result<String> {
    require(caller, Act::SeeQuestions)?;
    let text: Option<String> =
        sqlx::query_scalar("SELECT text FROM view_texts WHERE entry_id = $1 AND ends_at > $2")
            .bind(entry)
            .bind(crate::clock::stamp(archive.clock.now()))
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let text = text.ok_or(Error::NotFound { what: "question" })?;
    note(
        archive,
        caller,
        View::of(Action::QuestionRead, ("log_entry", entry), Vec::new()),
    )
    .await?;
    Ok(text)
}
