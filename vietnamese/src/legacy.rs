//! Encodings of the 1990s: TCVN3 (ABC), VNI and the others that lists of that time are written in. PDFs and workbooks give
//! them as Latin-1 letters, because the font and not the encoding drew the Vietnamese. On a page TCVN3 and VNI are detected
//! by pairs of characters that never occur in Latin text; in a list any of them by what its words become ([`weigh`]).

mod evidence;
mod forms;
mod tables;

use unicode_normalization::UnicodeNormalization;

pub use evidence::{Evidence, is_plainly_unicode, of_font, soundness, weigh};

use crate::syllable::is_syllable;

/// An encoding that hides Vietnamese behind Latin-1 letters, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Unicode, composed or not: nothing is hidden.
    Unicode,
    /// TCVN 5712:1993 VN3, called ABC: one byte a letter, capitals drawn by a font of their own.
    Tcvn3,
    /// VNI: a vowel and one byte for all of its marks.
    Vni,
    /// windows-1258: tones are characters of their own behind their letter.
    Cp1258,
    /// VISCII (RFC 1456): one byte a letter, six of them control characters.
    Viscii,
    /// VPS: one byte a letter, fourteen of them control characters.
    Vps,
    /// VIQR (RFC 1456): marks as ASCII signs behind the letter.
    Viqr,
    /// Vietware X: a vowel and a mark.
    VietwareX,
    /// Vietware F: one byte a letter, toned capitals drawn by a font of their own.
    VietwareF,
    /// BK HCM 1: one byte a letter.
    BkHcm1,
    /// BK HCM 2: a vowel and a mark.
    BkHcm2,
}

impl Encoding {
    /// Every encoding, the commonest first.
    pub const ALL: [Self; 11] = [
        Self::Unicode,
        Self::Tcvn3,
        Self::Vni,
        Self::Cp1258,
        Self::Viscii,
        Self::Vps,
        Self::Viqr,
        Self::VietwareX,
        Self::VietwareF,
        Self::BkHcm2,
        Self::BkHcm1,
    ];

    /// Whether toned capitals have codes of their own; where not, a font draws small ones as capitals.
    pub fn has_capitals(self) -> bool {
        !matches!(self, Self::Tcvn3 | Self::VietwareF)
    }
}

/// At least one word in eight must carry the signature; fewer are stray symbols in other text.
const WORDS_PER_SIGN: usize = 8;
/// A page with fewer signs than this is left alone: too little evidence.
const FEWEST_SIGNS: usize = 3;

/// TCVN 5712:1993 VN3, upper half, in the order of its bytes; only lower case carries tones there.
const TCVN3: [(char, char); 75] = [
    ('¡', 'Ă'),
    ('¢', 'Â'),
    ('£', 'Ê'),
    ('¤', 'Ô'),
    ('¥', 'Ơ'),
    ('¦', 'Ư'),
    ('§', 'Đ'),
    ('¨', 'ă'),
    ('©', 'â'),
    ('ª', 'ê'),
    ('«', 'ô'),
    ('¬', 'ơ'),
    ('\u{AD}', 'ư'),
    ('®', 'đ'),
    ('µ', 'à'),
    ('¶', 'ả'),
    ('·', 'ã'),
    ('¸', 'á'),
    ('¹', 'ạ'),
    ('»', 'ằ'),
    ('¼', 'ẳ'),
    ('½', 'ẵ'),
    ('¾', 'ắ'),
    ('Æ', 'ặ'),
    ('Ç', 'ầ'),
    ('È', 'ẩ'),
    ('É', 'ẫ'),
    ('Ê', 'ấ'),
    ('Ë', 'ậ'),
    ('Ì', 'è'),
    ('Î', 'ẻ'),
    ('Ï', 'ẽ'),
    ('Ð', 'é'),
    ('Ñ', 'ẹ'),
    ('Ò', 'ề'),
    ('Ó', 'ể'),
    ('Ô', 'ễ'),
    ('Õ', 'ế'),
    ('Ö', 'ệ'),
    ('×', 'ì'),
    ('Ø', 'ỉ'),
    ('Ü', 'ĩ'),
    ('Ý', 'í'),
    ('Þ', 'ị'),
    ('ß', 'ò'),
    ('á', 'ỏ'),
    ('â', 'õ'),
    ('ã', 'ó'),
    ('ä', 'ọ'),
    ('å', 'ồ'),
    ('æ', 'ổ'),
    ('ç', 'ỗ'),
    ('è', 'ố'),
    ('é', 'ộ'),
    ('ê', 'ờ'),
    ('ë', 'ở'),
    ('ì', 'ỡ'),
    ('í', 'ớ'),
    ('î', 'ợ'),
    ('ï', 'ù'),
    ('ñ', 'ủ'),
    ('ò', 'ũ'),
    ('ó', 'ú'),
    ('ô', 'ụ'),
    ('õ', 'ừ'),
    ('ö', 'ử'),
    ('÷', 'ữ'),
    ('ø', 'ứ'),
    ('ù', 'ự'),
    ('ú', 'ỳ'),
    ('û', 'ỷ'),
    ('ü', 'ỹ'),
    ('ý', 'ý'),
    ('þ', 'ỵ'),
    ('\u{2010}', 'ư'),
];

