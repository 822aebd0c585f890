//! The queue as people see it: how much waits, what is stuck and why, and what is done about it.

use super::{JobState, Kind};
use crate::catalogue::{Catalogue, Move, Tx};
use crate::error::Result;

/// How much waits, per kind and state, for the administrator's page and the metrics.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Backlog {
    /// Word of a [`Kind`], or of one that a later version knows.
    pub kind: String,
    /// Never done or given up.
    pub state: JobState,
    /// Jobs of that kind in that state.
    pub count: i64,
    /// RFC 3339 UTC: when the oldest of them was enqueued.
    pub oldest: String,
}

/// Everything not done.
///
/// # Errors
/// As any statement.
pub async fn backlog(catalogue: &Catalogue) -> Result<Vec<Backlog>> {
    Ok(sqlx::query_as(
        "SELECT kind, state, COUNT(*) AS count, MIN(created_at) AS oldest FROM jobs
         WHERE state IN ('ready', 'leased', 'failed', 'held')
         GROUP BY kind, state ORDER BY kind, state",
    )
    .fetch_all(catalogue.pool())
    .await?)
}

/// A job that does not simply take its turn: failed, held, or put off by a fault.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Stuck {
    /// UUIDv7 as text, to name it by in a command.
    pub id: String,
    /// Word of a [`Kind`].
    pub kind: String,
    /// Id of what it is done to.
    pub subject: String,
    /// `failed`, `held`, or `ready` where it goes on by itself.
    pub state: JobState,
    /// Attempts that count against it.
    pub attempts: i64,
    /// Faults of the world in a row that put it off.
    pub faults: i64,
    /// Holders in a row that stopped answering.
    pub lost: i64,
    /// Stable word of what it met last.
    pub error_code: Option<String>,
    /// RFC 3339 UTC: when it is tried next, where it goes on by itself.
    pub run_at: String,
    /// When it was enqueued, RFC 3339 UTC.
    pub created_at: String,
}

/// What is stuck, those that wait for a person first; `after` is the id of the last of the page before.
///
/// # Errors
/// As any statement.
pub async fn stuck(
    catalogue: &Catalogue,
    filter: &JobFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Stuck>> {
    let statement = format!(
        "SELECT id, kind, subject, state, attempts, faults, lost, error_code, run_at, created_at
         FROM jobs WHERE {STUCK} AND {MATCHES} AND id > $4 ORDER BY id LIMIT $5"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(&filter.id)
        .bind(filter.kind)
        .bind(&filter.code)
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(catalogue.pool())
        .await?)
}

/// How many are stuck.
///
/// # Errors
/// As any statement.
pub async fn count_stuck(catalogue: &Catalogue, filter: &JobFilter) -> Result<i64> {
    let statement = format!("SELECT COUNT(*) FROM jobs WHERE {STUCK} AND {MATCHES}");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .bind(&filter.id)
        .bind(filter.kind)
        .bind(&filter.code)
        .fetch_one(catalogue.pool())
        .await?)
}

/// A job that waits for its first turn is not stuck and would bury those that are.
const STUCK: &str = "(state IN ('failed', 'held') OR state = 'ready' AND error_code IS NOT NULL)";

/// One job, many or all: each part that is given narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// The job of this id.
    pub id: Option<String>,
    /// Jobs of this kind.
    pub kind: Option<Kind>,
    /// Jobs that met this last.
    pub code: Option<String>,
}

impl JobFilter {
    /// Keeps a move to the jobs that it names.
    fn narrow(&self, mut moved: Move<JobState>) -> Move<JobState> {
        if let Some(id) = &self.id {
            moved = moved.while_at("id", id);
        }
        if let Some(kind) = self.kind {
            moved = moved.while_at("kind", kind);
        }
        match &self.code {
            Some(code) => moved.while_at("error_code", code),
            None => moved,
        }
    }
}

const MATCHES: &str = "($1 IS NULL OR id = $1) AND ($2 IS NULL OR kind = $2)
     AND ($3 IS NULL OR error_code = $3)";

/// What a person wants of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobAction {
    /// Try them again, at once; also those held or put off. With the code of a reading that failed for no fault of the
    /// file (`timed_out`, `out_of_memory`, `crashed`, `unavailable`), the pages that failed for it too.
    Retry,
    /// Nobody works them until they are retried.
    Hold,
    /// End them undone: a page stands aside unread, a copy's line is void and its request can be released again.
    GiveUp,
}

/// Moves those that stand still or wait, and names what was moved: id, kind and subject.
///
/// # Errors
/// As any statement.
pub async fn intervene(
    tx: &mut Tx,
    filter: &JobFilter,
    action: JobAction,
) -> Result<Vec<(String, String, String)>> {
    let now = tx.now();
    let stuck = "state <> 'ready' OR error_code IS NOT NULL";
    let moved = match action {
        JobAction::Retry => {
            // A given-up job comes back only where it is named itself: "all" means what is stuck.
            let given_up = filter.id.is_some().then_some(JobState::GivenUp);
            let mut from = vec![JobState::Failed, JobState::Held, JobState::Ready];
            from.extend(given_up);
            Move::to(JobState::Ready)
                .from(&from)
                .only_if(stuck)
                // All its attempts again: a person who retries has repaired something.
                .set("attempts", 0_i64)
                .set("faults", 0_i64)
                .set("lost", 0_i64)
                .set("run_at", now)
                .clear(&["settled_at"])
        }
        JobAction::Hold => Move::to(JobState::Held).set("run_at", now),
        JobAction::GiveUp => Move::to(JobState::GivenUp)
            .only_if(stuck)
            // The key is freed, so that the same thing can be asked for again later.
            .clear(&["once_key"])
            .set("settled_at", now),
    };
    filter
        .narrow(moved)
        .run_returning(tx, "id, kind, subject")
        .await
}
