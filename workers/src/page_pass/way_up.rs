//! The first look at a page, and whether it shows that the page stands upright.

use image::imageops::crop_imm;

use super::{Look, by_hand, outside};
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

/// So many clear letters in the middle of a page, far more than another way up shows, are no chance.
const PLAIN: usize = 40;

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
    let outside = outside::words(&writing.outside, page.dpi, division, engine)?;
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
    let mut clear: Vec<usize> = Vec::new();
    for way in ways {
        let turned = prepare::upright(clean, *way).picture;
        let (width, height) = turned.dimensions();
        let (wide, high) = (width * 2 / 5, height / 4);
        let middle = crop_imm(&turned, (width - wide) / 2, (height - high) / 2, wide, high);
        let words = engine.words(&middle.to_image(), clean.dpi, Division::Block)?;
        clear.push(clear_letters(&words));
        if is_plain(&clear) {
            break;
        }
    }
    Ok(clearest(&clear)
        .filter(|index| *index != 0)
        .map(|index| ways[index]))
}

/// Whether one of the ways tried so far reads so much better than another that no third will.
fn is_plain(clear: &[usize]) -> bool {
    let least = clear.iter().min().copied().unwrap_or_default();
    clear.len() > 1 && clear.iter().any(|most| *most >= PLAIN && *most > least * 3)
}

/// The likeliest way of which no later one reads clearly better.
fn clearest(clear: &[usize]) -> Option<usize> {
    let better = |best: usize, at: usize| match clear[at] * 5 > clear[best] * 6 + 50 {
        true => at,
        false => best,
    };
    (0..clear.len()).reduce(better)
}

fn clear_letters(words: &[Word]) -> usize {
    words
        .iter()
        .filter(|word| word.confidence > 0.6)
        .map(Word::letters)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_up_is_plain_when_one_reads_and_the_other_does_not() {
        assert!(is_plain(&[6, 66]) && is_plain(&[127, 22]));
        assert!(!is_plain(&[66]) && !is_plain(&[12, 30]) && !is_plain(&[60, 50]));
    }

    #[test]
    fn the_likelier_of_two_ways_that_read_alike_stands() {
        assert_eq!(clearest(&[30, 40]), Some(0));
        assert_eq!(clearest(&[30, 47, 60]), Some(1));
        assert_eq!(clearest(&[]), None);
    }
}
