//! The one search box: quotes, `khoa:gia_tri` fields, and everything else as words.

use super::dates::written_date;
use super::{DateAsk, MAX_TEXT, MAX_WORDS, Question};
use crate::error::{Problem, QuestionError};
use crate::fold::{Level, fold};
use crate::schema::BIRTH;

/// A piece of what was typed, and where it begins (in characters).
#[derive(Debug, Clone)]
enum Piece {
    Word(usize, String),
    Quoted(String),
}

/// Fields a reader may name, in Vietnamese and in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Birth,
    School,
    Year,
    Number,
    Class,
    Fonds,
    Volume,
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
            "quyen" | "volume" => Self::Volume,
            "xep_loai" | "grade" => Self::Facet("grade"),
            "gioi_tinh" | "sex" => Self::Facet("sex"),
            "dan_toc" | "ethnic" => Self::Facet("ethnic"),
            _ => return None,
        })
    }

    /// Values of several words that need no quotes.
    fn runs_on(self) -> bool {
        matches!(self, Self::Name | Self::School)
    }
}

pub(super) fn question(text: &str) -> Result<Question, QuestionError> {
    if text.chars().nth(MAX_TEXT).is_some() {
        return Err(QuestionError::new(Problem::TooLong, MAX_TEXT));
    }
    let pieces = pieces(text)?;
    let mut question = Question::default();
    let mut words: Vec<String> = Vec::new();
    let mut given: Vec<Key> = Vec::new();
    let mut rest = pieces.into_iter().peekable();
    while let Some(piece) = rest.next() {
        let (at, word) = match piece {
            Piece::Quoted(phrase) => {
                question.phrases.push(phrase);
                continue;
            }
            Piece::Word(at, word) => (at, word),
        };
        let Some((name, begun)) = key_and_value(&word) else {
            words.push(word);
            continue;
        };
        let key = Key::named(name).ok_or(QuestionError::new(Problem::UnknownKey, at))?;
        if given.contains(&key) {
            return Err(QuestionError::new(Problem::Twice, at));
        }
        given.push(key);
        let value_at = at + name.chars().count() + 1;
        let value =
            value(key, begun, &mut rest).ok_or(QuestionError::new(Problem::EmptyValue, at))?;
        set(&mut question, key, value, value_at)?;
    }
    if words.len() + question.phrases.len() > MAX_WORDS {
        return Err(QuestionError::new(
            Problem::TooManyWords,
            text.chars().count(),
        ));
    }
    question.words = words.join(" ");
    let says_nothing = given.is_empty() && !text.chars().any(char::is_alphanumeric);
    if says_nothing {
        return Err(QuestionError::new(Problem::Empty, 0));
    }
    Ok(question)
}

fn pieces(text: &str) -> Result<Vec<Piece>, QuestionError> {
    let mut pieces = Vec::new();
    let mut word = String::new();
    let mut begun = 0;
    let mut rest = text.chars().enumerate();
    while let Some((at, c)) = rest.next() {
        let closing = closing_quote(c);
        if closing.is_none() && !c.is_whitespace() && !c.is_control() {
            if word.is_empty() {
                begun = at;
            }
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            pieces.push(Piece::Word(begun, std::mem::take(&mut word)));
        }
        if let Some(closing) = closing {
            let mut phrase = String::new();
            loop {
                match rest.next() {
                    Some((_, c)) if closing.contains(&c) => break,
                    Some((_, c)) => phrase.push(c),
                    None => return Err(QuestionError::new(Problem::OpenQuote, at)),
                }
            }
            if phrase.chars().any(char::is_alphanumeric) {
                pieces.push(Piece::Quoted(phrase));
            } else {
                return Err(QuestionError::new(Problem::Empty, at));
            }
        }
    }
    if !word.is_empty() {
        pieces.push(Piece::Word(begun, word));
    }
    Ok(pieces)
}

/// What closes a quotation that this character opens.
fn closing_quote(opening: char) -> Option<&'static [char]> {
    match opening {
        '"' | '“' | '”' | '„' => Some(&['"', '”', '“']),
        '«' => Some(&['»']),
        _ => None,
    }
}

