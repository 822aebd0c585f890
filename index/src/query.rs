//! A search query: the fields of a form, and one search box that is parsed into them.

mod dates;
mod labels;
mod parse;

use std::collections::BTreeMap;

use crate::document::{DocumentKind, PartialDate};
use crate::error::{Problem, QueryError};

pub(crate) use dates::{dates_in_words, parse_date};
pub(crate) use labels::{Label, label_in_words};

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
    /// Records or pages. On a page a name is a run of words, a number and a date are any that stand there.
    pub kind: DocumentKind,
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
    /// Fonds, as it was typed; whoever knows the codes moves it into [`Query::within`]. An id is taken as it is.
    pub fonds: Option<String>,
    /// Series, as it was typed; moved into [`Query::within`] like the fonds.
    pub series: Option<String>,
    /// File (hồ sơ), likewise.
    pub file: Option<String>,
    /// Register volume, as it was typed; moved into [`Query::within`] like the fonds.
    pub volume: Option<String>,
    /// Number of the box (hộp).
    pub shelf_box: Option<String>,
    /// Place: a province under any name it bore, or words of a place.
    pub place: Option<String>,
    /// Stable word of the state.
    pub state: Option<String>,
    /// By `fonds`, `series`, `file`, `volume`, `document` or `batch`: ids of which one must be its own.
    pub within: BTreeMap<String, Vec<String>>,
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
            kind: DocumentKind::Record,
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
            series: None,
            file: None,
            volume: None,
            shelf_box: None,
            place: None,
            state: None,
            within: BTreeMap::new(),
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
    /// `truong:`, `nam:`, `so:`, `loai:`, `phong:`, `muc_luc:`, `hoso:`, `quyen:`, `hop:`, `noi:`, `trang_thai:` (or
    /// `name:`, `birth:`, `school:`, `year:`, `number:`, `class:`, `fonds:`, `series:`, `file:`, `volume:`, `box:`,
    /// `place:`, `state:`) search one field, and `xep_loai:`, `gioi_tinh:`, `dan_toc:`, `tinh:` filter. A name,
    /// school or place extends to the next field, number or quote; any other value is one word, or quoted.
    ///
    /// # Errors
    /// What is wrong and where; what cannot be parsed is never left out silently.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parse::parse(text)
    }

    /// Whether nothing is asked but where to look.
    pub fn asks_nothing(&self) -> bool {
        let plain = Self {
            kind: self.kind,
            allowed: self.allowed.clone(),
            limit: self.limit,
            offset: self.offset,
            ..Self::default()
        };
        plain == *self
    }

    /// Checks the limits before any work is done.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        let optional = [
            &self.name,
            &self.school,
            &self.number,
            &self.class,
            &self.fonds,
            &self.series,
            &self.file,
            &self.volume,
            &self.shelf_box,
            &self.place,
            &self.state,
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
