//! What a garbled value most likely reads, where its field leaves one choice: letters the engine lost,
//! never words the paper may hold.
//!
//! A value put right in this way is the best reading there is and still goes to a person.

use crate::class::{Field, FieldKind, Lexicon};
use crate::{dates, fold, names};

/// The better reading; `None` when there is none or the value stands as it is.
pub(super) fn better(field: &Field, raw: &str, closed: Option<&Lexicon>) -> Option<String> {
    let opened = opened(&field.openings, raw);
    let raw = opened.as_deref().unwrap_or(raw);
    let better = match field.kind {
        FieldKind::Date => dates::within(raw),
        FieldKind::Name => name(raw, field.lexicon.as_ref()),
        FieldKind::Place => place(raw, field.lexicon.as_ref()?),
        FieldKind::Text if field.key.ends_with("_chu") => super::amounts::with_whole_words(raw),
        _ => closed.and_then(|list| listed(list, raw)),
    };
    better.or(opened)
}

/// The value with its opening as the form prints it ("VWw rà soát" is "V/v rà soát").
fn opened(openings: &[String], raw: &str) -> Option<String> {
    if openings
        .iter()
        .any(|opening| raw.starts_with(opening.as_str()))
    {
        return None;
    }
    // The longest first: of "Về việc" no "V/v" is to be made.
    let mut openings: Vec<&String> = openings.iter().collect();
    openings.sort_by_key(|opening| std::cmp::Reverse(opening.len()));
    openings.into_iter().find_map(|opening| {
        let count = opening.split(' ').count();
        let words: Vec<&str> = raw.split(' ').collect();
        let own = words.get(..count)?.concat();
        let solid = opening.replace(' ', "");
        let slips = (solid.chars().count() / 3).max(1) + usize::from(solid.contains('/'));
        let alike = own.chars().count().abs_diff(solid.chars().count()) <= 1;
        let near = alike && fold::distance(&own.to_lowercase(), &solid.to_lowercase()) <= slips;
        let rest = words[count..].join(" ");
        (near && !rest.is_empty()).then(|| format!("{opening} {rest}"))
    })
}

/// A name without specks read between its words, its family name as the list writes it.
fn name(raw: &str, families: Option<&Lexicon>) -> Option<String> {
    let words = || {
        raw.split(' ')
            .filter(|word| word.chars().any(char::is_alphabetic))
    };
    let solid = words().collect::<Vec<_>>().join(" ");
    let known = families.and_then(|families| names::with_known_family(&solid, families));
    known.or((solid != raw && !solid.is_empty()).then_some(solid))
}

/// Words that stand before a place's own name.
const RANKS: [&str; 8] = [
    "Thành phố",
    "Thị trấn",
    "Thị xã",
    "Tỉnh",
    "Huyện",
    "Quận",
    "Phường",
    "Xã",
];

/// The place with each part whose accents were misread as the list writes it, where one entry has
/// these letters; a part whose letters no entry has stays.
fn place(raw: &str, places: &Lexicon) -> Option<String> {
    let parts: Vec<String> = raw
        .split(',')
        .map(|part| {
            let part = part.trim();
            let lower = part.to_lowercase();
            let rank = RANKS.iter().find_map(|rank| {
                let rest = lower.strip_prefix(&rank.to_lowercase())?;
                rest.starts_with(' ').then(|| rank.chars().count() + 1)
            });
            let own: String = part.chars().skip(rank.unwrap_or(0)).collect();
            match accented(&own, places) {
                Some(better) => {
                    let rank: String = part.chars().take(rank.unwrap_or(0)).collect();
                    format!("{rank}{better}")
                }
                None => part.to_owned(),
            }
        })
        .collect();
    let better = parts.join(", ");
    (better != raw
        && fold::letters(&better) == fold::letters(raw)
        && parts.len() == raw.split(',').count())
    .then_some(better)
    .filter(|better| better.replace(' ', "") != raw.replace(' ', ""))
}

/// The one entry with these letters, when none is equal.
fn accented<'a>(name: &str, places: &'a Lexicon) -> Option<&'a str> {
    let entries = || places.entries.iter().map(|entry| entry.canonical.as_str());
    if name.is_empty() || entries().any(|entry| entry == name) {
        return None;
    }
    let folded = fold::letters(name);
    let mut same = entries().filter(|entry| fold::letters(entry) == folded);
    same.next().filter(|_| same.next().is_none())
}

/// The one printed form of the list the letters are near to.
fn listed(list: &Lexicon, raw: &str) -> Option<String> {
    let form = list.nearest(raw)?;
    let small = raw.chars().find(|c| c.is_alphabetic())?.is_lowercase();
    let whole = raw.chars().filter(|c| c.is_alphabetic()).count() >= form.chars().count();
    let mut letters = form.chars();
    let first = letters.next()?;
    // Case is the paper's own: "loại khá" keeps its small letter.
    let written = match small && whole {
        true => first.to_lowercase().chain(letters).collect(),
        false => form.to_owned(),
    };
    (written != raw).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;

    fn read(class: &str, key: &str, raw: &str) -> Option<String> {
        let classes = Classes::load(None).unwrap();
        let field = classes.get(class).unwrap().field(key).unwrap();
        better(field, raw, super::super::closed_list(field))
    }

    #[test]
    fn a_lost_letter_of_a_closed_list_is_put_back() {
        let grade = |raw: &str| read("van_bang", "xep_loai", raw);
        assert_eq!(grade("Khả").as_deref(), Some("Khá"));
        assert_eq!(grade("há").as_deref(), Some("Khá"));
        assert_eq!(grade("6Giỏi").as_deref(), Some("Giỏi"));
        assert_eq!(grade("Trune bình").as_deref(), Some("Trung bình"));
        assert_eq!(grade("khá"), None);
        assert_eq!(grade("TB khá"), None);
        assert_eq!(grade("xxxx"), None);
        assert_eq!(grade(""), None);
    }

    #[test]
    fn specks_are_no_part_of_a_name() {
        let name = |raw: &str| read("van_bang", "ho_ten", raw);
        assert_eq!(name("Lê 5 Thị Bê").as_deref(), Some("Lê Thị Bê"));
        assert_eq!(name("Trân Văn Bê").as_deref(), Some("Trần Văn Bê"));
        assert_eq!(name("Lê Thị Bê"), None);
        assert_eq!(name("5 . 5"), None);
    }

    #[test]
    fn accents_of_a_known_district_are_put_right() {
        let place = |raw: &str| read("van_bang", "noi_sinh", raw);
        assert_eq!(
            place("Đức Phố, Quảng Ngãi").as_deref(),
            Some("Đức Phổ, Quảng Ngãi")
        );
        assert_eq!(
            place("Thị xã Quảng Ngải").as_deref(),
            Some("Thị xã Quảng Ngãi")
        );
        assert_eq!(place("Đức Phổ, Quảng Ngãi"), None);
        assert_eq!(place("Xóm Cây Đa, Quảng Ngãi"), None);
        assert_eq!(place(",,"), None);
    }

    #[test]
    fn a_subject_opens_as_the_form_prints_it() {
        let subject = |raw: &str| read("tai_lieu", "trich_yeu", raw);
        assert_eq!(subject("VWw rà soát").as_deref(), Some("V/v rà soát"));
        assert_eq!(
            subject("Về viêc rà soát").as_deref(),
            Some("Về việc rà soát")
        );
        assert_eq!(subject("V/v rà soát"), None);
        assert_eq!(subject("Báo cáo tháng"), None);
        assert_eq!(subject(""), None);
    }
}
