//! Rows of a table: columns named by their headers and by what stands in them, cells judged by what their column
//! has in common, one record a row.

mod ages;
mod cell;
mod column_model;
mod column_repairs;
mod columns;
mod ditto_marks;
mod foreign_words;
mod format_normaliser;
mod ink_probe;
mod marginalia;
mod place_check;
mod running_numbers;
mod serial;
mod unexplained;

use std::collections::BTreeMap;

use crate::class::{Class, Scope};
use crate::column_map::PageColumns;
use crate::geometry::around;
use crate::layout::strikethrough::{Stroke, strokes};
use crate::layout::{Grid, Row, TableLayout};
use crate::ocr::Recognised;
use crate::reading::{FieldReading, RecordReading};
use crate::word::{Box4, Word};
pub(crate) use column_model::ColumnModel;
use columns::Named;
pub(crate) use columns::{Columns, header_rows, header_strength, shows_people};

/// Share of the row's width from which a line is drawn through the row, and not through a value.
const ACROSS: f64 = 0.4;

/// Of a table less understood than this nothing is accepted, however well it was read.
const UNDERSTOOD: f64 = 0.55;

/// What a table holds.
pub(crate) struct Table {
    /// One a row, in order.
    pub records: Vec<RecordReading>,
    /// What its columns hold and where they stand.
    pub columns: PageColumns,
    /// The words of its cells as they were read in the end.
    pub words: Vec<Word>,
    /// How far it was understood, 0 to 1.
    pub understood: f64,
}

impl Table {
    /// The rows of the model as records, with what is struck out and what is written beside them. Each row that has
    /// none of its own is given the fields printed once on the page.
    pub fn of(
        class: &Class,
        layout: &TableLayout<'_>,
        columns: Columns<'_>,
        model: &ColumnModel<'_>,
        rows: Vec<Row>,
        printed_once: &BTreeMap<String, FieldReading>,
        page: &Recognised,
    ) -> Self {
        let mut records = match columns.data_rows.is_empty() {
            true => Vec::new(),
            false => records(class, &layout.grid, &columns, model, page),
        };
        for record in &mut records {
            for (key, field) in printed_once {
                let own = record.fields.entry(key.clone());
                own.or_insert_with(|| field.clone());
            }
            ages::hold_years(class, &mut record.fields);
        }
        ages::judge(class, &mut records, printed_once);
        let transform = page.page.transform;
        // Values of a table whose columns were taken for others are read surely and are wrong all the same, so
        // the letters' confidence says nothing here.
        if columns.understood < UNDERSTOOD {
            records.iter_mut().for_each(RecordReading::hold);
        }
        Self {
            understood: columns.understood,
            records,
            words: words_as_read(rows, &columns, model),
            columns: PageColumns {
                corners: layout
                    .grid
                    .corners()
                    .map(|(x, y)| transform.to_delivered_point(x, y)),
                edges: layout.grid.shares(),
                fields: columns.fields,
                ruled: layout.is_ruled,
            },
        }
    }
}

fn records(
    class: &Class,
    grid: &Grid,
    columns: &Columns<'_>,
    model: &ColumnModel<'_>,
    page: &Recognised,
) -> Vec<RecordReading> {
    let mut rows = model.fields(page.by_handwriting);
    let strokes = strokes(grid, &page.page);
    for (row, fields) in columns.data_rows.iter().zip(&mut rows) {
        let cell = |named: &Named<'_>| named.bounds(grid, *row);
        mark_struck(fields, &columns.named, cell, &strokes);
    }
    if let Some(field) = class.fields.iter().find(|f| f.scope == Scope::Margin) {
        for (at, note) in marginalia::notes(grid, &columns.data_rows, &page.words, &page.page) {
            marginalia::keep(&mut rows[at], &field.key, note);
        }
    }
    let record = |(fields, row): (BTreeMap<String, FieldReading>, &usize)| RecordReading {
        class: class.id.clone(),
        fields,
        bounds: Some(grid.row_bounds(*row)),
    };
    rows.into_iter()
        .zip(&columns.data_rows)
        .map(record)
        .collect()
}

/// The words of all cells, those of named columns as the model has them in the end.
fn words_as_read(mut rows: Vec<Row>, columns: &Columns<'_>, model: &ColumnModel<'_>) -> Vec<Word> {
    for (row, cells) in columns.data_rows.iter().zip(model.words()) {
        for (named, words) in columns.named.iter().zip(cells) {
            let whole = named.columns.first().filter(|_| !named.is_in_parts());
            if let Some(((column, _), words)) = whole.zip(words) {
                rows[*row][*column] = words;
            }
        }
    }
    rows.into_iter().flatten().flatten().collect()
}

/// Marks the values of a row that are struck out: all of them where half are, or a line that strikes one
/// crosses most of the row (the arms of a cross pass above and below some).
fn mark_struck(
    fields: &mut BTreeMap<String, FieldReading>,
    named: &[Named<'_>],
    cell: impl Fn(&Named<'_>) -> Box4,
    strokes: &[Stroke],
) {
    let mut struck = Vec::new();
    let cells = named.iter().map(&cell);
    let width = around(cells).map_or(0.0, |row| f64::from(row[2]));
    let mut across = false;
    for named in named {
        let field = named.field;
        let Some(reading) = fields.get(&field.key) else {
            continue;
        };
        let cell = cell(named);
        let words = reading.bounds.unwrap_or(cell);
        // What stands there is asked of the row's height: boxes of struck words are short at times.
        let place = [words[0], cell[1], words[2], cell[3]];
        let mut through = strokes.iter().filter(|s| s.strikes(place)).peekable();
        if through.peek().is_some() {
            struck.push(field.key.clone());
        }
        across |= through.any(|stroke| stroke.length() >= width * ACROSS);
    }
    let whole = across || struck.len() >= 2 && struck.len() * 2 >= fields.len();
    for (key, reading) in fields {
        if whole || struck.contains(key) {
            reading.strike();
        }
    }
}

#[cfg(test)]
mod tests;
