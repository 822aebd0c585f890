//! Whether a page was typed: a typewriter and a dot matrix printer give every letter the same width.

use crate::geometry::median_f64;
use crate::word::Word;

/// Words shorter than this tell little of their letters' width.
const LEAST_LETTERS: usize = 4;
/// Words read less surely may have lost letters.
const READ: f64 = 0.6;
/// Fewer words than this tell nothing of a page.
const LEAST_WORDS: usize = 20;
/// White beside a word's first and last letter, in letters: its box ends at their ink.
const BESIDE: f64 = 0.25;
/// A letter's width is usual within this share of the middle one.
const SLACK: f64 = 0.08;
/// Of typed words nine in ten are of the usual width; of printed ones three in four where most are
/// figures, which are alike in any typeface, and half elsewhere.
const TYPED: f64 = 0.85;

/// Whether most words of an upright page are made of letters of one width.
pub(crate) fn is_monospaced(words: &[Word]) -> bool {
    let widths: Vec<f64> = words.iter().filter_map(letter_width).collect();
    let Some(middle) = median_f64(widths.iter().copied()) else {
        return false;
    };
    let usual = |width: &&f64| (*width - middle).abs() <= middle * SLACK;
    let usual = widths.iter().filter(usual).count();
    widths.len() >= LEAST_WORDS && usual as f64 >= widths.len() as f64 * TYPED
}

/// Pixels a letter of a surely read word is wide.
fn letter_width(word: &Word) -> Option<f64> {
    let letters = word.text.chars().count();
    let whole = word.text.chars().all(char::is_alphanumeric);
    let tells = letters >= LEAST_LETTERS && whole && word.confidence >= READ;
    tells.then(|| f64::from(word.bounds[2]) / (letters as f64 - BESIDE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thirty words whose letters are that wide, by the letter.
    fn page(width: impl Fn(char) -> i32) -> Vec<Word> {
        let texts = ["Nguyễn", "Trung", "0271", "bình", "Quảng", "1989"];
        let word = |text: &&str| Word {
            text: (*text).into(),
            confidence: 0.9,
            bounds: [0, 0, text.chars().map(&width).sum::<i32>() - 5, 30],
        };
        texts.iter().cycle().take(30).map(word).collect()
    }

    #[test]
    fn letters_of_one_width_are_typed() {
        assert!(is_monospaced(&page(|_| 20)));
    }

    #[test]
    fn letters_of_many_widths_are_printed() {
        let width = |letter: char| match letter {
            'i' | 'ì' | 'r' | 't' | '1' => 11,
            'N' | 'Q' | 'T' => 30,
            _ => 20,
        };
        assert!(!is_monospaced(&page(width)));
    }

    #[test]
    fn a_few_words_and_none_tell_nothing() {
        assert!(!is_monospaced(&page(|_| 20)[..10]));
        assert!(!is_monospaced(&[]));
    }
}
