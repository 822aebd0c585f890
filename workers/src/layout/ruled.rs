//! The table that vertical rules draw: which of a page's rules are its borders, and where they end.

use super::grid::{Grid, LEAST_COLUMNS};
use super::rules::{Rule, Rules};
use crate::geometry::median_f64;

/// No column of a table of several is wider, as a share of it.
const WIDEST: f64 = 0.38;
/// Wider ones that come to this share of the table are its frame.
const FRAMED: f64 = 0.75;

/// The grid the rules make; `None` if they make none.
pub(super) fn build(rules: &Rules, dpi: u32) -> Option<Grid> {
    let near = f64::from(dpi) * 0.07;
    let sharing = alike(&rules.vertical);
    // First what most rules share, then folds: a fold is judged by how far it runs beyond the
    // others.
    let columns = without_folds(sharing, near * 3.0);
    let longest = columns
        .iter()
        .max_by(|a, b| a.length().total_cmp(&b.length()))?;
    let middle = (longest.from + longest.end) / 2.0;
    let ends = (longest.from, longest.end);
    // Double rules are one border.
    let mut columns = distinct(columns, middle, near * 1.5);
    let (left, right) = (
        columns.first()?.across(middle),
        columns.last()?.across(middle),
    );
    let ends = with_rules_below(rules, (left, right), ends);
    let mut rows = rows_across(rules, (left, right), ends, dpi);
    // Rows before sides: only they show how far the table reaches.
    close_sides(&mut columns, &rows, near * 4.0);
    // A frame with few columns is a box in a letter, and closing it would swallow the text below.
    if columns.len() > LEAST_COLUMNS + 1 {
        close_ends(&mut rows, (left, right), &columns, near * 3.0);
    }
    Grid::of(columns, rows).filter(|grid| !is_frame(grid))
}

/// Whether the standing rules only frame the table, or its two halves in an open book: nearly all of it lies in columns
/// far wider than any value.
fn is_frame(grid: &Grid) -> bool {
    let wide: f64 = grid
        .widths()
        .into_iter()
        .filter(|width| *width > WIDEST)
        .sum();
    wide > FRAMED
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
        // Not further than three rows: the next table on the page begins below.
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
    // The head of many registers has no upper rule.
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
        // Of equal ones the longest, by a millionth: lengths only break ties.
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
        // Two fifths of the width: rules fade on worn pages, and shorter ones are underlines.
        shared >= (right - left) * 0.4 && within.contains(&at)
    };
    let rows: Vec<Rule> = rules.horizontal.iter().filter(crossing).copied().collect();
    distinct(rows, (left + right) / 2.0, near * 1.5)
}

/// The rules without those that run on at both ends beyond where most end: folds in the paper.
fn without_folds(rules: Vec<Rule>, beyond: f64) -> Vec<Rule> {
    let from = median_f64(rules.iter().map(|rule| rule.from)).unwrap_or_default();
    let end = median_f64(rules.iter().map(|rule| rule.end)).unwrap_or_default();
    // At both ends, because a border may well run on at one.
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
                // Of two that lie close, the one as long as the others is the rule, the other a
                // shadow or a stroke.
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
