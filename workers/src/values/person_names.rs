//! Persons' names: where one stands among other words, and which family name a slip stands for.

use crate::class::Lexicon;
use crate::word::Word;
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// Fewest and most words of a person's name.
const WORDS: std::ops::RangeInclusive<usize> = 2..=6;

/// A syllable as names are written: a capital, then small letters; or an initial such as "Y".
fn is_syllable(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.all(|c| c.is_lowercase() || "'’ʼ".contains(c))
        && word.chars().count() <= 7
}

/// The longest run of words that may be a person's name; one that begins with a family name of the
/// list comes first, however long.
pub(crate) fn run_of_name<'a>(words: &'a [Word], families: Option<&Lexicon>) -> Option<&'a [Word]> {
    let mut best: Option<(bool, &[Word])> = None;
    for from in 0..words.len() {
        let length = words[from..]
            .iter()
            .take_while(|word| is_syllable(bare(&word.text)))
            .count()
            .min(*WORDS.end());
        if length < *WORDS.start() {
            continue;
        }
        let run = &words[from..from + length];
        let headed = families.is_some_and(|list| is_family(bare(&run[0].text), list));
        if best.is_none_or(|(known, other)| (headed, run.len()) > (known, other.len())) {
            best = Some((headed, run));
        }
    }
    best.map(|(_, run)| run)
}

/// The word without what stands around it as punctuation.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphabetic())
}

fn is_family(word: &str, families: &Lexicon) -> bool {
    families
        .entries
        .iter()
        .any(|entry| fold::letters(&entry.canonical) == fold::letters(word))
}

/// The name with its family name as the list writes it, where the letters leave only one choice.
///
/// `None` when the family name stands in the list, or no single one of it is near.
pub(crate) fn with_known_family(name: &str, families: &Lexicon) -> Option<String> {
    let (family, rest) = name.split_once(' ')?;
    let capitals = !name.chars().any(char::is_lowercase);
    let written = |entry: &str| match capitals {
        true => entry.to_uppercase(),
        false => entry.to_owned(),
    };
    let entries = || {
        families
            .entries
            .iter()
            .map(|entry| entry.canonical.as_str())
    };
    if entries().any(|entry| written(entry) == family) {
        return None;
    }
    let folded = fold::letters(family);
    let mut near: Vec<&str> = entries()
        .filter(|entry| fold::letters(entry) == folded)
        .collect();
    if near.len() > 1 {
        // Đ is a letter of its own, no D with a mark.
        let barred = |text: &str| text.starts_with(['Đ', 'đ']);
        near.retain(|entry| barred(entry) == barred(family));
    }
    if near.is_empty() && folded.len() >= 4 {
        near = entries()
            .filter(|entry| levenshtein(&fold::letters(entry), &folded) == 1)
            .collect();
    }
    match near.as_slice() {
        [only] => Some(format!("{} {rest}", written(only))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::layout::lines::joined;
    use crate::layout::lines::tests::page;

    fn families() -> Lexicon {
        let classes = Classes::load(None).unwrap();
        let field = classes
            .get("van_bang")
            .unwrap()
            .field("ho_ten")
            .unwrap()
            .clone();
        field.lexicon.unwrap()
    }

    #[test]
    fn a_name_is_found_among_what_is_left_of_a_stamp() {
        let name = |text: &str| {
            run_of_name(&page(&[text]), Some(&families()))
                .map(joined)
                .unwrap_or_default()
        };
        assert_eq!(name("XK Phạm Thanh Tú ."), "Phạm Thanh Tú");
        assert_eq!(name("Ôi Ở Lê Thị Nga"), "Lê Thị Nga");
        assert_eq!(name("TỈNH QUẢNG NGÃI"), "");
        assert_eq!(name("12 / x"), "");
    }

    #[test]
    fn a_family_name_is_put_right_only_where_one_is_near() {
        let right = |name: &str| with_known_family(name, &families());
        assert_eq!(right("Trân Văn Bê").as_deref(), Some("Trần Văn Bê"));
        assert_eq!(right("NGUYỀN THỊ BÊ").as_deref(), Some("NGUYỄN THỊ BÊ"));
        assert_eq!(right("Irần Văn Bê").as_deref(), Some("Trần Văn Bê"));
        assert_eq!(right("Đoan Văn Bê").as_deref(), Some("Đoàn Văn Bê"));
        assert_eq!(right("Trần Văn Bê"), None);
        assert_eq!(right("Ho Thanh Tú"), None, "Hồ as well as Hờ");
        assert_eq!(right("Qqq Thanh Tú"), None);
        assert_eq!(right(""), None);
    }
}
