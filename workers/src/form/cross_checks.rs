//! What fields of one record say about each other.

use std::collections::BTreeMap;

use crate::class::Field;
use crate::reading::FieldReading;
use crate::values::amounts;

/// From here on figures that their words repeat are accepted.
const PROVEN: f64 = 0.97;

/// What equal figures and words leave of the doubt in either.
const BOTH_WAYS: f64 = 0.1;

/// Adds values that follow from others, and holds amounts in figures against those in words.
pub(super) fn check(field: &Field, found: &mut BTreeMap<String, FieldReading>) {
    if let Some(implied) = &field.implied
        && !found.contains_key(&field.key)
        && let Some(by) = found
            .get(&implied.by)
            .filter(|by| by.raw.starts_with(&implied.opening))
    {
        let follows = FieldReading {
            raw: implied.value.clone(),
            value: implied.value.clone(),
            confidence: by.confidence.min(0.9),
            accepted: false,
            bounds: None,
            struck: false,
            page: None,
            evidence: None,
        };
        found.insert(field.key.clone(), follows);
    }
    if let Some(words) = &field.in_words {
        amount(&field.key, words, found);
    }
}

fn amount(figures: &str, words: &str, found: &mut BTreeMap<String, FieldReading>) {
    let said = found
        .get(words)
        .and_then(|words| amounts::value(&words.raw));
    let (Some(said), Some(printed)) = (said, found.get(figures)) else {
        return;
    };
    if printed.value == said.to_string() {
        for key in [figures, words] {
            if let Some(reading) = found.get_mut(key) {
                reading.confidence = 1.0 - (1.0 - reading.confidence) * BOTH_WAYS;
            }
        }
        // The figures are proven; of the words only their sense is.
        if let Some(reading) = found.get_mut(figures) {
            reading.accepted = reading.confidence >= PROVEN;
        }
        return;
    }
    let better = amounts::one_digit_off(&printed.raw, said);
    if let Some(reading) = found.get_mut(figures) {
        reading.accepted = false;
        if let Some(better) = better {
            reading.raw = better;
            reading.value = said.to_string();
        } else {
            reading.confidence /= 2.0;
        }
    }
    if let Some(reading) = found.get_mut(words) {
        reading.accepted = false;
    }
}

#[cfg(test)]
mod tests {
    use crate::class::Classes;
    use crate::form::{cross_check, fields};
    use crate::layout::lines::lines;
    use crate::layout::lines::tests::page;

    fn read(class: &str, text: &[&str], key: &str) -> Option<(String, bool, bool)> {
        let classes = Classes::load(None).unwrap();
        let class = classes.get(class).unwrap();
        let mut found = fields(class, &lines(&page(text)), None);
        cross_check(class, &mut found);
        let field = found.get(key)?;
        Some((field.raw.clone(), field.accepted, field.bounds.is_some()))
    }

    #[test]
    fn figures_and_words_of_an_amount_prove_each_other() {
        let sheet = [
            "Tổng cộng: 56.114.000",
            "Bằng chữ: Năm mươi sáu triệu một trăm mười bốn nghìn đồng",
        ];
        assert_eq!(
            read("tai_chinh", &sheet, "tong_cong"),
            Some(("56.114.000".into(), true, true))
        );
        let slip = ["Tổng cộng: 96.114.000", sheet[1]];
        assert_eq!(
            read("tai_chinh", &slip, "tong_cong"),
            Some(("56.114.000".into(), false, true))
        );
        let other = ["Tổng cộng: 12.000.000", sheet[1]];
        assert_eq!(
            read("tai_chinh", &other, "tong_cong"),
            Some(("12.000.000".into(), false, true))
        );
    }

    #[test]
    fn a_letter_has_no_name_of_its_kind() {
        let letter = ["Số: 12/SGDĐT-VP", "V/v báo cáo tình hình"];
        assert_eq!(
            read("tai_lieu", &letter, "loai"),
            Some(("CÔNG VĂN".into(), false, false))
        );
        assert_eq!(read("tai_lieu", &["Số: 12/SGDĐT-VP"], "loai"), None);
    }
}