/// VNI: a vowel, then one letter that stands for its marks, here as combining characters.
const VNI_MARKS: [(char, &str); 17] = [
    ('ù', "\u{301}"),
    ('ø', "\u{300}"),
    ('û', "\u{309}"),
    ('õ', "\u{303}"),
    ('ï', "\u{323}"),
    ('â', "\u{302}"),
    ('á', "\u{302}\u{301}"),
    ('à', "\u{302}\u{300}"),
    ('å', "\u{302}\u{309}"),
    ('ã', "\u{302}\u{303}"),
    ('ä', "\u{302}\u{323}"),
    ('ê', "\u{306}"),
    ('é', "\u{306}\u{301}"),
    ('è', "\u{306}\u{300}"),
    ('ú', "\u{306}\u{309}"),
    ('ü', "\u{306}\u{303}"),
    ('ë', "\u{306}\u{323}"),
];

/// VNI: letters that are a whole Vietnamese letter.
const VNI_LETTERS: [(char, char); 9] = [
    ('ñ', 'đ'),
    ('ô', 'ơ'),
    ('ö', 'ư'),
    ('í', 'í'),
    ('ì', 'ì'),
    ('æ', 'ỉ'),
    ('ó', 'ĩ'),
    ('ò', 'ị'),
    ('î', 'ỵ'),
];

impl Encoding {
    /// The encoding the words of one page are in; `None` where they need no decoding.
    ///
    /// A page with a single letter that only Unicode can write (`ạ`, `đ`, `ư`, …) is not legacy text.
    pub fn detect<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Option<Self> {
        if words.clone().flat_map(str::chars).any(is_modern) {
            return None;
        }
        let total = words.clone().count();
        let count = |signs: fn(&str) -> bool| words.clone().filter(|word| signs(word)).count();
        let enough = |signs: usize| signs >= FEWEST_SIGNS && signs * WORDS_PER_SIGN >= total;
        let (tcvn3, vni) = (count(looks_tcvn3), count(looks_vni));
        match () {
            () if enough(tcvn3) && tcvn3 >= vni => Some(Self::Tcvn3),
            () if enough(vni) => Some(Self::Vni),
            () => None,
        }
    }

    /// A text in this encoding, as Unicode in NFC. What Windows made of its bytes (windows-1252 and windows-1258) is
    /// understood as well as Latin-1.
    pub fn decode(self, word: &str) -> String {
        match self {
            Self::Tcvn3 => word.chars().map(of_tcvn3).collect(),
            Self::Vni => of_vni(word),
            other => forms::decode(other, word),
        }
    }

    /// As [`Encoding::decode`], of a whole cell of a list: in capitals where the font drew them, or where all other letters
    /// are capitals and the encoding has no toned ones.
    pub fn decode_cell(self, text: &str, capitals: bool) -> String {
        let text: String = match self {
            Self::Unicode | Self::Viqr => text.to_owned(),
            _ => text.chars().map(forms::as_latin1).collect(),
        };
        let decoded: String = self.decode(&text).nfc().collect();
        let plain = || text.chars().filter(char::is_ascii_alphabetic);
        let shouted = !self.has_capitals()
            && plain().count() >= 2
            && plain().all(|letter| letter.is_ascii_uppercase());
        match capitals || shouted {
            true => decoded.to_uppercase(),
            false => decoded,
        }
    }
}

impl Encoding {
    /// A text as this encoding writes it; TCVN3 has no toned capitals, which are written small. What it has no letter for
    /// stays as it is.
    pub fn encode(self, text: &str) -> String {
        text.nfc()
            .map(|letter| match self {
                Self::Tcvn3 => to_tcvn3(letter).to_string(),
                Self::Vni => to_vni(letter),
                other => forms::encode(other, letter),
            })
            .collect()
    }
}

fn to_tcvn3(letter: char) -> char {
    let written = |wanted: char| TCVN3.iter().find(|(_, letter)| *letter == wanted);
    let found = written(letter).or_else(|| written(lower(letter)));
    found.map_or(letter, |(byte, _)| *byte)
}

