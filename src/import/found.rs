//! What a first look at a list finds: its sheets, where the head of each ends, and of each column its words, what it is
//! written in and what it seems to hold. Shown to a person, who decides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sogoc_vietnamese::legacy::{self, Encoding};
use sogoc_workers::class::Classes;
use utoipa::ToSchema;

use super::encoding::{Decoder, ListEncoding};
use super::headers::{self, Names};
use super::reading::{ListFormat, ListPart, ListProblem, Oddity, Row};

/// Rows at the top among which the head is looked for.
const HEAD_WITHIN: usize = 25;
/// Rows kept of each sheet, to show what a mapping makes of them.
const KEPT: usize = 40;
/// Values of each column that are shown.
const SHOWN: usize = 5;

/// What a first look found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Found {
    /// What kind of file it is; absent if it is a kind that is not read.
    pub format: Option<ListFormat>,
    /// Fonts that cells are written in.
    pub fonts: Vec<String>,
    /// Its sheets with rows.
    pub sheets: Vec<FoundSheet>,
    /// What is odd, and how often.
    pub oddities: Vec<OddityCount>,
}

/// One kind of oddity, and how often the file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OddityCount {
    /// Kind of oddity; its sentence is under `imports.oddity` in `locales/`.
    pub oddity: Oddity,
    /// How often it is there.
    pub count: u64,
}

/// One sheet of the file, as a first look found it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundSheet {
    /// Its name; empty in files of one table.
    pub name: String,
    /// Rows with something in them, the head among them.
    pub rows: u32,
    /// Row in which the data begin.
    pub first_row: u32,
    /// Class whose columns the head names most of.
    pub class: String,
    /// By which lists of the same make are known again.
    pub signature: String,
    /// Its columns in use.
    pub columns: Vec<FoundColumn>,
    /// First rows as the file has them.
    #[schema(value_type = Vec<Object>)]
    pub sample: Vec<Row>,
}

/// One column in use, and what its heading and values say of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundColumn {
    /// Its place, from 0.
    pub column: u32,
    /// The words over it, decoded.
    pub header: String,
    /// The field they name.
    pub field: Option<String>,
    /// What most of its words are written in.
    pub encoding: ListEncoding,
    /// What speaks for each encoding, the best first.
    pub evidence: Vec<EncodingEvidence>,
    /// Fonts of its cells that were made for an old encoding.
    pub fonts: Vec<String>,
    /// A few values as the file has them, and decoded.
    pub samples: Vec<Sample>,
}

/// How many of a column's words become Vietnamese in an encoding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EncodingEvidence {
    /// Encoding in which the words were tried.
    pub encoding: ListEncoding,
    /// Words beyond plain ASCII.
    pub words: u32,
    /// Of those, Vietnamese syllables.
    pub syllables: u32,
}

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// Letters as the file has them.
    pub given: String,
    /// As they are read.
    pub read: String,
}

/// Puts the pieces of a first look together.
#[derive(Default)]
pub(super) struct FirstLook {
    found: Found,
    rows: Vec<Row>,
    problem: Option<ListProblem>,
}

impl FirstLook {
    pub fn take(&mut self, piece: ListPart, classes: &Classes) {
        match piece {
            ListPart::Book(book) => {
                self.found.format = Some(book.format);
                self.found.fonts = book.fonts;
            }
            ListPart::Rows(rows) => self.rows.extend(rows),
            ListPart::Sheet(end) => {
                let rows = std::mem::take(&mut self.rows);
                if !rows.is_empty() {
                    let sheet = sheet(classes, &self.found.fonts, end.name, rows);
                    self.found.sheets.push(FoundSheet {
                        rows: end.rows,
                        ..sheet
                    });
                }
            }
            ListPart::Odd(odd) => {
                let counts = odd
                    .into_iter()
                    .map(|(oddity, count)| OddityCount { oddity, count });
                self.found.oddities.extend(counts);
            }
            ListPart::Problem(problem) => self.problem = Some(problem),
        }
    }

    /// What was found, and why it is not all; a file without a single row is empty.
    pub fn end(self) -> (Found, Option<ListProblem>) {
        let nothing = self.found.sheets.is_empty().then_some(ListProblem::Empty);
        (self.found, self.problem.or(nothing))
    }
}

/// The encoding that a column's words speak for most.
pub(super) fn usual(column: &FoundColumn) -> Encoding {
    column.encoding.fixed().unwrap_or(Encoding::Unicode)
}

