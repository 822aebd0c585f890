//! Places of birth down a column: one name in two spellings on a page is doubted, and what a column writes before its
//! names belongs to each of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::values::gazetteer::{locate, parts};
use sogoc_vietnamese::fold;
use sogoc_vietnamese::syllable::is_syllable;

/// For each value whether a part of it stands on the page in another spelling of the same letters.
pub(super) fn spelled_twice(values: &[Option<&str>]) -> Vec<bool> {
    let mut spellings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for part in values.iter().flatten().flat_map(|value| parts(value)) {
        spellings
            .entry(fold::letters(part))
            .or_default()
            .insert(part);
    }
    let doubtful = |part: &str| spellings[&fold::letters(part)].len() > 1;
    let any =
        |value: &Option<&str>| value.is_some_and(|value| parts(value).into_iter().any(doubtful));
    values.iter().map(any).collect()
}

/// Of a column's values at least this share begins with the kind of its unit for one without it to lack it.
const TITLED: f64 = 0.6;
/// What begins a unit's name, without accents.
const TITLES: [&str; 15] = [
    "t", "tp", "tx", "tt", "h", "x", "p", "q", "tinh", "huyen", "quan", "xa", "phuong", "thi",
    "thanh",
];

/// For each value whether the kind of one of its units may be lost, because nearly all others of the column write it
/// there: "Tây Ninh" below "T. Hải Dương", or "H. Mỹ Hào, Hưng Yên" below "H. Gia Lộc, T. Hải Dương".
pub(super) fn lacks_title(values: &[Option<&str>]) -> Vec<bool> {
    let is_titled = |part: &str| {
        let first = part.split(['.', ' ']).next().unwrap_or_default();
        TITLES.contains(&fold::letters(first).as_str())
    };
    let titled: Vec<Vec<bool>> = values
        .iter()
        .map(|value| parts(value.unwrap_or_default()))
        .map(|parts| parts.into_iter().map(is_titled).collect())
        .collect();
    let lacks = |at: fn(&[bool]) -> Option<&bool>| {
        let own = |titles: &Vec<bool>| at(titles).copied();
        let told: Vec<bool> = titled.iter().filter_map(own).collect();
        let with = told.iter().filter(|titled| **titled).count();
        let usual = with as f64 >= TITLED * told.len() as f64 && told.len() > 2;
        let lacks = titled
            .iter()
            .map(move |titles| usual && own(titles) == Some(false));
        lacks.collect::<Vec<bool>>()
    };
    let (first, last) = (
        lacks(|titles| titles.first()),
        lacks(|titles| titles.last()),
    );
    first
        .iter()
        .zip(last)
        .map(|(first, last)| *first || last)
        .collect()
}

/// Whether the heading of a group was read into a place: "2. Lớp 12B2 xã Quỳnh Thạch".
pub(super) fn is_heading(value: &str) -> bool {
    // "X." is a commune's, not a ten.
    let numbered = value.split(' ').next().is_some_and(|first| {
        let figures = first.trim_end_matches('.');
        let counts = |c: char| c.is_ascii_digit() || "IVX".contains(c);
        first.ends_with('.') && figures != "X" && !figures.is_empty() && figures.chars().all(counts)
    });
    let folded = format!(" {} ", fold::words(value));
    numbered
        || [" lop ", " hoi dong "]
            .iter()
            .any(|word| folded.contains(word))
}

/// Whether a place begins in the midst of a unit: hardly any unit has a name of one syllable, and those that have (Huế, Vinh)
/// are known. "Môn, Hải Dương" is what a lost line leaves of "Long Xuyên, Kinh Môn, Hải Dương".
pub(super) fn is_rest(value: &str) -> bool {
    let first = parts(value).into_iter().next().unwrap_or_default();
    is_syllable(first) && locate(first).is_none_or(|place| place.text != first)
}

