//! Series (mục lục) of a fonds: groups of its files. They are part of their fonds' object in the vault.

use serde_json::json;

use super::{
    Closing, LONGEST_CODE, LONGEST_NOTE, LONGEST_TITLE, Merger, Relocation, by_code, code,
};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx};
use crate::error::{Error, Result};
use crate::holding::{
    self, Checks, Edit, HoldingKind, HoldingState, TracedAct, check_reason, touch_along,
};
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Mục lục: a part of a fonds, preserved in the object of its fonds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Series {
    /// UUIDv7 text, unique beyond its fonds.
    pub id: String,
    /// Code of its fonds.
    pub fonds: String,
    /// Mục lục số, unique in its fonds.
    pub code: String,
    /// Tên mục lục, up to 1,000 characters.
    pub title: String,
    /// Whether it still takes in files.
    pub state: HoldingState,
    /// Code of the series it was merged into.
    pub merged_into: Option<String>,
    /// Ghi chú, up to 20,000 characters.
    pub note: String,
    /// How many files it holds.
    pub files: i64,
    /// Counts its descriptions, from 1.
    pub version: i64,
    /// When it was changed last, RFC 3339 UTC.
    pub changed_at: String,
}

/// What is said of a series.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSeries {
    /// Code of the fonds; it is changed by a move only.
    pub fonds: String,
    /// Mục lục số, unique in its fonds.
    pub code: String,
    /// Tên mục lục, up to 1,000 characters.
    pub title: String,
    /// Ghi chú, up to 20,000 characters.
    #[serde(default)]
    pub note: String,
}

const SELECT: &str =
    "SELECT s.id, f.code AS fonds, s.code, s.title, s.state, m.code AS merged_into,
        s.note, (SELECT COUNT(*) FROM files h WHERE h.series_id = s.id) AS files, s.version,
        s.changed_at
     FROM series s JOIN fonds f ON f.id = s.fonds_id LEFT JOIN series m ON m.id = s.merged_into";

async fn checked(archive: &Archive, given: &NewSeries) -> Result<()> {
    let mut checks = Checks::default();
    checks.text("/code", &given.code, LONGEST_CODE);
    checks.text("/title", &given.title, LONGEST_TITLE);
    checks.note("/note", &given.note, LONGEST_NOTE);
    checks.done()?;
    code::check(archive, "series", "/code", &given.code, None).await
}

/// Makes a series in a fonds.
///
/// # Errors
/// `Invalid` text, `NotFound` fonds, `AlreadyExists`, `Forbidden`.
pub async fn make_series(archive: &Archive, caller: &Caller, given: &NewSeries) -> Result<Series> {
    require(caller, Act::DescribeHoldings)?;
    checked(archive, given).await?;
    let fonds = by_code(archive, caller, &given.fonds).await?;
    let mut tx = archive.begin(caller).await?;
    let (id, by, now) = (tx.new_id(), tx.actor().to_owned(), tx.now());
    let row = SeriesRow {
        id: &id,
        fonds_id: &fonds.id,
        code: &given.code,
        title: &given.title,
        state: HoldingState::Open,
        note: &given.note,
        version: 1,
        changed: (&by, &now),
    };
    if !insert_series(&mut tx, &row).await? {
        return Err(Error::AlreadyExists { what: "series" });
    }
    let details = json!({ "fonds": fonds.code, "code": given.code });
    done(&mut tx, &id, (Action::SeriesMade, "", details)).await?;
    tx.commit().await?;
    series(archive, caller, &id).await
}

/// A series as it is stored.
pub(super) struct SeriesRow<'a> {
    pub id: &'a str,
    pub fonds_id: &'a str,
    pub code: &'a str,
    pub title: &'a str,
    pub state: HoldingState,
    pub note: &'a str,
    pub version: i64,
    /// By whom and when, RFC 3339 UTC.
    pub changed: (&'a str, &'a str),
}

