//! A long table on landscape A4: a heading, columns that wrap, the head repeated on every page, page
//! numbers; PDF/A-2b, tagged as a table.

use jiff::Timestamp;

use super::ComposeError;
use super::page::{
    Align, BLACK, Column, FinishedPage, PAGE_HEIGHT, PAGE_WIDTH, Page, PageElement, Role, SetLine,
    Style, lines_of,
};
use super::render::{About, render};
use super::typeface::{Face, legible, shape};

const MARGIN: f32 = 34.0;
const WIDTH: f32 = PAGE_HEIGHT - 2.0 * MARGIN; // landscape
const BOTTOM: f32 = PAGE_WIDTH - MARGIN - 14.0;
const SIZE: f32 = 9.0;
const LEADING: f32 = SIZE * 1.25;
const PADDING: f32 = 3.0;

/// A column's heading and its share of the width.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// Heading, repeated on every page.
    pub label: String,
    /// Width, relative to the sum of all shares.
    pub share: f32,
}

/// A table to print. Characters that cannot be printed appear as `?`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The agency it belongs to, printed over the title.
    pub agency: String,
    /// Heading, and title of the file.
    pub title: String,
    /// A line under the title.
    pub subtitle: String,
    /// At least one, in order.
    pub columns: Vec<TableColumn>,
    /// Cells by row; a row may be shorter than the columns.
    pub rows: Vec<Vec<String>>,
    /// Creation date of the file.
    pub printed_at: Timestamp,
}

/// Prints the table. The same table always gives the same bytes.
///
/// # Errors
/// `TooLong` for a row that fills more than a page.
pub fn print_table(table: &Table) -> Result<Vec<u8>, ComposeError> {
    let columns = columns_of(table);
    let labels: Vec<String> = table
        .columns
        .iter()
        .map(|one| legible(&one.label))
        .collect();
    let mut pages = vec![first_page(table)?];
    let mut page_of_head = 0;
    add_row(last(&mut pages), &columns, &labels, Kind::Head)?;
    for (number, cells) in (1..).zip(&table.rows) {
        let cells: Vec<String> = cells.iter().map(|cell| legible(cell)).collect();
        if last(&mut pages).y + height(&columns, &cells) > BOTTOM {
            pages.push(Page::new(SIZE, MARGIN));
            page_of_head += 1;
            add_row(last(&mut pages), &columns, &labels, Kind::HeadAgain)?;
        }
        add_row(last(&mut pages), &columns, &cells, Kind::Body(number))?;
    }
    let all = page_of_head + 1;
    for (number, page) in (1..).zip(&mut pages) {
        page.y = BOTTOM + 4.0;
        let style = Style::new(Face::Regular, SIZE, Align::Right);
        let text = format!("Trang {number}/{all}");
        page.paragraph(Role::Artifact, &text, style, full())?;
    }
    let about = About {
        title: table.title.clone(),
        author: &table.agency,
        created: table.printed_at,
        identifier: &table.title,
    };
    let sheets = pages.into_iter().map(|page| FinishedPage {
        width: PAGE_HEIGHT,
        height: PAGE_WIDTH,
        pieces: page.pieces,
    });
    render(sheets.collect(), &about)
}

#[derive(Clone, Copy)]
enum Kind {
    Head,
    HeadAgain,
    Body(u32),
}

fn last(pages: &mut [Page]) -> &mut Page {
    pages.last_mut().expect("there is always a first page")
}

fn full() -> Column {
    Column {
        left: MARGIN,
        width: WIDTH,
    }
}

fn first_page(table: &Table) -> Result<Page, ComposeError> {
    let mut page = Page::new(SIZE, MARGIN);
    let bold = Style::new(Face::Bold, 11.0, Align::Left);
    page.paragraph(Role::Paragraph, &legible(&table.agency), bold, full())?;
    let title = Style::new(Face::Bold, 16.0, Align::Centre);
    page.paragraph(Role::Heading(1), &legible(&table.title), title, full())?;
    let style = Style::new(Face::Italic, 10.0, Align::Centre);
    page.paragraph(Role::Paragraph, &legible(&table.subtitle), style, full())?;
    page.y += 8.0;
    Ok(page)
}

fn columns_of(table: &Table) -> Vec<Column> {
    let shares: f32 = table.columns.iter().map(|one| one.share).sum();
    let mut left = MARGIN;
    let column = |one: &TableColumn| {
        let width = WIDTH * one.share / shares;
        let column = Column { left, width };
        left += width;
        column
    };
    table.columns.iter().map(column).collect()
}

fn wrapped(columns: &[Column], cells: &[String], face: Face) -> Vec<Vec<String>> {
    let style = Style::new(face, SIZE, Align::Left);
    let pairs = columns.iter().zip(cells);
    pairs
        .map(|(column, cell)| lines_of(cell, style, column.width - 2.0 * PADDING))
        .collect()
}

/// Height of a row, measured in the bold face, the widest, so that no row is too low.
fn height(columns: &[Column], cells: &[String]) -> f32 {
    let rows = wrapped(columns, cells, Face::Bold);
    let most = rows.iter().map(Vec::len).max().unwrap_or(1).max(1);
    most as f32 * LEADING + 2.0 * PADDING
}

fn add_row(
    page: &mut Page,
    columns: &[Column],
    cells: &[String],
    kind: Kind,
) -> Result<(), ComposeError> {
    let (face, role) = match kind {
        Kind::Head => (Face::Bold, Role::HeaderCell(0)),
        Kind::HeadAgain => (Face::Bold, Role::Artifact),
        Kind::Body(number) => (Face::Regular, Role::Cell(number)),
    };
    let high = height(columns, cells);
    if page.y + high > BOTTOM {
        return Err(ComposeError::TooLong);
    }
    for (column, words) in columns.iter().zip(wrapped(columns, cells, face)) {
        let lines = words.iter().enumerate().map(|(place, text)| SetLine {
            left: column.left + PADDING,
            baseline: page.y + PADDING + SIZE + LEADING * place as f32,
            face,
            size: SIZE,
            colour: BLACK,
            shaped: shape(face, text),
        });
        let lines = lines.collect();
        page.pieces.push(PageElement::Text { role, lines });
    }
    for column in columns {
        page.frame(column.left, page.y, column.width, high);
    }
    page.y += high;
    Ok(())
}
