//! Cells of a table read again, each alone: headers because the first pass mixes the lines of tall ones, values
//! that were not read surely.

use crate::arbitration::{Claim, arbitrate};
use crate::class::Class;
use crate::confidence::Second;
use crate::geometry::{bottom, right};
use crate::image::Upright;
use crate::layout::{Grid, Row};
use crate::ocr::engine::{Division, Engine, RecogniseError};
use crate::ocr::line_images::Crop;
use crate::table::{ColumnModel, header_rows, header_strength};
use crate::word::Box4;

/// Cells read a second time on one page at most; each costs a few hundredths of a second.
const MOST_SECOND_READINGS: usize = 40;

/// Reads each header cell alone and keeps what is more like a header.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn headers(
    class: &Class,
    grid: &Grid,
    rows: &mut [Row],
    page: &Upright,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    let claim = |sureness| Claim {
        sureness,
        ..Claim::default()
    };
    let headers = header_rows(class, rows).max(1);
    for (index, row) in rows.iter_mut().enumerate().take(headers) {
        for (column, cell) in row.iter_mut().enumerate() {
            let known = header_strength(class, cell);
            if known >= 1.0 {
                continue; // read to the letter: nothing is more like a header
            }
            let Some(alone) = alone(page, grid.cell(index, column)) else {
                continue;
            };
            let words = engine.words(&alone.picture, page.dpi, Division::Block)?;
            let claims = [claim(known), claim(header_strength(class, &words))];
            if !words.is_empty() && arbitrate(&claims, 0.0) == Some(1) {
                *cell = alone.on_page(words);
            }
        }
    }
    Ok(())
}

/// Reads doubtful cells again, the most wanted first, as many as a page may cost: by the second model, or in another
/// way by the only one.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn cells(
    model: &mut ColumnModel<'_>,
    page: &Upright,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    // An equal second reading is worth most if another model gave it.
    let agreement = match engine.has_second() {
        true => Second::SameElsewhere,
        false => Second::Same,
    };
    for cell in model.doubtful().into_iter().take(MOST_SECOND_READINGS) {
        let Some(alone) = alone(page, cell.bounds) else {
            continue;
        };
        let division = match cell.is_of_several_lines() {
            true => Division::Block,
            false => Division::Line,
        };
        let words = engine.words_again(&alone.picture, page.dpi, division)?;
        cell.read_again(&alone.on_page(words), agreement);
    }
    Ok(())
}

/// The cell alone, without its rules, on white; `None` where too little is left of it.
fn alone(page: &Upright, cell: Box4) -> Option<Crop> {
    let inset = (page.dpi / 60) as i32;
    let (x0, y0) = ((cell[0] + inset).max(0), (cell[1] + inset).max(0));
    let x1 = (right(cell) - inset).min(page.picture.width() as i32);
    let y1 = (bottom(cell) - inset).min(page.picture.height() as i32);
    let margin = (page.dpi / 20) as i32;
    (x1 - x0 >= 8 && y1 - y0 >= 8)
        .then(|| Crop::of(&page.picture, [x0, y0, x1 - x0, y1 - y0], margin))
}
