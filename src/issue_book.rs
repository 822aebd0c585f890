//! The issue book of a year in full (sổ cấp bản sao): every number with what became of it, and the
//! requests between them that ended without a copy; as a table, a spreadsheet and paper. All of it comes
//! back from the vault after a loss of the catalogue.

mod export;

pub use export::{paper, spreadsheet};

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;
use sogoc_workers::class::FieldKind;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, json_column, text_enum};
use crate::certified_copy::{CopyRow, CopyState, printed};
use crate::clock::{day_in_vietnam, midnight_in_vietnam, parse_stamp, stamp};
use crate::copy_request::{RequestState, Sought};
use crate::correction::{self, Correction};
use crate::error::{Error, Result};
use crate::masking;
use crate::messages::Message;
use crate::record::Fields;
use crate::viewing::{self, View};

text_enum! {
    /// What became of a line of the book.
    #[derive(Default)]
    pub enum LineState {
        /// Its number is taken, its copy is being made.
        #[default]
        Opening,
        /// Its copy is issued.
        Issued,
        /// Its copy is withdrawn.
        Withdrawn,
        /// No copy was made under its number.
        Void,
        /// No copy: the request was refused.
        Refused,
        /// No copy: the applicant withdrew the request.
        RequestWithdrawn,
        /// No copy: the applicant did not answer in time.
        Expired,
    }
}

/// One line as an office reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct BookLine {
    /// Number in the book; none for a request that ended without a copy.
    pub number: Option<i64>,
    /// The request answered or ended; none for a copy that nobody asked for in writing.
    pub request_id: Option<String>,
    /// What became of it.
    pub state: LineState,
    /// Day in Viet Nam, `22/11/2026`.
    pub day: String,
    /// Name the copy shows.
    pub ho_ten: String,
    /// Birth date it shows.
    pub ngay_sinh: String,
    /// What it is a copy of.
    pub document: String,
    /// Number printed on the diploma (số hiệu).
    pub so_hieu: String,
    /// Number of its line in the original register (số vào sổ gốc).
    pub so_vao_so: String,
    /// How many copies: each has a line of its own, so 1, or 0 where none was made.
    pub quantity: i64,
    /// Name of the applicant; empty for a copy made at the counter.
    pub receiver: String,
    /// Name of the person who released it.
    pub released_by: String,
    /// Why void, withdrawn, refused or ended; which copy it repeats.
    pub note: String,
}

/// The issue book of one year, as it is printed or exported.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct IssueBook {
    /// Name of the agency that keeps the book.
    pub agency: String,
    /// Calendar year in Viet Nam.
    pub year: i64,
    /// When it was drawn up, RFC 3339 UTC.
    pub printed_at: String,
    /// In the order of time.
    pub lines: Vec<BookLine>,
}

/// The whole book of a year. Reading it is entered in the log, because it names everybody.
///
/// # Errors
/// `Invalid` for a number that is not a year; `Forbidden`.
pub async fn of_year(archive: &Archive, caller: &Caller, year: i64) -> Result<IssueBook> {
    require(caller, Act::SeeRequests)?;
    let (from, to) = bounds(year)?;
    // The year of the book is that of Viet Nam: a copy of New Year's morning is of the new year,
    // though UTC is still in the old one.
    let mut dated = copies(archive, year, (0, i64::MAX)).await?;
    dated.extend(ended_between(archive, &from, &to).await?);
    // By the instant and then by the number: a number is taken and a request refused at the same
    // millisecond now and then.
    dated.sort_by(|a, b| (&a.0, a.1.number).cmp(&(&b.0, b.1.number)));
    // The log names whose records were shown, because the book holds the names of everybody in it.
    let records = sqlx::query_scalar("SELECT DISTINCT record_id FROM copies WHERE year = $1");
    let records = records
        .bind(year)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let view = View::of(Action::IssueBookRead, ("issue_book", "issue_book"), records)
        .saying(json!({ "year": year, "lines": dated.len() }))
        .about(&year.to_string());
    viewing::note(archive, caller, view).await?;
    let lines = dated.into_iter().map(|(_, line)| masked(caller, line));
    Ok(IssueBook {
        agency: archive.config.office.agency.clone(),
        year,
        printed_at: stamp(archive.clock.now()),
        lines: lines.collect(),
    })
}

