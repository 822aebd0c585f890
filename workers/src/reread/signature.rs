//! The block of the signature read again: the office, and the signer's name under the stamp.
//!
//! The place is read where the stamp shows least: the darkest ink of the red channel, then lighter ink with it. One
//! reading through a stamp is never accepted, two that agree may be. A date of issue that the first pass lost under
//! the stamp is looked for as well.

mod office;

use std::collections::BTreeMap;

use crate::ablation::Step;
use crate::arbitration::{Claim, arbitrate};
use crate::class::{Class, Field, FieldKind};
use crate::confidence::SecondReading;
use crate::context::Context;
use crate::decode::DecodedPage;
use crate::form;
use crate::geometry::bottom;
use crate::image::{Crop, RedChannel, Upright};
use crate::layout::lines::{Line, lines};
use crate::ocr::engine::{Division, Engine, RecogniseError};
use crate::reading::FieldReading;
use crate::values::{Candidate, person_names};
use crate::word::Word;
use office::Office;

/// How deep into the ink the readings go, in hundredths of the way from the darkest ink to the paper:
/// the first leaves no grey stamp, the last leaves all of the print.
const DEPTHS: [u32; 3] = [28, 42, 70];

/// One reading through a stamp is never surer than this.
const ALONE: f64 = 0.9;

/// Fields of the record read so far, by key.
type Fields = BTreeMap<String, FieldReading>;

/// Reads the place of the signature again, for an office and a name that were not read surely, and gives all lines
/// read there.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn signature(
    class: &Class,
    delivered: &DecodedPage,
    page: &Upright,
    page_lines: &[Line],
    fields: &mut Fields,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<Vec<Line>, RecogniseError> {
    let Some(signer) = class.fields.iter().find(|f| !f.below.is_empty()) else {
        return Ok(Vec::new());
    };
    let office = class.fields.iter().find(|f| !f.offices.is_empty());
    let sure = |field: &Field| fields.get(&field.key).is_some_and(|field| field.accepted);
    if sure(signer) && office.is_none_or(sure) {
        return Ok(Vec::new());
    }
    let depths = match context.takes(Step::Depths) {
        true => &DEPTHS[..],
        false => &DEPTHS[DEPTHS.len() - 1..],
    };
    let mut block = Block {
        red: RedChannel::of(delivered, page, context),
        size: page.pixel_size(),
        depths,
        lines: Vec::new(),
    };
    let heading = form::last_heading(signer, page_lines).map(|(_, bounds)| bounds);
    let mut names: Vec<Candidate> = Vec::new();
    let heading = match heading {
        Some(heading) => Some(heading),
        None => block.find_heading(
            signer,
            below_text(page_lines, block.size),
            &mut names,
            engine,
        )?,
    };
    let Some(heading) = heading else {
        choose(signer, names, fields);
        return Ok(block.lines);
    };
    names.clear();
    let mut offices: Vec<Candidate> = Vec::new();
    let place = around(heading, page.dpi, block.size);
    let part = block.red.part(place);
    for depth in depths {
        let lines = block.read(&part.darkest_ink(*depth), engine)?;
        names.extend(name_in(lines, signer));
        offices.extend(office.and_then(|field| office_in(lines, field)));
        add_lost_dates(class, lines, fields);
        if agreed(&names) && (office.is_none() || agreed(&offices)) {
            break;
        }
    }
    choose(signer, names, fields);
    if let Some(office) = office {
        choose(office, offices, fields);
    }
    Ok(block.lines)
}

/// The block of a signature, as far as it was read.
struct Block<'p> {
    red: RedChannel<'p>,
    /// Width and height of the page.
    size: (u32, u32),
    depths: &'static [u32],
    /// All lines read so far.
    lines: Vec<Line>,
}

impl Block<'_> {
    /// The heading under which the signer's name stands, looked for deeper and deeper into the ink; with the names
    /// seen on the way.
    fn find_heading(
        &mut self,
        signer: &Field,
        place: [u32; 4],
        names: &mut Vec<Candidate>,
        engine: &mut Engine,
    ) -> Result<Option<[i32; 4]>, RecogniseError> {
        let part = self.red.part(place);
        if !part.holds_ink() {
            return Ok(None);
        }
        for depth in self.depths {
            let lines = self.read(&part.darkest_ink(*depth), engine)?;
            names.extend(name_in(lines, signer));
            if let Some((_, bounds)) = form::last_heading(signer, lines) {
                return Ok(Some(bounds));
            }
        }
        Ok(None)
    }

    /// The lines of a part, their boxes in pixels of the upright page.
    fn read(&mut self, part: &Crop, engine: &mut Engine) -> Result<&[Line], RecogniseError> {
        let words = part.on_page(engine.words_of(part, Division::Block)?);
        let before = self.lines.len();
        self.lines.extend(lines(&words));
        Ok(&self.lines[before..])
    }
}

