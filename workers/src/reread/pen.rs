//! Figures of a letterhead that a pen filled in, read alone: number and day of an official paper.
//!
//! They are proposed by what most readings of their place say, in two sizes by two models, and never accepted. Figures
//! that are not as high as the print beside them, or not on its line, were not printed.

use std::collections::BTreeMap;

use crate::arbitration::{Claim, arbitrate};
use crate::class::{Class, Field, HeadPart};
use crate::confidence::SecondReading;
use crate::form::{Blank, Letterhead};
use crate::image::{Grey, INK, Upright};
use crate::layout::lines::Line;
use crate::ocr::engine::{Engine, RecogniseError};
use crate::reading::FieldReading;
use crate::word::Box4;

/// White pixels added around what is read alone.
const MARGIN: i32 = 10;
/// A number has no more figures, a day no more.
const MOST_FIGURES: (usize, usize) = (5, 2);
/// How far printed figures may reach above or below the print beside them, as a share of its height.
const UNEVEN: f64 = 0.2;

/// Reads the figures again that may be a pen's, and holds values whose figures were not printed.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn pen(
    class: &Class,
    page: &Upright,
    lines: &[Line],
    fields: &mut BTreeMap<String, FieldReading>,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    let Some(head) = Letterhead::of(lines) else {
        return Ok(());
    };
    for blank in head.blanks() {
        let of_part = |field: &&Field| field.head == Some(blank.part);
        let (Some(field), Some(value)) = (class.fields.iter().find(of_part), head.part(blank.part))
        else {
            continue;
        };
        let Some(reading) = fields.get_mut(&field.key) else {
            continue;
        };
        if !value.held {
            if !is_printed(page, blank) {
                hold(reading);
            }
            continue;
        }
        if let Some(better) = read(page, blank, engine)?.and_then(|read| blank.filled(&read)) {
            let words = value.words.clone();
            let filled = crate::values::Candidate {
                raw: better,
                words,
                held: true,
            };
            *reading = filled.reading(field, SecondReading::None);
        }
    }
    Ok(())
}

fn hold(reading: &mut FieldReading) {
    reading.accepted = false;
    if let Some(evidence) = &mut reading.evidence {
        evidence.held = true;
    }
}

/// The figures most readings of the place agree on; of one reading each the first model's.
fn read(
    page: &Upright,
    blank: &Blank,
    engine: &mut Engine,
) -> Result<Option<String>, RecogniseError> {
    let Some(place) = within(blank.place, page) else {
        return Ok(None);
    };
    let part = page.crop(place, MARGIN);
    let most = match blank.part {
        HeadPart::Date => MOST_FIGURES.1,
        _ => MOST_FIGURES.0,
    };
    let mut readings: Vec<String> = Vec::new();
    for part in [&part, &part.doubled()] {
        for by_handwriting in [false, true] {
            let figures = engine.figures(part, by_handwriting)?;
            if (1..=most).contains(&figures.len()) && blank.filled(&figures).is_some() {
                readings.push(figures);
            }
        }
    }
    // Of equals the longest: a figure is lost more easily than found.
    let claim = |figures: &String| Claim {
        votes: readings.iter().filter(|other| *other == figures).count(),
        length: figures.len(),
        ..Claim::default()
    };
    let claims: Vec<Claim> = readings.iter().map(claim).collect();
    Ok(arbitrate(&claims, 0.0).map(|at| readings.swap_remove(at)))
}

/// Whether the ink of the figures is as high as the print beside it, and on its line.
fn is_printed(page: &Grey, blank: &Blank) -> bool {
    let rows = |place: Box4| {
        let place = within(place, page)?;
        let ink = page.ink_by_row(place, INK);
        let top = ink.iter().position(|ink| *ink > 0)?;
        let low = ink.iter().rposition(|ink| *ink > 0)?;
        Some((place[1] + top as i32, place[1] + low as i32))
    };
    let [x, _, width, _] = blank.place;
    let [_, top, _, high] = blank.print;
    // Only as high as the print: lines above and below are none of the figures.
    let figures = rows([x, top - high / 3, width, high * 5 / 3]);
    let (Some((first, last)), Some((upper, lower))) = (figures, rows(blank.print)) else {
        return false;
    };
    let slack = (f64::from(lower - upper) * UNEVEN).max(2.0);
    f64::from((first - upper).abs()) <= slack && f64::from((last - lower).abs()) <= slack
}

/// The part of a place that is on the page; `None` where that is nothing.
fn within([left, top, width, height]: Box4, page: &Grey) -> Option<Box4> {
    let (wide, high) = page.pixel_size();
    let (x0, y0) = (left.max(0), top.max(0));
    let x1 = (left + width).min(wide as i32);
    let y1 = (top + height).min(high as i32);
    (x1 - x0 >= 4 && y1 - y0 >= 6).then(|| [x0, y0, x1 - x0, y1 - y0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    fn page(figures: Box4) -> (Grey, Blank) {
        let mut page = GrayImage::from_pixel(300, 100, Luma([255]));
        for [x, y, width, height] in [[150, 40, 100, 24], figures] {
            for row in y..y + height {
                (x..x + width)
                    .for_each(|column| page.put_pixel(column as u32, row as u32, Luma([0])));
            }
        }
        let blank = Blank {
            part: HeadPart::Number,
            place: [60, 32, 80, 40],
            print: [150, 40, 100, 24],
            around: (String::new(), "/QĐ".to_owned()),
        };
        (Grey::new(page, 300), blank)
    }

    #[test]
    fn figures_off_the_line_of_print_are_a_pens() {
        let printed = |figures: Box4| {
            let (page, blank) = page(figures);
            is_printed(&page, &blank)
        };
        assert!(printed([70, 40, 30, 24]));
        assert!(!printed([70, 33, 30, 34]));
        assert!(!printed([70, 40, 30, 34]));
        assert!(!printed([290, 40, 5, 5]));
    }

    #[test]
    fn a_blank_is_filled_with_days_there_are() {
        let day = Blank {
            part: HeadPart::Date,
            around: ("ngày ".to_owned(), " tháng 02 năm 2025".to_owned()),
            ..page([0, 0, 1, 1]).1
        };
        assert_eq!(
            day.filled("05").as_deref(),
            Some("ngày 05 tháng 02 năm 2025")
        );
        assert_eq!(day.filled("31"), None);
    }
}
