//! Tables whose columns or rows no rule parts: the white between the columns, and the rows by the
//! figures that begin them.

use super::grid::Grid;
use super::lean::Lean;
use super::open_sides::with_open_sides;
use super::row_borders::{drawn, with_rows};
use super::rules::{Rule, Rules};
use super::{RuledTable, TableLayout, column_borders};
use crate::geometry::{bottom, centre, median_f64, right};
use crate::layout::lines::{Line, lines, usual_height};
use crate::word::Word;

/// Lines of a table have at least this many parts with wide white between.
const LEAST_PARTS: usize = 3;
/// Fewer such lines make no table.
const LEAST_LINES: usize = 4;
/// White as wide as this many heights of letters parts two cells of a line: wider than most blanks between words.
const WIDE: f64 = 1.1;
/// Of the lines at most this share may stand in the white between two columns: headings of groups, long values.
const STRAY: f64 = 0.06;
/// The same while it is not known which lines are headings.
const STRAY_FIRST: f64 = 0.2;
/// Narrowest white between columns, in heights of letters: wider than the blank between two words, or, where many
/// lines share it, as wide, because blanks never stand one below the other so often.
const NARROW: f64 = 0.7;
const NARROW_IN_MANY: f64 = 0.45;
/// From this many lines on, a page has many.
const MANY: usize = 10;
/// Words the engine is less sure of are specks and strokes.
const SPECK: f64 = 0.25;
/// Lines further apart than this many usual steps are not of one table.
const APART: f64 = 4.0;
/// Lines above the table are its header while at most this share of their words stands across two columns.
const ACROSS: f64 = 0.3;
/// Rules that make no more rows may be those of a header alone.
const HEADER_ONLY: usize = 3;
/// A stretch of white between two columns, or beside the outer ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gap {
    pub from: f64,
    pub end: f64,
}

/// The part of a page that looks like a table.
#[derive(Debug)]
pub(super) struct Body {
    pub gaps: Vec<Gap>,
    pub top: f64,
    pub bottom: f64,
}

/// The table of a page without vertical rules; `None` where the words stand in no columns.
pub(super) fn body(words: &[Word], width: u32) -> Option<Body> {
    // Specks would fill the white between columns.
    let legible = |word: &&Word| word.holds_text() && word.confidence > SPECK;
    let words: Vec<Word> = words.iter().filter(legible).cloned().collect();
    let height = f64::from(usual_height(&words));
    let all = lines(&words);
    let parted: Vec<&Line> = all
        .iter()
        .filter(|line| parts(line, height) >= LEAST_PARTS)
        .collect();
    let table = together(&parted);
    if table.len() < LEAST_LINES {
        return None;
    }
    // Rows of people have figures in at least two columns; a letter set in columns has not.
    let figured: Vec<&Line> = table
        .iter()
        .copied()
        .filter(|line| figures(line) >= 2)
        .collect();
    // Where figures are written in words, all parted lines have to do.
    let table = if figured.len() >= LEAST_LINES {
        &figured[..]
    } else {
        table
    };
    // Twice: headings are found by the columns, and columns more exactly without headings.
    let first = gaps(table, height, f64::from(width), STRAY_FIRST);
    let plain: Vec<&Line> = table
        .iter()
        .copied()
        .filter(|line| !runs_across(line, &first))
        .collect();
    let gaps = match plain.len() >= LEAST_LINES {
        true => gaps(&plain, height, f64::from(width), STRAY),
        false => first,
    };
    let top = f64::from(table.iter().map(|line| line.bounds()[1]).min()?);
    let end = f64::from(table.iter().map(|line| bottom(line.bounds())).max()?);
    // Half a letter beyond the words, so that no stroke of theirs lies outside the grid.
    (gaps.len() > LEAST_PARTS).then(|| Body {
        top: header_top(&all, &gaps, top, height) - height / 2.0,
        bottom: end + height / 2.0,
        gaps,
    })
}

/// How many words of a line bear figures: those of people have numbers and dates, headers and headings have none.
fn figures(line: &Line) -> usize {
    line.words.iter().filter(|word| has_figures(word)).count()
}

/// Whether a word is mostly figures.
fn has_figures(word: &Word) -> bool {
    word.text.chars().filter(char::is_ascii_digit).count() * 2 > word.text.chars().count()
}

/// How many parts of a line wide white parts.
fn parts(line: &Line, height: f64) -> usize {
    let wide =
        |pair: &&[Word]| f64::from(pair[1].bounds[0] - right(pair[0].bounds)) > height * WIDE;
    line.words.windows(2).filter(wide).count() + 1
}

