//! The named cells of a table's rows, judged together: what a column has in common speaks for or
//! against each of its values.

use std::collections::BTreeMap;

use super::cell::{Cell, PageEvidence};
use super::column_repairs::{
    blanks, capitals, centuries, dashes, marks, names, numbers, shouts, spellings,
};
use super::columns::{Columns, Named};
use super::ink_probe::Ink;
use super::{ditto_marks, unexplained};
use crate::ablation::Step;
use crate::class::FieldKind;
use crate::confidence::Series;
use crate::context::Context;
use crate::geometry::{around, centre, median_f64};
use crate::layout::{Grid, Row};
use crate::ocr::Recognised;
use crate::ocr::words::respelled;
use crate::reading::FieldReading;
use crate::word::{HANDWRITTEN, Word, legibility};

/// A page whose names are read with less confidence than this is written by hand.
const WRITTEN: f64 = 0.6;

/// Values further from the names of their rows than this share of a row's height are other rows'.
const BESIDE: f64 = 0.4;

/// Rows of cells, in the order of the named columns.
pub(crate) struct ColumnModel<'c> {
    rows: Vec<Vec<Cell<'c>>>,
    ink: Ink<'c>,
}

impl<'c> ColumnModel<'c> {
    /// The cells of the rows that hold a person. On a typed page each also knows what the model for print read there.
    pub fn new(columns: &Columns<'c>, rows: &[Row], grid: &Grid, page: &'c Recognised) -> Self {
        let printed = page.print_words.as_ref().map(|words| grid.rows(words));
        let ink = Ink::of(&page.page);
        let cell = |row: usize, named: &Named<'c>| {
            let mut cell = Cell::of(named, &rows[row], grid, row, ink);
            let by_print = printed.as_ref().map(|rows| &rows[row]);
            cell.print_reading =
                by_print.map(|row_words| Cell::of(named, row_words, grid, row, ink).found);
            cell
        };
        let cells = |row: &usize| {
            columns
                .named
                .iter()
                .map(|named| cell(*row, named))
                .collect()
        };
        Self {
            rows: columns.data_rows.iter().map(cells).collect(),
            ink,
        }
    }

    fn columns(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    fn column(&mut self, index: usize) -> Vec<&mut Cell<'c>> {
        self.rows.iter_mut().map(|row| &mut row[index]).collect()
    }

    /// Puts right what the rest of a column shows to be a slip, and marks what keeps step.
    pub fn repair(&mut self, context: &Context<'_>) {
        let takes = |step| context.takes(step);
        let ink = self.ink;
        for index in 0..self.columns() {
            let mut cells = self.column(index);
            let field = cells[0].field;
            if field.gazetteer {
                dashes(&mut cells, ink);
                spellings(&mut cells);
            }
            if field.kind == FieldKind::Name && takes(Step::Syllables) {
                names(&mut cells);
            }
            if !takes(Step::Columns) {
                continue;
            }
            match field.kind {
                FieldKind::Number => {
                    blanks(&mut cells, ink);
                    marks(&mut cells);
                    numbers(&mut cells, ink);
                }
                FieldKind::Date => {
                    marks(&mut cells);
                    centuries(&mut cells);
                }
                _ => {}
            }
            shouts(&mut cells);
            capitals(&mut cells);
        }
    }

    /// The cells that want a second reading, the most wanted first.
    pub fn doubtful(&mut self) -> Vec<&mut Cell<'c>> {
        let cells = self.rows.iter_mut().flatten();
        let mut wanted: Vec<(f64, &mut Cell<'c>)> = cells
            .map(|cell| (cell.doubt(), cell))
            .filter(|(doubt, _)| *doubt > 0.0)
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.into_iter().map(|(_, cell)| cell).collect()
    }

    /// Reads the figures of numbers and dates by the model that knows nothing else, too.
    pub fn see_figures(&mut self) {
        let page = self.ink.page;
        let cells = self.rows.iter_mut().flatten();
        cells.for_each(|cell| cell.see_figures(page));
    }

    /// The fields of each row, surest evidence weighed in; none is sure if the model for handwriting took
    /// part in reading the page.
    pub fn fields(&self, by_pen: bool) -> Vec<BTreeMap<String, FieldReading>> {
        let columns: Vec<f64> = (0..self.columns()).map(|index| self.mean(index)).collect();
        let page = PageEvidence {
            figures: self.figures(),
            listed: self.listed(),
            written: by_pen || self.is_written(),
        };
        let strange: Vec<Vec<bool>> = (0..self.columns())
            .map(|index| self.unexplained(index))
            .collect();
        let mut rows: Vec<BTreeMap<String, FieldReading>> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let mut fields = BTreeMap::new();
            for (index, (cell, column)) in row.iter().zip(&columns).enumerate() {
                let key = &cell.field.key;
                let above = rows.last().and_then(|fields| fields.get(key));
                let reading = match (&cell.ditto, above) {
                    (Some(mark), Some(above)) => Some(ditto_marks::resolved(mark.clone(), above)),
                    _ => cell.reading(*column, strange[index][at], &page),
                };
                fields.extend(reading.map(|reading| (key.clone(), reading)));
            }
            rows.push(fields);
        }
        rows
    }

    /// Which values of a column leave something of their cells unexplained: all where they do not stand beside the names
    /// of their rows.
    fn unexplained(&self, index: usize) -> Vec<bool> {
        if self.is_beside_other_rows(index) {
            return vec![true; self.rows.len()];
        }
        let cells: Vec<&Cell<'_>> = self.rows.iter().map(|row| &row[index]).collect();
        unexplained::judge(&cells, self.ink)
    }

    /// Whether most values of a column stand higher or lower than the names of their rows by nearly half a row: in an
    /// open book the rows of one page may have been taken for those of the other.
    fn is_beside_other_rows(&self, index: usize) -> bool {
        let height = |cell: &Cell<'_>| {
            let words = &cell.found.as_ref()?.words;
            Some(centre(around(words.iter().map(|word| word.bounds))?).1)
        };
        let is_name = |cell: &Cell<'_>| cell.field.kind == FieldKind::Name;
        let names: Vec<Option<f64>> = self
            .rows
            .iter()
            .map(|row| row.iter().find(|cell| is_name(cell)).and_then(height))
            .collect();
        let steps = names
            .windows(2)
            .filter_map(|pair| Some(pair[1]? - pair[0]?));
        let Some(step) = median_f64(steps) else {
            return false;
        };
        let values = self.rows.iter().zip(&names);
        let apart = values.filter_map(|(row, name)| Some((height(&row[index])? - (*name)?).abs()));
        median_f64(apart).is_some_and(|apart| apart > step * BESIDE)
    }

    /// The words of each cell in which something was read, as it was read in the end.
    pub fn words(&self) -> impl Iterator<Item = Vec<Option<Vec<Word>>>> {
        let spelled = |cell: &Cell<'_>| {
            let found = cell.found.as_ref()?;
            Some(respelled(&found.raw, &found.words))
        };
        self.rows
            .iter()
            .map(move |row| row.iter().map(spelled).collect())
    }

    /// The engine's mean confidence in a column's values.
    fn mean(&self, index: usize) -> f64 {
        let filled: Vec<f64> = self
            .rows
            .iter()
            .filter(|row| row[index].found.is_some())
            .map(|row| row[index].engine())
            .collect();
        filled.iter().sum::<f64>() / filled.len().max(1) as f64
    }

    /// Whether the page is written by hand: the engine knows print and fails at names in any other script.
    fn is_written(&self) -> bool {
        let names =
            (0..self.columns()).filter(|at| self.rows[0][*at].field.kind == FieldKind::Name);
        let cells = self.rows.iter().flatten();
        let found = cells.filter_map(|cell| cell.found.as_ref());
        let legible = legibility(found.flat_map(|found| &found.words));
        names.map(|at| self.mean(at)).fold(1.0, f64::min) < WRITTEN
            || legible.is_some_and(|legible| legible < HANDWRITTEN)
    }

    /// The share of values from closed lists that were read as the list has them.
    fn listed(&self) -> f64 {
        let told: Vec<bool> = self
            .rows
            .iter()
            .flatten()
            .filter_map(Cell::is_listed)
            .collect();
        let agree = told.iter().filter(|listed| **listed).count();
        (agree as f64 + 2.0) / (told.len() as f64 + 2.0)
    }

    /// The share of running numbers that were read as they run, before any was put right.
    fn figures(&self) -> f64 {
        let count = |wanted: &[Series]| {
            let cells = self.rows.iter().flatten();
            cells.filter(|cell| wanted.contains(&cell.series)).count() as f64
        };
        let fits = count(&[Series::Fits]);
        let all = fits + count(&[Series::Repaired, Series::Breaks]);
        (fits + 2.0) / (all + 2.0)
    }
}

#[cfg(test)]
mod tests;
