//! The copies there are, and what QCVN 12:2026/BCA 2.2.12 asks of them: three, on two kinds of media, one of them
//! elsewhere and not to be rewritten, digests on such a store, and a restore tried each quarter.

use jiff::{SignedDuration, Timestamp};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::text_enum;
use crate::clock::parse_stamp;
use crate::error::Result;

/// Days within which a restore must have been tried: a quarter.
const DRILL_DAYS: i64 = 92;

text_enum! {
    /// What is asked of copies.
    #[allow(missing_docs)] // the words say it
    pub enum CopyRule {
        ThreeCopies,
        TwoMedia,
        ElsewhereWriteOnce,
        DigestsWriteOnce,
        RestoreTried,
    }
}

/// One demand, and whether it is met now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Requirement {
    /// Which demand of QCVN 12:2026/BCA (2.2.12, 3.12) it is.
    pub rule: CopyRule,
    /// Whether it is so.
    pub met: bool,
}

/// A configured place and its newest backup.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct CopyState {
    /// Its name in the settings.
    pub name: String,
    /// What it lies on.
    pub media: String,
    /// Whether it is in another building, as the settings say.
    pub elsewhere: bool,
    /// Whether nothing there can be changed or removed, as the settings say.
    pub write_once: bool,
    /// Whether its newest backup is encrypted; absent where there is none.
    pub encrypted: Option<bool>,
    /// When the newest backup that ended began, RFC 3339 UTC.
    pub newest: Option<String>,
    /// Versions of objects in it.
    pub versions: i64,
    /// Versions that are damaged in the vault and so not in it.
    pub damaged: i64,
    /// Stable word of what the newest try met, where it failed.
    pub failure: Option<String>,
    /// Whether it counts as a copy: whole, and not older than the settings allow.
    pub counts: bool,
}

/// Outcome of the restore drill that ended last.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct DrillState {
    /// The place whose backup was tried.
    pub place: String,
    /// Folder of the run.
    pub run: String,
    /// When it ended, RFC 3339 UTC.
    pub finished_at: String,
    /// Seconds it took, the comparison included.
    pub seconds: i64,
    /// Objects that came back whole.
    pub objects: i64,
    /// Rows that came back.
    pub rows: i64,
    /// How much was not as it should be.
    pub differences: i64,
}

/// Every copy, what is asked of them, and the newest drill.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Copies {
    /// Each place of `[[backup.place]]`, in the order of the settings.
    pub places: Vec<CopyState>,
    /// Each demand on copies, and whether it is met.
    pub requirements: Vec<Requirement>,
    /// Absent before the first.
    pub drill: Option<DrillState>,
}

impl Copies {
    /// How many demands are not met.
    pub fn unmet(&self) -> usize {
        let unmet = self.requirements.iter().filter(|one| !one.met);
        unmet.count()
    }
}

/// The copies of the archive as of now.
///
/// # Errors
/// `Forbidden`.
pub async fn copies(archive: &Archive, caller: &Caller) -> Result<Copies> {
    require(caller, Act::SeeQueue)?;
    state(archive).await
}

async fn state(archive: &Archive) -> Result<Copies> {
    let now = archive.clock.now();
    let mut places = Vec::new();
    for place in &archive.config.backup.place {
        let newest: Option<(String, i64, i64, i64)> = sqlx::query_as(
            "SELECT started_at, encrypted, versions, damaged FROM backup_runs
             WHERE place = $1 AND finished_at IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1",
        )
        .bind(&place.name)
        .fetch_optional(archive.catalogue.pool())
        .await?;
        let failure: Option<Option<String>> = sqlx::query_scalar(
            "SELECT failure FROM backup_runs WHERE place = $1 ORDER BY started_at DESC, id DESC LIMIT 1",
        )
        .bind(&place.name)
        .fetch_optional(archive.catalogue.pool())
        .await?;
        let fresh = |(at, _, _, damaged): &(String, i64, i64, i64)| {
            *damaged == 0 && days_since(Some(at), now) <= i64::from(place.days)
        };
        places.push(CopyState {
            name: place.name.clone(),
            media: place.media.clone(),
            elsewhere: place.elsewhere,
            write_once: place.write_once,
            counts: newest.as_ref().is_some_and(fresh),
            encrypted: newest.as_ref().map(|newest| newest.1 != 0),
            versions: newest.as_ref().map_or(0, |newest| newest.2),
            damaged: newest.as_ref().map_or(0, |newest| newest.3),
            newest: newest.map(|newest| newest.0),
            failure: failure.flatten(),
        });
    }
    let drill: Option<DrillState> =
        sqlx::query_as("SELECT * FROM backup_drills ORDER BY finished_at DESC, id DESC LIMIT 1")
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let media = &archive.config.backup.archive_media;
    let requirements = judge(&places, drill.as_ref(), media, now);
    Ok(Copies {
        places,
        requirements,
        drill,
    })
}

