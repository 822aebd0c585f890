//! What a person typed, in the normal form of its field's kind, beside what is printed.

use std::collections::BTreeMap;

use sogoc_workers::class::{Class, FieldKind};
use sogoc_workers::dates::Date;
use sogoc_workers::reading::FieldReading;

use super::Fields;
use crate::error::{Error, Fault, Result};
use crate::messages::{Message, Value};

/// Longest value a person may type.
const LONGEST_VALUE: usize = 2000;

pub(crate) fn missing_mandatory(class: Option<&Class>, fields: &Fields) -> Vec<String> {
    let Some(class) = class else {
        return Vec::new();
    };
    let present = |key: &str| {
        fields
            .get(key)
            .is_some_and(|field| !field.value.trim().is_empty())
    };
    let mandatory = class
        .fields
        .iter()
        .filter(|field| field.mandatory && !present(&field.key));
    mandatory.map(|field| field.label.vi.clone()).collect()
}

/// Puts the person's values beside what was printed; every fault is reported, not only the first.
pub(crate) fn apply(
    class: Option<&Class>,
    fields: &mut Fields,
    changes: &BTreeMap<String, String>,
) -> Result<()> {
    let mut faults = Vec::new();
    for (key, value) in changes {
        match normalised(class, key, value) {
            Ok(normalised) => {
                let raw = fields
                    .get(key)
                    // A field that was never read has nothing printed, so what was typed stands in
                    // its place.
                    .map_or_else(|| tidied(value), |field| field.raw.clone());
                let bounds = fields.get(key).and_then(|field| field.bounds);
                let corrected = FieldReading {
                    raw,
                    value: normalised,
                    confidence: 1.0,
                    // What a person typed beside the image is not in doubt.
                    accepted: true,
                    bounds,
                    struck: false,
                    page: None,
                    evidence: None,
                };
                fields.insert(key.clone(), corrected);
            }
            Err(message) => faults.push(Fault::new(format!("/fields/{key}"), message)),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(faults))
    }
}

fn tidied(typed: &str) -> String {
    sogoc_vietnamese::composed(typed.trim())
}

/// The fields' names as people call them, in both languages; `None` where there are no keys.
pub(crate) fn labels<'a>(
    class: Option<&Class>,
    keys: impl IntoIterator<Item = &'a str>,
) -> Option<Value> {
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for key in keys {
        let label = class
            .and_then(|class| class.field(key))
            .map(|field| &field.label);
        vi.push(label.map_or(key, |label| label.vi.as_str()));
        en.push(label.map_or(key, |label| label.en.as_str()));
    }
    (!vi.is_empty()).then(|| Value::pair(vi.join(", "), en.join(", ")))
}

/// A typed value in its normal form, by the kind of the field; or what is wrong with it, Vietnamese
/// first.
pub(crate) fn normalised(
    class: Option<&Class>,
    key: &str,
    typed: &str,
) -> std::result::Result<String, Message> {
    let value = tidied(typed);
    let Some(field) = class.and_then(|class| class.field(key)) else {
        return Err("faults.value.no_such_field".into());
    };
    let wrong = |key| {
        let label = Value::pair(&field.label.vi, &field.label.en);
        Message::new(key).with("field", label)
    };
    if value.chars().count() > LONGEST_VALUE || value.chars().any(char::is_control) {
        return Err(wrong("faults.value.too_long"));
    }
    // A dash and nothing are answers of the register, not dates.
    if field.kind != FieldKind::Date || value == "-" || value.is_empty() {
        return Ok(value);
    }
    Date::parse(&value)
        .map(|date| date.to_string())
        .ok_or_else(|| wrong("faults.value.not_a_date"))
}
