//! The files of a corpus: its index, and the truth of each page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why a file of a corpus, or an earlier report, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A file is not there or cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unavailable {
        /// The file of the corpus that failed.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// A file is not JSON of the expected form.
    #[error("{path} is not of the expected form: {source}")]
    Invalid {
        /// The file of the corpus that failed.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
}

/// One page of the index.
#[derive(Debug, Clone, Deserialize)]
pub struct TruthPage {
    /// Name of its truth file.
    pub id: String,
    /// Its scan, beside the index.
    pub file: PathBuf,
    /// Page of the file, from 1.
    pub page: u32,
    /// `diploma`, `register`, `admin` or `finance`.
    pub kind: String,
    /// Which design of its kind.
    pub layout: String,
    /// How damaged: `clean`, `typical` or `hard`.
    pub level: String,
    /// Its content stands turned clockwise by this many degrees.
    pub rotation: u16,
}

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// By a machine: set, printed, typed.
    Printed,
    /// Filled in by hand, not typed or printed.
    Written,
}

/// What a page says.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Truth {
    #[serde(default)]
    lines: Vec<Line>,
    /// Values of the page as a whole.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// Rows of its table.
    #[serde(default)]
    pub records: Vec<Map<String, Value>>,
    #[serde(default)]
    field_boxes: BTreeMap<String, [f64; 4]>,
    #[serde(default)]
    record_boxes: Vec<BTreeMap<String, [f64; 4]>>,
    #[serde(default)]
    words: Vec<Word>,
}

#[derive(Debug, Clone, Deserialize)]
struct Line {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, Deserialize)]
struct Segment {
    text: String,
    #[serde(default)]
    bbox: [f64; 4],
}

/// `[text, x0, y0, x1, y1, role]`; the text is told by the lines.
#[derive(Debug, Clone, Deserialize)]
struct Word(IgnoredAny, f64, f64, f64, f64, String);

impl Truth {
    /// Runs of text that stand apart: cells, labels, values.
    pub(super) fn segments(&self) -> Vec<(&str, Hand)> {
        let segments = self.lines.iter().flat_map(|line| &line.segments);
        segments
            .map(|segment| (segment.text.as_str(), self.hand_within(&segment.bbox)))
            .collect()
    }

    /// How the value of a field, or of a row's cell, is written; a value without a place is printed.
    pub(super) fn hand_of(&self, key: &str, row: Option<usize>) -> Hand {
        let place = match row {
            Some(row) => self.record_boxes.get(row).and_then(|boxes| boxes.get(key)),
            None => self.field_boxes.get(key),
        };
        place.map_or(Hand::Printed, |place| self.hand_within(place))
    }

    /// How most words within `[left, top, right, bottom]` are written.
    fn hand_within(&self, [x0, y0, x1, y1]: &[f64; 4]) -> Hand {
        let within = |Word(_, left, top, right, low, _): &&Word| {
            let (x, y) = ((left + right) / 2.0, (top + low) / 2.0);
            (*x0..=*x1).contains(&x) && (*y0..=*y1).contains(&y)
        };
        let (mut by_hand, mut all) = (0, 0);
        for word in self.words.iter().filter(within) {
            all += 1;
            by_hand += usize::from(word.5 == "hand");
        }
        if by_hand * 2 > all {
            Hand::Written
        } else {
            Hand::Printed
        }
    }
}

/// The pages of a corpus.
///
/// # Errors
/// [`InputError`].
pub fn index(corpus: &Path) -> Result<Vec<TruthPage>, InputError> {
    parsed(corpus.join("index.json"))
}

/// What one page says.
///
/// # Errors
/// [`InputError`].
pub fn truth(corpus: &Path, page: &TruthPage) -> Result<Truth, InputError> {
    parsed(corpus.join("truth").join(format!("{}.json", page.id)))
}

/// A JSON file.
///
/// # Errors
/// [`InputError`].
pub fn parsed<T: DeserializeOwned>(path: PathBuf) -> Result<T, InputError> {
    match std::fs::read(&path) {
        Err(source) => Err(InputError::Unavailable { path, source }),
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|source| InputError::Invalid { path, source })
        }
    }
}
