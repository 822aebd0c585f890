//! The searchable PDF of a scan or of a document: PDF/A-2b of two layers, the delivered picture and, invisible in place, the
//! words that were read. Made when asked for, compared with its master page by page, never itself preserved.

mod assemble;
mod cache;
mod document;
mod left_out;
mod metadata;
mod object_writer;
mod text_layer;

use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempPath;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::document::{self as documents, DocumentPage};
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::page::{self, PageState, PageView};
use crate::scan;
use crate::viewing::{self, Paper};
pub use left_out::LeftOut;

/// Most pages of one file; more are asked for in parts.
pub const MOST_PAGES: usize = 600;

/// Which pages of a scan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// First page, from 1; the first of all when absent.
    pub from: Option<i64>,
    /// Last page; the last of all when absent.
    pub to: Option<i64>,
}

/// What is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The delivered picture with the words invisible over it.
    Searchable {
        /// True where each picture's bytes are those delivered, not packed again.
        pictures_as_delivered: bool,
    },
    /// The delivered PDF, byte for byte.
    AsDelivered,
}

/// A document ready to be given out.
#[derive(Debug)]
pub struct Document {
    /// Its bytes, at their start; the file goes away when this is closed.
    pub file: std::fs::File,
    /// Length of the file in bytes.
    pub size: u64,
    /// A name for it, from the delivered one.
    pub name: String,
    /// Whether it was built, or is the delivered file.
    pub form: Form,
    /// Pages asked for that a person withdrew from the batch, so that they are not in it.
    pub left_out: LeftOut,
}

/// What is to be made.
#[derive(Debug)]
struct Order {
    /// Id of the scan or document.
    id: String,
    /// What the file is called.
    title: String,
    /// Digest that tells it from others: of the master, or of all of them in order.
    source_sha256: String,
    /// The one delivered PDF it shows; that may be given as it came.
    delivered_pdf: bool,
    /// Whether pages bear their numbers in the scan.
    numbered: bool,
    pages: Vec<PageView>,
    left_out: LeftOut,
}

impl Order {
    /// Its place in the cache: the same for the same pages, turned the same way.
    fn key(&self) -> String {
        let pages = self.pages.iter();
        let pages: Vec<String> = pages
            .map(|page| match self.numbered {
                true => format!("{}-{}", page.number, page.rotation),
                false => format!("{}-{}", page.id, page.rotation),
            })
            .collect();
        let (id, left_out) = (&self.id, self.left_out.spans());
        format!("{id}/{}/{left_out}", pages.join(","))
    }
}

/// A file that was made and compared.
#[derive(Debug)]
struct Made {
    file: TempPath,
    size: u64,
    form: Form,
}

/// The document of a scan or of some of its pages, with an entry in the log of who fetched it. It leaves out
/// the pages that a person withdrew.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` where a page was not read or cannot be shown, all were taken out,
/// or there are too many; `Blocked` while a long one is being made; `Corrupt` master; `Invalid` range.
pub async fn of_scan(
    archive: &Arc<Archive>,
    caller: &Caller,
    scan_id: &str,
    range: Range,
) -> Result<Document> {
    require(caller, Act::SeeImages)?;
    let asked = scan::get(archive, caller, scan_id).await?;
    // A duplicate has no pages of its own: its bytes are those of the scan it repeats.
    let scan = match &asked.duplicate_of {
        Some(first) => scan::get(archive, caller, first).await?,
        None => asked.clone(),
    };
    let mut pages = page::of_scan(archive, caller, &scan.id).await?;
    // Cut to the range first: what is left out beyond it is not told.
    pages.retain(|page| range.holds(page.number));
    let left_out = left_out::part(&mut pages)?;
    let delivered_pdf = scan.media_type == "application/pdf";
    check(delivered_pdf, &pages)?;
    let order = Order {
        id: scan.id,
        title: scan.original_name,
        source_sha256: scan.sha256,
        delivered_pdf,
        // Pages of one scan are known by number, which stays the same when a page is scanned again.
        numbered: true,
        pages,
        left_out,
    };
    let paper = Paper::Scan(&order.id.clone());
    fetch(archive, caller, paper, &asked.original_name, order).await
}

