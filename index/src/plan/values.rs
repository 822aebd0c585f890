//! Numbers, dates, filters, and what the reader is allowed to see.

use tantivy::Term;
use tantivy::query::FuzzyTermQuery;

use super::Boxed;
use super::points::{all_of, any_of, best_of, term, worth};
use crate::entry::PartialDate;
use crate::error::{Problem, QuestionError};
use crate::fold::Level;
use crate::question::{Question, written_date};
use crate::schema::{BIRTH, Fields, date_answers, facet_tag, number_plain, number_stripped, tag};
use crate::words::Speller;

/// Shorter beginnings of a number would find half the archive.
const SHORTEST_BEGINNING: usize = 3;

/// Everything a form asks besides words.
pub(super) fn asked(fields: &Fields, question: &Question) -> Result<Vec<Boxed>, QuestionError> {
    let mut musts: Vec<Boxed> = Vec::new();
    if let Some(birth) = &question.birth {
        musts.push(date(fields, BIRTH, std::slice::from_ref(birth)));
    }
    for ask in &question.dates {
        if ask.any_of.is_empty() {
            return Err(QuestionError::new(Problem::BadDate, 0));
        }
        musts.push(date(fields, ask.key.as_deref().unwrap_or("*"), &ask.any_of));
    }
    if let Some(asked) = &question.number {
        musts.push(number(fields, asked)?);
    }
    let year = question.year.map(|year| year.to_string());
    let tags = [
        ("class", &question.class),
        ("fonds", &question.fonds),
        ("volume", &question.volume),
        ("year", &year),
    ];
    for (key, value) in tags {
        if let Some(value) = value {
            musts.push(tagged(fields, &tag(key, value)));
        }
    }
    let filters = question
        .filters
        .iter()
        .map(|(key, value)| tagged(fields, &facet_tag(key, value)));
    musts.extend(filters);
    Ok(musts)
}

fn tagged(fields: &Fields, text: &str) -> Boxed {
    worth(term(Term::from_field_text(fields.tag, text)), 0.0)
}

/// Only what the reader may see. No regime allowed: nothing.
pub(super) fn allowed(fields: &Fields, question: &Question) -> Boxed {
    let regimes = question.allowed.iter().map(|regime| tag("access", regime));
    let terms: Vec<Boxed> = regimes
        .map(|regime| term(Term::from_field_text(fields.tag, &regime)))
        .collect();
    worth(any_of(terms), 0.0)
}

/// A date in any of its readings; an entry known less precisely answers, further down.
pub(super) fn date(fields: &Fields, key: &str, readings: &[PartialDate]) -> Boxed {
    let answers = readings.iter().flat_map(|date| date_answers(key, date));
    best_of(
        answers
            .map(|(text, points)| worth(date_term(fields, &text), points))
            .collect(),
    )
}

fn date_term(fields: &Fields, text: &str) -> Boxed {
    term(Term::from_field_text(fields.date, text))
}

/// A number: itself, one of its runs of digits, or its beginning.
fn number(fields: &Fields, text: &str) -> Result<Boxed, QuestionError> {
    let ways = number_ways(fields, text);
    if ways.is_empty() {
        return Err(QuestionError::new(Problem::BadNumber, 0));
    }
    Ok(best_of(ways))
}

fn number_ways(fields: &Fields, text: &str) -> Vec<Boxed> {
    let (Some(plain), Some(stripped)) = (number_plain(text), number_stripped(text)) else {
        return Vec::new();
    };
    let number = |text: String| Term::from_field_text(fields.number, &text);
    let mut ways = vec![worth(term(number(format!("*={stripped}"))), 40.0)];
    if stripped.bytes().all(|b| b.is_ascii_digit()) {
        ways.push(worth(term(number(format!("*#{stripped}"))), 20.0));
    }
    if plain.chars().count() >= SHORTEST_BEGINNING {
        let beginning = FuzzyTermQuery::new_prefix(number(format!("*^{plain}")), 0, true);
        ways.push(worth(Box::new(beginning), 0.0));
    }
    ways
}

/// A word with digits from the search box: a date, a number, a year of graduation, or just printed so.
pub(super) fn number_or_date(
    fields: &Fields,
    speller: &mut Speller,
    raw: &str,
) -> Result<Boxed, QuestionError> {
    let raw = raw.trim_matches(|c: char| !c.is_alphanumeric());
    let readings = written_date(raw);
    let mut ways = number_ways(fields, raw);
    if !readings.is_empty() {
        ways.push(date(fields, "*", &readings));
        // The date a person is known by comes before the dates of papers.
        let births = readings
            .iter()
            .flat_map(|reading| date_answers(BIRTH, reading));
        ways.extend(births.map(|(text, points)| worth(date_term(fields, &text), points + 5.0)));
    }
    if let [
        PartialDate {
            year, month: None, ..
        },
    ] = readings[..]
    {
        ways.push(worth(tagged(fields, &tag("year", &year.to_string())), 25.0));
    }
    let printed: Vec<Boxed> = speller
        .words(raw)
        .iter()
        .map(|word| {
            term(Term::from_field_text(
                fields.text(Level::Ascii),
                word.at(Level::Ascii),
            ))
        })
        .collect();
    if !printed.is_empty() {
        ways.push(worth(all_of(printed), 0.0));
    }
    if ways.is_empty() {
        return Err(QuestionError::new(Problem::BadNumber, 0));
    }
    Ok(best_of(ways))
}
