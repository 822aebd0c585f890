//! The first look at a page, and whether it shows that the page stands upright.

use super::{Look, by_hand};
use crate::decode::DecodedPage;
use crate::orient::{self, Standing};
use crate::prepare::{self, Grey, Prepared};
use crate::reading::{Word, legibility};
use crate::recognise::{Division, Engine, RecogniseError};
use crate::steps::{Step, Without};
use crate::strips::Strips;
use crate::table;

/// Mean confidence above which a page pass shows that the page stands upright.
const LEGIBLE: f64 = 0.70;

/// What the first look at a page gives.
pub(super) struct Pass {
    pub prepared: Prepared,
    pub look: Look,
    /// The words of the model for handwriting, where it was asked whether the page stands upright.
    pub pen: Option<Vec<Word>>,
}

/// The page pass, on the way up that letters suggest; another way up is tried if neither the model for
/// print nor that for handwriting reads it well.
pub(super) fn recognised(
    page: &DecodedPage,
    dpi: u32,
    engine: &mut Engine,
    without: &Without,
) -> Result<Pass, RecogniseError> {
    let clean = prepare::clean(&page.image, dpi, without);
    let mut ways = orient::rank(&prepare::blobs(&clean.picture, clean.dpi), clean.dpi);
    if !without.takes(Step::WayUp) {
        ways.sort_by_key(|way| way.quarter);
    }
    let prepared = prepare::upright(&clean, ways[0]);
    let look = first_look(&prepared, engine)?;
    let mut pass = Pass {
        prepared,
        look,
        pen: None,
    };
    let is_legible = |words: &[Word]| legibility(words).unwrap_or_default() >= LEGIBLE;
    let words = &pass.look.words;
    let is_empty = words.is_empty() && ways[0].evidence == 0.0;
    if is_legible(words) || is_empty || !without.takes(Step::Confirm) {
        return Ok(pass);
    }
    if without.takes(Step::Written) {
        let pen = by_hand(&pass.look, &pass.prepared, engine)?;
        if is_legible(pass.pen.insert(pen)) {
            return Ok(pass);
        }
    }
    let Some(better) = another_way(&clean, &ways, engine)? else {
        return Ok(pass);
    };
    let prepared = prepare::upright(&clean, better);
    let look = first_look(&prepared, engine)?;
    Ok(Pass {
        prepared,
        look,
        pen: None,
    })
}

/// The words of an upright page: those of a ruled table line by line, where its rules and ink tell the lines,
/// and the others where the engine finds them.
fn first_look(page: &Prepared, engine: &mut Engine) -> Result<Look, RecogniseError> {
    let takes = |step| page.without.takes(step);
    let division = match takes(Step::PageMode) {
        true => Division::Page,
        false => Division::Free,
    };
    let table = takes(Step::Strips).then(|| table::written(&page.picture, page.dpi));
    let Some((grid, writing)) = table.flatten() else {
        return Ok(Look {
            words: engine.words(&page.picture, page.dpi, division)?,
            grid: None,
            strips: None,
        });
    };
    let outside = engine.words(&writing.outside, page.dpi, division)?;
    let cells = Strips::of_cells(writing.ruleless, writing.lines, writing.line);
    let mut words = cells.read(&page.picture, |strip| {
        engine.words(strip, page.dpi, Division::Strip)
    })?;
    let strips = cells.and_words(&outside);
    words.extend(outside);
    Ok(Look {
        words,
        grid: Some(grid),
        strips: Some(strips),
    })
}

/// The way up in which the middle of the page reads clearly best, if it is not the first.
fn another_way(
    clean: &Grey,
    ways: &[Standing; 4],
    engine: &mut Engine,
) -> Result<Option<Standing>, RecogniseError> {
    let mut best: Option<(f64, usize)> = None;
    for (index, way) in ways.iter().enumerate() {
        let turned = prepare::upright(clean, *way).picture;
        let (width, height) = turned.dimensions();
        let middle =
            image::imageops::crop_imm(&turned, width / 5, height / 3, width * 3 / 5, height / 3);
        let words = engine.words(&middle.to_image(), clean.dpi, Division::Block)?;
        let clear = clear_letters(&words) as f64;
        if best.is_none_or(|(most, _)| clear > most * 1.2 + 10.0) {
            best = Some((clear, index));
        }
    }
    Ok(best
        .filter(|(_, index)| *index != 0)
        .map(|(_, index)| ways[index]))
}

fn clear_letters(words: &[Word]) -> usize {
    words
        .iter()
        .filter(|word| word.confidence > 0.6)
        .map(Word::letters)
        .sum()
}
