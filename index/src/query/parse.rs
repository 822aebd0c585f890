//! Parser of the search box: quotes, `key:value` fields, and everything else as words.

use super::dates::parse_date;
use super::{DateFilter, MAX_TEXT, MAX_WORDS, Query};
use crate::error::{Problem, QueryError};
use crate::terms::BIRTH;
use sogoc_vietnamese::fold::{Level, fold};

/// A lexeme of the search box; a word with its offset in characters, for error messages.
#[derive(Debug, Clone)]
enum Lexeme {
    Word(usize, String),
    Quoted(String),
}

/// Fields that can be searched by name, in Vietnamese and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Birth,
    School,
    Year,
    Number,
    Class,
    Fonds,
    Series,
    File,
    Volume,
    Box,
    Place,
    State,
    Facet(&'static str),
}

impl Key {
    fn named(name: &str) -> Option<Self> {
        Some(match fold(name, Level::Ascii).as_str() {
            "ten" | "ho_ten" | "hoten" | "name" => Self::Name,
            "sinh" | "ngay_sinh" | "nam_sinh" | "birth" | "born" => Self::Birth,
            "truong" | "school" => Self::School,
            "nam" | "year" => Self::Year,
            "so" | "so_hieu" | "so_vao_so" | "number" => Self::Number,
            "lop" | "loai" | "class" => Self::Class,
            "phong" | "fonds" => Self::Fonds,
            "muc_luc" | "mucluc" | "series" => Self::Series,
            "ho_so" | "hoso" | "file" => Self::File,
            "quyen" | "volume" => Self::Volume,
            "hop" | "box" => Self::Box,
            "noi" | "noi_sinh" | "dia_danh" | "place" => Self::Place,
            "tinh" | "province" => Self::Facet("province"),
            "trang_thai" | "state" => Self::State,
            "xep_loai" | "grade" => Self::Facet("grade"),
            "gioi_tinh" | "sex" => Self::Facet("sex"),
            "dan_toc" | "ethnic" => Self::Facet("ethnic"),
            _ => return None,
        })
    }

    /// Whether a value may be several words without quotes.
    fn takes_many_words(self) -> bool {
        matches!(self, Self::Name | Self::School | Self::Place)
    }
}

pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    if text.chars().nth(MAX_TEXT).is_some() {
        return Err(QueryError::new(Problem::TooLong, MAX_TEXT));
    }
    let lexemes = lexemes(text)?;
    let mut query = Query::default();
    let mut words: Vec<String> = Vec::new();
    let mut given: Vec<Key> = Vec::new();
    let mut rest = lexemes.into_iter().peekable();
    while let Some(lexeme) = rest.next() {
        let (at, word) = match lexeme {
            Lexeme::Quoted(phrase) => {
                query.phrases.push(phrase);
                continue;
            }
            Lexeme::Word(at, word) => (at, word),
        };
        let Some((name, first)) = key_and_value(&word) else {
            words.push(word);
            continue;
        };
        let key = Key::named(name).ok_or(QueryError::new(Problem::UnknownKey, at))?;
        // Two values could mean either or both; the reader is asked instead of guessing.
        if given.contains(&key) {
            return Err(QueryError::new(Problem::Twice, at));
        }
        given.push(key);
        let value_at = at + name.chars().count() + 1;
        let value = value(key, first, &mut rest).ok_or(QueryError::new(Problem::EmptyValue, at))?;
        set(&mut query, key, value, value_at)?;
    }
    if words.len() + query.phrases.len() > MAX_WORDS {
        return Err(QueryError::new(Problem::TooManyWords, text.chars().count()));
    }
    query.words = words.join(" ");
    let says_nothing = given.is_empty() && !text.chars().any(char::is_alphanumeric);
    if says_nothing {
        return Err(QueryError::new(Problem::Empty, 0));
    }
    Ok(query)
}

fn lexemes(text: &str) -> Result<Vec<Lexeme>, QueryError> {
    let mut lexemes = Vec::new();
    let mut word = String::new();
    let mut start = 0;
    let mut rest = text.chars().enumerate();
    while let Some((at, c)) = rest.next() {
        let closing = closing_quote(c);
        if closing.is_none() && !c.is_whitespace() && !c.is_control() {
            if word.is_empty() {
                start = at;
            }
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            lexemes.push(Lexeme::Word(start, std::mem::take(&mut word)));
        }
        if let Some(closing) = closing {
            let mut phrase = String::new();
            loop {
                match rest.next() {
                    Some((_, c)) if closing.contains(&c) => break,
                    Some((_, c)) => phrase.push(c),
                    None => return Err(QueryError::new(Problem::OpenQuote, at)),
                }
            }
            if phrase.chars().any(char::is_alphanumeric) {
                lexemes.push(Lexeme::Quoted(phrase));
            } else {
                return Err(QueryError::new(Problem::Empty, at));
            }
        }
    }
    if !word.is_empty() {
        lexemes.push(Lexeme::Word(start, word));
    }
    Ok(lexemes)
}

/// The characters that close a quotation opened by this one; `None` where it opens none.
fn closing_quote(opening: char) -> Option<&'static [char]> {
    match opening {
        '"' | '“' | '”' | '„' => Some(&['"', '”', '“']),
        '«' => Some(&['»']),
        _ => None,
    }
}

