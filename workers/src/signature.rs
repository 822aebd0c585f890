//! The signer's name under the stamp, read again where the stamp's red does not show.

use std::collections::BTreeMap;

use image::imageops::crop_imm;

use crate::class::Class;
use crate::confidence::{ACCEPT, Check, Second};
use crate::decode::DecodedPage;
use crate::form;
use crate::lines::{Line, lines};
use crate::prepare::{self, Prepared};
use crate::reading::FieldReading;
use crate::recognise::{Division, Engine, RecogniseError};
use crate::value::{Found, normalised};

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
    let Some((_, [x, y, width, height])) = form::last_heading(field, page_lines) else {
        return Ok(());
    };
    let Some(red) = prepare::clean_red(&page.image, prepared.dpi_as_delivered()) else {
        return Ok(());
    };
    let picture = prepare::upright_alike(&red, &prepared.turn);
    let inch = prepared.dpi as i32;
    let left = (x + width / 2 - 3 * inch / 2).max(0) as u32;
    let top = (y + height + height / 2).max(0) as u32;
    if left >= picture.width() || top >= picture.height() {
        return Ok(());
    }
    let size = (
        (3 * prepared.dpi).min(picture.width() - left),
        (prepared.dpi * 9 / 4).min(picture.height() - top),
    );
    let crop = crop_imm(&picture, left, top, size.0, size.1).to_image();
    let mut words = engine.words(&crop, prepared.dpi, Division::Block)?;
    for word in &mut words {
        word.bounds[0] += left as i32;
        word.bounds[1] += top as i32;
    }
    let second = lines(&words).into_iter().find_map(|line| {
        line.segments().into_iter().find_map(|segment| {
            let found = Found::of(&line.words[segment])?;
            (normalised(field, &found.raw).1 == Check::Agrees).then_some(found)
        })
    });
    if let Some(second) = second {
        settle(field, second, fields);
    }
    Ok(())
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
