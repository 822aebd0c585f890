//! The retry policy: a job is done, wrong itself, or put off because the world is wrong; and for how long.

use std::future::Future;
use std::time::Duration;

use super::{JobState, LEASE, LOST_PATIENCE, Leased, MOST_ATTEMPTS};
use crate::catalogue::{Catalogue, Move};
use crate::clock::{Clock, stamp};
use crate::error::{Error, Result};

/// How often a lease is prolonged.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// First wait of a job that is put off; doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// Longest wait after a fault of the world: its end is noticed within a minute.
const WORLD_WAIT: Duration = Duration::from_secs(30);
/// Longest wait of a job that may be wrong itself.
const DOUBT_WAIT: Duration = Duration::from_secs(300);
/// Waits of a job whose holders stopped answering one after another: from the first to the longest.
const LOST_WAIT: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));

/// What an error says of the job that met it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A part of the world is away, full or slow: the job is kept, slowed down and goes on by itself. No attempt is
    /// used up.
    World,
    /// What was met may be the thing's own or not: bytes that do not match, a fault of the program. It is tried
    /// again later, [`MOST_ATTEMPTS`] times in all, before anybody is told.
    Doubtful,
    /// The thing itself is wrong: only a person can change that.
    Itself,
}

impl End {
    /// The end that an error means.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Unavailable { .. }
            | Error::TooMany { .. }
            | Error::Blocked { .. }
            | Error::WrongSetting { .. } => Self::World,
            // A vault that lost an object of ours for a moment says "not found" too.
            Error::NotFound { what } if *what == "vault object" => Self::Doubtful,
            Error::Corrupt { .. } | Error::Internal(_) | Error::AlreadyExists { .. } => {
                Self::Doubtful
            }
            Error::NotFound { .. }
            | Error::NotSignedIn
            | Error::Forbidden
            | Error::Invalid(_)
            | Error::Refused { .. } => Self::Itself,
        }
    }
}

/// Works a job while prolonging its lease; none when the lease was lost, for then the job is another's.
pub async fn while_held<T>(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    job: &Leased,
    work: impl Future<Output = T>,
) -> Option<T> {
    // Dropped at its next pause when the lease is lost: the result would be rolled back anyway, and
    // another works on it.
    tokio::select! {
        done = work => Some(done),
        () = until_lost(catalogue, clock, job) => {
            tracing::warn!(job = job.id, kind = job.kind.as_str(), "lease lost; dropped");
            None
        }
    }
}

/// Prolongs the lease again and again; ends only when it is no longer ours.
async fn until_lost(catalogue: &Catalogue, clock: &dyn Clock, job: &Leased) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        // A database that does not answer has not said that the lease is lost; the work goes on and the next
        // heartbeat asks again.
        if matches!(heartbeat(catalogue, clock, job).await, Ok(false)) {
            return;
        }
    }
}

/// Prolongs the lease; false when it is no longer ours.
async fn heartbeat(catalogue: &Catalogue, clock: &dyn Clock, job: &Leased) -> Result<bool> {
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

/// Puts a job back, or fails it for a person to look at, as its end says. `code` is a stable word.
///
/// # Errors
/// As any statement; the lease then runs out by itself.
pub async fn give_back(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    job: &Leased,
    end: End,
    code: &str,
) -> Result<()> {
    let (state, wait, attempts, faults) = match end {
        End::World => {
            let wait = doubled(FIRST_WAIT, job.faults, WORLD_WAIT);
            // Leasing counted an attempt; a fault of the world gives it back.
            (JobState::Ready, wait, job.attempt - 1, job.faults + 1)
        }
        End::Doubtful if job.attempt < MOST_ATTEMPTS => {
            let wait = doubled(FIRST_WAIT, job.attempt - 1, DOUBT_WAIT);
            (JobState::Ready, wait, job.attempt, 0)
        }
        End::Doubtful | End::Itself => (JobState::Failed, Duration::ZERO, job.attempt, 0),
    };
    put_back(
        catalogue,
        clock,
        job,
        (state, wait),
        (attempts, faults, 0),
        code,
    )
    .await
}

/// Lets a job wait whose holders stopped answering one after another: it goes on by itself, but no longer at once.
pub(super) async fn put_off(catalogue: &Catalogue, clock: &dyn Clock, job: &Leased) -> Result<()> {
    let (first, longest) = LOST_WAIT;
    let wait = doubled(first, job.lost - LOST_PATIENCE, longest);
    // A holder that stops answering was killed or cut off, which says nothing of the job: its attempt
    // is given back too.
    let counts = (job.attempt - 1, job.faults, job.lost);
    put_back(
        catalogue,
        clock,
        job,
        (JobState::Ready, wait),
        counts,
        "holder_lost",
    )
    .await
}

async fn put_back(
    catalogue: &Catalogue,
    clock: &dyn Clock,
    // Guarded by the holder like `complete`: a job that was taken over meanwhile is not ours to put
    // back.
    job: &Leased,
    (state, wait): (JobState, Duration),
    (attempts, faults, lost): (i64, i64, i64),
    code: &str,
) -> Result<()> {
    let now = clock.now();
    let mut tx = catalogue.begin().await?;
    let back = Move::to(state)
        .from(&[JobState::Leased])
        .while_at("leased_by", &job.holder)
        .set("run_at", stamp(now + wait))
        .set("error_code", code)
        .set(
            "settled_at",
            (state == JobState::Failed).then(|| stamp(now)),
        )
        .set("attempts", attempts.max(0))
        .set("faults", faults)
        .set("lost", lost)
        .clear(&["leased_by", "lease_until"]);
    back.run(&mut tx, &job.id).await?;
    tx.commit().await
}

/// `first`, doubled `times` times, at most `longest`.
fn doubled(first: Duration, times: i64, longest: Duration) -> Duration {
    // Beyond sixteen doublings every wait is the longest, and the product would not fit.
    let times = u32::try_from(times.clamp(0, 16)).unwrap_or(0);
    (first * 2_u32.pow(times)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_the_world_are_told_from_what_is_wrong_itself() {
        let world = Error::unavailable("vault", "disk full");
        assert_eq!(End::of(&world), End::World);
        let damaged = Error::Corrupt { what: "x".into() };
        assert_eq!(End::of(&damaged), End::Doubtful);
        let gone = |what| End::of(&Error::NotFound { what });
        assert_eq!(
            (gone("vault object"), gone("page")),
            (End::Doubtful, End::Itself)
        );
    }

    #[test]
    fn a_job_never_waits_more_than_half_a_minute_for_the_world() {
        let waits =
            [0, 1, 2, 3, 50].map(|faults| doubled(FIRST_WAIT, faults, WORLD_WAIT).as_secs());
        assert_eq!(waits, [5, 10, 20, 30, 30]);
    }
}
