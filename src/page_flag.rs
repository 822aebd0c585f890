//! The flags of pages as they are stored: raised and withdrawn by what is noticed, listed for the person
//! who works them down, and what became of each.

mod raising;
mod sentence;

use serde::{Deserialize, Serialize};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::{Flag, State, json_column, text_enum};
use crate::error::{Error, Result};
use crate::messages::{self, Lang};
pub(crate) use raising::{StoredFlag, insert, set_compared, set_own};

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
/// Severity from which a person has to say something.
pub(crate) const ASKS: i64 = 2;
/// Most rows of one page of a list.
const MOST_ROWS: i64 = 100;

text_enum! {
    /// What became of a flag.
    pub enum FlagState {
        /// Waits for a person.
        Open,
        /// Left as it is, for a reason.
        Accepted,
        /// The page was excluded.
        #[strum(to_string = "excluded", serialize = "put_aside")]
        Excluded,
        /// Another scan took the page's place.
        Superseded,
        /// Two sheets that only look alike.
        Different,
    }
}

impl State for FlagState {
    const TABLE: &'static str = "page_flags";

    fn next(self) -> &'static [Self] {
        match self {
            // What an open one says may change.
            Self::Open => &[
                Self::Open,
                Self::Accepted,
                Self::Excluded,
                Self::Superseded,
                Self::Different,
            ],
            // Asked again where what it says has changed, or its page is reinstated.
            _ => &[Self::Open],
        }
    }
}

json_column!(Details);

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
    /// UUIDv8 text of that other page.
    pub page_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Its number in its file, from 1.
    pub number: i64,
    /// True where it was withdrawn and may be reinstated.
    pub may_come_back: bool,
    /// Its batch, where that is not the flagged page's.
    pub batch: Option<OtherBatch>,
}

/// The batch of the other page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OtherBatch {
    /// UUIDv7 as text, by which a person resolves it.
    pub id: String,
    /// Its name, unique in the archive.
    pub name: String,
}

/// A flag as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PageFlag {
    /// UUIDv7 as text: sorts by the time it was raised.
    pub id: String,
    /// The page it is raised on.
    pub page_id: String,
    /// Scan it is a page of.
    pub scan_id: String,
    /// Batch of its scan.
    pub batch_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// The page's number in the file, from 1.
    pub page_number: i64,
    /// True where the page was withdrawn and may be reinstated: no other scan stands at its place.
    pub may_come_back: bool,
    /// Stable word of what was noticed; its sentence is under `flags` in `locales/`.
    pub code: String,
    /// `note`, `warning` or `grave`, from least to most serious.
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
    /// What became of it.
    pub state: FlagState,
    /// When it was raised, RFC 3339 UTC.
    pub raised_at: String,
    /// Why it was resolved so.
    pub reason: Option<String>,
    /// Who resolved it, by name.
    pub resolved_by: Option<String>,
    /// When it was resolved, RFC 3339 UTC.
    pub resolved_at: Option<String>,
}

/// Which flags to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FlagFilter {
    /// Every state when absent.
    pub state: Option<String>,
    /// True to list notes too, which ask nothing of anybody.
    pub notes: Option<bool>,
    /// At most this many, 1 to 100; 50 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// After the flag of this id.
    pub after: Option<String>,
    /// Only those of this stable word.
    pub code: Option<String>,
}

/// Condition: another page than `page`, a row of `pages`, stands at its place.
pub(crate) fn another_stands(page: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM pages x WHERE x.id <> {page}.id
            AND COALESCE(x.stands_for, x.id) = COALESCE({page}.stands_for, {page}.id)
            AND (x.outcome IS NULL OR x.outcome NOT IN ('excluded', 'superseded')))"
    )
}

