//! The named cells of a table's rows, judged together: what a column has in common speaks for or
//! against each of its values.

use std::collections::BTreeMap;

use image::GrayImage;

use super::again::Again;
use super::cells::{Cell, Trust};
use super::typeface::Typeface;
use super::{Grid, Row, ditto, ink, places, series, shape};
use crate::class::{Field, FieldKind};
use crate::confidence::Series;
use crate::gazetteer;
use crate::page_words::respelled;
use crate::reading::{Box4, FieldReading, Word};
use crate::recognise::RecogniseError;
use crate::steps::{Step, Without};
use crate::syllables;
use crate::value::{Found, LOOK_ALIKE, closed_list};

/// Cells read a second time on one page at most; each costs a few hundredths of a second.
const MOST_SECOND_READINGS: usize = 40;
/// A page whose names are read with less confidence than this is written by hand.
const WRITTEN: f64 = 0.6;
/// So is one whose letters all together are read with less.
const LEGIBLE: f64 = 0.68;
/// A value read less surely than this is put right by its column.
const SURE: f64 = 0.96;

/// Rows of cells, in the order of the named columns.
pub(super) struct Sheet<'c> {
    rows: Vec<Vec<Cell<'c>>>,
}

impl<'c> Sheet<'c> {
    /// The cells of these rows.
    pub fn new(named: &[(usize, &'c Field)], people: &[usize], rows: &[Row], grid: &Grid) -> Self {
        let cells = |row: &usize| {
            named
                .iter()
                .map(|(column, field)| {
                    Cell::new(field, &rows[*row][*column], grid.cell(*row, *column))
                })
                .collect()
        };
        Self {
            rows: people.iter().map(cells).collect(),
        }
    }

    /// Notes what the model for printed pages read in the same cells.
    pub fn compare_models(&mut self, named: &[(usize, &Field)], people: &[usize], rows: &[Row]) {
        for (cells, row) in self.rows.iter_mut().zip(people) {
            for (cell, (column, field)) in cells.iter_mut().zip(named) {
                let read = Cell::new(field, &rows[*row][*column], cell.bounds);
                cell.elsewhere = Some(read.found);
            }
        }
    }

    fn columns(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    fn column(&mut self, index: usize) -> Vec<&mut Cell<'c>> {
        self.rows.iter_mut().map(|row| &mut row[index]).collect()
    }

    /// Puts right what the rest of a column shows to be a slip, and marks what keeps step.
    pub fn even_out(&mut self, picture: &GrayImage, dpi: u32, without: &Without) {
        let takes = |step| without.takes(step);
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
                    blanks(&mut cells, picture);
                    marks(&mut cells);
                    numbers(&mut cells, picture, dpi);
                }
                FieldKind::Date => {
                    marks(&mut cells);
                    centuries(&mut cells);
                }
                _ => {}
            }
            capitals(&mut cells);
        }
    }

    /// Reads doubtful cells again, the most wanted first, as many as a page may cost.
    ///
    /// # Errors
    /// [`RecogniseError`].
    pub fn read_again(&mut self, again: &mut Again<'_>) -> Result<(), RecogniseError> {
        let mut wanted: Vec<(f64, &mut Cell<'c>)> = self
            .rows
            .iter_mut()
            .flatten()
            .map(|cell| (cell.doubt(), cell))
            .filter(|(doubt, _)| *doubt > 0.0)
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, cell) in wanted.into_iter().take(MOST_SECOND_READINGS) {
            cell.read_again(again)?;
        }
        Ok(())
    }

    /// Reads the figures of dates by their likeness to figures that the page's running numbers prove.
    pub fn compare_figures(&mut self, picture: &GrayImage) {
        let runs = |cell: &&Cell<'_>| matches!(cell.series, Series::Fits | Series::Mended);
        let proven = self.rows.iter().flatten().filter(runs);
        let proven: Vec<(&str, Box4)> = proven.filter_map(Cell::read_at).collect();
        let Some(typeface) = Typeface::learned(&proven, picture) else {
            return;
        };
        for index in 0..self.columns() {
            let mut cells = self.column(index);
            let values: Vec<&str> = cells.iter().filter_map(|cell| cell.raw()).collect();
            let is_date = cells[0].field.kind == FieldKind::Date;
            let Some(shape) = shape::habit(&values).filter(|_| is_date) else {
                continue;
            };
            for cell in &mut cells {
                let Some((_, bounds)) = cell.read_at() else {
                    continue;
                };
                if let Some(like) = typeface.read(&shape, bounds, picture) {
                    cell.compare(like);
                }
            }
        }
    }

    /// The fields of each row, surest evidence weighed in.
    pub fn fields(&self) -> Vec<BTreeMap<String, FieldReading>> {
        let columns: Vec<f64> = (0..self.columns()).map(|index| self.mean(index)).collect();
        let trust = Trust {
            figures: self.figures(),
            listed: self.listed(),
            written: self.is_written(),
        };
        let mut rows: Vec<BTreeMap<String, FieldReading>> = Vec::new();
        for row in &self.rows {
            let mut fields = BTreeMap::new();
            for (cell, column) in row.iter().zip(&columns) {
                let key = &cell.field.key;
                let above = rows.last().and_then(|fields| fields.get(key));
                let reading = match (&cell.ditto, above) {
                    (Some(mark), Some(above)) => Some(ditto::resolved(mark.clone(), above)),
                    _ => cell.reading(*column, &trust),
                };
                fields.extend(reading.map(|reading| (key.clone(), reading)));
            }
            rows.push(fields);
        }
        rows
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
        names.map(|at| self.mean(at)).fold(1.0, f64::min) < WRITTEN || self.legibility() < LEGIBLE
    }

    /// The mean confidence of the letters in all cells.
    fn legibility(&self) -> f64 {
        let found = self
            .rows
            .iter()
            .flatten()
            .filter_map(|cell| cell.found.as_ref());
        let (mut sum, mut letters) = (0.0, 0);
        for word in found.flat_map(|found| &found.words) {
            let count = word.text.chars().filter(|c| c.is_alphanumeric()).count();
            sum += word.confidence * count as f64;
            letters += count;
        }
        if letters == 0 {
            1.0
        } else {
            sum / letters as f64
        }
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
        let all = fits + count(&[Series::Mended, Series::Breaks]);
        (fits + 2.0) / (all + 2.0)
    }
}

