//! The named cells of a table's rows, judged together: what a column has in common speaks for or
//! against each of its values.

use std::collections::BTreeMap;

use super::cell::{Cell, PageEvidence};
use super::column_repairs::{
    blanks, capitals, centuries, marks, names, numbers, shouts, spellings,
};
use super::columns::{Columns, Named};
use super::common_figures::{Run, are_disputed, letters};
use super::glyph_match::Glyphs;
use super::ink_probe::Ink;
use super::{ditto_marks, format_normaliser, unexplained};
use crate::ablation::{Ablation, Step};
use crate::class::FieldKind;
use crate::confidence::Series;
use crate::layout::{Grid, Row};
use crate::ocr::Recognised;
use crate::ocr::words::respelled;
use crate::reading::FieldReading;
use crate::word::{Box4, HANDWRITTEN, Word, legibility};

/// A page whose names are read with less confidence than this is written by hand.
const WRITTEN: f64 = 0.6;

/// Rows of cells, in the order of the named columns.
pub(crate) struct ColumnModel<'c> {
    rows: Vec<Vec<Cell<'c>>>,
    ink: Ink<'c>,
}

impl<'c> ColumnModel<'c> {
    /// The cells of the rows that hold a person. On a typed page each also knows what the model for print read there.
    pub fn new(columns: &Columns<'c>, rows: &[Row], grid: &Grid, page: &'c Recognised) -> Self {
        let printed = page.print_words.as_ref().map(|words| grid.rows(words));
        let ink = Ink::of(&page.page.picture, page.page.dpi);
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
    pub fn repair(&mut self, ablation: &Ablation) {
        let takes = |step| ablation.takes(step);
        let ink = self.ink;
        for index in 0..self.columns() {
            let mut cells = self.column(index);
            let field = cells[0].field;
            if field.gazetteer {
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

    /// Trusts no number of a column whose common figures do not look as those do that the runs of the page prove.
    pub fn compare_common_figures(&mut self) {
        let picture = self.ink.picture;
        let runs: Vec<Option<Run>> = (0..self.columns()).map(|index| self.run(index)).collect();
        let mut proven: Vec<(String, Box4)> = Vec::new();
        for row in &self.rows {
            for (cell, run) in row.iter().zip(&runs) {
                let fits = matches!(cell.series, Series::Fits | Series::Repaired);
                let Some((raw, bounds)) = cell.read_at().filter(|_| fits) else {
                    continue;
                };
                let text = match run {
                    _ if cell.field.key == "stt" => Some(raw.to_owned()),
                    Some(run) => run.proven(raw),
                    None => None,
                };
                proven.extend(text.map(|text| (text, bounds)));
            }
        }
        let known: Vec<(&str, Box4)> = proven
            .iter()
            .map(|(text, at)| (text.as_str(), *at))
            .collect();
        let Some(glyphs) = Glyphs::learned(&known, picture) else {
            return;
        };
        for (index, run) in runs.iter().enumerate() {
            let Some(run) = run else {
                continue;
            };
            let like = |cell: &Cell<'_>| {
                let (raw, bounds) = cell.read_at()?;
                let seen = glyphs.read(&run.unproven(raw)?, bounds, picture)?;
                Some((letters(raw).into_iter().collect(), seen.text))
            };
            let pairs: Vec<(String, String)> = self
                .rows
                .iter()
                .filter_map(|row| like(&row[index]))
                .collect();
            if are_disputed(&pairs) {
                self.column(index)
                    .into_iter()
                    .for_each(|cell| cell.disputed = true);
            }
        }
    }

    /// How the numbers of a column run; `None` for other columns and for ordinals.
    fn run(&self, index: usize) -> Option<Run> {
        let field = self.rows.first()?[index].field;
        let values: Vec<&str> = self
            .rows
            .iter()
            .filter_map(|row| row[index].raw())
            .collect();
        (field.kind == FieldKind::Number && field.key != "stt").then(|| Run::of(&values))?
    }

    /// Reads the figures of dates by their likeness to figures that the page's running numbers prove.
    pub fn compare_figures(&mut self) {
        let ink = self.ink;
        let runs = |cell: &&Cell<'_>| matches!(cell.series, Series::Fits | Series::Repaired);
        let proven = self.rows.iter().flatten().filter(runs);
        let proven: Vec<(&str, Box4)> = proven.filter_map(Cell::read_at).collect();
        let Some(glyphs) = Glyphs::learned(&proven, ink.picture) else {
            return;
        };
        for index in 0..self.columns() {
            let mut cells = self.column(index);
            let values: Vec<&str> = cells.iter().filter_map(|cell| cell.raw()).collect();
            let is_date = cells[0].field.kind == FieldKind::Date;
            let Some(shape) = format_normaliser::habit(&values).filter(|_| is_date) else {
                continue;
            };
            for cell in &mut cells {
                let Some((_, bounds)) = cell.read_at() else {
                    continue;
                };
                if let Some(like) = glyphs.read(&shape, bounds, ink.picture) {
                    cell.compare(like);
                }
            }
        }
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

    /// Which values of a column leave something of their cells unexplained.
    fn unexplained(&self, index: usize) -> Vec<bool> {
        let cells: Vec<&Cell<'_>> = self.rows.iter().map(|row| &row[index]).collect();
        unexplained::judge(&cells, self.ink)
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
