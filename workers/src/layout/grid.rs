//! The cells between the rules.

use super::rules::{Rule, Rules};
use crate::geometry::median_f64;
use crate::geometry::{centre, right};
use crate::word::{Box4, Word};

/// One row of a table, the words of its cells by column.
pub(crate) type Row = Vec<Vec<Word>>;

/// A table needs at least this many columns.
const LEAST_COLUMNS: usize = 3;

/// The rules of one table, in order.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    columns: Vec<Rule>,
    rows: Vec<Rule>,
}

/// The grid the rules make; `None` if they make none.
pub(super) fn build(rules: &Rules, dpi: u32) -> Option<Grid> {
    let near = f64::from(dpi) * 0.07;
    let sharing = alike(&rules.vertical);
    let columns = without_folds(sharing, near * 3.0);
    let longest = columns
        .iter()
        .max_by(|a, b| a.length().total_cmp(&b.length()))?;
    let middle = (longest.from + longest.end) / 2.0;
    let ends = (longest.from, longest.end);
    let mut columns = distinct(columns, middle, near * 1.5);
    let (left, right) = (
        columns.first()?.across(middle),
        columns.last()?.across(middle),
    );
    let ends = with_rules_below(rules, (left, right), ends);
    let mut rows = rows_across(rules, (left, right), ends, dpi);
    close_sides(&mut columns, &rows, near * 4.0);
    if columns.len() > LEAST_COLUMNS + 1 {
        close_ends(&mut rows, (left, right), &columns, near * 3.0);
    }
    Grid::of(columns, rows)
}

/// The ends of a table whose columns are ruled in its header only: down to the last of the rules across that begin
/// and end with it, none far from the one above.
fn with_rules_below(
    rules: &Rules,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
) -> (f64, f64) {
    let slack = (right - left) * 0.03;
    let of_table =
        |rule: &&Rule| (rule.from - left).abs() < slack && (rule.end - right).abs() < slack;
    let middle = (left + right) / 2.0;
    let mut below: Vec<f64> = rules
        .horizontal
        .iter()
        .filter(of_table)
        .map(|rule| rule.across(middle))
        .collect();
    below.sort_by(f64::total_cmp);
    let usual = median_f64(below.windows(2).map(|pair| pair[1] - pair[0])).unwrap_or_default();
    let mut end = bottom;
    for y in below {
        if y > end && y - end <= (usual * 3.0).max(slack) {
            end = y;
        }
    }
    (top, end)
}

/// Adds a head or foot that no rule draws, where most columns end well beyond the outer rows.
fn close_ends(rows: &mut Vec<Rule>, (left, right): (f64, f64), columns: &[Rule], beyond: f64) {
    let middle = (left + right) / 2.0;
    let (Some(top), Some(bottom)) = (
        median_f64(columns.iter().map(|column| column.from)),
        median_f64(columns.iter().map(|column| column.end)),
    ) else {
        return;
    };
    if rows
        .first()
        .is_none_or(|first| first.across(middle) - top > beyond)
    {
        rows.insert(0, Rule::straight(top, left, right));
    }
    if rows
        .last()
        .is_none_or(|last| bottom - last.across(middle) > beyond)
    {
        rows.push(Rule::straight(bottom, left, right));
    }
}

/// The rules that run beside most others of their length: folds and the fore-edge of a page are longer than the
/// columns of its table.
fn alike(rules: &[Rule]) -> Vec<Rule> {
    let beside = |one: &Rule| -> Vec<Rule> {
        let shared = |rule: &Rule| rule.end.min(one.end) - rule.from.max(one.from);
        let own = rules
            .iter()
            .filter(|rule| shared(rule) >= one.length() * 0.5);
        own.copied().collect()
    };
    let of_length = |one: &Rule| {
        let near = |rule: &&Rule| (rule.length() / one.length() - 1.0).abs() < 0.25;
        beside(one).iter().filter(near).count()
    };
    let most = rules.iter().max_by(|a, b| {
        let rank = |rule: &Rule| of_length(rule) as f64 + rule.length() / 1e6;
        rank(a).total_cmp(&rank(b))
    });
    most.map(beside).unwrap_or_default()
}

/// The horizontal rules of the table between these sides and ends, from top to bottom.
pub(super) fn rows_across(
    rules: &Rules,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
    dpi: u32,
) -> Vec<Rule> {
    let near = f64::from(dpi) * 0.07;
    let within = (top - near * 2.0)..(bottom + near * 2.0);
    let crossing = |rule: &&Rule| {
        let at = rule.across((left + right) / 2.0);
        let shared = rule.end.min(right) - rule.from.max(left);
        shared >= (right - left) * 0.4 && within.contains(&at)
    };
    let rows: Vec<Rule> = rules.horizontal.iter().filter(crossing).copied().collect();
    distinct(rows, (left + right) / 2.0, near * 1.5)
}

/// The rules without those that run on at both ends beyond where most end: folds in the paper.
fn without_folds(rules: Vec<Rule>, beyond: f64) -> Vec<Rule> {
    let from = median_f64(rules.iter().map(|rule| rule.from)).unwrap_or_default();
    let end = median_f64(rules.iter().map(|rule| rule.end)).unwrap_or_default();
    let folds = |rule: &Rule| rule.from < from - beyond && rule.end > end + beyond;
    rules.into_iter().filter(|rule| !folds(rule)).collect()
}

/// Sorted across at `along`; of two nearer than `near` the one whose length is more like the others',
/// because a fold in the paper is often longer than the rule it runs beside.
pub(super) fn distinct(mut rules: Vec<Rule>, along: f64, near: f64) -> Vec<Rule> {
    rules.sort_by(|a, b| a.across(along).total_cmp(&b.across(along)));
    let usual = median_f64(rules.iter().map(Rule::length)).unwrap_or_default();
    let unlike = |rule: &Rule| (rule.length() - usual).abs();
    let mut kept: Vec<Rule> = Vec::new();
    for rule in rules {
        match kept.last_mut() {
            Some(last) if rule.across(along) - last.across(along) < near => {
                if unlike(&rule) < unlike(last) {
                    *last = rule;
                }
            }
            _ => kept.push(rule),
        }
    }
    kept
}

/// Adds an outer side that faded away, where horizontal rules run well beyond the last vertical one.
fn close_sides(columns: &mut Vec<Rule>, rows: &[Rule], beyond: f64) {
    let (Some(left), Some(right)) = (
        median_f64(rows.iter().map(|row| row.from)),
        median_f64(rows.iter().map(|row| row.end)),
    ) else {
        return;
    };
    if let Some(first) = columns.first().copied() {
        let gap = first.across((first.from + first.end) / 2.0) - left;
        if gap > beyond {
            columns.insert(0, first.moved(-gap));
        }
    }
    if let Some(last) = columns.last().copied() {
        let gap = right - last.across((last.from + last.end) / 2.0);
        if gap > beyond {
            columns.push(last.moved(gap));
        }
    }
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
        let bar = letters.iter().position(|c| "|[]".contains(*c));
        let split = bar.unwrap_or(expected).min(letters.len());
        let part = |letters: &[char], bounds| Word {
            text: letters.iter().collect(),
            confidence: word.confidence * 0.8, // where letters end was not read but reckoned
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