fn to_vni(letter: char) -> String {
    let small = lower(letter);
    let same_case = |byte: char| match small == letter {
        true => byte,
        false => byte.to_uppercase().next().unwrap_or(byte),
    };
    if let Some((byte, _)) = VNI_LETTERS.iter().find(|(_, whole)| *whole == small) {
        return same_case(*byte).to_string();
    }
    let parts: Vec<char> = std::iter::once(letter).nfd().collect();
    let (tones, base): (Vec<char>, Vec<char>) = parts
        .into_iter()
        .partition(|c| crate::TONE_MARKS.contains(c));
    let whole: String = base.iter().copied().nfc().collect();
    let mut whole_letters = whole.chars();
    let (first, rest) = (whole_letters.next().unwrap_or(letter), whole_letters.next());
    // ơ and ư are letters of their own and take a tone; ă, â, ê and ô are a vowel with its mark.
    let bare = VNI_LETTERS
        .iter()
        .find(|(_, own)| *own == lower(first) && rest.is_none());
    let (vowel, quality) = match bare {
        Some((byte, _)) => (same_case(*byte), Vec::new()),
        None => (base[0], base[1..].to_vec()),
    };
    let marks: String = quality.into_iter().chain(tones).collect();
    let mark = VNI_MARKS.iter().find(|(_, own)| *own == marks);
    match mark {
        Some((byte, _)) => format!("{vowel}{}", same_case(*byte)),
        None => letter.to_string(),
    }
}

/// A short text typed with a keyboard of the 1990s, as Unicode; `None` where it needs no decoding. Every word with a letter
/// beyond ASCII must become a Vietnamese syllable, and at least one must have been none.
pub fn decoded_if_typed(text: &str) -> Option<String> {
    let strange = |word: &&str| !word.is_ascii();
    let bare = |word: &str| -> String { word.chars().filter(|c| c.is_alphabetic()).collect() };
    let words = || text.split_whitespace();
    if text.chars().any(is_modern) || words().filter(strange).all(|word| is_syllable(&bare(word))) {
        return None;
    }
    [Encoding::Tcvn3, Encoding::Vni]
        .into_iter()
        .find_map(|encoding| {
            let decoded: Vec<String> = words().map(|word| encoding.decode(word)).collect();
            let sound = decoded
                .iter()
                .zip(words())
                .filter(|(_, typed)| !typed.is_ascii())
                .all(|(word, _)| {
                    word.split(':')
                        .next_back()
                        .is_some_and(|word| is_syllable(&bare(word)))
                });
            sound.then(|| decoded.join(" "))
        })
}

fn is_modern(c: char) -> bool {
    matches!(
        c,
        '\u{1EA0}'..='\u{1EF9}' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư'
    )
}

/// Symbols of Latin-1 inside a word, beside an ASCII letter.
fn looks_tcvn3(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    letters.windows(2).any(|pair| {
        let symbol = |c: char| matches!(c, '\u{A8}'..='\u{BE}') && c != '°' && c != '\u{AF}';
        (symbol(pair[0]) && pair[1].is_ascii_alphabetic())
            || (pair[0].is_ascii_alphabetic() && symbol(pair[1]))
    })
}

/// A vowel followed by a letter that only VNI puts there.
fn looks_vni(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    letters
        .windows(2)
        .any(|pair| takes_mark(pair[0]) && mark_of(pair[1]).is_some())
}

fn of_tcvn3(letter: char) -> char {
    TCVN3
        .iter()
        .find(|(from, _)| *from == letter)
        .map_or(letter, |(_, to)| *to)
}

fn of_vni(word: &str) -> String {
    let mut out = String::with_capacity(word.len() * 2);
    let mut before = None;
    for letter in word.chars() {
        match (before.is_some_and(takes_mark), mark_of(letter)) {
            (true, Some(marks)) => {
                out.push_str(marks);
                before = None; // one letter of marks to a vowel
            }
            _ => {
                out.push(whole_letter(letter));
                before = Some(letter);
            }
        }
    }
    out.nfc().collect()
}

fn takes_mark(letter: char) -> bool {
    "aeouyAEOUYôöÔÖ".contains(letter)
}

fn mark_of(letter: char) -> Option<&'static str> {
    let small = lower(letter);
    VNI_MARKS
        .iter()
        .find(|(from, _)| *from == small)
        .map(|(_, marks)| *marks)
}

fn whole_letter(letter: char) -> char {
    let small = lower(letter);
    let Some((_, to)) = VNI_LETTERS.iter().find(|(from, _)| *from == small) else {
        return letter;
    };
    if small == letter {
        *to
    } else {
        to.to_uppercase().next().unwrap_or(*to)
    }
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

#[cfg(test)]
mod tests;
