//! Rows and cells struck out: a pen's line through the middle of the words, straight, slanted, gently
//! wavy, double or crossed. No rule of the table is one, because letters do not pass through it, and no
//! underline, on which letters stand.

use std::cell::LazyCell;

use super::Grid;
use super::rules::{Rule, covered, grouped, span};
use crate::geometry::median_f64;
use crate::image::{Bitmap, Grey, Run};
use crate::word::Box4;

/// Resolution at which strokes are looked for.
const WORKING_DPI: u32 = 150;
/// Darker than this is ink or a pen's line.
const INK: u8 = 165;
/// Inches a line runs on level; the longest bar of a letter is shorter.
const LEAST_RUN: f64 = 0.10;
/// Inches a line is long at least.
const LEAST_LENGTH: f64 = 0.32;
/// Inches of ink a line is thick at most, a cross counted twice; more is a blot or a shadow.
const THICKEST: f64 = 0.09;
/// Inches letters reach up and down from a line drawn through them.
const REACH: f64 = 0.015;
/// Shares of a line where letters are near: letters passing on either side, on both together.
const EITHER: f64 = 0.04;
const BOTH: f64 = 0.15;
/// Letters pass on one side at least this many times as often as on the other; they stand on an underline.
const EVEN: f64 = 0.25;
/// Inches within which letters are near a line.
const NEAR: f64 = 0.10;
/// How steeply the page is sheared to find the arms of a cross as well.
const SLOPES: [f64; 3] = [0.0, -0.3, 0.3];

/// A long line of ink, in pixels of the page; whether letters pass through it is asked place by place.
#[derive(Debug)]
pub(crate) struct Stroke {
    from: f64,
    end: f64,
    columns: Vec<StrokeColumn>,
}

/// The line at one place across the page.
#[derive(Debug, Clone, Copy, Default)]
struct StrokeColumn {
    /// Its height on the page.
    height: f64,
    /// Whether letters are near, reach up from it, reach down from it.
    near: bool,
    above: bool,
    below: bool,
}

impl Stroke {
    /// In pixels of the page.
    pub fn length(&self) -> f64 {
        self.end - self.from
    }

    /// The part of it between these places across the page.
    fn part(&self, left: f64, right: f64) -> &[StrokeColumn] {
        let count = self.columns.len();
        let place = |x: f64| {
            let share = (x - self.from) / (self.end - self.from).max(1.0);
            ((share.clamp(0.0, 1.0) * count as f64) as usize).min(count)
        };
        &self.columns[place(left)..place(right)]
    }

    /// Whether it runs through most of what stands there.
    pub fn strikes(&self, [left, top, width, height]: Box4) -> bool {
        let (left, width) = (f64::from(left), f64::from(width).max(1.0));
        let long = self.end.min(left + width) - self.from.max(left) >= width * 0.5;
        let level = f64::from(top)..f64::from(top + height);
        let part = self.part(left, left + width);
        let within = part.iter().filter(|at| level.contains(&at.height));
        long && within.count() * 2 > part.len() && passed(part)
    }

    /// Whether that rule is this line, and words are struck out by it.
    fn is(&self, rule: &Rule, near: f64) -> bool {
        let (from, end) = (rule.from.max(self.from), rule.end.min(self.end));
        let apart = |share: f64| {
            let x = from + (end - from) * share;
            let height = self.part(x, self.end).first().map(|at| at.height);
            height.map_or(f64::MAX, |y| (rule.across(x) - y).abs())
        };
        let long = end - from >= rule.length() * 0.5;
        let along = [0.1, 0.5, 0.9].into_iter().all(|share| apart(share) < near);
        long && along && passed(self.part(from, end))
    }
}

/// Whether letters pass through that part of a line.
fn passed(part: &[StrokeColumn]) -> bool {
    let near = part.iter().filter(|at| at.near).count().max(1) as f64;
    let share = |is: fn(&&StrokeColumn) -> bool| part.iter().filter(is).count() as f64 / near;
    let (above, below) = (share(|at| at.above), share(|at| at.below));
    let (least, most) = (above.min(below), above.max(below));
    least >= EITHER && above + below >= BOTH && least >= most * EVEN
}

