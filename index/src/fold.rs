//! Vietnamese spelling made comparable: one written form to three forms of falling strictness.
//!
//! Whatever encoding a text arrives in (NFC, NFD, the base-plus-tone order of windows-1258, marks in
//! the wrong order) the same syllable gives the same result. Old and new tone placement (`hòa`/`hoà`,
//! decision 1989/QĐ-BGDĐT of 2018) are one; after `qu-` and in `gi-` the glide belongs to the onset and
//! nothing moves.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// How much of the spelling is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Letters and tones; only case, encoding and tone placement are levelled.
    Exact,
    /// Letters without tones: `đặng` as `đăng`.
    Tone,
    /// Plain letters: `đặng` as `dang`.
    Ascii,
}

/// One letter with the marks that change its quality (circumflex, breve, horn) and its tone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Letter {
    base: char,
    quality: Vec<char>,
    tones: Vec<char>,
}

impl Letter {
    fn is_plain(&self, base: char) -> bool {
        self.base == base && self.quality.is_empty()
    }
}

/// The text lower-cased and folded to a level; word boundaries are left as they are.
pub fn fold(text: &str, level: Level) -> String {
    let mut letters = letters(text);
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

fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    for c in text.nfd().flat_map(char::to_lowercase).nfd() {
        match (c, letters.last_mut()) {
            _ if is_invisible(c) => {}
            ('\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}', Some(letter)) => {
                if !letter.tones.contains(&c) {
                    letter.tones.push(c);
                    letter.tones.sort_unstable();
                }
            }
            (c, Some(letter)) if unicode_normalization::char::is_combining_mark(c) => {
                if !letter.quality.contains(&c) {
                    letter.quality.push(c);
                    letter.quality.sort_unstable();
                }
            }
            // A mark with nothing to stand on says nothing.
            (c, None) if unicode_normalization::char::is_combining_mark(c) => {}
            // windows-1258 and old fonts write the Icelandic eth for đ.
            ('ð', _) => letters.push(Letter {
                base: 'đ',
                quality: vec![],
                tones: vec![],
            }),
            (c, _) => letters.push(Letter {
                base: c,
                quality: vec![],
                tones: vec![],
            }),
        }
    }
    letters
}

/// Joiners, direction marks and soft hyphens that scanning and copying leave inside words.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// Moves the tone of an open `oa`, `oe`, `uy` to the second vowel (the newer placement).
fn place_tones(letters: &mut [Letter]) {
    let mut start = 0;
    while start < letters.len() {
        let length = letters[start..]
            .iter()
            .take_while(|letter| letter.base.is_alphabetic())
            .count();
        if let Some(end) = (start + length).checked_sub(2).filter(|_| length >= 2) {
            place_tone_of_syllable(&mut letters[start..start + length], end - start);
        }
        start += length.max(1);
    }
}

fn place_tone_of_syllable(syllable: &mut [Letter], glide: usize) {
    let (first, second) = (&syllable[glide], &syllable[glide + 1]);
    let open = (first.is_plain('o') && (second.is_plain('a') || second.is_plain('e')))
        || (first.is_plain('u') && second.is_plain('y'));
    let glide_in_onset = glide > 0 && syllable[glide - 1].base == 'q';
    let only_tone = syllable
        .iter()
        .map(|letter| letter.tones.len())
        .sum::<usize>()
        == 1;
    if open && !glide_in_onset && only_tone && first.tones.len() == 1 {
        let tones = std::mem::take(&mut syllable[glide].tones);
        syllable[glide + 1].tones = tones;
    }
}

/// In names `Lý`/`Lí`, `Mỹ`/`Mĩ`, `Quý`/`Quí` are one: a lone `y` after these onsets becomes `i`.
/// Never elsewhere: `tay` and `tai` are two words. Takes one folded word of any level.
pub(crate) fn name_spelling(word: &str) -> String {
    let mut letters = letters(word);
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
