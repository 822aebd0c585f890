//! The cells between the rules.

use super::rules::Rule;
use crate::geometry::{centre, right};
use crate::word::{Box4, Word};

/// One row of a table, the words of its cells by column.
pub(crate) type Row = Vec<Vec<Word>>;

/// A table needs at least this many columns.
pub(super) const LEAST_COLUMNS: usize = 3;

/// The rules of one table, in order.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    columns: Vec<Rule>,
    rows: Vec<Rule>,
}

impl Grid {
    /// The grid of these borders, in order; `None` where they enclose no table.
    pub(super) fn of(columns: Vec<Rule>, rows: Vec<Rule>) -> Option<Self> {
        (columns.len() > LEAST_COLUMNS && rows.len() >= 2).then_some(Self { columns, rows })
    }

    /// Whether a row is higher than that, so that it may hold several.
    pub(super) fn has_row_above(&self, height: f64) -> bool {
        let middle = {
            let [(left, _), (right, _), ..] = self.corners();
            (left + right) / 2.0
        };
        self.row_heights(middle)
            .windows(2)
            .any(|pair| pair[1] - pair[0] > height)
    }

    #[cfg(test)]
    pub(crate) fn straight(columns: &[f64], rows: &[f64]) -> Self {
        let (width, height) = (columns[columns.len() - 1], rows[rows.len() - 1]);
        Self {
            columns: columns
                .iter()
                .map(|x| Rule::straight(*x, rows[0], height))
                .collect(),
            rows: rows
                .iter()
                .map(|y| Rule::straight(*y, columns[0], width))
                .collect(),
        }
    }

    /// The same columns with other rows; `None` where these enclose nothing.
    pub(super) fn with_rows(&self, rows: Vec<Rule>) -> Option<Self> {
        Self::of(self.columns.clone(), rows)
    }

    /// The same columns down to there: those ruled in the header only.
    pub(super) fn down_to(&self, bottom: f64) -> Option<Self> {
        let [(left, _), (right, _), ..] = self.corners();
        let mut rows = self.rows.clone();
        rows.push(Rule::straight(bottom, left, right));
        self.with_rows(rows)
    }

    /// The same rows with further borders of columns.
    pub(super) fn with_columns(mut self, added: Vec<Rule>) -> Self {
        self.columns.extend(added);
        let middle = |rule: &Rule| rule.across((rule.from + rule.end) / 2.0);
        self.columns.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
        // By their middles, because borders of a curved page cross no common height elsewhere.
        self
    }

    /// The same rows without the borders of these indices; `None` where too few columns are left.
    pub(super) fn without_columns(&self, dropped: &[usize]) -> Option<Self> {
        let columns = self.columns.iter().enumerate();
        let kept = columns
            .filter(|(at, _)| !dropped.contains(at))
            .map(|(_, rule)| *rule);
        Self::of(kept.collect(), self.rows.clone())
    }

    /// How many rows there are, headers included.
    pub fn row_count(&self) -> usize {
        self.rows.len() - 1
    }

    /// How many columns there are.
    pub fn column_count(&self) -> usize {
        self.columns.len() - 1
    }

    /// Row and column of every cell, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.column_count();
        (0..self.row_count()).flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    /// Its horizontal rules, from top to bottom.
    pub(super) fn horizontal(&self) -> &[Rule] {
        &self.rows
    }

    /// Its vertical rules, from left to right.
    pub(super) fn vertical(&self) -> &[Rule] {
        &self.columns
    }

    /// Row and column of a box by its middle; `None` outside.
    pub fn place(&self, bounds: Box4) -> Option<(usize, usize)> {
        let (x, y) = centre(bounds);
        // Counted and not searched: rules lean and bend, so each is asked where it is at this
        // height.
        let before = |rules: &[Rule], across: f64, along: f64| {
            rules
                .iter()
                .filter(|rule| rule.across(along) < across)
                .count()
        };
        let (row, column) = (before(&self.rows, y, x), before(&self.columns, x, y));
        let inside =
            (1..self.rows.len()).contains(&row) && (1..self.columns.len()).contains(&column);
        inside.then(|| (row - 1, column - 1))
    }

    /// How high the horizontal rules are there, from top to bottom.
    pub(super) fn row_heights(&self, x: f64) -> Vec<f64> {
        self.rows.iter().map(|rule| rule.across(x)).collect()
    }

    /// The words in their cells, by row and column, those across a rule divided.
    pub fn rows(&self, words: &[Word]) -> Vec<Row> {
        let mut rows = vec![vec![Vec::new(); self.column_count()]; self.row_count()];
        for word in words {
            for part in self.divided(word) {
                if let Some((row, column)) = self.place(part.bounds) {
                    rows[row][column].push(part);
                }
            }
        }
        rows
    }

