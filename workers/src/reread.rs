//! Second readings: what the first pass read doubtfully is read again, by another model, alone or through another
//! channel. A whole page by the model for its letters, the cells of a table, the values of a form, and the block of
//! the signature. Which reading stands is decided by [`arbitrate`].

mod figures;
mod headers;
mod pen;
mod signature;

use std::collections::BTreeMap;

use crate::ablation::Step;
use crate::arbitration::{Claim, arbitrate};
use crate::class::{Class, Field, Layout};
use crate::confidence::SecondReading;
use crate::context::Context;
use crate::form;
use crate::geometry::{bottom, right};
use crate::image::{Crop, Upright};
use crate::layout::TableLayout;
use crate::layout::lines::{Line, lines};
use crate::model_trust::ModelTrust;
use crate::ocr::engine::{Division, Engine, RecogniseError, Script};
use crate::ocr::line_images::LineImages;
use crate::ocr::words::PageWords;
use crate::ocr::{FirstPass, Recognised, monospace};
use crate::reading::FieldReading;
use crate::table::ColumnModel;
use crate::values::{Candidate, normalised};
use crate::word::{Box4, HANDWRITTEN, Word, legibility};
pub(crate) use figures::SeenFigures;
pub(crate) use headers::headers;
pub(crate) use pen::pen;
pub(crate) use signature::signature;

/// A page read less surely than this is read again by the model for handwriting.
const CLEAR: f64 = 0.85;

/// The page with the words of the model for its letters, where that is not the model for print.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn page(
    page: Upright,
    mut first: FirstPass,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<Recognised, RecogniseError> {
    let (mut print_words, mut by_handwriting) = (None, false);
    // Words that came with the page are exact; no model reads them better.
    if !first.is_delivered {
        // A typewriter's letters have one width, which tells it from print before a word is
        // understood.
        if context.takes(Step::Typed) && monospace::is_monospaced(&first.words) {
            engine.set_script(Script::Typed)?;
            let words = typed(first.line_images.as_ref(), &page, engine)?;
            print_words = Some(std::mem::replace(&mut first.words, words));
        } else if may_be_handwritten(&first, &page, context) {
            by_handwriting = true;
            let written = lines(handwriting(&mut first, &page, context, engine)?);
            let mut words = PageWords::new(first.words);
            // Line by line: on one page a clerk writes into what a press has printed.
            written
                .iter()
                .for_each(|line| words.prefer(line, ModelTrust::HANDWRITING));
            first.words = words.into_words();
        }
    }
    Ok(Recognised {
        page,
        words: first.words,
        print_words,
        by_handwriting,
        is_delivered: first.is_delivered,
        rules: first.rules,
        table: first.table,
    })
}

/// The words of a typed page by the model that is loaded for it: in a table line by line, else over the page
/// once more, because what the model for print did not take for words may be some.
fn typed(
    line_images: Option<&LineImages>,
    page: &Upright,
    engine: &mut Engine,
) -> Result<Vec<Word>, RecogniseError> {
    match line_images {
        None => engine.words_on(page, Division::Page),
        Some(lines) => lines.read(page, |line| engine.words_of(line, Division::Strip)),
    }
}

/// Whether a page reads so badly that it may be written by hand. A table that reads a little badly is not asked
/// about: its cells are read again one by one.
fn may_be_handwritten(first: &FirstPass, page: &Upright, context: &Context<'_>) -> bool {
    let clear = legibility(&first.words).unwrap_or(1.0);
    context.takes(Step::Written)
        && clear < CLEAR
        // A table that reads a little badly is usually worn print; only one that reads very badly
        // is written.
        && (clear < HANDWRITTEN || !is_table(first, page, context))
}

/// Whether the page holds a table, as far as that was told or can be seen.
fn is_table(first: &FirstPass, page: &Upright, context: &Context<'_>) -> bool {
    let declared = context
        .declared_class()
        .map(|class| class.layout == Layout::Table);
    let width = page.pixel_size().0;
    let seen = || {
        TableLayout::of(
            first.table.as_ref(),
            &first.rules,
            &first.words,
            width,
            page.dpi,
        )
        .is_some()
    };
    context.known.map.is_some() || declared.unwrap_or_else(seen)
}

/// What the model for handwriting reads in lines of which the words are not sure. It is asked once.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn handwriting<'f>(
    first: &'f mut FirstPass,
    page: &Upright,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<&'f [Word], RecogniseError> {
    // Asked once and remembered: orientation may have needed it already.
    if first.handwriting.is_none() {
        first.handwriting = Some(match context.takes(Step::Strips) {
            true => handwritten_lines(first, page, engine)?,
            false => engine.words_written_on(page, Division::Page)?,
        });
    }
    Ok(first.handwriting.as_deref().unwrap_or_default())
}

