//! A page as it is filled: columns, paragraphs, rules, frames, the QR code. Coordinates are in points from its upper
//! left corner.

use krilla::geom::{Path, PathBuilder, Point, Rect, Size};
use krilla::image::Image;
use qrcode::QrCode;

use super::ComposeError;
use super::typeface::{Face, Shaped, printable, shape, wrap};

/// Red, green and blue, 0 to 255 each.
pub type Colour = (u8, u8, u8);
/// The colour of text.
pub const BLACK: Colour = (0, 0, 0);
/// A4 upright, in points.
pub const PAGE_WIDTH: f32 = 595.28;
/// A4 upright, in points.
pub const PAGE_HEIGHT: f32 = 841.89;

/// What a piece of text is to a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Heading(u16),
    Paragraph,
    /// A cell of a table's head, in the row of that number.
    HeaderCell(u32),
    /// A cell of a table's body, in the row of that number.
    Cell(u32),
    /// An artifact of layout, which a screen reader skips: page numbers, a table's head on later pages.
    Artifact,
}

/// A line of text as it is set, after breaking.
#[derive(Debug, Clone)]
pub struct SetLine {
    pub left: f32,
    pub baseline: f32,
    pub face: Face,
    pub size: f32,
    pub colour: Colour,
    pub shaped: Shaped,
}

/// One thing on the page.
pub enum PageElement {
    Text {
        role: Role,
        lines: Vec<SetLine>,
    },
    /// A filled bar: left, top, width, height.
    Box(f32, f32, f32, f32),
    Picture {
        image: Image,
        at: Point,
        size: Size,
        description: String,
    },
    Code {
        path: Path,
        area: Rect,
        target: String,
    },
}

/// How lines are aligned in their column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// How a paragraph is set.
#[derive(Clone, Copy)]
pub struct Style {
    pub face: Face,
    pub size: f32,
    pub colour: Colour,
    pub align: Align,
}

impl Style {
    pub fn new(face: Face, size: f32, align: Align) -> Style {
        Style {
            face,
            size,
            colour: BLACK,
            align,
        }
    }
}

/// A vertical strip of the page, from `left`, `width` wide.
#[derive(Clone, Copy)]
pub struct Column {
    pub left: f32,
    pub width: f32,
}

/// A finished page; its pieces are in reading order.
pub struct FinishedPage {
    pub width: f32,
    pub height: f32,
    pub pieces: Vec<PageElement>,
}

/// A page being filled from the top.
pub struct Page {
    pub pieces: Vec<PageElement>,
    /// Where the next thing goes, from the top.
    pub y: f32,
    /// Size of the body text.
    pub body: f32,
    /// Left, top, right and bottom of the signature mark; zeros while there is none.
    pub mark: (f32, f32, f32, f32),
}

impl Page {
    /// An empty page that begins at `top`.
    pub fn new(body: f32, top: f32) -> Page {
        Page {
            pieces: Vec::new(),
            y: top,
            body,
            mark: (0.0, 0.0, 0.0, 0.0),
        }
    }

    /// Sets `text` at the current height, wrapped to the column. Blank text takes no room.
    ///
    /// # Errors
    /// `Unprintable`.
    pub fn paragraph(
        &mut self,
        role: Role,
        text: &str,
        style: Style,
        column: Column,
    ) -> Result<(), ComposeError> {
        let text = printable(text)?;
        if text.is_empty() {
            return Ok(());
        }
        let leading = style.size * 1.25;
        let mut lines = Vec::new();
        for line in lines_of(&text, style, column.width) {
            let shaped = shape(style.face, &line);
            let spare = column.width - shaped.advance * style.size;
            let indent = match style.align {
                Align::Left => 0.0,
                Align::Centre => spare / 2.0,
                Align::Right => spare,
            };
            lines.push(SetLine {
                left: column.left + indent,
                baseline: self.y + style.size,
                face: style.face,
                size: style.size,
                colour: style.colour,
                shaped,
            });
            self.y += leading;
        }
        self.pieces.push(PageElement::Text { role, lines });
        Ok(())
    }

    /// A thin line, centred in the column.
    pub fn rule(&mut self, column: Column, length: f32) {
        let left = column.left + (column.width - length) / 2.0;
        self.pieces
            .push(PageElement::Box(left, self.y + 2.5, length, 0.7));
        self.y += 5.0;
    }

    /// Four thin bars around a rectangle.
    pub fn frame(&mut self, left: f32, top: f32, wide: f32, high: f32) {
        let thin = 0.7;
        for bar in [
            PageElement::Box(left, top, wide, thin),
            PageElement::Box(left, top + high - thin, wide, thin),
            PageElement::Box(left, top, thin, high),
            PageElement::Box(left + wide - thin, top, thin, high),
        ] {
            self.pieces.push(bar);
        }
    }
}

/// The lines of a paragraph. Centred and right-aligned ones are made about equally long, so that no line holds a
/// single short word.
pub fn lines_of(text: &str, style: Style, room: f32) -> Vec<String> {
    let mut lines = wrap(style.face, style.size, text, room);
    if style.align == Align::Left {
        return lines;
    }
    for hundredths in (50..100).rev().step_by(2) {
        let narrower = wrap(
            style.face,
            style.size,
            text,
            room * hundredths as f32 / 100.0,
        );
        if narrower.len() > lines.len() {
            break;
        }
        lines = narrower;
    }
    lines
}

/// The dark modules as one path; the page's white is the quiet zone (4 modules on every side).
pub fn code_path(code: &QrCode, left: f32, top: f32, side: f32) -> (Path, Rect) {
    let modules = code.width();
    let quiet = 4;
    let module = side / (modules + quiet) as f32; // the left margin already gives half of the zone
    let mut path = PathBuilder::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        let (column, row) = (at % modules, at / modules);
        let x = left + module * column as f32;
        let y = top + module * (row + quiet / 2) as f32;
        let dark = colour == qrcode::Color::Dark;
        if let Some(square) = Rect::from_xywh(x, y, module, module).filter(|_| dark) {
            path.push_rect(square);
        }
    }
    let size = module * modules as f32;
    let area = Rect::from_xywh(left, top + module * 2.0, size, size)
        .expect("a QR code has a positive size");
    let path = path.finish().expect("a QR code has dark modules");
    (path, area)
}
