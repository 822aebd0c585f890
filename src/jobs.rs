//! The durable queue: enqueued in the transaction of the change, leased by time, settled only by
//! the holder. Of one thing, one job of a kind is worked at a time. How a job ends is decided in [`End`].

mod backlog;
mod retry_policy;

use std::time::Duration;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::catalogue::{Catalogue, Engine, Move, State, Tx, text_enum};
use crate::clock::{Clock, stamp};
use crate::error::{Error, Result};

pub use backlog::{Backlog, JobAction, Stuck, backlog, count_stuck, stuck};
pub(crate) use backlog::{JobFilter, intervene};
pub use retry_policy::{End, give_back, while_held};

text_enum! {
    /// The kinds of work, listed by hand in this one place.
    pub enum Kind {
        /// Read one page; subject: page id.
        ReadPage,
        /// Put the readings of a document's pages together once all are read; subject: document id.
        ReadDocument,
        /// Bring approved records of one scan into the vault; subject: scan id.
        PreserveRecords,
        /// Compose, seal and preserve one released copy; subject: copy id.
        IssueCopy,
        /// Bring what became of a line of the issue book into the vault; subject: copy id.
        PreserveLine,
        /// Bring a citizen's request, as it is, into the vault; subject: request id.
        PreserveRequest,
        /// Do what depends on a correction's first day in force; subject: correction id.
        TakeEffect,
        /// Put a fresh time stamp over a copy's file before the one below can no longer be believed; subject: copy id.
        RenewSeal,
        /// Ask for the renewals that are due; subject: `all`.
        SweepSeals,
        /// Expire abandoned uploads; subject: `all`.
        SweepUploads,
        /// Tell a portal what became of a request; subject: event id.
        NotifyPortal,
        /// Bring the newest column map of a volume into the vault; subject: volume id.
        PreserveMap,
        /// Compare the pages of a batch with each other; subject: batch id.
        InspectBatch,
        /// Bring what became of a scan's flags into the vault; subject: scan id.
        PreserveFlags,
        /// End requests whose applicant did not answer; subject: `all`.
        SweepRequests,
        /// Bring a unit's description into the vault; subject: unit id.
        PreserveUnit,
        /// Bring the description of a fonds and its series into the vault; subject: fonds id.
        PreserveFonds,
        /// Bring a file's description into the vault; subject: file id.
        PreserveFile,
        /// Bring a volume's description into the vault; subject: volume id.
        PreserveVolume,
        /// Bring a document that a person touched into the vault; subject: document id.
        PreserveDocument,
        /// Let the rows of a confirmed list in; subject: import id.
        TakeInList,
        /// Compare rows of lists with records; subject: import id, or `all` for the records that are new or changed.
        CompareLists,
        /// Bring an import, as it is, into the vault; subject: import id.
        PreserveImport,
        /// Bring what people found about numbers that did not agree into the vault; subject: volume or batch id.
        PreserveAnswers,
    }

    /// Where a job stands.
    pub enum JobState {
        /// Waits for its turn.
        Ready,
        /// Held by a worker, or by one that stopped answering.
        Leased,
        /// Its result is committed.
        Done,
        /// It is wrong itself, or out of attempts; a person looks at it.
        Failed,
        /// A person holds it back.
        Held,
        /// A person ended it undone.
        GivenUp,
    }
}

impl State for JobState {
    const TABLE: &'static str = "jobs";

    fn next(self) -> &'static [Self] {
        match self {
            // What waits, and failed before, may be told to wait anew.
            Self::Ready => &[Self::Ready, Self::Leased, Self::Held, Self::GivenUp],
            // Taken over from a holder that stopped answering, or settled by its own.
            Self::Leased => &[Self::Leased, Self::Ready, Self::Done, Self::Failed],
            Self::Failed => &[Self::Ready, Self::Held, Self::GivenUp],
            Self::Held => &[Self::Ready, Self::GivenUp],
            Self::GivenUp => &[Self::Ready],
            Self::Done => &[],
        }
    }
}

/// Attempts before a job is failed for a person to look at; faults of the world are not counted.
pub const MOST_ATTEMPTS: i64 = 8;
/// From this many silent holders in a row on, a job waits before the next one takes it: it may be what ends them.
const LOST_PATIENCE: i64 = 4;

/// Pages and other work that nobody waits for.
pub const PRIORITY_BACKLOG: i64 = 0;
/// Housekeeping that should not wait behind a backlog of pages.
pub const PRIORITY_UPKEEP: i64 = 5;
/// A citizen waits for this.
pub const PRIORITY_CITIZEN: i64 = 10;

