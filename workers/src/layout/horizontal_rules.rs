//! Tables with horizontal rules only: the rules part the rows, and the columns stand where hardly any row has ink.

use super::grid::Grid;
use super::ruled::distinct;
use super::rules::{Rule, Rules};
use crate::geometry::median_f64;
use crate::image::Grey;

/// Fewer rules of one length are a letterhead's or a form's.
const LEAST_RULES: usize = 5;
/// Rules of one table begin and end within this share of its width of each other.
const ALIKE: f64 = 0.03;
/// A rule of the table that was cut short has at least this share of the others' length.
const CUT: f64 = 0.8;
/// The most rows a header is high.
const HEADER: f64 = 4.0;
/// A table is at least so wide, as a share of the page.
const NARROWEST: f64 = 0.5;
/// How far ink may be on the way from the darkest to the paper, in hundredths.
const INK: u32 = 45;
/// Of the rows at most this share has ink in the white between two columns: headings, long values.
const STRAY: f64 = 0.1;
/// Narrowest white between columns, in inches: blanks between words are as wide, but never in that many rows.
const WHITE: f64 = 0.045;

/// The table that horizontal rules draw; `None` where they draw none, or no white parts its columns.
pub(super) fn build(rules: &Rules, page: &Grey) -> Option<Grid> {
    let rows = rows(rules, page.pixel_size().0, page.dpi)?;
    let left = median_f64(rows.iter().map(|row| row.from))?;
    let right = median_f64(rows.iter().map(|row| row.end))?;
    let (top, bottom) = (rows.first()?.across(left), rows.last()?.across(left));
    let inked = inked_rows(page, &rows, (left, right));
    let vertical = |x: f64| Rule::straight(x, top, bottom);
    let mut columns = vec![vertical(left)];
    columns.extend(
        borders(&inked, page.dpi)
            .into_iter()
            .map(|x| vertical(left + x as f64)),
    );
    columns.push(vertical(right));
    Grid::of(columns, rows)
}

/// The rules of the table, from top to bottom: all of one length, one below the other.
fn rows(rules: &Rules, width: u32, dpi: u32) -> Option<Vec<Rule>> {
    let wide = |rule: &&Rule| rule.length() >= f64::from(width) * NARROWEST;
    let long: Vec<&Rule> = rules.horizontal.iter().filter(wide).collect();
    let alike = |a: &Rule, b: &Rule| {
        // All rules of one table are equally long; underlines of headings are not.
        let slack = a.length() * ALIKE;
        (a.from - b.from).abs() <= slack && (a.end - b.end).abs() <= slack
    };
    let of_one_length = |one: &&Rule| long.iter().filter(|other| alike(one, other)).count();
    // The length that most share, not the longest: a fold may run over the whole page.
    let usual = *long.iter().copied().max_by_key(of_one_length)?;
    let own: Vec<Rule> = long
        .iter()
        .filter(|rule| alike(&usual, rule))
        .map(|rule| **rule)
        .collect();
    let middle = (usual.from + usual.end) / 2.0;
    let rows = distinct(own, middle, f64::from(dpi) * 0.1);
    (rows.len() >= LEAST_RULES).then(|| {
        let all = with_cut_rules(rows, &long, &usual, middle);
        distinct(all, middle, f64::from(dpi) * 0.1)
    })
}

/// The rules of a table with those beside it that a fold or the paper's edge cut short: they lie within it, no further
/// from the next than a header is high.
fn with_cut_rules(mut rows: Vec<Rule>, long: &[&Rule], usual: &Rule, middle: f64) -> Vec<Rule> {
    let steps = rows
        .windows(2)
        .map(|pair| pair[1].across(middle) - pair[0].across(middle));
    let step = median_f64(steps).unwrap_or_default();
    let shares = |rule: &&&Rule| {
        let shared = rule.end.min(usual.end) - rule.from.max(usual.from);
        shared >= usual.length() * CUT && rule.length() <= usual.length() * (2.0 - CUT)
    };
    let within: Vec<Rule> = long.iter().filter(shares).map(|rule| **rule).collect();
    // A header stands above the first of the whole rules, and nothing of the table above it.
    let tops = rows.iter().map(|rule| rule.across(middle));
    let highest = tops.fold(f64::MAX, f64::min) - step * HEADER;
    loop {
        let ends = rows.iter().map(|rule| rule.across(middle));
        let (top, bottom) = ends.fold((f64::MAX, f64::MIN), |(top, bottom), y| {
            (top.min(y), bottom.max(y))
        });
        let beyond = within.iter().find(|rule| {
            let y = rule.across(middle);
            y < top - step * 0.4 && y > highest
                || y > bottom + step * 0.4 && y < bottom + step * 1.6
        });
        match beyond {
            Some(rule) => rows.push(*rule),
            None => return rows,
        }
    }
}

