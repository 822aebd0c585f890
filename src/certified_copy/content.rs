//! What a copy says: the record's values in the register's own way of writing, and the crop of its row.

use jiff::Timestamp;
use sogoc_workers::class::{Class, CopyForm, CopyLayout, Field};
use sogoc_workers::dates::Date;
use sogoc_workers::reading::Box4;

use super::CopyRow;
use super::register::row;
use crate::archive::Archive;
use crate::clock::vietnam;
use crate::copy_pdf::{ComposeError, CopyContent, CopyLine, RowImage};
use crate::correction::InForce;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::page::{self, ImageOptions};
use crate::record::{self, Fields, RecordView};

/// Longest side of a whole page on a copy, in pixels: A4 at 200 dpi (Thông tư 05/2025/TT-BNV, Điều 8).
const PAGE_IMAGE_SIDE: u32 = 2339;
/// Most pages of one copy of a whole document.
const MOST_PAGES: usize = 60;
/// Longest side of the row's picture on a copy, in pixels.
const ROW_IMAGE_SIDE: u32 = 1800;

pub(super) async fn content_of(
    archive: &Archive,
    copy: &CopyRow,
    record: &RecordView,
    said: &InForce,
    at: Timestamp,
) -> Result<CopyContent> {
    let fields = &said.fields;
    // A class of an earlier settings file may be gone; without its layout nothing says what a copy
    // shows.
    let class = archive.classes.get(&record.class);
    let (class, layout) = class
        .and_then(|class| Some((class, class.copy.as_ref()?)))
        .ok_or_else(|| Error::refuse("errors.no_copy_layout"))?;
    let office = &archive.config.office;
    // The code is part of the address, so that a telephone's camera is enough to check the copy.
    let verification_url = format!("{}/xac-minh/{}", archive.config.public_url(), copy.code);
    Ok(CopyContent {
        superior: None,
        agency: office.agency.clone(),
        title: layout.title.vi.clone(),
        document_name: layout.subtitle.vi.clone(),
        opening: layout.opening.vi.clone(),
        lines: lines(class, layout, fields),
        registered: layout.form == CopyForm::Extract,
        original_serial: printed(fields, "so_hieu"),
        original_register_number: printed(fields, "so_vao_so"),
        copy_register_number: copy.book_number(),
        notes: notes(archive, copy, class, layout, said).await?,
        place: office.place.clone(),
        issue_date: vietnamese_date(at),
        signer_title: office.signer_title.clone(),
        signer_name: office.signer_name.clone(),
        // An extract shows the person's own row as evidence; a whole copy consists of the pages
        // already.
        row_image: match layout.form {
            CopyForm::Extract => row_image(archive, record).await?,
            CopyForm::Whole => None,
        },
        scan_pages: match layout.form {
            CopyForm::Extract => Vec::new(),
            CopyForm::Whole => scan_pages(archive, record).await?,
        },
        verification_url,
        verification_code: copy.code.clone(),
        sealed_at: at,
        test_authority: archive.seal.is_test_authority(),
    })
}

/// What stands below the fields: the decisions whose values it shows, the copy it repeats, the closing
/// sentence of the class.
async fn notes(
    archive: &Archive,
    copy: &CopyRow,
    class: &Class,
    layout: &CopyLayout,
    said: &InForce,
) -> Result<Vec<String>> {
    let mut notes = citations(class, layout, said);
    if let Some(earlier) = &copy.reissue_of {
        let earlier = row(archive, earlier).await?;
        let number = earlier.book_number();
        notes.push(
            Message::new("printed.copy.reissue")
                .with("number", number)
                .vi(),
        );
    }
    // Last: the closing sentence of the form belongs below everything that was added.
    notes.push(layout.closing.vi.clone());
    Ok(notes)
}

/// One sentence for each decision behind what is shown. The value before is not repeated: the copy says
/// what is in force, the register keeps both.
fn citations(class: &Class, layout: &CopyLayout, said: &InForce) -> Vec<String> {
    let mut sentences = Vec::new();
    for entry in &said.corrections {
        let shown = layout.fields.iter().filter(|key| {
            let cited = said.cited_for(key).map(|cited| &cited.id);
            cited == Some(&entry.id)
        });
        let labels: Vec<&str> = shown
            .filter_map(|key| Some(class.field(key)?.label.vi.as_str()))
            .collect();
        // A correction of something the copy does not show is not cited: its decision is nobody
        // else's business.
        if labels.is_empty() {
            continue;
        }
        let appendix = entry.appendix_number().unwrap_or_default();
        let sentence = Message::new("printed.copy.cited")
            .with("fields", labels.join(", "))
            .with("decision", entry.cited())
            .with("appendix", appendix);
        sentences.push(sentence.vi());
    }
    sentences
}

