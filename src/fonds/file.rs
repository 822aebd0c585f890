//! Files (hồ sơ) inside a fonds, with the eighteen fields of TT 05/2025/TT-BNV.

mod act;
mod fields;
mod preservation;

pub use act::{FileSplit, close_file, merge_file, move_file, split_file};
pub use fields::FileFields;
pub(super) use fields::LAST_LANGUAGE;
pub use preservation::preserve as preserve_file;
pub(crate) use preservation::{
    PREFIX as FILE_PREFIX, restore as restore_files, restore_batches as restore_file_batches,
};

use serde_json::json;

use super::code::{self, Parts};
use super::series::{refuse_unless_open, series_id};
use super::{Fonds, LONGEST_CODE, LONGEST_TITLE, Shelf, by_code};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, JsonText, Tx};
use crate::clock::vietnam;
use crate::error::{Error, Result};
use crate::holding::{self, Checks, Edit, HoldingKind, HoldingState, TracedAct};
use crate::reference_data;

/// Most files of one page of a list.
const MOST_ROWS: i64 = 500;

/// Hồ sơ: the records of one matter, with one title and one term.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct File {
    /// UUIDv7 text, which its object in the vault bears too.
    pub id: String,
    /// Code of its fonds.
    pub fonds: String,
    /// Code of its series.
    pub series: Option<String>,
    /// Mã hồ sơ, unique within its fonds.
    pub code: String,
    /// Tiêu đề hồ sơ.
    pub title: String,
    /// Thời hạn lưu trữ, code 01..07.
    pub maintenance: String,
    /// Chế độ sử dụng, code 01..03.
    pub mode: String,
    /// Mã hồ sơ gốc giấy.
    pub shelf_code: Option<String>,
    /// The remaining fields of the circular.
    #[sqlx(try_from = "JsonText")]
    pub fields: FileFields,
    /// Where the paper stands.
    #[sqlx(try_from = "JsonText")]
    pub shelf: Shelf,
    /// Whether documents still come to it.
    pub state: HoldingState,
    /// Code of the file it was merged into.
    #[sqlx(rename = "merged_code")]
    pub merged_into: Option<String>,
    /// What it holds in the archive.
    #[sqlx(flatten)]
    pub counted: Counted,
    /// Counts its descriptions, from 1.
    pub version: i64,
    /// Person or token id.
    #[serde(skip)]
    pub changed_by: String,
    /// When it was changed last, RFC 3339 UTC.
    pub changed_at: String,
}

/// What of a file or volume is in the archive.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow,
)]
pub struct Counted {
    /// Tổng số tài liệu: documents.
    pub documents: i64,
    /// Pages of them that stand.
    pub pages: i64,
}

/// What is said of a file.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// Code of the fonds; it is changed by a move only.
    pub fonds: String,
    /// Code of the series, when the fonds has any.
    #[serde(default)]
    pub series: Option<String>,
    /// Mã hồ sơ, up to 100 characters, by the rule of the day.
    pub code: String,
    /// Tiêu đề hồ sơ.
    pub title: String,
    /// Thời hạn lưu trữ, code 01..07; by the rule of `retention` when empty.
    #[serde(default)]
    pub maintenance: String,
    /// Code of the retention rule that sets the term, as it stands today.
    #[serde(default)]
    pub retention: Option<String>,
    /// Chế độ sử dụng, code 01..03.
    pub mode: String,
    /// Mã hồ sơ gốc giấy; made of the shelf address when absent.
    #[serde(default)]
    pub shelf_code: Option<String>,
    /// The remaining fields of the circular.
    #[serde(default)]
    pub fields: FileFields,
    /// Where the paper stands.
    #[serde(default)]
    pub shelf: Shelf,
}

/// Which files to list: of a fonds, of a series, with a text.
#[derive(Debug, Clone, Default)]
pub struct FileFilter {
    /// Code of the fonds.
    pub fonds: String,
    /// Code of the series; empty for files of none.
    pub series: Option<String>,
    /// Part of code or title.
    pub text: String,
    /// Code of the last file of the page before.
    pub after: Option<String>,
    /// The most files that are listed.
    pub limit: i64,
}

