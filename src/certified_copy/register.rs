//! The register of copies (sổ cấp bản sao): its lines, written and read.

use super::{COPY_FILE, CopyRow, object_id};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Key, Slice, Turn, Tx, Window, folded_pattern};
use crate::error::{Error, Result};
use crate::vault::ObjectId;
use crate::viewing::{self, View};

/// Writes a line; `preserved` where its object is in the vault. A request that is not in the catalogue is not named.
pub(super) async fn insert(tx: &mut Tx, copy: &CopyRow, preserved: bool) -> Result<()> {
    Insert::into("copies")
        .set("id", &copy.id)
        .set("year", copy.year)
        .set("number", copy.number)
        .set("state", copy.state)
        .set("record_id", &copy.record_id)
        .set("record_version", copy.record_version)
        .set("code", &copy.code)
        .set("object_id", preserved.then(|| object_id(&copy.id)))
        .set("sha256", &copy.sha256)
        .set("issued_by", &copy.issued_by)
        .set("issued_at", &copy.issued_at)
        .set("reissue_of", &copy.reissue_of)
        .set("void_code", &copy.void_code)
        .set("withdrawn_at", &copy.withdrawn_at)
        .set("withdrawn_by", &copy.withdrawn_by)
        .set("withdrawal", &copy.withdrawal)
        .set("code_until", &copy.code_until)
        // The request may be missing in a restored vault; the line in the book does not depend on
        // it.
        .set_known("request_id", "copy_requests", &copy.request_id)
        .set("record_digest", &copy.record_digest)
        .run(tx)
        .await?;
    Ok(())
}

/// Writes the digest of a file that the copy had before its seal was renewed: it stays known as ours.
pub(super) async fn remember_earlier(
    tx: &mut Tx,
    copy_id: &str,
    sha256: Option<&String>,
) -> Result<()> {
    Insert::into("earlier_files")
        .set("sha256", sha256)
        .set("copy_id", copy_id)
        .run(tx)
        .await?;
    Ok(())
}

/// One line of the issue book.
pub(crate) async fn row(archive: &Archive, id: &str) -> Result<CopyRow> {
    sqlx::query_as("SELECT * FROM copies WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "copy" })
}

/// Which lines of the issue book to list.
#[derive(Debug, Clone, Default)]
pub struct BookFilter {
    /// Calendar year in Viet Nam.
    pub year: i64,
    /// `issued`, `withdrawn`, `void`, `opening`, or any where it is empty.
    pub state: String,
    /// A number, or part of a name that was asked for.
    pub text: String,
    /// The verification code that the same text may be, tidied.
    pub code: String,
    /// Place of the page in the list, after or before a line.
    pub turn: Turn,
}

const BY_NUMBER: &[Key] = &[Key::Number("c.number")];
/// `$1` the year, `$2` a state, `$3` any text, `$4` a number, `$5` a code, `$6` folded names as a pattern.
const ANSWERS: &str =
    "c.year = CAST($1 AS BIGINT) AND ($2 = '' OR $2 = 'withdrawn' AND c.withdrawn_at IS NOT NULL
        OR $2 <> 'withdrawn' AND c.state = $2 AND c.withdrawn_at IS NULL)
     AND ($3 = '' OR CAST(c.number AS TEXT) = $4 OR c.code = $5 OR $6 <> '' AND EXISTS
        (SELECT 1 FROM copy_requests q WHERE q.id = c.request_id AND q.names LIKE $6))";

impl BookFilter {
    fn values(&self) -> [String; 6] {
        let text = self.text.trim();
        // As the book writes it: `12/2026`.
        let number = text.split('/').next().unwrap_or_default();
        [
            self.year.to_string(),
            self.state.clone(),
            text.to_owned(),
            number.to_owned(),
            self.code.clone(),
            folded_pattern(text),
        ]
    }
}

/// The issue book of a year, newest first, with the names of those who released and withdrew: its newest 500 lines;
/// [`book_page`] has the others.
///
/// # Errors
/// `Forbidden`.
pub async fn book(archive: &Archive, caller: &Caller, year: i64) -> Result<Vec<CopyRow>> {
    let filter = BookFilter {
        year,
        ..BookFilter::default()
    };
    Ok(book_page(archive, caller, &filter, 500).await?.rows)
}

/// A page of the lines that answer a filter.
///
/// # Errors
/// `Forbidden`, `Invalid` place.
pub async fn book_page(
    archive: &Archive,
    caller: &Caller,
    filter: &BookFilter,
    most: usize,
) -> Result<Slice<CopyRow>> {
    require(caller, Act::SeeRequests)?;
    let window = Window::of(BY_NUMBER, true, &filter.turn, most)?;
    let statement = format!(
        "SELECT c.id, c.year, c.number, c.state, c.request_id, c.code, c.record_id,
            c.record_version, c.record_digest, c.sha256, c.issued_at, COALESCE(p.name, c.issued_by) AS issued_by,
            c.reissue_of, c.void_code, c.withdrawn_at,
            COALESCE(w.name, c.withdrawn_by) AS withdrawn_by, c.withdrawal, c.code_until
         FROM copies c LEFT JOIN people p ON p.id = c.issued_by
         LEFT JOIN people w ON w.id = c.withdrawn_by WHERE {ANSWERS}{}",
        window.sql(7)
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(statement));
    for value in filter.values().iter().chain(window.values()) {
        query = query.bind(value.clone());
    }
    let rows: Vec<CopyRow> = query.fetch_all(archive.catalogue.pool()).await?;
    Ok(window.cut(rows, |row| vec![row.number.to_string()]))
}

/// How many lines answer a filter, whatever the page.
///
/// # Errors
/// `Forbidden`.
pub async fn book_count(archive: &Archive, caller: &Caller, filter: &BookFilter) -> Result<i64> {
    require(caller, Act::SeeRequests)?;
    let statement = format!("SELECT COUNT(*) FROM copies c WHERE {ANSWERS}");
    let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(statement));
    for value in filter.values() {
        query = query.bind(value);
    }
    Ok(query.fetch_one(archive.catalogue.pool()).await?)
}

/// One line of the book, for the office.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn line(archive: &Archive, caller: &Caller, id: &str) -> Result<CopyRow> {
    require(caller, Act::SeeRequests)?;
    row(archive, id).await
}

/// The sealed bytes of a copy, for the office.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Corrupt`.
pub async fn bytes(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<u8>> {
    require(caller, Act::SeeRequests)?;
    require(caller, Act::SeePersonalData)?;
    let copy = row(archive, id).await?;
    let view = View::of(Action::CopyFileOpened, ("copy", id), vec![copy.record_id]);
    viewing::note(archive, caller, view).await?;
    sealed_bytes(archive, id).await
}

pub(crate) async fn sealed_bytes(archive: &Archive, id: &str) -> Result<Vec<u8>> {
    let object = ObjectId::new(object_id(id))?;
    let file = archive.vault.read(&object, COPY_FILE, None).await?;
    Ok(file.into_bytes().await?.to_vec())
}
