//! The durable queue: enqueued in the transaction of the change, leased by time, settled only by
//! the holder. Retry or fail is decided where the error arises.

use std::time::Duration;

use crate::catalogue::{Catalogue, Engine, Tx, text_enum};
use crate::clock::{Clock, stamp};
use crate::error::Result;

text_enum! {
    /// The kinds of work, listed by hand in this one place.
    pub enum Kind {
        /// Read one page; subject: page id.
        ReadPage,
        /// Bring approved records of one scan into the vault; subject: scan id.
        KeepRecords,
        /// Compose, seal and keep one released copy; subject: copy id.
        IssueCopy,
        /// Bring what became of a line of the issue book into the vault; subject: copy id.
        KeepLine,
        /// Bring a citizen's request, as it is, into the vault; subject: request id.
        KeepRequest,
        /// Do what depends on a correction's first day in force; subject: correction id.
        TakeEffect,
        /// Put a fresh time stamp over a copy's file before the one below can no longer be believed; subject: copy id.
        RenewSeal,
        /// Ask for the renewals that are due; subject: `all`.
        SweepSeals,
        /// Expire abandoned uploads; subject: `all`.
        SweepUploads,
        /// Tell a portal what became of a request; subject: event id.
        TellPortal,
        /// Bring the newest column map of a volume into the vault; subject: volume id.
        KeepMap,
        /// Compare the pages of a batch with each other; subject: batch id.
        InspectBatch,
        /// Bring what became of a scan's flags into the vault; subject: scan id.
        KeepFlags,
        /// End requests whose applicant did not answer; subject: `all`.
        SweepRequests,
    }

    /// Where a job stands.
    pub enum JobState {
        /// Waits for its turn.
        Ready,
        /// Held by a worker, or by one that fell silent.
        Leased,
        /// Its result is committed.
        Done,
        /// Out of attempts; a person looks at it.
        Failed,
    }
}

impl Kind {
    /// True for work that waits out any fault that passes: a released copy has its number and is owed.
    pub fn waits_out_faults(self) -> bool {
        matches!(self, Self::IssueCopy)
    }

    /// Attempts before a job is failed for a person to look at.
    pub fn most_attempts(self) -> i64 {
        match self {
            Self::ReadPage => 3,
            // About a week of trying: a line of the issue book must not stay open because the vault
            // was away for an hour.
            Self::KeepRecords
            | Self::IssueCopy
            | Self::KeepLine
            | Self::KeepRequest
            | Self::KeepMap
            | Self::KeepFlags
            | Self::TakeEffect
            | Self::RenewSeal => 1000,
            _ => 8,
        }
    }
}

/// Backlog.
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
    /// UUIDv7 text.
    pub id: String,
    /// What to do.
    pub kind: Kind,
    /// Id of what it is done to; what kind of thing that is, the kind of work tells.
    pub subject: String,
    /// 1 at the first attempt.
    #[sqlx(rename = "attempts")]
    pub attempt: i64,
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

    /// Marks the job done inside the transaction of its result; false when the lease was lost, and the
    /// transaction must then be rolled back because another holder has taken over.
    ///
    /// # Errors
    /// As any statement.
    pub async fn complete(&mut self, job: &Leased) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE jobs SET state = 'done', settled_at = $1, error_code = NULL
             WHERE id = $2 AND leased_by = $3 AND state = 'leased'",
        )
        .bind(self.now())
        .bind(&job.id)
        .bind(&job.holder)
        .execute(&mut **self)
        .await?;
        Ok(done.rows_affected() == 1)
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

    /// Lets those of a kind that wait for another try run at once: what held them up is mended.
    ///
    /// # Errors
    /// As any statement.
    pub async fn wake(&mut self, kind: Kind) -> Result<()> {
        sqlx::query(
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

/// Leases the most urgent job of `kind`: one that waits, or one whose holder has been silent.
///
/// # Errors
/// As any statement.
pub async fn lease(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    kind: Kind,
    holder: &str,
) -> Result<Option<Leased>> {
    // SQLite has one writer; on PostgreSQL a row that another worker is just leasing is passed over.
    let lock = match catalogue.engine() {
        Engine::Sqlite => "",
        Engine::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let statement = format!(
        "UPDATE jobs SET state = 'leased', leased_by = $1, lease_until = $2,
            attempts = attempts + 1, once_key = NULL
         WHERE id = (SELECT id FROM jobs WHERE kind = $3
            AND ((state = 'ready' AND run_at <= $4) OR (state = 'leased' AND lease_until < $4))
            ORDER BY priority DESC, run_at LIMIT 1{lock})
         RETURNING id, kind, subject, attempts, leased_by"
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

/// Prolongs the lease; false when it is no longer ours, and the work should be dropped.
///
/// # Errors
/// As any statement.
pub async fn heartbeat(catalogue: &Catalogue, clock: &dyn Clock, job: &Leased) -> Result<bool> {
    let mut tx = catalogue.begin().await?;
    let done = sqlx::query(
        "UPDATE jobs SET lease_until = $1 WHERE id = $2 AND leased_by = $3 AND state = 'leased'",
    )
    .bind(stamp(clock.now() + LEASE))
    .bind(&job.id)
    .bind(&job.holder)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a job back, or fails it once its attempts are used up. `code` is a stable word.
///
/// Waits 5 s, 10 s, 20 s … at most 10 min between attempts; kinds that wait out faults have no last one.
///
/// # Errors
/// As any statement.
pub async fn give_back(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    job: &Leased,
    code: &str,
    retry: bool,
) -> Result<()> {
    let most = job.kind.most_attempts();
    let again = retry && (job.kind.waits_out_faults() || job.attempt < most);
    // Counted as the last but one: a holder that dies over it again and again still ends the job.
    let attempts = if again {
        job.attempt.min(most - 1)
    } else {
        job.attempt
    };
    let wait = Duration::from_secs((5u64 << job.attempt.clamp(1, 8).unsigned_abs()) / 2);
    let mut tx = catalogue.begin().await?;
    sqlx::query(
        "UPDATE jobs SET state = $1, run_at = $2, error_code = $3, leased_by = NULL,
            lease_until = NULL, settled_at = $4, attempts = $5
         WHERE id = $6 AND leased_by = $7 AND state = 'leased'",
    )
    .bind(if again {
        JobState::Ready
    } else {
        JobState::Failed
    })
    .bind(stamp(clock.now() + wait.min(Duration::from_secs(600))))
    .bind(code)
    .bind((!again).then(|| stamp(clock.now())))
    .bind(attempts)
    .bind(&job.id)
    .bind(&job.holder)
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// How much waits, per kind and state, for the administrator's page and the metrics.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Backlog {
    /// Word of a [`Kind`], or of one that a later version knows.
    pub kind: String,
    /// Never done.
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
         WHERE state <> 'done' GROUP BY kind, state ORDER BY kind, state",
    )
    .fetch_all(catalogue.pool())
    .await?)
}
