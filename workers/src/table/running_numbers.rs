//! Numbers that run down a column: each is the one above it and a step. A number out of step is
//! marked; one that is a slip away from its place, between neighbours that keep theirs, is corrected.

use std::collections::BTreeMap;

use crate::confidence::Series;
use strsim::levenshtein;

/// Rows that must keep step before a column is taken for a running one.
const FEWEST: usize = 3;

/// One number of a column, taken apart.
#[derive(Debug, Clone, PartialEq)]
struct Numbered {
    before: String,
    number: i64,
    digits: usize,
    after: String,
}

/// What the series says of a value, and the value it expects there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// Whether the value keeps step.
    pub series: Series,
    /// The text of the expected value, where neighbours on both sides agree on it.
    pub expected: Option<String>,
}

/// Judges a column's values, top to bottom; `None` is a cell without one. A number runs in its first figures or in its
/// last: `0123/95`, `1995/0123`.
pub(super) fn judge(values: &[Option<&str>]) -> Vec<Verdict> {
    let fitting = |verdicts: &[Verdict]| {
        let fits = verdicts.iter().filter(|one| one.series == Series::Fits);
        fits.count()
    };
    let (first, last) = (
        judged(values, taken_apart),
        judged(values, taken_apart_last),
    );
    match fitting(&last) > fitting(&first) {
        true => last,
        false => first,
    }
}

fn judged(values: &[Option<&str>], taken_apart: impl Fn(&str) -> Option<Numbered>) -> Vec<Verdict> {
    let numbers: Vec<Option<Numbered>> = values
        .iter()
        .map(|value| value.and_then(&taken_apart))
        .collect();
    let step = step(&numbers);
    let offsets: Vec<Option<i64>> = (0i64..)
        .zip(&numbers)
        .map(|(row, number)| number.as_ref().map(|n| n.number - row * step))
        .collect();
    let runs = runs(&offsets);
    let within = |row: usize| runs.iter().find(|run| run.rows.contains(&row));
    let keeps = |row: usize| within(row).is_some_and(|run| offsets[row] == Some(run.offset));
    let keeping = numbers.iter().enumerate().filter(|(row, _)| keeps(*row));
    let form = usual_form(keeping.filter_map(|(_, number)| number.as_ref()));
    let verdict = |row: usize| {
        let beyond = runs.first().filter(|_| runs.len() == 1);
        let (run, form) = (within(row).or(beyond)?, form.as_ref()?);
        let expected = form.text(run.offset + row as i64 * step);
        let solid = |text: &str| text.split_whitespace().collect::<String>();
        let fits = values[row].is_some_and(|value| solid(value) == solid(&expected));
        Some(Verdict {
            series: if fits { Series::Fits } else { Series::Breaks },
            // Outside its run a number may as well begin another.
            expected: Some(expected).filter(|_| run.rows.contains(&row)),
        })
    };
    let unknown = Verdict {
        series: Series::Unknown,
        expected: None,
    };
    (0..values.len())
        .map(|row| verdict(row).unwrap_or_else(|| unknown.clone()))
        .collect()
}

/// Rows from the first to the last that are the same distance from the plain sequence.
struct Run {
    offset: i64,
    rows: std::ops::RangeInclusive<usize>,
}

/// The runs of a column, longest first, none within another: numbers that leave a run and come back
/// to it exactly were read wrongly, however alike they are.
fn runs(offsets: &[Option<i64>]) -> Vec<Run> {
    let mut places: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (row, offset) in offsets.iter().enumerate() {
        if let Some(offset) = offset {
            places.entry(*offset).or_default().push(row);
        }
    }
    let mut places: Vec<(i64, Vec<usize>)> = places.into_iter().collect();
    places.retain(|(_, rows)| rows.len() >= FEWEST);
    places.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    let mut runs: Vec<Run> = Vec::new();
    for (offset, rows) in places {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            continue;
        };
        let apart = |run: &Run| last < run.rows.start() || first > run.rows.end();
        if runs.iter().all(apart) {
            let rows = *first..=*last;
            runs.push(Run { offset, rows });
        }
    }
    runs
}

/// How the running values are written: width of the number and what stands around it.
struct Form {
    before: String,
    after: String,
    digits: usize,
}

impl Form {
    fn text(&self, number: i64) -> String {
        format!(
            "{}{number:0width$}{}",
            self.before,
            self.after,
            width = self.digits
        )
    }
}

/// The commonest form among values that keep step; numbers without leading zeros have no width.
fn usual_form<'n>(keeping: impl Iterator<Item = &'n Numbered>) -> Option<Form> {
    let keeping: Vec<&Numbered> = keeping.collect();
    let mut around: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for number in &keeping {
        *around.entry((&number.before, &number.after)).or_default() += 1;
    }
    let ((before, after), _) = around.into_iter().max_by_key(|(_, count)| *count)?;
    let padded = keeping
        .iter()
        .filter(|n| n.digits > n.number.to_string().len())
        .map(|n| n.digits)
        .max();
    Some(Form {
        before: before.to_owned(),
        after: after.to_owned(),
        digits: padded.unwrap_or(1),
    })
}

