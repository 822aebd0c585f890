//! What is due when, and what applies at each level, for whoever watches over the archive.

use jiff::Timestamp;

use super::{DUE, edge};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::Result;
use crate::seal::Level;

/// Copies listed by name; the counts are of all.
const LISTED: i64 = 100;

/// How long the seals of all issued copies can be proven.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Proofs {
    /// Days before the end of its proof at which a seal is renewed.
    pub margin_days: i64,
    /// Copies whose seal is to be renewed now.
    pub due: i64,
    /// Those among them whose time stamp has run out already: late.
    pub late: i64,
    /// Each level of PAdES in use.
    pub levels: Vec<LevelProof>,
    /// What ends first among those that are renewed, at most 100.
    pub next: Vec<Ending>,
}

/// The copies of one level.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct LevelProof {
    /// `B-B` … `B-LTA`; none for copies whose file was not looked at yet.
    pub level: Option<String>,
    /// How many copies have this level.
    pub copies: i64,
    /// When the first of their time stamps can no longer be believed, RFC 3339 UTC; none without time stamps.
    pub first_end: Option<String>,
    /// True where time stamps are renewed: only at B-LTA.
    pub renewed: bool,
}

/// When a copy's proof ends.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Ending {
    /// UUIDv7 text of the copy it is about.
    pub copy_id: String,
    /// Number in the issue book, such as `12/2026`.
    pub number: String,
    /// End of the certificate behind its newest time stamp, RFC 3339 UTC.
    pub provable_until: String,
    /// True when it is to be renewed now.
    pub due: bool,
}

/// What is due when, and what applies at each level.
///
/// # Errors
/// `Forbidden`.
pub async fn proofs(archive: &Archive, caller: &Caller) -> Result<Proofs> {
    require(caller, Act::SeeQueue)?;
    let pool = archive.catalogue.pool();
    let edge = stamp(edge(archive));
    let (due, late) = seals_due(archive).await?;
    let levels: Vec<(Option<String>, i64, Option<String>)> = sqlx::query_as(
        "SELECT seal_level, COUNT(*), MIN(provable_until) FROM copies
         WHERE state = 'issued' GROUP BY seal_level ORDER BY seal_level",
    )
    .fetch_all(pool)
    .await?;
    let next: Vec<(String, i64, i64, String)> = sqlx::query_as(
        "SELECT id, number, year, provable_until FROM copies
         WHERE state = 'issued' AND seal_level = 'B-LTA' ORDER BY provable_until, id LIMIT $1",
    )
    .bind(LISTED)
    .fetch_all(pool)
    .await?;
    Ok(Proofs {
        margin_days: archive.config.seal.renew_before_days.into(),
        due,
        late,
        levels: levels.into_iter().map(level_of).collect(),
        next: next.into_iter().map(|row| ending_of(row, &edge)).collect(),
    })
}

/// How many copies are due for a fresh time stamp, and how many of them are late.
///
/// # Errors
/// As any statement.
pub async fn seals_due(archive: &Archive) -> Result<(i64, i64)> {
    // Due is what a renewal is asked for now, late what is already no longer provable.
    let count = async |before: Timestamp| -> Result<i64> {
        let statement = format!("SELECT COUNT(*) FROM copies WHERE {DUE}");
        let counted = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(stamp(before));
        Ok(counted.fetch_one(archive.catalogue.pool()).await?)
    };
    Ok((
        count(edge(archive)).await?,
        count(archive.clock.now()).await?,
    ))
}

fn level_of((level, copies, first_end): (Option<String>, i64, Option<String>)) -> LevelProof {
    LevelProof {
        renewed: level.as_deref() == Some(Level::BLTA.code()),
        level,
        copies,
        first_end,
    }
}

fn ending_of(
    (copy_id, number, year, provable_until): (String, i64, i64, String),
    edge: &str,
) -> Ending {
    Ending {
        copy_id,
        number: format!("{number}/{year}"),
        due: provable_until.as_str() <= edge,
        provable_until,
    }
}
