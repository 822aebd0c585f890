//! The pages of one document put together: a letter of three pages becomes one record.

use sogoc_workers::joint::{self, DocumentPage};
use sogoc_workers::reading::PageReading;

use super::{PageState, find, reading_or_again, store::complete_only};
use crate::archive::Archive;
use crate::document::{MOST_TOGETHER, PileIn};
use crate::error::Result;
use crate::jobs::Leased;
use crate::record;

/// The verb behind the job `read_document`: proposes the records of a document's pages as they are together, once all
/// of them are read. Whoever reads the last one asks for this; what a person has touched stays.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn read_document(archive: &Archive, job: &Leased) -> Result<()> {
    let pages = PileIn::of(archive, &job.subject).await?;
    let waits = |page: &PileIn| page.state == PageState::Received.as_str();
    if pages.len() > MOST_TOGETHER || pages.iter().any(waits) {
        return complete_only(archive, job).await;
    }
    let mut read: Vec<(&PileIn, PageReading)> = Vec::with_capacity(pages.len());
    for page in &pages {
        if page.state == PageState::Read.as_str() {
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