/// Puts the blank behind a shortened kind of unit where most of the column have one: "T. Bến Tre".
pub(super) fn space(values: &mut [&mut String]) {
    let spaced = |value: &str| {
        shortened(value)
            .filter(|at| value[*at..].starts_with(' '))
            .count()
    };
    let close = |value: &str| {
        shortened(value)
            .filter(|at| !value[*at..].starts_with(' '))
            .count()
    };
    let with: usize = values.iter().map(|value| spaced(value)).sum();
    let without: usize = values.iter().map(|value| close(value)).sum();
    if with < 2 * without || without == 0 {
        return;
    }
    for value in values {
        let places: Vec<usize> = shortened(value)
            .filter(|at| !value[*at..].starts_with(' '))
            .collect();
        for at in places.into_iter().rev() {
            value.insert(at, ' ');
        }
    }
}

/// The places behind the stops of shortened kinds of units in a text.
fn shortened(value: &str) -> impl Iterator<Item = usize> {
    let stops = value.match_indices('.').filter(|(at, _)| {
        let before = value[..*at]
            .rsplit([' ', ',', '-', '.'])
            .next()
            .unwrap_or_default();
        let short = before.chars().count() <= 2 && before.chars().all(char::is_uppercase);
        let goes_on = value[at + 1..].trim_start().chars().next();
        short && !before.is_empty() && goes_on.is_some_and(char::is_uppercase)
    });
    stops.map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_begins_in_the_midst_of_a_unit_is_the_rest_of_one() {
        assert!(is_rest("Môn, Hải Dương") && is_rest("Châu, Nghệ Tĩnh"));
        assert!(
            !is_rest("Kinh Môn, Hải Dương")
                && !is_rest("Huế, Thừa Thiên")
                && !is_rest("Vinh, Nghệ An")
        );
        assert!(!is_rest("Q. 1, TP. Hồ Chí Minh") && !is_rest("TPHCM"));
    }

    #[test]
    fn a_province_without_its_kind_below_others_with_it_lacks_it() {
        let places = [
            "H. Gia Lộc, T. Hải Dương",
            "H. Mỹ Hào, Hưng Yên",
            "H. Kim Động, T. Hưng Yên",
            "T. Hưng Yên",
        ];
        let found = lacks_title(&places.map(Some));
        assert_eq!(found, [false, true, false, false]);
        let plain = ["Gia Lộc, Hải Dương", "Mỹ Hào, Hưng Yên", "Hưng Yên"];
        assert_eq!(lacks_title(&plain.map(Some)), [false; 3]);
    }

    #[test]
    fn a_unit_without_its_kind_among_units_with_it_may_have_lost_it() {
        let values = [
            "T. Hải Dương",
            "T. Huế",
            "Tây Ninh",
            "TP. Huế",
            "H. Nam Sách",
            "T. Huế",
        ]
        .map(Some);
        assert_eq!(
            lacks_title(&values),
            [false, false, true, false, false, false]
        );
        assert_eq!(
            lacks_title(&[Some("Huế"), Some("T. Huế"), Some("Huế")]),
            [false; 3]
        );
    }

    #[test]
    fn the_heading_of_a_group_is_no_place() {
        assert!(is_heading("2. Lớp 12B2 xã Quỳnh Thạch") && is_heading("II. Huế"));
        assert!(!is_heading("X. Quỳnh Thạch, H. Quỳnh Lưu") && !is_heading("Xã Lộc Hà"));
    }

    #[test]
    fn a_column_writes_its_shortened_kinds_with_a_blank_or_without() {
        let mut texts = ["T. Huế", "H. An - T. Huế", "T.Bến Tre"].map(str::to_owned);
        space(&mut texts.iter_mut().collect::<Vec<_>>());
        assert_eq!(texts[2], "T. Bến Tre");
        let mut texts = ["T.Huế", "T. Huế"].map(str::to_owned);
        space(&mut texts.iter_mut().collect::<Vec<_>>());
        assert_eq!(texts[0], "T.Huế");
    }

    #[test]
    fn two_spellings_of_one_name_are_doubted() {
        let values = [Some("Phố An, Huế"), Some("Phổ An, Huế"), Some("Huế"), None];
        assert_eq!(spelled_twice(&values), [true, true, false, false]);
    }
}
