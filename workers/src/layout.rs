//! Layout analysis, where things stand on a page: its ruled lines, the table they draw, the lines of text, the page's number.

mod borderless;
mod column_borders;
mod grid;
mod halves;
mod horizontal_rules;
mod lean;
pub(crate) mod lines;
mod listed_words;
mod open_sides;
pub(crate) mod page_number;
mod row_borders;
mod ruled;
mod rules;
pub(crate) mod strikethrough;
mod template_fit;
mod text_lines;

use crate::column_map::ColumnMap;
use crate::image::Grey;
pub(crate) use grid::{Grid, Row};
pub(crate) use rules::{Rule, Rules};
pub(crate) use text_lines::TextLines;

/// A table with the place of its rows and columns on a page.
pub(crate) struct TableLayout<'m> {
    pub grid: Grid,
    /// Whether vertical rules part its columns; else the white between them does.
    pub is_ruled: bool,
    /// The map of the volume that it was found by.
    pub map: Option<&'m ColumnMap>,
    /// The share of the map's borders that the page shows, 0 to 1.
    pub share: f64,
}

impl Rules {
    /// The ruled lines of an upright page, without those that strike out a row.
    pub fn of(page: &Grey) -> Self {
        let mut rules = rules::detect(page.ridges());
        strikethrough::remove_from(&mut rules.horizontal, page);
        halves::join(&mut rules.horizontal, page.pixel_size().0);
        rules
    }
}

/// A table as the page's rules draw it, before anything is read.
#[derive(Debug, Clone)]
pub(crate) struct RuledTable {
    grid: Grid,
    /// Whether vertical rules part its columns; else the white between them does.
    has_columns: bool,
}

impl RuledTable {
    /// The table of a page; `None` where its rules draw none.
    pub fn of(rules: &Rules, page: &Grey) -> Option<Self> {
        let drawn = ruled::build(rules, page.dpi).map(|grid| Self {
            grid,
            has_columns: true,
        });
        drawn.or_else(|| {
            let grid = horizontal_rules::build(rules, page)?;
            Some(Self {
                grid,
                has_columns: false,
            })
        })
    }
}

impl TextLines {
    /// The lines of text in a table that rules draw; `None` where its ink does not stand in lines.
    pub fn of(table: &RuledTable, rules: &Rules, page: &Grey) -> Option<Self> {
        text_lines::locate(&table.grid, rules, page)
    }
}

#[cfg(test)]
mod tests;
