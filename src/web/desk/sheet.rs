//! The sheet of one record: its fields in the order of the class, and where each stands on the
//! upright page.

use sogoc_workers::class::{Class, Field, FieldKind};
use sogoc_workers::reading::FieldReading;

use super::sent::Sent;
use crate::error::Fault;
use crate::page::PageView;
use crate::record::RecordView;
use crate::web::labels::spoken_date;

/// One line of the sheet.
#[derive(Debug)]
pub struct Entry {
    /// Key of the field.
    pub key: String,
    /// As printed, as the machine read it.
    pub raw: String,
    /// What the box shows.
    pub value: String,
    /// What the box showed when the page was opened.
    pub original: String,
    /// How sure reading was of it, in percent.
    pub confidence: i64,
    /// True when a person should look.
    pub doubtful: bool,
    /// True when nothing was read.
    pub missing: bool,
    /// True when a pen's line runs through it on paper.
    pub struck: bool,
    /// True when something is written there that could not be read.
    pub unread: bool,
    /// A record without it is not complete.
    pub mandatory: bool,
    /// `x,y,width,height` on the upright page; empty when unknown.
    pub spot: String,
    /// Where it stands on another page of the document: address of that page's picture, and of the part of it.
    pub elsewhere: Option<[String; 2]>,
    /// What is wrong with what was typed.
    pub fault: Option<Fault>,
    /// True when the person went to it already.
    pub visited: bool,
    /// What somebody else saved meanwhile, where this person typed something else.
    pub theirs: Option<String>,
    /// True when somebody else changed it meanwhile and this person did not.
    pub moved: bool,
    /// True for the first of those that are not doubtful, where doubtful ones stand before it.
    pub heads_others: bool,
}

/// Fields in the order of the class, then those the class does not know.
pub fn entries(
    class: Option<&Class>,
    record: &RecordView,
    page: &PageView,
    faults: &[Fault],
) -> Vec<Entry> {
    let known = class
        .map(|class| class.fields.as_slice())
        .unwrap_or_default();
    let others = record
        .fields
        .keys()
        .filter(|key| known.iter().all(|field| field.key != **key))
        .map(|key| (key.as_str(), None));
    known
        .iter()
        .map(|field| (field.key.as_str(), Some(field)))
        .chain(others)
        .map(|(key, field)| {
            let reading = record.fields.get(key);
            let mut entry = entry(key, field, reading, page, record.state == "approved");
            let pointer = format!("/fields/{key}");
            entry.fault = faults
                .iter()
                .find(|fault| fault.pointer == pointer)
                .cloned();
            entry
        })
        .collect()
}

/// Lays what a person typed over the entries; where they were `overtaken`, what somebody else saved of a field stands
/// beside it.
pub fn lay_typed(entries: &mut [Entry], sent: &Sent, overtaken: bool) {
    for entry in entries {
        entry.visited = sent.visited.contains(&entry.key);
        let before = sent.before.get(&entry.key);
        let moved = overtaken && before.is_some_and(|before| *before != entry.original);
        match sent.changes.get(&entry.key) {
            Some(mine) => {
                let other = moved && *mine != entry.original;
                entry.theirs = other.then(|| entry.original.clone());
                entry.value.clone_from(mine);
            }
            None if moved => {
                entry.moved = true;
                // What they went to is no longer what stands there.
                entry.visited = false;
            }
            None => {}
        }
    }
}

fn entry(
    key: &str,
    field: Option<&Field>,
    reading: Option<&FieldReading>,
    page: &PageView,
    approved: bool,
) -> Entry {
    let mandatory = field.is_some_and(|field| field.mandatory);
    let date = field.is_some_and(|field| field.kind == FieldKind::Date);
    let value = reading.map_or("", |reading| reading.value.as_str());
    let value = if date {
        spoken_date(value)
    } else {
        value.to_owned()
    };
    let here = reading.filter(|reading| reading.page.is_none());
    let spot = here.and_then(|reading| reading.bounds);
    Entry {
        key: key.to_owned(),
        raw: reading.map_or_else(String::new, |reading| reading.raw.clone()),
        original: value.clone(),
        value,
        confidence: percent(reading.map_or(0.0, |reading| reading.confidence)),
        doubtful: !approved && reading.map_or(mandatory, |reading| !reading.accepted),
        missing: reading.is_none(),
        struck: reading.is_some_and(|reading| reading.struck),
        unread: reading.is_some_and(|reading| reading.value.is_empty() && !reading.accepted),
        mandatory,
        spot: spot.map_or_else(String::new, |spot| {
            page.upright(spot).map(|side| side.to_string()).join(",")
        }),
        elsewhere: reading.and_then(elsewhere),
        fault: None,
        visited: false,
        theirs: None,
        moved: false,
        heads_others: false,
    }
}

fn elsewhere(reading: &FieldReading) -> Option<[String; 2]> {
    let whole = format!("/trang/{}/anh.jpg?max=2400", reading.page.as_ref()?);
    let part = match reading.bounds {
        None => whole.clone(),
        Some([x, y, wide, high]) => format!("{whole}&crop={x},{y},{wide},{high}"),
    };
    Some([whole, part])
}

fn percent(confidence: f64) -> i64 {
    // A probability times a hundred fits any integer.
    #[allow(clippy::cast_possible_truncation)]
    let percent = (confidence.clamp(0.0, 1.0) * 100.0).round() as i64;
    percent
}