/// For each pixel across the table, in how many of the rows it has ink; and how many rows have any.
struct Inked {
    rows: usize,
    depth: Vec<usize>,
}

fn inked_rows(page: &Grey, rows: &[Rule], (left, right): (f64, f64)) -> Inked {
    let ink = page.ink_limit(INK);
    // A little away from the rules, whose own thickness is no writing.
    let beside = f64::from(page.dpi / 60);
    let (from, end) = (
        left.max(0.0) as u32,
        (right.max(0.0) as u32).min(page.pixel_size().0),
    );
    let mut depth = vec![0; end.saturating_sub(from) as usize];
    let mut filled = 0;
    for pair in rows.windows(2) {
        let within = |x: u32| {
            let top = pair[0].across(f64::from(x)) + beside;
            let bottom = pair[1].across(f64::from(x)) - beside;
            top.max(0.0) as u32..bottom.max(0.0) as u32
        };
        let row = page.ink_between(from..end, ink, within).into_iter();
        // A single dark pixel is noise of the scanner.
        let row: Vec<bool> = row.map(|dark| dark > 1).collect();
        // Empty rows at the foot of a page would make every white look shared.
        if row.contains(&true) {
            filled += 1;
            depth
                .iter_mut()
                .zip(row)
                .for_each(|(depth, ink)| *depth += usize::from(ink));
        }
    }
    Inked {
        rows: filled,
        depth,
    }
}

/// Where columns part: in the emptiest middle of each white that nearly all rows share.
fn borders(inked: &Inked, dpi: u32) -> Vec<usize> {
    let allowed = ((inked.rows as f64 * STRAY) as usize).max(1);
    let narrow = (f64::from(dpi) * WHITE) as usize;
    let mut borders = Vec::new();
    let mut at = 0;
    for white in inked
        .depth
        .chunk_by(|a, b| (*a <= allowed) == (*b <= allowed))
    {
        let (from, end) = (at, at + white.len());
        at = end;
        let is_outer = from == 0 || end == inked.depth.len();
        // The outer whites are the margins of the table.
        if white[0] <= allowed && white.len() >= narrow && !is_outer {
            borders.push(from + emptiest(white));
        }
    }
    borders
}

/// The middle of the longest run of the least depth.
pub(super) fn emptiest(depths: &[usize]) -> usize {
    let least = depths.iter().copied().min().unwrap_or_default();
    let (mut at, mut best) = (0, (0, 0));
    for run in depths.chunk_by(|a, b| (*a == least) == (*b == least)) {
        if run[0] == least && run.len() > best.1 {
            best = (at, run.len());
        }
        at += run.len();
    }
    best.0 + best.1 / 2
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    #[test]
    fn horizontal_rules_and_white_make_a_table() {
        let mut picture = GrayImage::from_pixel(1600, 900, Luma([255]));
        let mut dark = |x: u32, y: u32, width: u32, height: u32| {
            for at in y..y + height {
                (x..x + width).for_each(|x| picture.put_pixel(x, at, Luma([10])));
            }
        };
        for row in 0..9 {
            dark(100, 100 + 80 * row, 1400, 3);
        }
        for row in 0..8 {
            let y = 130 + 80 * row;
            dark(120, y, 40, 24);
            dark(260, y, 300 + 20 * (row % 3), 24);
            dark(760, y, 200, 24);
            dark(1200, y, 150, 24);
        }
        let page = Grey::new(picture, 150);
        let grid = build(&Rules::of(&page), &page).unwrap();
        assert_eq!((grid.row_count(), grid.column_count()), (8, 4));
    }

    #[test]
    fn a_rule_cut_short_above_the_others_is_the_head_of_their_table() {
        let rule = |y: f64, end: f64| Rule::straight(y, 100.0, end);
        let below = (0..8).map(|row| rule(300.0 + 60.0 * f64::from(row), 1500.0));
        let horizontal: Vec<Rule> = [rule(160.0, 1340.0), rule(20.0, 1340.0)]
            .into_iter()
            .chain(below)
            .collect();
        let rules = Rules {
            horizontal,
            vertical: Vec::new(),
        };
        let found = rows(&rules, 1600, 150).unwrap();
        let heights: Vec<f64> = found.iter().map(|rule| rule.across(800.0)).collect();
        assert_eq!((found.len(), heights[0]), (9, 160.0));
    }

    #[test]
    fn a_border_stands_where_the_white_is_emptiest() {
        assert_eq!(emptiest(&[1, 1, 0, 0, 0, 1]), 3);
        assert_eq!(emptiest(&[1, 1, 1, 1]), 2);
    }
}
