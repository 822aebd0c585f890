//! The signer's name under the stamp, read again where the stamp's red does not show.

use std::collections::BTreeMap;

use image::imageops::crop_imm;

use crate::class::Class;
use crate::confidence::{ACCEPT, Second};
use crate::decode::DecodedPage;
use crate::form;
use crate::lines::{Line, lines};
use crate::prepare::{self, Prepared};
use crate::reading::FieldReading;
use crate::recognise::{Division, Engine, RecogniseError};
use crate::value::Found;

/// Reads the place below the office again in the red channel, for fields that stand there and
/// were not read surely.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn read_again(
    class: &Class,
    page: &DecodedPage,
    prepared: &Prepared,
    page_lines: &[Line],
    fields: &mut BTreeMap<String, FieldReading>,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    let sure = |key: &str| {
        fields
            .get(key)
            .is_some_and(|field| field.confidence >= ACCEPT)
    };
    let Some(field) = class
        .fields
        .iter()
        .find(|f| !f.below.is_empty() && !sure(&f.key))
    else {
        return Ok(());
    };
    let red = prepare::clean_red(&page.image, prepared.dpi_as_delivered());
    let red = red.map(|red| prepare::upright_alike(&red, &prepared.turn));
    let picture = red.as_ref().unwrap_or(&prepared.picture);
    let heading = form::last_heading(field, page_lines).map(|(_, bounds)| bounds);
    let [left, top, width, height] = place(heading, prepared.dpi, picture.dimensions());
    if width == 0 || height == 0 {
        return Ok(());
    }
    let crop = crop_imm(picture, left, top, width, height).to_image();
    let mut words = engine.words(&crop, prepared.dpi, Division::Block)?;
    for word in &mut words {
        word.bounds[0] += left as i32;
        word.bounds[1] += top as i32;
    }
    let second = lines(&words).into_iter().rev().find_map(|line| {
        let segments = line.segments().into_iter();
        let named = |segment: std::ops::Range<usize>| form::lone_value(field, &line.words[segment]);
        segments.filter_map(named).next()
    });
    if let Some(second) = second {
        settle(field, second, fields);
    }
    Ok(())
}

/// Where a signer's name stands: below the office, or in the lower right of the page when the
/// office was not read either; `[left, top, width, height]` within the picture.
fn place(heading: Option<[i32; 4]>, dpi: u32, size: (u32, u32)) -> [u32; 4] {
    let wanted = match heading {
        Some([x, y, width, height]) => {
            let left = (x + width / 2 - dpi as i32 * 3 / 2).max(0) as u32;
            let top = (y + height + height / 2).max(0) as u32;
            [left, top, 3 * dpi, dpi * 9 / 4]
        }
        None => [size.0 / 2, size.1 * 3 / 5, size.0 * 9 / 20, size.1 * 7 / 20],
    };
    let [left, top, width, height] = wanted;
    let (left, top) = (left.min(size.0), top.min(size.1));
    [
        left,
        top,
        width.min(size.0 - left),
        height.min(size.1 - top),
    ]
}

/// Keeps the surer of the two readings, and says whether they agree.
fn settle(field: &crate::class::Field, second: Found, fields: &mut BTreeMap<String, FieldReading>) {
    let agreement = match fields.get(&field.key) {
        None => Second::None,
        Some(first) if first.raw == second.raw => Second::Same,
        Some(_) => Second::Different,
    };
    let reading = second.reading(field, agreement);
    let first = fields.get(&field.key).map_or(0.0, |first| first.confidence);
    if reading.confidence > first || agreement != Second::Different {
        fields.insert(field.key.clone(), reading);
    }
}
