//! What is indexed: an approved record or a page as read, and the changes that bring it into the index.

use std::collections::BTreeMap;

/// A date known to the day, to the month or only to the year. Unknown parts stay unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartialDate {
    /// The year, four digits.
    pub year: i32,
    /// The month, 1 to 12, where known.
    pub month: Option<u8>,
    /// The day of the month, 1 to 31, where known; never known without the month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// Known to the year.
    pub fn year(year: i32) -> Self {
        Self {
            year,
            month: None,
            day: None,
        }
    }

    /// Known to the month.
    pub fn month(year: i32, month: u8) -> Self {
        Self {
            year,
            month: Some(month),
            day: None,
        }
    }

    /// Known to the day.
    pub fn day(year: i32, month: u8, day: u8) -> Self {
        Self {
            year,
            month: Some(month),
            day: Some(day),
        }
    }

    /// Parses `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` for any other form and for a day the calendar
    /// does not have.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
        let month = parts.next().map(str::parse).transpose().ok()?;
        let day = parts.next().map(str::parse).transpose().ok()?;
        let date = Self { year, month, day };
        (parts.next().is_none() && date.is_on_the_calendar()).then_some(date)
    }

    /// Whether the calendar has this month and day; a day without a month is not on it.
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

/// A number a record can be found by: a diploma's serial, its number in the register, a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Which number, as the class names it (`so_hieu`, `so_vao_so`, …).
    pub key: String,
    /// As printed; separators and leading zeros make no difference to the search.
    pub text: String,
}

/// What a document of the index is; a query finds one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DocumentKind {
    /// A described act: a diploma, a row of a register, a decision.
    #[default]
    Record,
    /// A page of a scan, with everything that was read on it.
    Page,
    /// A row of a list that was brought in: it tells of an act as a record does, and nobody has approved it.
    ListRow,
}

impl DocumentKind {
    /// The word it is filtered by.
    pub(crate) fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it tells of a person by fields of its own, and not by words somewhere on a page.
    pub(crate) fn has_fields(self) -> bool {
        self != Self::Page
    }
}

/// One record or page as readers may find it. Every text is as printed; the index folds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Id of the record or page; a document replaces the one with the same id.
    pub id: String,
    /// Whether it stands for a record or for a page's words.
    pub kind: DocumentKind,
    /// Class id, such as `van_bang`.
    pub class: String,
    /// Access regime code; a query finds only the regimes it is allowed.
    pub access: String,
    /// Id of the fonds.
    pub fonds: String,
    /// Id of the series, where its file is in one.
    pub series: Option<String>,
    /// Id of the file (hồ sơ), where it is in one.
    pub file: Option<String>,
    /// Id of the register volume, where it is in one.
    pub volume: Option<String>,
    /// Id of the document it belongs to.
    pub document: Option<String>,
    /// Id of the batch it was delivered in.
    pub batch: Option<String>,
    /// Number of the box (hộp) on the shelf.
    pub shelf_box: Option<String>,
    /// Stable word of its state, such as `approved` or `read`.
    pub state: Option<String>,
    /// The holder's name, in any spelling of tones.
    pub name: Option<String>,
    /// The same person's names before or after a correction of the register.
    pub other_names: Vec<String>,
    /// All numbers, the class's keys included.
    pub numbers: Vec<Number>,
    /// Dates under the class's keys (`ngay_sinh`, `ngay_cap`, …).
    pub dates: Vec<(String, PartialDate)>,
    /// Place of birth or origin.
    pub place: Option<String>,
    /// Names that place bore before or bears now; found without regard to accents only.
    pub other_places: Vec<String>,
    /// Name of the school, short or long; its own, or that of its volume.
    pub school: Option<String>,
    /// Year of graduation, four digits; its own, or that of its volume, document or file.
    pub year: Option<i64>,
    /// Values to filter and count by (`grade`, `sex`, `ethnic`, …), as they are shown.
    pub facets: BTreeMap<String, String>,
    /// Everything printed on the paper. Numbers and dates in the text of a page are found as such.
    pub text: String,
    /// Stored as it is and returned with a hit; not searched.
    pub stored: serde_json::Value,
}

/// One step of the publication sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds the document, or replaces the one with the same id.
    Put(Box<Document>),
    /// Removes the document with this id, if there is one.
    Remove(String),
}
