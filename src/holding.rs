//! What all described holdings share: a version that an editor must have seen (optimistic locking: an edit names the
//! version it was made on, and one that is no longer current is refused), the trace of every act on them, and the job
//! that brings them to the vault. Units, fonds, series, files, volumes and documents are such holdings.

mod check;
mod preservation;

pub(crate) use check::{Checks, check_text};
pub(crate) use preservation::{Described, described, preserve, restore_history, restore_merged};

use serde_json::Value;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, JsonText, Move, State, Tx, json_column, text_enum};
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 1000;
/// Most lines of a trace that are listed.
const MOST_LISTED: usize = 500;

text_enum! {
    /// The kinds of described holdings.
    #[allow(missing_docs)] // the words say it
    pub enum HoldingKind {
        Unit,
        Fonds,
        Series,
        File,
        Volume,
        Document,
    }

    /// Whether a series, a file or a volume still takes in.
    #[allow(missing_docs)] // the words say it
    #[derive(Default)]
    pub enum HoldingState {
        #[default]
        Open,
        Closed,
        Merged,
    }
}

impl State for HoldingState {
    /// Series, files and volumes have it, each in its own table.
    const TABLE: &'static str = "";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Closed, Self::Merged],
            Self::Closed => &[Self::Merged],
            Self::Merged => &[],
        }
    }
}

json_column!(Value);

impl HoldingKind {
    fn table(self) -> &'static str {
        match self {
            Self::Unit => "units",
            Self::Fonds => "fonds",
            Self::Series => "series",
            Self::File => "files",
            Self::Volume => "register_volumes",
            Self::Document => "documents",
        }
    }

    /// The job that brings it to the vault; a series is part of its fonds' object.
    fn job(self) -> Kind {
        match self {
            Self::Unit => Kind::PreserveUnit,
            Self::Fonds | Self::Series => Kind::PreserveFonds,
            Self::File => Kind::PreserveFile,
            Self::Volume => Kind::PreserveVolume,
            Self::Document => Kind::PreserveDocument,
        }
    }

    /// An act on the one with that id.
    pub(crate) fn act<'a>(
        self,
        id: &'a str,
        action: Action,
        reason: &'a str,
        details: Value,
    ) -> TracedAct<'a> {
        TracedAct {
            kind: self,
            id,
            action,
            reason,
            details,
        }
    }
}

/// A new description in place of the one that was seen.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit<T> {
    /// Version that was looked at; another one in between is refused.
    pub seen: i64,
    /// The whole description from now on.
    pub description: T,
    /// Why, in the person's words; it stands in the trace.
    #[serde(default)]
    pub reason: String,
}

/// One line of a holding's trace.
#[derive(
    Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, sqlx::FromRow, utoipa::ToSchema,
)]
pub struct Trace {
    /// UUIDv7 text, so that a trace sorts by age.
    pub id: String,
    /// What was done, a word of the log.
    pub act: String,
    /// From where to where, into what, from what.
    #[sqlx(try_from = "JsonText")]
    #[schema(value_type = Object)]
    pub details: Value,
    /// Why, in the words of the person.
    pub reason: String,
    /// Person or token id.
    pub actor: String,
    /// When it was done, RFC 3339 UTC with milliseconds.
    pub at: String,
}

/// One act on a holding.
pub(crate) struct TracedAct<'a> {
    /// What it is done to.
    pub kind: HoldingKind,
    /// Id in the table of its kind.
    pub id: &'a str,
    /// Word of the log, and of the trace.
    pub action: Action,
    /// Why, in the person's words; empty where no reason is asked for.
    pub reason: &'a str,
    /// From where to where; no personal data.
    pub details: Value,
}

/// Raises the version of a holding that was seen at `seen`.
///
/// # Errors
/// `Refused` when it has another version by now, `NotFound` when there is none.
pub(crate) async fn touch(tx: &mut Tx, kind: HoldingKind, id: &str, seen: i64) -> Result<()> {
    let (table, by, at) = (kind.table(), tx.actor().to_owned(), tx.now());
    let statement = format!(
        "UPDATE {table} SET version = version + 1, changed_by = $1, changed_at = $2
         WHERE id = $3 AND version = $4"
    );
    let touched = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(by)
        .bind(at)
        .bind(id)
        .bind(seen)
        .execute(&mut **tx)
        .await?;
    // Looked for only after the update failed: the usual case costs one statement.
    if touched.rows_affected() == 1 {
        return Ok(());
    }
    let there = format!("SELECT 1 FROM {table} WHERE id = $1");
    let there = sqlx::query(sqlx::AssertSqlSafe(there))
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?;
    match there {
        Some(_) => Err(Error::refuse("errors.stale")),
        None => Err(Error::NotFound { what: "holding" }),
    }
}

