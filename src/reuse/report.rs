//! How often results were reused, in a period and by purpose.

use jiff::civil::Date;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::{midnight_in_vietnam, stamp, vietnam};
use crate::error::{Error, Result};

/// Reuse in a period.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ReuseReport {
    /// First day, `YYYY-MM-DD`, of Vietnam.
    pub from: String,
    /// Last day counted, `YYYY-MM-DD` in Viet Nam.
    pub to: String,
    /// Look-ups by other systems.
    pub lookups: i64,
    /// Of those, with a result.
    pub answered: i64,
    /// Results fetched instead of being asked for on paper.
    pub fetches: i64,
    /// Fetches by the procedure they were for.
    pub purposes: Vec<PurposeCount>,
}

/// Fetches for one procedure.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct PurposeCount {
    /// Code of the procedure.
    pub purpose: String,
    /// Results fetched for it.
    pub fetches: i64,
}

/// Counts reuse from one day to another, both included.
///
/// # Errors
/// `Invalid` when the days are no days or the wrong way round; `Forbidden`.
pub async fn report(
    archive: &Archive,
    caller: &Caller,
    from: Date,
    to: Date,
) -> Result<ReuseReport> {
    require(caller, Act::SeeRequests)?;
    let (begin, end) = (
        midnight(from)?,
        // The end is the beginning of the day after, so that the last day counts as a whole.
        midnight(to.tomorrow().map_err(|_| no_day())?)?,
    );
    if end <= begin {
        return Err(no_day());
    }
    let pool = archive.catalogue.pool();
    let (lookups, answered) = sqlx::query_as(
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN results > 0 THEN 1 ELSE 0 END), 0)
         FROM reuse_lookups WHERE created_at >= $1 AND created_at < $2",
    )
    .bind(&begin)
    .bind(&end)
    .fetch_one(pool)
    .await?;
    let purposes: Vec<PurposeCount> = sqlx::query_as(
        "SELECT purpose, COUNT(*) AS fetches FROM reuse_fetches WHERE at >= $1 AND at < $2
         GROUP BY purpose ORDER BY COUNT(*) DESC, purpose",
    )
    .bind(&begin)
    .bind(&end)
    .fetch_all(pool)
    .await?;
    Ok(ReuseReport {
        from: from.to_string(),
        to: to.to_string(),
        lookups,
        answered,
        fetches: purposes.iter().map(|one| one.fetches).sum(),
        purposes,
    })
}

/// Results fetched since the first of January, for the home page.
///
/// # Errors
/// As [`report`].
pub async fn this_year(archive: &Archive, caller: &Caller) -> Result<i64> {
    let (first, today) = year_so_far(archive);
    Ok(report(archive, caller, first, today).await?.fetches)
}

/// The first of January and today, in Vietnam.
pub fn year_so_far(archive: &Archive) -> (Date, Date) {
    let today = vietnam(archive.clock.now()).date();
    (today.first_of_year(), today)
}

/// The beginning of a day in Vietnam, as stored.
fn midnight(day: Date) -> Result<String> {
    midnight_in_vietnam(day).map(stamp).map_err(|_| no_day())
}

fn no_day() -> Error {
    Error::fault("/from", "faults.period_must_two_days")
}
