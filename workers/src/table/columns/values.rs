//! What stands in a column, and how much of it may be what a usage says.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use sogoc_vietnamese::{fold, given_names};

use super::usage::Usage;
use crate::class::{Field, FieldKind, OtherKind, Part};
use crate::confidence::Check;
use crate::layout::Row;
use crate::values::dates::Date;
use crate::values::{Candidate, gazetteer, normalised};

/// What a value is worth that has the marks and figures of a date but cannot be read as one.
const MISREAD: f64 = 0.85;

/// From this many rows on one shared day is nobody's birth; and how far such days still may be.
const LEAST_SAME: usize = 4;
const SAME_DAY: f64 = 0.2;
/// Of the names in a list at least this share are different ones.
const NAMES_DIFFER: f64 = 0.4;

/// The values of one column, a row each.
pub(super) struct Values {
    /// As read; nothing in an empty cell.
    pub cells: Vec<Option<String>>,
    /// The share that are places: asked of many usages, and dear.
    places: OnceCell<f64>,
}

impl Values {
    /// What stands in a column of these rows.
    pub fn of(rows: &[Row], column: usize) -> Self {
        let cells = rows
            .iter()
            .map(|row| Candidate::of(&row[column]).map(|found| found.raw));
        Self {
            cells: cells.collect(),
            places: OnceCell::new(),
        }
    }

    fn filled(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().flatten().map(String::as_str)
    }

    /// The share of rows with something in them.
    pub fn filling(&self) -> f64 {
        self.filled().count() as f64 / self.cells.len().max(1) as f64
    }

    /// The share of filled cells that pass.
    pub fn share(&self, passes: impl Fn(&str) -> bool) -> f64 {
        let all = self.filled().count();
        if all == 0 {
            return 0.0;
        }
        self.filled().filter(|value| passes(value)).count() as f64 / all as f64
    }

    /// The share that are dates; those with a figure misread count for most of one.
    fn dates(&self) -> f64 {
        let whole = self.share(|value| Date::parse(value).is_some());
        whole.max(MISREAD * self.share(|value| Date::parse(value).is_some() || is_like_date(value)))
    }

    /// Whether half of the rows or more have one and the same day, as that of a delivery: nobody's birth.
    fn repeats_a_day(&self) -> bool {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let whole = |value: &&str| Date::parse(value).is_some_and(|date| date.day.is_some());
        let days = self.filled().filter(whole);
        days.for_each(|day| *counts.entry(day).or_default() += 1);
        let all: usize = counts.values().sum();
        let most = counts.values().copied().max().unwrap_or_default();
        most >= LEAST_SAME && most * 2 >= all
    }

    fn places(&self) -> f64 {
        *self.places.get_or_init(|| self.share(is_place))
    }

    /// The share of all rows whose value passes.
    pub fn share_of_rows(&self, passes: impl Fn(&str) -> bool) -> f64 {
        self.share(passes) * self.filling()
    }

    /// How many words a value has, on the mean.
    pub fn words_a_value(&self) -> f64 {
        let words: usize = self.filled().map(|value| value.split(' ').count()).sum();
        words as f64 / self.filled().count().max(1) as f64
    }

    /// How many different values there are for each filled cell, 0 to 1.
    pub fn variety(&self) -> f64 {
        let different: BTreeSet<&str> = self.filled().collect();
        different.len() as f64 / self.filled().count().max(1) as f64
    }

    /// The share of neighbours that differ by one step of the commonest size other than zero.
    pub fn running(&self) -> f64 {
        let numbers: Vec<Option<i64>> = self
            .cells
            .iter()
            .map(|c| c.as_deref().and_then(last_number))
            .collect();
        let pairs = numbers
            .windows(2)
            .filter_map(|pair| Some(pair[1]? - pair[0]?));
        let steps: Vec<i64> = pairs.collect();
        if steps.len() < 2 {
            return 0.0;
        }
        // Numbers as far from their row as most others run, whatever was misread between them.
        let offsets = numbers
            .iter()
            .zip(0i64..)
            .filter_map(|(number, row)| Some((*number)? - row));
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        offsets.for_each(|offset| *counts.entry(offset).or_default() += 1);
        let most = counts.values().copied().max().unwrap_or_default();
        let by_one = steps.iter().filter(|step| **step == 1).count();
        (by_one as f64 / steps.len() as f64).max(most as f64 / numbers.len() as f64)
    }
}

