//! Vietnamese text: strings in, strings out; no files, no images, nothing of the archive.
//!
//! [`fold`] makes two spellings comparable, [`syllable`] says what can be a Vietnamese syllable,
//! [`given_names`] knows the syllables names are made of, [`legacy`] decodes the fonts of the 1990s.

pub mod fold;
pub mod given_names;
pub mod legacy;
mod letter;
pub mod syllable;

use unicode_normalization::UnicodeNormalization;

/// The five tone marks as combining characters: grave, acute, tilde, hook above, dot below.
/// The sixth tone, level, has no mark.
pub const TONE_MARKS: [char; 5] = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];

/// The text in Unicode's composed form (NFC), in which every Vietnamese letter is one character.
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}
