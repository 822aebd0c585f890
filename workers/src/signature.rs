//! The block of the signature: the office, and the signer's name under the stamp.
//!
//! The place is read again where the stamp shows least: the darkest ink of the red channel, then lighter
//! ink with it. One reading through a stamp is never accepted, two that agree
//! may be. A date of issue the page pass lost under the stamp is looked for as well.

mod office;

use std::collections::BTreeMap;

use image::{GrayImage, imageops::crop_imm};

use crate::class::{Class, Field, FieldKind};
use crate::confidence::Second;
use crate::decode::DecodedPage;
use crate::form;
use crate::geometry::bottom;
use crate::lines::{Line, lines};
use crate::names;
use crate::prepare::{self, Prepared};
use crate::reading::{FieldReading, Word};
use crate::recognise::{Division, Engine, RecogniseError};
use crate::steps::{Step, Without};
use crate::value::Found;
use office::Office;

/// How deep into the ink the looks go, in hundredths of the way from the darkest ink to the paper:
/// the first leaves no grey stamp, the last leaves all of the print.
const LOOKS: [u32; 3] = [28, 42, 70];

/// One reading through a stamp is no surer than this.
const ALONE: f64 = 0.9;

/// Fields of the record read so far, by key.
type Fields = BTreeMap<String, FieldReading>;

/// Reads the place of the signature again, for an office and a name that were not read surely, and
/// gives all lines seen there.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn read_again(
    class: &Class,
    page: &DecodedPage,
    prepared: &Prepared,
    page_lines: &[Line],
    fields: &mut Fields,
    engine: &mut Engine,
) -> Result<Vec<Line>, RecogniseError> {
    let Some(signer) = class.fields.iter().find(|f| !f.below.is_empty()) else {
        return Ok(Vec::new());
    };
    let office = class.fields.iter().find(|f| !f.offices.is_empty());
    let settled = |fields: &Fields| {
        let sure = |field: &Field| fields.get(&field.key).is_some_and(|field| field.accepted);
        sure(signer) && office.is_none_or(sure)
    };
    if settled(fields) {
        return Ok(Vec::new());
    }
    let red = prepare::clean_red(&page.image, prepared.dpi_as_delivered(), &prepared.without);
    let seen_red = |place| match &red {
        Some(red) => prepare::upright_part(red, &prepared.turn, place),
        None => cropped(&prepared.picture, place),
    };
    let size = prepared.picture.dimensions();
    let mut heading = form::last_heading(signer, page_lines).map(|(_, bounds)| bounds);
    let mut names: Vec<Found> = Vec::new();
    let mut seen: Vec<Line> = Vec::new();
    let wide = below_text(page_lines, size);
    let searched = heading.is_none().then(|| seen_red(wide));
    let searched = searched.filter(prepare::holds_ink);
    for (depth, picture) in looks(&prepared.without).iter().zip(searched.iter().cycle()) {
        if heading.is_some() {
            break;
        }
        let look = prepare::darkest(picture, *depth);
        let block = block(&look, wide, prepared.dpi, engine)?;
        heading = form::last_heading(signer, &block).map(|(_, bounds)| bounds);
        names.extend(name_in(&block, signer));
        seen.extend(block);
    }
    let Some(heading) = heading else {
        settle(signer, names, fields);
        return Ok(seen);
    };
    names.clear();
    let place = around(heading, prepared.dpi, size);
    let picture = seen_red(place);
    let mut offices: Vec<Found> = Vec::new();
    for depth in looks(&prepared.without) {
        let look = prepare::darkest(&picture, *depth);
        let block = block(&look, place, prepared.dpi, engine)?;
        names.extend(name_in(&block, signer));
        offices.extend(office.and_then(|field| office_in(&block, field)));
        for field in class.fields.iter().filter(|f| f.kind == FieldKind::Date) {
            if !fields.contains_key(&field.key)
                && let Some(date) = form::found_in(field, &block)
            {
                fields.insert(field.key.clone(), date.reading(field, Second::None));
            }
        }
        seen.extend(block);
        if agreed(&names) && (office.is_none() || agreed(&offices)) {
            break;
        }
    }
    settle(signer, names, fields);
    if let Some(office) = office {
        settle(office, offices, fields);
    }
    Ok(seen)
}

/// The depths looked at; without them only the last.
fn looks(without: &Without) -> &'static [u32] {
    let all = without.takes(Step::Depths);
    if all {
        &LOOKS
    } else {
        &LOOKS[LOOKS.len() - 1..]
    }
}

/// The lines of the block, their boxes in pixels of the upright page.
fn block(
    look: &GrayImage,
    [left, top, ..]: [u32; 4],
    dpi: u32,
    engine: &mut Engine,
) -> Result<Vec<Line>, RecogniseError> {
    let mut words = engine.words(look, dpi, Division::Block)?;
    for word in &mut words {
        word.bounds[0] += left as i32;
        word.bounds[1] += top as i32;
    }
    Ok(lines(&words))
}

