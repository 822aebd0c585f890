//! Workbooks: XLSX streamed with the font of each cell, XLS read whole. Formulas are never computed: the value that Excel
//! stored with them counts.

use std::io::{Cursor, Read};

use calamine::{
    Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};
use zip::ZipArchive;

use super::{Book, Cell, ListFormat, ListPart, ListProblem, Oddity, Out, Reading, Stop, old_fonts};

/// Bytes a package may come to once unpacked, and files in it.
const MOST_UNPACKED: u64 = 2 << 30;
const MOST_PARTS: usize = 5000;
/// Serial numbers of dates that lists hold: 1900 to 2119.
const CALENDAR: std::ops::Range<f64> = 1.0..80_000.0;
/// A date cell with such a number holds a year that somebody typed: 25/5/1905 is nobody's birthday here.
const YEARS: std::ops::RangeInclusive<f64> = 1900.0..=2100.0;

pub(super) fn xlsx(bytes: Vec<u8>, out: &mut Out<'_>) -> Reading {
    look_into_package(&bytes, out)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| problem(&error))?;
    let sheets = sheets(book.sheets_metadata(), out);
    let fonts = fonts_of(&mut book, &sheets);
    out.tell(ListPart::Book(Book {
        format: ListFormat::Xlsx,
        sheets: sheets.iter().map(|(name, _)| name.clone()).collect(),
        fonts: fonts.0,
    }))?;
    let mut found = false;
    for (name, _) in &sheets {
        if !out.wants(name) {
            continue;
        }
        found = true;
        out.begin(name);
        let mut reader = book
            .worksheet_cells_reader(name)
            .map_err(|error| problem(&error))?;
        let (mut row, mut cells) = (0, Vec::new());
        while let Some((cell, style)) = reader
            .next_cell_with_style_id()
            .map_err(|error| problem(&error))?
        {
            let (at, column) = cell.get_position();
            if at != row {
                out.row(row + 1, std::mem::take(&mut cells))?;
                row = at;
            }
            let text = of_xlsx(cell.get_value(), out);
            if !text.is_empty() {
                let font = fonts.1.get(style).copied().unwrap_or_default();
                cells.push(Cell { column, text, font });
            }
        }
        out.row(row + 1, cells)?;
        out.end()?;
    }
    match found {
        true => Ok(()),
        false => Err(ListProblem::NoSheet.into()),
    }
}

pub(super) fn xls(bytes: Vec<u8>, out: &mut Out<'_>) -> Reading {
    let (encrypted, macros) = old_fonts::container(&bytes);
    if encrypted {
        return Err(ListProblem::Encrypted.into());
    }
    let fonts = old_fonts::fonts(&bytes);
    out.count(Oddity::Macros, u64::from(macros));
    out.count(Oddity::Formulas, fonts.formulas);
    // Cut-off workbooks make the reader panic where it counts on bytes that are not there.
    let opened = std::panic::catch_unwind(|| Xls::new(Cursor::new(bytes)));
    let mut book: Xls<_> = match opened {
        Ok(Ok(book)) => book,
        Ok(Err(XlsError::Password)) => return Err(ListProblem::Encrypted.into()),
        Ok(Err(_)) | Err(_) => return Err(ListProblem::Damaged.into()),
    };
    let sheets = sheets(book.sheets_metadata(), out);
    out.tell(ListPart::Book(Book {
        format: ListFormat::Xls,
        sheets: sheets.iter().map(|(name, _)| name.clone()).collect(),
        fonts: fonts.names.clone(),
    }))?;
    let mut found = false;
    for (name, place) in &sheets {
        if !out.wants(name) {
            continue;
        }
        found = true;
        out.begin(name);
        let range = book
            .worksheet_range(name)
            .map_err(|_| ListProblem::Damaged)?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let of_sheet = fonts.cells.get(*place);
        for (row, values) in (first_row..).zip(range.rows()) {
            let mut cells = Vec::new();
            for (column, value) in (first_column..).zip(values) {
                let text = of_xls(value, out);
                if !text.is_empty() {
                    let font = of_sheet.and_then(|fonts| fonts.get(&(row, column)));
                    cells.push(Cell {
                        column,
                        text,
                        font: font.copied().unwrap_or_default(),
                    });
                }
            }
            out.row(row + 1, cells)?;
        }
        out.end()?;
    }
    match found {
        true => Ok(()),
        false => Err(ListProblem::NoSheet.into()),
    }
}

/// Names of the sheets with cells and their place among all; hidden ones are read as well, and counted.
fn sheets(all: &[calamine::Sheet], out: &mut Out<'_>) -> Vec<(String, usize)> {
    let with_cells = all
        .iter()
        .enumerate()
        .filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet);
    let hidden = with_cells
        .clone()
        .filter(|(_, sheet)| sheet.visible != SheetVisible::Visible);
    out.count(Oddity::HiddenSheets, hidden.count() as u64);
    with_cells
        .map(|(place, sheet)| (sheet.name.clone(), place))
        .collect()
}

