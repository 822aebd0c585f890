//! What a printed value means: normalised beside the raw, and checked against its field.

mod agency;
pub(crate) mod amounts;
pub mod dates;
pub(crate) mod gazetteer;
pub(crate) mod person_names;
mod repair;

use sogoc_vietnamese::given_names;

use crate::class::{Field, FieldKind, Lexicon, LexiconEntry};
use crate::confidence::{Check, Evidence, Located, SecondReading};
use crate::geometry::around;
use crate::layout::lines::joined;
use crate::model_trust::ModelTrust;
use crate::reading::FieldReading;
use crate::word::Word;
use dates::Date;
pub(crate) use repair::LOOK_ALIKE;

/// Punctuation around a value that is not part of it.
const AROUND: [char; 23] = [
    '.', ',', ';', ':', '|', '[', ']', '{', '}', '_', '—', '–', '-', '=', '~', '…', '\'', '"', '“',
    '”', '‘', '`', '*',
];

/// A value before it is judged.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// As printed, without rules and leaders read as punctuation around it.
    pub raw: String,
    /// The words it is made of.
    pub words: Vec<Word>,
    /// Whether where it stands speaks against accepting it.
    pub held: bool,
}

impl Candidate {
    /// The value these words spell, without rules and leaders read as punctuation around it.
    pub fn of(words: &[Word]) -> Option<Self> {
        let bare = |word: &&Word| !word.text.chars().any(char::is_alphanumeric);
        let from = words.iter().take_while(bare).count();
        let end = words.len() - words[from..].iter().rev().take_while(bare).count();
        let words = words[from..end].to_vec();
        let raw = joined(&words).trim_matches(AROUND).trim().to_owned();
        (!raw.is_empty()).then_some(Self {
            raw,
            words,
            held: false,
        })
    }

    /// A value that is a part of these words' text.
    pub fn part(raw: &str, words: Vec<Word>) -> Option<Self> {
        let raw = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let raw = raw.trim_matches(AROUND).trim().to_owned();
        (!raw.is_empty() && !words.is_empty()).then_some(Self {
            raw,
            words,
            held: false,
        })
    }

    /// The same, as sure as the model that read it is trusted.
    pub fn trusted(&self, trust: ModelTrust) -> Self {
        Self {
            raw: self.raw.clone(),
            words: trust.of(&self.words),
            held: self.held,
        }
    }

    /// The judged reading of that field.
    pub fn reading(&self, field: &Field, second: SecondReading) -> FieldReading {
        let printed = match field.kind {
            // The unit behind a sum is no part of it: đ, đồng, VNĐ.
            FieldKind::Money => self
                .raw
                .trim_end_matches(|c: char| c.is_alphabetic() || c == '.' || c == ' ')
                .to_owned(),
            _ => spaced(field, &self.raw),
        };
        let better = repair::better(field, &printed, closed_list(field));
        let repaired = better.is_some();
        let raw = better.unwrap_or(printed);
        let (value, check) = normalised(field, &raw);
        // The check was passed by putting letters right, so it says nothing for them.
        let check = match check {
            Check::Agrees if repaired => Check::Unknown,
            check => check,
        };
        let place = field.gazetteer.then(|| gazetteer::locate(&raw));
        let evidence = Evidence {
            repaired,
            unknown_syllables: match field.kind {
                FieldKind::Name => given_names::unknown_syllables(&raw),
                _ => 0,
            },
            located: place
                .flatten()
                .map_or(Located::Nowhere, |place| place.located),
            held: self.held,
            ..Evidence::of(field, &raw, &self.words, check, second)
        };
        FieldReading {
            raw,
            value,
            confidence: evidence.probability(),
            accepted: evidence.accepted(),
            bounds: around(self.words.iter().map(|word| word.bounds)),
            struck: false,
            page: None,
            evidence: Some(evidence),
        }
    }
}

/// The list a value must come from. Names, places and schools have lists too, but none is complete.
pub(crate) fn closed_list(field: &Field) -> Option<&Lexicon> {
    let open = [
        FieldKind::Name,
        FieldKind::Place,
        FieldKind::School,
        FieldKind::Agency,
    ];
    field
        .lexicon
        .as_ref()
        .filter(|_| !open.contains(&field.kind))
}

/// The printed value with the blanks a closed list has, where only a blank was lost.
fn spaced(field: &Field, raw: &str) -> String {
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    let same = |form: &&String| solid(form) == solid(raw);
    let entries = closed_list(field)
        .into_iter()
        .flat_map(|lexicon| &lexicon.entries);
    let mut forms =
        entries.flat_map(|entry| std::iter::once(&entry.canonical).chain(&entry.variants));
    forms
        .find(same)
        .map_or_else(|| raw.to_owned(), String::clone)
}

/// Whether a text is printed in capitals throughout.
pub(crate) fn in_capitals(text: &str) -> bool {
    text.chars().filter(|c| c.is_uppercase()).count() >= 2 && !text.chars().any(char::is_lowercase)
}

