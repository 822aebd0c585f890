//! Text to tokens: syllables at the three folding levels, names of ethnic minorities however their
//! apostrophe is written, and the abbreviations of school names.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use sogoc_vietnamese::fold::{Level, fold, name_spelling};

/// Characters of a token; longer words are cut, in documents and queries alike.
const MAX_LENGTH: usize = 64;

/// Tokens the cache holds: Vietnamese has some seven thousand syllables, the rest is for numbers.
const CACHED_TOKENS: usize = 50_000;

/// Abbreviations, each with a long form or an older abbreviation (folded) that means the same; a longer form stands
/// before one it contains. `PTTH` became `THPT` with the Education Law of 1998; the schools are the same.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("sgddt", &["so", "giao", "duc", "va", "dao", "tao"]),
    ("sgddt", &["so", "giao", "duc", "dao", "tao"]),
    ("sgddt", &["so", "gddt"]),
    ("sgddt", &["so", "gd", "dt"]),
    ("sgddt", &["sgd", "dt"]),
    (
        "ttgdnngdtx",
        &[
            "trung", "tam", "giao", "duc", "nghe", "nghiep", "giao", "duc", "thuong", "xuyen",
        ],
    ),
    (
        "ttgdtx",
        &["trung", "tam", "giao", "duc", "thuong", "xuyen"],
    ),
    ("ttgdtx", &["trung", "tam", "gdtx"]),
    (
        "ttktthhn",
        &[
            "trung", "tam", "ky", "thuat", "tong", "hop", "huong", "nghiep",
        ],
    ),
    ("btthpt", &["bo", "tuc", "trung", "hoc", "pho", "thong"]),
    ("btthpt", &["bo", "tuc", "thpt"]),
    ("btth", &["bo", "tuc", "trung", "hoc"]),
    ("thpt", &["trung", "hoc", "pho", "thong"]),
    ("thpt", &["pho", "thong", "trung", "hoc"]),
    ("thpt", &["ptth"]),
    ("thcs", &["trung", "hoc", "co", "so"]),
    ("ptcs", &["pho", "thong", "co", "so"]),
    ("gdtx", &["giao", "duc", "thuong", "xuyen"]),
    ("btvh", &["bo", "tuc", "van", "hoa"]),
    ("ptdtnt", &["pho", "thong", "dan", "toc", "noi", "tru"]),
    ("gddt", &["giao", "duc", "va", "dao", "tao"]),
    ("gddt", &["giao", "duc", "dao", "tao"]),
    ("gddt", &["gd", "dt"]),
    ("ubnd", &["uy", "ban", "nhan", "dan"]),
    ("hdt", &["hoi", "dong", "thi"]),
    ("sbd", &["so", "bao", "danh"]),
    ("qd", &["quyet", "dinh"]),
    ("nq", &["nghi", "quyet"]),
    ("tb", &["trung", "binh"]),
    ("tn", &["tot", "nghiep"]),
    ("tw", &["trung", "uong"]),
    ("th", &["tieu", "hoc"]),
];

/// One word folded to all three levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    exact: String,
    tone: String,
    ascii: String,
}

impl Token {
    fn new(raw: &str) -> Self {
        let exact: String = fold(raw, Level::Exact).chars().take(MAX_LENGTH).collect();
        Self {
            // From the cut form, so that all three levels end at the same letter.
            tone: fold(&exact, Level::Tone),
            ascii: fold(&exact, Level::Ascii),
            exact,
        }
    }

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

    /// As it is spelled in the name field, where some `y` are written `i`, see [`name_spelling`].
    pub(crate) fn in_a_name(&self) -> Self {
        self.map(name_spelling)
    }

    /// Both tokens written as one word.
    pub(crate) fn joined(&self, next: &Self) -> Self {
        Self {
            exact: format!("{}{}", self.exact, next.exact),
            tone: format!("{}{}", self.tone, next.tone),
            ascii: format!("{}{}", self.ascii, next.ascii),
        }
    }

    /// Consonants that cannot be a syllable alone (`H` of `H'Mai`, `K` of `K'Brêu`).
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

/// Splits and folds text. It caches tokens, because the same syllables come again and again.
#[derive(Debug, Default)]
pub(crate) struct Tokenizer {
    cache: HashMap<String, Arc<Token>>,
}

impl Tokenizer {
    /// The tokens of running text, in order.
    pub(crate) fn words(&mut self, text: &str) -> Vec<Arc<Token>> {
        self.split(text, true)
    }

    /// The tokens of a name. A bare onset is joined with the syllable after it, because `H'Mai`, `H Mai`
    /// and `HMai` are one name.
    pub(crate) fn name(&mut self, text: &str) -> NameTokens {
        let parts = self.split(text, false);
        let mut name = NameTokens::default();
        let mut rest = parts.iter().peekable();
        while let Some(part) = rest.next() {
            name.parts.push(part.clone());
            match rest.next_if(|next| part.is_bare_onset() && next.is_alphabetic()) {
                Some(next) => {
                    let apart = vec![part.clone(), next.clone()];
                    name.variants.push((name.syllables.len(), apart));
                    name.parts.push(next.clone());
                    let joined = part.joined(next);
                    name.parts.push(Arc::new(joined.clone()));
                    name.syllables.push(Arc::new(joined.in_a_name()));
                }
                None if part.ascii.ends_with('y') => {
                    let spelled = part.in_a_name();
                    if spelled != **part {
                        name.variants
                            .push((name.syllables.len(), vec![part.clone()]));
                    }
                    name.syllables.push(Arc::new(spelled));
                }
                None => name.syllables.push(part.clone()),
            }
        }
        name
    }

