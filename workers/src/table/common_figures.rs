//! What the numbers of a column have in common, beside the figures that their run proves. A typewriter's `0` that is
//! taken for a `9` stands in every number of a column and runs with it: that numbers run proves only the figures that
//! change, and those show how the others should look.

use std::collections::BTreeSet;

/// Stands for a figure that is not asked about.
const OTHER: char = '#';
/// What the shape of a value has where a figure is read.
const FIGURE: char = '9';
/// Of the numbers at least so many, and half, must look otherwise for the column to be disputed.
const DISPUTING: usize = 3;

/// Which places of the numbers of a column change from row to row; numbers of another length than most tell nothing.
pub(super) struct Run {
    changes: Vec<bool>,
}

impl Run {
    /// The places of these numbers, blanks apart; `None` where no length is common to most.
    pub fn of(values: &[&str]) -> Option<Self> {
        let solid: Vec<Vec<char>> = values.iter().map(|value| letters(value)).collect();
        let length = solid
            .iter()
            .map(Vec::len)
            .max_by_key(|length| solid.iter().filter(|value| value.len() == *length).count())?;
        let own: Vec<&Vec<char>> = solid.iter().filter(|value| value.len() == length).collect();
        let seen = |at: usize| {
            own.iter()
                .map(|value| value[at])
                .collect::<BTreeSet<char>>()
        };
        (own.len() * 2 > values.len()).then(|| Self {
            changes: (0..length).map(|at| seen(at).len() > 1).collect(),
        })
    }

    /// The number with only the figures left that its run proves.
    pub fn proven(&self, value: &str) -> Option<String> {
        self.masked(value, |changes, letter| match changes {
            true => letter,
            false => OTHER,
        })
    }

    /// The shape by which the figures are read that the run does not prove.
    pub fn unproven(&self, value: &str) -> Option<String> {
        self.masked(value, |changes, letter| match letter.is_ascii_digit() {
            true if changes => OTHER,
            true => FIGURE,
            false => letter,
        })
    }

    fn masked(&self, value: &str, mask: impl Fn(bool, char) -> char) -> Option<String> {
        let letters = letters(value);
        let pairs = self.changes.iter().zip(&letters);
        (letters.len() == self.changes.len()).then(|| {
            pairs
                .map(|(changes, letter)| mask(*changes, *letter))
                .collect()
        })
    }
}

/// Whether the figures of numbers look otherwise than they were read: pairs of a number and what its common figures look
/// like.
pub(super) fn are_disputed(pairs: &[(String, String)]) -> bool {
    let differs = |(read, like): &&(String, String)| {
        let pairs = read.chars().zip(like.chars());
        pairs
            .filter(|(_, like)| like.is_ascii_digit())
            .any(|(read, like)| read != like)
    };
    let disputing = pairs.iter().filter(differs).count();
    disputing >= DISPUTING && disputing * 2 >= pairs.len()
}

/// The letters of a value without blanks.
pub(super) fn letters(value: &str) -> Vec<char> {
    value.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_proves_the_figures_that_change() {
        let values = ["92161.77", "92162.77", "92173.77", "9217"];
        let run = Run::of(&values).unwrap();
        assert_eq!(run.proven(values[0]).as_deref(), Some("###61###"));
        assert_eq!(run.unproven(values[0]).as_deref(), Some("999##.99"));
        assert_eq!(run.proven("9217"), None);
    }

    #[test]
    fn figures_that_look_otherwise_in_most_rows_are_disputed() {
        let pair = |like: &str| ("92161.77".to_owned(), like.to_owned());
        let same = pair("921##.77");
        let other = pair("021##.77");
        let pairs = [other.clone(), other.clone(), other, same.clone()];
        assert!(are_disputed(&pairs));
        assert!(!are_disputed(&[
            same.clone(),
            same.clone(),
            pairs[0].clone(),
            same
        ]));
    }
}
