//! Whether what the numbers of a column have in common was misread alike in all of them: that they run proves only the
//! figures that change. A typewriter's `0` that is taken for a `9` stands in every one; another model tells.

use crate::layout::lines::joined;
use crate::word::{Box4, Word};

/// So many cells of a column are read again.
pub(super) const SAMPLES: usize = 3;
/// So many of them that show the same other sign in the same place dispute the column.
const DISPUTING: usize = 2;

/// A number as it was read, and its place.
pub(crate) struct Sample {
    pub bounds: Box4,
    solid: Vec<char>,
}

impl Sample {
    pub(super) fn of(raw: &str, bounds: Box4) -> Self {
        Self {
            bounds,
            solid: solid(raw),
        }
    }

    /// The places in which another reading of the same length has another figure, and which.
    fn differences(&self, words: &[Word]) -> Vec<(usize, char)> {
        let other = solid(&joined(words));
        let pairs = self.solid.iter().zip(&other).enumerate();
        let differs = |(at, (own, other)): (usize, (&char, &char))| {
            (own != other && own.is_ascii_digit()).then_some((at, *other))
        };
        match other.len() == self.solid.len() {
            true => pairs.filter_map(differs).collect(),
            false => Vec::new(),
        }
    }
}

fn solid(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether other readings of these numbers have the same other figure in the same place.
pub(crate) fn are_disputed(samples: &[Sample], readings: &[Vec<Word>]) -> bool {
    let all: Vec<(usize, char)> = samples
        .iter()
        .zip(readings)
        .flat_map(|(sample, words)| sample.differences(words))
        .collect();
    all.iter()
        .any(|one| all.iter().filter(|other| *other == one).count() >= DISPUTING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn disputed(read: [&str; 3], again: [&str; 3]) -> bool {
        let samples = read.map(|raw| Sample::of(raw, [0; 4]));
        are_disputed(&samples, &again.map(|text| page(&[text])))
    }

    #[test]
    fn a_figure_that_another_model_reads_otherwise_throughout_is_disputed() {
        let read = ["92161.77", "92170.77", "92179.77"];
        assert!(disputed(read, ["02161.77", "02170.77", "92179.77"]));
        assert!(!disputed(read, read));
        // Slips here and there dispute nothing, nor does a reading of another length.
        assert!(!disputed(read, ["02161.77", "92110.77", "92179.71"]));
        assert!(!disputed(read, ["0216177x", "0217077x", ""]));
    }
}