    /// Whether a point lies between the table's first and last horizontal rules.
    fn is_beside(&self, x: f64, y: f64) -> bool {
        let outer = self.rows.first().zip(self.rows.last());
        outer.is_some_and(|(first, last)| (first.across(x)..last.across(x)).contains(&y))
    }

    /// A word of the table read across a vertical rule, divided there.
    pub fn divided(&self, word: &Word) -> Vec<Word> {
        let (middle, y) = centre(word.bounds);
        let [x, top, width, height] = word.bounds;
        if !self.is_beside(middle, y) {
            return vec![word.clone()];
        }
        // A word that reaches over by less than half its height is only inclined.
        let margin = f64::from(height) * 0.5;
        let crossing =
            self.columns.iter().map(|rule| rule.across(y)).find(|at| {
                *at > f64::from(x) + margin && *at < f64::from(right(word.bounds)) - margin
            });
        let Some(at) = crossing else {
            return vec![word.clone()];
        };
        let letters: Vec<char> = word.text.chars().collect();
        let share = (at - f64::from(x)) / f64::from(width.max(1));
        let expected = (letters.len() as f64 * share).round() as usize;
        // The engine often reads the rule itself as a bar; that is where the values part.
        let bar = letters.iter().position(|c| "|[]".contains(*c));
        let split = bar.unwrap_or(expected).min(letters.len());
        let part = |letters: &[char], bounds| Word {
            text: letters.iter().collect(),
            confidence: word.confidence * 0.8, // where letters end was not read but computed
            bounds,
        };
        let cut = at as i32 - x;
        vec![
            part(&letters[..split], [x, top, cut, height]),
            part(&letters[split..], [x + cut, top, width - cut, height]),
        ]
    }

    /// The words that stand above, below or beside the table, not in it.
    pub fn outside(&self, words: &[Word]) -> Vec<Word> {
        let parts = words.iter().flat_map(|word| self.divided(word));
        parts
            .filter(|part| self.place(part.bounds).is_none())
            .collect()
    }

    /// The box of a cell.
    pub fn cell(&self, row: usize, column: usize) -> Box4 {
        // At the middle of the cell: on a leaning page its corners differ by several pixels.
        let middle_y = {
            let along = self.columns[column].across(self.columns[column].from);
            (self.rows[row].across(along) + self.rows[row + 1].across(along)) / 2.0
        };
        let (left, right) = (
            self.columns[column].across(middle_y),
            self.columns[column + 1].across(middle_y),
        );
        let middle_x = (left + right) / 2.0;
        let (top, bottom) = (
            self.rows[row].across(middle_x),
            self.rows[row + 1].across(middle_x),
        );
        [
            left as i32,
            top as i32,
            (right - left) as i32,
            (bottom - top) as i32,
        ]
    }

    /// The corners, from the upper left one round by the right.
    pub fn corners(&self) -> [(f64, f64); 4] {
        let corner = |column: &Rule, row: &Rule| {
            let y = row.across(column.across(column.from));
            (column.across(y), y)
        };
        let (left, right) = (&self.columns[0], &self.columns[self.columns.len() - 1]);
        let (top, bottom) = (&self.rows[0], &self.rows[self.rows.len() - 1]);
        [
            corner(left, top),
            corner(right, top),
            corner(right, bottom),
            corner(left, bottom),
        ]
    }

    /// The borders of the columns as shares of the table's width, at half its height.
    pub fn shares(&self) -> Vec<f64> {
        let [(_, top), _, (_, bottom), _] = self.corners();
        let at = |rule: &Rule| rule.across((top + bottom) / 2.0);
        let (left, right) = (
            at(&self.columns[0]),
            at(&self.columns[self.columns.len() - 1]),
        );
        let width = (right - left).max(1.0);
        self.columns
            .iter()
            .map(|rule| ((at(rule) - left) / width).clamp(0.0, 1.0))
            .collect()
    }

    /// How wide each column is, as a share of the table's width.
    pub fn widths(&self) -> Vec<f64> {
        let pair = |pair: &[f64]| (pair[1] - pair[0]).max(f64::EPSILON);
        self.shares().windows(2).map(pair).collect()
    }

    /// The box of a row.
    pub fn row_bounds(&self, row: usize) -> Box4 {
        let (first, last) = (self.cell(row, 0), self.cell(row, self.columns.len() - 2));
        let top = first[1].min(last[1]);
        let bottom = (first[1] + first[3]).max(last[1] + last[3]);
        [first[0], top, right(last) - first[0], bottom - top]
    }
}
