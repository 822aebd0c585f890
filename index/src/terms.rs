//! The terms of exact values: tags, facets, whole names, numbers and dates. Indexing and searching share
//! them, so both write a value the same way.

use sogoc_vietnamese::fold::{Level, fold};

use crate::document::PartialDate;

/// The key of the birth date in every class.
pub(crate) const BIRTH: &str = "ngay_sinh";

/// Syllables of a name that are also found joined; longer names are rare, and each costs the square of its length.
const LONGEST_JOINED: usize = 6;

/// Scores of a date: as precise as in the query, known to the month, known to the year.
const SAME_PRECISION: f32 = 30.0;
const MONTH_ONLY: f32 = 20.0;
const YEAR_ONLY: f32 = 10.0;

/// A value to filter by, compared byte by byte.
pub(crate) fn tag(key: &str, value: &str) -> String {
    format!("{key}|{value}")
}

/// A facet to filter by, without regard to accents and case.
pub(crate) fn facet_tag(key: &str, value: &str) -> String {
    format!("facet|{key}|{}", fold(value.trim(), Level::Ascii))
}

/// A whole name whose order counts.
pub(crate) fn whole_in_order(syllables: &[&str]) -> String {
    format!("o|{}", syllables.join(" "))
}

/// A whole name whose order does not count.
pub(crate) fn whole_sorted(syllables: &[&str]) -> String {
    let mut sorted = syllables.to_vec();
    sorted.sort_unstable();
    format!("s|{}", sorted.join(" "))
}

/// Runs of two and more syllables of a name written as one word, such as `nguyenvanan` and `vanan`.
pub(crate) fn joined_names(syllables: &[&str]) -> Vec<String> {
    let count = syllables.len().min(LONGEST_JOINED);
    let runs = (0..count).flat_map(|from| (from + 2..=count).map(move |to| (from, to)));
    runs.map(|(from, to)| joined_name(&syllables[from..to].concat()))
        .collect()
}

/// A name, or a part of it, written as one word.
pub(crate) fn joined_name(word: &str) -> String {
    format!("j|{word}")
}

/// What stands for a name in short: all initials, initials before the given name, and the initial of each syllable.
pub(crate) fn initials(syllables: &[&str]) -> Vec<String> {
    let firsts: Vec<&str> = syllables
        .iter()
        .filter_map(|syllable| {
            syllable
                .char_indices()
                .nth(1)
                .map_or(Some(*syllable), |(at, _)| syllable.get(..at))
        })
        .collect();
    let Some((given, before)) = syllables.split_last() else {
        return Vec::new();
    };
    let mut terms = vec![all_initials(&firsts.concat())];
    if !before.is_empty() {
        let before = firsts[..before.len()].concat();
        terms.push(initials_before(&before, given));
    }
    terms.extend(firsts.iter().map(|first| one_initial(first)));
    terms
}

/// `nva` for Nguyễn Văn An.
pub(crate) fn all_initials(letters: &str) -> String {
    format!("i|{letters}")
}

/// `N.V. An` for Nguyễn Văn An.
pub(crate) fn initials_before(letters: &str, given: &str) -> String {
    format!("p|{letters}|{given}")
}

/// `V.` for any syllable of a name that begins so.
pub(crate) fn one_initial(letter: &str) -> String {
    format!("m|{letter}")
}

/// A number without separators, accents and case; `None` where nothing is left.
pub(crate) fn number_plain(text: &str) -> Option<String> {
    let plain: String = fold(text, Level::Ascii)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    (!plain.is_empty()).then_some(plain)
}

/// As [`number_plain`], without the leading zeros of every run of digits: `B 0012/045` is `b12045`.
pub(crate) fn number_stripped(text: &str) -> Option<String> {
    let mut runs = number_runs(text);
    runs.iter_mut().for_each(|run| *run = without_zeros(run));
    (!runs.is_empty()).then(|| runs.concat())
}

fn without_zeros(run: &str) -> String {
    let stripped = run.trim_start_matches('0');
    let all_zeros = stripped.is_empty() && !run.is_empty();
    if all_zeros {
        "0".into()
    } else {
        stripped.into()
    }
}

/// Runs of digits and runs of letters, in order. A separator ends a run.
fn number_runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut kind = None;
    for c in fold(text, Level::Ascii).chars() {
        let here = c.is_alphanumeric().then(|| c.is_numeric());
        match runs.last_mut() {
            Some(run) if here.is_some() && here == kind => run.push(c),
            _ if here.is_some() => runs.push(c.to_string()),
            _ => {}
        }
        kind = here;
    }
    runs
}

/// The terms of a number under its key and under `*`: itself (`=`), each run of digits in it (`#`), and
/// the spellings that prefixes are searched in (`^`).
pub(crate) fn number_terms(key: &str, text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let (Some(plain), Some(stripped)) = (number_plain(text), number_stripped(text)) else {
        return terms;
    };
    let runs = number_runs(text);
    // `*` serves the search box, where nobody says which number is meant.
    for key in ["*", key] {
        terms.push(format!("{key}={stripped}"));
        terms.push(format!("{key}^{plain}"));
        if stripped != plain {
            terms.push(format!("{key}^{stripped}"));
        }
        if runs.len() > 1 {
            let digits = runs
                .iter()
                .filter(|run| run.starts_with(|c: char| c.is_numeric()));
            terms.extend(digits.map(|run| format!("{key}#{}", without_zeros(run))));
        }
    }
    terms
}

/// The terms of a date: one for every precision it has (`y`, `m`, `d`), and one for the precision it
/// ends at (`Y`, `M`), which a more precise query matches with a lower score.
pub(crate) fn date_terms(key: &str, date: &PartialDate) -> Vec<String> {
    let year = date.year;
    let mut terms = vec![format!("{key}y{year}")];
    match (date.month, date.day) {
        (None, _) => terms.push(format!("{key}Y{year}")),
        (Some(month), None) => {
            terms.push(format!("{key}m{year}-{month}"));
            terms.push(format!("{key}M{year}-{month}"));
        }
        (Some(month), Some(day)) => {
            terms.push(format!("{key}m{year}-{month}"));
            terms.push(format!("{key}d{year}-{month}-{day}"));
        }
    }
    terms
}

/// The terms that match a date of a query, each with its score.
pub(crate) fn date_matches(key: &str, date: &PartialDate) -> Vec<(String, f32)> {
    let year = date.year;
    let only_year = (format!("{key}Y{year}"), YEAR_ONLY);
    match (date.month, date.day) {
        (None, _) => vec![(format!("{key}y{year}"), SAME_PRECISION)],
        (Some(month), None) => vec![(format!("{key}m{year}-{month}"), SAME_PRECISION), only_year],
        (Some(month), Some(day)) => vec![
            (format!("{key}d{year}-{month}-{day}"), SAME_PRECISION),
            (format!("{key}M{year}-{month}"), MONTH_ONLY),
            only_year,
        ],
    }
}
