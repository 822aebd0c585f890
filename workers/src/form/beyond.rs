//! What stands beside a value and is not part of it: ink in which nothing was read, and other values.

use std::collections::BTreeMap;

use crate::class::{Class, FieldKind};
use crate::geometry::{bottom, right};
use crate::image::{Grey, INK};
use crate::layout::lines::Line;
use crate::reading::FieldReading;
use crate::word::{Box4, Word};

/// The rest of a value stands no further behind it, in heights of its letters.
const FAR: i32 = 6;
/// Where it begins: nearer ink is the value's own.
const NEAR: f64 = 0.6;
/// Ink so high and so wide, in heights of the value's letters, is a letter: leaders and underlines are lower.
const HIGH: f64 = 0.45;
const WIDE: f64 = 0.3;
/// Share of the smaller one's place from which two overlapping values are of the same words.
const SHARED: f64 = 0.3;

/// Leaves names and places to a person behind which letters stand that nobody read: half a name is no use.
pub(crate) fn hold_fragments(
    class: &Class,
    page: &Grey,
    lines: &[Line],
    fields: &mut BTreeMap<String, FieldReading>,
) {
    for (key, reading) in fields.iter_mut().filter(|(_, reading)| reading.accepted) {
        let kind = class.field(key).map(|field| field.kind);
        let in_words = matches!(kind, Some(FieldKind::Name | FieldKind::Place));
        if let Some(bounds) = reading.bounds.filter(|_| in_words)
            && has_letters_behind(page, bounds, lines)
        {
            reading.accepted = false;
        }
    }
}

/// Leaves two values to a person that are made of the same words: at most one of them is what they are. A year may
/// stand in a date.
pub(crate) fn hold_shared(class: &Class, fields: &mut BTreeMap<String, FieldReading>) {
    let is_year = |key: &str| {
        class
            .field(key)
            .is_none_or(|field| field.kind == FieldKind::Year)
    };
    let places: Vec<(String, Box4)> = fields
        .iter()
        .filter(|(key, _)| !is_year(key))
        .filter_map(|(key, reading)| Some((key.clone(), reading.bounds?)))
        .collect();
    for (at, (key, place)) in places.iter().enumerate() {
        for (other_key, other) in &places[at + 1..] {
            if shared(*place, *other) < SHARED {
                continue;
            }
            for key in [key, other_key] {
                if let Some(reading) = fields.get_mut(key) {
                    reading.accepted = false;
                }
            }
        }
    }
}

/// The share of the smaller place that both have.
fn shared(a: Box4, b: Box4) -> f64 {
    let width = right(a).min(right(b)) - a[0].max(b[0]);
    let height = bottom(a).min(bottom(b)) - a[1].max(b[1]);
    let area = |place: Box4| f64::from(place[2].max(1)) * f64::from(place[3].max(1));
    f64::from(width.max(0)) * f64::from(height.max(0)) / area(a).min(area(b))
}

/// Whether letters stand on the line behind a place where no word was read.
fn has_letters_behind(page: &Grey, place: Box4, lines: &[Line]) -> bool {
    let height = place[3];
    let from = right(place) + (f64::from(height) * NEAR) as i32;
    let beside = |word: &&Word| {
        let middle = word.bounds[1] + word.bounds[3] / 2;
        word.bounds[0] >= right(place) && (place[1]..bottom(place)).contains(&middle)
    };
    let words = lines.iter().flat_map(|line| &line.words);
    let next = words
        .filter(beside)
        .map(|word| word.bounds[0] - height / 3)
        .min();
    let (width, page_height) = page.pixel_size();
    let width = width as i32;
    let end = next
        .unwrap_or(width)
        .min(right(place) + FAR * height)
        .min(width);
    let from = from.max(0);
    let columns = page.ink_by_column([from, place[1], end - from, height], INK);
    let rows = (bottom(place).min(page_height as i32) - place[1].max(0)).max(0);
    let is_letter = |ink: &&usize| {
        let inked = **ink as f64;
        // A column inked all the way is a rule or the edge of a picture.
        inked >= f64::from(height) * HIGH && inked < f64::from(rows) * 0.98
    };
    let inked = columns.iter().filter(is_letter).count();
    inked as f64 >= (f64::from(height) * WIDE).max(3.0)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::class::Classes;
    use crate::form::fields;
    use crate::layout::lines::lines;
    use crate::layout::lines::tests::page;

    fn read(text: &[&str]) -> (Classes, Vec<Line>, BTreeMap<String, FieldReading>) {
        let classes = Classes::load(None).unwrap();
        let lines = lines(&page(text));
        let mut found = fields(classes.get("van_bang").unwrap(), &lines, None);
        found
            .values_mut()
            .for_each(|reading| reading.accepted = true);
        (classes, lines, found)
    }

    #[test]
    fn a_name_behind_which_letters_were_not_read_is_not_accepted() {
        let (classes, lines, mut found) = read(&["Họ và tên: Phan Tấn"]);
        let class = classes.get("van_bang").unwrap();
        let mut picture = GrayImage::from_pixel(900, 200, Luma([255]));
        hold_fragments(class, &Grey::new(picture.clone(), 300), &lines, &mut found);
        assert!(found["ho_ten"].accepted);
        let [x, y, width, height] = found["ho_ten"].bounds.unwrap();
        // Leaders of dots are no letters.
        for at in (x + width + 40..x + width + 90).step_by(4) {
            picture.put_pixel(at as u32, (y + height - 2) as u32, Luma([0]));
        }
        hold_fragments(class, &Grey::new(picture.clone(), 300), &lines, &mut found);
        assert!(found["ho_ten"].accepted);
        for at in x + width + 30..x + width + 60 {
            for down in y + 2..y + height - 3 {
                picture.put_pixel(at as u32, down as u32, Luma([0]));
            }
        }
        hold_fragments(class, &Grey::new(picture.clone(), 300), &lines, &mut found);
        assert!(!found["ho_ten"].accepted);
    }

    #[test]
    fn values_of_the_same_words_are_both_left_to_a_person() {
        let (classes, _, mut found) = read(&["Họ và tên: Lê Nga", "Nơi sinh: Giang Hải Hưng"]);
        let class = classes.get("van_bang").unwrap();
        hold_shared(class, &mut found);
        assert!(found["noi_sinh"].accepted && found["ho_ten"].accepted);
        let same = found["noi_sinh"].clone();
        found.insert("nguoi_ky".to_owned(), same);
        hold_shared(class, &mut found);
        assert!(!found["noi_sinh"].accepted && !found["nguoi_ky"].accepted);
        assert!(found["ho_ten"].accepted);
    }
}
