//! The flags of pages as they are kept: raised and withdrawn by what is noticed, listed for the person
//! who works them down, and what became of each.

mod raising;
mod sentence;

use serde::{Deserialize, Serialize};
use sqlx::Row;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::messages::{self, Lang};
pub(crate) use raising::{set_compared, set_own};

/// Flag of two pages that may be one sheet scanned twice.
pub(crate) const MAYBE_RESCAN: &str = "maybe_rescan";
/// Codes that a comparison of pages raises; all others come from looking at the page alone.
const COMPARED: [&str; 7] = [
    "pages_missing",
    "page_doubled",
    "page_out_of_order",
    "rows_missing",
    "rows_doubled",
    "rows_out_of_order",
    MAYBE_RESCAN,
];
/// Flags of a whole volume, which are met where its column map is confirmed.
const OF_THE_VOLUME: &str = "map_unconfirmed";
/// Pages `p` with the page `r` at whose place they stand, and its scan `s` and batch `b`.
pub(crate) const PLACED: &str = "batches b JOIN scans s ON s.batch_id = b.id
     JOIN pages r ON r.scan_id = s.id AND r.stands_for IS NULL
     JOIN pages p ON COALESCE(p.stands_for, p.id) = r.id";
/// Gravity from which a person has to say something.
pub(crate) const ASKS: i64 = 2;
/// Most rows of one page of a list.
const MOST_ROWS: i64 = 100;

/// The numbers a flag's sentence names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    /// What is counted: `page`, or the key of the rows' field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
    /// First and last number on the page itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<(i64, i64)>,
    /// First and last number on the other page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<(i64, i64)>,
    /// First and last of the numbers concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(i64, i64)>,
    /// How many of that range are missing at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<i64>,
    /// Why a page could not be read, as the reading pool says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// Something noticed of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noticed {
    pub page_id: String,
    pub code: String,
    /// The other page it speaks of; empty where there is none.
    pub other_id: String,
    pub details: Details,
}

/// The other page a flag speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OtherPage {
    /// Its id.
    pub page_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// From 1.
    pub number: i64,
    /// True where it was taken out and may be taken back.
    pub may_come_back: bool,
    /// Its batch, where that is not the flagged page's.
    pub batch: Option<OtherBatch>,
}

/// The batch of the other page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OtherBatch {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// A flag as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PageFlag {
    /// Id.
    pub id: String,
    /// The page it is raised on.
    pub page_id: String,
    /// Its scan.
    pub scan_id: String,
    /// Its batch.
    pub batch_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// The page's number in the file, from 1.
    pub page_number: i64,
    /// True where the page was taken out and may be taken back: no other scan stands at its place.
    pub may_come_back: bool,
    /// Stable word.
    pub code: String,
    /// note | warning | grave.
    pub severity: String,
    /// What it says, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// What to do about it, in Vietnamese.
    pub remedy_vi: String,
    /// The same in English.
    pub remedy_en: String,
    /// The other page it speaks of.
    pub other: Option<OtherPage>,
    /// open | accepted | put_aside | superseded | different.
    pub state: String,
    /// When it was raised, RFC 3339 UTC.
    pub raised_at: String,
    /// Why it was resolved so.
    pub reason: Option<String>,
    /// Who resolved it, by name.
    pub resolved_by: Option<String>,
    /// When.
    pub resolved_at: Option<String>,
}

/// Which flags to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FlagFilter {
    /// open | accepted | put_aside | superseded | different; every state when absent.
    pub state: Option<String>,
    /// True to list notes too, which ask nothing of anybody.
    pub notes: Option<bool>,
    /// At most this many, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// After the flag of this id.
    pub after: Option<String>,
}

/// Condition: another page than `page`, a row of `pages`, stands at its place.
pub(crate) fn another_stands(page: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM pages x WHERE x.id <> {page}.id
            AND COALESCE(x.stands_for, x.id) = COALESCE({page}.stands_for, {page}.id)
            AND (x.outcome IS NULL OR x.outcome NOT IN ('put_aside', 'superseded')))"
    )
}

fn select() -> String {
    let may_come_back = |page: &str| {
        let another = another_stands(page);
        let out = format!("{page}.outcome IN ('put_aside', 'superseded')");
        format!("CASE WHEN {out} AND NOT {another} THEN 1 ELSE 0 END")
    };
    let (page, other) = (may_come_back("p"), may_come_back("o"));
    format!(
        "SELECT g.*, p.number AS page_number, p.scan_id, s.batch_id, s.original_name,
            {page} AS page_back, {other} AS other_back,
            o.number AS other_number, os.original_name AS other_name,
            ob.id AS other_batch, ob.name AS other_batch_name,
            COALESCE(w.name, g.resolved_by) AS resolver
         FROM page_flags g JOIN pages p ON p.id = g.page_id JOIN scans s ON s.id = p.scan_id
         LEFT JOIN pages o ON o.id = g.other_id LEFT JOIN scans os ON os.id = o.scan_id
         LEFT JOIN batches ob ON ob.id = os.batch_id AND ob.id <> s.batch_id
         LEFT JOIN people w ON w.id = g.resolved_by"
    )
}