fn sheet(classes: &Classes, fonts: &[String], name: String, rows: Vec<Row>) -> FoundSheet {
    let (top, head) = head(classes, fonts, &rows);
    let heads = head_words(fonts, &rows[top..head]);
    let width = rows
        .iter()
        .filter_map(|row| row.cells.last())
        .map(|cell| cell.column + 1)
        .max();
    let list: Vec<String> = (0..width.unwrap_or_default())
        .map(|column| heads.get(&column).cloned().unwrap_or_default())
        .collect();
    let class = headers::class_of(classes, &list);
    let names = classes.get(&class).map(Names::of);
    let data = &rows[head..];
    let mut columns: Vec<FoundColumn> = Vec::new();
    for (column, header) in (0..).zip(&list) {
        let mut found = of_column(column, fonts, data);
        if header.is_empty() && found.samples.is_empty() {
            continue;
        }
        let field = names
            .as_ref()
            .and_then(|names| names.field(header))
            .map(str::to_owned);
        // Of two columns with the same head the first is meant: the other is somebody's helper.
        let taken = columns.iter().any(|other| other.field == field);
        found.field = field.filter(|_| !taken);
        found.header.clone_from(header);
        columns.push(found);
    }
    let first_row = data
        .first()
        .map_or_else(|| rows[head - 1].number + 1, |row| row.number);
    FoundSheet {
        name,
        rows: 0,
        first_row,
        class,
        signature: headers::signature(&list),
        columns,
        sample: rows.into_iter().take(head + KEPT).collect(),
    }
}

/// Where the head begins and ends: the row that names most columns, the level below it, and a numbering `(1) (2) …`.
fn head(classes: &Classes, fonts: &[String], rows: &[Row]) -> (usize, usize) {
    let names: Vec<Names> = classes.iter().map(Names::of).collect();
    let words = |row: &Row| -> Vec<String> { cells(fonts, row).into_values().collect() };
    let named: Vec<usize> = rows
        .iter()
        .take(HEAD_WITHIN)
        .map(|row| headers::names_columns(&names, &words(row)))
        .collect();
    let most = named.iter().copied().max().unwrap_or_default();
    let figures = |row: &Row| {
        row.cells
            .iter()
            .any(|cell| cell.text.bytes().any(|byte| byte.is_ascii_digit()))
    };
    let (top, mut head) = match named.iter().position(|count| *count == most && most >= 2) {
        Some(at) => (at, at + 1),
        // Words over columns nobody knows are still no person: a first row without a figure is a head.
        None => (0, usize::from(rows.len() > 1 && !figures(&rows[0]))),
    };
    if head > 0
        && rows
            .get(head)
            .is_some_and(|row| !figures(row) && named.get(head).is_some_and(|count| *count > 0))
    {
        head += 1;
    }
    let is_numbering = |row: &Row| {
        let sign = |text: &str| text.trim_matches(['(', ')']).len() <= 2;
        row.cells.len() >= 3 && row.cells.iter().all(|cell| sign(&cell.text))
    };
    while rows.get(head).is_some_and(is_numbering) {
        head += 1;
    }
    (top, head)
}

/// The words over each column, those of two levels parted by ` / `.
fn head_words(fonts: &[String], rows: &[Row]) -> BTreeMap<u32, String> {
    let mut heads: BTreeMap<u32, String> = BTreeMap::new();
    for row in rows {
        for (column, text) in cells(fonts, row) {
            let head = heads.entry(column).or_default();
            if text
                .trim_matches(['(', ')'])
                .bytes()
                .all(|byte| byte.is_ascii_digit())
            {
                continue;
            }
            if !head.is_empty() {
                head.push_str(" / ");
            }
            head.push_str(&text);
        }
    }
    heads
}

/// The texts of a row, decoded as its own words say.
fn cells(fonts: &[String], row: &Row) -> BTreeMap<u32, String> {
    let usual = best(row.cells.iter().map(|cell| cell.text.as_str()));
    let mut decoder = Decoder::new(ListEncoding::Auto, usual);
    let decoded = row
        .cells
        .iter()
        .map(|cell| (cell.column, decoder.decode(&cell.text, cell.font, fonts)));
    decoded.collect()
}

fn best<'a>(texts: impl Iterator<Item = &'a str>) -> Encoding {
    let found = legacy::weigh(texts);
    found
        .first()
        .map_or(Encoding::Unicode, |best| best.encoding)
}

fn of_column(column: u32, fonts: &[String], rows: &[Row]) -> FoundColumn {
    let cells: Vec<_> = rows.iter().filter_map(|row| row.cell(column)).collect();
    let weighed = legacy::weigh(cells.iter().map(|cell| cell.text.as_str()));
    let usual = weighed
        .first()
        .map_or(Encoding::Unicode, |best| best.encoding);
    let mut decoder = Decoder::new(ListEncoding::Auto, usual);
    let mut own: Vec<String> = cells
        .iter()
        .filter_map(|cell| fonts.get(usize::from(cell.font).checked_sub(1)?))
        .filter(|name| legacy::of_font(name).is_some())
        .cloned()
        .collect();
    own.sort_unstable();
    own.dedup();
    let samples = cells.iter().take(SHOWN).map(|cell| Sample {
        given: cell
            .text
            .chars()
            .filter(|letter| !letter.is_control())
            .collect(),
        read: decoder.decode(&cell.text, cell.font, fonts),
    });
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    FoundColumn {
        column,
        encoding: ListEncoding::of(usual),
        samples: samples.collect(),
        evidence: weighed
            .iter()
            .filter(|one| one.words > 0)
            .take(3)
            .map(|one| EncodingEvidence {
                encoding: ListEncoding::of(one.encoding),
                words: count(one.words),
                syllables: count(one.syllables),
            })
            .collect(),
        fonts: own,
        ..FoundColumn::default()
    }
}