pub(crate) const SELECT: &str = "SELECT h.*, f.code AS fonds, s.code AS series, m.code AS merged_code,
        (SELECT COUNT(*) FROM documents d WHERE d.file_id = h.id AND d.state <> 'joined') AS documents,
        (SELECT COUNT(*) FROM document_pages g JOIN documents d ON d.id = g.document_id
            JOIN pages p ON p.id = g.page_id WHERE d.file_id = h.id
            AND (p.outcome IS NULL OR p.outcome NOT IN ('excluded', 'superseded'))) AS pages
     FROM files h JOIN fonds f ON f.id = h.fonds_id LEFT JOIN series s ON s.id = h.series_id
     LEFT JOIN files m ON m.id = h.merged_into";

/// A description that holds.
struct Checked {
    given: NewFile,
    series_id: Option<String>,
}

async fn checked(
    archive: &Archive,
    fonds: &Fonds,
    given: &NewFile,
    code_is_new: bool,
) -> Result<Checked> {
    let mut given = given.clone();
    if let Some(rule) = given
        .retention
        .as_deref()
        // The term follows from the rule of the day the file is described; once it is there, it
        // stays as given.
        .filter(|_| given.maintenance.is_empty())
    {
        let today = vietnam(archive.clock.now()).date();
        let found = reference_data::retention_on(&archive.catalogue, rule, today).await;
        let rule = found.map_err(|error| match error {
            Error::NotFound { .. } => Error::fault("/retention", "faults.no_retention_rule"),
            other => other,
        })?;
        given.maintenance = rule.term_code;
    }
    if given
        .shelf_code
        .as_deref()
        .is_none_or(|code| code.trim().is_empty())
    {
        given.shelf_code = code::paper_code(archive, fonds, &given.shelf).await?;
    }
    let mut checks = Checks::default();
    checks.text("/code", &given.code, LONGEST_CODE);
    checks.text("/title", &given.title, LONGEST_TITLE);
    checks.code("/maintenance", &given.maintenance, "07");
    checks.code("/mode", &given.mode, "03");
    checks.line("/shelf_code", given.shelf_code.as_deref(), LONGEST_CODE);
    given.shelf.check(&mut checks);
    given.fields.check(&mut checks);
    checks.done()?;
    // Only new codes are judged: one that was given under an older rule is never rewritten.
    if code_is_new {
        code::check(
            archive,
            "file",
            "/code",
            &given.code,
            Some(&Parts::of(fonds)),
        )
        .await?;
    }
    let series_id = match given.series.as_deref() {
        None => None,
        Some(code) => Some(series_id(archive, &fonds.id, code).await?),
    };
    Ok(Checked { given, series_id })
}

