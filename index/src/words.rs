//! Text to words: syllables in their three forms, names of minority peoples in any way of writing
//! the apostrophe, and the abbreviations of the field.

use std::collections::HashMap;
use std::sync::Arc;

use crate::fold::{Level, fold, name_spelling};

/// Longer words are cut, when writing and when asking alike.
const LONGEST_WORD: usize = 64;

/// Vietnamese has some seven thousand syllables; the rest of the room is for numbers.
const KNOWN_WORDS: usize = 50_000;

/// Long forms (folded) that mean the same as an abbreviation, and abbreviations that changed.
/// `PTTH` became `THPT` with the Education Law of 1998; the schools are the same.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("thpt", &["trung", "hoc", "pho", "thong"]),
    ("thpt", &["pho", "thong", "trung", "hoc"]),
    ("thpt", &["ptth"]),
    ("thcs", &["trung", "hoc", "co", "so"]),
    ("ptcs", &["pho", "thong", "co", "so"]),
    ("gdtx", &["giao", "duc", "thuong", "xuyen"]),
    ("btvh", &["bo", "tuc", "van", "hoa"]),
    ("ptdtnt", &["pho", "thong", "dan", "toc", "noi", "tru"]),
    ("gddt", &["giao", "duc", "va", "dao", "tao"]),
    ("ubnd", &["uy", "ban", "nhan", "dan"]),
];

/// One word in its three forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    exact: String,
    tone: String,
    ascii: String,
}

impl Word {
    fn new(raw: &str) -> Self {
        let exact: String = fold(raw, Level::Exact).chars().take(LONGEST_WORD).collect();
        Self {
            tone: fold(&exact, Level::Tone),
            ascii: fold(&exact, Level::Ascii),
            exact,
        }
    }

    /// The word at a level.
    pub(crate) fn at(&self, level: Level) -> &str {
        match level {
            Level::Exact => &self.exact,
            Level::Tone => &self.tone,
            Level::Ascii => &self.ascii,
        }
    }

    fn map(&self, spelling: impl Fn(&str) -> String) -> Self {
        Self {
            exact: spelling(&self.exact),
            tone: spelling(&self.tone),
            ascii: spelling(&self.ascii),
        }
    }

    /// As it is spelled in the name field, where `y` and `i` may be one.
    pub(crate) fn in_a_name(&self) -> Self {
        self.map(name_spelling)
    }

    /// Both written as one word.
    pub(crate) fn joined(&self, next: &Self) -> Self {
        Self {
            exact: format!("{}{}", self.exact, next.exact),
            tone: format!("{}{}", self.tone, next.tone),
            ascii: format!("{}{}", self.ascii, next.ascii),
        }
    }

    /// A syllable that cannot stand alone (`H` of `H'Mai`, `K` of `K'Brêu`).
    pub(crate) fn is_bare_onset(&self) -> bool {
        (1..=3).contains(&self.ascii.len())
            && self
                .ascii
                .chars()
                .all(|c| c.is_ascii_lowercase() && !"aeiouy".contains(c))
    }

    pub(crate) fn is_alphabetic(&self) -> bool {
        self.ascii.chars().all(char::is_alphabetic)
    }
}

/// Folds words and remembers them, since the same syllables return without end.
#[derive(Debug, Default)]
pub(crate) struct Speller {
    known: HashMap<String, Arc<Word>>,
}

impl Speller {
    /// The words of running text, in order.
    pub(crate) fn words(&mut self, text: &str) -> Vec<Arc<Word>> {
        self.spell(text, true)
    }

    /// The words of a name: a bare onset belongs to the syllable after it, however it is written.
    pub(crate) fn name(&mut self, text: &str) -> NameWords {
        let parts = self.spell(text, false);
        let mut name = NameWords::default();
        let mut rest = parts.iter().peekable();
        while let Some(part) = rest.next() {
            name.parts.push(part.clone());
            match rest.next_if(|next| part.is_bare_onset() && next.is_alphabetic()) {
                Some(next) => {
                    let apart = vec![part.clone(), next.clone()];
                    name.otherwise.push((name.syllables.len(), apart));
                    name.parts.push(next.clone());
                    let joined = part.joined(next);
                    name.parts.push(Arc::new(joined.clone()));
                    name.syllables.push(Arc::new(joined.in_a_name()));
                }
                None if part.ascii.ends_with('y') => {
                    let spelled = part.in_a_name();
                    if spelled != **part {
                        name.otherwise
                            .push((name.syllables.len(), vec![part.clone()]));
                    }
                    name.syllables.push(Arc::new(spelled));
                }
                None => name.syllables.push(part.clone()),
            }
        }
        name
    }