/// Dates that the first pass did not find.
fn add_lost_dates(class: &Class, lines: &[Line], fields: &mut Fields) {
    for field in class.fields.iter().filter(|f| f.kind == FieldKind::Date) {
        if !fields.contains_key(&field.key)
            && let Some(date) = form::found_in(field, lines)
        {
            fields.insert(field.key.clone(), date.reading(field, SecondReading::None));
        }
    }
}

/// The lowest words below the office that may be a name: those with a known family name first, then
/// those alone on their line. A line with a date names a place.
fn name_in(block: &[Line], signer: &Field) -> Option<Candidate> {
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
        let run = person_names::run_of_name(words, families)?;
        let mut found = form::lone_value(signer, run)?;
        // A learned title before the name is a part of what is printed there.
        let before = run[0].bounds[0];
        let titled = |word: &Word| word.bounds[0] < before && word.text.ends_with('.');
        found.held = words.iter().any(titled);
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
fn office_in(block: &[Line], field: &Field) -> Option<Candidate> {
    block.iter().rev().find_map(|line| {
        line.segments().into_iter().find_map(|part| {
            let words = &line.words[part];
            let Office { name, held } = office::office_of(words, &field.offices)?;
            if !held {
                return None;
            }
            Candidate::part(&name, words.to_vec())
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
    let is_wide = |line: &&Line| {
        let [x, _, w, _] = line.bounds();
        let clear = line.words.iter().filter(|word| word.confidence > 0.6);
        clear.count() >= 5 && x < width * 2 / 5 && x + w > width * 3 / 5
    };
    let text = lines
        .iter()
        .rev()
        .find(is_wide)
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

/// Whether two of the readings are the same.
fn agreed(readings: &[Candidate]) -> bool {
    let same = |(at, one): (usize, &Candidate)| {
        readings[at + 1..].iter().any(|other| other.raw == one.raw)
    };
    readings.iter().enumerate().any(same)
}

/// Keeps the reading that most agree on; among equals the longest, for a stamp takes words away and adds none,
/// then the surest, then what the first pass read, then the deepest into the ink.
fn choose(field: &Field, candidates: Vec<Candidate>, fields: &mut Fields) {
    let first = fields.get(&field.key).cloned();
    let again: Vec<FieldReading> = candidates
        .iter()
        .map(|candidate| candidate.reading(field, SecondReading::None))
        .collect();
    let all: Vec<&FieldReading> = first.iter().chain(again.iter().rev()).collect();
    let votes = |raw: &str| all.iter().filter(|reading| reading.raw == raw).count();
    let families = field.lexicon.as_ref();
    let claims: Vec<Claim> = all
        .iter()
        .map(|reading| Claim {
            votes: votes(&reading.raw),
            listed: families.is_none_or(|families| families.begins(&reading.raw)),
            length: reading.raw.split(' ').count().min(3),
            sureness: (reading.confidence * 1000.0).floor(),
            ..Claim::default()
        })
        .collect();
    let Some(best) = arbitrate(&claims, 0.0).map(|at| all[at]) else {
        return;
    };
    let mut readings = candidates.iter().zip(&again);
    let Some((candidate, alone)) = readings.find(|(_, reading)| reading.raw == best.raw) else {
        return;
    };
    let confirmed = votes(&best.raw) > 1;
    let mut kept = match confirmed {
        true => candidate.reading(field, SecondReading::Same),
        false => alone.clone(),
    };
    // Of two words one may be lost: a family name such as Văn is a middle name more often.
    let whole = field.kind != FieldKind::Name || kept.raw.split(' ').count() > 2;
    if !(confirmed && whole) {
        kept.confidence = kept.confidence.min(ALONE);
        kept.accepted = false;
    }
    fields.insert(field.key.clone(), kept);
}