/// How long a lease lasts without a heartbeat.
pub const LEASE: Duration = Duration::from_secs(60);

/// A job held by us.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Leased {
    /// UUIDv7 as text: sorts by the time it was enqueued.
    pub id: String,
    /// Which verb works it.
    pub kind: Kind,
    /// Id of what it is done to; what kind of thing that is, the kind of work tells.
    pub subject: String,
    /// 1 at the first attempt; tries that a fault of the world or a silent holder ended are not counted.
    #[sqlx(rename = "attempts")]
    pub attempt: i64,
    /// Faults of the world in a row that put it off.
    pub faults: i64,
    /// Holders in a row that stopped answering.
    pub lost: i64,
    /// The worker's name, which no other has.
    #[sqlx(rename = "leased_by")]
    pub holder: String,
}

impl Tx {
    /// Adds a job unless one with the same kind and subject already waits; that one is then held until this
    /// transaction ends, so that whoever works it sees what this one did.
    ///
    /// # Errors
    /// As any statement.
    pub async fn enqueue(&mut self, kind: Kind, subject: &str, priority: i64) -> Result<()> {
        self.enqueue_after(kind, subject, priority, Duration::ZERO)
            .await
    }

    /// As [`Tx::enqueue`], to be run no sooner than `delay` from now.
    ///
    /// # Errors
    /// As any statement.
    pub async fn enqueue_after(
        &mut self,
        kind: Kind,
        subject: &str,
        priority: i64,
        delay: Duration,
    ) -> Result<()> {
        // The update changes nothing on purpose: it locks the row that waits, so no worker can take it before what this
        // transaction did is committed.
        sqlx::query(
            "INSERT INTO jobs (id, kind, subject, priority, state, run_at, once_key, created_at)
             VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7)
             ON CONFLICT (once_key) DO UPDATE SET priority = jobs.priority",
        )
        .bind(self.new_id())
        .bind(kind)
        .bind(subject)
        .bind(priority)
        .bind(stamp(self.clock().now() + delay))
        .bind(format!("{kind}:{subject}"))
        .bind(self.now())
        .execute(&mut **self)
        .await?;
        Ok(())
    }

    /// Adds a job that is `holder`'s from the start: what a person waits for is then made by one maker, and the
    /// queue takes it over only when that one stops answering. What a silent holder left is taken over here too. None
    /// where somebody has it; it is then enqueued as any other.
    ///
    /// # Errors
    /// As any statement.
    pub async fn enqueue_held(
        &mut self,
        kind: Kind,
        subject: &str,
        priority: i64,
        holder: &str,
    ) -> Result<Option<Leased>> {
        let now = self.now();
        let silent = taken_over(holder, self.clock().now())
            .while_at("kind", kind)
            .while_at("subject", subject)
            .only_where("lease_until < ?", &[&now]);
        if let Some(job) = silent.run_returning(self, LEASED).await?.pop() {
            return Ok(Some(job));
        }
        // The conflict is with the index over leased jobs: somebody works the same thing now.
        let statement = format!(
            "INSERT INTO jobs (id, kind, subject, priority, state, attempts, run_at, leased_by,
                lease_until, created_at)
             VALUES ($1, $2, $3, $4, 'leased', 1, $5, $6, $7, $5) ON CONFLICT DO NOTHING
             RETURNING {LEASED}"
        );
        let job = sqlx::query_as(AssertSqlSafe(statement))
            .bind(self.new_id())
            .bind(kind)
            .bind(subject)
            .bind(priority)
            .bind(self.now())
            .bind(holder)
            .bind(stamp(self.clock().now() + LEASE))
            .fetch_optional(&mut **self)
            .await?;
        // Somebody works the same thing now, on what was before this transaction; the job that waits will see
        // it.
        if job.is_none() {
            self.enqueue(kind, subject, priority).await?;
        }
        Ok(job)
    }

    /// Marks the job done inside the transaction of its result; false when the lease was lost, and the
    /// transaction must then be rolled back because another holder has taken over.
    ///
    /// # Errors
    /// As any statement.
    pub async fn complete(&mut self, job: &Leased) -> Result<bool> {
        let done = Move::to(JobState::Done)
            // Guarded by the holder: after a lost lease the result of another worker must not be
            // overwritten.
            .while_at("leased_by", &job.holder)
            .set("settled_at", self.now())
            .clear(&["error_code"]);
        done.run(self, &job.id).await
    }

    /// Marks the job done and commits its result with it; a lost lease rolls both back, because another holder
    /// has taken over.
    ///
    /// # Errors
    /// As any statement.
    pub async fn complete_and_commit(mut self, job: &Leased) -> Result<()> {
        match self.complete(job).await? {
            true => self.commit().await,
            false => Ok(()),
        }
    }

    /// Lets those of a kind that wait for another try run at once: what held them up is repaired.
    ///
    /// # Errors
    /// As any statement.
    pub async fn wake(&mut self, kind: Kind) -> Result<()> {
        sqlx::query(
            // Only those that met an error: a job that waits for its date is not due earlier
            // because a fault is repaired.
            "UPDATE jobs SET run_at = $1
             WHERE kind = $2 AND state = 'ready' AND error_code IS NOT NULL AND run_at > $1",
        )
        .bind(self.now())
        .bind(kind)
        .execute(&mut **self)
        .await?;
        Ok(())
    }
}

