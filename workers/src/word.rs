//! A word on a page: its letters, how sure the engine is of them and where they stand.

use serde::{Deserialize, Serialize};

/// A rectangle `[x, y, width, height]` in pixels: of the page as delivered in what leaves this crate, of the
/// upright page before that.
pub type Box4 = [i32; 4];

/// One word as the engine read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Unicode NFC, without blanks.
    pub text: String,
    /// Probability that it is right, 0 to 1.
    pub confidence: f64,
    /// Box around its ink, in pixels of the page.
    #[serde(rename = "box")]
    pub bounds: Box4,
}

impl Word {
    /// Whether a letter or a figure is among its characters, and not only marks and specks.
    pub(crate) fn holds_text(&self) -> bool {
        self.text.chars().any(char::is_alphanumeric)
    }

    /// How many letters and digits it has; punctuation does not count.
    pub(crate) fn letters(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphanumeric()).count()
    }
}

/// A table whose letters are on the whole read less surely than this is written by hand.
pub(crate) const HANDWRITTEN: f64 = 0.68;

/// The mean confidence of the letters of words; `None` where they have none.
pub(crate) fn legibility<'w>(words: impl IntoIterator<Item = &'w Word>) -> Option<f64> {
    let (mut sum, mut letters) = (0.0, 0);
    for word in words {
        sum += word.confidence * word.letters() as f64;
        letters += word.letters();
    }
    (letters > 0).then(|| sum / letters as f64)
}
