//! What the index keeps of an entry: its fields, and the terms an entry is found by.

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing,
    TextOptions,
};

use crate::entry::{Entry, PartialDate};
use crate::fold::{Level, fold};
use crate::words::{Speller, Word, abbreviations};

/// The key under which classes keep a birth date.
pub(crate) const BIRTH: &str = "ngay_sinh";

/// Name of the column facets are counted from.
pub(crate) const FACET_COLUMN: &str = "facet";

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    name: [Field; 3],
    text: [Field; 3],
    /// Whole names: in order by level, and sorted for names given in another order.
    pub(crate) whole: Field,
    pub(crate) school: Field,
    pub(crate) number: Field,
    pub(crate) date: Field,
    /// Exact values to filter by.
    pub(crate) tag: Field,
    facet: Field,
    pub(crate) shown: Field,
}

impl Fields {
    /// The name field of a level.
    pub(crate) fn name(&self, level: Level) -> Field {
        self.name[level as usize]
    }

    /// The field of everything printed, of a level.
    pub(crate) fn text(&self, level: Level) -> Field {
        self.text[level as usize]
    }
}

/// The schema of this format.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let basic = IndexRecordOption::Basic;
    let fields = Fields {
        id: builder.add_text_field("id", STRING),
        name: ["name_exact", "name_tone", "name_ascii"]
            .map(|name| words(&mut builder, name, basic)),
        text: [
            words(&mut builder, "text_exact", basic),
            words(&mut builder, "text_tone", basic),
            // Phrases and how often a word is said are asked of this one only.
            words(
                &mut builder,
                "text_ascii",
                IndexRecordOption::WithFreqsAndPositions,
            ),
        ],
        whole: builder.add_text_field("whole", STRING),
        school: words(&mut builder, "school", basic),
        number: builder.add_text_field("number", STRING),
        date: builder.add_text_field("date", STRING),
        tag: builder.add_text_field("tag", STRING),
        facet: builder.add_text_field(FACET_COLUMN, TextOptions::default() | FAST),
        shown: builder.add_bytes_field("shown", STORED),
    };
    (builder.build(), fields)
}

fn words(builder: &mut SchemaBuilder, name: &str, record: IndexRecordOption) -> Field {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(record)
        .set_fieldnorms(record != IndexRecordOption::Basic);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

const LEVELS: [Level; 3] = [Level::Exact, Level::Tone, Level::Ascii];

/// The entry as the engine keeps it.
pub(crate) fn document(fields: &Fields, speller: &mut Speller, entry: &Entry) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, &entry.id);
    for name in entry.name.iter().chain(&entry.other_names) {
        add_name(&mut document, fields, speller, name);
    }
    add_school(&mut document, fields, speller, entry);
    let place = entry.place.as_deref().unwrap_or_default();
    let numbers = entry.numbers.iter().map(|number| number.text.as_str());
    for printed in [entry.text.as_str(), place].into_iter().chain(numbers) {
        add_text(&mut document, fields, speller, printed);
    }
    for number in &entry.numbers {
        for term in number_terms(&number.key, &number.text) {
            document.add_text(fields.number, term);
        }
    }
    for (key, date) in &entry.dates {
        for term in ["*", key].into_iter().flat_map(|key| date_terms(key, date)) {
            document.add_text(fields.date, term);
        }
    }
    add_values(&mut document, fields, entry);
    let shown = serde_json::json!([entry.id, entry.shown]);
    document.add_bytes(fields.shown, shown.to_string().as_bytes());
    document
}