/// Writes the row of a series; false where its id, or its code in the fonds, is taken.
pub(super) async fn insert_series(tx: &mut Tx, row: &SeriesRow<'_>) -> Result<bool> {
    let (by, at) = row.changed;
    Insert::into("series")
        .set("id", row.id)
        .set_known("fonds_id", "fonds", row.fonds_id)
        .set("code", row.code)
        .set("title", row.title)
        .set("state", row.state)
        .set("note", row.note)
        .set("version", row.version)
        .set("changed_by", by)
        .set("changed_at", at)
        .or_ignore("")
        .run(tx)
        .await
}

/// Leaves the trace of an act on a series; its fonds follows, whose object holds it.
async fn done(
    tx: &mut Tx,
    id: &str,
    (action, reason, details): (Action, &str, serde_json::Value),
) -> Result<()> {
    let fonds: String = sqlx::query_scalar("SELECT fonds_id FROM series WHERE id = $1")
        .bind(id)
        .fetch_one(&mut **tx)
        .await?;
    // The series has no object, so the version of its fonds must grow for the change to be
    // preserved.
    touch_along(tx, HoldingKind::Fonds, &fonds).await?;
    let act = TracedAct {
        kind: HoldingKind::Series,
        id,
        action,
        reason,
        details,
    };
    holding::trace(tx, act).await
}

/// The series of a fonds, by code.
///
/// # Errors
/// `NotFound` fonds, `Forbidden`.
pub async fn list_series(archive: &Archive, caller: &Caller, fonds: &str) -> Result<Vec<Series>> {
    let fonds = by_code(archive, caller, fonds).await?;
    let query = format!("{SELECT} WHERE s.fonds_id = $1 ORDER BY s.code");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(&fonds.id)
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// The series of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn series(archive: &Archive, caller: &Caller, id: &str) -> Result<Series> {
    require(caller, Act::SeeBatches)?;
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE s.id = $1")))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "series" })
}

/// Id of the series of that code in a fonds.
pub(super) async fn series_id(archive: &Archive, fonds_id: &str, code: &str) -> Result<String> {
    sqlx::query_scalar("SELECT id FROM series WHERE fonds_id = $1 AND code = $2")
        .bind(fonds_id)
        .bind(code)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or_else(|| Error::fault("/series", "faults.there_no_such_series"))
}

