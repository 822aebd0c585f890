//! One page from pixels to proposed records: the whole walk of a child.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::class::{Class, Classes, Layout, Scope};
use crate::classify::classify;
use crate::decode::DecodedPage;
use crate::form;
use crate::lines::{Line, Text, lines};
use crate::orient::{self, Standing};
use crate::prepare::{self, Grey, Prepared};
use crate::quality;
use crate::reading::{FieldReading, PageReading, RecordReading, Word};
use crate::recognise::{Division, Engine, RecogniseError};
use crate::second_look;
use crate::signature;
use crate::table;

/// Mean confidence above which a page pass shows that the page stands upright.
const LEGIBLE: f64 = 0.70;

/// Reads a page: which class it is, its words, and the records proposed from them.
///
/// `hint` names the class when whoever delivered the page knows it; an unknown one is ignored.
///
/// # Errors
/// [`RecogniseError`] when the engine fails; a page without words is a reading all the same.
pub fn read_page(
    page: &DecodedPage,
    classes: &Classes,
    engine: &mut Engine,
    hint: Option<&str>,
) -> Result<PageReading, RecogniseError> {
    let begun = Instant::now();
    let dpi = prepare::resolution(&page.image, page.dpi);
    let (prepared, words) = match &page.text_layer {
        Some(layer) if !layer.is_empty() => as_delivered(page, dpi, layer),
        _ => recognised(page, dpi, engine)?,
    };
    let lines = lines(&words);
    let text = Text::new(&lines).text;
    let hinted = hint
        .and_then(|id| classes.get(id))
        .map(|class| (class.id.clone(), 1.0));
    let (class_id, class_confidence) = hinted.unwrap_or_else(|| classify(&text, classes));
    let mut records = match classes.get(&class_id) {
        Some(class) => records(class, page, &prepared, &words, &lines, engine)?,
        None => Vec::new(),
    };
    let mut quality = quality::judge(&page.image, &prepared, dpi, &words);
    quality::note_handwriting(&mut quality, &records, &words);
    let turn = prepared.turn;
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
        quality,
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// A born-digital page stands as its own text layer says; nothing is recognised.
fn as_delivered(page: &DecodedPage, dpi: u32, layer: &[Word]) -> (Prepared, Vec<Word>) {
    let clean = prepare::clean(&page.image, dpi);
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

/// The page pass, on the way up that letters suggest; another way up is tried if it reads badly.
fn recognised(
    page: &DecodedPage,
    dpi: u32,
    engine: &mut Engine,
) -> Result<(Prepared, Vec<Word>), RecogniseError> {
    let clean = prepare::clean(&page.image, dpi);
    let ways = orient::rank(&prepare::blobs(&clean.picture, clean.dpi), clean.dpi);
    let prepared = prepare::upright(&clean, ways[0]);
    let words = engine.words(&prepared.picture, prepared.dpi, Division::Page)?;
    let first = legibility(&words);
    if first >= LEGIBLE || words.is_empty() && ways[0].evidence == 0.0 {
        return Ok((prepared, words));
    }
    let Some(better) = another_way(&clean, &ways, engine)? else {
        return Ok((prepared, words));
    };
    let prepared = prepare::upright(&clean, better);
    let words = engine.words(&prepared.picture, prepared.dpi, Division::Page)?;
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

fn records(
    class: &Class,
    page: &DecodedPage,
    prepared: &Prepared,
    words: &[Word],
    lines: &[Line],
    engine: &mut Engine,
) -> Result<Vec<RecordReading>, RecogniseError> {
    if class.layout == Layout::Table {
        return rows(class, prepared, words, engine);
    }
    let mut fields = form::fields(class, lines, None);
    if page.text_layer.is_none() {
        if class.layout == Layout::Form {
            second_look::look_again(class, prepared, lines, &mut fields, engine)?;
        }
        signature::read_again(class, page, prepared, lines, &mut fields, engine)?;
    }
    form::weigh(class, &mut fields);
    Ok(if fields.is_empty() {
        Vec::new()
    } else {
        vec![record(class, fields)]
    })
}

fn record(class: &Class, fields: BTreeMap<String, FieldReading>) -> RecordReading {
    RecordReading {
        class: class.id.clone(),
        fields,
        bounds: None,
    }
}

fn rows(
    class: &Class,
    prepared: &Prepared,
    words: &[Word],
    engine: &mut Engine,
) -> Result<Vec<RecordReading>, RecogniseError> {
    let Some(grid) = table::grid(&prepared.picture, prepared.dpi) else {
        return Ok(Vec::new());
    };
    let mut records = table::records(class, &grid, words, &prepared.picture, prepared.dpi, engine)?;
    let around = lines(&table::outside(&grid, words));
    table::share(
        &mut records,
        &form::fields(class, &around, Some(Scope::Page)),
    );
    Ok(records)
}