/// What a page of the book shows beside these copies of a year, by number. Reading it is entered in the log, for it names
/// their holders.
///
/// # Errors
/// `Forbidden`.
pub async fn beside(
    archive: &Archive,
    caller: &Caller,
    year: i64,
    rows: &[CopyRow],
) -> Result<BTreeMap<i64, BookLine>> {
    require(caller, Act::SeeRequests)?;
    let numbers = || rows.iter().map(|row| row.number);
    let (Some(least), Some(most)) = (numbers().min(), numbers().max()) else {
        return Ok(BTreeMap::new());
    };
    let records = rows.iter().map(|row| row.record_id.clone()).collect();
    let view = View::of(Action::IssueBookRead, ("issue_book", "issue_book"), records)
        .saying(json!({ "year": year, "lines": rows.len() }))
        .about(&format!("{year}:{least}-{most}"));
    viewing::note(archive, caller, view).await?;
    let lines = copies(archive, year, (least, most)).await?.into_iter();
    let lines = lines.map(|(_, line)| masked(caller, line));
    Ok(lines
        .filter_map(|line| Some((line.number?, line)))
        .collect())
}

/// A line as this caller may see it.
fn masked(caller: &Caller, mut line: BookLine) -> BookLine {
    if masking::applies_to(caller) {
        line.ngay_sinh = masking::hint(FieldKind::Date, &line.ngay_sinh);
        line.so_hieu = masking::hint(FieldKind::Number, &line.so_hieu);
        line.so_vao_so = masking::hint(FieldKind::Number, &line.so_vao_so);
    }
    line
}

/// First instant of the year in Viet Nam and of the next.
fn bounds(year: i64) -> Result<(String, String)> {
    let unknown = || Error::fault("/year", "faults.there_no_such_year");
    let year = i16::try_from(year)
        .ok()
        // A year outside these could not be written with four digits, and no issue book is older.
        .filter(|year| (1900..9000).contains(year));
    let year = year.ok_or_else(unknown)?;
    let start = |year: i16| midnight_in_vietnam(date(year, 1, 1)).map(stamp);
    match (start(year), start(year + 1)) {
        (Ok(from), Ok(to)) => Ok((from, to)),
        _ => Err(unknown()),
    }
}

/// The lines of a year whose numbers are within these two.
async fn copies(
    archive: &Archive,
    year: i64,
    (least, most): (i64, i64),
) -> Result<Vec<(String, BookLine)>> {
    // Loaded once for the whole book: asking for each line would be thousands of queries.
    let appendix = correction::all_approved(archive).await?;
    let rows: Vec<CopyOfYear> = sqlx::query_as(
        "SELECT c.number, c.request_id, c.state, c.issued_at, c.void_code, c.withdrawn_at,
            c.withdrawal, c.record_id, c.record_version, r.class, v.fields,
            COALESCE(q.applicant, '{}') AS applicant,
            COALESCE(p.name, c.issued_by) AS released_by, e.number AS earlier_number,
            e.year AS earlier_year
         FROM copies c JOIN records r ON r.id = c.record_id
         JOIN record_versions v ON v.record_id = c.record_id AND v.version = c.record_version
         LEFT JOIN copy_requests q ON q.id = c.request_id
         LEFT JOIN people p ON p.id = c.issued_by LEFT JOIN copies e ON e.id = c.reissue_of
         WHERE c.year = $1 AND c.number >= $2 AND c.number <= $3 ORDER BY c.number",
    )
    .bind(year)
    .bind(least)
    .bind(most)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let line = |row: CopyOfYear| {
        let entries = appendix.get(&row.record_id);
        copy_line(archive, row, entries.map(Vec::as_slice).unwrap_or_default())
    };
    Ok(rows.into_iter().map(line).collect())
}

/// A line of the book with what its copy was made from.
#[derive(sqlx::FromRow)]
struct CopyOfYear {
    number: i64,
    request_id: Option<String>,
    state: CopyState,
    issued_at: String,
    void_code: Option<String>,
    withdrawn_at: Option<String>,
    withdrawal: Option<String>,
    record_id: String,
    record_version: i64,
    class: String,
    #[sqlx(try_from = "JsonText")]
    fields: Fields,
    /// Of the request, empty where nobody asked in writing.
    #[sqlx(try_from = "JsonText")]
    applicant: ApplicantName,
    released_by: String,
    earlier_number: Option<i64>,
    earlier_year: Option<i64>,
}

/// Who asked, of all that is said of an applicant.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct ApplicantName {
    name: String,
}

json_column!(ApplicantName);