    fn split(&mut self, text: &str, join_apostrophes: bool) -> Vec<Arc<Token>> {
        let mut tokens = Vec::new();
        let mut raw = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let next_is_letter = rest.peek().is_some_and(|next| next.is_alphabetic());
            if is_apostrophe(c) {
                if !(join_apostrophes && next_is_letter && Token::new(&raw).is_bare_onset()) {
                    self.push(&mut raw, &mut tokens);
                }
            } else if is_word_part(c) {
                raw.push(c);
            } else {
                self.push(&mut raw, &mut tokens);
            }
        }
        self.push(&mut raw, &mut tokens);
        tokens
    }

    /// Ends the word read so far and adds its token, unless nothing of it is left after folding.
    fn push(&mut self, raw: &mut String, tokens: &mut Vec<Arc<Token>>) {
        if raw.is_empty() {
            return;
        }
        let token = match self.cache.get(raw.as_str()) {
            Some(token) => token.clone(),
            None => {
                let token = Arc::new(Token::new(raw));
                // A hostile text of ever new long words must not fill the memory.
                if self.cache.len() < CACHED_TOKENS && raw.len() <= MAX_LENGTH {
                    self.cache.insert(raw.clone(), token.clone());
                }
                token
            }
        };
        raw.clear();
        if !token.exact.is_empty() {
            tokens.push(token);
        }
    }
}

/// The tokens of one name.
#[derive(Debug, Default)]
pub(crate) struct NameTokens {
    /// In order, as the name field spells them.
    pub(crate) syllables: Vec<Arc<Token>>,
    /// All tokens the name can be found by in running text.
    pub(crate) parts: Vec<Arc<Token>>,
    /// Syllables (by their position) that are written differently from [`Self::syllables`]: `Ly` with a `y`,
    /// or `Th Mai` in two words, which may be a typo for `Thị Mai`.
    pub(crate) variants: Vec<(usize, Vec<Arc<Token>>)>,
}

/// All characters that paper and files have for the apostrophe of `H'Mông`.
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

/// The words of a text in plain letters, digits without leading zeros, each with the bytes it stands in.
pub(crate) fn spans(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    let mut begun: Option<usize> = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in ends {
        match (is_word_part(c), begun) {
            (true, None) => begun = Some(at),
            (false, Some(from)) => {
                let word = fold(&text[from..at], Level::Ascii);
                if !word.is_empty() {
                    found.push((from..at, without_zeros(&word)));
                }
                begun = None;
            }
            _ => {}
        }
    }
    found
}

/// Digits without their leading zeros; any other word as it is.
pub(crate) fn without_zeros(word: &str) -> String {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let stripped = word.trim_start_matches('0');
    match digits && !stripped.is_empty() {
        true => stripped.to_owned(),
        false => word.to_owned(),
    }
}

/// Every short form that could stand for some of the tokens, however they overlap: a paper is found by each.
pub(crate) fn every_abbreviation(tokens: &[Arc<Token>]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for start in 0..tokens.len() {
        let here = ABBREVIATIONS
            .iter()
            .filter(|(_, long)| begins_with(&tokens[start..], long));
        found.extend(here.map(|(short, _)| *short));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The long forms of an abbreviation.
pub(crate) fn long_forms(short: &str) -> impl Iterator<Item = &'static [&'static str]> {
    ABBREVIATIONS
        .iter()
        .filter(move |(known, _)| *known == short)
        .map(|(_, long)| *long)
}

fn begins_with(tokens: &[Arc<Token>], long: &[&str]) -> bool {
    tokens.len() >= long.len()
        && long
            .iter()
            .zip(tokens)
            .all(|(syllable, token)| token.ascii == *syllable)
}

/// The abbreviations among tokens, in either form: start, length in tokens, and the short form.
pub(crate) fn abbreviations(tokens: &[Arc<Token>]) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let here = ABBREVIATIONS
            .iter()
            .find(|(_, long)| begins_with(&tokens[start..], long));
        match here {
            Some((short, long)) => {
                found.push((start, long.len(), *short));
                start += long.len();
            }
            None => start += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(tokens: &[Arc<Token>]) -> Vec<&str> {
        tokens.iter().map(|token| token.at(Level::Ascii)).collect()
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
                ascii(&Tokenizer::default().name(written).syllables),
                ["hmai", "nie"],
                "{written}"
            );
        }
        assert_eq!(
            ascii(&Tokenizer::default().words("dân tộc H'Mông")),
            ["dan", "toc", "hmong"]
        );
    }

    #[test]
    fn a_syllable_that_stands_alone_is_not_joined() {
        assert_eq!(
            ascii(&Tokenizer::default().name("Y Ngọc").syllables),
            ["y", "ngoc"]
        );
        assert_eq!(
            ascii(&Tokenizer::default().name("A Nhơi").syllables),
            ["a", "nhoi"]
        );
    }

    #[test]
    fn a_school_is_one_under_its_old_and_its_long_name() {
        for written in ["THPT Ba Tơ", "PTTH Ba Tơ", "Trung học phổ thông Ba Tơ"] {
            let words = Tokenizer::default().words(written);
            let found = abbreviations(&words);
            assert!(
                written.starts_with("THPT") || found[0].2 == "thpt",
                "{written}"
            );
        }
    }
}
