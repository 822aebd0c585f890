//! Which column holds which field: as the map of the volume says, else by its header words, what stands in its
//! cells and beside it.

mod assignment;
mod data_rows;
mod header;
mod likeness;
mod named;
mod neighbours;
mod people;
mod seen;
mod shown;
mod usage;
mod values;

use crate::class::{Class, Field, FieldKind, OtherKind};
use crate::confidence::ColumnTrust;
use crate::layout::{Row, TableLayout};
use crate::word::Word;
use assignment::{Assigned, assign};
pub(crate) use named::Named;
pub(crate) use people::shows_people;
use shown::Shown;
use usage::Phrases;
pub(crate) use usage::Usage;
use values::{Values, fit};

/// Likeness (0 to 1) to a field's words from which a header cell names it.
const CLEAR: f64 = 0.85;

/// What the columns of a table hold.
pub(crate) struct Columns<'c> {
    /// The word of each column in a map: as the map says, else what it seems to hold.
    pub fields: Vec<Option<String>>,
    /// The fields that are read, from left to right.
    pub named: Vec<Named<'c>>,
    /// The rows that hold a person.
    pub data_rows: Vec<usize>,
    /// How many of its columns are explained as fields, each counted as far as it is.
    pub explained: f64,
    /// How far the table was understood, 0 to 1: 1 for one whose columns a person has named.
    pub understood: f64,
}

impl<'c> Columns<'c> {
    /// Names the columns by the map they were laid out by, else by their headers and values. `None` where the page
    /// itself contradicts the map.
    pub fn of(class: &'c Class, layout: &TableLayout<'_>, rows: &[Row]) -> Option<Self> {
        let phrases = Phrases::of(class);
        let first = header::first_data_row(&phrases, rows);
        let (mut usages, mut shown) = match layout.map {
            Some(map) => {
                let usages = mapped(class, &map.fields);
                if contradicts(&phrases, rows, first, &usages, layout.is_ruled) {
                    return None;
                }
                (usages, None)
            }
            None => {
                let Assigned { usages, shown } =
                    assign(&phrases, rows, first, &layout.grid.widths());
                (usages, Some(shown))
            }
        };
        if let Some(shown) = &mut shown {
            neighbours::judge(&mut usages, shown, &rows[first.min(rows.len())..]);
        }
        if let Some(shown) = &mut shown {
            nameless(class, &mut usages, shown, &rows[first.min(rows.len())..]);
            lone_place(class, &mut usages, shown, &rows[first.min(rows.len())..]);
        }
        let mut named = named(&usages, shown.as_deref());
        let has_name = named
            .iter()
            .any(|named| named.field.kind == FieldKind::Name);
        let data_rows = match has_name {
            true => data_rows::people(&named, first, rows),
            false => Vec::new(),
        };
        let explained = named
            .iter()
            .map(|named| named.trust.header.max(named.trust.fits / 2.0))
            .sum();
        let understood = shown.map_or(1.0, |shown| understood(&usages, &shown, rows, &data_rows));
        for named in &mut named {
            named.trust.table = understood;
        }
        Some(Self {
            fields: usages.iter().map(|usage| usage.key()).collect(),
            named,
            data_rows,
            explained,
            understood,
        })
    }
}

/// This many headers make a table one of people though none names them.
const HEADED: usize = 3;
/// From this many rows on what stands in them needs no header.
const MANY: usize = 8;
/// The share of rows with words in a column that may be theirs.
const WORDED: f64 = 0.5;

