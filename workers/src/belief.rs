//! How far a look at the page is believed beside what another look read there.

use crate::reading::Word;

/// What the words of a look are worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Belief {
    /// What is left of their confidence when they stand.
    pub share: f64,
    /// How much surer they must be, as confidence from 0 to 1, to take the place of others.
    pub margin: f64,
}

impl Belief {
    /// Letters of presses, printers and typewriters.
    pub const MACHINE: Self = Self {
        share: 1.0,
        margin: 0.1,
    };
    /// Letters of a pen: their model learnt from few hands, so they are never sure, however sure it is,
    /// and print that was read well stays.
    pub const PEN: Self = Self {
        share: 0.5,
        margin: 0.2,
    };

    /// The words of such a look, as sure as it is believed.
    pub fn of(self, words: &[Word]) -> Vec<Word> {
        let believed = |word: &Word| Word {
            confidence: word.confidence * self.share,
            ..word.clone()
        };
        words.iter().map(believed).collect()
    }
}
