//! Documents found: by file, volume, batch; the document of a page; the pages of a document.

use super::{Document, DocumentPage, DocumentState, IN_ORDER, STANDS};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use sqlx::{Any, Executor};

/// Most rows of one page of a list.
const MOST_ROWS: i64 = 500;

/// Which documents to list; what is left out narrows nothing.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DocumentFilter {
    /// Code of the fonds.
    pub fonds: Option<String>,
    /// Id of the file.
    pub file: Option<String>,
    /// Id of the volume.
    pub volume: Option<String>,
    /// Id of the batch some of its pages came in.
    pub batch: Option<String>,
    /// proposed | confirmed | joined; those of the first two when absent.
    pub state: Option<String>,
    /// Part of the subject, the notation or the agency.
    pub text: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// The most documents that are listed.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u16>,
}

/// One page of a list, and the cursor of the next.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Listed {
    /// One page of the list, at most 500.
    pub items: Vec<Document>,
    /// Give this as `after` for the next page; absent on the last.
    pub next: Option<String>,
}

pub(super) fn select() -> String {
    format!(
        "SELECT d.*, f.code AS fonds, h.code AS file, v.code AS volume,
            (SELECT COUNT(*) FROM document_pages g JOIN pages p ON p.id = g.page_id
                WHERE g.document_id = d.id AND {STANDS}) AS pages,
            (SELECT MIN(s.original_name) FROM document_pages g JOIN pages p ON p.id = g.page_id
                JOIN scans s ON s.id = p.scan_id WHERE g.document_id = d.id) AS name
         FROM documents d JOIN fonds f ON f.id = d.fonds_id LEFT JOIN files h ON h.id = d.file_id
         LEFT JOIN register_volumes v ON v.id = d.volume_id"
    )
}

/// Documents, by file and place in it, else by age.
///
/// # Errors
/// `Invalid` state, `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller, wanted: &DocumentFilter) -> Result<Listed> {
    require(caller, Act::SeeRecords)?;
    let state: Option<DocumentState> = match wanted.state.as_deref() {
        None => None,
        Some(word) => {
            // An unknown word is refused; an empty answer would look as if there were none.
            let known = word.parse().ok();
            Some(known.ok_or_else(|| Error::fault("/state", "faults.no_such_state"))?)
        }
    };
    let limit = i64::from(wanted.limit.unwrap_or(100)).clamp(1, MOST_ROWS);
    let query = format!(
        // The cursor is the last id, compared with its place in the order, so that pages do not
        // shift while documents are confirmed.
        "{} WHERE ($1 = '' OR f.code = $1) AND ($2 = '' OR d.file_id = $2)
         AND ($3 = '' OR d.volume_id = $3)
         AND ($4 = '' OR EXISTS (SELECT 1 FROM document_pages g JOIN pages p ON p.id = g.page_id
            JOIN scans s ON s.id = p.scan_id WHERE g.document_id = d.id AND s.batch_id = $4))
         AND ($5 = '' AND d.state <> 'joined' OR d.state = $5)
         AND ($6 = '' OR LOWER(d.fields) LIKE $6 OR d.fields LIKE $9)
         AND ($7 = '' OR (COALESCE(d.ordinal, 99999999), d.id) >
            (SELECT COALESCE(c.ordinal, 99999999), c.id FROM documents c WHERE c.id = $7))
         ORDER BY COALESCE(d.ordinal, 99999999), d.id LIMIT $8",
        select()
    );
    let like = match wanted.text.as_deref().map(str::trim) {
        None | Some("") => String::new(),
        Some(text) => format!("%{}%", text.to_lowercase()),
    };
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let mut items: Vec<Document> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(text(&wanted.fonds))
        .bind(text(&wanted.file))
        .bind(text(&wanted.volume))
        .bind(text(&wanted.batch))
        .bind(state.map_or("", DocumentState::as_str))
        .bind(like)
        .bind(text(&wanted.after))
        .bind(limit + 1)
        .bind(format!("%{}%", text(&wanted.text).trim()))
        .fetch_all(archive.catalogue.pool())
        .await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > shown;
    items.truncate(shown);
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Listed { items, next })
}

/// The document of that id.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Document> {
    require(caller, Act::SeeRecords)?;
    find(archive, id).await
}

pub(super) async fn find(archive: &Archive, id: &str) -> Result<Document> {
    let query = format!("{} WHERE d.id = $1", select());
    sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "document" })
}

/// Id of the document a page belongs to; records belong to the document of their page.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn of_page(archive: &Archive, caller: &Caller, page_id: &str) -> Result<String> {
    require(caller, Act::SeeRecords)?;
    sqlx::query_scalar("SELECT document_id FROM document_pages WHERE page_id = $1")
        .bind(page_id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "document" })
}

/// The pages of a document in order, those withdrawn among them.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn pages(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<DocumentPage>> {
    get(archive, caller, id).await?;
    ordered(archive.catalogue.pool(), id).await
}

/// As [`pages`], for the program's own verbs.
pub(super) async fn ordered<'e>(
    from: impl Executor<'e, Database = Any>,
    id: &str,
) -> Result<Vec<DocumentPage>> {
    let query = format!(
        "SELECT g.page_id, p.scan_id, s.original_name, p.number, s.sha256, g.position, g.part,
            CASE WHEN {STANDS} THEN 0 ELSE 1 END AS withdrawn
         FROM document_pages g JOIN pages p ON p.id = g.page_id JOIN scans s ON s.id = p.scan_id
         {}",
        IN_ORDER.replacen("ORDER BY", "WHERE g.document_id = $1 ORDER BY", 1)
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_all(from)
        .await?)
}

/// As [`ordered`], inside a transaction.
pub(super) async fn ordered_in(tx: &mut Tx, id: &str) -> Result<Vec<DocumentPage>> {
    ordered(&mut **tx, id).await
}
