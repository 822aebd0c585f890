//! A field of a table and the columns it is written in.

use crate::class::{Field, Part};
use crate::confidence::ColumnTrust;
use crate::geometry::around;
use crate::layout::{Grid, Row};
use crate::word::{Box4, Word};

/// A field and the columns it is written in, from left to right.
#[derive(Debug, Clone)]
pub(crate) struct Named<'c> {
    pub field: &'c Field,
    /// One column with the whole of it, or one for each part.
    pub columns: Vec<(usize, Option<Part>)>,
    /// How well they were understood.
    pub trust: ColumnTrust,
}

impl Named<'_> {
    /// What stands in its columns in a row.
    pub fn words(&self, row: &Row) -> Vec<Word> {
        self.columns
            .iter()
            .flat_map(|(column, _)| row[*column].iter().cloned())
            .collect()
    }

    /// Its place in a row, from its first to its last column.
    pub fn bounds(&self, grid: &Grid, row: usize) -> Box4 {
        let cells = self
            .columns
            .iter()
            .map(|(column, _)| grid.cell(row, *column));
        around(cells).unwrap_or_default()
    }

    /// Whether it is written in several columns, or told by ticks.
    pub fn is_in_parts(&self) -> bool {
        self.columns.iter().any(|(_, part)| part.is_some())
    }
}
