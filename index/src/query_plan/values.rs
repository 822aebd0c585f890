//! Conditions on exact values: numbers, dates, filters, and the access regimes the reader may see.

use sogoc_vietnamese::fold::Level;
use tantivy::Term;
use tantivy::query::FuzzyTermQuery;

use super::scoring::{BoxedQuery, all_of, any_of, best_of, constant_score, filter, term};
use crate::document::{DocumentKind, PartialDate};
use crate::error::{Problem, QueryError};
use crate::query::{Label, Query, parse_date};
use crate::schema::Fields;
use crate::terms::{BIRTH, date_matches, facet_tag, number_plain, number_stripped, tag};
use crate::tokenizer::Tokenizer;

/// Shortest prefix of a number that is searched, in characters. Shorter ones match half the archive.
const SHORTEST_PREFIX: usize = 3;

/// Scores of a number: the whole number, one of its runs of digits. A prefix only selects.
const WHOLE_NUMBER: f32 = 40.0;
const DIGIT_RUN: f32 = 20.0;
/// A four-digit number that is the year of graduation.
const YEAR_OF_GRADUATION: f32 = 25.0;
/// Added where a date of the search box is the birth date: people are known by it, papers have many others.
const BIRTH_BONUS: f32 = 5.0;

/// One query for each condition of the form, all of which must hold.
pub(super) fn conditions(fields: &Fields, query: &Query) -> Result<Vec<BoxedQuery>, QueryError> {
    let mut required: Vec<BoxedQuery> = Vec::new();
    let page = query.kind == DocumentKind::Page;
    if let Some(birth) = &query.birth {
        let key = if page { "*" } else { BIRTH };
        required.push(date(fields, key, std::slice::from_ref(birth)));
    }
    for wanted in &query.dates {
        // An empty disjunction would match nothing, and the reader would not learn why.
        if wanted.any_of.is_empty() {
            return Err(QueryError::new(Problem::BadDate, 0));
        }
        let key = wanted.key.as_deref().filter(|_| !page).unwrap_or("*");
        required.push(date(fields, key, &wanted.any_of));
    }
    if let Some(wanted) = &query.number {
        required.push(number(fields, wanted)?);
    }
    let year = query.year.map(|year| year.to_string());
    let tags = [
        ("class", &query.class),
        ("fonds", &query.fonds),
        ("series", &query.series),
        ("file", &query.file),
        ("volume", &query.volume),
        ("state", &query.state),
        ("year", &year),
    ];
    for (key, value) in tags {
        if let Some(value) = value {
            required.push(tagged(fields, &tag(key, value)));
        }
    }
    if let Some(number) = &query.shelf_box {
        required.push(tagged(fields, &facet_tag("box", number)));
    }
    for (key, ids) in &query.within {
        let terms = ids
            .iter()
            .map(|id| term(Term::from_field_text(fields.tag, &tag(key, id))));
        required.push(filter(any_of(terms.collect())));
    }
    let filters = query
        .filters
        .iter()
        .map(|(key, value)| tagged(fields, &facet_tag(key, value)));
    required.extend(filters);
    Ok(required)
}

pub(super) fn tagged(fields: &Fields, text: &str) -> BoxedQuery {
    filter(term(Term::from_field_text(fields.tag, text)))
}

/// Only documents of the kind asked for.
pub(super) fn of_kind(fields: &Fields, query: &Query) -> BoxedQuery {
    tagged(fields, &tag("kind", query.kind.as_str()))
}

/// Only records of the regimes in [`Query::allowed`]; where that is empty, none.
pub(super) fn access_filter(fields: &Fields, query: &Query) -> BoxedQuery {
    let regimes = query.allowed.iter().map(|regime| tag("access", regime));
    let terms: Vec<BoxedQuery> = regimes
        .map(|regime| term(Term::from_field_text(fields.tag, &regime)))
        .collect();
    filter(any_of(terms))
}

