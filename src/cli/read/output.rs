//! A page for people to read: its class, then every field with its confidence.

use std::fmt::Write;

use sogoc_workers::class::Classes;
use sogoc_workers::reading::{FieldReading, PageReading, RecordReading};

use super::Page;
use crate::messages::Message;

/// Several lines about one page; values that a person should check are marked `?`.
pub fn page(page: &Page, classes: &Classes) -> String {
    let head = format!("── {} · {}", page.file.display(), page.number);
    match &page.outcome {
        Ok(reading) => format!("{head} · {}", read(reading, classes)),
        Err(failure) => format!(
            "{head} · {}\n   {}\n   {} ({})",
            failure.code(),
            Message::from(failure.kind).vi(),
            Message::from(failure.kind).en(),
            failure.detail
        ),
    }
}

fn read(reading: &PageReading, classes: &Classes) -> String {
    let class = classes.get(&reading.class);
    let name = class.map_or(reading.class.as_str(), |class| &class.label.vi);
    let mut text = format!(
        "{name} ({:.0} %) · {} dpi · {}° · {} ms\n",
        reading.class_confidence * 100.0,
        reading.dpi,
        reading.rotation,
        reading.milliseconds
    );
    if reading.records.is_empty() {
        text.push_str(&reading.text);
    }
    for (index, record) in reading.records.iter().enumerate() {
        if reading.records.len() > 1 {
            writeln!(text, "   {}.", index + 1).expect("writing to text cannot fail");
        }
        fields(&mut text, record, classes);
    }
    text
}

/// In the order of the class, so that the same field is in the same place for every record.
fn fields(text: &mut String, record: &RecordReading, classes: &Classes) {
    let Some(class) = classes.get(&record.class) else {
        for (key, reading) in &record.fields {
            field(text, key, reading);
        }
        return;
    };
    for known in &class.fields {
        if let Some(reading) = record.fields.get(&known.key) {
            field(text, &known.label.vi, reading);
        }
    }
}

fn field(text: &mut String, label: &str, reading: &FieldReading) {
    let mark = if reading.accepted { ' ' } else { '?' };
    let percent = reading.confidence * 100.0;
    let value = if reading.value == reading.raw {
        String::new()
    } else {
        format!("  [{}]", reading.value)
    };
    writeln!(
        text,
        " {mark} {label:<28} {}{value}  {percent:.0} %",
        reading.raw
    )
    .expect("writing to text cannot fail");
}
