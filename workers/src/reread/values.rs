//! Values of a form that were not read surely, read once more: each alone, as one line.

use std::collections::BTreeMap;

use crate::ablation::Step;
use crate::arbitration::{Claim, arbitrate};
use crate::class::{Class, Field};
use crate::confidence::Second;
use crate::context::Context;
use crate::form;
use crate::image::Upright;
use crate::layout::lines::Line;
use crate::model_trust::ModelTrust;
use crate::ocr::engine::{Division, Engine, RecogniseError};
use crate::ocr::line_images::Crop;
use crate::reading::FieldReading;
use crate::values::{Found, normalised};

/// A page with more doubtful values than this is written by hand or hopeless; the rest are left.
const MOST: usize = 8;

/// A second reading that differs must be this much surer: the first saw the line the value stands in.
const CLEARLY: f64 = 0.15;

/// A value less sure than this after that may be written by hand, and is read by the model for handwriting.
const DOUBTFUL: f64 = 0.8;

/// White pixels added around what is read alone.
const MARGIN: i32 = 12;

/// Reads the doubtful values beside their labels again.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn values(
    class: &Class,
    page: &Upright,
    lines: &[Line],
    fields: &mut BTreeMap<String, FieldReading>,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    for (field, place) in form::doubtful(class, lines, fields).into_iter().take(MOST) {
        let Some((alone, height)) = alone(page, place) else {
            continue;
        };
        let value = |words| form::value_of(&alone.on_page(words), height / 2);
        let words = engine.words(&alone.picture, page.dpi, Division::Line)?;
        if let Some(second) = value(words) {
            take(field, &second, ModelTrust::PRINT, fields);
        }
        let doubtful = |reading: &FieldReading| reading.confidence < DOUBTFUL;
        let is_doubtful = fields.get(&field.key).is_none_or(doubtful);
        if is_doubtful && context.takes(Step::Written) {
            let words = engine.words_written(&alone.picture, page.dpi, Division::Line)?;
            if let Some(second) = value(words) {
                take(field, &second, ModelTrust::HANDWRITING, fields);
            }
        }
    }
    Ok(())
}

/// The place `[left, top, right, bottom]` alone, and its height; `None` where hardly any of it is on the page.
fn alone(page: &Upright, [left, top, right, bottom]: [i32; 4]) -> Option<(Crop, i32)> {
    let (width, height) = page.picture.dimensions();
    let (width, height) = (width as i32, height as i32);
    let (left, top) = (left.clamp(0, width), top.clamp(0, height));
    let (width, height) = (right.min(width) - left, bottom.min(height) - top);
    let place = [left, top, width, height];
    (width >= 3 && height >= 3).then(|| (Crop::of(&page.picture, place, MARGIN), height))
}

/// Takes a second reading of a value: the one that passes its field's check stands, else the surer. Where they
/// differ, neither is accepted.
fn take(
    field: &Field,
    second: &Found,
    trust: ModelTrust,
    fields: &mut BTreeMap<String, FieldReading>,
) {
    let Some(first) = fields.get_mut(&field.key) else {
        let mut reading = second.trusted(trust).reading(field, Second::None);
        reading.accepted = false;
        fields.insert(field.key.clone(), reading);
        return;
    };
    let alone = second.reading(field, Second::None);
    if alone.raw == first.raw {
        // A model for handwriting that agrees says nothing new.
        if trust.share >= 1.0
            && let Some(evidence) = &mut first.evidence
        {
            evidence.second = Second::Same;
            (first.confidence, first.accepted) = (evidence.probability(), evidence.accepted());
        }
        return;
    }
    let claim = |reading: &FieldReading| Claim {
        check: normalised(field, &reading.raw).1.rank(),
        sureness: reading.confidence,
        ..Claim::default()
    };
    let claims = [claim(first), claim(&alone)];
    if arbitrate(&claims, trust.margin.max(CLEARLY)) == Some(1) {
        *first = second.trusted(trust).reading(field, Second::Different);
    }
    first.accepted = false;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::layout::lines::tests::page;

    fn settled(first: Option<&str>, second: &str) -> FieldReading {
        settled_by(first, second, ModelTrust::PRINT)
    }

    fn settled_by(first: Option<&str>, second: &str, trust: ModelTrust) -> FieldReading {
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
        take(&field, &found(second), trust, &mut fields);
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
        let read = settled_by(Some(garbled), date, ModelTrust::HANDWRITING);
        assert_eq!(read.raw, date);
        let printed = settled_by(Some(garbled), date, ModelTrust::PRINT);
        assert!(!read.accepted && read.confidence < printed.confidence);
    }

    #[test]
    fn what_is_a_date_wins_over_what_is_none() {
        assert_eq!(settled(Some("2đ 04/1985"), "28/04/1985").raw, "28/04/1985");
        assert_eq!(settled(Some("28/04/1985"), "2đ 04/1985").raw, "28/04/1985");
    }
}
