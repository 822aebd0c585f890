//! Turns a document into the terms it is found by.

use std::collections::BTreeSet;
use std::sync::Arc;

use sogoc_vietnamese::fold::Level;
use tantivy::TantivyDocument;

use crate::document::{Document, DocumentKind};
use crate::query::{dates_in_words, parse_date};
use crate::schema::{Fields, LEVELS};
use crate::terms::{
    date_terms, facet_tag, initials, joined_names, number_terms, tag, whole_in_order, whole_sorted,
};
use crate::tokenizer::{Token, Tokenizer, every_abbreviation};

/// Longest notation in the text of a page, in bytes.
const LONGEST_NUMBER: usize = 60;

/// The document with all terms of its fields.
pub(crate) fn indexed(
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    source: &Document,
) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, &source.id);
    for name in source.name.iter().chain(&source.other_names) {
        add_name(&mut document, fields, tokenizer, name);
    }
    add_school(&mut document, fields, tokenizer, source);
    let place = source.place.as_deref().unwrap_or_default();
    let numbers = source.numbers.iter().map(|number| number.text.as_str());
    for printed in [source.text.as_str(), place].into_iter().chain(numbers) {
        add_text(&mut document, fields, tokenizer, printed);
    }
    for name in &source.other_places {
        // Not printed on the paper: found in plain letters only, so that what is printed comes first.
        let words = tokenizer.words(name);
        document.add_text(fields.text(Level::Ascii), join(&words, Level::Ascii));
    }
    for number in &source.numbers {
        for term in number_terms(&number.key, &number.text) {
            document.add_text(fields.number, term);
        }
    }
    for (key, date) in &source.dates {
        for term in ["*", key].into_iter().flat_map(|key| date_terms(key, date)) {
            document.add_text(fields.date, term);
        }
    }
    if source.kind == DocumentKind::Page {
        add_numbers_and_dates_of(&mut document, fields, &source.text);
    }
    add_values(&mut document, fields, source);
    let stored = serde_json::json!([source.id, source.stored]);
    document.add_bytes(fields.stored, stored.to_string().as_bytes());
    document
}

/// The notations, numbers and dates in the text of a page, each once.
fn add_numbers_and_dates_of(document: &mut TantivyDocument, fields: &Fields, text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut numbers, mut dates) = (BTreeSet::new(), BTreeSet::new());
    let mut position = 0;
    while position < words.len() {
        if let Some((date, length)) = dates_in_words(&words[position..]) {
            dates.extend(date_terms("*", &date));
            position += length;
            continue;
        }
        let word = words[position].trim_matches(|c: char| !c.is_alphanumeric());
        position += 1;
        if !word.contains(|c: char| c.is_ascii_digit()) || word.len() > LONGEST_NUMBER {
            continue;
        }
        numbers.extend(
            number_terms("", word)
                .into_iter()
                .filter(|term| term.starts_with('*')),
        );
        if let [date] = parse_date(word)[..] {
            dates.extend(date_terms("*", &date));
        }
    }
    numbers
        .iter()
        .for_each(|term| document.add_text(fields.number, term));
    dates
        .iter()
        .for_each(|term| document.add_text(fields.date, term));
}

