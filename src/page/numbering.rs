//! Which numbers a page shows: the one printed on it, and those its rows run through. Only what was
//! read surely counts, because a number read wrongly would speak of pages that are not missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sogoc_workers::reading::{PageReading, RecordReading};

/// Keys of the fields that count rows from page to page.
pub(crate) const COUNTS: [&str; 2] = ["stt", "so_vao_so"];
/// Probability from which the printed number is believed.
const SURE: f64 = 0.8;
/// Probability from which a row's number may count as evidence together with others.
const LIKELY: f64 = 0.5;
/// Rows that must be in step before their numbers are believed.
const FEWEST: usize = 3;

/// The numbers of one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Numbering {
    /// The number printed on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<i64>,
    /// True where nothing is written that could be a number.
    #[serde(default)]
    pub blank: bool,
    /// First and last number of each run of its rows, by key of the field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub runs: BTreeMap<String, Vec<(i64, i64)>>,
}

impl Numbering {
    /// What a reading shows.
    pub fn of(reading: &PageReading) -> Self {
        let sure = reading.number.filter(|seen| seen.confidence >= SURE);
        let runs = COUNTS
            .iter()
            .map(|key| ((*key).to_owned(), runs(&values(&reading.records, key))));
        Self {
            printed: sure.map(|seen| i64::from(seen.number)),
            blank: reading.quality.blank,
            runs: runs.filter(|(_, runs)| !runs.is_empty()).collect(),
        }
    }
}

/// The number of each row, top to bottom; those written otherwise than most are left out.
fn values(records: &[RecordReading], key: &str) -> Vec<Option<i64>> {
    let parted: Vec<Option<(i64, String)>> = records
        .iter()
        .map(|record| {
            let field = record.fields.get(key)?;
            // Rows bear each other out, so a number that is merely likely may speak.
            (field.confidence >= LIKELY).then(|| parted(&field.value))?
        })
        .collect();
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, form) in parted.iter().flatten() {
        // A register that writes `012/1985` and one that writes `12` count differently; only one
        // way is followed.
        *forms.entry(form).or_default() += 1;
    }
    let usual = forms.into_iter().max_by_key(|(_, count)| *count);
    let usual = usual.map_or("", |(form, _)| form);
    let of_form = |part: &Option<(i64, String)>| {
        let (number, form) = part.as_ref()?;
        (form == usual).then_some(*number)
    };
    parted.iter().map(of_form).collect()
}

/// The first number of a value, and what is written around it.
fn parted(value: &str) -> Option<(i64, String)> {
    let from = value.find(|c: char| c.is_ascii_digit())?;
    let length = value[from..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len() - from);
    let number = value[from..from + length].parse().ok()?;
    let around = [&value[..from], &value[from + length..]].concat();
    let solid: String = around.split_whitespace().collect();
    // Blanks and final dots come and go with the reading.
    Some((number, solid.trim_matches('.').to_owned()))
}

/// First and last number of each run that at least three rows agree on. Rows above the first and below
/// the last that agree were read otherwise, or not at all: the run goes on over them.
fn runs(values: &[Option<i64>]) -> Vec<(i64, i64)> {
    let mut rows_by_start: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (row, value) in (0..).zip(values) {
        if let Some(value) = value {
            // Numbers that run in step have the same difference to their row.
            rows_by_start.entry(value - row).or_default().push(row);
        }
    }
    let mut agreed: Vec<(i64, i64, i64)> = rows_by_start
        .into_iter()
        .filter(|(_, rows)| rows.len() >= FEWEST)
        .filter_map(|(start, rows)| Some((*rows.first()?, *rows.last()?, start)))
        .collect();
    agreed.sort_unstable();
    let bottom = i64::try_from(values.len()).unwrap_or(i64::MAX) - 1;
    // Rows above the first that agreed were misread, not missing.
    if let Some(first) = agreed.first_mut().filter(|(_, _, start)| *start >= 1) {
        first.0 = 0;
    }
    if let Some(last) = agreed.last_mut() {
        last.1 = bottom;
    }
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for (from, end, start) in agreed {
        match runs.last_mut() {
            // A row that was overlooked shifts those below it: still one run.
            Some(last) if from + start > last.1 => last.1 = end + start,
            _ => runs.push((from + start, end + start)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[i64]) -> Vec<(i64, i64)> {
        let read: Vec<Option<i64>> = values.iter().map(|v| (*v > 0).then_some(*v)).collect();
        runs(&read)
    }

    #[test]
    fn a_run_is_what_three_rows_agree_on() {
        assert_eq!(of(&[15, 16, 17, 18]), [(15, 18)]);
        assert_eq!(of(&[15, 99, 17, 18]), [(15, 18)], "one was read wrongly");
        assert_eq!(
            of(&[0, 16, 17, 18, 0]),
            [(15, 19)],
            "not read above and below"
        );
        assert_eq!(of(&[15, 16]), [], "too few to be believed");
        assert_eq!(of(&[15, 3, 40, 7]), []);
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn a_new_count_on_the_same_page_is_a_run_of_its_own_and_an_overlooked_row_is_not() {
        assert_eq!(of(&[30, 31, 32, 1, 2, 3]), [(30, 32), (1, 3)]);
        assert_eq!(of(&[30, 31, 32, 34, 35, 36]), [(30, 36)]);
    }

    #[test]
    fn a_number_is_taken_out_of_what_is_written_around_it() {
        assert_eq!(parted("217/THPT"), Some((217, "/THPT".into())));
        assert_eq!(parted("1."), Some((1, String::new())));
        assert_eq!(parted("Số 12"), Some((12, "Số".into())));
        assert_eq!(parted("nt"), None);
        assert_eq!(parted("99999999999999999999"), None);
    }
}
