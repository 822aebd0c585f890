//! How far a form or letter was understood, before how well its values were read: whether what looks like a label is
//! one, whether values are what their fields hold, whether a paper has its head.

use std::collections::BTreeMap;

use super::labels::{divided, label_places};
use super::letterhead::Letterhead;
use crate::class::{Class, Field, Layout};
use crate::confidence::Check;
use crate::layout::lines::Line;
use crate::reading::FieldReading;
use crate::values::normalised;

/// Of a page less understood than this nothing is accepted, however well it was read.
const UNDERSTOOD: f64 = 0.6;
/// Labels from which on their number speaks for a form.
const ENOUGH_LABELS: f64 = 4.0;
/// How far a paper without a head is understood: its signature still stands where it does.
const HEADLESS: f64 = 0.5;

/// How far a page of one record was understood, 0 to 1.
pub(crate) fn understood(
    class: &Class,
    lines: &[Line],
    fields: &BTreeMap<String, FieldReading>,
) -> f64 {
    let fit = fitting(class, fields);
    match class.layout {
        Layout::Paper => match Letterhead::of(lines).is_some_and(|head| head.is_official()) {
            true => 0.5 + 0.5 * fit,
            false => HEADLESS * fit,
        },
        _ => {
            let (known, all) = labels(class, lines);
            let explained = known as f64 / all.max(1) as f64;
            // A few labels alone say little: two common words such as "số" and "tại" stand in any text.
            let enough = (known as f64 / ENOUGH_LABELS).min(1.0);
            enough * (0.5 * explained + 0.5 * fit)
        }
    }
}

/// Leaves the values of a page that was not understood to a person, except for those of the signature, and makes all less
/// sure by how far it was not.
pub(crate) fn hold(class: &Class, understood: f64, fields: &mut BTreeMap<String, FieldReading>) {
    for (key, reading) in fields {
        let of_signature = |field: &Field| !field.below.is_empty() || !field.offices.is_empty();
        let signed = class.layout == Layout::Paper && class.field(key).is_some_and(of_signature);
        if understood < UNDERSTOOD && !signed {
            reading.accepted = false;
        }
    }
}

/// The share of values that may be what their fields hold.
fn fitting(class: &Class, fields: &BTreeMap<String, FieldReading>) -> f64 {
    let mut checked = (0usize, 0usize);
    for (key, reading) in fields {
        let Some(field) = class.field(key) else {
            continue;
        };
        checked.1 += 1;
        checked.0 += usize::from(normalised(field, &reading.raw).1 != Check::Contradicts);
    }
    match checked.1 {
        0 => 0.0,
        all => checked.0 as f64 / all as f64,
    }
}

/// How many of the words that end in a colon and open their part of a line are labels of the class, and how many
/// there are; labels without a colon count among both.
fn labels(class: &Class, lines: &[Line]) -> (usize, usize) {
    let fields: Vec<&Field> = class.fields.iter().collect();
    let (mut known, mut all) = (0, 0);
    for line in lines {
        let line = divided(line);
        let places = label_places(&line, &fields);
        known += places.len();
        all += places.len();
        let labelled = |at: usize| {
            places
                .iter()
                .any(|place| place.from <= at && at < place.end + 1)
        };
        let colons =
            line.words.iter().enumerate().filter(|(at, word)| {
                word.text.ends_with(':') && word.letters() > 1 && !labelled(*at)
            });
        all += colons.count();
    }
    (known, all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::form::fields;
    use crate::layout::lines::lines;
    use crate::layout::lines::tests::page;

    fn read(class: &str, text: &[&str]) -> f64 {
        let classes = Classes::load(None).unwrap();
        let class = classes.get(class).unwrap();
        let lines = lines(&page(text));
        understood(class, &lines, &fields(class, &lines, None))
    }

    #[test]
    fn a_form_is_understood_as_far_as_its_labels_are() {
        let known = [
            "Họ và tên: Lê Thị Nga      Dân tộc: Kinh",
            "Ngày sinh: 5/9/1974        Nơi sinh: Huế, Thừa Thiên",
        ];
        assert!(read("van_bang", &known) > 0.9);
        let strange = ["Mã hàng: 12     Kho: Bắc", "Người giao: Lê    Ca: 2"];
        assert!(read("van_bang", &strange) < UNDERSTOOD);
        assert!(read("van_bang", &["Tại Thông tư số 05 của Bộ trưởng"]) < UNDERSTOOD);
    }

    #[test]
    fn a_paper_without_a_head_is_not_understood() {
        let text = [
            "về việc của ông (bà) Nguyễn Thị Lệ Hiền, sinh",
            "ngày 18/02/1988, tại Bình Sơn.",
        ];
        assert!(read("tai_lieu", &text) < UNDERSTOOD);
    }
}
