//! Search results: hits, how well each matches, and facet counts.

use std::collections::BTreeMap;

/// The weakest match among the words of the query in one hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchLevel {
    /// A word differs by one letter, or a middle name is missing.
    Fuzzy,
    /// Same letters once every mark is taken away (`đ` as `d`).
    Ascii,
    /// Same letters once the tone marks are taken away.
    ToneFolded,
    /// Same letters and tones.
    Exact,
}

/// One record found, with what was stored of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// [`Document::id`](crate::Document::id).
    pub id: String,
    /// Higher is better; comparable only within one result.
    pub score: f32,
    /// [`Document::stored`](crate::Document::stored), unchanged.
    pub stored: serde_json::Value,
    /// Computed from the postings of this hit, not from the score.
    pub matched: MatchLevel,
}

/// One page of hits, with totals over all pages.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResults {
    /// Records that match, on all pages.
    pub total: usize,
    /// This page, best first.
    pub hits: Vec<Hit>,
    /// Counts over all matching records, by key and value: `class`, `fonds`, `year` and
    /// [`Document::facets`](crate::Document::facets).
    pub facets: BTreeMap<String, BTreeMap<String, usize>>,
    /// Whether words one typo away were searched too, because too few hits were found without.
    pub fuzzy: bool,
}
