//! Spelling made comparable, for two kinds of text.
//!
//! [`fold`] is for texts people wrote: one form to three levels of falling strictness. Whatever encoding
//! a text arrives in (NFC, NFD, the base-plus-tone order of windows-1258, marks in the wrong order), the
//! same syllable gives the same result. Old and new tone placement (`hòa`/`hoà`, decision 1989/QĐ-BGDĐT
//! of 2018) are one; after `qu-` and in `gi-` the glide belongs to the onset and the tone stays.
//!
//! [`letters`] and [`words`] are for texts an engine read, where blanks and punctuation are the least
//! certain part: they keep ASCII letters and digits only. They differ from [`fold`] at [`Level::Ascii`] in
//! that they drop the letters of other alphabets, `ð` among them, which [`fold`] takes for `đ`.

use strsim::levenshtein;
use unicode_normalization::UnicodeNormalization;

use crate::TONE_MARKS;
use crate::letter::{decompose, place_tones};

/// How much of the spelling is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Letters and tones; only case, encoding and tone placement are levelled.
    Exact,
    /// Letters without tones: `đặng` as `đăng`.
    Tone,
    /// Plain letters: `đặng` as `dang`.
    Ascii,
}

/// The text lower-cased and folded to a level; word boundaries are left as they are.
pub fn fold(text: &str, level: Level) -> String {
    let mut letters = decompose(text);
    if level == Level::Exact {
        place_tones(&mut letters);
    }
    let mut folded = String::with_capacity(text.len());
    for letter in letters {
        folded.push(if level == Level::Ascii && letter.base == 'đ' {
            'd'
        } else {
            letter.base
        });
        if level <= Level::Tone {
            folded.extend(letter.quality);
        }
        if level == Level::Exact {
            folded.extend(letter.tones);
        }
    }
    folded.nfc().collect()
}

/// The text without tone marks, in its own case: `Đặng` as `Đăng`.
pub fn without_tones(text: &str) -> String {
    text.nfd()
        .filter(|c| !TONE_MARKS.contains(c))
        .nfc()
        .collect()
}

/// The text without any mark, in its own case: `Đặng` as `Dang`.
pub fn without_marks(text: &str) -> String {
    let plain = |c| match c {
        'đ' => 'd',
        'Đ' => 'D',
        other => other,
    };
    let letters = text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    letters.map(plain).nfc().collect()
}

/// In names `Lý`/`Lí`, `Mỹ`/`Mĩ`, `Quý`/`Quí` are one: a lone `y` after these onsets becomes `i`.
/// Never elsewhere: `tay` and `tai` are two words. Takes one folded word of any level.
pub fn name_spelling(word: &str) -> String {
    let mut letters = decompose(word);
    let onset: String = letters
        .iter()
        .rev()
        .skip(1)
        .rev()
        .map(|letter| letter.base)
        .collect();
    let lone = matches!(
        onset.as_str(),
        "h" | "k" | "l" | "m" | "s" | "t" | "v" | "qu"
    );
    if let Some(last) = letters.last_mut().filter(|last| lone && last.is_plain('y')) {
        last.base = 'i';
    }
    let spelled = letters.into_iter().flat_map(|letter| {
        std::iter::once(letter.base)
            .chain(letter.quality)
            .chain(letter.tones)
    });
    spelled.nfc().collect()
}

