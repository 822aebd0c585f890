//! How each encoding writes each letter, and texts read and written by that: the longest form that fits stands for a letter.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::Encoding;
use super::tables::{
    BK_HCM1, BK_HCM2, CP1252, CP1258, LETTERS, VIETWARE_F, VIETWARE_F_CAPITALS, VIETWARE_X, VISCII,
    VPS,
};
use crate::TONE_MARKS;

/// The longest form: a vowel, its quality and its tone in VIQR.
const LONGEST: usize = 3;

/// Both ways of one encoding.
struct Forms {
    by_letter: HashMap<char, String>,
    by_form: HashMap<String, char>,
}

static FORMS: LazyLock<HashMap<Encoding, Forms>> = LazyLock::new(|| {
    let all = Encoding::ALL.into_iter();
    all.map(|encoding| (encoding, Forms::of(written(encoding))))
        .collect()
});

impl Forms {
    fn of(written: Vec<(char, String)>) -> Self {
        let mut by_form = HashMap::new();
        for (letter, form) in &written {
            // A capital that is written like its small letter is read as the small one: its font tells.
            by_form.entry(form.clone()).or_insert(*letter);
        }
        Self {
            by_form,
            by_letter: written.into_iter().collect(),
        }
    }
}

/// Small letters before capitals.
fn written(encoding: Encoding) -> Vec<(char, String)> {
    let small = || LETTERS.chars();
    let capitals = || LETTERS.chars().map(capital);
    let of_bytes = |bytes: &[u8]| -> Vec<(char, String)> {
        let letters = small().chain(capitals());
        letters
            .zip(bytes.iter().map(|byte| char::from(*byte).to_string()))
            .collect()
    };
    let of_pairs = |forms: &str| -> Vec<(char, String)> {
        let forms: Vec<&str> = forms.split_whitespace().collect();
        let lower = forms.iter().map(|form| (*form).to_owned());
        let upper = forms.iter().map(|form| form.to_uppercase());
        small().chain(capitals()).zip(lower.chain(upper)).collect()
    };
    match encoding {
        Encoding::Viscii => of_bytes(&VISCII),
        Encoding::Vps => of_bytes(&VPS),
        Encoding::BkHcm1 => of_bytes(&BK_HCM1),
        Encoding::VietwareF => {
            let mut forms = of_bytes(&VIETWARE_F);
            let bare = |letter: char| VIETWARE_F_CAPITALS.iter().find(|(own, _)| *own == letter);
            for (letter, byte) in small().zip(VIETWARE_F) {
                let letter = capital(letter);
                let byte = bare(letter).map_or(byte, |(_, byte)| *byte);
                forms.push((letter, char::from(byte).to_string()));
            }
            forms
        }
        Encoding::VietwareX => of_pairs(VIETWARE_X),
        Encoding::BkHcm2 => of_pairs(BK_HCM2),
        Encoding::Viqr => small()
            .chain(capitals())
            .map(|letter| (letter, viqr(letter)))
            .collect(),
        Encoding::Cp1258 | Encoding::Unicode | Encoding::Tcvn3 | Encoding::Vni => Vec::new(),
    }
}

fn capital(letter: char) -> char {
    letter.to_uppercase().next().unwrap_or(letter)
}

fn viqr(letter: char) -> String {
    match letter {
        'đ' => return "dd".into(),
        'Đ' => return "DD".into(),
        _ => {}
    }
    let sign = |part: char| match part {
        '\u{302}' => '^',
        '\u{306}' => '(',
        '\u{31B}' => '+',
        '\u{301}' => '\'',
        '\u{300}' => '`',
        '\u{309}' => '?',
        '\u{303}' => '~',
        '\u{323}' => '.',
        other => other,
    };
    // Unicode puts a dot below before a circumflex; VIQR writes the tone last.
    let (tones, rest): (Vec<char>, Vec<char>) = std::iter::once(letter)
        .nfd()
        .partition(|part| TONE_MARKS.contains(part));
    rest.into_iter().chain(tones).map(sign).collect()
}

pub(super) fn encode(encoding: Encoding, letter: char) -> String {
    match encoding {
        Encoding::Unicode => letter.to_string(),
        Encoding::Cp1258 => cp1258(letter),
        Encoding::Viqr if is_sign(letter) => format!("\\{letter}"),
        _ => {
            let form = FORMS
                .get(&encoding)
                .and_then(|forms| forms.by_letter.get(&letter));
            form.cloned().unwrap_or_else(|| letter.to_string())
        }
    }
}

/// Signs that stand for marks in VIQR behind a letter.
fn is_sign(letter: char) -> bool {
    "^(+`~".contains(letter)
}

pub(super) fn decode(encoding: Encoding, text: &str) -> String {
    match encoding {
        Encoding::Unicode => text.nfc().collect(),
        Encoding::Cp1258 => {
            let known = |letter: char| CP1258.iter().find(|(byte, _)| char::from(*byte) == letter);
            text.chars()
                .map(|letter| known(letter).map_or(letter, |(_, own)| *own))
                .nfc()
                .collect()
        }
        _ => by_longest_form(encoding, text),
    }
}

fn by_longest_form(encoding: Encoding, text: &str) -> String {
    let Some(forms) = FORMS.get(&encoding) else {
        return text.to_owned();
    };
    let letters: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len() * 2), 0);
    while at < letters.len() {
        if encoding == Encoding::Viqr && letters[at] == '\\' && at + 1 < letters.len() {
            out.push(letters[at + 1]);
            at += 2;
            continue;
        }
        let fits = (1..=LONGEST.min(letters.len() - at))
            .rev()
            .find_map(|length| {
                let form: String = letters[at..at + length].iter().collect();
                // "Dd" at the head of a name is Đ as well.
                let form = if encoding == Encoding::Viqr && form == "Dd" {
                    "DD".into()
                } else {
                    form
                };
                forms.by_form.get(&form).map(|letter| (*letter, length))
            });
        let (letter, length) = fits.unwrap_or((letters[at], 1));
        out.push(letter);
        at += length;
    }
    out
}

fn cp1258(letter: char) -> String {
    let byte = |own: char| CP1258.iter().find(|(_, written)| *written == own);
    let (tones, rest): (Vec<char>, Vec<char>) = std::iter::once(letter)
        .nfd()
        .partition(|part| TONE_MARKS.contains(part));
    let whole = rest.into_iter().nfc().chain(tones);
    whole
        .map(|part| byte(part).map_or(part, |(byte, _)| char::from(*byte)))
        .collect()
}

/// The byte that Windows showed as this letter, as Latin-1; what no byte stands for stays as it is.
pub(super) fn as_latin1(letter: char) -> char {
    if let Some(at) = CP1252
        .iter()
        .position(|own| *own == letter && letter != '\0')
    {
        return char::from_u32(0x80 + u32::try_from(at).unwrap_or_default()).unwrap_or(letter);
    }
    let on_vietnamese_windows = CP1258.iter().find(|(_, own)| *own == letter);
    on_vietnamese_windows.map_or(letter, |(byte, _)| char::from(*byte))
}