    fn spell(&mut self, text: &str, join_apostrophes: bool) -> Vec<Arc<Word>> {
        let mut words = Vec::new();
        let mut raw = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let next_is_letter = rest.peek().is_some_and(|next| next.is_alphabetic());
            if is_apostrophe(c) {
                if !(join_apostrophes && next_is_letter && Word::new(&raw).is_bare_onset()) {
                    self.take(&mut raw, &mut words);
                }
            } else if is_word_part(c) {
                raw.push(c);
            } else {
                self.take(&mut raw, &mut words);
            }
        }
        self.take(&mut raw, &mut words);
        words
    }

    fn take(&mut self, raw: &mut String, words: &mut Vec<Arc<Word>>) {
        if raw.is_empty() {
            return;
        }
        let word = match self.known.get(raw.as_str()) {
            Some(word) => word.clone(),
            None => {
                let word = Arc::new(Word::new(raw));
                if self.known.len() < KNOWN_WORDS && raw.len() <= LONGEST_WORD {
                    self.known.insert(raw.clone(), word.clone());
                }
                word
            }
        };
        raw.clear();
        if !word.exact.is_empty() {
            words.push(word);
        }
    }
}

/// A name taken apart.
#[derive(Debug, Default)]
pub(crate) struct NameWords {
    /// Its syllables as the name field spells them.
    pub(crate) syllables: Vec<Arc<Word>>,
    /// Everything it may be looked for by in running text.
    pub(crate) parts: Vec<Arc<Word>>,
    /// Syllables that were written otherwise: `Ly` with a `y`, or `Th Mai` apart, which may be a slip
    /// for `Thị Mai`.
    pub(crate) otherwise: Vec<(usize, Vec<Arc<Word>>)>,
}

/// Ways the apostrophe of `H'Mông` is found on paper and in files.
fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '\u{2b9}' | '\u{2032}'
    )
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric()
        || unicode_normalization::char::is_combining_mark(c)
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
        )
}

/// Where an abbreviation or its long form stands among words: start, length, the one form for both.
pub(crate) fn abbreviations(words: &[Arc<Word>]) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let here = ABBREVIATIONS.iter().find(|(_, long)| {
            words.len() >= at + long.len()
                && long
                    .iter()
                    .zip(&words[at..])
                    .all(|(syllable, word)| word.ascii == *syllable)
        });
        match here {
            Some((short, long)) => {
                found.push((at, long.len(), *short));
                at += long.len();
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(words: &[Arc<Word>]) -> Vec<&str> {
        words.iter().map(|word| word.at(Level::Ascii)).collect()
    }

    #[test]
    fn a_minority_name_is_one_however_its_apostrophe_is_written() {
        for written in [
            "H'Mai Niê",
            "H’Mai Niê",
            "Hʼ Mai Niê",
            "H Mai Niê",
            "HMai Niê",
            "H`MAI NIÊ",
        ] {
            assert_eq!(
                ascii(&Speller::default().name(written).syllables),
                ["hmai", "nie"],
                "{written}"
            );
        }
        assert_eq!(
            ascii(&Speller::default().words("dân tộc H'Mông")),
            ["dan", "toc", "hmong"]
        );
    }

    #[test]
    fn a_syllable_that_stands_alone_is_not_joined() {
        assert_eq!(
            ascii(&Speller::default().name("Y Ngọc").syllables),
            ["y", "ngoc"]
        );
        assert_eq!(
            ascii(&Speller::default().name("A Nhơi").syllables),
            ["a", "nhoi"]
        );
    }

    #[test]
    fn a_school_is_one_under_its_old_and_its_long_name() {
        for written in ["THPT Ba Tơ", "PTTH Ba Tơ", "Trung học phổ thông Ba Tơ"] {
            let words = Speller::default().words(written);
            let found = abbreviations(&words);
            assert!(
                written.starts_with("THPT") || found[0].2 == "thpt",
                "{written}"
            );
        }
    }
}