/// A date in any of its readings. A document whose date is less precise matches with a lower score.
pub(super) fn date(fields: &Fields, key: &str, readings: &[PartialDate]) -> BoxedQuery {
    let matches = readings.iter().flat_map(|date| date_matches(key, date));
    best_of(
        matches
            .map(|(text, score)| constant_score(date_term(fields, &text), score))
            .collect(),
    )
}

fn date_term(fields: &Fields, text: &str) -> BoxedQuery {
    term(Term::from_field_text(fields.date, text))
}

/// A number: itself, one of its runs of digits, or its prefix.
pub(super) fn number(fields: &Fields, text: &str) -> Result<BoxedQuery, QueryError> {
    let ways = number_queries(fields, text);
    if ways.is_empty() {
        return Err(QueryError::new(Problem::BadNumber, 0));
    }
    Ok(best_of(ways))
}

fn number_queries(fields: &Fields, text: &str) -> Vec<BoxedQuery> {
    let (Some(plain), Some(stripped)) = (number_plain(text), number_stripped(text)) else {
        return Vec::new();
    };
    let number = |text: String| Term::from_field_text(fields.number, &text);
    let whole = term(number(format!("*={stripped}")));
    let mut ways = vec![constant_score(whole, WHOLE_NUMBER)];
    if stripped.bytes().all(|b| b.is_ascii_digit()) {
        let run = term(number(format!("*#{stripped}")));
        ways.push(constant_score(run, DIGIT_RUN));
    }
    if plain.chars().count() >= SHORTEST_PREFIX {
        // Distance 0: this is how the engine searches the prefix of a term.
        let prefix = FuzzyTermQuery::new_prefix(number(format!("*^{plain}")), 0, true);
        ways.push(filter(Box::new(prefix)));
    }
    ways
}

/// The value after a label that says what it is; what is no such value is taken as [`number_or_date`] takes it.
pub(super) fn labelled(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    label: Label,
    raw: &str,
    kind: DocumentKind,
) -> Result<BoxedQuery, QueryError> {
    let readings = parse_date(raw.trim_matches(|c: char| !c.is_alphanumeric()));
    match (label, &readings[..]) {
        (Label::Birth, [_, ..]) if kind.has_fields() => Ok(date(fields, BIRTH, &readings)),
        (Label::Birth, [_, ..]) => Ok(date(fields, "*", &readings)),
        (Label::Year, [PartialDate { year, .. }]) => {
            let own = constant_score(
                tagged(fields, &tag("year", &year.to_string())),
                YEAR_OF_GRADUATION,
            );
            Ok(best_of(vec![own, date(fields, "*", &readings)]))
        }
        _ => number_or_date(fields, tokenizer, raw),
    }
}

/// A word with digits from the search box: a date, a number, a year of graduation, or just printed text.
pub(super) fn number_or_date(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    raw: &str,
) -> Result<BoxedQuery, QueryError> {
    let raw = raw.trim_matches(|c: char| !c.is_alphanumeric());
    let readings = parse_date(raw);
    let mut ways = number_queries(fields, raw);
    if !readings.is_empty() {
        ways.push(date(fields, "*", &readings));
        let births = readings
            .iter()
            .flat_map(|reading| date_matches(BIRTH, reading));
        ways.extend(
            births
                .map(|(text, score)| constant_score(date_term(fields, &text), score + BIRTH_BONUS)),
        );
    }
    if let [
        PartialDate {
            year, month: None, ..
        },
    ] = readings[..]
    {
        // Four digits may also be the year of graduation. A birth year scores more, see above.
        let year = tagged(fields, &tag("year", &year.to_string()));
        ways.push(constant_score(year, YEAR_OF_GRADUATION));
    }
    let printed: Vec<BoxedQuery> = tokenizer
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
        ways.push(filter(all_of(printed)));
    }
    if ways.is_empty() {
        return Err(QueryError::new(Problem::BadNumber, 0));
    }
    Ok(best_of(ways))
}