fn select() -> String {
    let may_come_back = |page: &str| {
        let another = another_stands(page);
        let out = format!("{page}.outcome IN ('excluded', 'superseded')");
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
    let flag: Option<ShownFlag> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    flag.ok_or(Error::NotFound { what: "flag" })?.view()
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
    // Notes are shown on request only: they ask for nothing.
    let least = if filter.notes == Some(true) { 1 } else { ASKS };
    // The cursor is the last flag's id; its place in the order is looked up, not trusted.
    let query = format!(
        "{} WHERE s.batch_id = $1 AND ($2 = '' OR g.state = $2) AND g.severity >= $3
         AND ($6 = '' OR g.code = $6) AND ($4 = '' OR (s.original_name, p.number, g.id) >
            (SELECT cs.original_name, cp.number, c.id FROM page_flags c
             JOIN pages cp ON cp.id = c.page_id JOIN scans cs ON cs.id = cp.scan_id
             WHERE c.id = $4))
         ORDER BY s.original_name, p.number, g.id LIMIT $5",
        select()
    );
    let flags: Vec<ShownFlag> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(batch_id)
        .bind(filter.state.clone().unwrap_or_default())
        .bind(least)
        .bind(filter.after.clone().unwrap_or_default())
        .bind(filter.limit.unwrap_or(50).clamp(1, MOST_ROWS))
        .bind(filter.code.clone().unwrap_or_default())
        .fetch_all(archive.catalogue.pool())
        .await?;
    flags.into_iter().map(ShownFlag::view).collect()
}

/// The kinds of the flags of a batch: stable word and how many there are of it, those that wait alone where `open`.
///
/// # Errors
/// `Forbidden`.
pub async fn kinds(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    open: bool,
) -> Result<Vec<(String, i64)>> {
    require(caller, Act::SeeBatches)?;
    Ok(sqlx::query_as(
        "SELECT g.code, COUNT(*) FROM page_flags g JOIN pages p ON p.id = g.page_id
         JOIN scans s ON s.id = p.scan_id
         WHERE s.batch_id = $1 AND ($2 = '' OR g.state = $2) AND g.severity >= $3
         GROUP BY g.code ORDER BY COUNT(*) DESC, g.code",
    )
    .bind(batch_id)
    .bind(if open { "open" } else { "" })
    .bind(if open { ASKS } else { 1 })
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// How many flags of a batch wait for a person.
pub(crate) async fn open_of_batch(archive: &Archive, batch_id: &str) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM page_flags g JOIN pages p ON p.id = g.page_id
         JOIN scans s ON s.id = p.scan_id
         WHERE s.batch_id = $1 AND g.state = 'open' AND g.severity >= $2",
    )
    .bind(batch_id)
    .bind(ASKS)
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(count)
}

/// A flag with what its sentence and its remedy need.
#[derive(sqlx::FromRow)]
struct ShownFlag {
    #[sqlx(flatten)]
    flag: StoredFlag,
    page_number: i64,
    scan_id: String,
    batch_id: String,
    original_name: String,
    #[sqlx(try_from = "Flag")]
    page_back: bool,
    #[sqlx(try_from = "Flag")]
    other_back: bool,
    other_number: Option<i64>,
    other_name: Option<String>,
    other_batch: Option<String>,
    other_batch_name: Option<String>,
    resolver: Option<String>,
}

impl ShownFlag {
    fn other(&self) -> Option<OtherPage> {
        let batch = self.other_batch.clone().zip(self.other_batch_name.clone());
        Some(OtherPage {
            page_id: self.flag.other_id.clone(),
            original_name: self.other_name.clone()?,
            number: self.other_number?,
            may_come_back: self.other_back,
            batch: batch.map(|(id, name)| OtherBatch { id, name }),
        })
    }

    fn view(self) -> Result<PageFlag> {
        let details: Details = serde_json::from_str(&self.flag.details)?;
        let other = self.other();
        let (vi, en) = sentence::of(&self.flag.code, &details, other.as_ref());
        let remedy = format!("flags.remedy.{}", self.flag.code);
        let remedy = |lang| messages::find(lang, &remedy).unwrap_or_default().to_owned();
        Ok(PageFlag {
            id: self.flag.id,
            page_id: self.flag.page_id,
            scan_id: self.scan_id,
            batch_id: self.batch_id,
            original_name: self.original_name,
            page_number: self.page_number,
            may_come_back: self.page_back,
            severity: match self.flag.severity {
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
            code: self.flag.code,
            state: self.flag.state,
            raised_at: self.flag.raised_at,
            reason: self.flag.reason,
            resolved_by: self.resolver,
            resolved_at: self.flag.resolved_at,
        })
    }
}