/// Takes the column nobody knows that holds most words for the names, in a table whose header names other columns: its rows
/// are people, whoever they are. Nothing of it is trusted.
fn nameless<'c>(class: &'c Class, usages: &mut [Usage<'c>], shown: &mut [Shown], body: &[Row]) {
    let is_name = |usage: &Usage<'_>| matches!(usage, Usage::Field(field, _) if field.kind == FieldKind::Name);
    let headed = shown.iter().filter(|shown| shown.header >= CLEAR).count();
    let Some(field) = class
        .fields
        .iter()
        .find(|field| field.kind == FieldKind::Name)
    else {
        return;
    };
    // Many rows with a number or a date that is told by itself are rows of something, and here of people.
    let told = usages.iter().zip(shown.iter()).any(|(usage, shown)| {
        let kind = match usage {
            Usage::Field(field, _) => Some(field.kind),
            _ => None,
        };
        matches!(kind, Some(FieldKind::Number | FieldKind::Date)) && shown.fits >= WORDED
    });
    let many = body.len() >= MANY && told;
    if headed < HEADED && !many || usages.iter().any(is_name) {
        return;
    }
    let worded = |column: usize| {
        Values::of(body, column).share_of_rows(|value| {
            // The running number may have no border of its own.
            let value = value.trim_start_matches(|c: char| !c.is_alphabetic());
            let letters = value.chars().filter(|c| c.is_alphabetic()).count();
            letters >= 5 && value.contains(' ') && !value.chars().any(|c| c.is_ascii_digit())
        })
    };
    // What recipients signed in is no column of words: a header that is like its own names another.
    let is_open = |at: &usize| match usages[*at] {
        Usage::Unknown => true,
        Usage::Other(other) => other.kind == OtherKind::Signature,
        _ => false,
    };
    let likeliest = (0..usages.len())
        .filter(is_open)
        .map(|column| (worded(column), column))
        .filter(|(share, _)| *share >= WORDED)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, column)) = likeliest {
        usages[column] = Usage::Field(field, None);
        shown[column] = Shown::default();
    }
}

/// Takes the only column of places that no header names for the birthplaces, where the class has such a field and nothing
/// else is it: what stands there is proposed, and trusted by nobody.
fn lone_place<'c>(class: &'c Class, usages: &mut [Usage<'c>], shown: &mut [Shown], body: &[Row]) {
    let of_places = |field: &&Field| field.kind == FieldKind::Place && !field.columns.is_empty();
    let mut fields = class.fields.iter().filter(of_places);
    let (Some(field), None) = (fields.next(), fields.next()) else {
        return;
    };
    let is_place =
        |usage: &Usage<'_>| matches!(usage, Usage::Field(own, _) if own.key == field.key);
    if usages.iter().any(is_place) {
        return;
    }
    let usage = Usage::Field(field, None);
    let holds = |column: &usize| {
        let values = Values::of(body, *column);
        let filled = values.filling() >= WORDED;
        matches!(usages[*column], Usage::Unknown) && filled && fit(usage, &values) >= Some(WORDED)
    };
    let mut open = (0..usages.len()).filter(holds);
    if let (Some(column), None) = (open.next(), open.next()) {
        usages[column] = usage;
        shown[column] = Shown::default();
    }
}

/// The columns as a map names them.
fn mapped<'c>(class: &'c Class, fields: &[Option<String>]) -> Vec<Usage<'c>> {
    let usage = |key: &Option<String>| Usage::of_key(class, key.as_deref()?);
    fields
        .iter()
        .map(|key| usage(key).unwrap_or(Usage::Unknown))
        .collect()
}

/// The fields among the usages, each with its columns, trusted as far as the least sure of them.
fn named<'c>(usages: &[Usage<'c>], shown: Option<&[Shown]>) -> Vec<Named<'c>> {
    let mut named: Vec<Named<'c>> = Vec::new();
    for (column, usage) in usages.iter().enumerate() {
        let Usage::Field(field, part) = usage else {
            continue;
        };
        let trust = shown.map_or(ColumnTrust::CONFIRMED, |shown| shown[column].trust());
        match named.iter_mut().find(|known| known.field.key == field.key) {
            Some(known) => {
                known.columns.push((column, *part));
                known.trust = known.trust.least(trust);
            }
            None => named.push(Named {
                field,
                columns: vec![(column, *part)],
                trust,
            }),
        }
    }
    named
}