/// Leases the next job of `kind`: one whose holder has been silent, else the most urgent that waits.
///
/// # Errors
/// As any statement.
pub async fn lease(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    kind: Kind,
    holder: &str,
) -> Result<Option<Leased>> {
    // Silent ones first: they are older, and their subject is blocked until somebody takes them
    // over.
    let now = clock.now();
    while let Some(job) = take(catalogue, taken_over(holder, now), SILENT, kind, now).await? {
        if job.lost < LOST_PATIENCE {
            return Ok(Some(job));
        }
        // It is leased already, so it is put back instead of left: otherwise the next worker would meet it at
        // once.
        retry_policy::put_off(catalogue, clock, &job).await?;
    }
    match take(catalogue, taken_up(holder, now), WAITING, kind, now).await {
        // Another worker took up the same thing at the same moment.
        Err(Error::AlreadyExists { .. }) => Ok(None),
        taken => taken,
    }
}

/// The next job of a kind whose holder stopped answering; what that costs it is its holder's, not an attempt of its own.
const SILENT: &str =
    "id = (SELECT id FROM jobs WHERE kind = ? AND state = 'leased' AND lease_until < ?
    ORDER BY priority DESC, run_at LIMIT 1";
/// The next job of a kind that waits and is due, except for those of a thing that is being worked.
const WAITING: &str =
    // Two workers on one subject would undo each other's result, so the second job waits for the
    // first.
    "id = (SELECT id FROM jobs j WHERE kind = ? AND state = 'ready' AND run_at <= ?
        AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.kind = j.kind AND o.subject = j.subject
            AND o.state = 'leased')
    ORDER BY priority DESC, run_at LIMIT 1";
/// The columns of a job that its holder knows.
const LEASED: &str = "id, kind, subject, attempts, faults, lost, leased_by";

/// A lease taken over from a holder that stopped answering.
fn taken_over(holder: &str, now: Timestamp) -> Move<JobState> {
    leased_to(holder, now)
        .from(&[JobState::Leased])
        .count_up("lost")
}

/// The lease of a job that waits.
fn taken_up(holder: &str, now: Timestamp) -> Move<JobState> {
    leased_to(holder, now)
        .from(&[JobState::Ready])
        .count_up("attempts")
        .clear(&["once_key"])
}

fn leased_to(holder: &str, now: Timestamp) -> Move<JobState> {
    Move::to(JobState::Leased)
        .set("leased_by", holder)
        .set("lease_until", stamp(now + LEASE))
}

async fn take(
    catalogue: &Catalogue,
    lease: Move<JobState>,
    next: &str,
    kind: Kind,
    now: Timestamp,
) -> Result<Option<Leased>> {
    // SQLite has one writer; on PostgreSQL a row that another worker is just leasing is passed over.
    let lock = match catalogue.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let next = format!("{next}{lock})");
    let lease = lease.only_where(&next, &[kind.as_str(), &stamp(now)]);
    let mut tx = catalogue.begin().await?;
    let mut job = lease.run_returning(&mut tx, LEASED).await?;
    tx.commit().await?;
    Ok(job.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_job_is_found_without_walking_the_queue() {
        let now = Timestamp::UNIX_EPOCH;
        for (lease, next) in [
            (taken_over("w", now), SILENT),
            (taken_up("w", now), WAITING),
        ] {
            let next = lease.only_where(&format!("{next})"), &["read_page", ""]);
            let query = format!("{} RETURNING id", next.statement());
            let walked = crate::catalogue::plan::walked(&query, &[]).await;
            assert_eq!(walked, [""; 0]);
        }
    }
}