/// A line with the values its copy shows: those in force at its version on its day.
fn copy_line(archive: &Archive, row: CopyOfYear, entries: &[Correction]) -> (String, BookLine) {
    let at = parse_stamp(&row.issued_at).unwrap_or(Timestamp::UNIX_EPOCH);
    let day = correction::day_of(at);
    // Values as on the day of issue, so that a later correction does not change what the book says
    // was handed out.
    let said = correction::overlaid(&row.fields, entries, row.record_version, &day).fields;
    let value = |key: &str| printed(&said, key).unwrap_or_default();
    let class = archive.classes.get(&row.class);
    let layout = class.and_then(|class| class.copy.as_ref());
    let line = BookLine {
        number: Some(row.number),
        day: day_in_vietnam(at),
        ho_ten: value("ho_ten"),
        ngay_sinh: value("ngay_sinh"),
        document: layout.map_or_else(String::new, |layout| layout.subtitle.vi.clone()),
        so_hieu: value("so_hieu"),
        so_vao_so: value("so_vao_so"),
        // A void or waiting number stands in the book, but no copy was handed out under it.
        quantity: i64::from(row.state == CopyState::Issued),
        note: note(&row),
        request_id: row.request_id,
        receiver: row.applicant.name,
        released_by: row.released_by,
        // A withdrawal outweighs the state, because the line stays issued in the catalogue: it was.
        state: match (row.withdrawn_at, row.state) {
            (Some(_), _) => LineState::Withdrawn,
            (None, CopyState::Opening) => LineState::Opening,
            (None, CopyState::Issued) => LineState::Issued,
            (None, CopyState::Void) => LineState::Void,
        },
    };
    (row.issued_at, line)
}

fn note(row: &CopyOfYear) -> String {
    let mut parts = Vec::new();
    if let (Some(number), Some(year)) = (row.earlier_number, row.earlier_year) {
        let earlier = format!("{number}/{year}");
        parts.push(Message::new("printed.issue_book.note.reissue").with("number", earlier));
    }
    if let Some(reason) = &row.withdrawal {
        parts.push(Message::new("printed.issue_book.note.withdrawn").with("reason", reason));
    }
    if let Some(code) = &row.void_code {
        parts.push(Message::new("printed.issue_book.note.void").with("code", code));
    }
    let parts: Vec<String> = parts.iter().map(Message::vi).collect();
    parts.join(". ")
}

/// Requests that ended in a year without a copy: refused, withdrawn, expired.
///
/// # Errors
/// `Invalid` for a number that is not a year; `Forbidden`.
pub async fn without_copy(archive: &Archive, caller: &Caller, year: i64) -> Result<Vec<BookLine>> {
    require(caller, Act::SeeRequests)?;
    let (from, to) = bounds(year)?;
    let dated = ended_between(archive, &from, &to).await?;
    let view = View::of(
        Action::RequestsListed,
        ("issue_book", "issue_book"),
        Vec::new(),
    );
    viewing::note(archive, caller, view.about(&year.to_string())).await?;
    let lines = dated.into_iter().map(|(_, line)| masked(caller, line));
    Ok(lines.collect())
}

/// As [`without_copy`], each with its instant.
async fn ended_between(archive: &Archive, from: &str, to: &str) -> Result<Vec<(String, BookLine)>> {
    let rows: Vec<EndedRequest> = sqlx::query_as(
        "SELECT id, state, applicant, wanted, refusal, settled_at FROM copy_requests q
         WHERE state IN ('refused', 'withdrawn', 'expired')
         AND settled_at >= $1 AND settled_at < $2
         AND NOT EXISTS (SELECT 1 FROM copies c WHERE c.request_id = q.id)
         ORDER BY settled_at, id",
    )
    .bind(from)
    .bind(to)
    .fetch_all(archive.catalogue.pool())
    .await?;
    Ok(rows.into_iter().map(request_line).collect())
}

#[derive(sqlx::FromRow)]
struct EndedRequest {
    id: String,
    state: RequestState,
    #[sqlx(try_from = "JsonText")]
    applicant: ApplicantName,
    #[sqlx(try_from = "JsonText")]
    wanted: Sought,
    refusal: Option<String>,
    settled_at: String,
}

fn request_line(row: EndedRequest) -> (String, BookLine) {
    let (state, note) = match row.state {
        RequestState::Withdrawn => (
            LineState::RequestWithdrawn,
            Message::new("printed.issue_book.note.request_withdrawn"),
        ),
        RequestState::Expired => (
            LineState::Expired,
            Message::new("printed.issue_book.note.expired"),
        ),
        _ => (
            LineState::Refused,
            Message::new("printed.issue_book.note.refused")
                .with("reason", row.refusal.unwrap_or_default()),
        ),
    };
    let line = BookLine {
        request_id: Some(row.id),
        state,
        day: parse_stamp(&row.settled_at).map_or_else(String::new, day_in_vietnam),
        ho_ten: row.wanted.ho_ten,
        ngay_sinh: row.wanted.ngay_sinh,
        document: row.wanted.ten_van_bang,
        so_hieu: row.wanted.so_hieu,
        so_vao_so: row.wanted.so_vao_so,
        receiver: row.applicant.name,
        note: note.vi(),
        ..BookLine::default()
    };
    (row.settled_at, line)
}
