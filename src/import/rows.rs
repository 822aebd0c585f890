//! Rows of a list as values of fields: decoded, put together from their parts, normalised by the same functions as values
//! read from paper, and keyed for comparing. What cannot be is kept as written and said to be in doubt.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sogoc_workers::class::{Class, Field, FieldKind, Part};
use sogoc_workers::dates::Date;
use sogoc_workers::of_text;
use utoipa::ToSchema;

use super::encoding::Decoder;
use super::found::{FoundSheet, usual};
use super::mapping::{Mapping, field_of};
use super::reading::Row;
use crate::catalogue::json_column;
use crate::record::Keys;

/// Values of closed lists that are remembered: a province has fifty of each.
const REMEMBERED: usize = 20_000;

/// A value of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListValue {
    /// As the list says it, decoded.
    pub raw: String,
    /// In the normal form of its field.
    pub value: String,
    /// Whether it cannot be what its field holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubt: bool,
}

/// Values by key of the class.
pub type ListFields = BTreeMap<String, ListValue>;
/// Texts of columns that are no field, by the words over them.
pub type OtherTexts = BTreeMap<String, String>;

json_column!(ListFields, OtherTexts);

/// A row made ready to be stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MadeRow {
    pub number: u32,
    pub fields: ListFields,
    pub others: OtherTexts,
    pub doubtful: i64,
    pub keys: Keys,
}

/// Where a field's text comes from.
enum Source {
    Column(usize),
    Parts(Vec<(Part, usize)>),
    Constant(String),
}

/// Makes rows by one mapping.
pub(super) struct RowMaker {
    class: Class,
    month_first: bool,
    first_row: u32,
    fonts: Vec<String>,
    /// Place of each mapped column in the sheet, and how it is decoded.
    columns: Vec<(u32, Decoder)>,
    sources: Vec<(usize, Source)>,
    others: Vec<(usize, String)>,
    known: HashMap<(usize, String), (String, bool)>,
}

impl RowMaker {
    pub fn new(class: &Class, mapping: &Mapping, sheet: &FoundSheet, fonts: &[String]) -> Self {
        let decoder = |column: u32, encoding| {
            let found = sheet.columns.iter().find(|found| found.column == column);
            Decoder::new(
                encoding,
                found.map_or(sogoc_vietnamese::legacy::Encoding::Unicode, usual),
            )
        };
        let mut parts: BTreeMap<usize, Vec<(Part, usize)>> = BTreeMap::new();
        let (mut sources, mut others) = (Vec::new(), Vec::new());
        for (at, column) in mapping.columns.iter().enumerate() {
            let meant = column
                .field
                .as_deref()
                .and_then(|word| field_of(class, word));
            let place =
                meant.and_then(|(key, _)| class.fields.iter().position(|field| field.key == key));
            match (meant, place) {
                (Some((_, Some(part))), Some(place)) => {
                    parts.entry(place).or_default().push((part, at))
                }
                (Some((_, None)), Some(place)) => sources.push((place, Source::Column(at))),
                _ => {
                    let head = match column.header.trim() {
                        "" => format!("({})", column.column + 1),
                        head => head.to_owned(),
                    };
                    // Two columns of the same head keep their own texts.
                    let head = match others.iter().any(|(_, other)| *other == head) {
                        true => format!("{head} ({})", column.column + 1),
                        false => head,
                    };
                    others.push((at, head));
                }
            }
        }
        sources.extend(
            parts
                .into_iter()
                .map(|(place, parts)| (place, Source::Parts(parts))),
        );
        for (key, value) in &mapping.constants {
            if let Some(place) = class.fields.iter().position(|field| field.key == *key) {
                sources.push((place, Source::Constant(value.clone())));
            }
        }
        Self {
            class: class.clone(),
            month_first: mapping.month_first,
            first_row: mapping.first_row,
            fonts: fonts.to_vec(),
            columns: mapping
                .columns
                .iter()
                .map(|one| (one.column, decoder(one.column, one.encoding)))
                .collect(),
            sources,
            others,
            known: HashMap::new(),
        }
    }

