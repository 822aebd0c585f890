//! What of a register's rows does not follow from the rows beside it: a running number that jumps or comes twice, a year of
//! birth far from those of the page. Told at the cell and never refused: paper has such rows.

use std::collections::BTreeMap;

use sogoc_workers::class::{Class, FieldKind, Scope};

use crate::messages::Message;
use crate::record::RecordView;

/// Pairs of neighbouring rows that must keep step before a column is taken for a running one.
const FEWEST_STEPS: usize = 3;
/// Years that a birth may lie from the middle one of its page in any case: a class is of one age, a course is not.
const USUAL_YEARS: i64 = 6;
/// Times the usual distance from the middle year beyond which one is far.
const FAR: i64 = 4;

/// Something to look at again in one cell.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Warning {
    /// Key of the field.
    pub key: String,
    /// Stable word: `gap`, `repeat`, `order` or `far_year`.
    pub code: &'static str,
    /// The sentence in Vietnamese.
    pub vi: String,
    /// The sentence in English.
    pub en: String,
}

impl Warning {
    fn new(key: &str, message: Message) -> Self {
        Self {
            key: key.to_owned(),
            code: message.code(),
            vi: message.vi(),
            en: message.en(),
        }
    }
}

/// The warnings of a page's rows, top to bottom, by the record's id.
pub(super) fn warnings(
    class: Option<&Class>,
    rows: &[RecordView],
) -> BTreeMap<String, Vec<Warning>> {
    let mut found: BTreeMap<String, Vec<Warning>> = BTreeMap::new();
    let fields = class.map_or(&[][..], |class| class.fields.as_slice());
    for field in fields.iter().filter(|field| field.scope == Scope::Record) {
        let value = |row: &RecordView| {
            let said = row.fields.get(&field.key)?;
            (!said.value.is_empty()).then(|| said.value.clone())
        };
        let values: Vec<Option<String>> = rows.iter().map(value).collect();
        let told = match field.kind {
            FieldKind::Number => of_numbers(&values),
            FieldKind::Date => of_years(&values),
            _ => continue,
        };
        for (at, message) in told {
            let of_row = found.entry(rows[at].id.clone()).or_default();
            of_row.push(Warning::new(&field.key, message));
        }
    }
    found
}

/// Numbers run in their first figures or in their last (`0123/95`, `A 0123`): where more of them keep step.
fn of_numbers(values: &[Option<String>]) -> Vec<(usize, Message)> {
    let taken = |last: bool| -> Vec<Option<i64>> {
        let figures = |value: &Option<String>| figures(value.as_deref()?, last);
        values.iter().map(figures).collect()
    };
    let (first, last) = (taken(false), taken(true));
    let numbers = match steps(&last) > steps(&first) {
        true => last,
        false => first,
    };
    match step(&numbers) {
        Some(step) => out_of_step(&numbers, step),
        None => repeated(values),
    }
}

fn figures(value: &str, last: bool) -> Option<i64> {
    let mut runs = value
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|run| !run.is_empty());
    let run = if last { runs.next_back() } else { runs.next() };
    run?.parse().ok()
}

/// How many neighbouring rows count on by one, up or down.
fn steps(numbers: &[Option<i64>]) -> usize {
    pairs(numbers).filter(|(a, b)| a.abs_diff(*b) == 1).count()
}

fn pairs(numbers: &[Option<i64>]) -> impl Iterator<Item = (i64, i64)> {
    numbers
        .windows(2)
        .filter_map(|pair| Some((pair[0]?, pair[1]?)))
}

/// The step of a running column; none where fewer than half of its rows keep one.
fn step(numbers: &[Option<i64>]) -> Option<i64> {
    let all = pairs(numbers).count();
    [1, -1].into_iter().find(|step| {
        let keep = pairs(numbers)
            .filter(|(a, b)| a.checked_add(*step) == Some(*b))
            .count();
        keep >= FEWEST_STEPS && keep * 2 >= all
    })
}

fn out_of_step(numbers: &[Option<i64>], step: i64) -> Vec<(usize, Message)> {
    let mut told = Vec::new();
    let mut before: Option<(usize, i64)> = None;
    for (at, number) in numbers.iter().enumerate() {
        let Some(number) = *number else { continue };
        let Some((last_at, last)) = before else {
            before = Some((at, number));
            continue;
        };
        let on = |from: i64, rows: usize| {
            let rows = i64::try_from(rows).ok()?;
            from.checked_add(step.checked_mul(rows)?)
        };
        let expected = on(last, at - last_at);
        if expected != Some(number) {
            let key = match number.saturating_sub(last).saturating_mul(step) {
                0 => "desk.sequence.repeat",
                1.. => "desk.sequence.gap",
                _ => "desk.sequence.order",
            };
            let message = Message::new(key).with("before", last).with("now", number);
            told.push((at, message));
            // Where the next row goes on as if this one had kept step, it alone is the slip.
            let next = numbers.get(at + 1).copied().flatten();
            if next.is_some() && next == on(last, at + 1 - last_at) {
                continue;
            }
        }
        before = Some((at, number));
    }
    told
}