/// Puts syllables right that no name has.
fn names(cells: &mut [&mut Cell<'_>]) {
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        if let Some(better) = syllables::better(&found.raw) {
            found.raw = better;
            cell.mended = true;
        }
    }
}

/// Puts places as their units are written, and marks what stands in two spellings.
fn spellings(cells: &mut [&mut Cell<'_>]) {
    for cell in cells.iter_mut() {
        let place = cell.raw().and_then(gazetteer::locate);
        if let Some((found, place)) = cell.found.as_mut().zip(place) {
            cell.mended |= place.text != found.raw;
            found.raw = place.text;
        }
    }
    let values: Vec<Option<&str>> = cells.iter().map(|cell| cell.raw()).collect();
    let rivalled = places::rivalled(&values);
    cells
        .iter_mut()
        .zip(rivalled)
        .for_each(|(cell, rivalled)| cell.rivalled = rivalled);
}

/// Values of lists begin with a capital where many of the column do and the letter looks the same small.
fn capitals(cells: &mut [&mut Cell<'_>]) {
    let first = |cell: &Cell<'_>| cell.raw().and_then(|raw| raw.chars().next());
    let filled = cells.iter().filter(|cell| cell.found.is_some()).count();
    let capital = cells
        .iter()
        .filter(|cell| first(cell).is_some_and(char::is_uppercase))
        .count();
    let listed = cells.iter().any(|cell| closed_list(cell.field).is_some());
    if !listed || capital * 5 < filled * 2 {
        return;
    }
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        let Some(letter) = found.raw.chars().next().filter(|c| LOOK_ALIKE.contains(*c)) else {
            continue;
        };
        let capital: String = letter.to_uppercase().collect();
        found.raw.replace_range(..letter.len_utf8(), &capital);
    }
}

/// Puts the blank back between the letters and figures of numbers, where paper shows one.
fn blanks(cells: &mut [&mut Cell<'_>], picture: &GrayImage) {
    let lettered = |cell: &Cell<'_>| -> Option<(usize, Option<bool>)> {
        let found = cell.found.as_ref()?;
        let letters = found.raw.chars().take_while(|c| c.is_alphabetic()).count();
        let rest: Vec<char> = found.raw.chars().skip(letters).collect();
        let one_word = (1..=3).contains(&letters)
            && rest.len() >= 4
            && rest.iter().all(char::is_ascii_digit)
            && found.words.len() == 1;
        one_word.then(|| {
            (
                letters,
                ink::has_blank_after(&found.words[0], letters, picture),
            )
        })
    };
    let seen: Vec<Option<(usize, Option<bool>)>> =
        cells.iter().map(|cell| lettered(cell)).collect();
    let votes = |wanted: bool| {
        let told = seen.iter().flatten().filter_map(|(_, blank)| *blank);
        told.filter(|blank| *blank == wanted).count()
    };
    if votes(true) <= votes(false) {
        return;
    }
    for (cell, seen) in cells.iter_mut().zip(&seen) {
        if let (Some(found), Some((letters, _))) = (&mut cell.found, seen) {
            let (before, after): (String, String) = (
                found.raw.chars().take(*letters).collect(),
                found.raw.chars().skip(*letters).collect(),
            );
            found.raw = format!("{before} {after}");
        }
    }
}

/// Puts blanks and marks as most of the column has them.
fn marks(cells: &mut [&mut Cell<'_>]) {
    let mut values: Vec<Option<&mut String>> = cells
        .iter_mut()
        .map(|cell| cell.found.as_mut().map(|found| &mut found.raw))
        .collect();
    shape::even_out(&mut values);
}

/// Marks what keeps step, and puts right what is a slip away from it.
fn numbers(cells: &mut [&mut Cell<'_>], picture: &GrayImage, dpi: u32) {
    let values: Vec<Option<&str>> = cells.iter().map(|cell| cell.raw()).collect();
    let verdicts = series::judge(&values);
    for (cell, verdict) in cells.iter_mut().zip(verdicts) {
        if cell.series == Series::Mended {
            continue; // judged before; now it fits because it was put right
        }
        cell.series = verdict.series;
        let (Series::Breaks, Some(expected)) = (verdict.series, verdict.expected) else {
            continue;
        };
        let sure = cell.engine() >= SURE;
        let slip = match cell.raw() {
            Some(raw) => series::is_slip_of(raw, &expected),
            None => ink::is_written(picture, cell.bounds, dpi),
        };
        if slip && !sure {
            let words = cell.found.take().map_or_else(Vec::new, |found| found.words);
            let words = if words.is_empty() {
                vec![unread(cell)]
            } else {
                words
            };
            cell.found = Some(Found {
                raw: expected,
                words,
            });
            cell.series = Series::Mended;
        }
    }
}

/// The place of ink that was not read.
fn unread(cell: &Cell<'_>) -> Word {
    Word {
        text: String::new(),
        confidence: 0.0,
        bounds: cell.bounds,
    }
}

/// Years of no century this paper is from (`1372`) get the century of the column.
fn centuries(cells: &mut [&mut Cell<'_>]) {
    let year_of = |raw: &str| -> Option<u16> {
        let year = raw.get(raw.len().checked_sub(4)?..)?;
        let whole = raw[..raw.len() - 4].ends_with(|c: char| !c.is_ascii_digit());
        year.parse().ok().filter(|_| whole)
    };
    let known: Vec<u16> = cells
        .iter()
        .filter_map(|cell| year_of(cell.raw()?))
        .collect();
    let of = |century: u16| known.iter().filter(|year| *year / 100 == century).count();
    let century = if of(20) > of(19) { "20" } else { "19" };
    if of(19) + of(20) == 0 {
        return;
    }
    for cell in cells {
        let Some(found) = &mut cell.found else {
            continue;
        };
        let Some(year) = year_of(&found.raw) else {
            continue;
        };
        if !(19..=20).contains(&(year / 100))
            && (found.raw.ends_with(&format!("{:02}", year % 100)))
        {
            let at = found.raw.len() - 4;
            found.raw.replace_range(at..at + 2, century);
            cell.mended = true;
        }
    }
}

#[cfg(test)]
mod tests;
