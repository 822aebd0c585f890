//! One page from pixels to proposed records: the whole walk of a child.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::belief::Belief;
use crate::class::{Class, Classes, Layout};
use crate::classify::classify;
use crate::column_map::ColumnMap;
use crate::decode::DecodedPage;
use crate::folio;
use crate::form;
use crate::lines::{Line, Text, lines};
use crate::page_pass;
use crate::page_words::{PageWords, Seen};
use crate::prepare::{self, Prepared};
use crate::quality;
use crate::reading::{FieldReading, PageReading, RecordReading, Word};
use crate::recognise::{Engine, RecogniseError};
use crate::register::{self, Overlay, Register};
use crate::second_look;
use crate::signature;
use crate::steps::{Step, Without};

/// What is known of a page before it is read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Class id, where the batch declared one.
    pub class_hint: Option<String>,
    /// The confirmed column map of its volume.
    pub map: Option<ColumnMap>,
}

/// Reads a page: which class it is, its words, and the records proposed from them.
///
/// What whoever delivered the page knows of it helps; an unknown class is ignored. With the map of its
/// volume, a page that the map does not fit is flagged and nothing on it is accepted.
///
/// # Errors
/// [`RecogniseError`] when the engine fails; a page without words is a reading all the same.
pub fn read_page(
    page: &DecodedPage,
    classes: &Classes,
    engine: &mut Engine,
    known: &Known,
) -> Result<PageReading, RecogniseError> {
    read_page_without(page, classes, engine, known, &Without::default())
}

/// As [`read_page`], some steps left out: to measure what they are worth.
///
/// # Errors
/// As [`read_page`].
pub fn read_page_without(
    page: &DecodedPage,
    classes: &Classes,
    engine: &mut Engine,
    known: &Known,
    without: &Without,
) -> Result<PageReading, RecogniseError> {
    let begun = Instant::now();
    let dpi = prepare::resolution(&page.image, page.dpi);
    let (prepared, seen) = page_pass::look(page, dpi, classes, engine, known, without)?;
    let words = &seen.words;
    let map = known.map.as_ref();
    let mut overlay = map.map(|map| Overlay::new(map, &prepared, words));
    let told = known.class_hint.as_deref();
    let told = told.or_else(|| overlay.as_ref()?.class());
    let first = lines(words);
    let (class_id, class_confidence) = match told.and_then(|id| classes.get(id)) {
        Some(class) => (class.id.clone(), 1.0),
        None => classify(&Text::new(&first).text, classes),
    };
    let class = classes.get(&class_id).map(|class| without.class(class));
    let mut found = match &class {
        Some(class) if class.layout == Layout::Table => {
            rows(class, &prepared, &seen, engine, overlay.as_mut())?
        }
        Some(class) => form_page(class, page, &prepared, &first, engine)?,
        None => Register::default(),
    };
    let mut quality = quality::judge(&page.image, &prepared, dpi, words);
    quality::note_handwriting(&mut quality, &found.records, words);
    let fit = overlay.map(|overlay| overlay.fit());
    if fit.is_some_and(|fit| !fit.fits) {
        quality::note_misfit(&mut quality);
        found.records.iter_mut().for_each(RecordReading::hold);
    }
    let Register {
        mut records,
        columns,
        words: read,
    } = found;
    let settles = !page.is_born_digital() && without.takes(Step::Settled);
    let read = read.filter(|_| settles);
    let lines = read.map_or(first, |words| lines(&words));
    let text = Text::new(&lines).text;
    let turn = prepared.turn;
    let number = folio::read(&lines, prepared.picture.dimensions());
    let mut words: Vec<Word> = lines.into_iter().flat_map(|line| line.words).collect();
    for word in &mut words {
        word.bounds = turn.to_delivered(word.bounds);
    }
    for record in &mut records {
        record.bounds = record.bounds.map(|bounds| turn.to_delivered(bounds));
        for field in record.fields.values_mut() {
            field.bounds = field.bounds.map(|bounds| turn.to_delivered(bounds));
        }
    }
    Ok(PageReading {
        class: class_id,
        class_confidence,
        rotation: turn.quarter,
        skew: turn.skew,
        dpi,
        width: page.image.width(),
        height: page.image.height(),
        text,
        words,
        records,
        number,
        columns,
        map: fit,
        quality,
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// A page of one record, its doubtful values and its signature read again.
fn form_page(
    class: &Class,
    page: &DecodedPage,
    prepared: &Prepared,
    lines: &[Line],
    engine: &mut Engine,
) -> Result<Register, RecogniseError> {
    let mut fields = form::fields(class, lines, None);
    let takes = |step| prepared.without.takes(step);
    let mut words = None;
    if !page.is_born_digital() {
        let mut settled = PageWords::new(lines.iter().flat_map(|l| l.words.clone()).collect());
        if class.layout == Layout::Form && takes(Step::SecondLook) {
            second_look::look_again(class, prepared, lines, &mut fields, engine)?;
        }
        if takes(Step::Signature) {
            let seen = signature::read_again(class, page, prepared, lines, &mut fields, engine)?;
            seen.iter()
                .for_each(|line| settled.prefer(line, Belief::MACHINE));
        }
        fields.values().for_each(|field| settled.settle(field));
        words = Some(settled.into_words());
    }
    if takes(Step::CrossChecks) {
        form::weigh(class, &mut fields);
    }
    let records = match fields.is_empty() {
        true => Vec::new(),
        false => vec![record(class, fields)],
    };
    Ok(Register {
        records,
        columns: None,
        words,
    })
}

fn record(class: &Class, fields: BTreeMap<String, FieldReading>) -> RecordReading {
    RecordReading {
        class: class.id.clone(),
        fields,
        bounds: None,
    }
}

/// A register's page by the map of its volume where that fits, else by its own header.
fn rows(
    class: &Class,
    prepared: &Prepared,
    seen: &Seen,
    engine: &mut Engine,
    overlay: Option<&mut Overlay<'_>>,
) -> Result<Register, RecogniseError> {
    let mapped = match overlay {
        Some(overlay) => overlay.read(class, prepared, seen, engine)?,
        None => None,
    };
    match mapped {
        Some(register) => Ok(register),
        None => register::read(class, prepared, seen, engine),
    }
}
