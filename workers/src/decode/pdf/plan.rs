//! How a page becomes pixels: its one scan as it is, or a drawing, and how fine.

use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Rect;

use super::UNITS_PER_INCH;
use super::survey::Survey;
use super::whole_image::{Placed, WholeImage};
use crate::decode::{Density, PageShape};
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::Box4;

/// Dots per inch at which a page of text is drawn; what the reading models expect.
const DRAWN_DPI: f64 = 300.0;

/// Coarsest and finest that a page with pictures on it is drawn; between them as fine as its pictures.
const PICTURED_DPI: (f64, f64) = (150.0, 600.0);

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

/// This many glyphs are a page's own text, which is drawn as finely as text is.
const MUCH_TEXT: usize = 200;

/// How a page becomes pixels.
pub(super) enum Plan {
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
pub(super) struct Sheet {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Pixels to a unit of the page.
    pub per_unit: f64,
    /// Dots to the inch that these pixels are.
    pub dpi: f64,
    /// Samples of images placed on it.
    pub samples: u64,
}

impl Plan {
    pub(super) fn shape(&self, file_bytes: u64) -> PageShape {
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
pub(super) fn plan(page: &Page<'_>, with_text: bool) -> Outcome<(Plan, Survey)> {
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
