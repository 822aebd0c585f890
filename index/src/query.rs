//! A search query: the fields of a form, and one search box that is parsed into them.

mod dates;
mod parse;

use std::collections::BTreeMap;

use crate::document::PartialDate;
use crate::error::{Problem, QueryError};

pub(crate) use dates::{dates_in_words, parse_date};

/// Most hits on one page.
pub const MAX_LIMIT: usize = 200;

/// Hits that may be skipped. Beyond them readers narrow the query instead of turning pages.
pub const MAX_OFFSET: usize = 10_000;

/// Longest text of any one field of a query, in characters.
pub(crate) const MAX_TEXT: usize = 1_000;

/// Most words of a query.
pub(crate) const MAX_WORDS: usize = 40;

/// A condition on one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFilter {
    /// Which date (`ngay_sinh`, `ngay_cap`, …); any date where `None`.
    pub key: Option<String>,
    /// What was written in all its readings, one of which must match: `12/3/25` may be 1925 or 2025.
    pub any_of: Vec<PartialDate>,
}

/// A query. All fields that are given must match; empty fields do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words, names in any order, with or without accents, numbers and dates, found anywhere.
    pub words: String,
    /// Each a run of words that must be next to each other in this order, with or without accents.
    pub phrases: Vec<String>,
    /// The person's name, syllables in any order; a middle name may be missing.
    pub name: Option<String>,
    /// Birth date, to the year at least.
    pub birth: Option<PartialDate>,
    /// Other dates, and a birth date with more than one reading.
    pub dates: Vec<DateFilter>,
    /// Words of the school's name; `PTTH`, `THPT` and the long form are the same.
    pub school: Option<String>,
    /// Year of graduation, four digits.
    pub year: Option<i64>,
    /// A number, or its first characters (at least three).
    pub number: Option<String>,
    /// Id of a record class; any class without one.
    pub class: Option<String>,
    /// Id of the fonds.
    pub fonds: Option<String>,
    /// Id of the register volume.
    pub volume: Option<String>,
    /// Codes of the access regimes the reader may see. Where empty, nothing is found.
    pub allowed: Vec<String>,
    /// Facets that must have this value; accents and case make no difference.
    pub filters: BTreeMap<String, String>,
    /// Hits on a page, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// Hits to skip, at most [`MAX_OFFSET`].
    pub offset: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            words: String::new(),
            phrases: Vec::new(),
            name: None,
            birth: None,
            dates: Vec::new(),
            school: None,
            year: None,
            number: None,
            class: None,
            fonds: None,
            volume: None,
            allowed: Vec::new(),
            filters: BTreeMap::new(),
            limit: 20,
            offset: 0,
        }
    }
}

impl Query {
    /// Parses the text of the search box.
    ///
    /// Words are searched everywhere; `"words in quotes"` must be next to each other; `ten:`, `sinh:`,
    /// `truong:`, `nam:`, `so:`, `loai:`, `phong:`, `quyen:` (or `name:`, `birth:`, `school:`,
    /// `year:`, `number:`, `class:`, `fonds:`, `volume:`) search one field, and `xep_loai:`,
    /// `gioi_tinh:`, `dan_toc:` filter. A name or school extends to the next field, number or quote;
    /// any other value is one word, or quoted.
    ///
    /// # Errors
    /// What is wrong and where; what cannot be parsed is never left out silently.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text)
    }

    /// Checks the limits before any work is done.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        let optional = [
            &self.name,
            &self.school,
            &self.number,
            &self.class,
            &self.fonds,
            &self.volume,
        ];
        let texts = std::iter::once(&self.words)
            .chain(&self.phrases)
            .chain(optional.into_iter().flatten())
            .chain(self.filters.values());
        for text in texts {
            if text.chars().count() > MAX_TEXT {
                return Err(QueryError::new(Problem::TooLong, MAX_TEXT));
            }
        }
        let dates = self
            .dates
            .iter()
            .flat_map(|date| &date.any_of)
            .chain(&self.birth);
        if !dates.into_iter().all(PartialDate::is_on_the_calendar) {
            return Err(QueryError::new(Problem::BadDate, 0));
        }
        if self.phrases.len() + self.dates.len() + self.filters.len() > MAX_WORDS {
            return Err(QueryError::new(Problem::TooManyWords, 0));
        }
        if self.limit == 0 || self.limit > MAX_LIMIT || self.offset > MAX_OFFSET {
            return Err(QueryError::new(Problem::BadPage, 0));
        }
        Ok(())
    }
}
