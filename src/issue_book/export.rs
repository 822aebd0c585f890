//! The book as a spreadsheet and as paper, with the columns of the office's own book.

use super::{BookLine, IssueBook, LineState};
use crate::clock::parse_stamp;
use crate::copy_pdf::{self, Table, TableColumn};
use crate::error::{Error, Result};
use crate::workbook::{Cell, Worksheet, workbook};

/// Heading and share of the width of each column.
const COLUMNS: [(&str, f32); 12] = [
    ("Số vào sổ", 5.0),
    ("Ngày cấp", 7.5),
    ("Họ và tên", 14.0),
    ("Ngày sinh", 7.5),
    ("Tên văn bằng, tài liệu", 13.0),
    ("Số hiệu", 8.0),
    ("Số vào sổ gốc", 8.0),
    ("Số lượng", 5.0),
    ("Người nhận", 11.0),
    ("Ký nhận", 7.0),
    ("Người ký", 11.0),
    ("Ghi chú", 14.0),
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
    format!(
        "Đã cấp {}, đã hủy {}, hủy số {}; đơn từ chối {}, rút {}, hết hạn {}",
        count(LineState::Issued),
        count(LineState::Withdrawn),
        count(LineState::Void),
        count(LineState::Refused),
        count(LineState::RequestWithdrawn),
        count(LineState::Expired)
    )
}

/// The book as PDF/A-2b on landscape A4, the head repeated and the pages numbered.
///
/// # Errors
/// `Refused` for a line that fills more than a page.
pub fn paper(book: &IssueBook) -> Result<Vec<u8>> {
    let columns = COLUMNS.iter().map(|(label, share)| TableColumn {
        label: (*label).into(),
        share: *share,
    });
    let table = Table {
        agency: book.agency.clone(),
        title: format!("SỔ CẤP BẢN SAO NĂM {}", book.year),
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
        heading: [
            &book.agency,
            &format!("SỔ CẤP BẢN SAO NĂM {}", book.year),
            &subtitle(book),
        ],
        columns: COLUMNS.map(|(label, share)| (label, share * 1.4)).to_vec(),
        rows: book.lines.iter().map(row).collect(),
    })
}
