//! What stands outside a table, piece by piece: looked for on the whole page it costs the engine twice the time.

use image::GrayImage;

use crate::cutout::Cutout;
use crate::prepare::INK;
use crate::reading::{Box4, Word};
use crate::recognise::{Division, Engine, RecogniseError};

/// Paper between pieces, in hundredths of an inch.
const APART: u32 = 33;
/// A row of pixels with less ink is paper.
const LEAST_IN_ROW: usize = 3;
/// A piece with less ink than so many pixels, in hundredths of an inch, is specks.
const LEAST_IN_PIECE: u32 = 20;
/// White paper added around a piece, in hundredths of an inch.
const MARGIN: u32 = 7;

/// The words of a page of which most is paper.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(super) fn words(
    page: &GrayImage,
    dpi: u32,
    division: Division,
    engine: &mut Engine,
) -> Result<Vec<Word>, RecogniseError> {
    let mut words = Vec::new();
    for place in pieces(page, dpi) {
        let piece = Cutout::of(page, place, (dpi * MARGIN / 100) as i32);
        words.extend(piece.on_page(engine.words(&piece.picture, dpi, division)?));
    }
    Ok(words)
}

/// Where ink stands, from top to bottom, with much paper between one and the next.
fn pieces(page: &GrayImage, dpi: u32) -> Vec<Box4> {
    let width = page.width().max(1) as usize;
    let rows: Vec<Row> = page.as_raw().chunks_exact(width).map(Row::of).collect();
    let apart = (dpi * APART / 100) as usize;
    let inked = rows.iter().enumerate();
    let inked = inked.filter(|(_, row)| row.ink >= LEAST_IN_ROW);
    let mut bands: Vec<(usize, usize)> = Vec::new();
    for (at, _) in inked {
        match bands.last_mut() {
            Some((_, upto)) if at - *upto < apart => *upto = at + 1,
            _ => bands.push((at, at + 1)),
        }
    }
    let piece = |(from, upto): (usize, usize)| {
        let rows = &rows[from..upto];
        let ink: usize = rows.iter().map(|row| row.ink).sum();
        let left = rows.iter().map(|row| row.left).min()?;
        let right = rows.iter().map(|row| row.right).max()?;
        let place = [left, from, right - left, upto - from].map(|edge| edge as i32);
        (ink * 100 >= (dpi * LEAST_IN_PIECE) as usize).then_some(place)
    };
    bands.into_iter().filter_map(piece).collect()
}

/// The ink in a row of pixels, from its first to behind its last.
struct Row {
    ink: usize,
    left: usize,
    right: usize,
}

impl Row {
    fn of(row: &[u8]) -> Self {
        let is_ink = |value: &u8| *value < INK;
        Self {
            ink: row.iter().filter(|value| is_ink(value)).count(),
            left: row.iter().position(is_ink).unwrap_or(row.len()),
            right: row.iter().rposition(is_ink).map_or(0, |last| last + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn writing_far_apart_is_cut_out_closely_and_specks_are_left() {
        let mut page = GrayImage::from_pixel(900, 1200, Luma([255]));
        let mut dark = |[x, y, width, height]: [u32; 4]| {
            (y..y + height)
                .for_each(|y| (x..x + width).for_each(|x| page.put_pixel(x, y, Luma([20]))))
        };
        dark([100, 50, 400, 30]);
        dark([200, 110, 500, 30]);
        dark([50, 1000, 60, 20]);
        dark([700, 600, 4, 4]);
        assert_eq!(pieces(&page, 300), [[100, 50, 600, 90], [50, 1000, 60, 20]]);
        assert!(pieces(&GrayImage::new(0, 0), 300).is_empty());
    }
}
