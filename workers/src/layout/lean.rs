//! How the lines of a page lean and bend where no rule shows it: by how each word stands beside the next.

use super::rules::Rule;
use crate::geometry::{bottom, centre, median_f64, right};
use crate::word::Word;

/// Fewer pairs of neighbours show no lean.
const LEAST_PAIRS: usize = 40;
/// Words further apart than this many heights of theirs may be of two lines.
const NEAR: f64 = 12.0;
/// Slopes further from the middle one are of words that reach above or below others.
const STRAY: f64 = 0.05;
/// Lines that rise less than this from one end to the other, in heights of letters, are level.
const LEVEL: f64 = 0.3;
/// No page is scanned that leans more, once it was straightened.
const STEEPEST: f64 = 0.06;

/// How far the same row may stand apart in two columns, in steps from row to row.
const SHIFTED: f64 = 0.42;
/// How far it must, in heights of letters, for a slope to be left.
const LEFT: f64 = 0.25;

/// The rise of a page's lines: so far `x` beside the middle they stand `b·x + c·x²` lower than there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lean {
    middle: f64,
    b: f64,
    c: f64,
}

impl Lean {
    /// How the lines of these words lean; `None` where they are level, or too few to tell.
    pub fn of(words: &[Word]) -> Option<Self> {
        let words: Vec<&Word> = words.iter().filter(|word| word.holds_text()).collect();
        let height = median_f64(words.iter().map(|word| f64::from(word.bounds[3])))?;
        let pairs = pairs(&words, height);
        if pairs.len() < LEAST_PAIRS {
            return None;
        }
        let usual = median_f64(pairs.iter().map(|(_, slope)| *slope))?;
        let near: Vec<(f64, f64)> = pairs
            .into_iter()
            .filter(|(_, slope)| (slope - usual).abs() < STRAY)
            .collect();
        let (slope, bend) = line_through(&near)?;
        let ends = words.iter().map(|word| f64::from(word.bounds[0]));
        let from = ends.clone().fold(f64::MAX, f64::min);
        let end = ends.fold(f64::MIN, f64::max);
        let middle = (from + end) / 2.0;
        let lean = Self {
            middle,
            b: slope + bend * middle,
            c: bend / 2.0,
        };
        let rises: Vec<f64> = (0..=8)
            .map(|step| lean.rise(from + (end - from) * f64::from(step) / 8.0))
            .collect();
        let most = rises.iter().copied().fold(f64::MIN, f64::max);
        let least = rises.iter().copied().fold(f64::MAX, f64::min);
        let tells = most - least > LEVEL * height && most - least < STEEPEST * (end - from);
        tells.then_some(lean)
    }

    /// Lines that are level.
    pub fn level(middle: f64) -> Self {
        Self {
            middle,
            b: 0.0,
            c: 0.0,
        }
    }

    /// The same with a further slope.
    pub fn with(self, slope: f64) -> Self {
        Self {
            b: self.b + slope,
            ..self
        }
    }

    fn rise(self, x: f64) -> f64 {
        let off = x - self.middle;
        self.b * off + self.c * off * off
    }

    /// A border that leans as the lines do and stands so high in the middle.
    pub fn rule(self, y: f64, from: f64, end: f64) -> Rule {
        let (b, c, at) = (self.b, self.c, self.middle);
        Rule::bent([y - b * at + c * at * at, b - 2.0 * c * at, c], from, end)
    }

    /// The words as high as they would stand in level lines.
    pub fn levelled(self, words: &[Word]) -> Vec<Word> {
        let level = |word: &Word| {
            let mut level = word.clone();
            level.bounds[1] -= self.rise(centre(word.bounds).0).round() as i32;
            level
        };
        words.iter().map(level).collect()
    }
}

/// The slope that is left between columns of figures, each with its place across and the middles of its lines: a row
/// stands in all of them. `None` where nothing tells, or less than a quarter of a letter is left.
pub(super) fn between(columns: &[(f64, Vec<f64>)], height: f64) -> Option<f64> {
    let (at, rows) = columns.iter().max_by_key(|(_, middles)| middles.len())?;
    let step = median_f64(rows.windows(2).map(|pair| pair[1] - pair[0]))?;
    let nearest = |middle: &f64| {
        let offs = rows.iter().map(|row| middle - row);
        offs.min_by(|a, b| a.abs().total_cmp(&b.abs()))
    };
    // Half a step off, nobody could say to which row a line belongs.
    let off = |(x, middles): &(f64, Vec<f64>)| {
        let off = median_f64(middles.iter().filter_map(nearest))?;
        let many = middles.len() * 10 >= rows.len() * 6;
        (many && x != at && off.abs() < step * SHIFTED).then_some((x - at, off))
    };
    let offs: Vec<(f64, f64)> = columns.iter().filter_map(off).collect();
    let squares: f64 = offs.iter().map(|(x, _)| x * x).sum();
    let slope = offs.iter().map(|(x, off)| x * off).sum::<f64>() / squares;
    let widest = offs.iter().map(|(x, _)| x.abs()).fold(0.0, f64::max);
    (squares > 0.0 && (slope * widest).abs() > height * LEFT).then_some(slope)
}