/// The longest run of lines that stand closely below each other.
fn together<'l, 'a>(lines: &'l [&'a Line]) -> &'l [&'a Line] {
    let middle = |line: &Line| centre(line.bounds()).1;
    let steps = lines
        .windows(2)
        .map(|pair| middle(pair[1]) - middle(pair[0]));
    let Some(step) = median_f64(steps) else {
        return lines;
    };
    let (mut from, mut best) = (0, 0..0);
    for at in 1..=lines.len() {
        // The longest run, because a letterhead in two columns stands above the table at a
        // distance.
        let ends = at == lines.len() || middle(lines[at]) - middle(lines[at - 1]) > step * APART;
        if ends {
            if at - from > best.len() {
                best = from..at;
            }
            from = at;
        }
    }
    &lines[best]
}

/// Whether much of a line stands in the white between columns: a heading, a total, a sentence.
fn runs_across(line: &Line, gaps: &[Gap]) -> bool {
    let inner = || gaps.iter().skip(1).rev().skip(1);
    let crossed = |gap: &&Gap| {
        let middle = (gap.from + gap.end) / 2.0;
        let covers = |word: &Word| {
            f64::from(word.bounds[0]) < middle && f64::from(right(word.bounds)) > middle
        };
        line.words.iter().any(covers)
    };
    // More than a quarter: one long name across a border is no heading.
    inner().filter(crossed).count() * 4 > inner().count()
}

/// The top of the lines above the body that name its columns, else the body's own.
fn header_top(lines: &[Line], gaps: &[Gap], top: f64, height: f64) -> f64 {
    let (mut reached, mut tried) = (top, top);
    let mut above: Vec<&Line> = lines
        .iter()
        // From below upwards: the header stands right above the body, and what is further up is the
        // title.
        .filter(|line| f64::from(bottom(line.bounds())) <= top + height / 2.0)
        .collect();
    above.sort_by_key(|line| std::cmp::Reverse(line.bounds()[1]));
    let borders: Vec<f64> = gaps
        .iter()
        .skip(1)
        .rev()
        .skip(1)
        .map(|gap| (gap.from + gap.end) / 2.0)
        .collect();
    for line in above {
        // A gap of more than two lines parts the header from the title.
        let near = tried - f64::from(bottom(line.bounds())) < height * 2.5;
        let crosses = |word: &&Word| {
            let inside = |at: &&f64| {
                **at > f64::from(word.bounds[0]) + 2.0 && **at < f64::from(right(word.bounds)) - 2.0
            };
            borders.iter().any(|at| inside(&at))
        };
        let crossing = line.words.iter().filter(crosses).count() as f64;
        if !near || crossing > ACROSS * line.words.len() as f64 {
            break;
        }
        tried = tried.min(f64::from(line.bounds()[1]));
        // One piece of writing is the lower line of a header cell only where others stand above it.
        if parts(line, height * 0.7) >= 2 {
            reached = tried;
        }
    }
    reached
}

impl TableLayout<'_> {
    /// The table of a page as its own rules draw it, or, where no vertical rules part its columns, as the white
    /// between them does. `width` and `dpi` are of the upright page.
    pub fn of(
        drawn: Option<&RuledTable>,
        rules: &Rules,
        words: &[Word],
        width: u32,
        dpi: u32,
    ) -> Option<Self> {
        let ruled = drawn.and_then(|table| {
            let whole = beyond_header(&table.grid, words, width);
            let grid = whole.unwrap_or_else(|| table.grid.clone());
            let grid = match table.has_columns {
                true => with_open_sides(grid, words),
                false => grid,
            };
            let grid = with_all_rows(&grid, words)?;
            let headed = match table.has_columns {
                true => None,
                false => with_header(&grid, words),
            };
            Some((headed.unwrap_or(grid), table.has_columns))
        });
        let (grid, is_ruled) = match ruled {
            Some(ruled) => ruled,
            None => (by_gaps(rules, words, width, dpi)?, false),
        };
        Some(Self {
            grid: column_borders::mended(grid, words, is_ruled),
            is_ruled,
            map: None,
            share: 0.0,
        })
    }
}

/// A table of lying rules with the lines above the first of them that name its columns; `None` where there are none.
fn with_header(grid: &Grid, words: &[Word]) -> Option<Grid> {
    let legible: Vec<Word> = words
        .iter()
        .filter(|word| word.holds_text())
        .cloned()
        .collect();
    let height = f64::from(usual_height(&legible));
    let [(left, top), (right, _), ..] = grid.corners();
    let at = |rule: &Rule| rule.across(rule.from);
    let gaps: Vec<Gap> = grid
        .vertical()
        .iter()
        .map(|rule| Gap {
            from: at(rule),
            end: at(rule),
        })
        .collect();
    let within = |word: &&Word| (left..right).contains(&centre(word.bounds).0);
    let inside: Vec<Word> = legible.iter().filter(within).cloned().collect();
    let first = grid.rows(&inside).into_iter().next()?;
    let numbers = first
        .iter()
        .flatten()
        .filter(|word| has_figures(word))
        .count();
    let filled = first.iter().filter(|cell| !cell.is_empty()).count();
    // A first row of words in most columns is the header itself.
    if numbers < 2 && filled > 2 {
        return None;
    }
    let reached = header_top(&lines(&inside), &gaps, top, height);
    let is_higher = reached < top - height * 0.5;
    let above = || Rule::straight(reached - height / 2.0, left, right);
    is_higher.then(|| {
        grid.with_rows(
            std::iter::once(above())
                .chain(grid.horizontal().iter().copied())
                .collect(),
        )
    })?
}

