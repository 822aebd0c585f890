//! The header cells of a table read alone, upright or on their side.

use super::cell_alone;
use crate::arbitration::{Claim, arbitrate};
use crate::class::Class;
use crate::image::{Crop, Upright};
use crate::layout::lines::lines;
use crate::layout::{Grid, Row};
use crate::ocr::engine::{Division, Engine, RecogniseError};
use crate::table::{header_rows, header_strength};
use crate::word::{Box4, Word};

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
            let Some(alone) = cell_alone(page, grid.cell(index, column)) else {
                continue;
            };
            let words = engine.words_of(&alone, Division::Block)?;
            let strength = header_strength(class, &words);
            let claims = [claim(known), claim(strength)];
            if !words.is_empty() && arbitrate(&claims, 0.0) == Some(1) {
                *cell = alone.on_page(words);
            }
            let place = grid.cell(index, column);
            if known.max(strength) < HEADING
                && f64::from(place[3]) > f64::from(place[2]) * TALL
                && let Some(words) = turned(class, &alone, engine)?
            {
                *cell = side_by_side(words, place);
            }
        }
    }
    Ok(())
}

/// Header words that are less like any column's were not read, or are nobody's.
const HEADING: f64 = 0.75;
/// Height over width from which the words of a cell may stand on their side.
const TALL: f64 = 1.15;

/// What stands on its side in a header cell, rising or falling; `None` where that names no column either.
fn turned(
    class: &Class,
    cell: &Crop,
    engine: &mut Engine,
) -> Result<Option<Vec<Word>>, RecogniseError> {
    for upright in cell.on_its_sides() {
        let words = engine.words_of(&upright, Division::Block)?;
        if header_strength(class, &words) >= HEADING {
            return Ok(Some(words));
        }
    }
    Ok(None)
}

/// Words that stand on their side in a cell, each given its share of the cell's width, so that they read in order.
fn side_by_side(words: Vec<Word>, [x, y, width, height]: Box4) -> Vec<Word> {
    let ordered: Vec<Word> = lines(&words)
        .into_iter()
        .flat_map(|line| line.words)
        .collect();
    let count = ordered.len().max(1) as i32;
    let share = |(at, word): (usize, Word)| Word {
        bounds: [x + width * at as i32 / count, y, width / count, height],
        ..word
    };
    ordered.into_iter().enumerate().map(share).collect()
}
