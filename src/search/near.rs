//! What was understood of a question, the question as text again, and the question without each of its parts: nobody is
//! left with an empty page that says nothing.

use sogoc_index::{PartialDate, Query};

/// Words that are left out one by one; a longer question is taken apart by its fields alone.
const MOST_WORDS: usize = 8;

/// A part of a question.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Part {
    /// words | phrase | name | birth | date | school | year | number | class | fonds | series | file | volume | box | place |
    /// state | province | grade | sex | ethnic.
    pub key: String,
    /// As it was typed.
    pub value: String,
}

/// What would be found without one part.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Near {
    /// What is left out.
    pub without: Part,
    /// The rest of the question, as text.
    pub question: String,
    /// How many records a search for it finds.
    pub records: usize,
    /// How many pages a search for it finds.
    pub pages: usize,
}

/// What was understood, in the order of the form.
pub(super) fn parts(query: &Query) -> Vec<Part> {
    let all = pieces(query).into_iter();
    all.map(|(key, value, _)| part(key, value)).collect()
}

/// Each part, and the question without it; the words one by one. What would leave nothing is not there.
pub(super) fn without_each(query: &Query) -> Vec<(Part, Query)> {
    let mut all: Vec<(Part, Query)> = Vec::new();
    let words: Vec<&str> = query.words.split_whitespace().collect();
    if (2..=MOST_WORDS).contains(&words.len()) {
        for at in 0..words.len() {
            let mut rest = words.clone();
            let word = rest.remove(at);
            let mut other = query.clone();
            other.words = rest.join(" ");
            all.push((part("words", word.to_owned()), other));
        }
    }
    let fields = pieces(query).into_iter();
    all.extend(fields.map(|(key, value, without)| {
        let mut other = query.clone();
        without(&mut other);
        (part(key, value), other)
    }));
    all.retain(|(_, rest)| !rest.asks_nothing());
    all
}

fn part(key: &str, value: String) -> Part {
    Part {
        key: key.into(),
        value,
    }
}

type Without = Box<dyn Fn(&mut Query)>;