/// As [`touch`], whatever version it has: the act is done to another holding, and this one follows.
pub(crate) async fn touch_along(tx: &mut Tx, kind: HoldingKind, id: &str) -> Result<()> {
    let (by, at) = (tx.actor().to_owned(), tx.now());
    let statement = format!(
        "UPDATE {} SET version = version + 1, changed_by = $1, changed_at = $2 WHERE id = $3",
        kind.table()
    );
    sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(by)
        .bind(at)
        .bind(id)
        // No check of the version: the person acted on the other holding and never saw this one.
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Gives a series, a file or a volume its state, and what it was merged into; `Refused` where it has moved on.
pub(crate) async fn set_state(
    tx: &mut Tx,
    kind: HoldingKind,
    id: &str,
    state: HoldingState,
    merged_into: Option<&str>,
) -> Result<()> {
    let moved = Move::of(kind.table(), state).set("merged_into", merged_into);
    match moved.run(tx, id).await? {
        true => Ok(()),
        false => Err(Error::refuse("errors.stale")),
    }
}

/// Closes a series, a file or a volume that was seen at `seen`.
pub(crate) async fn close(tx: &mut Tx, act: TracedAct<'_>, seen: i64) -> Result<()> {
    touch(tx, act.kind, act.id, seen).await?;
    set_state(tx, act.kind, act.id, HoldingState::Closed, None).await?;
    trace(tx, act).await
}

/// Lets a file or a volume end in another of its kind; what hung from it has been moved before.
pub(crate) async fn merge(tx: &mut Tx, act: TracedAct<'_>, into: &str) -> Result<()> {
    set_state(tx, act.kind, act.id, HoldingState::Merged, Some(into)).await?;
    trace_both(tx, act, into).await
}

/// The same act in the trace of the other one that it concerns, which gets a version for it.
pub(crate) async fn trace_both(tx: &mut Tx, act: TracedAct<'_>, other: &str) -> Result<()> {
    touch_along(tx, act.kind, other).await?;
    let along = act
        .kind
        .act(other, act.action, act.reason, act.details.clone());
    trace(tx, act).await?;
    trace(tx, along).await
}

/// A holding that moves because another one does: it gets a version and a trace of its own.
pub(crate) async fn follow(
    tx: &mut Tx,
    kind: HoldingKind,
    id: &str,
    reason: &str,
    details: Value,
) -> Result<()> {
    touch_along(tx, kind, id).await?;
    trace(tx, kind.act(id, Action::HoldingMoved, reason, details)).await
}

/// Leaves the act in the trace and in the log, and asks for the holding to be brought to the vault.
pub(crate) async fn trace(tx: &mut Tx, act: TracedAct<'_>) -> Result<()> {
    let line = Trace {
        id: tx.new_id(),
        act: act.action.as_str().to_owned(),
        details: act.details.clone(),
        reason: act.reason.trim().to_owned(),
        actor: tx.actor().to_owned(),
        at: tx.now(),
    };
    insert_trace(tx, act.kind, act.id, &line).await?;
    tx.log(act.action, (act.kind.as_str(), act.id), act.details)
        .await?;
    if let HoldingKind::File | HoldingKind::Volume | HoldingKind::Document = act.kind {
        tx.announce(act.kind.as_str(), act.id);
    }
    // Series have no object of their own, so the fonds that contains them is what must be written.
    let subject = match act.kind {
        HoldingKind::Series => {
            sqlx::query_scalar("SELECT fonds_id FROM series WHERE id = $1")
                .bind(act.id)
                .fetch_one(&mut **tx)
                .await?
        }
        _ => act.id.to_owned(),
    };
    tx.enqueue(act.kind.job(), &subject, PRIORITY_UPKEEP).await
}

/// False when it is there already.
async fn insert_trace(tx: &mut Tx, kind: HoldingKind, id: &str, line: &Trace) -> Result<bool> {
    Insert::into("holding_history")
        .set("id", &line.id)
        .set("kind", kind)
        .set("holding_id", id)
        .set("act", &line.act)
        .set("details", line.details.to_string())
        .set("reason", &line.reason)
        .set("actor", &line.actor)
        .set("at", &line.at)
        .or_ignore("(id)")
        .run(tx)
        .await
}

/// The trace of one holding, oldest first.
///
/// # Errors
/// `Forbidden`.
pub async fn history(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<Trace>> {
    require(caller, Act::SeeBatches)?;
    let mut traces: Vec<Trace> = sqlx::query_as(
        "SELECT id, act, details, reason, actor, at FROM holding_history
         WHERE holding_id = $1 ORDER BY id",
    )
    .bind(id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    // The newest lines fall away; the whole trace is in the vault's object.
    traces.truncate(MOST_LISTED);
    Ok(traces)
}

/// The trace of a holding of that kind: the document of a volume bears the volume's id.
pub(crate) async fn traces(archive: &Archive, kind: HoldingKind, id: &str) -> Result<Vec<Trace>> {
    Ok(sqlx::query_as(
        "SELECT id, act, details, reason, actor, at FROM holding_history
         WHERE holding_id = $1 AND kind = $2 ORDER BY id",
    )
    .bind(id)
    .bind(kind)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// A reason as a person gave it.
///
/// # Errors
/// `Invalid` for none where one is needed, or one too long.
pub(crate) fn check_reason(reason: &str) -> Result<()> {
    check_text("/reason", reason, LONGEST_REASON)
}