fn handwritten_lines(
    first: &FirstPass,
    page: &Upright,
    engine: &mut Engine,
) -> Result<Vec<Word>, RecogniseError> {
    let of_words;
    let lines = match &first.line_images {
        Some(lines) => lines,
        // Without a table the lines are those of the words, found once.
        None => {
            of_words = LineImages::of_words(&first.words);
            &of_words
        }
    };
    let words = PageWords::new(first.words.clone());
    let open = |place: Box4| words.is_open(place, ModelTrust::HANDWRITING);
    lines.read_closely(page, open, |line| {
        engine.words_written(line, Division::Strip)
    })
}

/// Cells read a second time on one page at most; each costs a few hundredths of a second.
const MOST_SECOND_READINGS: usize = 40;

/// Reads doubtful cells again, the most wanted first, as many as a page may cost: by the second model, or in another
/// way by the only one.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn cells(
    model: &mut ColumnModel<'_>,
    page: &Upright,
    engine: &mut Engine,
) -> Result<(), RecogniseError> {
    // An equal second reading is worth most if another model gave it.
    let agreement = match engine.has_second() {
        true => SecondReading::SameByOtherModel,
        false => SecondReading::Same,
    };
    for cell in model.doubtful().into_iter().take(MOST_SECOND_READINGS) {
        let Some(alone) = cell_alone(page, cell.bounds) else {
            continue;
        };
        // The division is told to the engine, which otherwise looks for columns in a cell.
        let division = match cell.is_of_several_lines() {
            true => Division::Block,
            false => Division::Line,
        };
        let words = engine.words_again(&alone, division)?;
        cell.read_again(&alone.on_page(words), agreement);
    }
    Ok(())
}

/// The cell alone, without its rules, on white; `None` where too little is left of it.
fn cell_alone(page: &Upright, cell: Box4) -> Option<Crop> {
    // Inside the rules, which the engine takes for letters.
    let inset = (page.dpi / 60) as i32;
    let (x0, y0) = ((cell[0] + inset).max(0), (cell[1] + inset).max(0));
    let (width, height) = page.pixel_size();
    let x1 = (right(cell) - inset).min(width as i32);
    let y1 = (bottom(cell) - inset).min(height as i32);
    let margin = (page.dpi / 20) as i32;
    (x1 - x0 >= 8 && y1 - y0 >= 8).then(|| page.crop([x0, y0, x1 - x0, y1 - y0], margin))
}

/// A page with more doubtful values than this is written by hand or hopeless; the rest are left.
const MOST_VALUES: usize = 8;

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
    for (field, place) in form::doubtful(class, lines, fields)
        .into_iter()
        // The first doubtful values are those at the head of the form; a page with many is hopeless
        // anyway.
        .take(MOST_VALUES)
    {
        let Some(alone) = value_alone(page, place) else {
            continue;
        };
        let value = |words| form::value_of(&alone.on_page(words), alone.height / 2);
        let words = engine.words_of(&alone, Division::Line)?;
        if let Some(second) = value(words) {
            take_second(field, &second, ModelTrust::PRINT, fields);
        }
        let doubtful = |reading: &FieldReading| reading.confidence < DOUBTFUL;
        let is_doubtful = fields.get(&field.key).is_none_or(doubtful);
        if is_doubtful && context.takes(Step::Written) {
            let words = engine.words_written(&alone, Division::Line)?;
            if let Some(second) = value(words) {
                take_second(field, &second, ModelTrust::HANDWRITING, fields);
            }
        }
    }
    Ok(())
}

/// The place `[left, top, right, bottom]` alone; `None` where hardly any of it is on the page.
fn value_alone(page: &Upright, [left, top, right, bottom]: [i32; 4]) -> Option<Crop> {
    let (width, height) = page.pixel_size();
    let (width, height) = (width as i32, height as i32);
    let (left, top) = (left.clamp(0, width), top.clamp(0, height));
    let (width, height) = (right.min(width) - left, bottom.min(height) - top);
    let place = [left, top, width, height];
    (width >= 3 && height >= 3).then(|| page.crop(place, MARGIN))
}

/// Takes a second reading of a value: the one that passes its field's check stands, else the surer. Where they
/// differ, neither is accepted.
fn take_second(
    field: &Field,
    second: &Candidate,
    trust: ModelTrust,
    fields: &mut BTreeMap<String, FieldReading>,
) {
    let Some(first) = fields.get_mut(&field.key) else {
        // A value that was not found at all is proposed and never accepted from one reading.
        let mut reading = second.trusted(trust).reading(field, SecondReading::None);
        reading.accepted = false;
        fields.insert(field.key.clone(), reading);
        return;
    };
    let alone = second.reading(field, SecondReading::None);
    if alone.raw == first.raw {
        // A model for handwriting that agrees says nothing new.
        // Two readings of one model may make one mistake; only another model bears witness.
        if trust.share >= 1.0
            && let Some(evidence) = &mut first.evidence
        {
            evidence.second = SecondReading::Same;
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
        *first = second
            .trusted(trust)
            .reading(field, SecondReading::Different);
    }
    // Where two readings differ, a person decides whichever stands.
    first.accepted = false;
}

#[cfg(test)]
mod tests;
