//! Evaluation: how well a page with known text was read, and what many such pages come to.
//!
//! A corpus is a folder with `index.json` and `truth/ID.json`; the structures in `corpus` are its format.
//! Everything here compares and counts; `reading` and `calibration` read the pages.

mod ablation;
mod corpus;
mod reliability;
mod report;
mod row_alignment;
mod text;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use sogoc_vietnamese::fold;
use sogoc_workers::dates::Date;
use sogoc_workers::reading::{FieldReading, PageReading};

pub use ablation::AblationTable;
pub use corpus::{Hand, InputError, Truth, TruthPage, index, parsed, truth};
pub use reliability::diagram;
pub use report::{Report, changes};
use text::TextScore;

/// One true value beside what was read for it.
#[derive(Debug, Clone)]
pub struct FieldScore {
    /// Where: `row 12` or nothing for a field of the page.
    pub place: String,
    /// Key of the field in its class.
    pub key: String,
    /// What the paper says.
    pub truth: String,
    /// How it is written.
    pub hand: Hand,
    /// Whether it is a cell of a table.
    pub cell: bool,
    /// What was read, if anything.
    pub read: Option<FieldReading>,
}

impl FieldScore {
    /// Letter for letter, white space folded. A month is right in any writing: the truth has `4/2008`
    /// for a heading of `THÁNG 4 NĂM 2008`.
    pub fn exact(&self) -> bool {
        let read = self.read.as_ref().map(|field| field.raw.as_str());
        let month = |text: &str| Date::parse(text).filter(|d| d.day.is_none() && d.month.is_some());
        read.is_some_and(|read| {
            let same_month = month(read).is_some_and(|read| month(&self.truth) == Some(read));
            same_month || text::folded(read) == text::folded(&self.truth)
        })
    }

    /// Right when accents, case, blanks and punctuation do not count.
    pub fn alike(&self) -> bool {
        let read = self.read.as_ref().map(|field| field.raw.as_str());
        read.is_some_and(|read| fold::letters(read) == fold::letters(&self.truth))
    }

    /// Whether no person would look at it.
    pub fn accepted(&self) -> bool {
        self.read.as_ref().is_some_and(|field| field.accepted)
    }
}

/// How one page was read, against its truth.
#[derive(Debug, Clone)]
pub struct PageScore {
    /// Whether it was turned the right way up.
    pub upright: bool,
    /// Whether its class is one of its kind's.
    pub class_right: bool,
    /// Whether it was taken for a class of another kind, and surely.
    pub class_surely_wrong: bool,
    /// What it was taken for, and what its columns were taken for, for people who look for the causes.
    pub seen: String,
    /// Errors in its running text.
    pub text: TextScore,
    /// Every value of its truth, and what was read of it.
    pub fields: Vec<FieldScore>,
    /// True rows of its table.
    pub rows: usize,
    /// Rows found of these.
    pub found: usize,
    /// Rows read that no true row is.
    pub extra: usize,
    /// Milliseconds in the child.
    pub milliseconds: u64,
}

/// Compares a page with its truth. Rows count on pages of a register, where each is a record.
pub fn compare(page: &TruthPage, truth: &Truth, reading: &PageReading) -> PageScore {
    let nothing = BTreeMap::new();
    let first = reading.records.first();
    let first = first.map_or(&nothing, |record| &record.fields);
    let class_right = classes_of(&page.kind).contains(&reading.class.as_str());
    let mut score = PageScore {
        class_right,
        seen: seen(page, reading),
        class_surely_wrong: !class_right && reading.class_confidence >= SURE_CLASS,
        upright: page.rotation == reading.rotation.degrees(),
        text: text::compare(&truth.segments(), &reading.text),
        fields: fields(&truth.fields, first, "", |key| truth.hand_of(key, None)),
        rows: 0,
        found: 0,
        extra: 0,
        milliseconds: reading.milliseconds,
    };
    if page.kind == "register" {
        let pairs = row_alignment::aligned(&truth.records, &reading.records);
        score.rows = truth.records.len();
        score.found = pairs.iter().flatten().count();
        score.extra = reading.records.len() - score.found;
        for (row, pair) in pairs.into_iter().enumerate() {
            let read = pair.map_or(&nothing, |index| &reading.records[index].fields);
            let place = format!("row {}", row + 1);
            let hand = |key: &str| truth.hand_of(key, Some(row));
            let cells = fields(&truth.records[row], read, &place, hand);
            score.fields.extend(cells);
        }
    }
    score
}

/// Class, understanding and columns of a reading in one line.
fn seen(page: &TruthPage, reading: &PageReading) -> String {
    let understood = reading
        .understood
        .map_or("–".to_owned(), |share| format!("{share:.2}"));
    let columns = reading.columns.iter().flat_map(|columns| &columns.fields);
    let columns: Vec<&str> = columns.map(|key| key.as_deref().unwrap_or("·")).collect();
    let (class, sure) = (&reading.class, reading.class_confidence);
    let flags = reading.quality.flags.join(" ");
    let turned = match page.rotation == reading.rotation.degrees() {
        true => "",
        false => " on its side or head",
    };
    format!(
        "{class} {sure:.2}{turned}, understood {understood}: {}; {flags}",
        columns.join(" | ")
    )
}

/// The classes a page of a kind may be of: school records and results of procedures are papers to a corpus.
fn classes_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "register" => &["so_goc", "phu_luc_so_goc"],
        "diploma" => &["van_bang"],
        "finance" => &["tai_chinh"],
        _ => &["tai_lieu", "ket_qua_tthc", "hoc_ba"],
    }
}

/// A class at least this sure is told without asking a person.
const SURE_CLASS: f64 = 0.8;

/// True values beside read ones; empty truth and normalised forms (`_iso`) do not count.
fn fields(
    truth: &Map<String, Value>,
    read: &BTreeMap<String, FieldReading>,
    place: &str,
    hand: impl Fn(&str) -> Hand,
) -> Vec<FieldScore> {
    let wanted = truth.iter().filter_map(|(key, value)| {
        let value = value.as_str().filter(|value| !value.is_empty())?;
        (!key.ends_with("_iso")).then_some((key, value))
    });
    wanted
        .map(|(key, value)| FieldScore {
            place: place.to_owned(),
            key: key.clone(),
            truth: value.to_owned(),
            hand: hand(key),
            cell: !place.is_empty(),
            read: read.get(key).cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