/// One flag.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<PageFlag> {
    require(caller, Act::SeeBatches)?;
    let query = format!("{} WHERE g.id = $1", select());
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "flag" })?;
    view_of(&row)
}

/// The flags of a batch in the order of its files and pages.
///
/// # Errors
/// `NotFound` batch, `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    filter: &FlagFilter,
) -> Result<Vec<PageFlag>> {
    require(caller, Act::SeeBatches)?;
    let known = sqlx::query("SELECT 1 FROM batches WHERE id = $1")
        .bind(batch_id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    known.ok_or(Error::NotFound { what: "batch" })?;
    let least = if filter.notes == Some(true) { 1 } else { ASKS };
    // The cursor is the last flag's id; its place in the order is looked up, not trusted.
    let query = format!(
        "{} WHERE s.batch_id = $1 AND ($2 = '' OR g.state = $2) AND g.gravity >= $3
         AND ($4 = '' OR (s.original_name, p.number, g.id) >
            (SELECT cs.original_name, cp.number, c.id FROM page_flags c
             JOIN pages cp ON cp.id = c.page_id JOIN scans cs ON cs.id = cp.scan_id
             WHERE c.id = $4))
         ORDER BY s.original_name, p.number, g.id LIMIT $5",
        select()
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(batch_id)
        .bind(filter.state.clone().unwrap_or_default())
        .bind(least)
        .bind(filter.after.clone().unwrap_or_default())
        .bind(filter.limit.unwrap_or(50).clamp(1, MOST_ROWS))
        .fetch_all(archive.catalogue.pool())
        .await?;
    rows.iter().map(view_of).collect()
}

/// How many flags of a batch wait for a person.
pub(crate) async fn open_of_batch(archive: &Archive, batch_id: &str) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM page_flags g JOIN pages p ON p.id = g.page_id
         JOIN scans s ON s.id = p.scan_id
         WHERE s.batch_id = $1 AND g.state = 'open' AND g.gravity >= $2",
    )
    .bind(batch_id)
    .bind(ASKS)
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(count)
}

fn other_of(row: &sqlx::any::AnyRow) -> Result<Option<OtherPage>> {
    let other_name: Option<String> = row.try_get("other_name")?;
    let Some(original_name) = other_name else {
        return Ok(None);
    };
    let batch: Option<String> = row.try_get("other_batch")?;
    let batch = match batch {
        Some(id) => Some(OtherBatch {
            id,
            name: row.try_get("other_batch_name")?,
        }),
        None => None,
    };
    Ok(Some(OtherPage {
        page_id: row.try_get("other_id")?,
        original_name,
        number: row.try_get("other_number")?,
        may_come_back: row.try_get::<i64, _>("other_back")? == 1,
        batch,
    }))
}

fn view_of(row: &sqlx::any::AnyRow) -> Result<PageFlag> {
    let code: String = row.try_get("code")?;
    let details: Details = serde_json::from_str(row.try_get("details")?)?;
    let other = other_of(row)?;
    let (vi, en) = sentence::of(&code, &details, other.as_ref());
    let remedy = format!("flags.remedy.{code}");
    let remedy = |lang| messages::find(lang, &remedy).unwrap_or_default().to_owned();
    Ok(PageFlag {
        id: row.try_get("id")?,
        page_id: row.try_get("page_id")?,
        scan_id: row.try_get("scan_id")?,
        batch_id: row.try_get("batch_id")?,
        original_name: row.try_get("original_name")?,
        page_number: row.try_get("page_number")?,
        may_come_back: row.try_get::<i64, _>("page_back")? == 1,
        severity: match row.try_get::<i64, _>("gravity")? {
            1 => "note",
            2 => "warning",
            _ => "grave",
        }
        .into(),
        vi,
        en,
        remedy_vi: remedy(Lang::Vi),
        remedy_en: remedy(Lang::En),
        other,
        code,
        state: row.try_get("state")?,
        raised_at: row.try_get("raised_at")?,
        reason: row.try_get("reason")?,
        resolved_by: row.try_get("resolver")?,
        resolved_at: row.try_get("resolved_at")?,
    })
}