/// Splits `key:value` where the part before the colon could be a field's name.
fn key_and_value(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once(':')?;
    let is_name = !name.is_empty()
        // Combining marks, because a browser may send Vietnamese decomposed.
        && name.chars().all(|c| {
            c.is_alphabetic() || c == '_' || unicode_normalization::char::is_combining_mark(c)
        });
    is_name.then_some((name, value))
}

/// The value of a field: what follows the colon, the next lexeme, or for a name all words up to the next
/// field, number or quote.
fn value(
    key: Key,
    first: &str,
    rest: &mut std::iter::Peekable<impl Iterator<Item = Lexeme>>,
) -> Option<String> {
    if first.is_empty()
        && let Some(Lexeme::Quoted(phrase)) =
            rest.next_if(|next| matches!(next, Lexeme::Quoted(..)))
    {
        return Some(phrase);
    }
    let mut value = first.to_string();
    while value.is_empty() || key.takes_many_words() {
        let goes_on = |next: &Lexeme| match next {
            Lexeme::Quoted(..) => false,
            Lexeme::Word(_, word) => {
                // No name contains a digit, so a number ends it: `ten:Nguyễn Văn An 1975`.
                let digits = key.takes_many_words() && word.chars().any(|c| c.is_ascii_digit());
                key_and_value(word).is_none() && !digits
            }
        };
        match rest.next_if(goes_on) {
            Some(Lexeme::Word(_, word) | Lexeme::Quoted(word)) => {
                value.push(' ');
                value.push_str(&word);
            }
            None => break,
        }
    }
    let value = value.trim();
    value
        .chars()
        .any(char::is_alphanumeric)
        .then(|| value.to_string())
}

fn set(query: &mut Query, key: Key, value: String, at: usize) -> Result<(), QueryError> {
    match key {
        Key::Name => query.name = Some(value),
        Key::School => query.school = Some(value),
        Key::Number => query.number = Some(value),
        Key::Class => query.class = Some(value),
        Key::Fonds => query.fonds = Some(value),
        Key::Series => query.series = Some(value),
        Key::File => query.file = Some(value),
        Key::Volume => query.volume = Some(value),
        Key::Box => query.shelf_box = Some(value),
        Key::Place => query.place = Some(value),
        Key::State => query.state = Some(value),
        Key::Facet(facet) => {
            query.filters.insert(facet.to_string(), value);
        }
        Key::Year => {
            let year = value
                .parse()
                .ok()
                .filter(|year| (1000..=9999).contains(year));
            query.year = Some(year.ok_or(QueryError::new(Problem::BadYear, at))?);
        }
        Key::Birth => match parse_date(&value)[..] {
            [] => return Err(QueryError::new(Problem::BadDate, at)),
            [date] => query.birth = Some(date),
            ref readings => query.dates.push(DateFilter {
                key: Some(BIRTH.to_string()),
                any_of: readings.to_vec(),
            }),
        },
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that fails should stop there
mod tests {
    use super::*;
    use crate::document::PartialDate;

    fn problem(text: &str) -> (Problem, usize) {
        let error = Query::parse(text).expect_err(text);
        (error.problem, error.at)
    }

    #[test]
    fn fields_are_known_in_both_languages() {
        let vi = Query::parse("tên:Nguyễn Văn An sinh:12/3/1975 truong:Ba Tơ nam:1993 so:123/THPT")
            .unwrap();
        let en = Query::parse(
            "name:Nguyễn Văn An birth:12-3-1975 school:Ba Tơ year:1993 number:123/THPT",
        );
        assert_eq!(vi, en.unwrap());
        assert_eq!(vi.name.as_deref(), Some("Nguyễn Văn An"));
        assert_eq!(vi.birth, Some(PartialDate::day(1975, 3, 12)));
        assert_eq!((vi.school.as_deref(), vi.year), (Some("Ba Tơ"), Some(1993)));
    }

    #[test]
    fn words_and_phrases_stand_beside_fields() {
        let query =
            Query::parse("an 1975 “hội đồng thi” ten:\"Trần Thị Bé\" loai:diploma").unwrap();
        assert_eq!(query.words, "an 1975");
        assert_eq!(query.phrases, ["hội đồng thi"]);
        assert_eq!(query.name.as_deref(), Some("Trần Thị Bé"));
        assert_eq!(query.class.as_deref(), Some("diploma"));
    }

    #[test]
    fn an_error_says_where() {
        assert_eq!(problem("họ tên \"nguyễn"), (Problem::OpenQuote, 7));
        assert_eq!(problem("an quê:huế"), (Problem::UnknownKey, 3));
        assert_eq!(problem("an sinh:31/2/1975"), (Problem::BadDate, 8));
        assert_eq!(problem("nam:abc"), (Problem::BadYear, 4));
        assert_eq!(problem("ten: sinh:1975"), (Problem::EmptyValue, 0));
        assert_eq!(problem("so:12 so:13"), (Problem::Twice, 6));
        assert_eq!(problem(""), (Problem::Empty, 0));
        assert_eq!(problem("!?.,;"), (Problem::Empty, 0));
        assert_eq!(problem("an \"!\""), (Problem::Empty, 3));
        assert_eq!(problem(&"a".repeat(5_000)), (Problem::TooLong, MAX_TEXT));
        assert_eq!(problem(&"a ".repeat(400)).0, Problem::TooManyWords);
    }

    #[test]
    fn an_error_says_what_and_where_and_repeats_nothing_typed() {
        let text = Query::parse("quê:Bí-mật").unwrap_err().to_string();
        assert_eq!(text, "unknown_key at character 1");
    }
}