fn add_name(document: &mut TantivyDocument, fields: &Fields, speller: &mut Speller, name: &str) {
    let name = speller.name(name);
    for level in LEVELS {
        let syllables: Vec<&str> = name.syllables.iter().map(|word| word.at(level)).collect();
        let parts: Vec<&str> = name.parts.iter().map(|word| word.at(level)).collect();
        document.add_text(fields.text(level), parts.join(" "));
        document.add_text(fields.name(level), syllables.join(" "));
        for (_, written) in &name.otherwise {
            // As written too: who asks for Ly means H'Ly as well, and a typo may hit the y.
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
    document.add_text(fields.tag, format!("syllables|{}", syllables.len()));
}

fn add_school(
    document: &mut TantivyDocument,
    fields: &Fields,
    speller: &mut Speller,
    entry: &Entry,
) {
    let Some(school) = &entry.school else { return };
    add_text(document, fields, speller, school);
    let words = speller.words(school);
    let short = abbreviations(&words).into_iter().map(|(_, _, short)| short);
    let spelled: Vec<&str> = words
        .iter()
        .map(|word| word.at(Level::Ascii))
        .chain(short)
        .collect();
    document.add_text(fields.school, spelled.join(" "));
}

fn add_text(document: &mut TantivyDocument, fields: &Fields, speller: &mut Speller, text: &str) {
    let words = speller.words(text);
    if words.is_empty() {
        return;
    }
    let short: Vec<&str> = abbreviations(&words)
        .into_iter()
        .map(|(_, _, short)| short)
        .collect();
    for level in LEVELS {
        document.add_text(fields.text(level), join(&words, level));
        if !short.is_empty() {
            document.add_text(fields.text(level), short.join(" "));
        }
    }
}

fn join(words: &[std::sync::Arc<Word>], level: Level) -> String {
    let mut joined = String::new();
    for word in words {
        joined.push_str(word.at(level));
        joined.push(' ');
    }
    joined
}

fn add_values(document: &mut TantivyDocument, fields: &Fields, entry: &Entry) {
    let tags = [
        ("class", Some(&entry.class)),
        ("access", Some(&entry.access)),
        ("fonds", Some(&entry.fonds)),
        ("volume", entry.volume.as_ref()),
        ("batch", entry.batch.as_ref()),
    ];
    for (key, value) in tags
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
    {
        document.add_text(fields.tag, tag(key, value));
    }
    let year = entry.year.map(|year| year.to_string());
    let counted = [
        ("class", Some(&entry.class)),
        ("fonds", Some(&entry.fonds)),
        ("year", year.as_ref()),
    ];
    let own = entry
        .facets
        .iter()
        .map(|(key, value)| (key.as_str(), Some(value)));
    for (key, value) in counted
        .into_iter()
        .chain(own)
        .filter_map(|(key, value)| Some((key, value?)))
    {
        document.add_text(fields.facet, format!("{key}\u{1f}{value}"));
    }
    if let Some(year) = &year {
        document.add_text(fields.tag, tag("year", year));
    }
    for (key, value) in &entry.facets {
        document.add_text(fields.tag, facet_tag(key, value));
    }
}

/// A value to filter by, as it is.
pub(crate) fn tag(key: &str, value: &str) -> String {
    format!("{key}|{value}")
}

/// A facet to filter by, however its accents are written.
pub(crate) fn facet_tag(key: &str, value: &str) -> String {
    format!("facet|{key}|{}", fold(value.trim(), Level::Ascii))
}

/// A whole name in its order.
pub(crate) fn whole_in_order(syllables: &[&str]) -> String {
    format!("o|{}", syllables.join(" "))
}

/// A whole name in any order.
pub(crate) fn whole_sorted(syllables: &[&str]) -> String {
    let mut sorted = syllables.to_vec();
    sorted.sort_unstable();
    format!("s|{}", sorted.join(" "))
}

/// A number without separators, marks and case; `None` where nothing is left.
pub(crate) fn number_plain(text: &str) -> Option<String> {
    let plain: String = fold(text, Level::Ascii)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    (!plain.is_empty()).then_some(plain)
}

/// The same with the leading zeros of every run of digits gone: `B 0012/045` is `b12045`.
pub(crate) fn number_stripped(text: &str) -> Option<String> {
    let mut runs = number_runs(text);
    runs.iter_mut().for_each(|run| *run = without_zeros(run));
    (!runs.is_empty()).then(|| runs.concat())
}

fn without_zeros(run: &str) -> String {
    let stripped = run.trim_start_matches('0');
    let all_zeros = stripped.is_empty() && !run.is_empty();
    if all_zeros {
        "0".into()
    } else {
        stripped.into()
    }
}

/// Runs of digits and runs of letters, in order; separators part digits from digits.
fn number_runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut kind = None;
    for c in fold(text, Level::Ascii).chars() {
        let here = c.is_alphanumeric().then(|| c.is_numeric());
        match runs.last_mut() {
            Some(run) if here.is_some() && here == kind => run.push(c),
            _ if here.is_some() => runs.push(c.to_string()),
            _ => {}
        }
        kind = here;
    }
    runs
}

/// What a number is found by: itself (`=`), each run of digits in it (`#`), its beginnings (`^`).
fn number_terms(key: &str, text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let (Some(plain), Some(stripped)) = (number_plain(text), number_stripped(text)) else {
        return terms;
    };
    let runs = number_runs(text);
    for key in ["*", key] {
        terms.push(format!("{key}={stripped}"));
        terms.push(format!("{key}^{plain}"));
        if stripped != plain {
            terms.push(format!("{key}^{stripped}"));
        }
        if runs.len() > 1 {
            let digits = runs
                .iter()
                .filter(|run| run.starts_with(|c: char| c.is_numeric()));
            terms.extend(digits.map(|run| format!("{key}#{}", without_zeros(run))));
        }
    }
    terms
}

/// What a date is found by: every precision it has (`y`, `m`, `d`), and the one it ends at (`Y`, `M`).
fn date_terms(key: &str, date: &PartialDate) -> Vec<String> {
    let year = date.year;
    let mut terms = vec![format!("{key}y{year}")];
    match (date.month, date.day) {
        (None, _) => terms.push(format!("{key}Y{year}")),
        (Some(month), None) => {
            terms.push(format!("{key}m{year}-{month}"));
            terms.push(format!("{key}M{year}-{month}"));
        }
        (Some(month), Some(day)) => {
            terms.push(format!("{key}m{year}-{month}"));
            terms.push(format!("{key}d{year}-{month}-{day}"));
        }
    }
    terms
}

/// The terms that answer a date asked for, each with how well it answers (in points).
pub(crate) fn date_answers(key: &str, date: &PartialDate) -> Vec<(String, f32)> {
    let year = date.year;
    let only_year = (format!("{key}Y{year}"), 10.0);
    match (date.month, date.day) {
        (None, _) => vec![(format!("{key}y{year}"), 30.0)],
        (Some(month), None) => vec![(format!("{key}m{year}-{month}"), 30.0), only_year],
        (Some(month), Some(day)) => vec![
            (format!("{key}d{year}-{month}-{day}"), 30.0),
            (format!("{key}M{year}-{month}"), 20.0),
            only_year,
        ],
    }
}
