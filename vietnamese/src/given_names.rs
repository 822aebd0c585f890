//! Middle and given names: they are made of a few hundred syllables, so a misread syllable is mostly
//! none of them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::fold;
use crate::syllable::is_syllable;

/// One syllable a line in the list, first letter capital.
static KNOWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let list = include_str!("../../classes/lexicons/tieng_ten.txt");
    let lines = list.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// The two middle names most people have, without and with accents.
const MIDDLE: [(&str, &str); 2] = [("van", "Văn"), ("thi", "Thị")];

/// How many syllables after the family name are in no known name.
pub fn unknown_syllables(name: &str) -> usize {
    let given = name.split(' ').skip(1);
    given
        .filter(|syllable| !KNOWN.contains(capitalised(syllable).as_str()))
        .count()
}

/// The name with its misread syllables replaced, each only where exactly one known syllable fits;
/// `None` where nothing changes. A syllable Vietnamese allows is left alone, because a rare name is a name.
pub fn corrected(name: &str) -> Option<String> {
    let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
    let all_capitals = !name.chars().any(char::is_lowercase);
    join_split(&mut words);
    let count = words.len();
    for (index, word) in words.iter_mut().enumerate().skip(1) {
        let written = capitalised(word);
        let is_middle = index == 1 && count > 2;
        if KNOWN.contains(written.as_str()) || !is_middle && is_syllable(&written) {
            continue;
        }
        if let Some(known) = only_candidate(&written, is_middle) {
            *word = if all_capitals {
                known.to_uppercase()
            } else {
                known.to_owned()
            };
        }
    }
    let whole = words.join(" ");
    (whole != name).then_some(whole)
}

/// The known syllable with the same ASCII letters, if there is exactly one.
fn only_candidate(syllable: &str, is_middle: bool) -> Option<&'static str> {
    let folded = fold::letters(syllable);
    let middle = MIDDLE.iter().find(|(bare, _)| is_middle && *bare == folded);
    if let Some((_, whole)) = middle {
        return Some(whole);
    }
    if folded.len() < 2 {
        return None;
    }
    let mut near = KNOWN.iter().filter(|known| fold::letters(known) == folded);
    match (near.next(), near.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// Joins a syllable that the engine split ("Ngh Ĩa").
fn join_split(words: &mut Vec<String>) {
    let mut at = 1;
    while at + 1 < words.len() {
        let known = |word: &str| KNOWN.contains(capitalised(word).as_str());
        let joined = capitalised(&format!("{}{}", words[at], words[at + 1]));
        if !known(&words[at]) && !known(&words[at + 1]) && known(&joined) {
            words[at] = joined;
            words.remove(at + 1);
        }
        at += 1;
    }
}

fn capitalised(syllable: &str) -> String {
    let mut letters = syllable.chars();
    letters.next().map_or_else(String::new, |first| {
        let first: String = first.to_uppercase().collect();
        first + &letters.as_str().to_lowercase()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misread_syllable_with_one_candidate_is_corrected() {
        assert_eq!(corrected("Hồ Vấn Tâm").as_deref(), Some("Hồ Văn Tâm"));
        assert_eq!(corrected("Lê Thì Hằng").as_deref(), Some("Lê Thị Hằng"));
        assert_eq!(
            corrected("Đặng Thị Ngh Ĩa").as_deref(),
            Some("Đặng Thị Nghĩa")
        );
        assert_eq!(corrected("LÊ VẤN TÂM").as_deref(), Some("LÊ VĂN TÂM"));
        assert_eq!(corrected("Lê Văn Tâm"), None);
        assert_eq!(corrected("Lê Thị Xyz"), None);
        assert_eq!(corrected(""), None);
    }

    #[test]
    fn syllables_no_name_has_are_counted() {
        assert_eq!(unknown_syllables("Nguyễn Văn Tâm"), 0);
        assert_eq!(unknown_syllables("Nguyễn Hhư Xyz"), 2);
        assert_eq!(unknown_syllables("NGUYỄN VĂN TÂM"), 0);
        assert_eq!(unknown_syllables(""), 0);
    }
}