/// The last run of figures in a text that is not a year after a stroke: `0123/95` runs in its first.
fn last_number(text: &str) -> Option<i64> {
    let head = text.split('/').next()?;
    let from = head.find(|c: char| c.is_ascii_digit())?;
    let figures: String = head[from..].chars().filter(char::is_ascii_digit).collect();
    figures.parse().ok().filter(|_| figures.len() <= 12)
}

/// How well the values of a column fit a usage, 0 to 1; `None` where any text would do.
pub(super) fn fit(usage: Usage<'_>, values: &Values) -> Option<f64> {
    match usage {
        Usage::Field(field, None) => field_fit(field, values),
        // A tick that is no letter leaves its cell without a word, so an empty column may be one of ticks.
        Usage::Field(_, Some(Part::Male | Part::Female)) if values.filling() == 0.0 => None,
        Usage::Field(_, Some(part)) => Some(values.share(|value| is_part(part, value))),
        Usage::Other(other) => other_fit(other.kind, values),
        Usage::Empty => Some(1.0 - values.filling()),
        Usage::Unknown => None,
    }
}

fn field_fit(field: &Field, values: &Values) -> Option<f64> {
    match field.kind {
        FieldKind::Text => None,
        // People differ in their names, a province or a school stands in every row.
        FieldKind::Name => Some(values.share(is_name) * (values.variety() / NAMES_DIFFER).min(1.0)),
        FieldKind::Place => Some(values.places()),
        FieldKind::Date if values.repeats_a_day() => Some(SAME_DAY * values.dates()),
        FieldKind::Date => Some(values.dates()),
        FieldKind::Number if field.key == "stt" => {
            let plain = |value: &str| value.len() <= 4 && value.chars().all(|c| c.is_ascii_digit());
            let plain = values
                .share(plain)
                .max(MISREAD * values.share(is_like_ordinal));
            Some(0.5 * plain + 0.5 * values.running())
        }
        FieldKind::Number => {
            Some(values.share(|value| figures(value) >= 3 && figures(value) * 2 >= letters(value)))
        }
        _ => {
            Some(values.share(|value| {
                normalised(field, value).1 != Check::Contradicts && letters(value) > 0
            }))
        }
    }
}

fn other_fit(kind: OtherKind, values: &Values) -> Option<f64> {
    let share = match kind {
        OtherKind::Place => values.places(),
        OtherKind::School => values.share(is_school),
        OtherKind::SchoolClass => values.share(is_school_class),
        OtherKind::Number => values.share(|value| figures(value) >= 2 && letters(value) <= 3),
        OtherKind::Mark => values.share(|value| number(value).is_some_and(|mark| mark <= 10.0)),
        OtherKind::Total => values.share(|value| number(value).is_some_and(|sum| sum <= 100.0)),
        OtherKind::Date => values.dates(),
        OtherKind::Signature | OtherKind::Text => return None,
    };
    Some(share)
}

pub(super) fn is_part(part: Part, value: &str) -> bool {
    let within = |most: u32| {
        let figures: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        figures.len() <= 2
            && figures
                .parse::<u32>()
                .is_ok_and(|n| (1..=most).contains(&n))
    };
    match part {
        Part::Family => is_words(value) && value.split(' ').count() <= 5,
        Part::Given => is_words(value) && value.split(' ').count() <= 2,
        Part::Day => within(31),
        Part::Month => within(12),
        Part::Year => {
            let year: Option<u32> = value.parse().ok();
            year.is_some_and(|year| (1900..2100).contains(&year) || value.len() == 2)
        }
        Part::Male | Part::Female => is_tick(value),
    }
}

/// Whether it may be a tick: a sign or two, and no number.
pub(super) fn is_tick(value: &str) -> bool {
    value.chars().count() <= 2 && figures(value) < 2
}

