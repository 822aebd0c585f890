//! Which column holds which field: header words first, then what stands in the cells.

use super::data_rows;
use crate::class::{Class, Field, FieldKind, Scope};
use crate::confidence::Check;
use crate::layout::lines::joined;
use crate::layout::{Row, TableLayout};
use crate::values::{Candidate, normalised};
use crate::word::Word;
use sogoc_vietnamese::fold;

/// Rows at the top that may hold headers.
const HEADER_ROWS: usize = 3;
/// A column less like a field than this stays unnamed.
const LEAST: f64 = 0.42;
/// The same for a guess that a person looks at before anything is read by it.
const LEAST_GUESS: f64 = 0.3;
/// What a column as wide as usual is worth in a guess.
const WIDTH_WEIGHT: f64 = 0.12;
/// A header cell at least so much like a field's words names it.
const CLEAR: f64 = 0.85;

/// What the columns of a table hold.
pub(crate) struct Columns<'c> {
    /// The key of the field in each column: as the map says, else what it seems to hold.
    pub fields: Vec<Option<String>>,
    /// The columns that are read, from left to right.
    pub named: Vec<(usize, &'c Field)>,
    /// The rows that hold a person. None where no vertical rules part the columns and no map says what they hold:
    /// that is for a person to say.
    pub data_rows: Vec<usize>,
}

impl<'c> Columns<'c> {
    /// Names the columns by the map they were laid out by, else by their headers and values. `None` where the page
    /// itself contradicts the map.
    pub fn of(class: &'c Class, layout: &TableLayout<'_>, rows: &[Row]) -> Option<Self> {
        let (fields, named) = match layout.map {
            Some(map) if contradicts(class, rows, &map.fields, layout.is_ruled) => return None,
            Some(map) => (map.fields.clone(), Some(mapped(class, rows, &map.fields))),
            None => (
                guess(class, rows, &layout.grid.widths()),
                name_columns(class, rows),
            ),
        };
        let (named, first) = named.unwrap_or((Vec::new(), rows.len()));
        Some(Self {
            fields,
            data_rows: match layout.is_ruled || layout.map.is_some() {
                true => data_rows::people(&named, first, rows),
                false => Vec::new(),
            },
            named,
        })
    }
}