/// Makes a file in a fonds.
///
/// # Errors
/// `Invalid` text or codes, `NotFound` fonds, `AlreadyExists`, `Forbidden`.
pub async fn make_file(archive: &Archive, caller: &Caller, given: &NewFile) -> Result<File> {
    require(caller, Act::DescribeHoldings)?;
    let fonds = by_code(archive, caller, &given.fonds).await?;
    let Checked { given, series_id } = checked(archive, &fonds, given, true).await?;
    let mut tx = archive.begin(caller).await?;
    let (id, now) = (tx.new_id(), tx.now());
    let ids = (&*id, &*fonds.id, series_id.as_deref());
    if !insert_file(&mut tx, ids, &given, &now).await? {
        return Err(Error::AlreadyExists { what: "file" });
    }
    let act = TracedAct {
        kind: HoldingKind::File,
        id: &id,
        action: Action::FileMade,
        reason: "",
        details: json!({ "fonds": fonds.code, "code": given.code }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    file(archive, caller, &id).await
}

/// False when its id, or its code in that fonds, is taken.
pub(super) async fn insert_file(
    tx: &mut Tx,
    (id, fonds_id, series_id): (&str, &str, Option<&str>),
    file: &NewFile,
    created_at: &str,
) -> Result<bool> {
    let by = tx.actor().to_owned();
    Insert::into("files")
        .set("id", id)
        .set("fonds_id", fonds_id)
        .set("series_id", series_id)
        .set("code", &file.code)
        .set("title", &file.title)
        .set("maintenance", &file.maintenance)
        .set("mode", &file.mode)
        .set("shelf_code", &file.shelf_code)
        .set("fields", serde_json::to_string(&file.fields)?)
        .set("shelf", serde_json::to_string(&file.shelf)?)
        .set("changed_by", by)
        .set("changed_at", created_at)
        .set("created_at", created_at)
        .or_ignore("")
        .run(tx)
        .await
}

/// Changes the description of a file; its fonds and series stay.
///
/// # Errors
/// `Invalid`, `NotFound`, `AlreadyExists` code, `Refused` when another description came in between, `Forbidden`.
pub async fn change_file(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    edit: &Edit<NewFile>,
) -> Result<File> {
    require(caller, Act::DescribeHoldings)?;
    let before = file(archive, caller, id).await?;
    // Moves have a verb and a trace of their own, so that a description never moves a file
    // silently.
    if edit.description.fonds != before.fonds || edit.description.series != before.series {
        return Err(Error::fault("/fonds", "faults.moved_by_a_move"));
    }
    let fonds = by_code(archive, caller, &before.fonds).await?;
    let code_is_new = edit.description.code != before.code;
    let Checked { given, .. } = checked(archive, &fonds, &edit.description, code_is_new).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::File, id, edit.seen).await?;
    sqlx::query(
        "UPDATE files SET code = $1, title = $2, maintenance = $3, mode = $4, shelf_code = $5,
            fields = $6, shelf = $7 WHERE id = $8",
    )
    .bind(&given.code)
    .bind(&given.title)
    .bind(&given.maintenance)
    .bind(&given.mode)
    .bind(&given.shelf_code)
    .bind(serde_json::to_string(&given.fields)?)
    .bind(serde_json::to_string(&given.shelf)?)
    .bind(id)
    .execute(&mut *tx)
    .await
    .map_err(|error| Error::from(error).naming("file"))?;
    let act = TracedAct {
        kind: HoldingKind::File,
        id,
        action: Action::HoldingDescribed,
        reason: &edit.reason,
        details: json!({ "code": [before.code, given.code] }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    file(archive, caller, id).await
}

/// The file of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn file(archive: &Archive, caller: &Caller, id: &str) -> Result<File> {
    require(caller, Act::SeeBatches)?;
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{SELECT} WHERE h.id = $1")))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "file" })
}

/// The files of a fonds or series, by code.
///
/// # Errors
/// `NotFound` fonds, `Forbidden`.
pub async fn files(archive: &Archive, caller: &Caller, filter: &FileFilter) -> Result<Vec<File>> {
    let fonds = by_code(archive, caller, &filter.fonds).await?;
    let (any, series) = match filter.series.as_deref() {
        None => (1i64, ""),
        Some(code) => (0, code),
    };
    let query = format!(
        "{SELECT} WHERE h.fonds_id = $1 AND ($2 = 1 OR COALESCE(s.code, '') = $3)
         AND ($4 = '' OR LOWER(h.title) LIKE $4 OR LOWER(h.code) LIKE $4 OR h.title LIKE $7)
         AND h.code > $5 ORDER BY h.code LIMIT $6"
    );
    // SQLite lowers ASCII alone: what was typed is looked for as it is, too.
    // SQLite's LOWER knows no letters beyond ASCII, so the text as typed is tried as well.
    let like = match filter.text.trim() {
        "" => String::new(),
        text => format!("%{}%", text.to_lowercase()),
    };
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(&fonds.id)
        .bind(any)
        .bind(series)
        .bind(like)
        .bind(filter.after.as_deref().unwrap_or(""))
        .bind(filter.limit.clamp(1, MOST_ROWS))
        .bind(format!("%{}%", filter.text.trim()))
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Id of the file of that code in the fonds.
///
/// # Errors
/// `NotFound` fonds or file, `Forbidden`; `Refused` where nothing comes to it any more.
pub async fn file_by_code(
    archive: &Archive,
    caller: &Caller,
    fonds_code: &str,
    code: &str,
) -> Result<String> {
    let fonds = by_code(archive, caller, fonds_code).await?;
    let found: Option<(String, HoldingState)> =
        sqlx::query_as("SELECT id, state FROM files WHERE fonds_id = $1 AND code = $2")
            .bind(&fonds.id)
            .bind(code)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let (id, state) = found.ok_or(Error::NotFound { what: "file" })?;
    // A merged file takes nothing in; its documents are in the other one.
    if state == HoldingState::Merged {
        refuse_unless_open(state)?;
    }
    Ok(id)
}

/// Code of the file of that id.
pub(crate) async fn file_code(archive: &Archive, id: &str) -> Result<String> {
    sqlx::query_scalar("SELECT code FROM files WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "file" })
}