/// Whether a value has two strokes or stops with figures around, as a date has in which a figure was misread.
fn is_like_date(value: &str) -> bool {
    let marks = value.chars().filter(|c| "/-.".contains(*c)).count();
    let long = (6..=11).contains(&value.chars().filter(|c| !c.is_whitespace()).count());
    long && marks == 2 && figures(value) >= 4 && letters(value) <= 1
}

/// Whether a value is a number of a few figures, one of which may be read as a letter: `s04`, `l2`.
fn is_like_ordinal(value: &str) -> bool {
    let long = (2..=4).contains(&value.chars().count());
    long && value.chars().all(char::is_alphanumeric) && figures(value) > letters(value)
        || value.len() <= 4 && value.chars().all(|c| c.is_ascii_digit())
}

fn figures(value: &str) -> usize {
    value.chars().filter(char::is_ascii_digit).count()
}

fn letters(value: &str) -> usize {
    value.chars().filter(|c| c.is_alphabetic()).count()
}

/// The words of a value without the strokes and accents read beside them.
fn words(value: &str) -> impl Iterator<Item = &str> {
    let is_accent = |c: char| ('\u{2b0}'..='\u{2ff}').contains(&c);
    let is_mark = move |c: char| !c.is_alphanumeric() || is_accent(c);
    let bare = value.split(' ').map(move |word| word.trim_matches(is_mark));
    bare.filter(|word| !word.is_empty())
}

/// Words of letters that begin with capitals.
pub(super) fn is_words(value: &str) -> bool {
    figures(value) == 0
        && !value.contains(',')
        && letters(value) >= 2
        && words(value).all(|word| word.chars().next().is_some_and(char::is_uppercase))
}

/// Whether it has the shape of a whole name.
pub(super) fn is_name(value: &str) -> bool {
    let bare: Vec<&str> = words(value).collect();
    is_words(value)
        && (2..=6).contains(&bare.len())
        && given_names::unknown_syllables(&bare.join(" ")) * 2 <= bare.len()
}

fn is_place(value: &str) -> bool {
    let enough = figures(value) <= 2 && letters(value) > 3;
    enough && (value.contains([',', '-']) || gazetteer::locate(value).is_some())
}

fn is_school(value: &str) -> bool {
    let folded = fold::words(value);
    let heads = [
        "truong",
        "thpt",
        "ptth",
        "thcs",
        "ptcs",
        "pt",
        "cap",
        "bt",
        "ttgdtx",
        "trung tam",
        "hd",
        "hoi dong",
    ];
    let first = folded.split(' ').next().unwrap_or_default();
    heads.contains(&first) || value.contains("THPT") || value.contains("PTTH")
}

fn is_school_class(value: &str) -> bool {
    let solid: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
    let begins = solid.chars().next().is_some_and(|c| c.is_ascii_digit());
    begins && solid.len() <= 6 && letters(&solid) >= 1 && letters(&solid) <= 3
}

fn number(value: &str) -> Option<f64> {
    let plain = value.replace(',', ".").replace(' ', "");
    plain.parse().ok().filter(|_| plain.len() <= 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    #[test]
    fn one_day_in_most_rows_is_nobodys_birth() {
        let of = |days: &[&str]| {
            let rows: Vec<Row> = days.iter().map(|day| vec![page(&[day])]).collect();
            Values::of(&rows, 0).repeats_a_day()
        };
        assert!(of(&[
            "5/9/1989",
            "5/9/1989",
            "10/9/1989",
            "5/9/1989",
            "5/9/1989"
        ]));
        assert!(!of(&[
            "5/9/1974", "6/9/1974", "5/9/1974", "1/2/1973", "3/4/1973"
        ]));
        assert!(!of(&["1974", "1974", "1974", "1974", "1974"]));
    }

    #[test]
    fn a_date_with_a_figure_misread_is_like_one() {
        assert!(is_like_date("27-06-1G72") && is_like_date("41/13/1968"));
        assert!(is_name("'NGUYỄN TẤN LỰC ˆ") && !is_name("LỰC —"));
        assert!(
            !is_like_date("01/TK-82") && !is_like_date("0123/1995") && !is_like_date("A.B.1985/1")
        );
    }
}
