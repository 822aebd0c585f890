//! Documents of the index, made of rows: an approved record with the corrections of its register, and a page as read.
//! Both inherit from where they lie.

use std::collections::BTreeMap;

use sogoc_index::{Document, DocumentKind, Number, PartialDate};
use sogoc_workers::class::{Class, FieldKind};
use sogoc_workers::geometry::Turn;

use super::context::{Context, asking_for_reason, regime_of};
use super::places::Places;
use crate::archive::Archive;
use crate::catalogue::JsonText;
use crate::correction::{self, Correction, FieldChange};
use crate::import::IndexedRow;
use crate::record::{Fields, RecordState};

/// A record as it was last published.
#[derive(sqlx::FromRow)]
pub(super) struct PublishedRecord {
    pub position: i64,
    /// Of the record's newest step.
    pub newest: i64,
    pub record_id: String,
    pub state: RecordState,
    pub version: i64,
    #[sqlx(try_from = "JsonText")]
    pub fields: Fields,
    pub class: String,
    #[sqlx(flatten)]
    pub context: Context,
}

/// A page and what was read on it.
#[derive(sqlx::FromRow)]
pub(super) struct ReadPage {
    pub id: String,
    pub scan_id: String,
    pub number: i64,
    pub original_name: String,
    pub class: Option<String>,
    pub text: Option<String>,
    #[sqlx(try_from = "i64")]
    pub rotation: Turn,
    pub width: i64,
    pub height: i64,
    /// Whether it is read and stands: neither failed nor withdrawn.
    #[sqlx(try_from = "crate::catalogue::Flag")]
    pub stands: bool,
    #[sqlx(flatten)]
    pub context: Context,
}

impl ReadPage {
    /// The regime of its words: the strictest of its own class, of the classes of all rows on it, decided or not, and of
    /// what it lies in.
    pub fn regime(&self, archive: &Archive, rows: &[String]) -> String {
        let own = || self.class.iter().chain(rows).map(String::as_str);
        let regime = self.context.regime(&archive.classes, own());
        let asks = own().any(|id| {
            let class = archive.classes.get(id);
            class.is_some_and(|class| class.access.reason)
        });
        match asks {
            true => asking_for_reason(&regime),
            false => regime,
        }
    }

    /// Its document of the index; nothing where it holds no words or does not stand.
    pub fn document(&self, archive: &Archive, rows: &[String]) -> Option<Document> {
        let text = self.text.as_ref().filter(|text| !text.trim().is_empty())?;
        if !self.stands {
            return None;
        }
        let mut document = Document {
            id: self.id.clone(),
            kind: DocumentKind::Page,
            class: self.class.clone().unwrap_or_default(),
            access: self.regime(archive, rows),
            state: self.context.document_state.clone(),
            text: text.clone(),
            ..Document::default()
        };
        inherit(&self.context, &mut document);
        Some(document)
    }
}

fn inherit(context: &Context, document: &mut Document) {
    document.fonds.clone_from(&context.fonds_id);
    document.series.clone_from(&context.series_id);
    document.file.clone_from(&context.file_id);
    document.volume.clone_from(&context.volume_id);
    document.document.clone_from(&context.document_id);
    document.batch = Some(context.batch_id.clone());
    document.shelf_box = context.shelf_box();
    document.year = document.year.or_else(|| context.year());
    if document.school.is_none() {
        document.school = context.school();
    }
}

/// The document of the index of a published record.
pub(super) fn of_record(
    archive: &Archive,
    places: &Places,
    row: PublishedRecord,
    appendix: &[Correction],
) -> Document {
    let today = correction::day_of(archive.clock.now());
    let in_force = correction::overlaid(&row.fields, appendix, row.version, &today);
    let class = archive.classes.get(&row.class);
    let values: BTreeMap<&str, &str> = in_force
        .fields
        .iter()
        .filter(|(_, field)| !field.value.is_empty() && field.value != "-")
        .map(|(key, field)| (key.as_str(), field.value.as_str()))
        .collect();
    let corrected = !appendix.is_empty();
    let mut document = Document {
        id: row.record_id,
        access: row.context.regime(&archive.classes, [row.class.as_str()]),
        state: Some(if corrected { "corrected" } else { "approved" }.into()),
        text: printed_and_normalised(&in_force.fields),
        stored: serde_json::json!({ "class": row.class, "fields": values }),
        class: row.class,
        ..Document::default()
    };
    if let Some(class) = class {
        sort_values(class, &values, &mut document);
        for change in appendix.iter().flat_map(|correction| &correction.changes) {
            add_other_values(class, change, &mut document);
        }
    }
    find_places(places, &mut document);
    inherit(&row.context, &mut document);
    document
}

