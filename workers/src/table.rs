//! Rows of a ruled table: rules found on the page, words placed between them, columns named by
//! their headers and by what stands in them, one record a row.

mod again;
mod cells;
mod columns;
mod ditto;
mod grid;
mod ink;
mod places;
mod rules;
mod series;
mod shape;
mod sheet;
mod syllables;

use std::collections::BTreeMap;

use image::GrayImage;

use crate::class::{Class, Field, FieldKind};
use crate::reading::{FieldReading, RecordReading, Word};
use crate::recognise::{Engine, RecogniseError};
use crate::value::Found;
use again::Again;
use columns::{header_rows, header_strength, name_columns};
pub(crate) use grid::Grid;
use sheet::Sheet;

/// Finds the ruled table of an upright page; `None` when it has none.
pub(crate) fn grid(picture: &GrayImage, dpi: u32) -> Option<Grid> {
    grid::build(&rules::find(picture, dpi), dpi)
}

/// One row of a table, cells by column.
type Row = Vec<Vec<Word>>;

/// The records of a table's rows, in order.
///
/// # Errors
/// [`RecogniseError`] from second readings.
pub(crate) fn records(
    class: &Class,
    grid: &Grid,
    words: &[Word],
    picture: &GrayImage,
    dpi: u32,
    engine: &mut Engine,
) -> Result<Vec<RecordReading>, RecogniseError> {
    let mut rows = grid.rows(words);
    let mut again = Again::new(picture, dpi, engine);
    read_headers_again(class, grid, &mut rows, &mut again)?;
    let Some((named, first)) = name_columns(class, &rows) else {
        return Ok(Vec::new());
    };
    let people: Vec<usize> = (first..rows.len())
        .filter(|index| holds_a_person(&named, &rows[*index]))
        .collect();
    let mut sheet = Sheet::new(&named, &people, &rows, grid);
    sheet.even_out(picture, dpi);
    sheet.read_again(&mut again)?;
    sheet.even_out(picture, dpi);
    let fields = sheet.fields();
    Ok(people
        .into_iter()
        .zip(fields)
        .map(|(row, fields)| RecordReading {
            class: class.id.clone(),
            fields,
            bounds: Some(grid.row_bounds(row)),
        })
        .collect())
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
            let Some(words) = again.header(grid.cell(index, column))? else {
                continue;
            };
            if header_strength(class, &words) > header_strength(class, cell) {
                *cell = words;
            }
        }
    }
    Ok(())
}

/// Whether a row is more than an empty line, a numbering of columns or a total.
fn holds_a_person(named: &[(usize, &Field)], row: &Row) -> bool {
    let wanted = |kind: FieldKind| {
        named
            .iter()
            .filter(|(_, field)| field.kind == kind)
            .any(|(column, _)| Found::of(&row[*column]).is_some_and(|f| f.raw.chars().count() > 3))
    };
    let filled = named
        .iter()
        .filter(|(column, _)| !row[*column].is_empty())
        .count();
    filled >= 2 && (wanted(FieldKind::Name) || (wanted(FieldKind::Date) && filled >= 4))
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
    words
        .iter()
        .filter(|word| grid.place(word.bounds).is_none())
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
