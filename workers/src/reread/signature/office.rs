//! The office printed above a signature, read through what a stamp left of it.

use crate::word::Word;
use sogoc_vietnamese::fold;
use strsim::levenshtein;

/// An office and whose it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Office {
    /// As printed, the letters of the list where a few were lost.
    pub name: String,
    /// Whether the signer holds it; not so after "KT.", "TL.", "TM.", "TUQ.".
    pub held: bool,
}

/// Words before an office that say on whose behalf somebody signs: NĐ 30/2020/NĐ-CP, Article 13.
const ON_BEHALF: [&str; 4] = ["kt", "tl", "tm", "tuq"];

/// The office these words of one line name, with what stands behind it ("TRƯỞNG PHÒNG GDTrH").
pub(super) fn office_of(words: &[Word], offices: &[String]) -> Option<Office> {
    let mut best: Option<(usize, usize, Office)> = None;
    for office in offices {
        let wanted = fold::letters(office);
        let count = office.split(' ').count();
        for from in 0..words.len().min(3) {
            let Some(own) = words.get(from..from + count) else {
                break;
            };
            let text: String = own.iter().map(|word| fold::letters(&word.text)).collect();
            let slips = levenshtein(&text, &wanted);
            let rest = &words[from + count..];
            // "O. GIÁM ĐỐC" is two slips from a deputy's office.
            let misread = slips * 4 > wanted.len() || acting(&own[0]);
            if misread || !capitals(own) || rest.len() > 3 {
                continue;
            }
            let found = Office {
                name: match words[..from].last().is_some_and(acting) {
                    true => format!("Q. {}", with_rest(office, rest)),
                    false => with_rest(office, rest),
                },
                held: !words[..from].iter().any(on_behalf),
            };
            // The longest that fits: a deputy's office holds the head's in it.
            if best.as_ref().is_none_or(|(length, slipped, _)| {
                (count, std::cmp::Reverse(slips)) > (*length, std::cmp::Reverse(*slipped))
            }) {
                best = Some((count, slips, found));
            }
        }
    }
    best.map(|(_, _, office)| office)
}

/// Whether the word says that the office is held for the time being: "Q. GIÁM ĐỐC".
fn acting(word: &Word) -> bool {
    // A round letter of its own before an office is the engine's Q whatever it was read as: no office begins with one.
    let own = word.text.trim_end_matches(['.', ',']);
    let mut letters = own.chars();
    let round = letters.next().is_some_and(|c| "QO0ỌĐ@G©".contains(c));
    round && letters.next().is_none()
}

fn on_behalf(word: &Word) -> bool {
    let folded = fold::letters(&word.text);
    let short = word.text.ends_with('.') && (2..=3).contains(&folded.len());
    short || ON_BEHALF.contains(&folded.as_str())
}

fn capitals(words: &[Word]) -> bool {
    let letters = || words.iter().flat_map(|word| word.text.chars());
    let upper = letters().filter(|c| c.is_uppercase()).count();
    upper * 3 >= letters().filter(|c| c.is_alphabetic()).count() * 2
}

/// The office and the words behind it that belong to it: those that begin with a capital.
fn with_rest(office: &str, rest: &[Word]) -> String {
    let own = rest
        .iter()
        .map(|word| word.text.as_str())
        .take_while(|text| {
            text.chars().next().is_some_and(char::is_uppercase)
                && text.chars().all(char::is_alphabetic)
                && text.chars().count() > 1
        });
    let words: Vec<&str> = std::iter::once(office).chain(own).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    fn read(text: &str) -> Option<(String, bool)> {
        let offices = ["GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "TRƯỞNG PHÒNG"].map(str::to_owned);
        office_of(&page(&[text]), &offices).map(|office| (office.name, office.held))
    }

    #[test]
    fn an_office_is_read_through_a_stamp() {
        assert_eq!(read("GIÁM ĐỐC"), Some(("GIÁM ĐỐC".into(), true)));
        assert_eq!(read("\" GÏAM ĐỐC"), Some(("GIÁM ĐỐC".into(), true)));
        assert_eq!(read("PHÓ GIÁM ĐỐC"), Some(("PHÓ GIÁM ĐỐC".into(), true)));
        assert_eq!(
            read("TRƯỚNG PHÒNG GDTrH"),
            Some(("TRƯỞNG PHÒNG GDTrH".into(), true))
        );
    }

    #[test]
    fn an_office_represented_is_not_the_signers() {
        assert_eq!(read("KT. GIÁM ĐỐC"), Some(("GIÁM ĐỐC".into(), false)));
        assert_eq!(read("TL. GIÁM ĐỐC").map(|(_, held)| held), Some(false));
        assert_eq!(read("KI. GIÁM ĐỐC").map(|(_, held)| held), Some(false));
    }

    #[test]
    fn an_office_held_for_the_time_being_says_so_however_its_letter_was_read() {
        for text in ["Q. GIÁM ĐỐC", "O. GIÁM ĐỐC", "0. GIÁM ĐỐC", "Ọ GIÁM ĐỐC"] {
            assert_eq!(read(text), Some(("Q. GIÁM ĐỐC".into(), true)), "{text}");
        }
    }

    #[test]
    fn a_sentence_about_an_office_is_none() {
        assert_eq!(read("Giám đốc Sở quyết định"), None);
        assert_eq!(read("GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO"), None);
        assert_eq!(read(""), None);
    }
}