    /// The row, where it is one of the data and says something.
    pub fn make(&mut self, row: &Row) -> Option<MadeRow> {
        if row.number < self.first_row {
            return None;
        }
        let fonts = &self.fonts;
        let texts: Vec<String> = self
            .columns
            .iter_mut()
            .map(|(column, decoder)| {
                row.cell(*column).map_or_else(String::new, |cell| {
                    decoder.decode(&cell.text, cell.font, fonts)
                })
            })
            .collect();
        let mut made = MadeRow {
            number: row.number,
            ..MadeRow::default()
        };
        let mut own = false;
        for (place, source) in &self.sources {
            let field = &self.class.fields[*place];
            let raw = match source {
                Source::Column(at) => texts[*at].clone(),
                Source::Parts(parts) => joined(field.kind, parts, &texts),
                Source::Constant(value) => value.clone(),
            };
            if raw.is_empty() {
                continue;
            }
            own |= !matches!(source, Source::Constant(_));
            let key = (*place, raw);
            let (value, sound) = match self.known.get(&key) {
                Some(known) => known.clone(),
                None => {
                    let read = read(field, &key.1, self.month_first);
                    if self.known.len() < REMEMBERED
                        && !matches!(field.kind, FieldKind::Name | FieldKind::Number)
                    {
                        self.known.insert(key.clone(), read.clone());
                    }
                    read
                }
            };
            made.doubtful += i64::from(!sound);
            let value = ListValue {
                raw: key.1,
                value,
                doubt: !sound,
            };
            made.fields.insert(field.key.clone(), value);
        }
        for (at, head) in &self.others {
            if !texts[*at].is_empty() {
                made.others.insert(head.clone(), texts[*at].clone());
            }
        }
        let fields = &made.fields;
        made.keys = Keys::of(|key| {
            fields
                .get(key)
                .filter(|field| !field.doubt)
                .map(|field| field.value.as_str())
        });
        // A line that says nothing of a field is a heading, a sum or a signature between rows; it stays in the file.
        own.then_some(made)
    }
}

/// A value written in several columns.
fn joined(kind: FieldKind, parts: &[(Part, usize)], texts: &[String]) -> String {
    let text = |part: Part| {
        parts
            .iter()
            .find(|(own, _)| *own == part)
            .map_or("", |(_, at)| texts[*at].as_str())
    };
    match kind {
        FieldKind::Date => {
            let parts = [text(Part::Day), text(Part::Month), text(Part::Year)];
            let given: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            given.join("/")
        }
        FieldKind::Sex => match (text(Part::Male), text(Part::Female)) {
            ("", "") => String::new(),
            (_, "") => "Nam".to_owned(),
            ("", _) => "Nữ".to_owned(),
            (male, female) => format!("{male} {female}"),
        },
        _ => [text(Part::Family), text(Part::Given)]
            .join(" ")
            .trim()
            .to_owned(),
    }
}

fn read(field: &Field, raw: &str, month_first: bool) -> (String, bool) {
    if field.kind != FieldKind::Date {
        return of_text(field, raw);
    }
    match date(raw, month_first) {
        Some(date) => (date.to_string(), true),
        None => (raw.to_owned(), false),
    }
}

/// A date in any form of lists: as on paper, as eight figures without signs, or with the month first.
fn date(raw: &str, month_first: bool) -> Option<Date> {
    // Excel writes the time of day behind a date that has none.
    let raw = raw
        .split_once(' ')
        .filter(|(_, rest)| rest.contains(':'))
        .map_or(raw, |(day, _)| day);
    let figures: Vec<&str> = raw.split(['/', '-', '.']).map(str::trim).collect();
    if let ([month, day, year], true) = (&figures[..], month_first)
        && month.len() <= 2
    {
        return Date::parse(&format!("{day}/{month}/{year}"));
    }
    Date::parse(raw).or_else(|| {
        let solid = raw.len() == 8 && raw.bytes().all(|byte| byte.is_ascii_digit());
        let number =
            |from: usize, to: usize| raw.get(from..to).and_then(|part| part.parse::<u16>().ok());
        let small = |from, to| number(from, to).and_then(|number| u8::try_from(number).ok());
        if !solid {
            return None;
        }
        Date::new(number(4, 8)?, small(2, 4), small(0, 2))
            .or_else(|| Date::new(number(0, 4)?, small(4, 6), small(6, 8)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_of_lists() {
        let day = |raw: &str, month_first| date(raw, month_first).map(|date| date.to_string());
        for raw in [
            "5/9/1974",
            "05-09-74",
            "05091974",
            "19740905",
            "1974-09-05",
            "5.9.1974",
            "1974-09-05 00:00:00",
        ] {
            assert_eq!(day(raw, false).as_deref(), Some("1974-09-05"), "{raw}");
        }
        assert_eq!(day("9/5/1974", true).as_deref(), Some("1974-09-05"));
        assert_eq!(day("1974-09-05", true).as_deref(), Some("1974-09-05"));
        assert_eq!(day("1974", false).as_deref(), Some("1974"));
        for raw in ["31/02/1974", "99999999", "31/12/9999", "0", "x"] {
            assert_eq!(day(raw, false), None, "{raw}");
        }
    }
}
