//! How the lines of a page lean and bend where no rule shows it: by how each word stands beside the next.

use super::row_borders::is_text;
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

/// The rise of a page's lines: at `x` they stand `b·x + c·x²` below where they begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lean {
    b: f64,
    c: f64,
}

impl Lean {
    /// How the lines of these words lean; `None` where they are level, or too few to tell.
    pub fn of(words: &[Word]) -> Option<Self> {
        let words: Vec<&Word> = words.iter().filter(|word| is_text(word)).collect();
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
        let (at, bend) = line_through(&near)?;
        let lean = Self {
            b: at,
            c: bend / 2.0,
        };
        let ends = words.iter().map(|word| f64::from(word.bounds[0]));
        let from = ends.clone().fold(f64::MAX, f64::min);
        let end = ends.fold(f64::MIN, f64::max);
        let rises: Vec<f64> = (0..=8)
            .map(|step| lean.rise(from + (end - from) * f64::from(step) / 8.0))
            .collect();
        let most = rises.iter().copied().fold(f64::MIN, f64::max);
        let least = rises.iter().copied().fold(f64::MAX, f64::min);
        let tells = most - least > LEVEL * height && most - least < STEEPEST * (end - from);
        tells.then_some(lean)
    }

    fn rise(self, x: f64) -> f64 {
        self.b * x + self.c * x * x
    }

    /// Its two coefficients, of `x` and of its square.
    pub fn coefficients(self) -> [f64; 2] {
        [self.b, self.c]
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
        }
    }

    #[test]
    fn level_lines_stay() {
        assert_eq!(Lean::of(&sheet(0.0, 0.0)), None);
        assert_eq!(Lean::of(&sheet(0.03, 0.0)[..20]), None);
    }
}