/// Changes the description of a series.
///
/// # Errors
/// `Invalid`, `NotFound`, `AlreadyExists` code, `Refused` (`stale`), `Forbidden`.
pub async fn change_series(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    edit: &Edit<NewSeries>,
) -> Result<Series> {
    require(caller, Act::DescribeHoldings)?;
    let (before, given) = (series(archive, caller, id).await?, &edit.description);
    checked(archive, given).await?;
    if given.fonds != before.fonds {
        return Err(Error::fault("/fonds", "faults.moved_by_a_move"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Series, id, edit.seen).await?;
    sqlx::query("UPDATE series SET code = $1, title = $2, note = $3 WHERE id = $4")
        .bind(&given.code)
        .bind(&given.title)
        .bind(&given.note)
        .bind(id)
        .execute(&mut *tx)
        .await
        .map_err(|error| Error::from(error).naming("series"))?;
    let details = json!({ "code": [before.code, given.code] });
    let act = (Action::HoldingDescribed, edit.reason.as_str(), details);
    done(&mut tx, id, act).await?;
    tx.commit().await?;
    series(archive, caller, id).await
}

/// Closes a series: no file comes to it any more.
///
/// # Errors
/// `NotFound`, `Refused` when it is closed or another description came in between, `Forbidden`.
pub async fn close_series(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    closing: &Closing,
) -> Result<Series> {
    require(caller, Act::DescribeHoldings)?;
    refuse_unless_open(series(archive, caller, id).await?.state)?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Series, id, closing.seen).await?;
    holding::set_state(&mut tx, HoldingKind::Series, id, HoldingState::Closed, None).await?;
    let act = (Action::HoldingClosed, closing.reason.as_str(), json!({}));
    done(&mut tx, id, act).await?;
    tx.commit().await?;
    series(archive, caller, id).await
}

/// Moves a series with all its files to another fonds.
///
/// # Errors
/// `Invalid` without a reason or for codes that are taken there, `NotFound`, `Refused`, `Forbidden`.
pub async fn move_series(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    to: &Relocation,
) -> Result<Series> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&to.reason)?;
    let before = series(archive, caller, id).await?;
    let from = by_code(archive, caller, &before.fonds).await?;
    let target = to.target(archive, caller, &before.fonds).await?;
    if target.id == from.id {
        // A move to where it is would leave a trace of nothing.
        return Err(Error::fault("/fonds", "faults.there_already"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Series, id, to.seen).await?;
    sqlx::query("UPDATE series SET fonds_id = $1 WHERE id = $2")
        .bind(&target.id)
        .bind(id)
        .execute(&mut *tx)
        .await
        .map_err(code_taken_there)?;
    sqlx::query("UPDATE files SET fonds_id = $1 WHERE series_id = $2")
        .bind(&target.id)
        .bind(id)
        .execute(&mut *tx)
        .await
        .map_err(code_taken_there)?;
    let details = json!({ "fonds": [from.code, target.code] });
    // Each file's object names its fonds, so each has to be written again.
    files_follow(&mut tx, id, &details, &to.reason).await?;
    done(&mut tx, id, (Action::HoldingMoved, &to.reason, details)).await?;
    // The fonds it leaves changes too: its object must no longer list the series.
    touch_along(&mut tx, HoldingKind::Fonds, &from.id).await?;
    tx.enqueue(Kind::PreserveFonds, &from.id, PRIORITY_UPKEEP)
        .await?;
    tx.commit().await?;
    series(archive, caller, id).await
}

/// Merges a series into another of the same fonds: its files become that one's.
///
/// # Errors
/// `Invalid` without a reason or another series, `NotFound`, `Refused`, `Forbidden`.
pub async fn merge_series(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    merger: &Merger,
) -> Result<Series> {
    require(caller, Act::DescribeHoldings)?;
    check_reason(&merger.reason)?;
    let before = series(archive, caller, id).await?;
    if before.state == HoldingState::Merged {
        return Err(Error::refuse("errors.holding_merged"));
    }
    let fonds = by_code(archive, caller, &before.fonds).await?;
    let into = series_id(archive, &fonds.id, &merger.into).await?;
    let target = series(archive, caller, &into).await?;
    // Merging into a merged one would make a chain that nobody can follow.
    if into == id || target.state == HoldingState::Merged {
        return Err(Error::fault("/into", "faults.merge_into_another"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Series, id, merger.seen).await?;
    let details = json!({ "series": [before.code, target.code] });
    files_follow(&mut tx, id, &details, &merger.reason).await?;
    sqlx::query("UPDATE files SET series_id = $1 WHERE series_id = $2")
        .bind(&into)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let merged = HoldingState::Merged;
    holding::set_state(&mut tx, HoldingKind::Series, id, merged, Some(&into)).await?;
    let act = (Action::HoldingMerged, merger.reason.as_str(), details);
    done(&mut tx, id, act).await?;
    tx.commit().await?;
    series(archive, caller, id).await
}

/// The files of a series bear the trace of what is done to it.
async fn files_follow(
    tx: &mut Tx,
    series_id: &str,
    details: &serde_json::Value,
    reason: &str,
) -> Result<()> {
    let files: Vec<String> = sqlx::query_scalar("SELECT id FROM files WHERE series_id = $1")
        .bind(series_id)
        .fetch_all(&mut **tx)
        .await?;
    for file in &files {
        holding::follow(tx, HoldingKind::File, file, reason, details.clone()).await?;
    }
    Ok(())
}

/// A move to a fonds where the code is another one's.
pub(super) fn code_taken_there(error: sqlx::Error) -> Error {
    match Error::from(error) {
        Error::AlreadyExists { .. } => Error::fault("/fonds", "faults.code_taken_there"),
        other => other,
    }
}

/// What is closed or merged takes nothing in.
pub(super) fn refuse_unless_open(state: HoldingState) -> Result<()> {
    match state {
        HoldingState::Open => Ok(()),
        HoldingState::Closed => Err(Error::refuse("errors.holding_closed")),
        HoldingState::Merged => Err(Error::refuse("errors.holding_merged")),
    }
}
