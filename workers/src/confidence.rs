//! How sure a value is: everything known about it weighed into a probability.
//!
//! The engine's own figure is not a probability. [`Evidence`] holds it beside what lists, patterns,
//! the column and a second reading say; a logistic model, fitted on pages with known text, turns that
//! into the chance that the value is letter-perfect. Its weights are data: `confidence/weights.toml`,
//! which also says when and how they were made. docs/reading.md shows how honest they are.

mod evidence;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use evidence::{
    Check, ColumnTrust, Evidence, FEATURES, GlyphMatch, Located, SecondReading, Series,
    feature_names,
};

use crate::class::FieldKind;
use crate::model_trust::ModelTrust;
use crate::word::Word;

/// Likeness (0 to 1) from which a header names its column; the second where only the header can tell.
const NAMED: f64 = 0.75;
const NAMED_SURELY: f64 = 0.8;
/// Without a header a column is what it seems if every other name fits worse by this much.
const CLEAR_MARGIN: f64 = 0.8;
/// A column is misplaced if another name would fit nearly as well, or if most of its values cannot be its field's.
const LEAST_MARGIN: f64 = 0.25;
const LEAST_FIT: f64 = 0.6;
const LEAST_FIT_OF_LIST: f64 = 0.7;

/// The weights of values of forms and of cells of tables, in the order of the features.
struct Weights {
    field: Model,
    cell: Model,
}

/// The weights of one kind of value, and the probability from which on it is accepted.
struct Model {
    accept: f64,
    weights: Vec<f64>,
}

impl Weights {
    /// Reads a file of weights.
    ///
    /// # Errors
    /// What is wrong with it: every feature must have its weight by name, and no other name may.
    fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            accept: Accept,
            field: BTreeMap<String, f64>,
            cell: BTreeMap<String, f64>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Accept {
            field: f64,
            cell: f64,
        }
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let ordered = |mut weights: BTreeMap<String, f64>| {
            let weight = |name: &str| weights.remove(name).ok_or(format!("no weight of {name}"));
            let ordered: Result<Vec<f64>, String> =
                feature_names().into_iter().map(weight).collect();
            match weights.into_keys().next() {
                Some(name) if ordered.is_ok() => Err(format!("there is no feature {name}")),
                _ => ordered,
            }
        };
        Ok(Self {
            field: Model {
                accept: file.accept.field,
                weights: ordered(file.field)?,
            },
            cell: Model {
                accept: file.accept.cell,
                weights: ordered(file.cell)?,
            },
        })
    }
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    Weights::parse(include_str!("confidence/weights.toml"))
        .expect("the weights are part of the program and tested")
});

impl Evidence {
    /// The probability that the value is letter-perfect.
    pub fn probability(&self) -> f64 {
        probability(&self.model().weights, &self.features())
    }

    fn model(&self) -> &'static Model {
        match self.column {
            Some(_) => &WEIGHTS.cell,
            None => &WEIGHTS.field,
        }
    }

    /// Whether no person need look: sure enough, and nothing speaks against it.
    pub fn accepted(&self) -> bool {
        !self.is_doubted() && self.probability() >= self.model().accept
    }

    fn is_doubted(&self) -> bool {
        // Outside tables no column vouches for letters corrected, or for a family name nobody knows.
        let alone = self.column.is_none()
            && (self.repaired || self.kind == FieldKind::Name && self.check != Check::Agrees);
        // Half is the most that is believed of a pen's letters; a table they stand in is written as a whole.
        let by_pen = self.column.is_none() && self.weakest <= ModelTrust::HANDWRITING.share;
        alone
            || by_pen
            || self.check == Check::Contradicts
            || self.second == SecondReading::Different
            || self.series == Series::Breaks
            || self.spelled_twice
            // That numbers run proves only the figures that change.
            || self.alike == GlyphMatch::Disputed
            || self.has_gap
            || self.held
            || self.unexplained
            || self.kind == FieldKind::Number && self.print_model_agrees == Some(false)
            || self.written
            || self.trust.is_some_and(|trust| self.is_misplaced(trust))
    }

    /// Whether the column may be another field's: numbers are told apart by their header alone.
    fn is_misplaced(&self, trust: ColumnTrust) -> bool {
        let told = match self.kind {
            FieldKind::Number if self.series == Series::Fits => trust.header >= NAMED,
            FieldKind::Number | FieldKind::Place => trust.header >= NAMED_SURELY,
            _ => trust.header >= NAMED || trust.margin >= CLEAR_MARGIN,
        };
        let least = match self.kind {
            FieldKind::Sex | FieldKind::Ethnic | FieldKind::Grade => LEAST_FIT_OF_LIST,
            _ => LEAST_FIT,
        };
        !told || trust.fits < least || trust.margin < LEAST_MARGIN
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
