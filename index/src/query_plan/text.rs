//! Names, words, phrases and schools of a query.

use std::sync::Arc;

use sogoc_vietnamese::fold::Level;
use tantivy::Term;
use tantivy::query::PhraseQuery;

use super::scoring::{self, BoxedQuery, all_of, any_of, filter, term};
use super::{WordGroup, names, values};
use crate::document::DocumentKind;
use crate::error::{Problem, QueryError};
use crate::match_levels::QueryWord;
use crate::query::{MAX_WORDS, Query, dates_in_words, label_in_words};
use crate::schema::{Fields, LEVELS};
use crate::terms::{facet_tag, tag, whole_in_order, whole_sorted};
use crate::tokenizer::{Token, Tokenizer, abbreviations};

/// Most syllables of a name whose middle names may be missing: the choices double with each of them.
const MOST_SYLLABLES: usize = 7;

fn empty() -> QueryError {
    QueryError::new(Problem::Empty, 0)
}

/// A person's name, syllables in any order.
pub(super) fn name(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    text: &str,
) -> Result<WordGroup, QueryError> {
    let name = tokenizer.name(text);
    if name.syllables.is_empty() {
        return Err(empty());
    }
    let mut words: Vec<QueryWord> = name
        .syllables
        .iter()
        .map(|syllable| name_word(fields, syllable))
        .collect();
    for (position, written) in &name.variants {
        let plain = fields.name(Level::Ascii);
        let written = written
            .iter()
            .map(|part| Term::from_field_text(plain, part.at(Level::Ascii)));
        words[*position].fuzzy.push(written.collect());
    }
    let mut group = WordGroup {
        words,
        ..WordGroup::default()
    };
    add_whole_name(fields, &name.syllables, &mut group);
    Ok(group)
}

fn name_word(fields: &Fields, syllable: &Token) -> QueryWord {
    let term = |level| Term::from_field_text(fields.name(level), syllable.at(level));
    query_word(LEVELS.map(|level| vec![vec![term(level)]]), syllable)
}

/// A word that may have a typo, unless it contains digits: a number one digit off is another number.
fn query_word(levels: [Vec<Vec<Term>>; 3], token: &Token) -> QueryWord {
    let plain = &levels[Level::Ascii as usize];
    let fuzzy = if token.is_alphabetic() {
        plain.clone()
    } else {
        Vec::new()
    };
    QueryWord { levels, fuzzy }
}

fn literal_word(levels: [Vec<Vec<Term>>; 3]) -> QueryWord {
    QueryWord {
        levels,
        fuzzy: Vec::new(),
    }
}

/// Adds the bonuses of a whole name, and the names that lack some of its middle names.
fn add_whole_name(fields: &Fields, syllables: &[Arc<Token>], group: &mut WordGroup) {
    let plain: Vec<&str> = syllables
        .iter()
        .map(|syllable| syllable.at(Level::Ascii))
        .collect();
    let whole = |text: String| Term::from_field_text(fields.whole, &text);
    let in_order = term(whole(whole_in_order(&plain)));
    group.bonuses.push((in_order, scoring::WHOLE_IN_ORDER));
    let in_any_order = term(whole(whole_sorted(&plain)));
    group.bonuses.push((in_any_order, scoring::WHOLE));
    let length = tag("syllables", &plain.len().to_string());
    group.same_length = Some(Term::from_field_text(fields.tag, &length));
    let [first, middle @ .., last] = &plain[..] else {
        return;
    };
    if middle.is_empty() || plain.len() > MOST_SYLLABLES {
        return;
    }
    // Bit n of the choice says whether middle name n is kept. All of them kept is the full name.
    for choice in 0..(1_u32 << middle.len()) - 1 {
        let kept = middle
            .iter()
            .enumerate()
            .filter(|(n, _)| choice & (1 << n) != 0);
        let shorter: Vec<&str> = std::iter::once(*first)
            .chain(kept.map(|(_, name)| *name))
            .chain([*last])
            .collect();
        group.shortened_names.push(whole(whole_sorted(&shorter)));
    }
}

