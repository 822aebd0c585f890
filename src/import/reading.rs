//! A list's file as cells of text: what kind of file it is, its sheets, its rows in order. Runs in a caged child, for the file
//! is a stranger's; what cannot be read is named, what is odd is counted, and nothing is guessed of what a cell means.

mod dbf;
mod old_fonts;
mod separated;
mod spreadsheet;

use std::fs::File;
use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::catalogue::text_enum;

/// Largest file of a list, in bytes.
pub(crate) const LARGEST_FILE: u64 = 256 << 20;
/// Most rows of one sheet; a workbook has no more.
const MOST_ROWS: u32 = 1_048_576;
/// Most columns in use.
const MOST_COLUMNS: u32 = 4096;
/// Most filled cells of one sheet.
const MOST_CELLS: u64 = 40_000_000;
/// Longest text of a cell that is taken over, in characters.
const LONGEST_CELL: usize = 4000;
/// Rows of each sheet that a first look gives back.
const LOOKED_AT: u32 = 400;
/// Rows and characters that travel together.
const PART_ROWS: usize = 1000;
const PART_CHARACTERS: usize = 2 << 20;

text_enum! {
    /// What kind of file a list came in.
    #[allow(missing_docs)] // the words say it
    pub enum ListFormat {
        Xlsx,
        Xls,
        Dbf,
        Csv,
    }

    /// Why a file gives no rows, or not all of them.
    pub enum ListProblem {
        /// It holds no byte.
        Empty,
        /// A picture, a PDF, a program: no table.
        NotAList,
        /// A table in a form that is not read: ODS, XLSB, an old Excel without a container.
        OtherFormat,
        /// A web page under the name of a workbook, as some systems export.
        HtmlTable,
        /// It opens only with a password.
        Encrypted,
        /// It is what its beginning says, but cannot be read on.
        Damaged,
        /// More bytes, or more once unpacked, than are read.
        TooLarge,
        /// More rows than a sheet may have.
        TooManyRows,
        /// More columns in use than are read.
        TooManyColumns,
        /// More filled cells than are read.
        TooManyCells,
        /// The sheet that was named is not in it.
        NoSheet,
        /// Reading it took longer than allowed.
        TimedOut,
        /// Reading it took more memory than allowed.
        OutOfMemory,
        /// The reader ended while it looked at it.
        Crashed,
    }

    /// What is odd about a file that can be read.
    #[derive(Default)]
    pub enum Oddity {
        /// Cells that are computed; the value that was stored with them counts.
        #[default]
        Formulas,
        /// Programs inside; never run.
        Macros,
        /// Rows marked as deleted (dBase); left out.
        DeletedRows,
        /// Fields whose text lies in another file (dBase memo); left empty.
        MemoFields,
        /// Sheets that are not shown.
        HiddenSheets,
        /// Cells longer than are taken over; cut.
        LongCells,
        /// Rows that the file announces and does not hold.
        MissingRows,
        /// Date cells of no calendar; taken as the number they hold.
        AbsurdDates,
        /// Date cells that hold a bare year; taken as the year.
        YearsAsDates,
        /// Cells that show an error.
        ErrorCells,
        /// A quotation that is never closed.
        OpenQuotation,
    }
}

/// One cell as the file has it, letters of old encodings still hidden.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Column of the sheet, counted from 0.
    #[serde(rename = "c")]
    pub column: u32,
    /// What stands in it.
    #[serde(rename = "t")]
    pub text: String,
    /// Place of its font in [`Book::fonts`], from 1; 0 where none is known.
    #[serde(rename = "f", default, skip_serializing_if = "is_zero")]
    pub font: u16,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// One row; empty cells are left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the sheet, from 1; grows.
    #[serde(rename = "n")]
    pub number: u32,
    /// Its filled cells, from left to right.
    #[serde(rename = "c")]
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column);
        at.ok().map(|at| &self.cells[at])
    }
}

/// What a file is, before its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Book {
    /// Format, told by the content of the file and not by its name.
    pub format: ListFormat,
    /// Names of its sheets in order; one of the empty name where it has none.
    pub sheets: Vec<String>,
    /// Fonts that cells name.
    pub fonts: Vec<String>,
}

/// A sheet at its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SheetEnd {
    /// Name of the sheet, as in [`Book::sheets`].
    pub name: String,
    /// Rows with something in them.
    pub rows: u32,
    /// One more than the last column in use.
    pub columns: u32,
}

/// What is told of a file, in this order: the book, of each sheet its rows and its end, what is odd or why it ends early.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListPart {
    Book(Book),
    Rows(Vec<Row>),
    Sheet(SheetEnd),
    Odd(Vec<(Oddity, u64)>),
    Problem(ListProblem),
}

/// What is asked of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListTask {
    /// The first rows of every sheet, and how many there are.
    FirstLook,
    /// Every row of one sheet.
    Sheet(String),
}

/// Where pieces go, and what is counted on the way.
struct Out<'a> {
    asked: &'a ListTask,
    tell: &'a mut dyn FnMut(ListPart) -> bool,
    rows: Vec<Row>,
    characters: usize,
    end: SheetEnd,
    cells: u64,
    last: u32,
    odd: Vec<(Oddity, u64)>,
}

/// Reading ends early: the file has a problem, or nobody listens any more.
enum Stop {
    Problem(ListProblem),
    Unheard,
}

impl From<ListProblem> for Stop {
    fn from(problem: ListProblem) -> Self {
        Self::Problem(problem)
    }
}

