//! Numbers down a column are written alike: blanks the engine lost or saw are put as most rows have
//! them. Letters and digits are never touched.

use std::collections::BTreeMap;

use crate::class::{Class, FieldKind};
use crate::reading::RecordReading;

/// Puts blanks within numbers as more than half of the column has them.
pub(super) fn even_out(records: &mut [RecordReading], class: &Class) {
    for field in class
        .fields
        .iter()
        .filter(|field| field.kind == FieldKind::Number)
    {
        let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
        for reading in records
            .iter()
            .filter_map(|record| record.fields.get(&field.key))
        {
            *shapes.entry(shape(&reading.raw)).or_default() += 1;
        }
        let Some((usual, _)) = shapes
            .iter()
            .max_by_key(|(shape, count)| (**count, shape.len()))
        else {
            continue;
        };
        for reading in records
            .iter_mut()
            .filter_map(|record| record.fields.get_mut(&field.key))
        {
            if let Some(raw) = respaced(&reading.raw, usual) {
                reading.raw = raw;
            }
        }
    }
}

/// Digits as `9`, letters as `A`, the rest as it is.
fn shape(text: &str) -> String {
    let class = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_alphabetic() => 'A',
        other => other,
    };
    text.chars().map(class).collect()
}

/// The text with blanks where `usual` has them; `None` where more than blanks differ.
fn respaced(text: &str, usual: &str) -> Option<String> {
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    if shape(text) == usual || solid(&shape(text)) != solid(usual) {
        return None;
    }
    let letters = solid(text);
    let mut letters = letters.chars();
    usual
        .chars()
        .map(|c| if c == ' ' { Some(' ') } else { letters.next() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blanks_are_moved() {
        assert_eq!(
            respaced("B0825111", "A 9999999").as_deref(),
            Some("B 0825111")
        );
        assert_eq!(respaced("0825111", "A 9999999"), None);
        assert_eq!(respaced("B 0825111", "A 9999999"), None);
        assert_eq!(
            respaced("12 3/THCS", "999/AAAA").as_deref(),
            Some("123/THCS")
        );
    }
}
