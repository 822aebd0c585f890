//! What one column shows by itself: its header, its values, how wide it is, and how much that speaks for each usage.

use sogoc_vietnamese::fold;

use super::header;
use super::shown::{Shown, shown};
use super::usage::{Phrases, Usage};
use super::values::{Values, fit};
use crate::class::{Field, FieldKind, OtherKind, Part};
use crate::layout::Row;
use crate::word::Word;

/// What a column that nobody knows comes to; less than this for a usage is no reason to name it.
const UNKNOWN: f64 = 0.2;
/// What header words that are exactly a usage's are worth.
pub(super) const HEADER: f64 = 2.2;
/// What values that all fit are worth; as much is lost where none does.
const VALUES: f64 = 1.1;
/// What header words that are another usage's cost it.
const OTHERWISE: f64 = 1.4;
/// The same where they are nobody's, as far as the engine read them.
const UNHEARD: f64 = 0.35;
/// A header less like a usage's words than this is another's.
pub(super) const NAMED: f64 = 0.6;
/// Likeness (0 to 1) to a usage's words from which a header is that usage's.
pub(super) const CLEARLY: f64 = 0.8;
/// Where fewer of the values are ordinals, two letters above them do not make them so.
const FEW_FIT: f64 = 0.3;
/// What values that all look as the field's mostly do are worth where no header tells.
const LOOKS: f64 = 0.3;
/// What a column as wide as its field's usually is is worth where nothing else tells.
const WIDTH: f64 = 0.12;

/// What one column shows.
pub(super) struct Seen {
    pub values: Values,
    pub header: String,
    /// How much the header is like that of any usage, 0 to 1.
    known: f64,
    /// How much the values' letters can be trusted, 0 to 1.
    pub legible: f64,
    /// Its share of the table's width.
    width: f64,
}

impl Seen {
    pub fn of(
        phrases: &Phrases<'_>,
        headers: &[Row],
        body: &[Row],
        column: usize,
        width: f64,
    ) -> Self {
        let header = header::own(phrases, headers, column);
        let words: Vec<&Word> = body.iter().flat_map(|row| &row[column]).collect();
        let sure = words.iter().filter(|word| word.confidence > 0.6).count();
        Self {
            values: Values::of(body, column),
            known: phrases.strongest(&header),
            header,
            legible: sure as f64 / words.len().max(1) as f64,
            width,
        }
    }

    pub fn is_named(&self) -> bool {
        fold::letters(&self.header).len() >= 2
    }

    /// What values that fit so far are worth, less where the engine was not sure of them.
    pub fn worth(&self, fits: Option<f64>) -> f64 {
        let trust = 0.3 + 0.7 * self.legible;
        fits.map_or(0.0, |fits| (fits - 0.5) * 2.0 * VALUES * trust)
    }

    /// Of a usage: its score, and what speaks for it.
    pub fn score(&self, usage: Usage<'_>) -> (f64, Shown) {
        let fits = fit(usage, &self.values);
        match usage {
            Usage::Unknown => return (UNKNOWN, Shown::default()),
            Usage::Empty => {
                let blank = self.values.filling() < 0.1;
                let score = match blank && !self.is_named() {
                    true => UNKNOWN + 0.2,
                    false => -2.0,
                };
                let shown = Shown {
                    explained: 1.0,
                    ..Shown::default()
                };
                return (score, shown);
            }
            _ => {}
        }
        let like = usage.header_likeness(&self.header);
        let named = like >= NAMED;
        // "TT" is what the engine makes of the end of a rule too, and "Nữ" of any two letters.
        let short = matches!(usage, Usage::Field(field, None) if field.key == "stt")
            || matches!(usage, Usage::Field(_, Some(Part::Male | Part::Female)));
        let doubted = short && fits.is_some_and(|fits| fits < FEW_FIT);
        let header = match (named, self.is_named()) {
            (true, _) if doubted => 0.0,
            (true, _) => HEADER * like * like,
            (false, true) => -self.contradiction() - ambiguity(usage, &self.values) / 2.0,
            (false, false) => -ambiguity(usage, &self.values),
        };
        let thin = if self.values.filling() < 0.15 && !usage.may_be_empty() {
            0.5
        } else {
            0.0
        };
        let looks = match self.is_named() {
            true => 0.0,
            false => self.usual_worth(usage),
        };
        let score = header + looks + self.worth(fits) - thin + self.width_worth(usage);
        (score, shown(named.then_some(like), fits, self.legible))
    }

    /// What its header costs a usage that it does not name.
    pub fn contradiction(&self) -> f64 {
        match self.known >= CLEARLY {
            true => OTHERWISE,
            false => UNHEARD,
        }
    }

    /// What values that look as the field's mostly do are worth where no header tells, more or less than nothing.
    fn usual_worth(&self, usage: Usage<'_>) -> f64 {
        match usage {
            Usage::Field(field, None) if !field.usual.is_empty() => {
                let usual = |value: &str| field.usual.iter().any(|form| form.is_match(value));
                (self.values.share(usual) - 0.5) * 2.0 * LOOKS
            }
            _ => 0.0,
        }
    }

    fn width_worth(&self, usage: Usage<'_>) -> f64 {
        match usage {
            Usage::Field(
                Field {
                    width: Some(usual), ..
                },
                None,
            ) => WIDTH * (1.0 - (self.width / usual).ln().abs().min(2.0)),
            _ => 0.0,
        }
    }
}

/// What a usage costs where no header names it, because others have values like these.
fn ambiguity(usage: Usage<'_>, values: &Values) -> f64 {
    match usage {
        Usage::Field(field, None) => match field.kind {
            FieldKind::Number if field.key == "stt" => 0.0,
            FieldKind::Number => 0.75 - 0.5 * values.running(),
            FieldKind::Text => 0.8,
            FieldKind::Place => 0.3,
            FieldKind::Date => 0.2,
            _ => 0.0,
        },
        Usage::Other(other) => match other.kind {
            OtherKind::Mark | OtherKind::SchoolClass => 0.4,
            _ => 0.9,
        },
        _ => 0.6,
    }
}
