//! The pages of one document put together: a letter of three pages becomes one record.

use sogoc_workers::joint::{self, DocumentPage};
use sogoc_workers::reading::PageReading;

use super::{PageState, find, reading_or_again, store::complete_only};
use crate::archive::Archive;
use crate::document::{IN_ORDER, MOST_TOGETHER, STANDS};
use crate::error::Result;
use crate::jobs::Leased;
use crate::record;

/// A page of a document whose readings are put together.
#[derive(Debug, sqlx::FromRow)]
struct PageOfDocument {
    /// UUIDv8 text of the page the value stands on.
    page_id: String,
    /// The scan it is a page of.
    scan_id: String,
    /// The file's name as delivered.
    original_name: String,
    /// How far it is read.
    state: PageState,
}

impl PageOfDocument {
    /// The pages in use, in order; empty if the document is a bound volume and not a paper of its own, or was joined.
    async fn of(archive: &Archive, document: &str) -> Result<Vec<Self>> {
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

/// The verb behind the job `read_document`: proposes the records of a document's pages as they are together, once all
/// of them are read. Whoever reads the last one asks for this; what a person has touched stays.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn read_document(archive: &Archive, job: &Leased) -> Result<()> {
    let pages = PageOfDocument::of(archive, &job.subject).await?;
    let waits = |page: &PageOfDocument| page.state == PageState::Received;
    if pages.len() > MOST_TOGETHER || pages.iter().any(waits) {
        return complete_only(archive, job).await;
    }
    let mut read: Vec<(&PageOfDocument, PageReading)> = Vec::with_capacity(pages.len());
    for page in &pages {
        if page.state == PageState::Read {
            let view = find(archive, &page.page_id).await?;
            read.push((page, reading_or_again(archive, &view).await?));
        }
    }
    let stream: Vec<DocumentPage<'_>> = read
        .iter()
        .map(|(page, reading)| DocumentPage {
            id: &page.page_id,
            file: &page.original_name,
            reading,
        })
        .collect();
    let records = joint::records(&stream, &archive.classes);
    let mut tx = archive.begin_as_machine().await?;
    for ((page, _), records) in read.iter().zip(&records) {
        record::propose(archive, &mut tx, &page.scan_id, &page.page_id, records).await?;
    }
    tx.complete_and_commit(job).await
}
