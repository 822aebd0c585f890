//! What a question finds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How near the words of a hit are to the words asked for; the least of all its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    /// A word differs by one letter, or a middle name is missing.
    Fuzzy,
    /// Same letters once every mark is taken away (`đ` as `d`).
    Ascii,
    /// Same letters once the tone marks are taken away.
    ToneFolded,
    /// Same letters and tones.
    Exact,
}

/// One record found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The record's id.
    pub id: String,
    /// Higher is nearer; comparable only within one answer.
    pub score: f32,
    /// What the entry asked to have shown.
    pub shown: serde_json::Value,
    /// How near its words are.
    pub matched: Matched,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hits {
    /// How many records answer the question, not only those on this page.
    pub total: usize,
    /// This page, nearest first.
    pub hits: Vec<Hit>,
    /// Counts over all records that answer it: `class`, `fonds`, `year` and the entry's own facets.
    pub facets: BTreeMap<String, BTreeMap<String, usize>>,
    /// Whether words one letter away were also looked for, because too few were found without.
    pub typos_considered: bool,
}
