//! Numbers that do not agree (đối chiếu số hiệu, số vào sổ): for each register volume, or delivery without one, and year, what is
//! missing in the series of both numbers, stands twice or out of order; the same diploma number on two records; the diploma held
//! against its row in the register, and the register against lists. An archivist works through them; what was found on the paper
//! stays, in the vault too.
//!
//! Nothing is stored but the answers: what does not agree follows from the records as they are.

mod answers;
mod found;
mod pairs;
mod place;
mod preservation;
mod rows;
mod same_serial;
mod series;
mod shown;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::text_enum;

pub use answers::{AnswerGiven, answer};
pub use place::{Place, PlaceFilter, PlacesListed, places};
pub use preservation::preserve;
pub(crate) use preservation::{PREFIX, restore};
pub use rows::PlaceKind;
pub(crate) use same_serial::ask_about_serial;
pub use same_serial::same_serial;
pub use shown::{Discrepancies, DiscrepancyFilter, discrepancies};

text_enum! {
    /// What does not agree.
    pub enum DiscrepancyKind {
        /// Numbers of a running series that no row has.
        Gap,
        /// One register number of several rows of one volume and year.
        Repeat,
        /// A number on a page whose other numbers it does not follow.
        Order,
        /// A number far from all others of its series.
        Far,
        /// One diploma number of several records of the same kind of paper, wherever they stand.
        SameSerial,
        /// A diploma and its row in the register that say different things.
        DiplomaDiffers,
        /// A diploma that has no row in any register.
        NoRegisterRow,
        /// A row of a register that differs from a row of a list; answered at the list.
        ListDiffers,
        /// A row of a register that no list has, where lists have most rows of the volume.
        NotInList,
        /// A row of a register whose diploma is not here: most were handed out, so it is told only when asked for.
        NoDiploma,
    }

    /// What a person found on the paper.
    pub enum DiscrepancyVerdict {
        /// The book itself passes over the number.
        Skipped,
        /// A sheet or row is missing, or still to be scanned.
        Missing,
        /// It was read wrongly; the record is put right at the desk.
        Misread,
        /// The row or the blank was cancelled.
        Cancelled,
        /// The paper itself says so.
        AsOnPaper,
        /// The same paper was scanned twice.
        SamePaper,
        /// Blanks of another series, or another kind of diploma.
        OtherSeries,
    }

    /// Which of them are listed.
    #[derive(Default)]
    pub enum AnswerState {
        /// Those nobody has answered, or whose records are others than those that were answered.
        #[default]
        Open,
        /// Those that were answered.
        Answered,
        /// Both.
        All,
    }
}

/// A record that a discrepancy concerns.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConcernedRecord {
    /// Id of the record.
    pub record_id: String,
    /// Id of its class.
    pub class: String,
    /// Page it stands on.
    pub page_id: String,
    /// Name of its file as delivered.
    pub original_name: String,
    /// That page's number in the file, from 1.
    pub page_number: i64,
    /// Place on the page, from 1.
    pub ordinal: i64,
    /// Name, birth date and both numbers by key, masked as in every list.
    #[schema(value_type = Object)]
    pub fields: std::collections::BTreeMap<String, String>,
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Discrepancy {
    /// Names it in its place; given back with an answer. Empty for whoever sees no numbers.
    pub key: String,
    /// What kind it is.
    pub kind: DiscrepancyKind,
    /// Whose series it is: `so_hieu` or `so_vao_so`; absent where two papers are held against each other.
    pub field: Option<&'static str>,
    /// Year of graduation, where rows say it.
    pub year: Option<String>,
    /// First number concerned, as written.
    pub first: Option<String>,
    /// Last number concerned, as written.
    pub last: Option<String>,
    /// How many numbers those are.
    pub count: Option<i64>,
    /// Keys of the fields that two papers say differently.
    pub differing: Vec<&'static str>,
    /// The records concerned; of a gap those before and after it.
    pub records: Vec<ConcernedRecord>,
    /// Import whose row differs.
    pub import_id: Option<String>,
    /// What was found on the paper.
    pub answer: Option<DiscrepancyAnswer>,
}

/// What a person found on the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DiscrepancyAnswer {
    /// What it is.
    pub verdict: DiscrepancyVerdict,
    /// In the person's words; may be empty.
    pub note: String,
    /// Person id of who answered.
    pub answered_by: String,
    /// When, RFC 3339 UTC.
    pub answered_at: String,
}

/// How many of a kind there are in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiscrepancyCount {
    /// The kind.
    pub kind: DiscrepancyKind,
    /// Those that wait for an answer.
    pub open: usize,
    /// Those that were answered.
    pub answered: usize,
}

/// Something odd before it is shown: rows by their place among those of the volume or delivery, others by id.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    key: String,
    kind: DiscrepancyKind,
    field: Option<&'static str>,
    year: String,
    first: String,
    last: String,
    count: i64,
    differing: Vec<&'static str>,
    records: Vec<String>,
    import_id: Option<String>,
}

impl Found {
    /// Of records that are concerned for themselves.
    fn of(kind: DiscrepancyKind, records: &[&str]) -> Self {
        Self {
            key: format!("{kind} {}", records.join(" ")),
            kind,
            field: None,
            year: String::new(),
            first: String::new(),
            last: String::new(),
            count: 0,
            differing: Vec::new(),
            records: records.iter().map(|id| (*id).to_owned()).collect(),
            import_id: None,
        }
    }
}
