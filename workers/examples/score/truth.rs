//! What a corpus says of its pages.

use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// One page of the corpus.
#[derive(Deserialize)]
pub struct Entry {
    pub id: String,
    pub file: PathBuf,
    pub page: u32,
    pub kind: String,
    pub layout: String,
    pub level: String,
    pub rotation: u16,
}

/// What stands on it.
#[derive(Deserialize)]
pub struct Truth {
    lines: Vec<TruthLine>,
    #[serde(default)]
    words: Vec<TruthWord>,
    #[serde(default)]
    pub fields: Map<String, Value>,
    #[serde(default)]
    pub field_boxes: Map<String, Value>,
    #[serde(default)]
    pub records: Vec<Map<String, Value>>,
    #[serde(default)]
    pub record_boxes: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct TruthLine {
    segments: Vec<TruthSegment>,
}

#[derive(Deserialize)]
struct TruthSegment {
    text: String,
}

/// Its text, left, top, right, bottom, role.
#[derive(Deserialize)]
struct TruthWord(IgnoredAny, f64, f64, f64, f64, String);

impl Truth {
    /// Pieces of text that stand apart.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        let segments = self.lines.iter().flat_map(|line| &line.segments);
        segments.map(|segment| segment.text.as_str())
    }

    /// Whether any word within the box (`[left, top, right, bottom]`) is written by hand.
    pub fn by_hand(&self, bounds: Option<&Value>) -> bool {
        let Some([left, top, right, bottom]) = bounds.and_then(corners) else {
            return false;
        };
        self.words.iter().any(|TruthWord(_, x0, y0, x1, y1, role)| {
            let (x, y) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
            role == "hand" && (left..=right).contains(&x) && (top..=bottom).contains(&y)
        })
    }
}

fn corners(bounds: &Value) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = bounds
        .as_array()?
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    numbers.try_into().ok()
}
