//! The text a page brings with it, judged against what its picture shows: maps of fonts may lie, and a page may show
//! more than its text says.

use unicode_normalization::UnicodeNormalization;

use crate::decode::DecodedPage;
use crate::geometry::{around, bottom, median, right};
use crate::image::{Component, Upright};
use crate::layout::lines::{Line, lines};
use crate::ocr::Recognised;
use crate::ocr::engine::{Division, Engine, RecogniseError};
use crate::word::{Box4, Word, legibility};

/// Lines looked at, of those with most letters every other one.
const LINES_LOOKED_AT: usize = 3;
/// A line of fewer letters tells nothing.
const LEAST_LETTERS: usize = 6;
/// Words of a line that are looked at.
const MOST_WORDS: usize = 12;
/// The picture is believed where it reads surely, and where it says the same as the text no further away than this.
const CLEAR: f64 = 0.6;
const ALIKE: f64 = 0.5;
/// At least this many pieces of ink like letters outside all words, and this share of those inside, are text that the
/// layer leaves out.
const LEAST_UNTOLD: usize = 60;
const UNTOLD: f64 = 0.5;
/// A word recognised under one that is drawn, by more than this share of it, is the same once more.
const COVERED: f64 = 0.5;
/// Drawn text of a smaller share of what was recognised is a stamp or a mark, and so is what stands together on no
/// more than this share of the page.
const OWN_SHARE: f64 = 0.25;
const BLOCK: f64 = 0.15;
/// More words than this are not compared with the ink one by one.
const MOST_COMPARED: usize = 20_000;

/// What the text of a page is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is what the page shows.
    Stands,
    /// The page shows something else.
    Lost,
    /// The page shows more.
    Incomplete,
}

/// Judges words, in pixels of the upright page, against its picture.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn verdict(
    page: &Upright,
    words: &[Word],
    engine: &mut Engine,
) -> Result<Verdict, RecogniseError> {
    let mut told: Vec<(usize, Box4, String)> = lines(words)
        .iter()
        .filter_map(longest_part)
        .filter(|(letters, ..)| *letters >= LEAST_LETTERS)
        .collect();
    told.sort_by_key(|(letters, ..)| std::cmp::Reverse(*letters));
    let mut scores = Vec::new();
    for (_, place, text) in told.iter().step_by(2).take(LINES_LOOKED_AT) {
        let part = page.crop(with_paper(page, *place), 0);
        let read = engine.words_of(&part, Division::Line)?;
        if legibility(&read).unwrap_or_default() >= CLEAR {
            let read: String = read.iter().map(|word| word.text.as_str()).collect();
            scores.push(likeness(text, &read));
        }
    }
    let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
    if !scores.is_empty() && mean < ALIKE {
        return Ok(Verdict::Lost);
    }
    Ok(match shows_more(page, words) {
        true => Verdict::Incomplete,
        false => Verdict::Stands,
    })
}

/// The letters, place and text of the longest part of a line without a wide gap.
fn longest_part(line: &Line) -> Option<(usize, Box4, String)> {
    let parts = line.segments().into_iter().map(|part| {
        let words = &line.words[part];
        Line {
            words: words[..words.len().min(MOST_WORDS)].to_vec(),
        }
    });
    parts
        .map(|part| {
            let letters = part.words.iter().map(Word::letters).sum();
            (letters, part.bounds(), part.text())
        })
        .max_by_key(|(letters, ..)| *letters)
}

/// The place of a line with a little paper around it, within the page.
fn with_paper(page: &Upright, place: Box4) -> Box4 {
    let (width, height) = page.pixel_size();
    let margin = place[3] / 4;
    let inside = |at: i32, most: u32| at.clamp(0, most as i32);
    let (x0, y0) = (
        inside(place[0] - margin * 2, width),
        inside(place[1] - margin / 2, height),
    );
    let (x1, y1) = (
        inside(right(place) + margin * 2, width),
        inside(bottom(place) + margin / 2, height),
    );
    [x0, y0, (x1 - x0).max(1), (y1 - y0).max(1)]
}

/// How alike two texts are, 0 to 1: letters and digits without case and accents.
fn likeness(a: &str, b: &str) -> f64 {
    let plain = |text: &str| -> String {
        let letters = text.nfd().flat_map(char::to_lowercase);
        letters
            .map(|c| if c == 'đ' { 'd' } else { c })
            .filter(|c| c.is_alphanumeric())
            .collect()
    };
    strsim::normalized_levenshtein(&plain(a), &plain(b))
}