/// Takes out of the horizontal rules those that are lines through words, so that they part no row.
pub(super) fn remove_from(horizontal: &mut Vec<Rule>, page: &Grey) {
    let heights: Vec<f64> = horizontal
        .iter()
        .map(|rule| rule.across((rule.from + rule.end) / 2.0))
        .collect();
    let gaps: Vec<f64> = heights.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let Some(usual) = median_f64(gaps.iter().copied()) else {
        return;
    };
    let strokes = LazyCell::new(|| level(page)); // most pages have no rule in question
    let near = f64::from(page.dpi) * 0.03;
    let mut at = 0;
    horizontal.retain(|rule| {
        at += 1;
        // It lies inside a row: letters that touch the rules of their page part rows all the same.
        let narrow = |gap: Option<&f64>| gap.is_some_and(|gap| *gap < usual * 0.75);
        let inside = at >= 2 && narrow(gaps.get(at - 2)) && narrow(gaps.get(at - 1));
        !(inside && strokes.iter().any(|stroke| stroke.is(rule, near)))
    });
}

/// The lines that run nearly level.
fn level(page: &Grey) -> Vec<Stroke> {
    let (ink, scale) = InkMap::of(page);
    ink.strokes(scale, 0.0)
}

/// The lines between the rules of a table.
pub(crate) fn strokes(grid: &Grid, page: &Grey) -> Vec<Stroke> {
    let (mut ink, scale) = InkMap::of(page);
    ink.forget(grid, scale);
    let slopes = SLOPES.into_iter();
    slopes.flat_map(|slope| ink.strokes(scale, slope)).collect()
}

/// The ink of a page at the resolution strokes are looked for in.
struct InkMap {
    bitmap: Bitmap,
    dpi: f64,
}

impl InkMap {
    /// The page's ink, and its pixels for each of the page's.
    fn of(page: &Grey) -> (Self, f64) {
        let bitmap = page.bitmap(WORKING_DPI, INK);
        let scale = f64::from(bitmap.factor);
        let dpi = f64::from(page.dpi) / scale;
        (Self { bitmap, dpi }, scale)
    }

    fn pixels(&self, inches: f64) -> i32 {
        (inches * self.dpi).round().max(2.0) as i32
    }

    /// Paints out the horizontal rules of the table and what is above and below it.
    fn forget(&mut self, grid: &Grid, scale: f64) {
        let near = f64::from(self.pixels(0.03));
        for x in 0..self.bitmap.width {
            let rules = grid.row_heights(x as f64 * scale);
            let last = rules.len() - 1;
            for (index, height) in rules.iter().enumerate() {
                let (from, end) = (height / scale - near, height / scale + near);
                let from = if index == 0 { 0.0 } else { from.max(0.0) };
                let end = if index == last {
                    self.bitmap.height as f64
                } else {
                    end
                };
                for y in from as usize..(end as usize + 1).min(self.bitmap.height) {
                    self.bitmap.ink[y * self.bitmap.width + x] = false;
                }
            }
        }
    }

    /// Ink at a place of the page.
    fn is_ink(&self, x: i32, y: i32) -> bool {
        let inside = (0..self.bitmap.width as i32).contains(&x)
            && (0..self.bitmap.height as i32).contains(&y);
        inside && self.bitmap.ink[y as usize * self.bitmap.width + x as usize]
    }

    fn strokes(&self, scale: f64, slope: f64) -> Vec<Stroke> {
        let groups = grouped(self.runs(slope), 2).into_iter();
        groups
            .filter_map(|group| self.stroke(&group, scale, slope))
            .collect()
    }

