//! PDF pages: a page that is one scanned image gives that image's own pixels; any other page is
//! drawn at 300 dots per inch, with its text beside it.

mod draw;
mod survey;

use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page::Page};
use image::DynamicImage;

pub use self::survey::StoredOrientation;
use self::survey::{Survey, WholeImage};
use super::{DecodeLimits, DecodedPage, PageShape, no_such_page};
use crate::outcome::{Failure, FailureKind, Outcome};

/// Dots per inch at which a page that is not a scan is drawn; what the reading models expect.
const DRAWN_DPI: u32 = 300;

/// PDF user space has 72 units to the inch.
const UNITS_PER_INCH: f64 = 72.0;

/// Stands in every signature (ISO 32000-1, 12.8.1), and never packed: its numbers are places in the file.
const SIGNED: &[u8] = b"/ByteRange";

/// Readers look for `%%EOF` this far from the end (ISO 32000-1, annex H, note 18).
const END_WINDOW: usize = 1024;

/// The shape of every page, nothing drawn.
///
/// # Errors
/// `unreadable`, `encrypted`, `empty` or `too_large`, without decoding an image.
pub(super) fn shapes(bytes: Vec<u8>, limits: &DecodeLimits) -> Outcome<Vec<PageShape>> {
    let file_bytes = bytes.len() as u64;
    let pdf = open(bytes, limits)?;
    pdf.pages()
        .iter()
        .map(|page| plan(page).shape(file_bytes).admit(limits))
        .collect()
}

/// The shape of page `page` (from 1), nothing drawn.
///
/// # Errors
/// As [`shapes`], and `refused` where there is no such page.
pub(super) fn shape(bytes: Vec<u8>, page: u32, limits: &DecodeLimits) -> Outcome<PageShape> {
    let file_bytes = bytes.len() as u64;
    let pdf = open(bytes, limits)?;
    plan(find(&pdf, page)?).shape(file_bytes).admit(limits)
}

/// One page's pixels and, where it is not a scan, its text.
///
/// # Errors
/// As [`shape`], and `unreadable` where an image does not decode.
pub(super) fn decode(bytes: Vec<u8>, page: u32, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let file_bytes = bytes.len() as u64;
    let pdf = open(bytes, limits)?;
    let page = find(&pdf, page)?;
    let plan = plan(page);
    let shape = plan.shape(file_bytes).admit(limits)?;
    let (image, text_layer) = match plan {
        Plan::Scan(scan) => (draw::scan(page, &scan)?, None),
        Plan::Drawing { width, height, .. } => (draw::page(page, width, height)?, draw::text(page)),
    };
    Ok(DecodedPage {
        image,
        dpi: shape.dpi,
        exif_orientation: None,
        text_layer,
    })
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
    if memchr::memmem::find(&bytes, SIGNED).is_some() {
        return Err(Failure::new(FailureKind::Refused, "a signed document"));
    }
    let pdf = open(bytes, limits)?;
    let page = find(&pdf, page)?;
    let Plan::Scan(scan) = plan(page) else {
        return Err(Failure::new(FailureKind::Refused, "drawn, not scanned"));
    };
    Ok(draw::jpeg(page).map(|bytes| (bytes, scan.turn)))
}

/// How a page becomes pixels.
enum Plan {
    /// One image covers the page: its own pixels.
    Scan(WholeImage),
    /// Anything else: drawn, to this many pixels, with so many samples of images placed on it.
    Drawing {
        width: u32,
        height: u32,
        samples: u64,
    },
}

impl Plan {
    fn shape(&self, file_bytes: u64) -> PageShape {
        match self {
            Self::Scan(scan) => {
                let pixels = u64::from(scan.width) * u64::from(scan.height);
                let (width, height) = scan.upright();
                // The decoded samples, their copy as an image, and a turned copy.
                let decode_bytes = pixels.saturating_mul(9).saturating_add(file_bytes);
                PageShape::new(width, height, scan.dpi, decode_bytes)
            }
            Self::Drawing {
                width,
                height,
                samples,
            } => {
                let pixels = u64::from(*width) * u64::from(*height);
                // The canvas and its copy as an image; each image placed, decoded and as a pattern.
                let decode_bytes = pixels
                    .saturating_mul(11)
                    .saturating_add(samples.saturating_mul(8))
                    .saturating_add(file_bytes);
                PageShape::new(*width, *height, Some(DRAWN_DPI), decode_bytes)
            }
        }
    }
}

fn plan(page: &Page<'_>) -> Plan {
    let survey = Survey::of(page);
    if let Some(scan) = survey.whole_image() {
        return Plan::Scan(scan);
    }
    let (width, height) = page.render_dimensions();
    let pixels = |units: f32| (f64::from(units) * f64::from(DRAWN_DPI) / UNITS_PER_INCH).ceil();
    Plan::Drawing {
        width: pixels(width) as u32,
        height: pixels(height) as u32,
        samples: survey.samples(),
    }
}

fn open(bytes: Vec<u8>, limits: &DecodeLimits) -> Outcome<Pdf> {
    let tail = &bytes[bytes.len().saturating_sub(END_WINDOW)..];
    if memchr::memmem::find(tail, b"%%EOF").is_none() {
        return Err(Failure::unreadable("PDF cut off: no end-of-file marker"));
    }
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
    match image {
        DynamicImage::ImageRgb8(rgb)
            if rgb.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]) =>
        {
            DynamicImage::ImageLuma8(DynamicImage::ImageRgb8(rgb).into_luma8())
        }
        other => other,
    }
}
