//! Syllables of names: middle and given names are made of few hundred syllables, so that a slip of
//! the engine mostly leads out of them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::fold;
use crate::values::phonology::is_syllable;

/// The syllables of middle and given names.
static KNOWN: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let list = include_str!("../../../classes/lexicons/tieng_ten.txt");
    let lines = list.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// The two syllables that most names have in the middle.
const MIDDLE: [(&str, &str); 2] = [("van", "Văn"), ("thi", "Thị")];

/// How many syllables after the family name no other name has.
pub(crate) fn unknown(name: &str) -> usize {
    let given = name.split(' ').skip(1);
    given
        .filter(|syllable| !KNOWN.contains(capitalised(syllable).as_str()))
        .count()
}

/// The name with syllables put right where one choice is left; `None` when there is nothing to put right.
pub(crate) fn better(name: &str) -> Option<String> {
    let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
    let shout = !name.chars().any(char::is_lowercase);
    rejoin(&mut words);
    let count = words.len();
    for (index, word) in words.iter_mut().enumerate().skip(1) {
        let written = capitalised(word);
        let between = index == 1 && count > 2;
        if KNOWN.contains(written.as_str()) || !between && is_syllable(&written) {
            continue; // a rare name is a name
        }
        if let Some(known) = one_choice(&written, between) {
            *word = if shout {
                known.to_uppercase()
            } else {
                known.to_owned()
            };
        }
    }
    let put = words.join(" ");
    (put != name).then_some(put)
}

/// The one known syllable of the same bare letters.
fn one_choice(syllable: &str, between: bool) -> Option<&'static str> {
    let folded = fold::letters(syllable);
    let middle = MIDDLE.iter().find(|(bare, _)| between && *bare == folded);
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

/// Joins a syllable the engine parted ("Ngh Ĩa").
fn rejoin(words: &mut Vec<String>) {
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
    fn a_slip_that_leaves_one_choice_is_put_right() {
        assert_eq!(better("Hồ Vấn Tâm").as_deref(), Some("Hồ Văn Tâm"));
        assert_eq!(better("Lê Thì Hằng").as_deref(), Some("Lê Thị Hằng"));
        assert_eq!(better("Đặng Thị Ngh Ĩa").as_deref(), Some("Đặng Thị Nghĩa"));
        assert_eq!(better("LÊ VẤN TÂM").as_deref(), Some("LÊ VĂN TÂM"));
        assert_eq!(better("Lê Văn Tâm"), None);
        assert_eq!(better("Lê Thị Xyz"), None);
        assert_eq!(better(""), None);
    }

    #[test]
    fn syllables_no_name_has_are_counted() {
        assert_eq!(unknown("Nguyễn Văn Tâm"), 0);
        assert_eq!(unknown("Nguyễn Hhư Xyz"), 2);
        assert_eq!(unknown("NGUYỄN VĂN TÂM"), 0);
        assert_eq!(unknown(""), 0);
    }
}