/// Splits `khoa:gia_tri` where what stands before the colon could be a field's name.
fn key_and_value(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once(':')?;
    let is_name = !name.is_empty()
        && name.chars().all(|c| {
            c.is_alphabetic() || c == '_' || unicode_normalization::char::is_combining_mark(c)
        });
    is_name.then_some((name, value))
}

/// The value of a field: what follows the colon, the next piece, or as far as a name goes on.
fn value(
    key: Key,
    begun: &str,
    rest: &mut std::iter::Peekable<impl Iterator<Item = Piece>>,
) -> Option<String> {
    if begun.is_empty()
        && let Some(Piece::Quoted(phrase)) = rest.next_if(|next| matches!(next, Piece::Quoted(..)))
    {
        return Some(phrase);
    }
    let mut value = begun.to_string();
    while value.is_empty() || key.runs_on() {
        let goes_on = |next: &Piece| match next {
            Piece::Quoted(..) => false,
            Piece::Word(_, word) => {
                let digits = key.runs_on() && word.chars().any(|c| c.is_ascii_digit());
                key_and_value(word).is_none() && !digits
            }
        };
        match rest.next_if(goes_on) {
            Some(Piece::Word(_, word) | Piece::Quoted(word)) => {
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

fn set(question: &mut Question, key: Key, value: String, at: usize) -> Result<(), QuestionError> {
    match key {
        Key::Name => question.name = Some(value),
        Key::School => question.school = Some(value),
        Key::Number => question.number = Some(value),
        Key::Class => question.class = Some(value),
        Key::Fonds => question.fonds = Some(value),
        Key::Volume => question.volume = Some(value),
        Key::Facet(facet) => {
            question.filters.insert(facet.to_string(), value);
        }
        Key::Year => {
            let year = value
                .parse()
                .ok()
                .filter(|year| (1000..=9999).contains(year));
            question.year = Some(year.ok_or(QuestionError::new(Problem::BadYear, at))?);
        }
        Key::Birth => match written_date(&value)[..] {
            [] => return Err(QuestionError::new(Problem::BadDate, at)),
            [date] => question.birth = Some(date),
            ref readings => question.dates.push(DateAsk {
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
    use crate::entry::PartialDate;

    fn problem(text: &str) -> (Problem, usize) {
        let error = Question::parse(text).expect_err(text);
        (error.problem, error.at)
    }

    #[test]
    fn fields_are_known_in_both_languages() {
        let vi =
            Question::parse("tên:Nguyễn Văn An sinh:12/3/1975 truong:Ba Tơ nam:1993 so:123/THPT")
                .unwrap();
        let en = Question::parse(
            "name:Nguyễn Văn An birth:12-3-1975 school:Ba Tơ year:1993 number:123/THPT",
        );
        assert_eq!(vi, en.unwrap());
        assert_eq!(vi.name.as_deref(), Some("Nguyễn Văn An"));
        assert_eq!(vi.birth, Some(PartialDate::day(1975, 3, 12)));
        assert_eq!((vi.school.as_deref(), vi.year), (Some("Ba Tơ"), Some(1993)));
    }

    #[test]
    fn words_and_phrases_stand_beside_fields() {
        let question =
            Question::parse("an 1975 “hội đồng thi” ten:\"Trần Thị Bé\" loai:diploma").unwrap();
        assert_eq!(question.words, "an 1975");
        assert_eq!(question.phrases, ["hội đồng thi"]);
        assert_eq!(question.name.as_deref(), Some("Trần Thị Bé"));
        assert_eq!(question.class.as_deref(), Some("diploma"));
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
    fn an_error_speaks_both_languages_and_repeats_nothing_typed() {
        let text = Question::parse("quê:Bí-mật").unwrap_err().to_string();
        assert!(text.contains("Không có trường") && text.contains("no such search field"));
        assert!(!text.contains("mật"));
    }
}
