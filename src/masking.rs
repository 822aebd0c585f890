//! What of a record's values a reader without standing sees: each class says it of each of its fields, and the role
//! says who is such a reader.

use std::collections::BTreeMap;

use sogoc_workers::class::{FieldKind, Masking};
use sogoc_workers::reading::FieldReading;

use crate::access::{Act, Caller, CallerKind, may};
use crate::archive::Archive;

/// Stands for what is not shown.
pub const MASK: &str = "•••";
/// Characters of a number that are shown.
const SHOWN_OF_NUMBER: usize = 3;

/// Whether values are masked for this caller.
pub fn applies_to(caller: &Caller) -> bool {
    !may(caller, Act::SeePersonalData)
}

/// Masks the values of a record of `class`, as printed and as normalised.
pub fn mask_fields(
    archive: &Archive,
    caller: &Caller,
    class: &str,
    fields: &mut BTreeMap<String, FieldReading>,
) {
    if !applies_to(caller) {
        return;
    }
    for (key, field) in fields {
        field.raw = masked(archive, class, key, &field.raw);
        field.value = masked(archive, class, key, &field.value);
    }
}

/// As [`mask_fields`], in a list: of a class that asks for a reason nobody sees more there than a reader without standing,
/// for a list is opened without one.
pub fn mask_listed(
    archive: &Archive,
    caller: &Caller,
    class: &str,
    fields: &mut BTreeMap<String, FieldReading>,
) {
    // A list is read to find somebody and not to know them; the record itself asks for the reason
    // and then shows more.
    let everybody = asks_for_reason(archive, class) && caller.kind != CallerKind::Machine;
    if everybody || applies_to(caller) {
        for (key, field) in fields {
            field.raw = masked(archive, class, key, &field.raw);
            field.value = masked(archive, class, key, &field.value);
        }
    }
}

fn asks_for_reason(archive: &Archive, class: &str) -> bool {
    archive
        .classes
        .get(class)
        .is_some_and(|class| class.access.reason)
}

/// As [`mask_listed`], of values without their readings.
pub fn mask_values(
    archive: &Archive,
    caller: &Caller,
    class: &str,
    values: &mut BTreeMap<String, String>,
) {
    let everybody = asks_for_reason(archive, class) && caller.kind != CallerKind::Machine;
    if everybody || applies_to(caller) {
        for (key, value) in values {
            *value = masked(archive, class, key, value);
        }
    }
}

/// One value as a reader without standing sees it. What no class knows is shown to nobody.
pub fn masked(archive: &Archive, class: &str, key: &str, value: &str) -> String {
    let field = archive
        .classes
        .get(class)
        .and_then(|class| class.field(key));
    match field.map(|field| (field.masking, field.kind)) {
        // Nothing stays nothing: a mask over an empty value would claim that there is one.
        _ if value.is_empty() => String::new(),
        Some((Masking::None, _)) => value.to_owned(),
        Some((Masking::Partial, kind)) => hint(kind, value),
        Some((Masking::Hidden, _)) | None => MASK.to_owned(),
    }
}

/// A hint at a value: the year of a date, the end of a number, the initials of a name.
pub fn hint(kind: FieldKind, value: &str) -> String {
    match kind {
        FieldKind::Date => year_of(value).unwrap_or(MASK).to_owned(),
        FieldKind::Number => end_of(value),
        FieldKind::Name => {
            let initials = value
                .split_whitespace()
                .filter_map(|word| word.chars().next());
            let initials: Vec<String> = initials.map(|letter| format!("{letter}•")).collect();
            initials.join(" ")
        }
        _ => MASK.to_owned(),
    }
}

/// The first run of exactly four digits.
fn year_of(value: &str) -> Option<&str> {
    // Exactly four, because a number of five digits that begins like a year is none.
    value
        .split(|letter: char| !letter.is_ascii_digit())
        .find(|run| run.len() == 4)
}

fn end_of(value: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    match letters.len().checked_sub(SHOWN_OF_NUMBER) {
        // Of a short number the end would be most of it.
        Some(hidden) if hidden >= SHOWN_OF_NUMBER => {
            let end: String = letters[hidden..].iter().collect();
            format!("{MASK}{end}")
        }
        _ => MASK.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_says_less_than_the_value() {
        assert_eq!(hint(FieldKind::Date, "1975-03-12"), "1975");
        assert_eq!(hint(FieldKind::Date, "12/03/1975"), "1975");
        assert_eq!(hint(FieldKind::Date, "12/3/75"), MASK);
        assert_eq!(hint(FieldKind::Number, "A 1234567"), "•••567");
        assert_eq!(hint(FieldKind::Number, "12345"), MASK);
        assert_eq!(hint(FieldKind::Name, "Trần Thị Mẫu"), "T• T• M•");
        assert_eq!(hint(FieldKind::Place, "Quảng Ngãi"), MASK);
    }
}