fn lines(class: &Class, layout: &CopyLayout, fields: &Fields) -> Vec<CopyLine> {
    let numbers = ["so_hieu", "so_vao_so"]; // printed in places of their own
    let shown = layout
        .fields
        .iter()
        .filter(|key| !numbers.contains(&key.as_str()));
    let known = shown.filter_map(|key| class.field(key));
    known
        .map(|field: &Field| CopyLine {
            label: field.label.vi.clone(),
            value: printed(fields, &field.key),
        })
        .collect()
}

/// What the copy says: the value as corrected by a person, a date in the register's own way of writing.
pub(crate) fn printed(fields: &Fields, key: &str) -> Option<String> {
    let field = fields.get(key)?;
    let same_date = Date::parse(&field.raw).is_some_and(|date| date.to_string() == field.value);
    // What is printed in the register counts as long as it says the same day; a corrected one is
    // written again.
    let text = if same_date { &field.raw } else { &field.value };
    let text = if same_date || !is_iso_date(text) {
        text.clone()
    } else {
        day_first(text)
    };
    // A dash is how an empty cell was typed.
    (!text.is_empty() && text != "-").then_some(text)
}

fn is_iso_date(text: &str) -> bool {
    let mut parts = text.split('-');
    parts
        .next()
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
        && parts.clone().count() > 0
        && parts.all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `1989-06-05` as `05/06/1989`; `1989-06` as `06/1989`.
fn day_first(text: &str) -> String {
    text.rsplit('-').collect::<Vec<_>>().join("/")
}

/// Only this person's row of a register, never the neighbours'; a page that is one record is shown whole.
async fn row_image(archive: &Archive, record: &RecordView) -> Result<Option<RowImage>> {
    // Without a place on the page nothing can be cut out, and the whole page would show the
    // neighbours.
    let Some(bounds) = record.bounds else {
        return Ok(None);
    };
    let caption = Message::new("printed.copy.row_of_register").with("page", record.page_number);
    let (side, crop) = (ROW_IMAGE_SIDE, Some(bounds));
    picture(archive, &record.page_id, side, crop, caption.vi())
        .await
        .map(Some)
}

/// Every page of the document: from the record's page to the one before the next record of the scan.
async fn scan_pages(archive: &Archive, record: &RecordView) -> Result<Vec<RowImage>> {
    let pages = record::pages_of(archive, record).await?;
    // A copy of a whole volume is no copy for a citizen, and its file would grow beyond any reader.
    if pages.len() > MOST_PAGES {
        return Err(Error::refuse(
            Message::new("errors.too_many_pages").with("most", MOST_PAGES),
        ));
    }
    let mut pictures = Vec::with_capacity(pages.len());
    for (number, page_id) in (1..).zip(&pages) {
        let caption = Message::new("printed.copy.page_of_document").with("page", number);
        pictures.push(picture(archive, page_id, PAGE_IMAGE_SIDE, None, caption.vi()).await?);
    }
    Ok(pictures)
}

async fn picture(
    archive: &Archive,
    page_id: &str,
    max_side: u32,
    crop: Option<Box4>,
    caption: String,
) -> Result<RowImage> {
    let options = ImageOptions { max_side, crop };
    // In nobody's name: the job that makes a copy has no person behind it who could ask, and nobody looks.
    let jpeg = page::image_for_copy(archive, page_id, options).await?;
    Ok(RowImage { jpeg, caption })
}

fn vietnamese_date(at: Timestamp) -> String {
    let local = vietnam(at);
    Message::new("printed.copy.date")
        .with("day", format!("{:02}", local.day()))
        .with("month", format!("{:02}", local.month()))
        .with("year", local.year())
        .vi()
}

impl From<ComposeError> for Error {
    fn from(error: ComposeError) -> Self {
        // The picture is of our own making; that it cannot be used says nothing of the record.
        if let ComposeError::BadImage(why) = error {
            return Self::Internal(format!("row image: {why}"));
        }
        Self::refuse(Message::new("errors.not_composed").with("error", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_printed_day_first() {
        assert!(is_iso_date("1989-06-05") && is_iso_date("1989-06"));
        assert!(!is_iso_date("1989") && !is_iso_date("PTTH-12"));
        assert_eq!(day_first("1989-06-05"), "05/06/1989");
    }
}
