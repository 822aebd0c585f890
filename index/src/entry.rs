//! What is put into the index: one record as approved, and the changes that bring it there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A date known to the day, to the month or only to the year. Unknown parts stay unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartialDate {
    /// The year, four digits.
    pub year: i32,
    /// The month, 1 to 12, where known.
    pub month: Option<u8>,
    /// The day of the month, 1 to 31, where known; never known without the month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// A date of which only the year is known.
    pub fn year(year: i32) -> Self {
        Self {
            year,
            month: None,
            day: None,
        }
    }

    /// A date known to the month.
    pub fn month(year: i32, month: u8) -> Self {
        Self {
            year,
            month: Some(month),
            day: None,
        }
    }

    /// A date known to the day.
    pub fn day(year: i32, month: u8, day: u8) -> Self {
        Self {
            year,
            month: Some(month),
            day: Some(day),
        }
    }

    /// Reads the normalised form `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` where it is not one or
    /// names a day the calendar does not have.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
        let month = parts.next().map(str::parse).transpose().ok()?;
        let day = parts.next().map(str::parse).transpose().ok()?;
        let date = Self { year, month, day };
        (parts.next().is_none() && date.is_on_the_calendar()).then_some(date)
    }

    /// Whether the calendar has this day or month.
    pub fn is_on_the_calendar(&self) -> bool {
        let days = match self.month {
            None => return self.day.is_none(),
            Some(4 | 6 | 9 | 11) => 30,
            Some(2) if self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0) => 29,
            Some(2) => 28,
            Some(1..=12) => 31,
            Some(_) => return false,
        };
        self.day.is_none_or(|day| (1..=days).contains(&day))
    }
}

/// A number a person may be asked for: a diploma's serial, its place in the issue book, a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// Which number, as the class names it (`so_hieu`, `so_vao_so`, …).
    pub key: String,
    /// As printed.
    pub text: String,
}

/// One record as readers may find it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The record's id.
    pub id: String,
    /// Record class.
    pub class: String,
    /// Access regime code; a question finds only the regimes it is allowed.
    pub access: String,
    /// Fonds the record belongs to.
    pub fonds: String,
    /// Register volume, where it stands in one.
    pub volume: Option<String>,
    /// Batch it was delivered in.
    pub batch: Option<String>,
    /// The person's name as printed.
    pub name: Option<String>,
    /// The same person's other names: those printed before a correction of the register.
    #[serde(default)]
    pub other_names: Vec<String>,
    /// Numbers as printed.
    pub numbers: Vec<Number>,
    /// Dates under the class's keys (`ngay_sinh`, `ngay_cap`, …).
    pub dates: Vec<(String, PartialDate)>,
    /// Place of birth or origin as printed.
    pub place: Option<String>,
    /// School as printed.
    pub school: Option<String>,
    /// Year of graduation.
    pub year: Option<i64>,
    /// Values to filter and count by (`grade`, `sex`, `ethnic`, …), as they are shown.
    pub facets: BTreeMap<String, String>,
    /// Everything printed.
    pub text: String,
    /// Kept as it is and returned with a hit.
    pub shown: serde_json::Value,
}

/// One step of the publication sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The record is now this; whatever was there under its id is replaced.
    Put(Box<Entry>),
    /// The record is no longer to be found. Removing what is not there is no error.
    Remove(String),
}
