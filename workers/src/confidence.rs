//! How sure a value is: everything known about it weighed into a probability.
//!
//! The engine's own figure is not a probability. [`Evidence`] holds it beside what lists, patterns,
//! the column and a second reading say; a logistic model, fitted on pages with known text, turns that
//! into the chance that the value is letter-perfect. Its weights are data: `confidence/weights.toml`,
//! which also says when and how they were made. docs/reading.md shows how honest they are.

mod evidence;

use std::sync::LazyLock;

use serde::Deserialize;

pub use evidence::{Alike, Check, Evidence, FEATURES, Second, Series};

pub use crate::gazetteer::Located;

use crate::belief::Belief;
use crate::class::FieldKind;
use crate::reading::Word;

/// The weights of values of forms and of cells of tables, and where acceptance begins.
#[derive(Debug, Deserialize)]
struct Weights {
    accept: f64,
    field: Vec<f64>,
    cell: Vec<f64>,
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let weights: Weights = toml::from_str(include_str!("confidence/weights.toml"))
        .expect("the weights are part of the program and tested");
    assert!(
        [&weights.field, &weights.cell]
            .iter()
            .all(|w| w.len() == FEATURES),
        "as many weights as features"
    );
    weights
});

impl Evidence {
    /// The probability that the value is letter-perfect.
    pub fn probability(&self) -> f64 {
        let weights = match self.column {
            Some(_) => &WEIGHTS.cell,
            None => &WEIGHTS.field,
        };
        probability(weights, &self.features())
    }

    /// Whether no person need look: sure enough, and nothing speaks against it.
    pub fn accepted(&self) -> bool {
        !self.is_doubted() && self.probability() >= WEIGHTS.accept
    }

    fn is_doubted(&self) -> bool {
        // Outside tables no column vouches for letters put right, or for a family name nobody knows.
        let alone = self.column.is_none()
            && (self.mended || self.kind == FieldKind::Name && self.check != Check::Agrees);
        // Half is the most that is believed of a pen's letters; a table they stand in is written as a whole.
        let by_pen = self.column.is_none() && self.weakest <= Belief::PEN.share;
        alone
            || by_pen
            || self.check == Check::Contradicts
            || self.second == Second::Different
            || self.series == Series::Breaks
            || self.rivalled
            || self.gaping
            || self.written
    }
}

/// The probability a logistic model with these weights gives those features.
pub fn probability(weights: &[f64], features: &[f64; FEATURES]) -> f64 {
    let sum: f64 = weights.iter().zip(features).map(|(w, f)| w * f).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// The probability under other weights, for those who fit them; `None` where no weight may accept.
pub fn trusted(evidence: &Evidence, weights: &[f64]) -> Option<f64> {
    (!evidence.is_doubted()).then(|| probability(weights, &evidence.features()))
}

/// The engine's confidence in words: the mean of their letters, and the weakest word's.
pub(crate) fn of_words(words: &[Word]) -> (f64, f64) {
    let letters = |word: &Word| word.text.chars().count().max(1) as f64;
    let total: f64 = words.iter().map(letters).sum();
    if total == 0.0 {
        return (0.0, 0.0);
    }
    let sum: f64 = words
        .iter()
        .map(|word| word.confidence * letters(word))
        .sum();
    let weakest = words.iter().map(|word| word.confidence).fold(1.0, f64::min);
    (sum / total, weakest)
}

#[cfg(test)]
mod tests;