/// For each word and the nearest on its right in its line where they meet, and how that line rises there.
fn pairs(words: &[&Word], height: f64) -> Vec<(f64, f64)> {
    let next = |word: &Word| {
        let beside = words.iter().filter(|other| {
            let shared =
                bottom(other.bounds).min(bottom(word.bounds)) - other.bounds[1].max(word.bounds[1]);
            let lower = other.bounds[3].min(word.bounds[3]);
            other.bounds[0] >= right(word.bounds) && shared * 2 > lower
        });
        beside.min_by_key(|other| other.bounds[0]).copied()
    };
    let slope = |word: &&Word| {
        let other = next(word)?;
        let ((x, _), (further, _)) = (centre(word.bounds), centre(other.bounds));
        let far = further - x;
        // Both feet stand on the line; a word that is much higher reaches below it.
        let alike = (word.bounds[3] - other.bounds[3]).abs() as f64 <= height * 0.35;
        let rise = f64::from(bottom(other.bounds) - bottom(word.bounds));
        (alike && far <= height * NEAR && far > height).then(|| ((x + further) / 2.0, rise / far))
    };
    words.iter().filter_map(slope).collect()
}

/// The straight line through points: its height at zero and its slope, by least squares.
fn line_through(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let (x, y) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    let (x, y) = (x / count, y / count);
    let (sxx, sxy) = points.iter().fold((0.0, 0.0), |(sxx, sxy), point| {
        let off = point.0 - x;
        (sxx + off * off, sxy + off * (point.1 - y))
    });
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    (count > 0.0).then_some((y - slope * x, slope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::word;

    /// Twelve lines of eight words that rise by so much a pixel, and bend by so much.
    fn sheet(slope: f64, bend: f64) -> Vec<Word> {
        let place = |row: i32, column: i32| {
            let x = 60 + column * 120;
            let rise = slope * f64::from(x) + bend * f64::from(x * x);
            word("Thanh", x, 100 + row * 40 + rise.round() as i32)
        };
        (0..12)
            .flat_map(|row| (0..8).map(move |column| place(row, column)))
            .collect()
    }

    #[test]
    fn lines_that_lean_are_levelled() {
        for (slope, bend) in [(0.03, 0.0), (-0.02, 0.0), (0.05, -0.00003)] {
            let words = sheet(slope, bend);
            let lean = Lean::of(&words).unwrap();
            let level = lean.levelled(&words);
            let heights: Vec<i32> = level[..8].iter().map(|word| word.bounds[1]).collect();
            let off = heights.iter().max().unwrap() - heights.iter().min().unwrap();
            assert!(off <= 4, "{slope} {bend}: {heights:?}");
            let rule = lean.rule(200.0, 0.0, 1000.0);
            let apart = |word: &Word| rule.across(centre(word.bounds).0) - centre(word.bounds).1;
            let first: Vec<f64> = words[16..24].iter().map(apart).collect();
            assert!(
                first.iter().all(|off| (off - first[0]).abs() <= 4.0),
                "{first:?}"
            );
        }
    }

    #[test]
    fn what_is_left_of_a_lean_shows_between_columns_of_figures() {
        let rows = |off: f64| {
            (0..10)
                .map(|row| 100.0 + 40.0 * f64::from(row) + off)
                .collect()
        };
        let columns = [(50.0, rows(0.0)), (550.0, rows(8.0)), (1050.0, rows(16.0))];
        let slope = between(&columns, 20.0).unwrap();
        assert!((slope - 0.016).abs() < 0.001, "{slope}");
        assert_eq!(
            between(&[(50.0, rows(0.0)), (550.0, rows(1.0))], 20.0),
            None
        );
        assert_eq!(
            between(&[(50.0, rows(0.0)), (550.0, rows(20.0))], 20.0),
            None
        );
    }

    #[test]
    fn level_lines_stay() {
        assert_eq!(Lean::of(&sheet(0.0, 0.0)), None);
        assert_eq!(Lean::of(&sheet(0.03, 0.0)[..20]), None);
    }
}