type Reading = Result<(), Stop>;

impl Out<'_> {
    fn tell(&mut self, piece: ListPart) -> Reading {
        match (self.tell)(piece) {
            true => Ok(()),
            false => Err(Stop::Unheard),
        }
    }

    /// Whether this sheet's rows are asked for.
    fn wants(&self, sheet: &str) -> bool {
        match self.asked {
            ListTask::FirstLook => true,
            ListTask::Sheet(name) => name == sheet,
        }
    }

    fn count(&mut self, oddity: Oddity, more: u64) {
        if more == 0 {
            return;
        }
        match self.odd.iter_mut().find(|(known, _)| *known == oddity) {
            Some((_, count)) => *count += more,
            None => self.odd.push((oddity, more)),
        }
    }

    fn begin(&mut self, sheet: &str) {
        self.end = SheetEnd {
            name: sheet.to_owned(),
            ..SheetEnd::default()
        };
        (self.cells, self.last) = (0, 0);
    }

    /// The next row of the sheet, its cells from left to right; an empty one is passed over.
    fn row(&mut self, number: u32, mut cells: Vec<Cell>) -> Reading {
        cells.retain(|cell| !cell.text.is_empty());
        let Some(last) = cells.last() else {
            return Ok(());
        };
        // A row told twice would take the place of the first.
        if number <= self.last || !cells.is_sorted_by(|a, b| a.column < b.column) {
            return Err(ListProblem::Damaged.into());
        }
        self.last = number;
        self.end.rows += 1;
        self.end.columns = self.end.columns.max(last.column + 1);
        self.cells += cells.len() as u64;
        let problem = match () {
            () if number > MOST_ROWS => Some(ListProblem::TooManyRows),
            () if self.end.columns > MOST_COLUMNS => Some(ListProblem::TooManyColumns),
            () if self.cells > MOST_CELLS => Some(ListProblem::TooManyCells),
            () => None,
        };
        if let Some(problem) = problem {
            return Err(problem.into());
        }
        if *self.asked == ListTask::FirstLook && self.end.rows > LOOKED_AT {
            return Ok(());
        }
        for cell in &mut cells {
            if let Some((end, _)) = cell.text.char_indices().nth(LONGEST_CELL) {
                cell.text.truncate(end);
                self.count(Oddity::LongCells, 1);
            }
            self.characters += cell.text.len();
        }
        self.rows.push(Row { number, cells });
        match self.rows.len() >= PART_ROWS || self.characters >= PART_CHARACTERS {
            true => self.send(),
            false => Ok(()),
        }
    }

    fn send(&mut self) -> Reading {
        self.characters = 0;
        let rows = std::mem::take(&mut self.rows);
        match rows.is_empty() {
            true => Ok(()),
            false => self.tell(ListPart::Rows(rows)),
        }
    }

    fn end(&mut self) -> Reading {
        self.send()?;
        let end = std::mem::take(&mut self.end);
        self.tell(ListPart::Sheet(end))
    }
}

/// Tells what a file holds, piece by piece, until `tell` says that nobody listens.
pub(crate) fn read(file: File, asked: &ListTask, tell: &mut dyn FnMut(ListPart) -> bool) {
    let mut out = Out {
        asked,
        tell,
        rows: Vec::new(),
        characters: 0,
        end: SheetEnd::default(),
        cells: 0,
        last: 0,
        odd: Vec::new(),
    };
    let ended = read_all(file, &mut out).and_then(|()| match out.odd.is_empty() {
        true => Ok(()),
        false => {
            let odd = std::mem::take(&mut out.odd);
            out.tell(ListPart::Odd(odd))
        }
    });
    if let Err(Stop::Problem(problem)) = ended {
        let _ = (out.tell)(ListPart::Problem(problem)); // the last piece: who does not hear it has gone
    }
}

fn read_all(file: File, out: &mut Out<'_>) -> Reading {
    let mut bytes = Vec::new();
    let taken = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes);
    taken.map_err(|_| ListProblem::Damaged)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(ListProblem::TooLarge.into());
    }
    match format(&bytes)? {
        ListFormat::Xlsx => spreadsheet::xlsx(bytes, out),
        ListFormat::Xls => spreadsheet::xls(bytes, out),
        ListFormat::Dbf => dbf::read(&bytes, out),
        ListFormat::Csv => separated::read(&bytes, out),
    }
}

/// What the first bytes say; the name says nothing, for lists are often saved under a wrong one.
fn format(bytes: &[u8]) -> Result<ListFormat, ListProblem> {
    let head = &bytes[..bytes.len().min(4096)];
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ListProblem::Empty);
    }
    if head.starts_with(b"PK\x03\x04") {
        return Ok(ListFormat::Xlsx);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(ListFormat::Xls);
    }
    // Excel 2 to 4 wrote its records without a container.
    if head.starts_with(b"\x09\x08")
        || head.starts_with(b"\x09\x04")
        || head.starts_with(b"\x09\x02")
    {
        return Err(ListProblem::OtherFormat);
    }
    if dbf::is_dbf(bytes) {
        return Ok(ListFormat::Dbf);
    }
    let text = String::from_utf8_lossy(head).to_lowercase();
    if ["<html", "<!doctype html", "<table"]
        .iter()
        .any(|mark| text.contains(mark))
    {
        return Err(ListProblem::HtmlTable);
    }
    match separated::is_text(bytes) {
        true => Ok(ListFormat::Csv),
        false => Err(ListProblem::NotAList),
    }
}

#[cfg(test)]
mod tests;
