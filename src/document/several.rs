//! Documents of several pages, read together: which they are, and the job that puts their readings together.

use super::STANDS;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_BACKLOG};

/// Most pages of a document that are read together; beyond that it is a bound book, whose pages speak for themselves.
pub(crate) const MOST_TOGETHER: usize = 60;

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