fn judge(
    places: &[CopyState],
    drill: Option<&DrillState>,
    own_media: &str,
    now: Timestamp,
) -> Vec<Requirement> {
    let counted: Vec<&CopyState> = places.iter().filter(|place| place.counts).collect();
    let other_media = counted
        .iter()
        .any(|place| !place.media.is_empty() && place.media != own_media);
    let away = counted
        .iter()
        .any(|place| place.elsewhere && place.write_once);
    let tried = drill.is_some_and(|drill| {
        drill.differences == 0 && days_since(Some(&drill.finished_at), now) <= DRILL_DAYS
    });
    let met = |rule| match rule {
        // The archive itself is the first.
        CopyRule::ThreeCopies => counted.len() >= 2,
        CopyRule::TwoMedia => other_media,
        CopyRule::ElsewhereWriteOnce => away,
        // The digests of everything are the names of what lies there.
        CopyRule::DigestsWriteOnce => counted.iter().any(|place| place.write_once),
        CopyRule::RestoreTried => tried,
    };
    let each = CopyRule::ALL.iter().copied();
    each.map(|rule| Requirement {
        rule,
        met: met(rule),
    })
    .collect()
}

fn days_since(at: Option<&str>, now: Timestamp) -> i64 {
    let since = at.and_then(parse_stamp);
    let age = since.map_or(SignedDuration::MAX, |since| now.duration_since(since));
    age.as_hours() / 24
}

/// What an alert needs of copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyMarks {
    /// When the oldest of the places' newest backups began; where a place has none, when the archive's log began.
    pub oldest: Option<String>,
    /// When the newest drill without differences ended; before the first, when the log began.
    pub drilled: Option<String>,
    /// Differences of the newest drill.
    pub differences: i64,
    /// Demands that are not met.
    pub unmet: i64,
}

/// [`copies`] as figures.
///
/// # Errors
/// As any statement.
pub async fn marks(archive: &Archive) -> Result<CopyMarks> {
    let state = state(archive).await?;
    let began: Option<String> = sqlx::query_scalar("SELECT at FROM log WHERE position = 1")
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let whole: Option<String> =
        sqlx::query_scalar("SELECT MAX(finished_at) FROM backup_drills WHERE differences = 0")
            .fetch_one(archive.catalogue.pool())
            .await?;
    let newest = state.places.iter().map(|place| place.newest.clone());
    // A place that has nothing yet is as old as the archive, and so is an archive without any place.
    let oldest = newest.map(|at| at.or(began.clone())).min();
    Ok(CopyMarks {
        oldest: oldest.flatten().or(began.clone()),
        drilled: whole.or(began),
        differences: state.drill.as_ref().map_or(0, |drill| drill.differences),
        unmet: i64::try_from(state.unmet()).unwrap_or(i64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(media: &str, elsewhere: bool, write_once: bool, counts: bool) -> CopyState {
        CopyState {
            name: media.into(),
            media: media.into(),
            elsewhere,
            write_once,
            encrypted: Some(true),
            newest: None,
            versions: 1,
            damaged: 0,
            failure: None,
            counts,
        }
    }

    #[test]
    fn what_is_asked_is_met_only_by_copies_that_count() {
        let now: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let drill = |days: i64, differences| DrillState {
            place: "nas".into(),
            run: "r".into(),
            finished_at: crate::clock::stamp(now - SignedDuration::from_hours(24 * days)),
            seconds: 60,
            objects: 1,
            rows: 1,
            differences,
        };
        let met = |places: &[CopyState], drill: Option<DrillState>| {
            let judged = judge(places, drill.as_ref(), "disk", now);
            judged
                .iter()
                .map(|one| u8::from(one.met))
                .collect::<Vec<_>>()
        };
        let two = [
            place("disk", false, false, true),
            place("tape", true, true, true),
        ];
        assert_eq!(met(&two, Some(drill(92, 0))), [1; 5]);
        assert_eq!(met(&two, Some(drill(93, 0))), [1, 1, 1, 1, 0]);
        assert_eq!(met(&two, Some(drill(1, 1))), [1, 1, 1, 1, 0]);
        let stale = [
            place("disk", false, false, true),
            place("tape", true, true, false),
        ];
        assert_eq!(met(&stale, None), [0; 5]);
        assert_eq!(met(&[], None), [0; 5]);
    }
}
