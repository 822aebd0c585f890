//! Values of a form that were not read surely, read once more: each alone, as one line.

use std::collections::BTreeMap;

use crate::belief::Belief;
use crate::class::{Class, Field};
use crate::confidence::{Check, Second};
use crate::cutout::Cutout;
use crate::form;
use crate::lines::Line;
use crate::prepare::Prepared;
use crate::reading::FieldReading;
use crate::recognise::{Division, Engine, RecogniseError};
use crate::steps::Step;
use crate::value::{Found, normalised};

/// A page with more doubtful values than this is written by hand or hopeless; the rest are left.
const MOST: usize = 8;

/// A second look that differs must be this much surer: the first saw the line the value stands in.
const CLEARLY: f64 = 0.15;

/// A value less sure than this after that may be written by hand, and is looked at by the model for hands.
const DOUBTFUL: f64 = 0.8;

/// White pixels added around what is read alone.
const MARGIN: i32 = 12;

/// Reads the doubtful values beside their labels again.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn look_again(
    class: &Class,
    prepared: &Prepared,
    lines: &[Line],
    fields: &mut BTreeMap<String, FieldReading>,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    let (width, height) = (
        prepared.picture.width() as i32,
        prepared.picture.height() as i32,
    );
    for (field, [left, top, right, bottom]) in
        form::doubtful(class, lines, fields).into_iter().take(MOST)
    {
        let (left, top) = (left.clamp(0, width), top.clamp(0, height));
        let (wide, high) = (right.min(width) - left, bottom.min(height) - top);
        if wide < 3 || high < 3 {
            continue;
        }
        let alone = Cutout::of(&prepared.picture, [left, top, wide, high], MARGIN);
        let value = |words| form::value_of(&alone.on_page(words), high / 2);
        let words = engine.words(&alone.picture, prepared.dpi, Division::Line)?;
        if let Some(second) = value(words) {
            settle(field, &second, Belief::MACHINE, fields);
        }
        let doubtful = |reading: &FieldReading| reading.confidence < DOUBTFUL;
        let is_doubtful = fields.get(&field.key).is_none_or(doubtful);
        if is_doubtful && prepared.without.takes(Step::Written) {
            let words = engine.words_written(&alone.picture, prepared.dpi, Division::Line)?;
            if let Some(second) = value(words) {
                settle(field, &second, Belief::PEN, fields);
            }
        }
    }
    Ok(())
}

/// Keeps the reading that passes its field's check, else the surer; says whether they agree.
fn settle(
    field: &Field,
    second: &Found,
    belief: Belief,
    fields: &mut BTreeMap<String, FieldReading>,
) {
    let Some(first) = fields.get(&field.key) else {
        let reading = second.believed(belief).reading(field, Second::None);
        fields.insert(
            field.key.clone(),
            FieldReading {
                accepted: false,
                ..reading
            },
        );
        return;
    };
    let passes = |raw: &str| match normalised(field, raw).1 {
        Check::Agrees => 2,
        Check::Unknown => 1,
        Check::Contradicts => 0,
    };
    let alone = second.reading(field, Second::None);
    if alone.raw == first.raw {
        if belief.share < 1.0 {
            return; // a pen's model that agrees says nothing new
        }
        let mut agreed = first.clone();
        if let Some(evidence) = &mut agreed.evidence {
            evidence.second = Second::Same;
            (agreed.confidence, agreed.accepted) = (evidence.probability(), evidence.accepted());
        }
        fields.insert(field.key.clone(), agreed);
        return;
    }
    let (checked, before) = (passes(&alone.raw), passes(&first.raw));
    let surer = alone.confidence > first.confidence + belief.margin.max(CLEARLY);
    let better = checked > before || (checked == before && surer);
    let kept = if better {
        second.believed(belief).reading(field, Second::Different)
    } else {
        first.clone()
    };
    let doubted = FieldReading {
        accepted: false,
        ..kept
    };
    fields.insert(field.key.clone(), doubted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::lines::tests::page;

    fn settled(first: Option<&str>, second: &str) -> FieldReading {
        settled_by(first, second, Belief::MACHINE)
    }

    fn settled_by(first: Option<&str>, second: &str, belief: Belief) -> FieldReading {
        let classes = Classes::load(None).unwrap();
        let field = classes
            .get("van_bang")
            .unwrap()
            .field("ngay_sinh")
            .unwrap()
            .clone();
        let found = |text: &str| Found::of(&page(&[text])).unwrap();
        let mut fields = BTreeMap::new();
        if let Some(first) = first {
            fields.insert(
                field.key.clone(),
                found(first).reading(&field, Second::None),
            );
        }
        settle(&field, &found(second), belief, &mut fields);
        fields.remove("ngay_sinh").unwrap()
    }

    #[test]
    fn two_looks_that_agree_are_surer_and_two_that_differ_are_not_accepted() {
        let once = settled(None, "5/9/1974");
        assert!(!once.accepted);
        assert!(settled(Some("5/9/1974"), "5/9/1974").confidence > once.confidence);
        let differing = settled(Some("5/9/1974"), "5/8/1974");
        assert!(!differing.accepted);
    }

    #[test]
    fn what_a_pen_wrote_stands_where_it_is_a_date_and_is_never_sure() {
        let (garbled, date) = ("0? tháng 41 năm 441", "07 tháng 11 năm 1971");
        let read = settled_by(Some(garbled), date, Belief::PEN);
        assert_eq!(read.raw, date);
        let printed = settled_by(Some(garbled), date, Belief::MACHINE);
        assert!(!read.accepted && read.confidence < printed.confidence);
    }

    #[test]
    fn what_is_a_date_wins_over_what_is_none() {
        assert_eq!(settled(Some("2đ 04/1985"), "28/04/1985").raw, "28/04/1985");
        assert_eq!(settled(Some("28/04/1985"), "2đ 04/1985").raw, "28/04/1985");
    }
}
