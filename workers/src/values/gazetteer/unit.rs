//! Names of administrative units, and how far what was read is from them.

use sogoc_vietnamese::{TONE_MARKS, fold};
use strsim::levenshtein;
use unicode_normalization::UnicodeNormalization;

/// Titles of units, whole and shortened.
pub(super) const TITLES: [&str; 18] = [
    "thành phố",
    "thị trấn",
    "thị xã",
    "tỉnh",
    "huyện",
    "quận",
    "phường",
    "xã",
    "tp.",
    "tp",
    "tx.",
    "tx",
    "tt.",
    "h.",
    "q.",
    "p.",
    "x.",
    "t.",
];

/// A unit's own name, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// Its name with accents, as the list of places has it.
    pub written: String,
    /// Small letters without blanks and marks, each word's tone last: `Hòa` and `Hoà` are one.
    accented: String,
    /// The same without accents.
    bare: String,
}

impl Name {
    pub fn new(written: &str) -> Self {
        let tone_last = |word: &str| -> String {
            let (tones, letters): (Vec<char>, Vec<char>) =
                word.nfd().partition(|c| TONE_MARKS.contains(c));
            letters.into_iter().chain(tones).nfc().collect()
        };
        let small = written.to_lowercase();
        let words: String = small.split_whitespace().map(tone_last).collect();
        Self {
            written: written.to_owned(),
            accented: words
                .chars()
                .filter(|c| c.is_alphanumeric() || TONE_MARKS.contains(c))
                .collect(),
            bare: fold::letters(written),
        }
    }

    /// The cost of slips forgiven in it: none in the shortest, where any slip is another name.
    fn forgiven(&self) -> usize {
        match self.bare.len() {
            0..3 => 0,
            3..5 => 2,
            5..9 => 3,
            _ => 4,
        }
    }

    /// How far a name read is from this one, one for an accent and two for a letter; `None` when too far.
    pub fn cost(&self, read: &Name) -> Option<usize> {
        if read.accented == self.accented {
            return Some(0);
        }
        let forgiven = self.forgiven();
        if read.bare.len().abs_diff(self.bare.len()) * 2 > forgiven {
            return None;
        }
        let bare = levenshtein(&read.bare, &self.bare);
        if bare * 2 > forgiven {
            return None;
        }
        let cost = bare + levenshtein(&read.accented, &self.accented);
        (cost <= forgiven).then_some(cost)
    }
}

/// One part of a place as read.
pub(super) struct Part<'r> {
    /// Its title and the blank after it, as read; mostly empty.
    title: &'r str,
    /// The name after the title.
    pub own: Name,
}

impl<'r> Part<'r> {
    pub fn new(read: &'r str) -> Self {
        let (title, own) = read.split_at(title_length(read));
        Self {
            title,
            own: Name::new(own),
        }
    }

    /// This part with the unit's name, in the letters that were read if they are the name's.
    pub fn written(&self, name: &Name) -> String {
        let read = &self.own.written;
        let shout = !read.chars().any(char::is_lowercase);
        let unit = match shout {
            true => name.written.to_uppercase(),
            false => name.written.clone(),
        };
        let same = self.own.accented == name.accented && outline(read) == outline(&unit);
        format!("{}{}", self.title, if same { read } else { &unit })
    }
}

/// Where a text has capitals, small letters and blanks.
fn outline(text: &str) -> Vec<(bool, bool)> {
    let outline = text.nfc().map(|c| (c.is_uppercase(), c.is_whitespace()));
    outline.collect()
}

/// How many bytes of a part are its title and the blank after it.
fn title_length(part: &str) -> usize {
    let length = |title: &&str| {
        let mut letters = part.chars();
        let begins = title.chars().all(|wanted| {
            let letter = letters.next();
            letter.is_some_and(|c| c.to_lowercase().eq(std::iter::once(wanted)))
        });
        let rest = letters.as_str();
        let own = rest.trim_start();
        let apart = own.len() < rest.len() || title.ends_with('.');
        (begins && apart && !own.is_empty()).then(|| part.len() - own.len())
    };
    TITLES.iter().find_map(length).unwrap_or(0)
}
