//! What a child says of one page: the contract behind `sogoc read --json`.
//!
//! Boxes are `[x, y, width, height]` in pixels of the page *as delivered*, before any turning.
//! Confidences are probabilities, 0 to 1. Text is Unicode NFC.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::column_map::{MapFit, PageColumns};
use crate::confidence::Evidence;
use crate::geometry::Turn;
pub use crate::word::{Box4, Word};

/// One field of a record: what is printed and what it means, side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldReading {
    /// As printed, never corrected.
    pub raw: String,
    /// Normalised (a date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`), or the raw text where nothing is known to normalise.
    pub value: String,
    /// Probability that `raw` is letter-perfect, 0 to 1.
    pub confidence: f64,
    /// True where no person need look.
    pub accepted: bool,
    /// Where it stands; absent when it was derived from elsewhere.
    #[serde(rename = "box")]
    pub bounds: Option<Box4>,
    /// A pen's line runs through it on paper; nobody has said yet whether it stands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub struck: bool,
    /// Id of the page it stands on, where that is another page of the record's document; the box is of that page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What the probability was computed from; stays where the page was read.
    #[serde(skip)]
    pub evidence: Option<Evidence>,
}

impl FieldReading {
    /// Whether a person who approves it must have looked at it: there is a value, and it is in doubt. What is struck out or
    /// was not read has rules of its own, stricter than a look.
    pub fn wants_look(&self) -> bool {
        !self.accepted && !self.struck && !self.value.is_empty()
    }

    /// Marks it as struck out on paper and leaves it to a person.
    pub fn strike(&mut self) {
        self.struck = true;
        self.accepted = false;
    }
}

/// One proposed record: a diploma, a row of a register, a decision …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordReading {
    /// Class id, as in `classes/*.toml`.
    pub class: String,
    /// Fields by key of the class.
    pub fields: BTreeMap<String, FieldReading>,
    /// The whole record's place on the page (a register's row), when known.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Box4>,
}

impl RecordReading {
    /// Leaves every value to a person: what the page says about itself is not enough to accept it.
    pub fn hold(&mut self) {
        for field in self.fields.values_mut() {
            field.accepted = false;
        }
    }
}

/// What was noticed about the scan itself. Each flag has a stable code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// True when the page holds no ink worth reading.
    pub blank: bool,
    /// Sharpness, variance of the Laplacian on the upright grey page.
    pub sharpness: f64,
    /// How the page is laid out, 64 hex digits: "same sheet scanned twice?".
    /// [`crate::image::fingerprint_distance`] compares two.
    pub fingerprint: String,
    /// Stable codes of what falls short of the standard; [`crate::judge::flag`] says what each means.
    pub flags: Vec<String>,
}

/// The number printed on a page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageNumber {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Probability that it is right, 0 to 1.
    pub confidence: f64,
}

/// The traces of a paper's beginning, end and course on one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Continuity {
    /// A letterhead, or the national motto.
    pub head: bool,
    /// A title in capitals in the middle of its upper part.
    pub title: bool,
    /// It calls itself an annex of another paper.
    pub annex: bool,
    /// A signature's office, or the list of recipients.
    pub signed: bool,
    /// Its first line begins in the midst of a sentence.
    pub runs_in: bool,
    /// Its last line ends in the midst of a sentence.
    pub runs_on: bool,
}

/// Everything read from one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    /// Best class, or `tai_lieu`, the general archive document, when none fits.
    pub class: String,
    /// How sure the class is, 0 to 1.
    pub class_confidence: f64,
    /// The content stands turned clockwise by this many degrees.
    pub rotation: Turn,
    /// Further small turn in degrees, clockwise positive.
    pub skew: f64,
    /// Dots per inch used, from metadata or estimated.
    pub dpi: u32,
    /// Pixels of the page as delivered.
    pub width: u32,
    /// Pixels of the page as delivered.
    pub height: u32,
    /// The page's text in reading order, lines separated by `\n`.
    pub text: String,
    /// The words behind it.
    pub words: Vec<Word>,
    /// Proposed records: one for a diploma, one a row for a register, in order.
    pub records: Vec<RecordReading>,
    /// Its printed number, where one stands in its head or foot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<PageNumber>,
    /// The columns of its table, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<PageColumns>,
    /// How far its table, form or letter was understood, 0 to 1, where it has one: whether columns are explained by header
    /// words and values, labels by fields, a head by its parts, before how well each value was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub understood: Option<f64>,
    /// How the map of its volume fits, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<MapFit>,
    /// What it shows of its place in a paper of several pages.
    #[serde(default)]
    pub continuity: Continuity,
    /// What falls short of the standard for scans.
    pub quality: Quality,
    /// Time spent on this page in the child.
    pub milliseconds: u64,
}