/// Whether much that looks like letters stands where there is no word.
fn shows_more(page: &Upright, words: &[Word]) -> bool {
    let Some(height) = median(words.iter().map(|word| word.bounds[3])) else {
        return true;
    };
    if words.len() > MOST_COMPARED {
        return false;
    }
    let is_letter = |piece: &Component| {
        let tall = piece.height() as i32;
        tall * 4 > height && tall < height * 2 && piece.width() as i32 <= height * 2
    };
    let margin = height / 4;
    let (mut inside, mut outside) = (0usize, 0usize);
    for piece in page.pieces() {
        if !is_letter(&piece) {
            continue;
        }
        let (x, y) = (
            (piece.left + piece.right) as i32 / 2,
            (piece.top + piece.bottom) as i32 / 2,
        );
        let is_told = words.iter().any(|word| {
            let [left, top, ..] = word.bounds;
            x >= left - margin
                && x <= right(word.bounds) + margin
                && y >= top - margin
                && y <= bottom(word.bounds) + margin
        });
        match is_told {
            true => inside += 1,
            false => outside += 1,
        }
    }
    outside >= LEAST_UNTOLD && outside as f64 > inside as f64 * UNTOLD
}

/// Words that a page brings beside what was recognised on it, in pixels of the upright page.
pub(crate) struct Brought {
    /// Text of a stamp or a mark, which the page's own text does not belong together with.
    pub apart: Vec<Word>,
}

/// Gives a recognised page the words it brings: text drawn on it, text of its layer where the picture shows more, and
/// values of form fields. A few drawn words beside many recognised ones stay apart.
pub(crate) fn bring(
    recognised: &mut Recognised,
    page: &DecodedPage,
    verdict: Option<Verdict>,
) -> Brought {
    let transform = recognised.page.transform;
    let placed = |words: &[Word]| -> Vec<Word> {
        let placed = words.iter().map(|word| Word {
            bounds: transform.to_upright(word.bounds),
            ..word.clone()
        });
        placed.collect()
    };
    let layer = page
        .own_words()
        .filter(|_| verdict == Some(Verdict::Incomplete));
    let drawn = page.drawn_text.as_ref();
    let words = match (layer, drawn) {
        (Some(words), _) => placed(words),
        (None, Some(drawn)) => placed(&drawn.words),
        (None, None) => Vec::new(),
    };
    let twice: Vec<Box4> = match (layer, drawn) {
        (Some(_), _) => words.iter().map(|word| word.bounds).collect(),
        (None, Some(drawn)) => {
            let shown = drawn.among_pixels.iter();
            shown.map(|bounds| transform.to_upright(*bounds)).collect()
        }
        (None, None) => Vec::new(),
    };
    let usual = median(recognised.words.iter().map(|word| word.bounds[3])).unwrap_or(0);
    // The box around a slanting watermark holds much that is not it.
    let covers: Vec<Box4> = twice
        .into_iter()
        .filter(|bounds| bounds[3] <= usual * 4)
        .collect();
    recognised
        .words
        .retain(|word| !is_covered(word.bounds, &covers));
    let (width, height) = recognised.page.pixel_size();
    let block = around(words.iter().map(|word| word.bounds)).unwrap_or_default();
    let few = (words.len() as f64) < recognised.words.len() as f64 * OWN_SHARE
        || area(block) < f64::from(width) * f64::from(height) * BLOCK;
    let mut brought = Brought { apart: Vec::new() };
    match few && layer.is_none() && !recognised.words.is_empty() {
        true => brought.apart = words,
        false => recognised.words.extend(words),
    }
    recognised.words.extend(placed(&page.form_values));
    brought
}

fn area(bounds: Box4) -> f64 {
    f64::from(bounds[2].max(0)) * f64::from(bounds[3].max(0))
}

fn is_covered(bounds: Box4, covers: &[Box4]) -> bool {
    let common = |other: &Box4| {
        let wide = right(bounds).min(right(*other)) - bounds[0].max(other[0]);
        let high = bottom(bounds).min(bottom(*other)) - bounds[1].max(other[1]);
        f64::from(wide.max(0)) * f64::from(high.max(0))
    };
    covers.iter().map(common).sum::<f64>() > area(bounds) * COVERED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_without_accents_case_and_blanks() {
        assert!(likeness("Độc lập – Tự do", "DOC LAP TU DO") > 0.99);
        assert!(likeness("6ӣ*,È2'Ө& 9¬ ĈҤ2", "SỞ GIÁO DỤC VÀ ĐÀO") < 0.3);
    }

    #[test]
    fn a_word_under_drawn_ones_is_covered_by_their_sum() {
        assert!(is_covered(
            [0, 0, 100, 20],
            &[[0, 0, 40, 20], [45, 0, 60, 20]]
        ));
        assert!(!is_covered([0, 0, 100, 20], &[[0, 0, 40, 20]]));
    }
}
