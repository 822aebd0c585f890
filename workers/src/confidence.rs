//! How sure a field is: the engine's word confidences, checked against what the value should be.
//!
//! The engine's own figure is not a probability; [`calibrated`] bends it towards one. The curve errs
//! on the side of doubt: docs/reading.md shows how often values are right at each figure, and how to
//! measure that again. Nothing is accepted on a figure alone.

use crate::reading::Word;

/// From this probability on no person need look, if the value also passed its check.
pub(crate) const ACCEPT: f64 = 0.95;

/// What checking a value against its kind, patterns and closed list said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// It is what it should be.
    Agrees,
    /// There is nothing to check it against.
    Unknown,
    /// It cannot be right as read.
    Contradicts,
}

/// What a second reading of the same place said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Second {
    /// There was none.
    None,
    /// The same letters.
    Same,
    /// Other letters.
    Different,
}

/// The engine's confidence in words as a whole: the weakest counts as much as all together.
pub(crate) fn of_words(words: &[Word]) -> f64 {
    let letters = |word: &Word| word.text.chars().count().max(1) as f64;
    let total: f64 = words.iter().map(letters).sum();
    if total == 0.0 {
        return 0.0;
    }
    let mean = words
        .iter()
        .map(|word| word.confidence * letters(word))
        .sum::<f64>()
        / total;
    let weakest = words.iter().map(|word| word.confidence).fold(1.0, f64::min);
    (mean + weakest) / 2.0
}

/// Engine confidence and the probability taken for it, linear between.
const CURVE: [(f64, f64); 7] = [
    (0.0, 0.02),
    (0.4, 0.15),
    (0.6, 0.35),
    (0.8, 0.62),
    (0.9, 0.86),
    (0.95, 0.96),
    (1.0, 0.99),
];

/// The probability that a value is letter-perfect.
pub(crate) fn calibrated(engine: f64, check: Check, second: Second) -> f64 {
    let above = CURVE
        .iter()
        .position(|(at, _)| *at >= engine)
        .unwrap_or(CURVE.len() - 1)
        .max(1);
    let ((x0, y0), (x1, y1)) = (CURVE[above - 1], CURVE[above]);
    let base = y0 + (y1 - y0) * ((engine - x0) / (x1 - x0)).clamp(0.0, 1.0);
    let checked = match check {
        Check::Agrees => base,
        Check::Unknown => base * 0.97,
        Check::Contradicts => base * 0.4,
    };
    match second {
        Second::None => checked,
        Second::Same => 1.0 - (1.0 - checked) * 0.4,
        Second::Different => checked * 0.6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_weak_word_weakens_the_whole() {
        let word = |confidence| Word {
            text: "Sơn".into(),
            confidence,
            bounds: [0; 4],
        };
        let strong = of_words(&[word(0.96), word(0.96)]);
        let mixed = of_words(&[word(0.96), word(0.4)]);
        assert!(strong > 0.95 && mixed < 0.6, "{strong} {mixed}");
        assert_eq!(of_words(&[]), 0.0);
    }

    #[test]
    fn a_failed_check_is_never_accepted() {
        assert!(calibrated(0.97, Check::Agrees, Second::None) >= ACCEPT);
        assert!(calibrated(1.0, Check::Contradicts, Second::Same) < ACCEPT);
        assert!(calibrated(0.96, Check::Agrees, Second::Different) < ACCEPT);
    }

    #[test]
    fn a_second_equal_reading_helps() {
        let once = calibrated(0.85, Check::Agrees, Second::None);
        assert!(calibrated(0.85, Check::Agrees, Second::Same) > once);
    }
}
