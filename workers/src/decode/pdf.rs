//! PDF pages: a page that is one scanned image gives that image's own pixels, as much of them as it shows; any other
//! page is drawn. Its text, as far as it is seen, comes beside it.

mod document;
mod draw;
mod survey;
mod text;
mod whole_image;

use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page::Page};
use hayro::kurbo::Rect;
use image::DynamicImage;

use self::survey::Survey;
pub use self::whole_image::StoredOrientation;
use self::whole_image::{Placed, WholeImage};
use super::{DecodeLimits, DecodedPage, Density, DrawnText, PageShape, Purpose, no_such_page};
use crate::geometry::{bottom, right};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::{Box4, Word};

/// Dots per inch at which a page of text is drawn; what the reading models expect.
const DRAWN_DPI: f64 = 300.0;

/// Coarsest and finest that a page with pictures on it is drawn; between them as fine as its pictures.
const PICTURED_DPI: (f64, f64) = (150.0, 600.0);

/// PDF user space has 72 units to the inch, unless the page says otherwise.
const UNITS_PER_INCH: f64 = 72.0;

/// Longest side of a page of text as drawn, in pixels: A2 at 300 dots to the inch. Larger sheets, and pages whose
/// box was given in pixels, are drawn coarser.
const LONGEST_DRAWN: f64 = 7_016.0;

/// A page of text longer than this, in inches, would be drawn too coarsely to read; and no page of paper is longer
/// than the other, whatever its unit (ISO 32000-1, annex C: 200 inches).
const LONGEST_TEXT: f64 = 140.0;
const LONGEST_SIDE: f64 = 200.0;

/// Sheets up to this many inches are of a usual size, so that their densities mean something.
const USUAL_SIDE: f64 = 25.0;

/// A page of which pictures take this share is recognised, whatever text is drawn on it.
const PICTURED: f64 = 0.25;

/// So many glyphs are a page's own text, which is drawn as finely as text is.
const MUCH_TEXT: usize = 200;

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

/// How a page becomes pixels.
enum Plan {
    /// One image covers the page and nothing else is seen: its own pixels.
    Scan { scan: WholeImage, density: Density },
    /// Pictures, and other things on them. Where they lie on one scan, the scan, and where on the sheet it is covered
    /// by more than text, in pixels.
    Overlaid {
        ground: Option<(WholeImage, Vec<Box4>)>,
        sheet: Sheet,
    },
    /// Text, lines and small pictures.
    Drawing(Sheet),
}

/// A page as it is drawn.
struct Sheet {
    /// Pixels from left to right.
    width: u32,
    /// Pixels from top to bottom.
    height: u32,
    /// Pixels to a unit of the page.
    per_unit: f64,
    /// Dots to the inch that these pixels are.
    dpi: f64,
    /// Samples of images placed on it.
    samples: u64,
}

impl Plan {
    fn shape(&self, file_bytes: u64) -> PageShape {
        match self {
            Self::Scan { scan, density } => {
                let pixels = u64::from(scan.width) * u64::from(scan.height);
                let [_, _, width, height] = scan.part;
                // The decoded samples, their copy as an image, and a turned copy.
                let decode_bytes = pixels.saturating_mul(9).saturating_add(file_bytes);
                PageShape::new(width, height, Some(*density), None, decode_bytes)
            }
            Self::Overlaid { sheet, .. } | Self::Drawing(sheet) => {
                let pixels = u64::from(sheet.width) * u64::from(sheet.height);
                // The canvas and its copy as an image; each image placed, decoded and as a pattern.
                let decode_bytes = pixels
                    .saturating_mul(11)
                    .saturating_add(sheet.samples.saturating_mul(8))
                    .saturating_add(file_bytes);
                let density = Density::per_inch(sheet.dpi, sheet.dpi);
                PageShape::new(sheet.width, sheet.height, Some(density), None, decode_bytes)
            }
        }
    }
}