/// Every part: its key, its value, and what takes it out of a question.
fn pieces(query: &Query) -> Vec<(&'static str, String, Without)> {
    let mut all: Vec<(&'static str, String, Without)> = Vec::new();
    if !query.words.is_empty() {
        let without: Without = Box::new(|query| query.words.clear());
        all.push(("words", query.words.clone(), without));
    }
    for (at, phrase) in query.phrases.iter().enumerate() {
        let without: Without = Box::new(move |query| _ = query.phrases.remove(at));
        all.push(("phrase", phrase.clone(), without));
    }
    for (key, field) in FIELDS {
        let mut looked_at = query.clone();
        if let Some(value) = field(&mut looked_at).take() {
            let without: Without = Box::new(move |query| *field(query) = None);
            all.push((key, value, without));
        }
    }
    if let Some(birth) = query.birth {
        let without: Without = Box::new(|query| query.birth = None);
        all.push(("birth", spoken(&birth), without));
    }
    for (at, date) in query.dates.iter().enumerate() {
        let key = if date.key.is_some() { "birth" } else { "date" };
        let readings: Vec<String> = date.any_of.iter().map(spoken).collect();
        let without: Without = Box::new(move |query| _ = query.dates.remove(at));
        all.push((key, readings.join(" / "), without));
    }
    if let Some(year) = query.year {
        let without: Without = Box::new(|query| query.year = None);
        all.push(("year", year.to_string(), without));
    }
    for (key, value) in &query.filters {
        let Some((known, _)) = FILTERS.into_iter().find(|(name, _)| name == key) else {
            continue;
        };
        let without: Without = Box::new(move |query| _ = query.filters.remove(known));
        all.push((known, value.clone(), without));
    }
    all
}

type Field = fn(&mut Query) -> &mut Option<String>;

/// The fields of a question that are text, by their keys.
const FIELDS: [(&str, Field); 11] = [
    ("name", |query| &mut query.name),
    ("school", |query| &mut query.school),
    ("number", |query| &mut query.number),
    ("class", |query| &mut query.class),
    ("fonds", |query| &mut query.fonds),
    ("series", |query| &mut query.series),
    ("file", |query| &mut query.file),
    ("volume", |query| &mut query.volume),
    ("box", |query| &mut query.shelf_box),
    ("place", |query| &mut query.place),
    ("state", |query| &mut query.state),
];

/// Filters and what the search box calls them.
const FILTERS: [(&str, &str); 4] = [
    ("province", "tinh"),
    ("grade", "xep_loai"),
    ("sex", "gioi_tinh"),
    ("ethnic", "dan_toc"),
];

/// What the search box calls a part.
fn in_the_box(key: &str) -> &str {
    match key {
        "name" => "ten",
        "birth" => "sinh",
        "school" => "truong",
        "year" => "nam",
        "number" => "so",
        "class" => "loai",
        "fonds" => "phong",
        "series" => "muc_luc",
        "file" => "hoso",
        "volume" => "quyen",
        "box" => "hop",
        "place" => "noi",
        "state" => "trang_thai",
        filter => FILTERS
            .iter()
            .find(|(key, _)| *key == filter)
            .map_or(filter, |(_, name)| *name),
    }
}

/// A question, as text, with one condition more.
pub fn narrowed(question: &str, key: &str, value: &str) -> String {
    format!("{question} {}:\"{value}\"", in_the_box(key))
}

/// The question in the syntax of the search box; parsed again it is the same.
pub(super) fn as_text(query: &Query) -> String {
    let written = pieces(query).into_iter().map(|(key, value, _)| match key {
        "words" => value,
        "phrase" => format!("\"{value}\""),
        "birth" | "date" => {
            // Two readings are one date with a year of two digits.
            let first = value.split(" / ").next().unwrap_or_default();
            let short = match value.contains(" / ") {
                true => shortened(first),
                false => first.to_owned(),
            };
            format!("sinh:{short}")
        }
        _ => format!("{}:\"{value}\"", in_the_box(key)),
    });
    written.collect::<Vec<_>>().join(" ")
}

fn shortened(date: &str) -> String {
    match date.len().checked_sub(4) {
        Some(at) => format!("{}{}", &date[..at], &date[at + 2..]),
        None => date.to_owned(),
    }
}

fn spoken(date: &PartialDate) -> String {
    match (date.month, date.day) {
        (Some(month), Some(day)) => format!("{day}/{month}/{}", date.year),
        (Some(month), None) => format!("{month}/{}", date.year),
        _ => date.year.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_as_text_is_the_same_question() {
        for text in [
            "nguyen van an 1975 nghia hanh",
            "ten:\"Nguyễn Văn An\" sinh:12/3/1975 truong:\"THPT Nghĩa Hành\" nam:2008",
            "\"bố trí lịch quét\" phong:SGD-KT hoso:H34.5.2001.1 quyen:Q1 hop:12",
            "an sinh:12/3/25 noi:\"Nghĩa Bình\" trang_thai:approved tinh:\"Quảng Ngãi\"",
        ] {
            let query = Query::parse(text).unwrap();
            let again = Query::parse(&as_text(&query)).unwrap();
            assert_eq!(again, query, "{}", as_text(&query));
        }
    }

    #[test]
    fn each_part_is_left_out_once_and_never_all() {
        let query = Query::parse("an 1975 nam:2008").unwrap();
        let left: Vec<String> = without_each(&query)
            .iter()
            .map(|(part, rest)| format!("{}={} → {}", part.key, part.value, as_text(rest)))
            .collect();
        let expected = [
            "words=an → 1975 nam:\"2008\"",
            "words=1975 → an nam:\"2008\"",
            "words=an 1975 → nam:\"2008\"",
            "year=2008 → an 1975",
        ];
        assert_eq!(left, expected);
        assert!(without_each(&Query::parse("an").unwrap()).is_empty());
    }
}
