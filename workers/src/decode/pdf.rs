//! PDF pages: a page that is one scanned image gives that image's own pixels, as much of them as it shows; any other
//! page is drawn. Its text, as far as it is seen, comes beside it.

mod document;
mod draw;
mod plan;
mod survey;
mod text;
mod whole_image;

use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page::Page};
use hayro::kurbo::Rect;
use image::DynamicImage;

use self::plan::{Plan, plan};
use self::survey::Survey;
pub use self::whole_image::StoredOrientation;
use super::{DecodeLimits, DecodedPage, DrawnText, PageShape, Purpose, no_such_page};
use crate::geometry::{bottom, right};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::{Box4, Word};

/// PDF user space has 72 units to the inch, unless the page says otherwise.
const UNITS_PER_INCH: f64 = 72.0;

/// Stands in every signature (ISO 32000-1, 12.8.1), and never packed: its numbers are places in the file.
const SIGNED: &[u8] = b"/ByteRange";

/// The shape of every page, nothing drawn.
///
/// # Errors
/// `unreadable`, `encrypted`, `empty` or `too_large`, without decoding an image.
pub(super) fn shapes(bytes: Vec<u8>, limits: &DecodeLimits) -> Outcome<Vec<PageShape>> {
    let file_bytes = bytes.len() as u64;
    let pdf = open(bytes, limits)?;
    pdf.pages()
        .iter()
        .map(|page| plan(page, false)?.0.shape(file_bytes).admit(limits))
        .collect()
}

/// The shape of page `page` (from 1), nothing drawn.
///
/// # Errors
/// As [`shapes`], and `refused` where there is no such page.
pub(super) fn shape(bytes: Vec<u8>, page: u32, limits: &DecodeLimits) -> Outcome<PageShape> {
    let file_bytes = bytes.len() as u64;
    let pdf = open(bytes, limits)?;
    let (plan, _) = plan(find(&pdf, page)?, false)?;
    plan.shape(file_bytes).admit(limits)
}

/// One page's pixels and, where it is to be read, its text.
///
/// # Errors
/// As [`shape`], and `unreadable` where an image does not decode.
pub(super) fn decode(
    bytes: Vec<u8>,
    number: u32,
    purpose: Purpose,
    limits: &DecodeLimits,
) -> Outcome<DecodedPage> {
    let file_bytes = bytes.len() as u64;
    let pdf = open(bytes, limits)?;
    let page = find(&pdf, number)?;
    let is_read = purpose == Purpose::Reading;
    let (plan, survey) = plan(page, is_read)?;
    let shape = plan.shape(file_bytes).admit(limits)?;
    let mut decoded = match &plan {
        Plan::Scan { scan, .. } => shape.shown(draw::scan(page, scan)?),
        Plan::Overlaid {
            // Only reading needs the text apart: for showing, the page is drawn as any viewer draws
            // it.
            ground: Some((scan, laid_over)),
            sheet,
        } if is_read => shape.shown(draw::scan_on_sheet(page, scan, laid_over, sheet)?),
        Plan::Overlaid { sheet, .. } | Plan::Drawing(sheet) => {
            shape.shown(draw::page(page, sheet.width, sheet.height)?)
        }
    };
    if is_read {
        add_text(&mut decoded, &plan, &survey);
        decoded.form_values = form_values(page, &plan, &decoded.image);
        // Flags of the document are raised once, on its first page, not five hundred times.
        if number == 1 {
            decoded.flags = document::flags(&pdf);
        }
    }
    Ok(decoded)
}

/// Gives a page to be read the text drawn on it: instead of recognition where that is all there is.
fn add_text(decoded: &mut DecodedPage, plan: &Plan, survey: &Survey) {
    let (sheet, is_text) = match plan {
        Plan::Scan { .. } => return,
        Plan::Overlaid { sheet, .. } => (sheet, false),
        Plan::Drawing(sheet) => (sheet, true),
    };
    let per_unit = (sheet.per_unit, sheet.per_unit);
    let text = text::of(survey, per_unit, [sheet.width, sheet.height]);
    decoded.text_turn = text.turn;
    // Text that is drawn and can be believed needs no recognition: it is exact, and costs nothing.
    if is_text && text.is_sound && !text.words.is_empty() {
        decoded.text_layer = Some(text.words);
    } else if !text.words.is_empty() {
        let is_shown = |word: &Word| match plan {
            Plan::Overlaid {
                ground: Some((_, laid_over)),
                ..
            } => laid_over.iter().any(|part| touch(word.bounds, *part)),
            _ => true,
        };
        let shown = text.words.iter().filter(|word| is_shown(word));
        decoded.drawn_text = Some(DrawnText {
            among_pixels: shown.map(|word| word.bounds).collect(),
            words: text.words,
        });
    }
}