/// The document of the index of a row of a list: what it says as written and as understood, found as a register's row is.
pub(super) fn of_list_row(archive: &Archive, places: &Places, row: IndexedRow) -> Document {
    let class = archive.classes.get(&row.class);
    let values: BTreeMap<&str, &str> = row
        .fields
        .iter()
        .filter(|(_, field)| !field.value.is_empty() && field.value != "-")
        .map(|(key, field)| (key.as_str(), field.value.as_str()))
        .collect();
    let mut words = Vec::new();
    for field in row.fields.values() {
        words.push(field.raw.as_str());
        if field.value != field.raw {
            words.push(field.value.as_str());
        }
    }
    let mut document = Document {
        kind: DocumentKind::ListRow,
        access: regime_of(class).to_owned(),
        state: Some("from_list".into()),
        text: words.join("\n"),
        stored: serde_json::json!({ "class": row.class, "fields": values }),
        ..Document::default()
    };
    if let Some(class) = class {
        sort_values(class, &values, &mut document);
    }
    find_places(places, &mut document);
    document.id = row.id;
    document.class = row.class;
    document
}

/// A place is found under every name it bore.
fn find_places(places: &Places, document: &mut Document) {
    let Some(place) = &document.place else {
        return;
    };
    let related = places.related(place);
    document.other_places = related.names;
    if let Some(today) = related.today {
        document.facets.insert("province".into(), today);
    }
}

/// A corrected record is found by the printed value and by the value of the decision, in force or not yet.
fn add_other_values(class: &Class, change: (&String, &FieldChange), document: &mut Document) {
    let (key, change) = change;
    let Some(field) = class.field(key) else {
        return;
    };
    for value in [&change.before, &change.after] {
        document.text.push('\n');
        document.text.push_str(value);
        match field.kind {
            FieldKind::Name if document.name.as_ref() != Some(value) => {
                document.other_names.push(value.clone());
            }
            FieldKind::Number => document.numbers.push(Number {
                key: key.clone(),
                text: value.clone(),
            }),
            FieldKind::Date => {
                let date = PartialDate::parse(value).map(|date| (key.clone(), date));
                document.dates.extend(date);
            }
            _ => {}
        }
    }
}

/// The printed and the normalised values, because a clerk may type either.
fn printed_and_normalised(fields: &Fields) -> String {
    let mut words = Vec::new();
    for field in fields.values() {
        words.push(field.raw.as_str());
        if field.value != field.raw {
            words.push(field.value.as_str());
        }
    }
    words.join("\n")
}

/// Puts every value into the part of the document that its kind is searched by.
fn sort_values(class: &Class, values: &BTreeMap<&str, &str>, document: &mut Document) {
    for field in &class.fields {
        let Some(value) = values
            .get(field.key.as_str())
            .map(|value| (*value).to_owned())
        else {
            continue;
        };
        match field.kind {
            FieldKind::Name if document.name.is_none() => document.name = Some(value),
            FieldKind::Number => {
                document.numbers.push(Number {
                    key: field.key.clone(),
                    text: value,
                });
            }
            FieldKind::Date => {
                if let Some(date) = PartialDate::parse(&value) {
                    document.dates.push((field.key.clone(), date));
                }
            }
            FieldKind::Place if document.place.is_none() => document.place = Some(value),
            FieldKind::School if document.school.is_none() => document.school = Some(value),
            FieldKind::Year if document.year.is_none() => document.year = value.parse().ok(),
            // The index's own names of its facets.
            FieldKind::Sex => _ = document.facets.insert("sex".into(), value),
            FieldKind::Ethnic => _ = document.facets.insert("ethnic".into(), value),
            FieldKind::Grade => _ = document.facets.insert("grade".into(), value),
            _ => {}
        }
    }
}