/// Lower-case ASCII letters and digits only: accents, case, blanks and punctuation gone, đ as d.
pub fn letters(text: &str) -> String {
    text.nfd()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// Like [`letters`], with single blanks kept between words.
pub fn words(text: &str) -> String {
    let folded: Vec<String> = text
        .split_whitespace()
        .map(letters)
        .filter(|word| !word.is_empty())
        .collect();
    folded.join(" ")
}

/// How alike the [`letters`] of two texts are: 1 where equal, 0 where nothing agrees or both are empty.
pub fn similarity(a: &str, b: &str) -> f64 {
    let (a, b) = (letters(a), letters(b));
    let longest = a.chars().count().max(b.chars().count());
    if longest == 0 {
        return 0.0;
    }
    1.0 - levenshtein(&a, &b) as f64 / longest as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_level_keeps_less_than_the_one_before() {
        let name = "Nguyễn Thị Đặng Hường";
        assert_eq!(fold(name, Level::Exact), "nguyễn thị đặng hường");
        assert_eq!(fold(name, Level::Tone), "nguyên thi đăng hương");
        assert_eq!(fold(name, Level::Ascii), "nguyen thi dang huong");
    }

    #[test]
    fn decomposed_and_misordered_marks_read_the_same() {
        let nfd: String = "Nguyễn Thị Đặng Hường".nfd().collect();
        for level in [Level::Exact, Level::Tone, Level::Ascii] {
            assert_eq!(fold(&nfd, level), fold("Nguyễn Thị Đặng Hường", level));
        }
        // Tone before circumflex, as some fonts stored it; composed letter plus tone, as windows-1258.
        assert_eq!(fold("a\u{301}\u{302}", Level::Exact), "ấ");
        assert_eq!(fold("â\u{301}", Level::Exact), "ấ");
        assert_eq!(fold("\u{d0}ặng", Level::Exact), "đặng");
    }

    #[test]
    fn old_and_new_tone_placement_are_one() {
        for (old, new) in [
            ("hòa", "hoà"),
            ("thủy", "thuỷ"),
            ("khỏe", "khoẻ"),
            ("Hòa Thủy", "Hoà Thuỷ"),
        ] {
            assert_eq!(fold(old, Level::Exact), fold(new, Level::Exact));
        }
        assert_eq!(fold("hoàn", Level::Exact), "hoàn");
    }

    #[test]
    fn a_glide_in_the_onset_does_not_move_the_tone() {
        assert_eq!(fold("quý", Level::Exact), "quý");
        assert_eq!(fold("qúy", Level::Exact), "qúy");
        assert_eq!(fold("giếng", Level::Exact), "giếng");
        assert_eq!(fold("già", Level::Exact), "già");
        assert_eq!(fold("của mùa", Level::Exact), "của mùa");
    }

    #[test]
    fn a_lone_y_is_i_in_names_and_only_there() {
        for (y, i) in [("lý", "lí"), ("mỹ", "mĩ"), ("quý", "quí"), ("vy", "vi")] {
            assert_eq!(name_spelling(y), name_spelling(i));
        }
        for kept in ["tay", "thy", "ây", "y", "thuy", "yên"] {
            assert_eq!(name_spelling(kept), kept);
        }
    }

    #[test]
    fn accents_case_and_blanks_do_not_count() {
        assert_eq!(letters("Họ và TÊN:"), "hovaten");
        assert_eq!(words("Đinh  Thị – Hằng"), "dinh thi hang");
        assert_eq!(letters("Đak"), letters("đak"));
    }

    #[test]
    fn marks_are_taken_away_and_case_stays() {
        assert_eq!(without_tones("Đặng Thị HƯỜNG"), "Đăng Thi HƯƠNG");
        assert_eq!(without_marks("Đặng Thị HƯỜNG"), "Dang Thi HUONG");
    }

    #[test]
    fn one_wrong_letter_is_distance_one() {
        assert_eq!(levenshtein("kitten", "sitten"), 1);
        assert_eq!(levenshtein("", "abc"), 3);
        assert!(similarity("Họ và tên", "Ho va tèn") > 0.99);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "[a-zA-ZĐđăâêôơưÀ-ỹ\u{300}-\u{323}'’ 0-9\\p{L}]{0,40}") {
            for level in [Level::Exact, Level::Tone, Level::Ascii] {
                let once = fold(&text, level);
                prop_assert_eq!(fold(&once, level), once);
            }
        }

        #[test]
        fn composed_and_decomposed_fold_alike(text in "\\PC{0,40}") {
            let nfc: String = text.nfc().collect();
            let nfd: String = text.nfd().collect();
            for level in [Level::Exact, Level::Tone, Level::Ascii] {
                prop_assert_eq!(fold(&nfc, level), fold(&nfd, level));
            }
        }

        #[test]
        fn what_agrees_strictly_agrees_loosely(text in "[a-zĐđÀ-ỹ]{0,12}") {
            let exact = fold(&text, Level::Exact);
            let tone = fold(&text, Level::Tone);
            prop_assert_eq!(fold(&exact, Level::Tone), tone.clone());
            prop_assert_eq!(fold(&tone, Level::Ascii), fold(&text, Level::Ascii));
        }
    }
}
