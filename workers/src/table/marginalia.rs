//! Notes that somebody wrote later beside the table's frame, by the row they stand beside. What cannot
//! be read of them is kept as a place.

use std::collections::BTreeMap;

use crate::confidence;
use crate::geometry::{around, bottom, centre, right};
use crate::image::{Component, Upright};
use crate::layout::Grid;
use crate::layout::lines::lines;
use crate::reading::FieldReading;
use crate::word::{Box4, Word};

/// Inches between what is a note and the table's side, the edge of the paper.
const AWAY: f64 = 0.06;
/// Inches a letter is high, and all of a note wide.
const LETTER: std::ops::Range<f64> = 0.05..0.4;
const LEAST_WIDTH: f64 = 0.25;
/// Fewer pieces of ink than this are specks.
const LEAST_PIECES: usize = 3;
/// Engine's mean confidence from which a note counts as read.
const READ: f64 = 0.6;
/// Notes beside more than one row in this many are a column whose rule was lost.
const ONE_IN: usize = 3;

/// The notes beside these rows of the table, by place in `rows`; text empty where it could not be read.
pub(super) fn notes(
    grid: &Grid,
    rows: &[usize],
    words: &[Word],
    page: &Upright,
) -> Vec<(usize, FieldReading)> {
    let dpi = f64::from(page.dpi);
    let pieces: Vec<Box4> = page
        .pieces()
        .iter()
        .filter(|blob| LETTER.contains(&(f64::from(blob.height()) / dpi)))
        .map(place_of)
        .collect();
    let page_width = page.pixel_size().0 as i32;
    let found: Vec<(usize, FieldReading)> = (0..rows.len())
        .flat_map(|at| {
            let [left, top, width, height] = grid.row_bounds(rows[at]);
            let away = (dpi * AWAY) as i32;
            let before = [away, top, left - 2 * away, height];
            let behind = left + width + away;
            let after = [behind, top, page_width - away - behind, height];
            [before, after].map(|beside| (at, beside))
        })
        .filter_map(|(at, beside)| Some((at, note(beside, &pieces, words, dpi)?)))
        .collect();
    match found.len() > LEAST_PIECES && found.len() * ONE_IN > rows.len() {
        true => Vec::new(),
        false => found,
    }
}

/// Adds a note to its row; two, one in each margin, are kept as one.
pub(super) fn keep(fields: &mut BTreeMap<String, FieldReading>, key: &str, note: FieldReading) {
    let Some(known) = fields.get_mut(key) else {
        fields.insert(key.to_owned(), note);
        return;
    };
    known.raw = format!("{} {}", known.raw, note.raw).trim().to_owned();
    known.value.clone_from(&known.raw);
    known.confidence = known.confidence.min(note.confidence);
    known.bounds = around(known.bounds.into_iter().chain(note.bounds));
}

fn place_of(blob: &Component) -> Box4 {
    let sides = [blob.left, blob.top, blob.width(), blob.height()];
    sides.map(|side| side as i32)
}

/// What is written in that place, if anything is.
fn note(beside: Box4, pieces: &[Box4], words: &[Word], dpi: f64) -> Option<FieldReading> {
    let within = |bounds: &Box4| {
        let (_, y) = centre(*bounds);
        let level = (f64::from(beside[1])..f64::from(bottom(beside))).contains(&y);
        level && bounds[0] >= beside[0] && right(*bounds) <= right(beside)
    };
    let ink: Vec<Box4> = pieces
        .iter()
        .filter(|piece| within(piece))
        .copied()
        .collect();
    let place = around(ink.iter().copied())?;
    let drawn: i32 = ink.iter().map(|piece| piece[2]).sum();
    let wide = f64::from(place[2]) >= dpi * LEAST_WIDTH;
    if ink.len() < LEAST_PIECES || !wide || drawn * 3 < place[2] {
        return None;
    }
    let words: Vec<Word> = words
        .iter()
        .filter(|word| within(&word.bounds))
        .cloned()
        .collect();
    let (mean, _) = confidence::of_words(&words);
    let lines: Vec<String> = lines(&words).iter().map(|line| line.text()).collect();
    let text = lines.join(" ");
    let legible = mean >= READ && text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    let (text, confidence) = match legible {
        true => (text, mean),
        false => (String::new(), 0.0),
    };
    Some(FieldReading {
        raw: text.clone(),
        value: text,
        confidence,
        accepted: false,
        bounds: Some(place),
        struck: false,
        page: None,
        evidence: None,
    })
}