/// The fonts in use, and of each style the place of its font, from 1.
fn fonts_of(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    sheets: &[(String, usize)],
) -> (Vec<String>, Vec<u16>) {
    let (mut names, mut places) = (Vec::new(), Vec::new());
    let Some(reader) = sheets
        .first()
        .and_then(|(name, _)| book.worksheet_cells_reader(name).ok())
    else {
        return (names, places);
    };
    for style in reader.styles() {
        let name = style
            .font
            .as_ref()
            .and_then(|font| font.name.clone())
            .unwrap_or_default();
        let known = names.iter().position(|own| *own == name);
        let place = known.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        places.push(u16::try_from(place + 1).unwrap_or_default());
    }
    (names, places)
}

fn problem(error: &XlsxError) -> Stop {
    match error {
        XlsxError::Password => ListProblem::Encrypted.into(),
        _ => ListProblem::Damaged.into(),
    }
}

/// What a package is and holds, before anything of it is believed.
fn look_into_package(bytes: &[u8], out: &mut Out<'_>) -> Reading {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ListProblem::Damaged)?;
    if package.len() > MOST_PARTS {
        return Err(ListProblem::TooLarge.into());
    }
    let (mut unpacked, mut names) = (0_u64, Vec::new());
    for at in 0..package.len() {
        let part = package.by_index_raw(at).map_err(|_| ListProblem::Damaged)?;
        unpacked = unpacked.saturating_add(part.size());
        let name = part.name().map_err(|_| ListProblem::Damaged)?;
        names.push(name.into_owned());
    }
    if unpacked > MOST_UNPACKED {
        return Err(ListProblem::TooLarge.into());
    }
    let has = |end: &str| names.iter().any(|name| name.ends_with(end));
    if !has("xl/workbook.xml") {
        let table = has("xl/workbook.bin") || names.iter().any(|name| name == "content.xml");
        let other = if table {
            ListProblem::OtherFormat
        } else {
            ListProblem::NotAList
        };
        return Err(other.into());
    }
    out.count(Oddity::Macros, u64::from(has("vbaProject.bin")));
    if *out.asked == super::ListTask::FirstLook {
        let sheets: Vec<&String> = names
            .iter()
            .filter(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml"))
            .collect();
        for name in sheets {
            let part = package.by_name(name).map_err(|_| ListProblem::Damaged)?;
            out.count(Oddity::Formulas, formulas_in(part));
        }
    }
    Ok(())
}

/// How many `<f` begin a formula in a sheet's XML.
fn formulas_in(part: impl Read) -> u64 {
    let (mut part, mut buffer, mut kept, mut count) =
        (part.take(MOST_UNPACKED), vec![0; 64 << 10], Vec::new(), 0);
    while let Ok(read) = part.read(&mut buffer) {
        if read == 0 {
            break;
        }
        kept.extend_from_slice(&buffer[..read]);
        let ends = |at: usize| matches!(kept.get(at + 2), Some(b'>' | b' ' | b'/'));
        count += memchr::memmem::find_iter(&kept, b"<f")
            .filter(|at| ends(*at))
            .count() as u64;
        // What may be the beginning of one is looked at again with what follows.
        let rest = kept.len().saturating_sub(2);
        kept.drain(..rest);
    }
    count
}

fn of_xlsx(value: &DataRef<'_>, out: &mut Out<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => of_number(*number),
        DataRef::String(text) => tidied(text),
        DataRef::SharedString(text) => tidied(text),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(date) => of_date(date, out),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => {
            out.count(Oddity::ErrorCells, 1);
            error.to_string()
        }
        DataRef::Empty => String::new(),
    }
}

fn of_xls(value: &Data, out: &mut Out<'_>) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => of_number(*number),
        Data::String(text) => tidied(text),
        Data::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Data::DateTime(date) => of_date(date, out),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(error) => {
            out.count(Oddity::ErrorCells, 1);
            error.to_string()
        }
        Data::Empty => String::new(),
    }
}

/// Without blanks around it; no other blank than ASCII's, for the others are letters of old encodings. A NUL is not a letter: the
/// reader puts one behind each letter of old workbooks that do not call themselves Unicode.
fn tidied(text: &str) -> String {
    text.replace('\0', "")
        .trim_matches([' ', '\t', '\n', '\r'])
        .to_owned()
}

fn of_number(number: f64) -> String {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => format!("{number:.0}"),
        false => number.to_string(),
    }
}

fn of_date(date: &ExcelDateTime, out: &mut Out<'_>) -> String {
    let number = date.as_f64();
    if !date.is_datetime() {
        return of_number(number);
    }
    if YEARS.contains(&number) && number.fract() == 0.0 {
        out.count(Oddity::YearsAsDates, 1);
        return of_number(number);
    }
    if !CALENDAR.contains(&number) {
        out.count(Oddity::AbsurdDates, 1);
        return of_number(number);
    }
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}
