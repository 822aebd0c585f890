//! What a reader asks: fields for a form, and one search box that is parsed into them.

mod dates;
mod parse;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry::PartialDate;
use crate::error::{Problem, QuestionError};

pub(crate) use dates::{dates_in_words, written_date};

/// Most hits on one page.
pub const MAX_LIMIT: usize = 200;

/// The furthest page begins here; nobody reads on, they narrow the question.
pub const MAX_OFFSET: usize = 10_000;

/// Longest text of any one field of a question, in characters.
pub(crate) const MAX_TEXT: usize = 1_000;

/// Most words of a question.
pub(crate) const MAX_WORDS: usize = 40;

/// A date asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateAsk {
    /// Which date (`ngay_sinh`, `ngay_cap`, …), or any.
    pub key: Option<String>,
    /// Readings of what was written; one is enough. `12/3/25` may be 1925 or 2025.
    pub any_of: Vec<PartialDate>,
}

/// A reader's question. All that is given must hold; what is left out does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Words, names in any order, with or without accents, numbers and dates, found anywhere.
    pub words: String,
    /// Words that must stand together in this order; accents as forgiving as elsewhere.
    pub phrases: Vec<String>,
    /// The person's name, syllables in any order; a missing middle name is tolerated.
    pub name: Option<String>,
    /// Birth date as far as it is known.
    pub birth: Option<PartialDate>,
    /// Other dates, and dates that can be read in two ways.
    pub dates: Vec<DateAsk>,
    /// Words of the school's name; `PTTH`, `THPT` and the long forms are one.
    pub school: Option<String>,
    /// Year of graduation.
    pub year: Option<i64>,
    /// A number, or its beginning (three characters at least).
    pub number: Option<String>,
    /// Record class.
    pub class: Option<String>,
    /// Fonds.
    pub fonds: Option<String>,
    /// Register volume.
    pub volume: Option<String>,
    /// Access regimes the reader may see. None given: nothing is found.
    pub allowed: Vec<String>,
    /// Facets that must have this value, accents aside.
    pub filters: BTreeMap<String, String>,
    /// Hits on a page, at most [`MAX_LIMIT`].
    pub limit: usize,
    /// Hits to pass over, at most [`MAX_OFFSET`].
    pub offset: usize,
}

impl Default for Question {
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

impl Question {
    /// Reads what was typed into the one search box.
    ///
    /// Words are searched everywhere; `"words in quotes"` must stand together; `ten:`, `sinh:`,
    /// `truong:`, `nam:`, `so:`, `loai:`, `phong:`, `quyen:` (or `name:`, `birth:`, `school:`,
    /// `year:`, `number:`, `class:`, `fonds:`, `volume:`) ask one field, and `xep_loai:`,
    /// `gioi_tinh:`, `dan_toc:` filter. A name or school goes on to the next field, number or quote;
    /// any other value is one word, or quoted.
    ///
    /// # Errors
    /// Says what is wrong and where; what is not understood is never left out silently.
    pub fn parse(text: &str) -> Result<Self, QuestionError> {
        parse::question(text)
    }

    /// Refuses what cannot be asked, before any work is done.
    pub(crate) fn check(&self) -> Result<(), QuestionError> {
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
                return Err(QuestionError::new(Problem::TooLong, MAX_TEXT));
            }
        }
        let dates = self
            .dates
            .iter()
            .flat_map(|ask| &ask.any_of)
            .chain(&self.birth);
        if !dates.into_iter().all(PartialDate::is_on_the_calendar) {
            return Err(QuestionError::new(Problem::BadDate, 0));
        }
        if self.phrases.len() + self.dates.len() + self.filters.len() > MAX_WORDS {
            return Err(QuestionError::new(Problem::TooManyWords, 0));
        }
        if self.limit == 0 || self.limit > MAX_LIMIT || self.offset > MAX_OFFSET {
            return Err(QuestionError::new(Problem::BadPage, 0));
        }
        Ok(())
    }
}