/// How a page becomes pixels, and what it draws; the letters of its text are looked up `with_text`.
///
/// # Errors
/// `too_large` for a sheet larger than any paper.
fn plan(page: &Page<'_>, with_text: bool) -> Outcome<(Plan, Survey)> {
    let unit = user_unit(page);
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let inches = width.max(height) * unit / UNITS_PER_INCH;
    // A page may claim any size; beyond this it is no paper, and the canvas would be whatever a
    // stranger wants.
    if !inches.is_finite() || inches > LONGEST_SIDE {
        return Err(too_large(inches));
    }
    let survey = Survey::of(page, with_text);
    // Past the ceiling of marks it is no longer known what hides what, so the page is drawn.
    let ground = survey.ground().filter(|_| !survey.is_overfull);
    let text = survey.glyphs().take(MUCH_TEXT).count();
    // One picture and nothing else: its own pixels are better than any drawing of them.
    if let Some((scan, laid_over)) = &ground
        && text == 0
        && laid_over.is_empty()
    {
        let (scan, density) = (*scan, scan.density(unit));
        return Ok((Plan::Scan { scan, density }, survey));
    }
    let is_pictured = survey.pictured() >= PICTURED;
    let dpi = match is_pictured {
        true => {
            // As fine as the scan behind it, since a coarser drawing would lose strokes and a finer
            // one only time.
            let finest = match &ground {
                Some((scan, _)) => scan.per_unit.0.max(scan.per_unit.1),
                None => finest_picture(&survey),
            };
            let dpi = finest * UNITS_PER_INCH / unit;
            match inches <= USUAL_SIDE {
                // A page with much text of its own is drawn as finely as text is.
                true if text >= MUCH_TEXT => dpi.clamp(DRAWN_DPI, PICTURED_DPI.1),
                true => dpi.clamp(PICTURED_DPI.0, PICTURED_DPI.1),
                // Sheets of unusual size state densities that mean nothing; so they are not made
                // finer than text needs.
                false => dpi.min(DRAWN_DPI),
            }
        }
        false if inches > LONGEST_TEXT => return Err(too_large(inches)),
        false => DRAWN_DPI.min(LONGEST_DRAWN / inches),
    };
    let per_unit = dpi * unit / UNITS_PER_INCH;
    let sheet = Sheet {
        // A hair less, so that rounding of a whole number of pixels does not add one.
        width: (width * per_unit - 0.01).ceil() as u32,
        height: (height * per_unit - 0.01).ceil() as u32,
        per_unit,
        dpi,
        samples: survey.samples(),
    };
    let on_sheet = |part: Rect| -> Box4 {
        // A pixel more on each side is the edge's.
        let from = |at: f64, most: u32| (at * per_unit - 1.5).clamp(0.0, f64::from(most)) as i32;
        let to = |at: f64, most: u32| (at * per_unit + 2.5).clamp(0.0, f64::from(most)) as i32;
        let (x, y) = (from(part.x0, sheet.width), from(part.y0, sheet.height));
        [
            x,
            y,
            to(part.x1, sheet.width) - x,
            to(part.y1, sheet.height) - y,
        ]
    };
    let plan = match is_pictured {
        true => Plan::Overlaid {
            ground: ground.map(|(scan, parts)| (scan, parts.into_iter().map(on_sheet).collect())),
            sheet,
        },
        false => Plan::Drawing(sheet),
    };
    Ok((plan, survey))
}

fn too_large(inches: f64) -> Failure {
    Failure::new(
        FailureKind::TooLarge,
        format!("a sheet of {inches:.0} inches"),
    )
}

/// Samples to a page unit of the largest picture seen.
fn finest_picture(survey: &Survey) -> f64 {
    let area = |image: &&Placed| image.shown.area();
    // The largest and not the finest: a logo of 1200 dots would otherwise decide for the whole
    // page.
    let largest = survey.images().max_by(|a, b| area(a).total_cmp(&area(b)));
    largest.map_or(1.0, |image| {
        let [a, b, c, d, ..] = image.transform.as_coeffs();
        let (across, down) = (a.hypot(b), c.hypot(d));
        1.0 / across.min(down).max(f64::MIN_POSITIVE)
    })
}

/// Seventy-seconds of an inch to a unit of the page (PDF 1.6).
fn user_unit(page: &Page<'_>) -> f64 {
    let stated = page.raw().get::<f32>("UserUnit").map(f64::from);
    // A unit of nothing or less is a mistake of the file.
    stated.filter(|unit| *unit > 0.0).unwrap_or(1.0)
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
