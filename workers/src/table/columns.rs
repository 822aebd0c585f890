//! Which column holds which field: header words first, then what stands in the cells.

use super::Row;
use crate::class::{Class, Field, FieldKind, Scope};
use crate::confidence::Check;
use crate::fold;
use crate::lines::joined;
use crate::reading::Word;
use crate::value::{Found, normalised};

/// Rows at the top that may hold headers.
const HEADER_ROWS: usize = 3;
/// A column less like a field than this stays unnamed.
const LEAST: f64 = 0.42;

/// The named columns, and the first row below the headers; `None` if no person's name is among them.
pub(super) fn name_columns<'c>(
    class: &'c Class,
    rows: &[Row],
) -> Option<(Vec<(usize, &'c Field)>, usize)> {
    let count = rows.first()?.len();
    let fields: Vec<&Field> = class
        .fields
        .iter()
        .filter(|field| field.scope == Scope::Record)
        .collect();
    let first = first_data_row(&fields, rows);
    let mut scored = Vec::new();
    for column in 0..count {
        let header = header_text(rows, first, column);
        let values: Vec<String> = rows[first..]
            .iter()
            .filter_map(|row| Found::of(&row[column]).map(|found| found.raw))
            .collect();
        for field in &fields {
            let score =
                0.65 * header_likeness(field, &header) + 0.35 * value_likeness(field, &values);
            scored.push((score, column, *field));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut named: Vec<(usize, &Field)> = Vec::new();
    for (score, column, field) in scored {
        let free = named
            .iter()
            .all(|(c, f)| *c != column && f.key != field.key);
        if score >= LEAST && free {
            named.push((column, field));
        }
    }
    named.sort_by_key(|(column, _)| *column);
    let has_name = named.iter().any(|(_, field)| field.kind == FieldKind::Name);
    has_name.then_some((named, first))
}

/// How many rows at the top are headers, as far as they were recognised.
pub(super) fn header_rows(class: &Class, rows: &[Row]) -> usize {
    let fields: Vec<&Field> = class.fields.iter().collect();
    first_data_row(&fields, rows).min(HEADER_ROWS)
}

/// How much words are like the header of any column of the class, 0 to 1.
pub(super) fn header_strength(class: &Class, words: &[Word]) -> f64 {
    let text = joined(words);
    let likeness = |field: &Field| header_likeness(field, &text);
    class.fields.iter().map(likeness).fold(0.0, f64::max)
}

/// The row after the one whose cells are most like headers, and after a numbering `(1) (2) …`.
fn first_data_row(fields: &[&Field], rows: &[Row]) -> usize {
    let likeness = |row: &Row| -> f64 {
        row.iter()
            .filter_map(|cell| Found::of(cell))
            .map(|found| {
                fields
                    .iter()
                    .map(|f| header_likeness(f, &found.raw))
                    .fold(0.0, f64::max)
            })
            .filter(|score| *score > 0.6)
            .sum()
    };
    let best = (0..rows.len().min(HEADER_ROWS))
        .map(|index| (index, likeness(&rows[index])))
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .filter(|(_, score)| *score >= 1.5);
    let mut first = best.map_or(0, |(index, _)| index + 1);
    while rows.get(first).is_some_and(is_numbering) {
        first += 1;
    }
    first
}

/// Whether every filled cell of a row holds only its column's number.
fn is_numbering(row: &Row) -> bool {
    let filled: Vec<String> = row
        .iter()
        .filter_map(|cell| Found::of(cell))
        .map(|found| fold::letters(&found.raw))
        .collect();
    filled.len() >= 3
        && filled
            .iter()
            .all(|text| text.len() <= 2 && !text.is_empty())
}

fn header_text(rows: &[Row], first: usize, column: usize) -> String {
    let words: Vec<&str> = rows[..first]
        .iter()
        .filter(|row| !is_numbering(row))
        .flat_map(|row| row[column].iter().map(|word| word.text.as_str()))
        .collect();
    words.join(" ")
}

fn header_likeness(field: &Field, header: &str) -> f64 {
    field
        .columns
        .iter()
        .map(|words| fold::likeness(words, header))
        .fold(0.0, f64::max)
}

/// The share of values in a column that could be of the field; nothing known counts as nothing.
fn value_likeness(field: &Field, values: &[String]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let fits = values
        .iter()
        .filter(|value| looks_like(field, value))
        .count();
    fits as f64 / values.len() as f64
}

fn looks_like(field: &Field, value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    match field.kind {
        FieldKind::Name => {
            digits == 0 && letters > 4 && value.contains(' ') && !value.contains(',')
        }
        FieldKind::Place => digits == 0 && letters > 4 && value.contains(','),
        FieldKind::Number if field.key == "stt" => letters == 0 && digits <= 3,
        FieldKind::Number => digits >= 3,
        FieldKind::Text => false,
        _ => normalised(field, value).1 == Check::Agrees,
    }
}
