//! Where a value ends: at a comma if its kind has none, behind its figures, or on the next line of a sentence.

use super::labels::LabelMatch;
use super::value_of;
use crate::class::{Field, FieldKind};
use crate::geometry::{bottom, right};
use crate::layout::lines::Line;
use crate::values::Candidate;
use crate::word::Word;

/// A line that reaches this share of the text's width may run on below.
const FULL: i32 = 85;
/// The most words over which a value runs on.
const MOST_WORDS: usize = 8;

/// The words that a value of that kind may be made of: up to a comma where it has none, no words behind figures.
pub(super) fn of_kind(kind: FieldKind, words: &[Word]) -> &[Word] {
    let comma = |word: &Word| word.text.ends_with([',', ';']);
    let figure = |word: &Word| word.text.chars().any(|c| c.is_ascii_digit());
    let stroke = |word: &Word| word.text.starts_with(['/', '-', '.']);
    let joins = |word: &Word| word.text.ends_with(['/', '-', '.']);
    let heading = |word: &Word| word.letters() > 1 && !word.text.chars().any(char::is_lowercase);
    let end = match kind {
        FieldKind::Name => words.iter().position(comma).map(|at| at + 1),
        // Nothing of a date stands behind its year.
        FieldKind::Date => words
            .iter()
            .position(|word| comma(word) || ends_in_year(word))
            .map(|at| at + 1),
        // A line of capitals beside the value is a heading of something else.
        FieldKind::Sex | FieldKind::Ethnic | FieldKind::Grade => {
            let other = |at: usize| at > 0 && heading(&words[at]) && !heading(&words[0]);
            let comma = words.iter().position(comma).map(|at| at + 1);
            comma.or((0..words.len()).find(|at| other(*at)))
        }
        FieldKind::Number => {
            let ends = |pair: &[Word]| {
                let (word, next) = (&pair[0], &pair[1]);
                let goes_on = figure(next) || stroke(next) || joins(word) || next.letters() == 0;
                figure(word) && (comma(word) || !goes_on)
            };
            words.windows(2).position(ends).map(|at| at + 1)
        }
        // In a sentence the verb follows: "học sinh trường … đã tốt nghiệp".
        _ => words
            .iter()
            .position(|word| word.text == "đã")
            .filter(|at| *at > 0)
            .or_else(|| {
                words
                    .iter()
                    .position(|word| word.text.ends_with(';'))
                    .map(|at| at + 1)
            }),
    };
    &words[..end.unwrap_or(words.len())]
}

/// Whether the last figures of a word are a year with its century.
fn ends_in_year(word: &Word) -> bool {
    let bare = word.text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let figures = bare
        .rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    figures.len() == 4 && (figures.starts_with("19") || figures.starts_with("20"))
}

/// The value with what stands of it on the next line, where its own line is full and the next begins without a label.
/// It is never accepted: where a sentence goes on after it is not known.
pub(super) fn continued(
    field: &Field,
    value: Candidate,
    lines: &[Line],
    places: &[Vec<LabelMatch>],
    row: usize,
) -> Candidate {
    let Some((words, held)) = rest_below(field, &value, lines, places, row) else {
        return value;
    };
    let whole: Vec<Word> = value.words.iter().cloned().chain(words).collect();
    match value_of(of_kind(field.kind, &whole), i32::MAX / 8) {
        Some(longer) => Candidate { held, ..longer },
        None => value,
    }
}

/// Whether the value ends a line in the midst of a sentence, so that its rest may stand elsewhere.
pub(super) fn is_open(line: &Line, label: &LabelMatch, value: &Candidate) -> bool {
    let small = |word: &Word| word.text.chars().next().is_some_and(char::is_lowercase);
    let ends =
        value.words.last().map(|word| word.bounds) == line.words.last().map(|word| word.bounds);
    let closed = value
        .words
        .last()
        .is_some_and(|word| word.text.ends_with(['.', ';']));
    small(&line.words[label.from]) && ends && !closed
}

fn rest_below(
    field: &Field,
    value: &Candidate,
    lines: &[Line],
    places: &[Vec<LabelMatch>],
    row: usize,
) -> Option<(Vec<Word>, bool)> {
    let (line, next) = (lines.get(row)?, lines.get(row + 1)?);
    let last = value.words.last()?;
    let ends = line.words.last()?.bounds == last.bounds;
    let closed = last.text.ends_with(['.', ';'])
        || last.text.ends_with(',') && field.kind != FieldKind::Place;
    let left = lines.iter().map(|line| line.bounds()[0]).min()?;
    let edge = lines.iter().map(|line| right(line.bounds())).max()?;
    let full = (right(last.bounds) - left) * 100 >= (edge - left) * FULL;
    let near = next.bounds()[1] - bottom(line.bounds()) < line.height();
    let until = places[row + 1]
        .first()
        .map_or(next.words.len(), |place| place.from);
    if !ends || closed || !full || !near || until == 0 {
        return None;
    }
    Some((next.words[..until.min(MOST_WORDS)].to_vec(), true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn kept(kind: FieldKind, text: &str) -> String {
        let words = page(&[text]);
        let words: Vec<&str> = of_kind(kind, &words)
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        words.join(" ")
    }

    #[test]
    fn a_value_ends_where_its_kind_does() {
        assert_eq!(kept(FieldKind::Ethnic, "Kinh, học sinh trường"), "Kinh,");
        assert_eq!(
            kept(FieldKind::Date, "18 tháng 7 năm 1988 tại Huế"),
            "18 tháng 7 năm 1988"
        );
        assert_eq!(kept(FieldKind::Date, "18/7/1988 tại Huế"), "18/7/1988");
        assert_eq!(kept(FieldKind::Number, "1620 KT. TRƯỞNG PHÒNG"), "1620");
        assert_eq!(kept(FieldKind::Number, "BT 0318562"), "BT 0318562");
        assert_eq!(kept(FieldKind::Number, "12 / PTTH"), "12 / PTTH");
        assert_eq!(
            kept(FieldKind::Place, "Bình Sơn, Nghĩa Bình"),
            "Bình Sơn, Nghĩa Bình"
        );
    }
}
