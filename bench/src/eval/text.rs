//! Errors in running text, apart from the order in which a page is read.
//!
//! Every segment is held against its best place in the page's text, because the order of columns
//! and two-column heads is a matter of taste; words are counted as a bag.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sogoc_vietnamese::{composed, fold};

use super::Hand;

/// Counts of one page's text; rates are quotients of sums, never means of rates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TextScore {
    /// Letters of the truth, white space folded.
    pub letters: usize,
    /// Wrong, missing and surplus letters.
    pub errors: usize,
    /// True letters made by a machine.
    #[serde(default)]
    pub printed_letters: usize,
    /// Errors among the printed letters.
    #[serde(default)]
    pub printed_errors: usize,
    /// The same with accents removed on both sides.
    pub bare_errors: usize,
    /// The same with tone marks alone removed, so that what is left are no errors of tone.
    pub toneless_errors: usize,
    /// Words of the truth.
    pub words: usize,
    /// Words that stand nowhere in what was read.
    pub missed: usize,
    /// The same with accents removed on both sides.
    pub bare_missed: usize,
}

impl TextScore {
    pub(super) fn add(&mut self, other: &Self) {
        let sums = [
            (&mut self.letters, other.letters),
            (&mut self.errors, other.errors),
            (&mut self.printed_letters, other.printed_letters),
            (&mut self.printed_errors, other.printed_errors),
            (&mut self.bare_errors, other.bare_errors),
            (&mut self.toneless_errors, other.toneless_errors),
            (&mut self.words, other.words),
            (&mut self.missed, other.missed),
            (&mut self.bare_missed, other.bare_missed),
        ];
        sums.into_iter().for_each(|(sum, part)| *sum += part);
    }
}

/// Holds true segments against the text that was read.
pub(super) fn compare(segments: &[(&str, Hand)], read: &str) -> TextScore {
    let read = folded(read);
    let mut score = TextScore::default();
    for form in [Form::Full, Form::Toneless, Form::Bare] {
        let text: Vec<char> = form.of(&read).chars().collect();
        for (segment, hand) in segments {
            let wanted: Vec<char> = form.of(&without_leaders(segment)).chars().collect();
            let errors = best_place(&wanted, &text);
            match form {
                Form::Full => {
                    score.letters += wanted.len();
                    score.errors += errors;
                    if *hand == Hand::Printed {
                        score.printed_letters += wanted.len();
                        score.printed_errors += errors;
                    }
                }
                Form::Toneless => score.toneless_errors += errors,
                Form::Bare => score.bare_errors += errors,
            }
        }
    }
    let texts: Vec<&str> = segments.iter().map(|(text, _)| *text).collect();
    let truth = without_leaders(&texts.join(" "));
    score.words = truth.split_whitespace().count();
    score.missed = missed(&truth, &read);
    score.bare_missed = missed(&Form::Bare.of(&truth), &Form::Bare.of(&read));
    score
}

#[derive(Clone, Copy)]
enum Form {
    Full,
    Toneless,
    Bare,
}

impl Form {
    fn of(self, text: &str) -> String {
        match self {
            Self::Full => composed(text),
            Self::Toneless => fold::without_tones(text),
            Self::Bare => fold::without_marks(text),
        }
    }
}

/// One blank for any white space.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without leader dots, which are no text.
fn without_leaders(text: &str) -> String {
    let words = text.split_whitespace();
    let text: Vec<&str> = words
        .filter(|word| !word.chars().all(|c| c == '.' || c == '…'))
        .collect();
    text.join(" ")
}

/// How many words of the truth are not among those read, each read word used once.
fn missed(truth: &str, read: &str) -> usize {
    let mut bag: BTreeMap<&str, usize> = BTreeMap::new();
    for word in read.split_whitespace() {
        *bag.entry(word).or_default() += 1;
    }
    let mut missed = 0;
    for word in truth.split_whitespace() {
        match bag.get_mut(word) {
            Some(left) if *left > 0 => *left -= 1,
            _ => missed += 1,
        }
    }
    missed
}

/// The least edit distance of `wanted` to any part of `text` (Sellers).
fn best_place(wanted: &[char], text: &[char]) -> usize {
    let mut column: Vec<usize> = (0..=wanted.len()).collect();
    let mut best = wanted.len();
    for letter in text {
        let mut diagonal = 0;
        for (index, expected) in wanted.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != expected);
            diagonal = column[index + 1];
            column[index + 1] = substituted.min(column[index] + 1).min(diagonal + 1);
        }
        best = best.min(column[wanted.len()]);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_tone_mark_is_an_error_of_tone_and_of_nothing_else() {
        let score = compare(&[("Nguyễn Thị Thử", Hand::Printed)], "Nguyên Thị Thử");
        assert_eq!((score.letters, score.errors), (14, 1));
        assert_eq!((score.toneless_errors, score.bare_errors), (0, 0));
        assert_eq!((score.words, score.missed, score.bare_missed), (3, 1, 0));
    }

    #[test]
    fn order_does_not_count_and_leaders_are_no_text() {
        let score = compare(
            &[
                ("Họ và tên: ........ Lê Văn Thử", Hand::Printed),
                ("Số 5", Hand::Written),
            ],
            "Số 5\nHọ và tên: Lê Văn Thử",
        );
        assert_eq!((score.errors, score.missed), (0, 0));
        assert_eq!((score.letters, score.printed_letters), (25, 21));
    }

    #[test]
    fn a_word_is_found_once_only() {
        assert_eq!(missed("a a b", "a c b"), 1);
        assert_eq!(missed("", "a"), 0);
    }
}
