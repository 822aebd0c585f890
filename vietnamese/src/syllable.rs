//! Phonology: a Vietnamese syllable is an onset, a rhyme and a tone that the rhyme may carry.
//!
//! A misread syllable is often impossible in Vietnamese (`Mgễ`, `Hhư`, `Chắnh`), and only such a
//! syllable may be corrected: `Thức` is another name than `Thục`, however rare.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::TONE_MARKS;
use crate::fold::without_marks;

/// Longest first, so that `ngh` is not taken for `n`.
const ONSETS: [&str; 28] = [
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g",
    "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
];

/// The rhymes of written Vietnamese without their tones, loan words such as `ooc` included.
static RHYMES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
     e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh \
     ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo \
     oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc \
     uê uêch uên uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uyn uynh \
     uyp uyt uyu ư ưa ưc ưi ưm ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu ynh yt"
        .split_whitespace()
        .collect()
});

/// The same without any marks.
static PLAIN_RHYMES: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| RHYMES.iter().map(|rhyme| without_marks(rhyme)).collect());

/// A rhyme that ends in a stop carries only these tones: sắc (acute) and nặng (dot below).
const TONES_OF_STOPS: [char; 2] = ['\u{301}', '\u{323}'];

/// Whether Vietnamese phonology allows this word as one syllable. Case and encoding make no difference.
pub fn is_syllable(word: &str) -> bool {
    let (tones, letters): (Vec<char>, Vec<char>) = word
        .nfd()
        .flat_map(char::to_lowercase)
        .partition(|c| TONE_MARKS.contains(c));
    let plain: String = letters.into_iter().nfc().collect();
    let may_carry = |rhyme: &str| {
        let stopped = rhyme.ends_with(['c', 'p', 't']) || rhyme.ends_with("ch");
        match tones[..] {
            [] => !stopped,
            [tone] => !stopped || TONES_OF_STOPS.contains(&tone),
            _ => false,
        }
    };
    let fits = |onset: &&str| {
        let rhyme = plain.strip_prefix(*onset);
        rhyme.is_some_and(|rhyme| RHYMES.contains(rhyme) && may_carry(rhyme))
    };
    // "gi" and "gìn" hold their vowel in what is an onset elsewhere.
    ONSETS.iter().any(fits)
}

/// As [`is_syllable`], of a word without any marks: whether some syllable is written so.
pub fn is_plain_syllable(word: &str) -> bool {
    let begins = |onset: &&str| {
        let onset = if *onset == "đ" { "d" } else { onset };
        word.strip_prefix(onset)
            .is_some_and(|rhyme| PLAIN_RHYMES.contains(rhyme))
    };
    ONSETS.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_syllables() {
        let names = "Nguyễn Thức Nhất Đê Quyên Gìn Gia Giỏi Nghĩa Huỳnh Yến Khuyên Trường Ước Oanh Y \
                     QUỐC Thuỵ Thụy Hoà Hòa Quỳnh Phượng Chiểu Uyên";
        for name in names.split_whitespace() {
            assert!(is_syllable(name), "{name}");
        }
    }

    #[test]
    fn a_word_without_marks_is_a_syllable_where_some_syllable_is_written_so() {
        assert!(
            ["nguyen", "van", "an", "thuc", "dang", "y"]
                .iter()
                .all(|word| is_plain_syllable(word))
        );
        assert!(
            !["nguyenvan", "nva", "lth", ""]
                .iter()
                .any(|word| is_plain_syllable(word))
        );
    }

    #[test]
    fn slips_of_the_engine_are_none() {
        for slip in [
            "Mgễ",
            "Hhư",
            "Chắnh",
            "Gắi",
            "Bưởng1",
            "Ghđú",
            "Nhât",
            "Thưc",
            "8øn",
            "Tua1",
            "",
            "é́",
        ] {
            assert!(!is_syllable(slip), "{slip}");
        }
    }
}