/// The words of the search box, and the conditions for the numbers and dates among them.
pub(super) fn words(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    query: &Query,
) -> Result<(Option<WordGroup>, Vec<BoxedQuery>), QueryError> {
    let text = query.words.as_str();
    let raw: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| word.contains(char::is_alphanumeric))
        .collect();
    if raw.is_empty() {
        return Err(empty());
    }
    if raw.len() > MAX_WORDS {
        return Err(too_many_words(text));
    }
    let mut required = Vec::new();
    let mut plain = String::new();
    let mut short_names = Vec::new();
    let mut position = 0;
    while position < raw.len() {
        if let Some((label, length)) = label_in_words(&raw[position..]) {
            let value = raw[position + length];
            required.push(values::labelled(
                fields, tokenizer, label, value, query.kind,
            )?);
            position += length + 1;
            continue;
        }
        if let Some((date, length)) = dates_in_words(&raw[position..]) {
            required.push(values::date(fields, "*", &[date]));
            position += length;
            continue;
        }
        let word = raw[position];
        if word.chars().any(char::is_numeric) {
            required.push(values::number_or_date(fields, tokenizer, word)?);
        } else if let Some(name) = names::with_initials(fields, tokenizer, word) {
            short_names.push(name);
        } else {
            plain.push_str(word);
            plain.push(' ');
        }
        position += 1;
    }
    let mut group = match plain.is_empty() {
        true => WordGroup::default(),
        false => plain_words(fields, tokenizer, &plain, query.kind),
    };
    group.words.extend(short_names);
    let group = (!group.words.is_empty()).then_some(group);
    Ok((group, required))
}

fn plain_words(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    text: &str,
    kind: DocumentKind,
) -> WordGroup {
    let tokens = tokenizer.words(text);
    let short = abbreviations(&tokens);
    let mut group = WordGroup::default();
    let mut position = 0;
    while position < tokens.len() {
        if let Some((_, length, short)) = short.iter().find(|(start, ..)| *start == position) {
            let long = &tokens[position..position + length];
            // Literal, because an abbreviation with one letter changed is another one (THPT, THCS). As typed too: a
            // person may be called Trung Bình.
            let levels = LEVELS.map(|level| {
                let term = |text: &str| Term::from_field_text(fields.text(level), text);
                let typed = long.iter().map(|token| term(token.at(level)));
                vec![vec![term(short)], typed.collect()]
            });
            group.words.push(literal_word(levels));
            position += length;
            continue;
        }
        let token = &tokens[position];
        let rest_of_syllable = tokens
            .get(position + 1)
            // Two abbreviations are no syllable: `QĐ SGD&ĐT`.
            .filter(|next| token.is_bare_onset() && next.is_alphabetic() && !next.is_bare_onset());
        let mut word = word_anywhere(fields, token, rest_of_syllable.map(Arc::as_ref));
        if kind.has_fields() && rest_of_syllable.is_none() {
            names::add_joined(fields, token, &mut word);
        }
        group.words.push(word);
        let in_name = Term::from_field_text(
            fields.name(Level::Ascii),
            token.in_a_name().at(Level::Ascii),
        );
        group.bonuses.push((term(in_name), scoring::IN_NAME));
        group.bm25_terms.push(Term::from_field_text(
            fields.text(Level::Ascii),
            token.at(Level::Ascii),
        ));
        position += if rest_of_syllable.is_some() { 2 } else { 1 };
    }
    if kind == DocumentKind::Page {
        add_adjacent(fields, &tokens, &mut group);
        return group;
    }
    let syllables = tokenizer.name(text).syllables;
    // Words with an abbreviation name a school, not a person.
    if short.is_empty() && syllables.len() <= MOST_SYLLABLES {
        add_whole_name(fields, &syllables, &mut group);
    }
    group
}