/// The commonest difference of neighbours; one where none is common.
fn step(numbers: &[Option<Numbered>]) -> i64 {
    let mut steps: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in numbers.windows(2) {
        if let [Some(above), Some(below)] = pair {
            *steps.entry(below.number - above.number).or_default() += 1;
        }
    }
    let common = steps
        .into_iter()
        .max_by_key(|(step, count)| (*count, -step.abs()));
    common
        .filter(|(step, count)| *step != 0 && *count >= 2)
        .map_or(1, |(step, _)| step)
}

/// The first run of figures, of nine at most, and what stands around it.
fn taken_apart(text: &str) -> Option<Numbered> {
    numbered(text, text.find(|c: char| c.is_ascii_digit())?)
}

/// The last run of figures, of nine at most, and what stands around it.
fn taken_apart_last(text: &str) -> Option<Numbered> {
    let end = text.rfind(|c: char| c.is_ascii_digit())?;
    let before = text[..end].rfind(|c: char| !c.is_ascii_digit());
    let from = before.map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    numbered(text, from)
}

/// The run of figures that begins there.
fn numbered(text: &str, from: usize) -> Option<Numbered> {
    let rest = &text[from..];
    let length = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let number = rest[..length].parse().ok().filter(|_| length <= 9)?;
    Some(Numbered {
        before: text[..from].to_owned(),
        number,
        digits: length,
        after: rest[length..].to_owned(),
    })
}

/// Whether what was read may be the expected value with a slip or two of the engine.
pub(super) fn is_slip_of(read: &str, expected: &str) -> bool {
    let solid = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>()
    };
    let (read, expected) = (solid(read), solid(expected));
    // Of a number of two figures any reading may be a slip: what decides is that both neighbours expect
    // it.
    let allowed = match expected.chars().count() {
        0..=2 => expected.chars().count(),
        3..=5 => 1,
        _ => 2,
    };
    levenshtein(&read, &expected) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(values: &[&str]) -> Vec<Verdict> {
        let values: Vec<Option<&str>> = values
            .iter()
            .map(|text| (!text.is_empty()).then_some(*text))
            .collect();
        judge(&values)
    }

    #[test]
    fn a_number_between_neighbours_in_step_is_known() {
        let found = verdicts(&["0490/PTTH", "0431/PTTH", "0492/PTTH", "", "0494/PTTH"]);
        assert_eq!(found[0].series, Series::Fits);
        assert_eq!(found[1].series, Series::Breaks);
        assert_eq!(found[1].expected.as_deref(), Some("0491/PTTH"));
        assert_eq!(found[3].expected.as_deref(), Some("0493/PTTH"));
        assert!(is_slip_of("0431/PTTH", "0491/PTTH"));
        assert!(!is_slip_of("1726/PTTH", "0491/PTTH"));
    }

    #[test]
    fn a_jump_is_no_error_of_the_rows_after_it() {
        let found = verdicts(&["5", "6", "7", "20", "21", "22"]);
        assert!(
            found.iter().all(|verdict| verdict.series == Series::Fits),
            "{found:?}"
        );
    }

    #[test]
    fn what_leaves_a_run_and_comes_back_to_it_was_misread() {
        let found = verdicts(&["0488", "0489", "0430", "0431", "0432", "0493", "0494"]);
        assert!(
            found[2..5]
                .iter()
                .all(|verdict| verdict.series == Series::Breaks),
            "{found:?}"
        );
        assert_eq!(found[3].expected.as_deref(), Some("0491"));
    }

    #[test]
    fn a_lost_letter_before_the_number_is_out_of_step_too() {
        let found = verdicts(&["B 0815", "B 0816", "0817", "B 0818"]);
        assert_eq!(found[2].series, Series::Breaks);
        assert_eq!(found[2].expected.as_deref(), Some("B 0817"));
    }

    #[test]
    fn serials_may_run_in_any_step() {
        let found = verdicts(&["A 0010", "A 0008", "A 0006", "A 0094", "A 0002"]);
        assert_eq!(found[3].expected.as_deref(), Some("A 0004"));
    }

    #[test]
    fn numbers_may_run_behind_their_year() {
        let found = verdicts(&["1985/001", "1985/002", "1985/0038", "1985/004", "1985/005"]);
        assert_eq!(found[1].series, Series::Fits);
        assert_eq!(found[2].series, Series::Breaks);
        assert_eq!(found[2].expected.as_deref(), Some("1985/003"));
    }

    #[test]
    fn numbers_without_order_say_nothing() {
        let found = verdicts(&["51", "7", "900", "33", "x", "99999999999999999999"]);
        assert!(
            found
                .iter()
                .all(|verdict| verdict.series == Series::Unknown),
            "{found:?}"
        );
        assert!(judge(&[]).is_empty());
    }
}
