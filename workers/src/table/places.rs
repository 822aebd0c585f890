//! Places of birth down a column: parts that end them are put as the list of provinces and districts
//! writes them, where the letters leave one choice; one name in two spellings on a page is doubted.

use std::collections::{BTreeMap, BTreeSet};

use crate::class::Lexicon;
use crate::fold;

/// A slip is forgiven in names of at least this many letters.
const LONG: usize = 5;

/// The place with parts the list knows as it writes them; `None` when nothing is to be put right.
pub(super) fn better(raw: &str, list: &Lexicon) -> Option<String> {
    let parts = parts(raw);
    let count = parts.len();
    let known = |(index, part): (usize, &&str)| {
        // The first of several is a commune or village, which the list does not hold.
        let ends = index > 0 || count == 1;
        let entry = ends.then(|| entry(part, list)).flatten();
        entry.unwrap_or_else(|| (*part).to_owned())
    };
    let put: Vec<String> = parts.iter().enumerate().map(known).collect();
    let put = put.join(", ");
    (put != raw).then_some(put)
}

/// Parts between commas; a stop before a blank and a capital is a comma whose tail was lost.
fn parts(raw: &str) -> Vec<&str> {
    let letters: Vec<(usize, char)> = raw.char_indices().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for window in 0..letters.len() {
        let (at, letter) = letters[window];
        let short = raw[from..at].trim().chars().count() < 4;
        let stop = letter == '.'
            && !short
            && letters.get(window + 1).is_some_and(|(_, c)| *c == ' ')
            && letters
                .get(window + 2)
                .is_some_and(|(_, c)| c.is_uppercase());
        if letter == ',' || stop {
            parts.push(raw[from..at].trim());
            from = at + letter.len_utf8();
        }
    }
    parts.push(raw[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The one entry these letters are, or are a slip away from, in its own spelling.
fn entry(part: &str, list: &Lexicon) -> Option<String> {
    let forms = || {
        let entries = list.entries.iter();
        entries.flat_map(|entry| std::iter::once(&entry.canonical).chain(&entry.variants))
    };
    for title in [
        "Thị xã ",
        "Thành phố ",
        "Huyện ",
        "huyện ",
        "Tỉnh ",
        "tỉnh ",
        "TX ",
        "TX. ",
    ] {
        if let Some(rest) = part.strip_prefix(title)
            && !forms().any(|form| form == part)
        {
            return entry(rest, list).map(|entry| format!("{title}{entry}"));
        }
    }
    if forms().any(|form| form == part) {
        return Some(part.to_owned());
    }
    let folded = fold::letters(part);
    let near = |slips: usize| {
        let near: BTreeSet<&String> = forms()
            .filter(|form| {
                let form = fold::letters(form);
                (slips == 0 || form.len() >= LONG) && fold::distance(&form, &folded) == slips
            })
            .collect();
        near
    };
    let same = near(0);
    let near = if same.is_empty() { near(1) } else { same };
    let mut near = near.into_iter();
    match (near.next(), near.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

/// For each value whether a part of it stands on the page in another spelling of the same letters.
pub(super) fn rivalled(values: &[Option<&str>]) -> Vec<bool> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;

    fn put(raw: &str) -> Option<String> {
        let classes = Classes::load(None).unwrap();
        let field = classes.get("so_goc").unwrap().field("noi_sinh").unwrap();
        better(raw, field.lexicon.as_ref().unwrap())
    }

    #[test]
    fn the_ends_of_a_place_are_put_as_the_list_writes_them() {
        assert_eq!(
            put("Phổ An, Đức Phố, Quảng Ngài").as_deref(),
            Some("Phổ An, Đức Phổ, Quảng Ngãi")
        );
        assert_eq!(
            put("Hành Trung. Nghĩa Hành, Ngh Ĩa Bình").as_deref(),
            Some("Hành Trung, Nghĩa Hành, Nghĩa Bình")
        );
        assert_eq!(
            put("Lê Lợi, Thị xã Quảng Ngài").as_deref(),
            Some("Lê Lợi, Thị xã Quảng Ngãi")
        );
        assert_eq!(put("Phổ An, Đức Phổ, Quảng Ngãi"), None);
    }

    #[test]
    fn what_the_list_does_not_hold_stays() {
        assert_eq!(put("Thôn Xa, Xã Lạ Lẫm"), None);
        assert_eq!(put("Phố An, Xã Lạ"), None, "a commune may be called so");
        assert_eq!(put("TP. Hồ Chí Minh"), None);
        for odd in ["", ",", ". .", "…"] {
            let _ = put(odd);
        }
    }

    #[test]
    fn two_spellings_of_one_name_are_doubted() {
        let values = [Some("Phố An, Huế"), Some("Phổ An, Huế"), Some("Huế"), None];
        assert_eq!(rivalled(&values), [true, true, false, false]);
    }
}
