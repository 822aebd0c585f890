//! Rows of a ruled table: rules found on the page, words placed between them, columns named by
//! their headers and by what stands in them, one record a row.

mod again;
mod cells;
mod columns;
mod ditto;
mod fitting;
mod grid;
mod ink;
mod margin;
mod people;
mod places;
mod rules;
mod series;
mod shape;
mod sheet;
mod strokes;
mod typeface;
mod unruled;
mod writing;

use std::collections::BTreeMap;

use image::GrayImage;

use crate::class::{Class, Field, Scope};
use crate::column_map::ColumnMap;
use crate::page_words::Seen;
use crate::prepare::Prepared;
use crate::reading::{FieldReading, RecordReading, Word};
use crate::recognise::{Engine, RecogniseError};
use crate::steps::Step;
use again::Again;
use columns::{contradicts, guess, header_rows, header_strength, mapped, name_columns};
pub(crate) use fitting::Laid;
pub(crate) use grid::Grid;
use rules::Rules;
use sheet::Sheet;
pub(crate) use writing::Writing;

/// The ruled table of an upright page; `None` when it has none.
pub(crate) fn grid(picture: &GrayImage, dpi: u32) -> Option<Grid> {
    grid::build(&rules_of(picture, dpi), dpi)
}

/// The ruled table of an upright page and the writing in it, where that stands in lines.
pub(crate) fn written(picture: &GrayImage, dpi: u32) -> Option<(Grid, Writing)> {
    let rules = rules_of(picture, dpi);
    let grid = grid::build(&rules, dpi)?;
    let writing = writing::find(&grid, &rules, picture, dpi)?;
    Some((grid, writing))
}

/// The ruled lines of a page, without those that strike out a row.
fn rules_of(picture: &GrayImage, dpi: u32) -> Rules {
    let mut found = rules::find(picture, dpi);
    strokes::taken_out(&mut found.lying, picture, dpi);
    found
}

/// The columns of a page whose table no standing rules part, by the white between them.
pub(crate) fn unruled_grid(prepared: &Prepared, words: &[Word]) -> Option<Grid> {
    let (picture, dpi) = (&prepared.picture, prepared.dpi);
    let body = unruled::body(words, picture.width())?;
    let middle = |gap: &unruled::Gap| (gap.from + gap.upto) / 2.0;
    let mut at: Vec<f64> = body.gaps.iter().map(middle).collect();
    // The white beside a table ends at the paper's edge; the table ends nearer to its text.
    let beside = f64::from(dpi) * 0.08;
    let (first, last) = (body.gaps.first()?, body.gaps.last()?);
    let outer = at.len() - 1;
    (at[0], at[outer]) = ((first.upto - beside).max(0.0), last.from + beside);
    let standing = |x: &f64| rules::Rule::straight(*x, body.top, body.low);
    let columns = at.iter().map(standing).collect();
    let found = rules_of(picture, dpi);
    fitting::with_rows(columns, &found, words, (body.top, body.low), dpi)
}

/// A volume's map laid over an upright page; `None` where it does not fit.
pub(crate) fn lay(map: &ColumnMap, prepared: &Prepared, words: &[Word]) -> Option<Laid> {
    let (picture, dpi) = (&prepared.picture, prepared.dpi);
    fitting::lay(map, &rules_of(picture, dpi), words, picture.width(), dpi)
}

/// One row of a table, cells by column.
type Row = Vec<Vec<Word>>;

/// What a table holds.
#[derive(Default)]
pub(crate) struct Table {
    /// One a row, in order.
    pub records: Vec<RecordReading>,
    /// What each column holds: as the map says, else what it seems to hold.
    pub fields: Vec<Option<String>>,
    /// Its words as they were read in the end.
    pub words: Vec<Word>,
}