/// Raises a page on which the words stand next to each other as in the question: all of them, or some.
fn add_adjacent(fields: &Fields, tokens: &[Arc<Token>], group: &mut WordGroup) {
    let terms: Vec<Term> = tokens
        .iter()
        .map(|token| Term::from_field_text(fields.text(Level::Ascii), token.at(Level::Ascii)))
        .collect();
    if terms.len() > 2 {
        let all: BoxedQuery = Box::new(PhraseQuery::new(terms.clone()));
        group.bonuses.push((all, scoring::WHOLE_IN_ORDER));
    }
    for pair in terms.windows(2) {
        let pair: BoxedQuery = Box::new(PhraseQuery::new(pair.to_vec()));
        group.bonuses.push((pair, scoring::WHOLE));
    }
}

/// A word as printed anywhere, or as the name field spells it; a bare onset goes with its syllable.
fn word_anywhere(fields: &Fields, token: &Token, rest_of_syllable: Option<&Token>) -> QueryWord {
    let levels = LEVELS.map(|level| {
        let text = |token: &Token| Term::from_field_text(fields.text(level), token.at(level));
        let name =
            |token: &Token| Term::from_field_text(fields.name(level), token.in_a_name().at(level));
        match rest_of_syllable {
            Some(next) => {
                let joined = token.joined(next);
                vec![
                    vec![text(token), text(next)],
                    vec![text(&joined)],
                    vec![name(&joined)],
                ]
            }
            None if token.in_a_name() != *token => vec![vec![text(token)], vec![name(token)]],
            None => vec![vec![text(token)]],
        }
    });
    query_word(levels, token)
}

/// Words next to each other in this order. They are matched literally: no typo, no word left out.
pub(super) fn phrase(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    text: &str,
) -> Result<(WordGroup, BoxedQuery), QueryError> {
    let tokens = tokenizer.words(text);
    if tokens.is_empty() {
        return Err(empty());
    }
    let levels = LEVELS.map(|level| {
        let terms = tokens
            .iter()
            .map(|token| Term::from_field_text(fields.text(level), token.at(level)));
        vec![terms.collect::<Vec<Term>>()]
    });
    let terms = levels[Level::Ascii as usize][0].clone();
    let adjacent: BoxedQuery = match &terms[..] {
        // The engine refuses a phrase of one term.
        [only] => term(only.clone()),
        _ => Box::new(PhraseQuery::new(terms)),
    };
    let group = WordGroup {
        words: vec![literal_word(levels)],
        ..WordGroup::default()
    };
    Ok((group, filter(adjacent)))
}

/// A school by words of its name.
pub(super) fn school(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    text: &str,
) -> Result<BoxedQuery, QueryError> {
    let tokens = tokenizer.words(text);
    if tokens.is_empty() {
        return Err(empty());
    }
    if tokens.len() > MAX_WORDS {
        return Err(too_many_words(text));
    }
    let short = abbreviations(&tokens);
    let mut required: Vec<BoxedQuery> = Vec::new();
    let mut position = 0;
    while position < tokens.len() {
        let (length, spelled) = match short.iter().find(|(start, ..)| *start == position) {
            Some((_, length, short)) => (*length, *short),
            None => (1, tokens[position].at(Level::Ascii)),
        };
        required.push(term(Term::from_field_text(fields.school, spelled)));
        position += length;
    }
    Ok(filter(all_of(required)))
}

/// A province under any name it bore, or words of a place that stand together.
pub(super) fn place(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    text: &str,
) -> Result<BoxedQuery, QueryError> {
    let (_, adjacent) = phrase(fields, tokenizer, text)?;
    let named = values::tagged(fields, &facet_tag("place", text));
    Ok(filter(any_of(vec![named, adjacent])))
}

fn too_many_words(text: &str) -> QueryError {
    QueryError::new(Problem::TooManyWords, text.chars().count())
}
