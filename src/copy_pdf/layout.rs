//! Where everything is on the page, after the layout of administrative documents (Nghị định 30/2020,
//! Phụ lục I): signature mark, agency and motto, title, fields, row image, place and date, way to verify.

mod sections;

use krilla::image::Image;

use crate::messages::Message;
use crate::seal::MarkBox;

use super::page::{Align, Column, FinishedPage, PAGE_HEIGHT, PAGE_WIDTH, Page, Role, Style};
use super::typeface::Face;
use super::{ComposeError, CopyContent, LARGEST_ROW_IMAGE, RowImage};

const LEFT: f32 = 79.0; // 28 mm, room for a binding
const RIGHT: f32 = PAGE_WIDTH - 51.0; // 18 mm
const ROOM: f32 = RIGHT - LEFT;
const TOP: f32 = 30.0;
const BOTTOM: f32 = PAGE_HEIGHT - 36.0;
/// Body sizes tried in turn, in points; smaller text would be hard to read.
const BODY_SIZES: [f32; 5] = [14.0, 13.0, 12.0, 11.0, 10.0];

const FULL: Column = Column {
    left: LEFT,
    width: ROOM,
};

/// Finished pages; the signature mark is on the first.
pub struct Arranged {
    pub sheets: Vec<FinishedPage>,
    mark: (f32, f32, f32, f32),
}

impl Arranged {
    /// The signature mark's place in PDF user space.
    pub fn mark_box(&self) -> MarkBox {
        let (left, top, right, bottom) = self.mark;
        MarkBox {
            left,
            bottom: PAGE_HEIGHT - bottom,
            right,
            top: PAGE_HEIGHT - top,
        }
    }
}

/// Lays out the attestation in the largest body size that fits one page, after the pages it attests.
///
/// # Errors
/// `TooLong` where no size fits; `Unprintable`, `BadImage`, `BadAddress`.
pub fn arrange(content: &CopyContent) -> Result<Arranged, ComposeError> {
    let mut sheets = Vec::with_capacity(content.scan_pages.len() + 1);
    let mut mark = None;
    for (number, scan) in (1..).zip(&content.scan_pages) {
        let page = scan_page(content, scan, number)?;
        mark.get_or_insert(page.mark);
        sheets.push(sheet_of(page));
    }
    for body in BODY_SIZES {
        let mut page = Page::new(body, TOP);
        page.attestation(content)?;
        if page.y <= BOTTOM + 0.5 {
            let mark = mark.unwrap_or(page.mark);
            sheets.push(sheet_of(page));
            return Ok(Arranged { sheets, mark });
        }
    }
    Err(ComposeError::TooLong)
}

fn sheet_of(page: Page) -> FinishedPage {
    FinishedPage {
        width: PAGE_WIDTH,
        height: PAGE_HEIGHT,
        pieces: page.pieces,
    }
}

/// A page of the document itself under the form line of the copy (Nghị định 30/2020, Phụ lục I: SAO Y,
/// agency and time, top right of the first page), as large as fits.
fn scan_page(content: &CopyContent, scan: &RowImage, number: usize) -> Result<Page, ComposeError> {
    let mut page = Page::new(12.0, TOP);
    if number == 1 {
        page.signature_mark(content)?;
    }
    if content.test_authority {
        page.test_warning()?;
    }
    let image = jpeg(scan)?;
    let room = BOTTOM - page.y - 16.0;
    page.picture(&image, scan, room)?;
    let style = Style::new(Face::Regular, 9.5, Align::Centre);
    let all = content.scan_pages.len();
    let text = Message::new("printed.copy_pdf.page_of_document")
        .with("page", number)
        .with("pages", all)
        .with("number", &content.copy_register_number)
        .with("code", &content.verification_code)
        .vi();
    page.y = BOTTOM - 12.0;
    page.paragraph(Role::Artifact, &text, style, FULL)?;
    Ok(page)
}

fn jpeg(picture: &RowImage) -> Result<Image, ComposeError> {
    if picture.jpeg.len() > LARGEST_ROW_IMAGE {
        return Err(ComposeError::BadImage("it is too large".to_owned()));
    }
    let image =
        Image::from_jpeg(picture.jpeg.clone().into(), false).map_err(ComposeError::BadImage)?;
    let (wide, high) = image.size();
    if wide == 0 || high == 0 {
        return Err(ComposeError::BadImage("it has no pixels".to_owned()));
    }
    Ok(image)
}
