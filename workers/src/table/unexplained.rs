//! What a value leaves unexplained in its cell: ink beside its words, a shape that the rest of its column does not
//! have, letters among figures that look like figures, less of a date than the rest gives. Such a value may be a part
//! of what stands there, however well that part was read.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::ink_probe::Ink;
use super::{foreign_words, format_normaliser, place_check, serial};
use crate::class::FieldKind;
use crate::confidence::Series;
use crate::geometry::median;
use crate::layout::lines::joined;
use crate::values::closed_list;
use crate::values::dates::Date;

/// Of a column's dates at least this share gives the day for a date without one to be a part of one.
const WHOLE_DATES: f64 = 0.5;

/// People of one list were born within this many years of most of them; others are left to a person.
const COHORT: u16 = 15;

/// What this many values of a column have in one place is common to all.
const COMMON: f64 = 0.6;
/// This many values that were read otherwise, and at least one in this many, dispute what is common.
const DISPUTES: usize = 2;
const FEW: usize = 8;

/// For each cell of a column whether its value leaves something unexplained.
pub(super) fn judge(cells: &[&Cell<'_>], ink: Ink<'_>) -> Vec<bool> {
    let values: Vec<&str> = cells.iter().filter_map(|cell| cell.raw()).collect();
    let usual = format_normaliser::habit(&values);
    let days = values.iter().filter(|value| has_day(value)).count();
    let whole_dates = days as f64 >= WHOLE_DATES * values.len() as f64;
    let disputed = is_disputed(cells);
    let years = values.iter().filter_map(|value| Date::parse(value));
    let usual_year = median(years.map(|date| date.year));
    let places: Vec<Option<&str>> = cells.iter().map(|cell| cell.raw()).collect();
    let lacks_title = place_check::lacks_title(&places);
    let foreign = cells.first().map_or_else(Vec::new, |cell| {
        foreign_words::judge(cell.field.kind, &places)
    });
    let has_capitals = begin_large(&values);
    let strange = |((cell, lacks_title), foreign): ((&&Cell<'_>, &bool), &bool)| {
        let Some(value) = cell.raw() else {
            return false;
        };
        let by_shape = match cell.field.kind {
            FieldKind::Number => {
                disputed
                    || is_odd(cell, value, usual.as_deref())
                    // Ordinals may begin anew with each school.
                    || cell.field.key != "stt" && is_repeated(value, &values)
            }
            FieldKind::Date => {
                whole_dates && (!has_day(value) || is_short(value, usual.as_deref()))
                    || is_of_another_age(value, usual_year)
            }
            FieldKind::Place => {
                *lacks_title || place_check::is_heading(value) || place_check::is_rest(value)
            }
            // The engine takes a pen's or a worn capital for a small letter.
            _ => has_capitals && closed_list(cell.field).is_some() && begins_small(value),
        };
        by_shape || *foreign || leaves_ink(cell, ink)
    };
    let columns = cells.iter().zip(&lacks_title).zip(&foreign);
    columns.map(strange).collect()
}

/// Of a column's values at least this share begins with a capital where all do on paper.
const LARGE: f64 = 0.4;

fn begin_large(values: &[&str]) -> bool {
    let large = values.iter().filter(|value| {
        let first = value.chars().next();
        first.is_some_and(char::is_uppercase)
    });
    large.count() as f64 >= LARGE * values.len() as f64
}

fn begins_small(value: &str) -> bool {
    value.chars().next().is_some_and(char::is_lowercase)
}

/// Whether a date is of years that nobody else of the column was born in; a figure of the year may have been misread.
fn is_of_another_age(value: &str, usual: Option<u16>) -> bool {
    let year = Date::parse(value).map(|date| date.year);
    let distance = |(year, usual): (u16, u16)| year.abs_diff(usual);
    year.zip(usual)
        .map(distance)
        .is_some_and(|years| years > COHORT)
}

/// Whether a number stands twice in its column: every paper has a number of its own.
fn is_repeated(value: &str, values: &[&str]) -> bool {
    values.iter().filter(|other| **other == value).count() > 1
}

fn has_day(value: &str) -> bool {
    Date::parse(value).is_some_and(|date| date.day.is_some())
}

/// Whether a date has fewer figures than dates of a column that writes all days and months with two.
fn is_short(value: &str, usual: Option<&str>) -> bool {
    let figures = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    usual
        .is_some_and(|usual| format_normaliser::is_padded(usual) && figures(value) < figures(usual))
}

/// Whether a number keeps no step and is written otherwise than its column, or not surely in the figures that were read.
fn is_odd(cell: &Cell<'_>, value: &str, usual: Option<&str>) -> bool {
    let runs = matches!(cell.series, Series::Fits | Series::Repaired);
    let shaped = cell.field.key != "stt" && usual == Some(format_normaliser::shape(value).as_str());
    !(runs || shaped) || has_doubtful_letter(value) || serial::is_unlikely(value)
}

/// Whether what all numbers of a column have in common (`/83`, `B07`) was read otherwise in several of them: that they
/// run proves only the figures that change.
fn is_disputed(cells: &[&Cell<'_>]) -> bool {
    let solid =
        |text: &str| -> Vec<char> { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    let values: Vec<(Vec<char>, Vec<char>, Series)> = cells
        .iter()
        .filter(|cell| cell.field.kind == FieldKind::Number && cell.field.key != "stt")
        .filter_map(|cell| {
            let found = cell.found.as_ref()?;
            Some((solid(&joined(&found.words)), solid(&found.raw), cell.series))
        })
        .collect();
    let common = |at: usize| -> Option<char> {
        let mut counts: BTreeMap<char, usize> = BTreeMap::new();
        for (_, value, _) in &values {
            *counts.entry(*value.get(at)?).or_default() += 1;
        }
        let (letter, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        (count as f64 >= COMMON * values.len() as f64).then_some(letter)
    };
    let length = values
        .iter()
        .map(|(_, value, _)| value.len())
        .min()
        .unwrap_or_default();
    let common: Vec<Option<char>> = (0..length).map(common).collect();
    let disputes = |(read, value, series): &(Vec<char>, Vec<char>, Series)| {
        let otherwise = |(at, common): (usize, &Option<char>)| {
            let kept = common.is_some()
                && (value[at] == common.unwrap_or_default() || *series == Series::Breaks);
            kept && read[at] != common.unwrap_or_default()
        };
        read.len() == value.len() && common.iter().enumerate().any(otherwise)
    };
    let disputing = values.iter().filter(|value| disputes(value)).count();
    disputing >= DISPUTES && disputing * FEW >= values.len()
}

/// Whether a letter that looks like a figure stands beside one.
fn has_doubtful_letter(value: &str) -> bool {
    let letters: Vec<char> = value.chars().collect();
    let alike = |c: char| "IlOo|".contains(c);
    letters.windows(2).any(|pair| {
        alike(pair[0]) && pair[1].is_ascii_digit() || pair[0].is_ascii_digit() && alike(pair[1])
    })
}

/// Whether ink stands in the cell beside the value's words, or beside one of its parts.
fn leaves_ink(cell: &Cell<'_>, ink: Ink<'_>) -> bool {
    let words = cell.found.iter().flat_map(|found| &found.words);
    match cell.in_parts {
        true => cell.parts_leave_ink,
        false => cell.ditto.is_none() && ink.has_more(cell.bounds, words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;
    use crate::image::Grey;
    use crate::layout::lines::tests::word;
    use image::{GrayImage, Luma};

    fn judged(key: &str, values: &[&str], paper: &GrayImage) -> Vec<bool> {
        let classes = Classes::load(None).unwrap();
        let field = classes.get("so_goc").unwrap().field(key).unwrap();
        let cell = |value: &&str| Cell::new(field, &[word(value, 60, 12)], [0, 0, 300, 50]);
        let cells: Vec<Cell<'_>> = values.iter().map(cell).collect();
        let cells: Vec<&Cell<'_>> = cells.iter().collect();
        judge(&cells, Ink::of(&Grey::new(paper.clone(), 150)))
    }

    fn paper() -> GrayImage {
        GrayImage::from_pixel(300, 50, Luma([255]))
    }

    #[test]
    fn a_number_is_written_as_its_column_is() {
        let found = judged(
            "so_hieu",
            &["A 0815", "A 4711", "4712", "A 0007", "A 1234"],
            &paper(),
        );
        assert_eq!(found, [false, false, true, false, false]);
        let found = judged(
            "so_vao_so",
            &["7/KI12", "9/KI12", "5/KI12", "4/KI12"],
            &paper(),
        );
        assert_eq!(found, [true; 4], "K12 or KI12?");
    }

    #[test]
    fn what_numbers_have_in_common_is_doubted_where_several_were_read_otherwise() {
        let read = ["14967/96", "14968/98", "14969/96", "14970/98", "14971/98"];
        let classes = Classes::load(None).unwrap();
        let field = classes.get("so_goc").unwrap().field("so_hieu").unwrap();
        let mut cells: Vec<Cell<'_>> = read
            .iter()
            .map(|value| Cell::new(field, &[word(value, 60, 12)], [0, 0, 300, 50]))
            .collect();
        for cell in &mut cells {
            let found = cell.found.as_mut().unwrap();
            found.raw = found.raw.replace("/96", "/98");
            cell.series = Series::Fits;
        }
        let cells: Vec<&Cell<'_>> = cells.iter().collect();
        assert_eq!(judge(&cells, Ink::of(&Grey::new(paper(), 150))), [true; 5]);
    }

    #[test]
    fn a_grade_with_a_small_letter_among_capitals_is_doubted() {
        let found = judged("xep_loai", &["Giỏi", "giỏi", "Khá"], &paper());
        assert_eq!(found, [false, true, false]);
        assert_eq!(judged("xep_loai", &["giỏi", "khá"], &paper()), [false; 2]);
    }

    #[test]
    fn a_place_that_begins_with_a_sex_is_two_values() {
        let places = ["NAM Tây Sơn, Bình Định", "NỮ Đà Nẵng", "Nam Đàn, Nghệ An"];
        assert_eq!(judged("noi_sinh", &places, &paper()), [true; 3]);
    }

    #[test]
    fn a_year_among_whole_dates_is_a_part_of_one() {
        let found = judged("ngay_sinh", &["1/2/1980", "1981", "3/4/1980"], &paper());
        assert_eq!(found, [false, true, false]);
        let found = judged("ngay_sinh", &["1980", "1981", "1980"], &paper());
        assert_eq!(found, [false; 3]);
    }

    #[test]
    fn ink_beside_a_value_may_be_the_rest_of_it() {
        let mut paper = paper();
        for (x, y) in (24..40).flat_map(|x| (12..34).map(move |y| (x, y))) {
            paper.put_pixel(x, y, Luma([0]));
        }
        assert_eq!(judged("ho_ten", &["Lan"], &paper), [true]);
        assert_eq!(judged("ho_ten", &["Lan"], &self::paper()), [false]);
    }
}