/// The PDF of a document: the pages of one or several scans in its order, each compared with its master; with an
/// entry in the log of who fetched it. Pages that were withdrawn are not in it.
///
/// # Errors
/// As [`of_scan`]; `Refused` too for a delivered PDF that must stay as it came and is only a part of the document.
pub async fn of_document(
    archive: &Arc<Archive>,
    caller: &Caller,
    document_id: &str,
) -> Result<Document> {
    require(caller, Act::SeeImages)?;
    let asked = documents::get(archive, caller, document_id).await?;
    let mut pages = page::of_document(archive, caller, document_id).await?;
    let left_out = left_out::part(&mut pages)?;
    check(false, &pages)?;
    let masters = documents::pages(archive, caller, document_id).await?;
    // No single file is the source, so the digests of all masters stand for it in their order.
    let mut digest = Sha256::new();
    masters.iter().for_each(|page| digest.update(&page.sha256));
    let order = Order {
        id: asked.id.clone(),
        title: asked.title().to_owned(),
        source_sha256: hex::encode(digest.finalize()),
        delivered_pdf: covers_one_pdf(archive, caller, &masters).await?,
        numbered: false,
        pages,
        left_out,
    };
    // A title may hold a stroke, which no file name can.
    let name = asked.title().replace('/', "-");
    fetch(archive, caller, Paper::Document(document_id), &name, order).await
}

/// Whether a document is exactly one delivered PDF, whole and in its order.
async fn covers_one_pdf(
    archive: &Archive,
    caller: &Caller,
    pages: &[DocumentPage],
) -> Result<bool> {
    let Some(first) = pages.first() else {
        return Ok(false);
    };
    let scan = scan::get(archive, caller, &first.scan_id).await?;
    let in_order = pages.iter().zip(1..);
    let whole = in_order.map(|(page, at)| page.scan_id == scan.id && page.number == at);
    let counted = i64::try_from(pages.len()) == Ok(scan.page_count);
    Ok(scan.media_type == "application/pdf" && counted && whole.into_iter().all(|one| one))
}

/// Takes the file made, or makes it, and says in the log who fetched it.
async fn fetch(
    archive: &Arc<Archive>,
    caller: &Caller,
    paper: Paper<'_>,
    name: &str,
    order: Order,
) -> Result<Document> {
    let (count, left_out) = (order.pages.len(), order.left_out.clone());
    let made = cache::fetch(archive, order).await?;
    let (form, left_out) = match made.form {
        Form::Searchable { .. } => ("searchable_pdf", left_out),
        Form::AsDelivered => ("as_delivered", LeftOut::default()), // the whole file, as it came
    };
    let document = Document {
        file: std::fs::File::open(&made.file)?,
        size: made.size,
        name: name_of(name, &left_out),
        form: made.form,
        // Logged only once the file is there to be given out.
        left_out,
    };
    let left_out = document.left_out.count();
    let details = json!({ "form": form, "pages": count, "left_out": left_out });
    viewing::note_paper(archive, caller, Action::DocumentFetched, paper, details).await?;
    Ok(document)
}

impl Range {
    fn holds(self, number: i64) -> bool {
        self.from.is_none_or(|from| number >= from) && self.to.is_none_or(|to| number <= to)
    }
}

/// Every page must have been read: a file that is silent about some of its words would mislead.
fn check(delivered_pdf: bool, pages: &[PageView]) -> Result<()> {
    if pages.is_empty() {
        return Err(Error::NotFound { what: "page" });
    }
    if pages.len() > MOST_PAGES {
        let count = pages.len();
        return Err(Error::refuse(
            Message::new("errors.searchable_pdf.too_many_pages")
                .with("count", count)
                .with("most_pages", MOST_PAGES),
        ));
    }
    let numbers = |state: &str| {
        let of_state = pages.iter().filter(|page| page.state == state);
        let numbers: Vec<String> = of_state
            .take(10)
            .map(|page| page.number.to_string())
            .collect();
        numbers.join(", ")
    };
    let waiting = numbers("received");
    if !waiting.is_empty() {
        return Err(Error::refuse(
            Message::new("errors.not_read_yet").with("waiting", waiting),
        ));
    }
    let failed = numbers(PageState::Failed.as_str());
    // A PDF can be given as it came whatever became of its pages.
    // Only a file composed of pages needs their words.
    if !failed.is_empty() && !delivered_pdf {
        return Err(Error::refuse(
            Message::new("errors.page_failed").with("pages", failed),
        ));
    }
    Ok(())
}

/// The last part of the delivered name with what it leaves out, ending in `.pdf`.
fn name_of(original: &str, left_out: &LeftOut) -> String {
    let last = original.rsplit('/').next().unwrap_or(original);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    match left_out.in_words() {
        Some((vi, _)) => format!("{stem} ({vi}).pdf"),
        None => format!("{stem}.pdf"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_delivered_one_as_a_pdf() {
        let all = LeftOut::default();
        assert_eq!(name_of("hộp 1/bằng.jpg", &all), "bằng.pdf");
        assert_eq!(name_of("bằng", &all), "bằng.pdf");
    }
}