/// The records of a table's rows, columns named by the map (beside it, whether rules show its borders),
/// else by their headers and values. `None` where the page itself contradicts the map.
///
/// # Errors
/// [`RecogniseError`] from second readings.
pub(crate) fn read(
    class: &Class,
    grid: &Grid,
    map: Option<(&ColumnMap, bool)>,
    seen: &Seen,
    prepared: &Prepared,
    engine: &mut Engine,
) -> Result<Option<Table>, RecogniseError> {
    let (picture, dpi) = (&prepared.picture, prepared.dpi);
    let mut rows = grid.rows(&seen.words);
    let mut again = Again::new(picture, dpi, engine);
    let takes = |step| prepared.without.takes(step);
    if takes(Step::Headers) {
        read_headers_again(class, grid, &mut rows, &mut again)?;
    }
    let (fields, named) = match map {
        Some((map, ruled)) if contradicts(class, &rows, &map.fields, ruled) => return Ok(None),
        Some((map, _)) => (map.fields.clone(), Some(mapped(class, &rows, &map.fields))),
        None => (
            guess(class, &rows, &grid.widths()),
            name_columns(class, &rows),
        ),
    };
    let Some((named, first)) = named else {
        let records = Vec::new();
        let words = rows.into_iter().flatten().flatten().collect();
        return Ok(Some(Table {
            records,
            fields,
            words,
        }));
    };
    let people = people::rows(&named, first, &rows);
    let mut sheet = Sheet::new(&named, &people, &rows, grid);
    if let Some(elsewhere) = &seen.elsewhere {
        sheet.compare_models(&named, &people, &grid.rows(elsewhere));
    }
    sheet.even_out(picture, dpi, &prepared.without);
    if takes(Step::CellsAgain) {
        sheet.read_again(&mut again)?;
        sheet.even_out(picture, dpi, &prepared.without);
    }
    if takes(Step::Typeface) {
        sheet.compare_figures(picture);
    }
    let page_words = &seen.words;
    let words = words_as_read(rows, &named, &people, &sheet);
    let mut records: Vec<RecordReading> = people
        .iter()
        .zip(sheet.fields(seen.by_pen))
        .map(|(row, fields)| RecordReading {
            class: class.id.clone(),
            fields,
            bounds: Some(grid.row_bounds(*row)),
        })
        .collect();
    let strokes = strokes::of_table(grid, picture, dpi);
    for (row, record) in people.iter().zip(&mut records) {
        let cell = |column| grid.cell(*row, column);
        strokes::mark(&mut record.fields, &named, cell, &strokes);
    }
    add_notes(class, grid, (&people, &mut records), page_words, prepared);
    Ok(Some(Table {
        records,
        fields,
        words,
    }))
}

/// Adds what stands beside the rows to their records, where the class keeps it.
fn add_notes(
    class: &Class,
    grid: &Grid,
    (rows, records): (&[usize], &mut [RecordReading]),
    words: &[Word],
    prepared: &Prepared,
) {
    let Some(field) = class.fields.iter().find(|f| f.scope == Scope::Margin) else {
        return;
    };
    for (at, note) in margin::notes(grid, rows, words, prepared) {
        margin::keep(&mut records[at].fields, &field.key, note);
    }
}

/// The words of all cells, those of named columns as the sheet has them in the end.
fn words_as_read(
    mut rows: Vec<Row>,
    named: &[(usize, &Field)],
    people: &[usize],
    sheet: &Sheet<'_>,
) -> Vec<Word> {
    for (row, cells) in people.iter().zip(sheet.words()) {
        for ((column, _), words) in named.iter().zip(cells) {
            if let Some(words) = words {
                rows[*row][*column] = words;
            }
        }
    }
    rows.into_iter().flatten().flatten().collect()
}

/// Reads each header cell alone, because the page pass mixes the lines of tall ones, and keeps what
/// is more like a header.
fn read_headers_again(
    class: &Class,
    grid: &Grid,
    rows: &mut [Row],
    again: &mut Again<'_>,
) -> Result<(), RecogniseError> {
    let headers = header_rows(class, rows).max(1);
    for (index, row) in rows.iter_mut().enumerate().take(headers) {
        for (column, cell) in row.iter_mut().enumerate() {
            let known = header_strength(class, cell);
            if known >= 1.0 {
                continue; // read to the letter: nothing is more like a header
            }
            let Some(words) = again.header(grid.cell(index, column))? else {
                continue;
            };
            if header_strength(class, &words) > known {
                *cell = words;
            }
        }
    }
    Ok(())
}

/// Fields printed once on the page, given to each of its rows that has none of its own.
pub(crate) fn share(records: &mut [RecordReading], page_fields: &BTreeMap<String, FieldReading>) {
    for record in records {
        for (key, field) in page_fields {
            record
                .fields
                .entry(key.clone())
                .or_insert_with(|| field.clone());
        }
    }
}

/// The words that stand above or below the table, not in it.
pub(crate) fn outside(grid: &Grid, words: &[Word]) -> Vec<Word> {
    let parts = words.iter().flat_map(|word| grid.divided(word));
    parts
        .filter(|part| grid.place(part.bounds).is_none())
        .collect()
}

#[cfg(test)]
mod tests;
