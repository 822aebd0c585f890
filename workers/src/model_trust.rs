//! How far a model is trusted beside what another model read in the same place.

use crate::word::Word;

/// What the words of a model are worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModelTrust {
    /// The share of their confidence that is left when they stand, 0 to 1.
    pub share: f64,
    /// How much surer they must be, as confidence from 0 to 1, to take the place of others.
    pub margin: f64,
}

impl ModelTrust {
    /// Letters of presses, printers and typewriters.
    pub const PRINT: Self = Self {
        share: 1.0,
        margin: 0.1,
    };
    /// Handwriting: its model learnt from few hands, so it is never sure, however sure it says it is, and print
    /// that was read well stays.
    pub const HANDWRITING: Self = Self {
        share: 0.5,
        margin: 0.2,
    };

    /// The words, as sure as their model is trusted.
    pub fn of(self, words: &[Word]) -> Vec<Word> {
        let discounted = |word: &Word| Word {
            confidence: word.confidence * self.share,
            ..word.clone()
        };
        words.iter().map(discounted).collect()
    }
}