/// Values that come twice in a column where hardly any does.
fn repeated(values: &[Option<String>]) -> Vec<(usize, Message)> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut told = Vec::new();
    let given = values.iter().enumerate();
    for (at, value) in given.filter_map(|(at, value)| Some((at, value.as_deref()?))) {
        match first.get(value) {
            Some(row) => {
                let message = Message::new("desk.sequence.repeated_row").with("row", row + 1);
                told.push((at, message));
            }
            None => _ = first.insert(value, at),
        }
    }
    // A number that most rows share says nothing of one of them.
    match told.len() * 5 <= first.len() {
        true => told,
        false => Vec::new(),
    }
}

fn of_years(values: &[Option<String>]) -> Vec<(usize, Message)> {
    let year = |value: &Option<String>| value.as_deref()?.get(..4)?.parse::<i64>().ok();
    let years: Vec<Option<i64>> = values.iter().map(year).collect();
    let mut known: Vec<i64> = years.iter().copied().flatten().collect();
    if known.len() <= FEWEST_STEPS {
        return Vec::new();
    }
    let middle = median(&mut known);
    let mut distances: Vec<i64> = known.iter().map(|year| (year - middle).abs()).collect();
    let far = USUAL_YEARS.max(FAR * median(&mut distances));
    let each = years.iter().enumerate();
    each.filter_map(|(at, year)| Some((at, (*year)?)))
        .filter(|(_, year)| (year - middle).abs() > far)
        .map(|(at, year)| {
            let message = Message::new("desk.sequence.far_year");
            (at, message.with("year", year).with("usual", middle))
        })
        .collect()
}

fn median(numbers: &mut [i64]) -> i64 {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a column's values, top to bottom.
    type Judge = fn(&[Option<String>]) -> Vec<(usize, Message)>;

    fn told(values: &[&str], of: Judge) -> String {
        let given = |value: &&str| (!value.is_empty()).then(|| (*value).to_owned());
        let values: Vec<Option<String>> = values.iter().map(given).collect();
        let told = of(&values).into_iter();
        let told = told.map(|(at, message)| format!("{at} {}", message.code()));
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_number_out_of_step_is_told_at_its_own_row() {
        assert_eq!(told(&["1", "2", "3", "4", "5"], of_numbers), "");
        assert_eq!(told(&["1", "2", "3", "5", "6", "7"], of_numbers), "3 gap");
        assert_eq!(told(&["1", "2", "9", "4", "5", "6"], of_numbers), "2 gap");
        assert_eq!(
            told(&["1", "2", "3", "3", "4", "5"], of_numbers),
            "3 repeat"
        );
        assert_eq!(told(&["7", "6", "5", "4", "9", "2"], of_numbers), "4 order");
        assert_eq!(told(&["1", "2", "", "4", "5", "6"], of_numbers), "");
    }

    #[test]
    fn a_serial_runs_in_its_first_figures_or_its_last() {
        let serials = ["A 0101", "A 0102", "A 0103", "A 0104", "A 0106"];
        assert_eq!(told(&serials, of_numbers), "4 gap");
        let of_a_year = ["21/95", "22/95", "23/95", "24/95", "24/95"];
        assert_eq!(told(&of_a_year, of_numbers), "4 repeat");
        let any = ["88", "12", "43", "70", "12", "91", "5"];
        assert_eq!(told(&any, of_numbers), "4 repeated_row");
        assert_eq!(told(&["5", "5", "5", "5"], of_numbers), "");
        assert_eq!(told(&["99999999999999999999", "1"], of_numbers), "");
        let huge = "9223372036854775807";
        assert_eq!(
            told(&["1", "2", "3", "4", huge, "0"], of_numbers),
            "4 gap, 5 order"
        );
    }

    #[test]
    fn a_year_far_from_those_of_the_page_is_told() {
        let class = ["1990-01-02", "1990", "1989-05", "1990-07-08", "1909-01-01"];
        assert_eq!(told(&class, of_years), "4 far_year");
        let course = ["1950", "1961", "1972", "1983", "1990", "1955"];
        assert_eq!(told(&course, of_years), "");
        assert_eq!(told(&["1990", "1909"], of_years), "");
        assert_eq!(told(&["ấm", "-", "199", "1990", "1991"], of_years), "");
    }
}
