//! The book as a spreadsheet and as paper, with the columns of the office's own book.

use super::{BookLine, IssueBook, LineState};
use crate::clock::parse_stamp;
use crate::copy_pdf::{self, Table, TableColumn};
use crate::error::{Error, Result};
use crate::messages::{Lang, Message, text};
use crate::workbook::{Cell, Worksheet, workbook};

/// Key of the heading and share of the width of each column.
const COLUMNS: [(&str, f32); 12] = [
    ("printed.issue_book.column.number", 5.0),
    ("printed.issue_book.column.day", 7.5),
    ("printed.issue_book.column.name", 14.0),
    ("printed.issue_book.column.birth", 7.5),
    ("printed.issue_book.column.document", 13.0),
    ("printed.issue_book.column.diploma_number", 8.0),
    ("printed.issue_book.column.register_number", 8.0),
    ("printed.issue_book.column.quantity", 5.0),
    ("printed.issue_book.column.receiver", 11.0),
    ("printed.issue_book.column.receipt", 7.0),
    ("printed.issue_book.column.released_by", 11.0),
    ("printed.issue_book.column.note", 14.0),
];

/// Place of the column that counts copies.
const QUANTITY: usize = 7;

fn cells(line: &BookLine) -> [String; 12] {
    [
        line.number
            .map_or_else(|| "–".into(), |number| number.to_string()),
        line.day.clone(),
        line.ho_ten.clone(),
        line.ngay_sinh.clone(),
        line.document.clone(),
        line.so_hieu.clone(),
        line.so_vao_so.clone(),
        line.quantity.to_string(),
        line.receiver.clone(),
        String::new(), // for a signature on paper
        line.released_by.clone(),
        line.note.clone(),
    ]
}

fn subtitle(book: &IssueBook) -> String {
    let count = |state: LineState| book.lines.iter().filter(|line| line.state == state).count();
    Message::new("printed.issue_book.totals")
        .with("issued", count(LineState::Issued))
        .with("withdrawn", count(LineState::Withdrawn))
        .with("void", count(LineState::Void))
        .with("refused", count(LineState::Refused))
        .with("request_withdrawn", count(LineState::RequestWithdrawn))
        .with("expired", count(LineState::Expired))
        .vi()
}

fn title(book: &IssueBook) -> String {
    Message::new("printed.issue_book.title")
        .with("year", book.year)
        .vi()
}

/// The book as PDF/A-2b on landscape A4, the head repeated and the pages numbered.
///
/// # Errors
/// `Refused` for a line that fills more than a page.
pub fn paper(book: &IssueBook) -> Result<Vec<u8>> {
    let columns = COLUMNS.iter().map(|(key, share)| TableColumn {
        label: text(Lang::Vi, key).into(),
        share: *share,
    });
    let table = Table {
        agency: book.agency.clone(),
        title: title(book),
        subtitle: subtitle(book),
        columns: columns.collect(),
        rows: book.lines.iter().map(|line| cells(line).to_vec()).collect(),
        printed_at: parse_stamp(&book.printed_at)
            .ok_or_else(|| Error::Internal("the time of printing does not read".into()))?,
    };
    Ok(copy_pdf::print_table(&table)?)
}

/// The book as an XLSX workbook. Every value is text or a number, never a formula.
///
/// # Errors
/// `Internal` when the workbook cannot be written.
pub fn spreadsheet(book: &IssueBook) -> Result<Vec<u8>> {
    let row = |line: &BookLine| {
        let mut row: Vec<Cell> = cells(line).into_iter().map(Cell::Text).collect();
        if let Some(number) = line.number {
            row[0] = Cell::Number(number);
        }
        row[QUANTITY] = Cell::Number(line.quantity);
        row
    };
    workbook(&Worksheet {
        name: book.year.to_string(),
        heading: [&book.agency, &title(book), &subtitle(book)],
        columns: COLUMNS
            .map(|(key, share)| (text(Lang::Vi, key), share * 1.4))
            .to_vec(),
        rows: book.lines.iter().map(row).collect(),
    })
}