/// Whether two boxes share a pixel.
fn touch(a: Box4, b: Box4) -> bool {
    a[0] < right(b) && b[0] < right(a) && a[1] < bottom(b) && b[1] < bottom(a)
}

/// The values of form fields that no pixel shows, each a line of words in its field.
fn form_values(page: &Page<'_>, plan: &Plan, image: &DynamicImage) -> Vec<Word> {
    // A value is placed as a viewer would show it: in its field, line by line, since nobody drew
    // it.
    let (width, height) = page.render_dimensions();
    let sides = [image.width(), image.height()];
    let per_unit = match plan {
        Plan::Scan { .. } => (
            f64::from(sides[0]) / f64::from(width),
            f64::from(sides[1]) / f64::from(height),
        ),
        Plan::Overlaid { sheet, .. } | Plan::Drawing(sheet) => (sheet.per_unit, sheet.per_unit),
    };
    let to_page = page.initial_transform(true).to_kurbo();
    let mut words = Vec::new();
    for unshown in document::unshown_values(page) {
        let place = unshown.place;
        let place = Rect::new(place.x0, place.y0, place.x1, place.y1);
        let place = to_page.transform_rect_bbox(place);
        let mut line = Rect {
            y1: place.y1.min(place.y0 + 20.0),
            ..place
        };
        for part in unshown.text.lines() {
            let letters = part.chars().count().max(1) as f64;
            // No wider than the field and no wider than letters of that height are, so that words
            // keep their places.
            let step = (line.width() / letters).min(line.height() * 0.6);
            let mut x = line.x0;
            for text in part.split(' ') {
                let wide = text.chars().count() as f64 * step;
                let bounds = [x, line.y0, x + wide, line.y1];
                let clean: String = text.chars().filter(|c| !c.is_control()).collect();
                words.extend(text::word(clean, bounds, per_unit, sides));
                x += wide + step;
            }
            line = line + hayro::kurbo::Vec2::new(0.0, line.height());
        }
    }
    words
}

/// The JPEG that a scanned page is, and how it is turned; `None` for a scan stored otherwise.
///
/// # Errors
/// As [`shape`]; `refused` for a page that is drawn, not scanned, and for a signed document: a page
/// taken out of it would no longer be what was signed.
pub(super) fn scanned_jpeg(
    bytes: Vec<u8>,
    page: u32,
    limits: &DecodeLimits,
) -> Outcome<Option<(Vec<u8>, StoredOrientation)>> {
    // A signed document is bound to its bytes; taking a picture out of it would look like the
    // document itself.
    if memchr::memmem::find(&bytes, SIGNED).is_some() {
        return Err(Failure::new(FailureKind::Refused, "a signed document"));
    }
    let pdf = open(bytes, limits)?;
    let page = find(&pdf, page)?;
    let (Plan::Scan { scan, .. }, _) = plan(page, false)? else {
        return Err(Failure::new(FailureKind::Refused, "drawn, not scanned"));
    };
    // A page that shows a part of its picture only would show more if the whole JPEG were handed
    // out.
    let whole = scan.is_whole().then(|| draw::jpeg(page, &scan)).flatten();
    Ok(whole.map(|bytes| (bytes, scan.turn)))
}

fn open(bytes: Vec<u8>, limits: &DecodeLimits) -> Outcome<Pdf> {
    document::whole(&bytes)?;
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Failure::new(FailureKind::Encrypted, "the PDF opens only with a password")
        }
        LoadPdfError::Decryption(error) => Failure::new(
            FailureKind::Encrypted,
            format!("the PDF's encryption: {error:?}"),
        ),
        LoadPdfError::Invalid => Failure::unreadable("no PDF structure found"),
    })?;
    let pages = pdf.pages().len();
    // A file of no page has nothing to preserve as a record, and is told so instead of passing as
    // read.
    if pages == 0 {
        return Err(Failure::new(FailureKind::Empty, "the PDF has no pages"));
    }
    if pages as u64 > u64::from(limits.max_pages) {
        let detail = format!("{pages} pages; the limit is {}", limits.max_pages);
        return Err(Failure::new(FailureKind::TooLarge, detail));
    }
    Ok(pdf)
}

fn find<'a>(pdf: &'a Pdf, page: u32) -> Outcome<&'a Page<'a>> {
    let pages = pdf.pages();
    let index = (page as usize).checked_sub(1);
    index
        .and_then(|index| pages.get(index))
        .ok_or_else(|| no_such_page(page, u32::try_from(pages.len()).unwrap_or(u32::MAX)))
}

/// Grey where every pixel is grey, which bilevel and grey scans come out as.
fn narrowed(image: DynamicImage) -> DynamicImage {
    // Grey costs a third of the memory in everything that follows.
    match image {
        DynamicImage::ImageRgb8(rgb)
            if rgb.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]) =>
        {
            DynamicImage::ImageLuma8(DynamicImage::ImageRgb8(rgb).into_luma8())
        }
        other => other,
    }
}