/// The named columns, and the first row below the headers; `None` if no person's name is among them.
pub(super) fn name_columns<'c>(
    class: &'c Class,
    rows: &[Row],
) -> Option<(Vec<(usize, &'c Field)>, usize)> {
    let count = rows.first()?.len();
    let fields = of_rows(class);
    let first = first_data_row(&fields, rows);
    let scored = scored(&fields, rows, first, count, |_, _| 0.0);
    let named = best_of(scored, LEAST);
    let has_name = named.iter().any(|(_, field)| field.kind == FieldKind::Name);
    has_name.then_some((named, first))
}

/// What each column seems to hold, also where it is not sure enough to be read by: known widths count
/// too, of columns whose shares of the table's width are given.
fn guess(class: &Class, rows: &[Row], widths: &[f64]) -> Vec<Option<String>> {
    let fields = of_rows(class);
    let first = first_data_row(&fields, rows);
    let width = |column: usize, field: &Field| {
        let likeness = |usual: f64| 1.0 - (widths[column] / usual).ln().abs().min(1.0);
        field.width.map_or(0.0, likeness) * WIDTH_WEIGHT
    };
    let scored = scored(&fields, rows, first, widths.len(), width);
    let mut guessed = vec![None; widths.len()];
    for (column, field) in best_of(scored, LEAST_GUESS) {
        guessed[column] = Some(field.key.clone());
    }
    guessed
}

/// The columns as a map names them, and the first row below the headers.
fn mapped<'c>(
    class: &'c Class,
    rows: &[Row],
    fields: &[Option<String>],
) -> (Vec<(usize, &'c Field)>, usize) {
    let named = fields
        .iter()
        .enumerate()
        .filter_map(|(column, key)| Some((column, class.field(key.as_deref()?)?)));
    (named.collect(), first_data_row(&of_rows(class), rows))
}

/// Whether a page's own header clearly names columns otherwise than a map does, or, where no rules tell
/// the columns, what stands in them is not what the map says: another layout.
fn contradicts(class: &Class, rows: &[Row], map: &[Option<String>], ruled: bool) -> bool {
    let fields = of_rows(class);
    let first = first_data_row(&fields, rows);
    let otherwise = map.iter().enumerate().filter(|(column, key)| {
        let header = header_text(rows, first, *column);
        let clearest = fields
            .iter()
            .map(|field| (header_likeness(field, &header), field))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let own = key.as_deref().and_then(|key| class.field(key));
        let agreed = own.map_or(0.0, |field| header_likeness(field, &header));
        let named = clearest.is_some_and(|(most, _)| most >= CLEAR && agreed < most - 0.3);
        let foreign = !ruled && own.is_some_and(|field| is_foreign(field, &rows[first..], *column));
        own.is_some() && (named || foreign)
    });
    otherwise.count() >= 2
}

/// Whether a column of names or dates holds hardly any.
fn is_foreign(field: &Field, rows: &[Row], column: usize) -> bool {
    let values: Vec<String> = rows
        .iter()
        .filter_map(|row| Candidate::of(&row[column]).map(|found| found.raw))
        .collect();
    let typed = matches!(field.kind, FieldKind::Name | FieldKind::Date);
    typed && values.len() >= 4 && value_likeness(field, &values) < 0.2
}

fn of_rows(class: &Class) -> Vec<&Field> {
    let fields = class.fields.iter();
    fields
        .filter(|field| field.scope == Scope::Record)
        .collect()
}

/// How much each column is like each field, the header counting most.
fn scored<'c>(
    fields: &[&'c Field],
    rows: &[Row],
    first: usize,
    count: usize,
    width: impl Fn(usize, &Field) -> f64,
) -> Vec<(f64, usize, &'c Field)> {
    let mut scored = Vec::new();
    for column in 0..count {
        let header = header_text(rows, first, column);
        let values: Vec<String> = rows[first..]
            .iter()
            .filter_map(|row| Candidate::of(&row[column]).map(|found| found.raw))
            .collect();
        for field in fields {
            let score =
                0.65 * header_likeness(field, &header) + 0.35 * value_likeness(field, &values);
            scored.push((score + width(column, field), column, *field));
        }
    }
    scored
}

/// The best field of each column, none twice, from left to right.
fn best_of(mut scored: Vec<(f64, usize, &Field)>, least: f64) -> Vec<(usize, &Field)> {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut named: Vec<(usize, &Field)> = Vec::new();
    for (score, column, field) in scored {
        let free = named
            .iter()
            .all(|(c, f)| *c != column && f.key != field.key);
        if score >= least && free {
            named.push((column, field));
        }
    }
    named.sort_by_key(|(column, _)| *column);
    named
}

/// How many rows at the top are headers, as far as they were recognised.
pub(crate) fn header_rows(class: &Class, rows: &[Row]) -> usize {
    let fields: Vec<&Field> = class.fields.iter().collect();
    first_data_row(&fields, rows).min(HEADER_ROWS)
}

/// How much words are like the header of any column of the class, 0 to 1.
pub(crate) fn header_strength(class: &Class, words: &[Word]) -> f64 {
    let text = joined(words);
    let likeness = |field: &Field| header_likeness(field, &text);
    class.fields.iter().map(likeness).fold(0.0, f64::max)
}

/// The row after the one whose cells are most like headers, and after a numbering `(1) (2) …`.
fn first_data_row(fields: &[&Field], rows: &[Row]) -> usize {
    let likeness = |row: &Row| -> f64 {
        row.iter()
            .filter_map(|cell| Candidate::of(cell))
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
        .filter_map(|cell| Candidate::of(cell))
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
        .map(|words| fold::similarity(words, header))
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