/// How far a table was understood, 0 to 1. A column nobody knows may hold the rest of its neighbour's values, and a
/// record without its name or its date was hardly seen.
fn understood(usages: &[Usage<'_>], shown: &[Shown], rows: &[Row], data_rows: &[usize]) -> f64 {
    if data_rows.is_empty() {
        return 0.0;
    }
    let body: Vec<Row> = data_rows.iter().map(|row| rows[*row].clone()).collect();
    let weight = |column: usize| Values::of(&body, column).filling().max(0.1);
    let (mut sum, mut all) = (0.0, 0.0);
    for (column, (usage, shown)) in usages.iter().zip(shown).enumerate() {
        if matches!(usage, Usage::Empty) {
            continue;
        }
        let weight = weight(column);
        sum += shown.explained * weight;
        all += weight;
    }
    let columns = if all > 0.0 { sum / all } else { 0.0 };
    let weakest = |kind: FieldKind| {
        let of_kind = |(usage, _): &(&Usage<'_>, &Shown)| matches!(usage, Usage::Field(field, _) if field.kind == kind);
        let own = usages
            .iter()
            .zip(shown)
            .filter(of_kind)
            .map(|(_, shown)| shown.explained);
        own.reduce(f64::min).unwrap_or(0.5)
    };
    let strange = 0.4 + 0.6 * columns;
    strange * weakest(FieldKind::Name).sqrt() * weakest(FieldKind::Date).sqrt()
}

/// Whether a page's own header clearly names columns otherwise than a map does, or, where no rules tell
/// the columns, what stands in them is not what the map says: another layout.
fn contradicts(
    phrases: &Phrases<'_>,
    rows: &[Row],
    first: usize,
    map: &[Usage<'_>],
    ruled: bool,
) -> bool {
    let otherwise = map.iter().enumerate().filter(|(column, usage)| {
        let Usage::Field(field, part) = usage else {
            return false;
        };
        let header = header::text(&rows[..first], *column);
        let own = usage
            .header_likeness(&header)
            .max(Usage::Field(field, None).header_likeness(&header));
        let named = phrases.strongest(&header) >= CLEAR && own < phrases.strongest(&header) - 0.3;
        let foreign =
            !ruled && part.is_none() && is_foreign(**usage, field, &rows[first..], *column);
        named || foreign
    });
    otherwise.count() >= 2
}

/// Whether a column of names or dates holds hardly any.
fn is_foreign(usage: Usage<'_>, field: &Field, rows: &[Row], column: usize) -> bool {
    let values = Values::of(rows, column);
    let typed = matches!(field.kind, FieldKind::Name | FieldKind::Date);
    typed
        && values.filling() * rows.len() as f64 >= 4.0
        && fit(usage, &values).is_some_and(|fits| fits < 0.2)
}

/// How many rows at the top are headers, as far as they were recognised.
pub(crate) fn header_rows(class: &Class, rows: &[Row]) -> usize {
    header::first_data_row(&Phrases::of(class), rows).min(header::HEADER_ROWS)
}

/// How much words are like the header of any column of the class, 0 to 1.
pub(crate) fn header_strength(class: &Class, words: &[Word]) -> f64 {
    Phrases::of(class).strongest(&crate::layout::lines::joined(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::layout::lines::tests::word;

    /// What is taken for the second column, under a header that clearly names this many of the three behind it.
    fn second(headed: usize, cells: [&str; 3]) -> Option<String> {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let mut usages = [Usage::Unknown; 5];
        let mut shown = [Shown::default(); 5];
        for (usage, key) in usages[2..]
            .iter_mut()
            .zip(["ngay_sinh", "gioi_tinh", "xep_loai"])
        {
            *usage = Usage::Field(class.field(key).unwrap(), None);
        }
        shown[2..2 + headed]
            .iter_mut()
            .for_each(|shown| shown.header = 1.0);
        let cell = |text: &str| text.split(' ').map(|part| word(part, 0, 0)).collect();
        let row = |text: &&str| {
            [*text; 2]
                .map(&cell)
                .into_iter()
                .chain([const { Vec::new() }; 3])
                .collect()
        };
        let mut body: Vec<Row> = cells.iter().map(row).collect();
        body.iter_mut().for_each(|row| row[0] = cell("7"));
        nameless(class, &mut usages, &mut shown, &body);
        usages[1].key()
    }

    #[test]
    fn a_column_of_words_under_the_header_of_signatures_is_the_names() {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let mut others = class.other_columns.iter();
        let signed = others.find(|own| own.kind == OtherKind::Signature);
        let mut usages = [
            Usage::Other(signed.unwrap()),
            Usage::Field(class.field("ngay_sinh").unwrap(), None),
        ];
        let mut shown = [Shown::default(); 2];
        shown[1].fits = 1.0;
        let cell = |text: &str| text.split(' ').map(|part| word(part, 0, 0)).collect();
        let row = || vec![cell("Lê Thị Nga"), cell("05/09/1974")];
        let body: Vec<Row> = std::iter::repeat_with(row).take(8).collect();
        nameless(class, &mut usages, &mut shown, &body);
        assert_eq!(usages[0].key().as_deref(), Some("ho_ten"));
    }

    #[test]
    fn the_column_of_words_is_the_names_where_the_others_are_clearly_people() {
        let people = ["lê thj n9a", "hồ văm tầm", "Z vỡ bịch"];
        assert_eq!(second(3, people).as_deref(), Some("ho_ten"));
        assert_eq!(second(2, people), None, "the header says too little");
        assert_eq!(second(3, ["12 34", "x9 y8", "5/6 7"]), None, "no words");
    }
}
