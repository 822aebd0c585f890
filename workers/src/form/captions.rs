//! Labels below their values, as some diplomas print them.

use super::is_marks;
use super::labels::LabelMatch;
use crate::layout::lines::Line;
use crate::values::Candidate;
use crate::word::Word;

/// Whether labels stand below their values on this page, in parentheses: "(ngày sinh)".
pub(super) fn is_captioned(lines: &[Line], places: &[Vec<LabelMatch>]) -> bool {
    let caption = |(line, places): &(&Line, &Vec<LabelMatch>)| {
        let opens = line
            .words
            .first()
            .is_some_and(|word| word.text.starts_with('('));
        opens && places.first().is_some_and(|place| is_alone(line, place))
    };
    lines.iter().zip(places).filter(caption).count() >= 2
}

/// Whether a line holds the label and nothing else.
pub(super) fn is_alone(line: &Line, place: &LabelMatch) -> bool {
    let marks = |words: &[Word]| words.iter().all(is_marks);
    marks(&line.words[..place.from]) && marks(&line.words[place.end..])
}

/// The line above a caption, if it has no label of its own.
pub(super) fn above(lines: &[Line], places: &[Vec<LabelMatch>], row: usize) -> Option<Candidate> {
    let before = row.checked_sub(1)?;
    places[before].is_empty().then_some(())?;
    Candidate::of(&lines[before].words)
}