/// The lowest words below the office that may be a name: those with a known family name first, then
/// those alone on their line. A line with a date names a place.
fn name_in(block: &[Line], signer: &Field) -> Option<Found> {
    let head = form::last_heading(signer, block).map(|(row, _)| row);
    let below = &block[head.map_or(0, |row| row + 1)..];
    let undated = |line: &&Line| {
        let figure = |word: &Word| word.text.chars().any(|c| c.is_ascii_digit());
        !line.words.iter().any(figure)
    };
    // Specks that a stamp leaves between the words are passed over.
    let spelled: Vec<Vec<Word>> = below
        .iter()
        .rev()
        .filter(undated)
        .map(|line| {
            let words = line.words.iter();
            words
                .filter(|word| word.text.chars().any(char::is_alphabetic))
                .cloned()
                .collect()
        })
        .collect();
    let families = signer.lexicon.as_ref();
    let named = |words: &Vec<Word>| {
        let found = form::lone_value(signer, names::run_of_name(words, families)?)?;
        families?.begins(&found.raw).then_some(found)
    };
    let alone = || {
        head?;
        spelled
            .iter()
            .find_map(|words| form::lone_value(signer, words))
    };
    spelled.iter().find_map(named).or_else(alone)
}

/// The signer's own office: the last of the block that is held on nobody's behalf.
fn office_in(block: &[Line], field: &Field) -> Option<Found> {
    block.iter().rev().find_map(|line| {
        line.segments().into_iter().find_map(|part| {
            let words = &line.words[part];
            let Office { name, held } = office::office_of(words, &field.offices)?;
            if !held {
                return None;
            }
            Found::part(&name, words.to_vec())
        })
    })
}

/// Around and below the office: `[left, top, width, height]` within the picture.
fn around([x, y, width, _]: [i32; 4], dpi: u32, size: (u32, u32)) -> [u32; 4] {
    let inch = dpi as i32;
    let left = x + width / 2 - inch * 3 / 2;
    within([left, y - inch * 2 / 5, 3 * inch, inch * 14 / 5], size)
}

/// The right half of the page below the last line of text that reaches well into both halves.
fn below_text(lines: &[Line], size: (u32, u32)) -> [u32; 4] {
    let (width, height) = (size.0 as i32, size.1 as i32);
    let wide = |line: &&Line| {
        let [x, _, w, _] = line.bounds();
        let clear = line.words.iter().filter(|word| word.confidence > 0.6);
        clear.count() >= 5 && x < width * 2 / 5 && x + w > width * 3 / 5
    };
    let text = lines
        .iter()
        .rev()
        .find(wide)
        .map(|line| bottom(line.bounds()));
    let top = text.unwrap_or(height / 2).min(height * 3 / 4);
    within([width * 9 / 20, top, width / 2, height / 2], size)
}

fn within(wanted: [i32; 4], size: (u32, u32)) -> [u32; 4] {
    let [left, top, width, height] = wanted.map(|side| side.max(0) as u32);
    let (left, top) = (left.min(size.0), top.min(size.1));
    [
        left,
        top,
        width.min(size.0 - left),
        height.min(size.1 - top),
    ]
}

fn cropped(picture: &GrayImage, [left, top, width, height]: [u32; 4]) -> GrayImage {
    crop_imm(picture, left, top, width, height).to_image()
}

/// Whether two of the readings are the same.
fn agreed(readings: &[Found]) -> bool {
    let same =
        |(at, one): (usize, &Found)| readings[at + 1..].iter().any(|other| other.raw == one.raw);
    readings.iter().enumerate().any(same)
}

/// Keeps the reading most looks agree on; among equals the longest, for a stamp takes words away and
/// adds none, then the surest.
fn settle(field: &Field, looks: Vec<Found>, fields: &mut Fields) {
    let first = fields.get(&field.key).cloned();
    let judged: Vec<FieldReading> = looks
        .iter()
        .map(|look| look.reading(field, Second::None))
        .collect();
    let all = || judged.iter().chain(&first);
    let votes = |raw: &str| all().filter(|reading| reading.raw == raw).count();
    let known = |raw: &str| {
        field
            .lexicon
            .as_ref()
            .is_none_or(|families| families.begins(raw))
    };
    let rank = |reading: &&FieldReading| {
        let raw = reading.raw.as_str();
        let words = raw.split(' ').count();
        let sure = (reading.confidence * 1000.0) as u32;
        (votes(raw), known(raw), words.min(3), sure)
    };
    let Some(best) = all().max_by_key(rank).cloned() else {
        return;
    };
    let looked = looks
        .iter()
        .zip(&judged)
        .find(|(_, reading)| reading.raw == best.raw);
    let kept = match looked {
        // Of two words one may be lost: a family name such as Văn is a middle name more often.
        Some((look, _)) if votes(&best.raw) > 1 => {
            let reading = look.reading(field, Second::Same);
            let whole = field.kind != FieldKind::Name || reading.raw.split(' ').count() > 2;
            FieldReading {
                accepted: reading.accepted && whole,
                confidence: if whole {
                    reading.confidence
                } else {
                    reading.confidence.min(ALONE)
                },
                ..reading
            }
        }
        Some((_, reading)) => FieldReading {
            confidence: reading.confidence.min(ALONE),
            accepted: false,
            ..reading.clone()
        },
        None => return,
    };
    fields.insert(field.key.clone(), kept);
}
