//! Where things stand on a page: its ruled lines, the table they draw, the lines of text, the page's number.

mod borderless;
mod grid;
pub(crate) mod lines;
pub(crate) mod page_number;
mod rules;
pub(crate) mod strikethrough;
mod template_fit;
mod text_lines;

use image::GrayImage;

use crate::column_map::ColumnMap;
use crate::word::Word;
pub(crate) use grid::{Grid, Row};
pub(crate) use rules::Rules;
pub(crate) use text_lines::TextLines;

/// A table as it lies on a page.
pub(crate) struct TableLayout<'m> {
    pub grid: Grid,
    /// Whether vertical rules part its columns; else the white between them does.
    pub is_ruled: bool,
    /// The map of the volume that it was found by.
    pub map: Option<&'m ColumnMap>,
    /// The share of the map's borders that the page shows, 0 to 1.
    pub share: f64,
}

impl TableLayout<'_> {
    fn own(grid: Grid, is_ruled: bool) -> Self {
        Self {
            grid,
            is_ruled,
            map: None,
            share: 0.0,
        }
    }
}

/// The ruled lines of an upright page, without those that strike out a row.
pub(crate) fn rules(picture: &GrayImage, dpi: u32) -> Rules {
    let mut found = rules::find(picture, dpi);
    strikethrough::remove_from(&mut found.horizontal, picture, dpi);
    found
}

/// The lines of text in a ruled table; `None` where there is no such table, or its ink does not stand in lines.
pub(crate) fn text_lines(rules: &Rules, picture: &GrayImage, dpi: u32) -> Option<TextLines> {
    text_lines::find(&grid::build(rules, dpi)?, rules, picture, dpi)
}

/// The table of a page as its own rules draw it, or, where no vertical rules part its columns, as the white between
/// them does. `width` and `dpi` are of the upright page.
pub(crate) fn own_table(
    rules: &Rules,
    words: &[Word],
    width: u32,
    dpi: u32,
) -> Option<TableLayout<'static>> {
    let ruled = grid::build(rules, dpi).map(|grid| TableLayout::own(grid, true));
    ruled.or_else(|| {
        let grid = borderless::grid(rules, words, width, dpi)?;
        Some(TableLayout::own(grid, false))
    })
}

/// A volume's column map laid over a page; `None` where it does not fit.
pub(crate) fn mapped_table<'m>(
    map: &'m ColumnMap,
    rules: &Rules,
    words: &[Word],
    width: u32,
    dpi: u32,
) -> Option<TableLayout<'m>> {
    template_fit::fit(map, rules, words, width, dpi)
}

#[cfg(test)]
mod tests;