/// A grid that rules draw around the header only, down to the last line of the body that stands below it.
fn beyond_header(grid: &Grid, words: &[Word], width: u32) -> Option<Grid> {
    // More rows than a header has: the rules go on into the body and tell its rows themselves.
    if grid.row_count() > HEADER_ONLY {
        return None;
    }
    let [(left, _), (right, _), (_, bottom), _] = grid.corners();
    let body = body(words, width)?;
    // It begins about where the header ends and goes on below; else it is another table.
    let begins = body.top < bottom + (body.bottom - body.top) / 2.0 && body.bottom > bottom * 1.02;
    let within = body.gaps.first()?.end > left - (right - left) * 0.05;
    if begins && within {
        grid.down_to(body.bottom)
    } else {
        None
    }
}

/// A ruled table with the rows that no rules part: many registers rule head, foot and columns only.
fn with_all_rows(grid: &Grid, words: &[Word]) -> Option<Grid> {
    let [(left, _), (right, _), ..] = grid.corners();
    let (own, middle) = (grid.horizontal(), (left + right) / 2.0);
    // Words outside the drawn table would suggest rows of the signature below.
    let inside: Vec<Word> = words
        .iter()
        .filter(|word| grid.place(word.bounds).is_some())
        .cloned()
        .collect();
    grid.with_rows(drawn(&inside, grid.vertical(), own, middle))
}

/// The table of a page that no vertical rules part, by the white between its columns.
fn by_gaps(rules: &Rules, words: &[Word], width: u32, dpi: u32) -> Option<Grid> {
    // Lines are looked for among words that stand level; where they do, their rows lean as the page does.
    let level = Lean::of(words).map(|lean| lean.levelled(words));
    let body = body(level.as_deref().unwrap_or(words), width)?;
    let middle = |gap: &Gap| (gap.from + gap.end) / 2.0;
    let mut at: Vec<f64> = body.gaps.iter().map(middle).collect();
    // The white beside a table ends at the paper's edge; the table ends nearer to its text.
    let beside = f64::from(dpi) * 0.08;
    let (first, last) = (body.gaps.first()?, body.gaps.last()?);
    // The outermost whites go to the paper's edge and say nothing of the table's own.
    let outer = at.len() - 1;
    (at[0], at[outer]) = ((first.end - beside).max(0.0), last.from + beside);
    let vertical = |x: &f64| Rule::straight(*x, body.top, body.bottom);
    let columns = at.iter().map(vertical).collect();
    with_rows(columns, rules, words, (body.top, body.bottom), dpi)
}

/// Where hardly any line has a word, the margins included.
fn gaps(lines: &[&Line], height: f64, width: f64, stray: f64) -> Vec<Gap> {
    let mut ends: Vec<(i32, i32)> = Vec::new();
    for word in lines.iter().flat_map(|line| &line.words) {
        ends.push((word.bounds[0], 1));
        ends.push((right(word.bounds), -1));
    }
    ends.sort_unstable();
    // In long tables a single line may always stand in the white: a scribbled remark must not join
    // two columns.
    let allowed = ((lines.len() as f64 * stray) as i32).max(i32::from(lines.len() > 8));
    let (mut gaps, mut from, mut depth) = (Vec::new(), Some(0.0), 0);
    for (at, step) in ends {
        let at = f64::from(at);
        depth += step;
        match from {
            Some(begun) if depth > allowed => {
                gaps.push(Gap {
                    from: begun,
                    end: at,
                });
                from = None;
            }
            None if depth <= allowed => from = Some(at),
            _ => {}
        }
    }
    gaps.push(Gap {
        from: from.unwrap_or(width),
        end: width.max(from.unwrap_or(width)),
    });
    let outer = gaps.len() - 1;
    // With many rows a narrow white cannot be chance; with few, it may be the blanks of like words.
    let narrow = if lines.len() >= MANY {
        NARROW_IN_MANY
    } else {
        NARROW
    };
    let wide = |(at, gap): (usize, Gap)| {
        (at == 0 || at == outer || gap.end - gap.from >= height * narrow).then_some(gap)
    };
    gaps.into_iter().enumerate().filter_map(wide).collect()
}

#[cfg(test)]
mod tests;