/// The normalised value of a printed one, and whether it is what the field holds.
pub(crate) fn normalised(field: &Field, raw: &str) -> (String, Check) {
    if let Some(lexicon) = closed_list(field) {
        let listed = |entry: &LexiconEntry| {
            let printed =
                |form: &String| form == raw || in_capitals(raw) && form.to_uppercase() == raw;
            printed(&entry.canonical) || entry.variants.iter().any(printed)
        };
        return match lexicon.canonical(raw) {
            Some(canonical) if lexicon.entries.iter().any(listed) => {
                (canonical.to_owned(), Check::Agrees)
            }
            // What it means is known, but not that these are its letters.
            Some(canonical) => (canonical.to_owned(), Check::Unknown),
            None => (raw.to_owned(), Check::Contradicts),
        };
    }
    let patterned = match field.patterns.as_slice() {
        [] => Check::Unknown,
        patterns if patterns.iter().any(|pattern| pattern.is_match(raw)) => Check::Agrees,
        _ => Check::Contradicts,
    };
    match field.kind {
        FieldKind::Date => match Date::parse(raw) {
            Some(date) => (date.to_string(), Check::Agrees),
            None => (raw.to_owned(), Check::Contradicts),
        },
        FieldKind::Number => (raw.split_whitespace().collect(), patterned),
        FieldKind::Money => {
            let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
            if digits.is_empty() {
                (raw.to_owned(), Check::Contradicts)
            } else {
                (digits, patterned)
            }
        }
        FieldKind::Year => (
            raw.split_whitespace().collect::<String>().replace('–', "-"),
            patterned,
        ),
        FieldKind::Name => {
            let name = name_case(raw);
            let known = field
                .lexicon
                .as_ref()
                .is_none_or(|families| families.heads(&name));
            match patterned {
                // A family name nobody listed may be one, or a letter lost.
                Check::Agrees if !known => (name, Check::Unknown),
                check => (name, check),
            }
        }
        FieldKind::Place if letters(raw) < SHORTEST_PLACE => (raw.to_owned(), Check::Contradicts),
        FieldKind::Agency if agency::written(raw).as_deref() == Some(raw) => {
            (raw.to_owned(), Check::Agrees)
        }
        _ => (raw.to_owned(), patterned),
    }
}

/// The normalised value of a text that was typed and not read from a picture, such as a cell of a list, and whether it may
/// be what the field holds.
pub fn of_text(field: &Field, raw: &str) -> (String, bool) {
    let (value, check) = normalised(field, raw);
    (value, check != Check::Contradicts)
}

/// The fewest letters a place is written with.
const SHORTEST_PLACE: usize = 3;

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

/// A name printed in capitals, as names are written elsewhere.
fn name_case(raw: &str) -> String {
    if raw.chars().any(char::is_lowercase) {
        return raw.to_owned();
    }
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_string() + &letters.as_str().to_lowercase()
        })
    };
    raw.split(' ')
        .map(capitalised)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::layout::lines::tests::page;

    fn checked(key: &str, raw: &str) -> (String, Check) {
        let classes = Classes::load(None).unwrap();
        normalised(classes.get("van_bang").unwrap().field(key).unwrap(), raw)
    }

    #[test]
    fn the_meaning_stands_beside_the_print() {
        assert_eq!(
            checked("ngay_sinh", "sinh năm 1974"),
            ("1974".into(), Check::Agrees)
        );
        assert_eq!(checked("gioi_tinh", "Gái"), ("Nữ".into(), Check::Agrees));
        assert_eq!(checked("xep_loai", "khá"), ("Khá".into(), Check::Unknown));
        assert_eq!(checked("gioi_tinh", "NỮ"), ("Nữ".into(), Check::Agrees));
        assert_eq!(checked("dan_toc", "Hre"), ("Hrê".into(), Check::Agrees));
        assert_eq!(
            checked("so_hieu", "A 0123"),
            ("A0123".into(), Check::Agrees)
        );
        assert_eq!(
            checked("ho_ten", "LÊ THỊ NGA"),
            ("Lê Thị Nga".into(), Check::Agrees)
        );
    }

    #[test]
    fn what_cannot_be_is_said_and_kept() {
        assert_eq!(
            checked("ngay_sinh", "35/1/1974"),
            ("35/1/1974".into(), Check::Contradicts)
        );
        assert_eq!(checked("ho_ten", "lê 7 nga").1, Check::Contradicts);
        assert_eq!(checked("noi_sinh", "7 L").1, Check::Contradicts);
    }

    #[test]
    fn rules_read_as_punctuation_are_not_part_of_a_value() {
        assert_eq!(
            Candidate::of(&page(&["| . Lê Nga. |"])).unwrap().raw,
            "Lê Nga"
        );
        assert!(Candidate::of(&page(&["| _ ."])).is_none());
    }
}