fn add_name(
    document: &mut TantivyDocument,
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    name: &str,
) {
    let name = tokenizer.name(name);
    for level in LEVELS {
        let syllables: Vec<&str> = name.syllables.iter().map(|word| word.at(level)).collect();
        let parts: Vec<&str> = name.parts.iter().map(|word| word.at(level)).collect();
        // Names are text too, so that the search box finds them together with other words.
        document.add_text(fields.text(level), parts.join(" "));
        document.add_text(fields.name(level), syllables.join(" "));
        for (_, written) in &name.variants {
            // As written too: a search for Ly should find H'Ly, and a typo may change the y.
            let spelled = written
                .iter()
                .map(|part| part.in_a_name().at(level).to_string());
            let plain = written.iter().map(|part| part.at(level).to_string());
            let parts: Vec<String> = spelled.chain(plain).collect();
            document.add_text(fields.name(level), parts.join(" "));
        }
    }
    let syllables: Vec<&str> = name
        .syllables
        .iter()
        .map(|word| word.at(Level::Ascii))
        .collect();
    document.add_text(fields.whole, whole_in_order(&syllables));
    document.add_text(fields.whole, whole_sorted(&syllables));
    // As it is written, too: `nguyenthily` and `N.T.Ly` are typed with the letter that is on the paper.
    let mut written = syllables.clone();
    for (position, parts) in &name.variants {
        if let ([part], Some(place)) = (&parts[..], written.get_mut(*position)) {
            *place = part.at(Level::Ascii);
        }
    }
    let short = |syllables: &[&str]| [joined_names(syllables), initials(syllables)].concat();
    let terms: BTreeSet<String> = short(&syllables)
        .into_iter()
        .chain(short(&written))
        .collect();
    for term in terms {
        document.add_text(fields.whole, term);
    }
    document.add_text(fields.tag, format!("syllables|{}", syllables.len()));
}

fn add_school(
    document: &mut TantivyDocument,
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    source: &Document,
) {
    let Some(school) = &source.school else { return };
    add_text(document, fields, tokenizer, school);
    let words = tokenizer.words(school);
    let short = every_abbreviation(&words).into_iter();
    let spelled: Vec<&str> = words
        .iter()
        .map(|word| word.at(Level::Ascii))
        .chain(short)
        .collect();
    document.add_text(fields.school, spelled.join(" "));
}

fn add_text(
    document: &mut TantivyDocument,
    fields: &Fields,
    tokenizer: &mut Tokenizer,
    text: &str,
) {
    let words = tokenizer.words(text);
    if words.is_empty() {
        return;
    }
    let short = every_abbreviation(&words);
    for level in LEVELS {
        document.add_text(fields.text(level), join(&words, level));
        if !short.is_empty() {
            document.add_text(fields.text(level), short.join(" "));
        }
    }
}

fn join(words: &[Arc<Token>], level: Level) -> String {
    let mut joined = String::new();
    for word in words {
        joined.push_str(word.at(level));
        joined.push(' ');
    }
    joined
}

fn add_values(document: &mut TantivyDocument, fields: &Fields, source: &Document) {
    let tags = [
        ("class", Some(&source.class)),
        ("access", Some(&source.access)),
        ("fonds", Some(&source.fonds)),
        ("series", source.series.as_ref()),
        ("file", source.file.as_ref()),
        ("volume", source.volume.as_ref()),
        ("document", source.document.as_ref()),
        ("batch", source.batch.as_ref()),
        ("state", source.state.as_ref()),
    ];
    document.add_text(fields.tag, tag("kind", source.kind.as_str()));
    for place in source.place.iter().chain(&source.other_places) {
        document.add_text(fields.tag, facet_tag("place", place));
    }
    if let Some(number) = &source.shelf_box {
        document.add_text(fields.tag, facet_tag("box", number));
    }
    for (key, value) in tags
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
    {
        document.add_text(fields.tag, tag(key, value));
    }
    let year = source.year.map(|year| year.to_string());
    let counted = [
        ("class", Some(&source.class)),
        ("fonds", Some(&source.fonds)),
        ("series", source.series.as_ref()),
        ("file", source.file.as_ref()),
        ("volume", source.volume.as_ref()),
        ("box", source.shelf_box.as_ref()),
        ("state", source.state.as_ref()),
        ("year", year.as_ref()),
    ];
    let own = source
        .facets
        .iter()
        .map(|(key, value)| (key.as_str(), Some(value)));
    for (key, value) in counted
        .into_iter()
        .chain(own)
        .filter_map(|(key, value)| Some((key, value?)))
    {
        // The unit separator occurs in no printed value, so the key ends at the first one.
        document.add_text(fields.facet, format!("{key}\u{1f}{value}"));
    }
    if let Some(year) = &year {
        document.add_text(fields.tag, tag("year", year));
    }
    for (key, value) in &source.facets {
        document.add_text(fields.tag, facet_tag(key, value));
    }
}
