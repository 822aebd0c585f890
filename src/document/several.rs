//! Documents of several pages, read together: which they are, and the job that puts their readings together.

use super::{IN_ORDER, STANDS};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_BACKLOG};

/// Most pages of a document that are read together; beyond that it is a bound book, whose pages speak for themselves.
pub(crate) const MOST_TOGETHER: usize = 60;

/// A page of a document whose readings are put together.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct PileIn {
    /// UUIDv8 text of the page the value stands on.
    pub page_id: String,
    /// The scan it is a page of.
    pub scan_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// How far it is read, as `pages.state`.
    pub state: String,
}

impl PileIn {
    /// The pages in use, in order; empty if the document is a bound volume and not a paper of its own, or was joined.
    ///
    /// # Errors
    /// As any statement.
    pub async fn of(archive: &Archive, document: &str) -> Result<Vec<Self>> {
        let query = format!(
            "SELECT p.id AS page_id, p.scan_id, s.original_name, p.state
             FROM document_pages g JOIN pages p ON p.id = g.page_id JOIN scans s ON s.id = p.scan_id
             JOIN documents d ON d.id = g.document_id {}",
            IN_ORDER.replacen(
                "ORDER BY",
                &format!("WHERE d.id = $1 AND d.volume_id IS NULL AND {STANDS} ORDER BY"),
                1
            )
        );
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(query))
            .bind(document)
            .fetch_all(archive.catalogue.pool())
            .await?)
    }
}

/// The document whose pages are read together with this page; none for a page alone, a bound volume's or a book's.
///
/// # Errors
/// As any statement.
pub(crate) async fn read_together(tx: &mut Tx, page_id: &str) -> Result<Option<String>> {
    let query = format!(
        "SELECT d.id, (SELECT COUNT(*) FROM document_pages g JOIN pages p ON p.id = g.page_id
            WHERE g.document_id = d.id AND {STANDS})
         FROM document_pages h JOIN documents d ON d.id = h.document_id
         WHERE h.page_id = $1 AND d.volume_id IS NULL"
    );
    let found: Option<(String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(page_id)
        .fetch_optional(&mut **tx)
        .await?;
    let several = |pages: &i64| (2..=MOST_TOGETHER).contains(&usize::try_from(*pages).unwrap_or(0));
    Ok(found.filter(|(_, pages)| several(pages)).map(|(id, _)| id))
}

/// Asks that the readings of a document whose pages changed be put together again.
///
/// # Errors
/// As any statement.
pub(crate) async fn read_again(tx: &mut Tx, document: &str) -> Result<()> {
    tx.enqueue(Kind::ReadDocument, document, PRIORITY_BACKLOG)
        .await
}
