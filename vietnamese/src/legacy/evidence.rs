//! Which encoding a column of a list is in: the one in which its words become Vietnamese syllables.

use super::{Encoding, is_modern};
use crate::syllable::is_syllable;

/// Words of one sample that are looked at.
const MOST_WORDS: usize = 4000;
/// Signs of VIQR that ordinary text does not put behind a letter.
const SIGNS: [char; 5] = ['^', '(', '+', '`', '~'];
/// Fewest words with such signs for which plain ASCII is taken for VIQR.
const FEWEST_SIGNED: usize = 2;

/// What speaks for an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// Encoding in which the words were decoded.
    pub encoding: Encoding,
    /// Words beyond plain ASCII that were looked at.
    pub words: usize,
    /// Of those, the ones that become Vietnamese syllables.
    pub syllables: usize,
}

/// What speaks for each encoding, the best first (words are parted by ASCII blanks: the bytes of others are letters); only Unicode, of no words, where all is plain ASCII.
pub fn weigh<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Evidence> {
    let words: Vec<&str> = texts
        .flat_map(str::split_whitespace)
        .take(MOST_WORDS)
        .collect();
    let marked: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.is_ascii())
        .collect();
    let signed: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| is_signed(word))
        .collect();
    // Signs stand in plain text as well; they say something where nothing else does.
    if marked.len() * 20 < signed.len() && signed.len() >= FEWEST_SIGNED {
        let viqr = count(Encoding::Viqr, &signed);
        if viqr.syllables * 2 > viqr.words {
            return vec![viqr];
        }
    }
    if marked.is_empty() {
        return vec![count(Encoding::Unicode, &[])];
    }
    let eight_bit = Encoding::ALL
        .into_iter()
        .filter(|encoding| *encoding != Encoding::Viqr);
    let mut found: Vec<Evidence> = eight_bit.map(|encoding| count(encoding, &marked)).collect();
    // Stable: of equals the commoner one stays first.
    found.sort_by_key(|one| std::cmp::Reverse(one.syllables));
    found.retain(|one| one.syllables > 0 || one.encoding == Encoding::Unicode);
    found
}

fn is_signed(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let behind = |pair: &[char]| pair[0].is_ascii_alphabetic() && SIGNS.contains(&pair[1]);
    word.is_ascii() && letters.windows(2).any(behind)
}

fn count(encoding: Encoding, words: &[&str]) -> Evidence {
    let sound = words.iter().filter(|word| becomes_syllable(encoding, word));
    Evidence {
        encoding,
        words: words.len(),
        syllables: sound.count(),
    }
}

fn becomes_syllable(encoding: Encoding, word: &str) -> bool {
    // A letter that only Unicode writes was hidden by nobody.
    if encoding != Encoding::Unicode && encoding != Encoding::Cp1258 && word.chars().any(is_modern)
    {
        return false;
    }
    let decoded = encoding.decode_cell(word, false);
    let bare = decoded
        .trim_matches(|letter: char| letter.is_ascii_punctuation() || letter.is_ascii_digit());
    let parts = || bare.split(['-', '.', ',', '/', '(', ')', '\'', ';', ':']);
    parts().filter(|part| !part.is_empty()).all(is_syllable)
}

/// How many words beyond ASCII a text has, and how many of them become Vietnamese syllables in this encoding.
pub fn soundness(encoding: Encoding, text: &str) -> (usize, usize) {
    let marked: Vec<&str> = text
        .split_ascii_whitespace()
        .filter(|word| !word.is_ascii())
        .collect();
    let found = count(encoding, &marked);
    (found.words, found.syllables)
}

/// Whether a text has a letter that only Unicode writes.
pub fn is_plainly_unicode(text: &str) -> bool {
    text.chars().any(is_modern)
}

/// The encoding a font was made for, and whether it draws capitals, where its name says so.
pub fn of_font(name: &str) -> Option<(Encoding, bool)> {
    let name = name.trim();
    let begins = |start: &str| {
        name.get(..start.len())
            .is_some_and(|own| own.eq_ignore_ascii_case(start))
    };
    if begins(".Vn") {
        return Some((
            Encoding::Tcvn3,
            name.ends_with(['H', 'h']) && name.len() > 4,
        ));
    }
    if begins("VNI-") || begins("VNI ") {
        return Some((Encoding::Vni, false));
    }
    if begins("VPS ") || begins("VPS-") {
        return Some((Encoding::Vps, false));
    }
    begins("VISCII").then_some((Encoding::Viscii, false))
}
