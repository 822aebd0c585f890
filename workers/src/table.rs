//! Rows of a ruled table: rules found on the page, words placed between them, columns named by
//! their headers and by what stands in them, one record a row.

mod columns;
mod grid;
mod rules;
mod series;

use std::collections::BTreeMap;

use image::GrayImage;

use crate::class::{Class, Field, FieldKind};
use crate::confidence::{self, Check, Second};
use crate::geometry::{bottom, right};
use crate::lines::lines;
use crate::reading::{Box4, FieldReading, RecordReading, Word};
use crate::recognise::{Division, Engine, RecogniseError};
use crate::value::{Found, normalised};
use columns::{header_rows, header_strength, name_columns};
pub(crate) use grid::Grid;

/// Cells read a second time on one page at most; each costs a few hundredths of a second.
const MOST_SECOND_READINGS: usize = 40;
/// A cell less sure than this is read again.
const DOUBTFUL: f64 = 0.80;

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
    let mut again = Again {
        picture,
        dpi,
        engine,
        left: usize::MAX,
    };
    read_headers_again(class, grid, &mut rows, &mut again)?;
    again.left = MOST_SECOND_READINGS;
    let Some((named, first)) = name_columns(class, &rows) else {
        return Ok(Vec::new());
    };
    let mut records = Vec::new();
    for (index, row) in rows.iter().enumerate().skip(first) {
        if !holds_a_person(&named, row) {
            continue;
        }
        let mut fields = BTreeMap::new();
        for (column, field) in &named {
            let cell = grid.cell(index, *column);
            if let Some(reading) = read_cell(field, &row[*column], cell, &mut again)? {
                fields.insert(field.key.clone(), reading);
            }
        }
        records.push(RecordReading {
            class: class.id.clone(),
            fields,
            bounds: Some(grid.row_bounds(index)),
        });
    }
    series::even_out(&mut records, class);
    Ok(records)
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
            let Some(words) = again.read(grid.cell(index, column), true)? else {
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

struct Again<'a> {
    picture: &'a GrayImage,
    dpi: u32,
    engine: &'a mut Engine,
    left: usize,
}

fn read_cell(
    field: &Field,
    words: &[Word],
    cell: Box4,
    again: &mut Again<'_>,
) -> Result<Option<FieldReading>, RecogniseError> {
    let first = in_order(words).as_deref().and_then(Found::of);
    let first = first.filter(|found| field.kind != FieldKind::Text || is_worth(found));
    if !wants_second(field, first.as_ref()) || again.left == 0 {
        return Ok(first.map(|found| found.reading(field, Second::None)));
    }
    let several_lines = lines(words).len() > 1;
    let Some(second) = again
        .read(cell, several_lines)?
        .and_then(|words| Found::of(&words))
    else {
        return Ok(first.map(|found| found.reading(field, Second::None)));
    };
    Ok(Some(match first {
        None => second.reading(field, Second::None),
        Some(first) if first.raw == second.raw => first.reading(field, Second::Same),
        Some(first) => better(field, first, second).reading(field, Second::Different),
    }))
}

fn in_order(words: &[Word]) -> Option<Vec<Word>> {
    (!words.is_empty()).then(|| {
        lines(words)
            .into_iter()
            .flat_map(|line| line.words)
            .collect()
    })
}

/// Whether free text in a cell is more than a stroke of a signature read as letters.
fn is_worth(found: &Found) -> bool {
    confidence::of_words(&found.words) > 0.5
        && found.raw.chars().filter(|c| c.is_alphanumeric()).count() > 2
}

fn wants_second(field: &Field, first: Option<&Found>) -> bool {
    match first {
        None => field.kind != FieldKind::Text,
        Some(found) => {
            confidence::of_words(&found.words) < DOUBTFUL
                || normalised(field, &found.raw).1 == Check::Contradicts
        }
    }
}

/// Of two different readings the one that passes its check; the surer when both or neither do.
fn better(field: &Field, first: Found, second: Found) -> Found {
    let rank = |found: &Found| {
        let passes = normalised(field, &found.raw).1 != Check::Contradicts;
        (
            u8::from(passes),
            (confidence::of_words(&found.words) * 1000.0) as u32,
        )
    };
    if rank(&second) > rank(&first) {
        second
    } else {
        first
    }
}

impl Again<'_> {
    /// The cell alone, without its rules, on white.
    fn read(&mut self, cell: Box4, several: bool) -> Result<Option<Vec<Word>>, RecogniseError> {
        self.left = self.left.saturating_sub(1);
        let inset = (self.dpi / 60) as i32;
        let (x0, y0) = ((cell[0] + inset).max(0), (cell[1] + inset).max(0));
        let x1 = (right(cell) - inset).min(self.picture.width() as i32);
        let y1 = (bottom(cell) - inset).min(self.picture.height() as i32);
        if x1 - x0 < 8 || y1 - y0 < 8 {
            return Ok(None);
        }
        let margin = (self.dpi / 20) as i32;
        let size = ((x1 - x0 + 2 * margin) as u32, (y1 - y0 + 2 * margin) as u32);
        let mut crop = GrayImage::from_pixel(size.0, size.1, image::Luma([255]));
        let part = image::imageops::crop_imm(
            self.picture,
            x0 as u32,
            y0 as u32,
            (x1 - x0) as u32,
            (y1 - y0) as u32,
        );
        image::imageops::replace(&mut crop, &part.to_image(), margin.into(), margin.into());
        let division = if several {
            Division::Block
        } else {
            Division::Line
        };
        let mut words = self.engine.words(&crop, self.dpi, division)?;
        for word in &mut words {
            word.bounds[0] += x0 - margin;
            word.bounds[1] += y0 - margin;
        }
        Ok((!words.is_empty()).then_some(words))
    }
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
