//! A Vietnamese letter in its parts: base, marks of quality (circumflex, breve, horn) and tone.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::TONE_MARKS;

/// One letter, its marks sorted so that the order they were stored in makes no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Lower case. `đ` is a base of its own: Unicode has no decomposition for it.
    pub(crate) base: char,
    pub(crate) quality: Vec<char>,
    pub(crate) tones: Vec<char>,
}

impl Letter {
    fn plain(base: char) -> Self {
        Self {
            base,
            quality: vec![],
            tones: vec![],
        }
    }

    pub(crate) fn is_plain(&self, base: char) -> bool {
        self.base == base && self.quality.is_empty()
    }
}

/// The letters of a text in lower case. Invisible characters and marks without a base are dropped.
pub(crate) fn decompose(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    // Lower-casing can give decomposable characters again, hence the second decomposition.
    for c in text.nfd().flat_map(char::to_lowercase).nfd() {
        match (c, letters.last_mut()) {
            _ if is_invisible(c) => {}
            (c, Some(letter)) if TONE_MARKS.contains(&c) => add_once(&mut letter.tones, c),
            (c, Some(letter)) if is_combining_mark(c) => add_once(&mut letter.quality, c),
            (c, None) if is_combining_mark(c) => {}
            // windows-1258 and old fonts write the Icelandic eth for đ.
            ('ð', _) => letters.push(Letter::plain('đ')),
            (c, _) => letters.push(Letter::plain(c)),
        }
    }
    letters
}

fn add_once(marks: &mut Vec<char>, mark: char) {
    if !marks.contains(&mark) {
        marks.push(mark);
        marks.sort_unstable();
    }
}

/// Joiners, direction marks and soft hyphens that scanning and copying leave inside words.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// Moves the tone of an open `oa`, `oe`, `uy` to the second vowel (the newer placement).
pub(crate) fn place_tones(letters: &mut [Letter]) {
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
