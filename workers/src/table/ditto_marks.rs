//! Marks that stand for "as above": `nt`, `-nt-`, `〃`, `"`. They stay as printed; what they mean is
//! the value of the row above, which a person confirms.

use crate::class::FieldKind;
use crate::layout::lines::joined;
use crate::reading::FieldReading;
use crate::word::Word;

/// A resolved mark is never surer than this share of the value it repeats.
const SHARE: f64 = 0.8;

/// The mark these words are, as printed; only in columns whose values repeat.
pub(super) fn mark(kind: FieldKind, words: &[Word]) -> Option<String> {
    let repeats = !matches!(kind, FieldKind::Name | FieldKind::Number | FieldKind::Date);
    let text = joined(words);
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !"-–—_.".contains(*c))
        .collect();
    let quotes = [
        "\"", "”", "“", "〃", "''", "’’", "‘‘", ",,", "„", "//", "´´",
    ];
    let is_mark = bare.to_lowercase() == "nt" || quotes.contains(&bare.as_str());
    (repeats && is_mark).then_some(text)
}

/// The reading of a mark below that value.
pub(super) fn resolved(mark: String, above: &FieldReading) -> FieldReading {
    FieldReading {
        raw: mark,
        value: above.value.clone(),
        confidence: above.confidence * SHARE,
        accepted: false,
        bounds: None,
        struck: false,
        page: None,
        evidence: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::lines::tests::page;

    #[test]
    fn ditto_marks_are_known_where_values_repeat() {
        let is = |kind, text: &str| mark(kind, &page(&[text])).is_some();
        for text in ["nt", "-nt-", "- nt -", "NT", "\"", "〃", "''", "- \" -"] {
            assert!(is(FieldKind::Place, text), "{text}");
        }
        assert!(!is(FieldKind::Place, "Huế"));
        assert!(!is(FieldKind::Place, "-"));
        assert!(
            !is(FieldKind::Number, "//"),
            "a smudged number is no repetition"
        );
    }

    #[test]
    fn a_mark_means_the_value_above_and_goes_to_a_person() {
        let above = FieldReading {
            raw: "kinh".into(),
            value: "Kinh".into(),
            confidence: 0.99,
            accepted: true,
            bounds: None,
            struck: false,
            page: None,
            evidence: None,
        };
        let below = resolved("-nt-".into(), &above);
        assert_eq!((below.raw.as_str(), below.value.as_str()), ("-nt-", "Kinh"));
        assert!(!below.accepted && below.confidence < above.confidence);
    }
}
