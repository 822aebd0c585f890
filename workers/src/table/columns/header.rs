//! The rows at the top of a table that name its columns: found by their words, read over one or two levels.

use sogoc_vietnamese::fold;

use super::usage::Phrases;
use crate::layout::Row;
use crate::layout::lines::joined;
use crate::values::Candidate;
use crate::word::Word;

/// Rows at the top that may hold headers.
pub(super) const HEADER_ROWS: usize = 4;
/// A cell less like any header than this says nothing.
const LEAST: f64 = 0.6;
/// By how much a part of a header must be more like a usage's words than the whole, to be the column's own.
const CLEARER: f64 = 0.08;
/// How many rows below the header's own its numbering is looked for.
const BELOW: usize = 3;
/// The most letters a column's number or letter is read as: a name or a date has more.
const LONGEST_SIGN: usize = 6;
/// What the cells of one row must come to for it to be a row of headers.
const LEAST_ROW: f64 = 1.5;

/// The row after the one whose cells are most like headers, and after a numbering `(1) (2) …`; zero where no row
/// is a row of headers.
pub(super) fn first_data_row(phrases: &Phrases<'_>, rows: &[Row]) -> usize {
    let strength = |row: &Row| -> f64 {
        let cells = row.iter().filter_map(|cell| Candidate::of(cell));
        let likeness = cells.map(|found| phrases.strongest(&found.raw));
        likeness.filter(|likeness| *likeness > LEAST).sum()
    };
    // A row of people has numbers and dates; their "Nam" and "Sinh" are no header words.
    let of_people = |row: &&Row| row.iter().filter(|cell| is_number(cell)).count() >= 2;
    let above = rows
        .iter()
        .take(HEADER_ROWS)
        .take_while(|row| !of_people(row));
    let strengths: Vec<f64> = above.map(strength).collect();
    let most = strengths.iter().copied().fold(0.0, f64::max);
    let mut first = match most >= LEAST_ROW {
        // The lowest row that still names several columns: a header of two levels ends with its second.
        true => strengths
            .iter()
            .rposition(|s| *s >= LEAST_ROW.max(most * 0.4))
            .map_or(0, |at| at + 1),
        false => 0,
    };
    // Words of the header may stand below its row, where a rule parts them; then the numbering tells where it ends.
    let numbering = (first..rows.len().min(first + BELOW)).find(|at| is_numbering(&rows[*at]));
    let thin = |row: &Row| {
        row.iter()
            .filter(|cell| Candidate::of(cell).is_some())
            .count()
            * 3
            <= row.len()
    };
    if let Some(at) = numbering.filter(|at| first > 0 && rows[first..*at].iter().all(thin)) {
        first = at;
    }
    while rows.get(first).is_some_and(is_numbering) {
        first += 1;
    }
    first
}

/// Whether a cell holds mostly figures, three or more.
fn is_number(cell: &[Word]) -> bool {
    let all = || cell.iter().flat_map(|word| word.text.chars());
    let figures = all().filter(char::is_ascii_digit).count();
    figures >= 3 && figures * 2 > all().filter(|c| c.is_alphanumeric()).count()
}

/// Whether the filled cells of a row hold only their column's number or letter, one in five misread.
pub(super) fn is_numbering(row: &Row) -> bool {
    let filled: Vec<String> = row
        .iter()
        .filter_map(|cell| Candidate::of(cell))
        .map(|found| fold::letters(&found.raw))
        .collect();
    let is_sign = |text: &&String| text.len() <= 2 && !text.is_empty();
    let signs = filled.iter().filter(is_sign).count();
    let misread = filled.len() - signs;
    let longest = filled.iter().map(String::len).max().unwrap_or_default();
    signs >= 3 && misread * 5 <= filled.len() && longest <= LONGEST_SIGN
}

/// The words of one column's header cells, from the top down.
pub(super) fn text(rows: &[Row], column: usize) -> String {
    let cells = rows
        .iter()
        .filter(|row| !is_numbering(row))
        .map(|row| &row[column]);
    let words: Vec<Word> = cells.flatten().filter(is_word).cloned().collect();
    joined(&words)
}

/// Whether a word has a letter or figure: strokes are pieces of rules.
fn is_word(word: &&Word) -> bool {
    word.text.chars().any(char::is_alphanumeric)
}

/// The words that name a column: those of its header cells, or the lowest line of them alone where that says it more
/// clearly, because a heading over several columns falls into them by its words.
pub(super) fn own(phrases: &Phrases<'_>, headers: &[Row], column: usize) -> String {
    let (whole, below) = (text(headers, column), text_below(headers, column));
    let (said, said_below) = (phrases.strongest(&whole), phrases.strongest(&below));
    // One short word may be the end of anything; a slip in "Năm sinh" does not make it biology.
    let telling = below.trim().contains(' ') || said < LEAST;
    match telling && said_below > said + CLEARER {
        true => below,
        false => whole,
    }
}

/// The words of the topmost filled header cells over several columns together: what stands above all of them.
pub(super) fn text_above(rows: &[Row], columns: std::ops::Range<usize>) -> String {
    let filled = |row: &&Row| {
        row[columns.clone()]
            .iter()
            .flatten()
            .any(|word| is_word(&word))
    };
    let Some(row) = rows.iter().filter(|row| !is_numbering(row)).find(filled) else {
        return String::new();
    };
    let words = row[columns].iter().flatten().filter(is_word).cloned();
    let lines = crate::layout::lines::lines(&words.collect::<Vec<_>>());
    lines.first().map(|line| line.text()).unwrap_or_default()
}

/// The words of the lowest filled header cell of a column.
pub(super) fn text_below(rows: &[Row], column: usize) -> String {
    let cell = rows
        .iter()
        .filter(|row| !is_numbering(row))
        .rev()
        .map(|row| &row[column]);
    let is_filled = |cell: &&Vec<Word>| cell.iter().any(|word| is_word(&word));
    let Some(cell) = cell.into_iter().find(is_filled) else {
        return String::new();
    };
    let words: Vec<Word> = cell.iter().filter(is_word).cloned().collect();
    let lines = crate::layout::lines::lines(&words);
    lines.last().map(|line| line.text()).unwrap_or_default()
}