    /// Ink that runs on along the slope, a pixel's gap allowed; rows are those of the page sheared by it.
    fn runs(&self, slope: f64) -> Vec<Run> {
        let shortest = self.pixels(LEAST_RUN);
        let falls: Vec<i32> = (0..self.bitmap.width as i32)
            .map(|x| fall(x, slope))
            .collect();
        let (highest, lowest) = (falls.iter().max(), falls.iter().min());
        let (highest, lowest) = (*highest.unwrap_or(&0), *lowest.unwrap_or(&0));
        // Where the ink of each sheared row began to run and where it was last, nowhere yet.
        let mut open = vec![(0, -9); self.bitmap.height + (highest - lowest) as usize];
        let mut runs = Vec::new();
        let mut end = |row: usize, (from, last): (i32, i32)| {
            if last + 1 - from >= shortest {
                let row = row as i32 - highest;
                runs.push(Run {
                    row,
                    from,
                    end: last + 1,
                });
            }
        };
        let mut follow = |y: usize, line: &[bool]| {
            for x in (0..line.len()).filter(|x| line[*x]) {
                let row = (y as i32 + highest - falls[x]) as usize;
                let (x, (from, last)) = (x as i32, open[row]);
                let runs_on = x - last <= 2;
                if !runs_on {
                    end(row, (from, last));
                }
                open[row] = (if runs_on { from } else { x }, x);
            }
        };
        // Along a sheared row the page's own rows fall or rise; each must meet it from the left.
        let lines = self
            .bitmap
            .ink
            .chunks_exact(self.bitmap.width.max(1))
            .enumerate();
        if slope < 0.0 {
            lines.rev().for_each(|(y, line)| follow(y, line));
        } else {
            lines.for_each(|(y, line)| follow(y, line));
        }
        open.into_iter()
            .enumerate()
            .for_each(|(row, run)| end(row, run));
        runs.sort_unstable_by_key(|run| (run.row, run.from));
        runs
    }

    /// The line these runs are, if they are a pen's or a rule's: long, whole and thin.
    fn stroke(&self, group: &[Run], scale: f64, slope: f64) -> Option<Stroke> {
        let length = span(group);
        let long = length >= self.pixels(LEAST_LENGTH);
        if !long || covered(group) * 10 < length * 9 {
            return None;
        }
        let ink: i32 = group.iter().map(|run| run.end - run.from).sum();
        if ink > length * self.pixels(THICKEST) {
            return None;
        }
        let from = group.iter().map(|run| run.from).min()?;
        let mut arms: Vec<Vec<(i32, i32)>> = vec![Vec::new(); length as usize];
        for run in group {
            for arms in &mut arms[(run.from - from) as usize..(run.end - from) as usize] {
                match arms.last_mut() {
                    Some((_, bottom)) if run.row <= *bottom + 1 => *bottom = run.row,
                    _ => arms.push((run.row, run.row)),
                }
            }
        }
        let mut height = f64::from(group[0].row);
        let columns = arms.iter().zip(from..).map(|(arms, x)| {
            if let (Some((top, _)), Some((_, bottom))) = (arms.first(), arms.last()) {
                height = f64::from(top + bottom) / 2.0 + f64::from(fall(x, slope));
            }
            StrokeColumn {
                height: height * scale,
                ..self.column(arms, x, slope)
            }
        });
        Some(Stroke {
            from: f64::from(from) * scale,
            end: f64::from(from + length) * scale,
            columns: columns.collect(),
        })
    }

    /// What letters do at one place of a line, which has two arms where it is double or a cross.
    fn column(&self, arms: &[(i32, i32)], x: i32, slope: f64) -> StrokeColumn {
        let falls = fall(x, slope);
        let ink = |y: i32| self.is_ink(x, y + falls);
        let reach = self.pixels(REACH);
        let up = |(top, _): &(i32, i32)| (1..=reach).all(|step| ink(top - step));
        let down = |(_, bottom): &(i32, i32)| (1..=reach).all(|step| ink(bottom + step));
        let far = self.pixels(NEAR);
        let near =
            |(top, bottom): &(i32, i32)| (1..=far).any(|at| ink(top - at) || ink(bottom + at));
        StrokeColumn {
            height: 0.0,
            near: arms.iter().any(near),
            above: arms.iter().any(up),
            below: arms.iter().any(down),
        }
    }
}

/// How far the page sheared by that slope has sunk at a place across it.
fn fall(x: i32, slope: f64) -> i32 {
    (f64::from(x) * slope).round() as i32
}
