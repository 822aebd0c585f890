//! One page from pixels to proposed records: the whole walk of a child.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::class::{Class, Classes, Layout};
use crate::classify::classify;
use crate::column_map::ColumnMap;
use crate::decode::DecodedPage;
use crate::folio;
use crate::form;
use crate::lines::{Line, Text, lines};
use crate::orient::{self, Standing};
use crate::page_words::PageWords;
use crate::pitch;
use crate::prepare::{self, Grey, Prepared};
use crate::quality;
use crate::reading::{FieldReading, PageReading, RecordReading, Word};
use crate::recognise::{Division, Engine, RecogniseError, Script};
use crate::register::{self, Overlay, Register};
use crate::second_look;
use crate::signature;
use crate::steps::{Step, Without};

/// Mean confidence above which a page pass shows that the page stands upright.
const LEGIBLE: f64 = 0.70;
/// A page read less surely than this is read once more in its darkest ink.
const CLEAR: f64 = 0.85;
/// How much of the way from the darkest ink to the paper that second pass keeps, in hundredths.
const DARKER: u32 = 80;

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
    engine.set_script(Script::Printed)?;
    let dpi = prepare::resolution(&page.image, page.dpi);
    let (prepared, mut words) = match &page.text_layer {
        Some(layer) if page.is_born_digital() => as_delivered(page, dpi, layer, without),
        _ => recognised(page, dpi, engine, without)?,
    };
    if !page.is_born_digital() && without.takes(Step::Typed) && pitch::is_typed(&words) {
        engine.set_script(Script::Typed)?;
        words = engine.words(&prepared.picture, prepared.dpi, Division::Page)?;
    }
    let map = known.map.as_ref();
    let mut overlay = map.map(|map| Overlay::new(map, &prepared, &words));
    let told = known.class_hint.as_deref();
    let told = told.or_else(|| overlay.as_ref()?.class());
    let has_depth = !page.is_born_digital() && !quality::is_bitonal(&page.image);
    if told.is_none() && has_depth && without.takes(Step::Darker) {
        words = with_darker(words, &prepared, classes, engine)?;
    }
    let first = lines(&words);
    let (class_id, class_confidence) = match told.and_then(|id| classes.get(id)) {
        Some(class) => (class.id.clone(), 1.0),
        None => classify(&Text::new(&first).text, classes),
    };
    let class = classes.get(&class_id).map(|class| without.class(class));
    let mut found = match &class {
        Some(class) if class.layout == Layout::Table => {
            rows(class, &prepared, &words, engine, overlay.as_mut())?
        }
        Some(class) => form_page(class, page, &prepared, &first, engine)?,
        None => Register::default(),
    };
    let mut quality = quality::judge(&page.image, &prepared, dpi, &words);
    quality::note_handwriting(&mut quality, &found.records, &words);
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

/// A born-digital page stands as its own text layer says; nothing is recognised.
fn as_delivered(
    page: &DecodedPage,
    dpi: u32,
    layer: &[Word],
    without: &Without,
) -> (Prepared, Vec<Word>) {
    let clean = prepare::clean(&page.image, dpi, without);
    let straight = Standing {
        quarter: 0,
        skew: 0.0,
        evidence: 0.0,
    };
    let scale = clean.scale;
    let scaled = |word: &Word| Word {
        bounds: word
            .bounds
            .map(|edge| (f64::from(edge) * scale).round() as i32),
        ..word.clone()
    };
    (
        prepare::upright(&clean, straight),
        layer.iter().map(scaled).collect(),
    )
}

/// The words of a page that reads badly beside those of a second page pass over its darkest ink, in which
/// what shines through and the grain of the paper pale: line by line those read more surely. A register's
/// cells are read again one by one instead.
fn with_darker(
    words: Vec<Word>,
    prepared: &Prepared,
    classes: &Classes,
    engine: &mut Engine,
) -> Result<Vec<Word>, RecogniseError> {
    if words.is_empty() || legibility(&words) >= CLEAR {
        return Ok(words);
    }
    let (class, _) = classify(&Text::new(&lines(&words)).text, classes);
    if classes
        .get(&class)
        .is_some_and(|class| class.layout == Layout::Table)
    {
        return Ok(words);
    }
    let dark = prepare::darkest(&prepared.picture, DARKER);
    let again = engine.words(&dark, prepared.dpi, Division::Page)?;
    let mut settled = PageWords::new(words);
    lines(&again).iter().for_each(|line| settled.prefer(line));
    Ok(settled.into_words())
}

/// The page pass, on the way up that letters suggest; another way up is tried if it reads badly.
fn recognised(
    page: &DecodedPage,
    dpi: u32,
    engine: &mut Engine,
    without: &Without,
) -> Result<(Prepared, Vec<Word>), RecogniseError> {
    let clean = prepare::clean(&page.image, dpi, without);
    let mut ways = orient::rank(&prepare::blobs(&clean.picture, clean.dpi), clean.dpi);
    if !without.takes(Step::WayUp) {
        ways.sort_by_key(|way| way.quarter);
    }
    let division = match without.takes(Step::PageMode) {
        true => Division::Page,
        false => Division::Free,
    };
    let prepared = prepare::upright(&clean, ways[0]);
    let words = engine.words(&prepared.picture, prepared.dpi, division)?;
    let legible = legibility(&words) >= LEGIBLE || !without.takes(Step::Confirm);
    if legible || words.is_empty() && ways[0].evidence == 0.0 {
        return Ok((prepared, words));
    }
    let Some(better) = another_way(&clean, &ways, engine)? else {
        return Ok((prepared, words));
    };
    let prepared = prepare::upright(&clean, better);
    let words = engine.words(&prepared.picture, prepared.dpi, division)?;
    Ok((prepared, words))
}

/// The way up in which the middle of the page reads clearly best, if it is not the first.
fn another_way(
    clean: &Grey,
    ways: &[Standing; 4],
    engine: &mut Engine,
) -> Result<Option<Standing>, RecogniseError> {
    let mut best: Option<(f64, usize)> = None;
    for (index, way) in ways.iter().enumerate() {
        let turned = prepare::upright(clean, *way).picture;
        let (width, height) = turned.dimensions();
        let middle =
            image::imageops::crop_imm(&turned, width / 5, height / 3, width * 3 / 5, height / 3);
        let words = engine.words(&middle.to_image(), clean.dpi, Division::Block)?;
        let clear = clear_letters(&words) as f64;
        if best.is_none_or(|(most, _)| clear > most * 1.2 + 10.0) {
            best = Some((clear, index));
        }
    }
    Ok(best
        .filter(|(_, index)| *index != 0)
        .map(|(_, index)| ways[index]))
}

fn letters(word: &Word) -> usize {
    word.text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn clear_letters(words: &[Word]) -> usize {
    words
        .iter()
        .filter(|word| word.confidence > 0.6)
        .map(letters)
        .sum()
}

/// The mean confidence of letters on the page.
fn legibility(words: &[Word]) -> f64 {
    let total: usize = words.iter().map(letters).sum();
    let sum: f64 = words
        .iter()
        .map(|word| word.confidence * letters(word) as f64)
        .sum();
    sum / total.max(1) as f64
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
            seen.iter().for_each(|line| settled.prefer(line));
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
    words: &[Word],
    engine: &mut Engine,
    overlay: Option<&mut Overlay<'_>>,
) -> Result<Register, RecogniseError> {
    let mapped = match overlay {
        Some(overlay) => overlay.read(class, prepared, words, engine)?,
        None => None,
    };
    match mapped {
        Some(register) => Ok(register),
        None => register::read(class, prepared, words, engine),
    }
}
