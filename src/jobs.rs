//! The durable queue: enqueued in the transaction of the change, leased by time, settled only by
//! the holder. Of one thing, one job of a kind is worked at a time. How a job ends is decided in [`End`].

mod ends;
mod stock;

use std::time::Duration;

use crate::catalogue::{Catalogue, Engine, Tx, changed_one, text_enum};
use crate::clock::{Clock, stamp};
use crate::error::{Error, Result};

pub use ends::{End, give_back, while_held};
pub use stock::{Backlog, Stuck, backlog, count_stuck, stuck};
pub(crate) use stock::{Move, Which, move_all};

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
        let silent = sqlx::query_as(
            "UPDATE jobs SET leased_by = $1, lease_until = $2, lost = lost + 1
             WHERE kind = $3 AND subject = $4 AND state = 'leased' AND lease_until < $5
             RETURNING id, kind, subject, attempts, faults, lost, leased_by",
        )
        .bind(holder)
        .bind(stamp(self.clock().now() + LEASE))
        .bind(kind)
        .bind(subject)
        .bind(self.now())
        .fetch_optional(&mut **self)
        .await?;
        if silent.is_some() {
            return Ok(silent);
        }
        let job = sqlx::query_as(
            // The conflict is with the index over leased jobs: somebody works the same thing now.
            "INSERT INTO jobs (id, kind, subject, priority, state, attempts, run_at, leased_by,
                lease_until, created_at)
             VALUES ($1, $2, $3, $4, 'leased', 1, $5, $6, $7, $5) ON CONFLICT DO NOTHING
             RETURNING id, kind, subject, attempts, faults, lost, leased_by",
        )
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
        let done = sqlx::query(
            // Guarded by the holder: after a lost lease the result of another worker must not be
            // overwritten.
            "UPDATE jobs SET state = 'done', settled_at = $1, error_code = NULL
             WHERE id = $2 AND leased_by = $3 AND state = 'leased'",
        )
        .bind(self.now())
        .bind(&job.id)
        .bind(&job.holder);
        changed_one(self, done).await
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
    while let Some(job) = take(catalogue, clock, SILENT, kind, holder).await? {
        if job.lost < LOST_PATIENCE {
            return Ok(Some(job));
        }
        // It is leased already, so it is put back instead of left: otherwise the next worker would meet it at
        // once.
        ends::put_off(catalogue, clock, &job).await?;
    }
    match take(catalogue, clock, WAITING, kind, holder).await {
        // Another worker took up the same thing at the same moment.
        Err(Error::AlreadyExists { .. }) => Ok(None),
        taken => taken,
    }
}

/// Jobs of a kind whose holder stopped answering; what that costs them is their holder's, not an attempt of theirs.
const SILENT: &str =
    "UPDATE jobs SET state = 'leased', leased_by = $1, lease_until = $2, lost = lost + 1
     WHERE id = (SELECT id FROM jobs WHERE kind = $3 AND state = 'leased' AND lease_until < $4
        ORDER BY priority DESC, run_at LIMIT 1";
/// Jobs of a kind that wait and are due, except for those of a thing that is being worked.
const WAITING: &str =
    // Two workers on one subject would undo each other's result, so the second job waits for the
    // first.
    "UPDATE jobs SET state = 'leased', leased_by = $1, lease_until = $2, once_key = NULL,
        attempts = attempts + 1
     WHERE id = (SELECT id FROM jobs j WHERE kind = $3 AND state = 'ready' AND run_at <= $4
            AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.kind = j.kind AND o.subject = j.subject
                AND o.state = 'leased')
        ORDER BY priority DESC, run_at LIMIT 1";

async fn take(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    statement: &str,
    kind: Kind,
    holder: &str,
) -> Result<Option<Leased>> {
    // SQLite has one writer; on PostgreSQL a row that another worker is just leasing is passed over.
    let lock = match catalogue.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let statement = format!(
        "{statement}{lock}) RETURNING id, kind, subject, attempts, faults, lost, leased_by"
    );
    let mut tx = catalogue.begin().await?;
    let job = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(holder)
        .bind(stamp(clock.now() + LEASE))
        .bind(kind)
        .bind(stamp(clock.now()))
        .fetch_optional(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_job_is_found_without_walking_the_queue() {
        for statement in [SILENT, WAITING] {
            let query = format!("{statement}) RETURNING id");
            let walked = crate::catalogue::plan::walked(&query, &[]).await;
            assert_eq!(walked, [""; 0]);
        }
    }
}
