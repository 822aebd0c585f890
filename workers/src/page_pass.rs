//! The passes over a whole page: the way up, the model for its letters, the words.

use crate::belief::Belief;
use crate::class::{Classes, Layout};
use crate::classify::classify;
use crate::decode::DecodedPage;
use crate::lines::{Text, lines};
use crate::orient::{self, Standing};
use crate::page_reader::Known;
use crate::page_words::{PageWords, Seen};
use crate::pitch;
use crate::prepare::{self, Grey, Prepared};
use crate::quality;
use crate::reading::{BY_HAND, Word, legibility};
use crate::recognise::{Division, Engine, RecogniseError, Script};
use crate::steps::{Step, Without};

/// How much of the way from the darkest ink to the paper that second pass keeps, in hundredths.
const DARKER: u32 = 80;
/// A page read less surely than this is read again: by the model for handwriting, and in its darkest ink.
const CLEAR: f64 = 0.85;
/// Below this its darkest ink alone may read better.
const DIM: f64 = 0.75;
/// Mean confidence above which a page pass shows that the page stands upright.
const LEGIBLE: f64 = 0.70;

/// The page made ready, and its words: those it brings, else those of the model for its letters, and of
/// a second pass where it reads badly.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn look(
    page: &DecodedPage,
    dpi: u32,
    classes: &Classes,
    engine: &mut Engine,
    known: &Known,
    without: &Without,
) -> Result<(Prepared, Seen), RecogniseError> {
    engine.set_script(Script::Printed)?;
    if let Some(layer) = page.text_layer.as_ref().filter(|_| page.is_born_digital()) {
        let (prepared, words) = as_delivered(page, dpi, layer, without);
        let seen = Seen {
            words,
            ..Seen::default()
        };
        return Ok((prepared, seen));
    }
    let pass = recognised(page, dpi, engine, without)?;
    let (prepared, words) = (pass.prepared, pass.words);
    if without.takes(Step::Typed) && pitch::is_typed(&words) {
        engine.set_script(Script::Typed)?;
        let typed = engine.words(&prepared.picture, prepared.dpi, Division::Page)?;
        let seen = Seen {
            words: typed,
            elsewhere: Some(words),
            by_pen: false,
        };
        return Ok((prepared, seen));
    }
    let clear = legibility(&words).unwrap_or(1.0);
    if clear >= CLEAR {
        let seen = Seen {
            words,
            ..Seen::default()
        };
        return Ok((prepared, seen));
    }
    let unclear = Unclear {
        clear,
        has_depth: !quality::is_bitonal(&page.image),
        is_table: is_table(&words, classes, known),
        pen: pass.pen,
    };
    let seen = looked_again(words, unclear, &prepared, engine)?;
    Ok((prepared, seen))
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

/// Whether the page holds a table, as far as it was told or can be read: the cells of a register are read
/// again one by one.
fn is_table(words: &[Word], classes: &Classes, known: &Known) -> bool {
    if known.map.is_some() {
        return true;
    }
    let told = known.class_hint.as_deref().and_then(|id| classes.get(id));
    let class = told.or_else(|| {
        let (id, _) = classify(&Text::new(&lines(words)).text, classes);
        classes.get(&id)
    });
    class.is_some_and(|class| class.layout == Layout::Table)
}

/// A page that reads badly.
struct Unclear {
    /// Mean confidence of its letters.
    clear: f64,
    /// It has more than black and white.
    has_depth: bool,
    /// It holds a table, whose cells are read again one by one if it is printed.
    is_table: bool,
    /// Its words by the model for handwriting, if it was asked before.
    pen: Option<Vec<Word>>,
}

/// The words of such a page beside those of further page passes, line by line those read more surely: over
/// its darkest ink, in which what shines through and the grain of the paper pale, and by the model for
/// handwriting.
fn looked_again(
    words: Vec<Word>,
    page: Unclear,
    prepared: &Prepared,
    engine: &mut Engine,
) -> Result<Seen, RecogniseError> {
    let takes = |step| prepared.without.takes(step);
    let by_pen = takes(Step::Written) && (!page.is_table || page.clear < BY_HAND);
    let is_dim = page.has_depth && !page.is_table && page.clear < DIM;
    let mut settled = PageWords::new(words);
    if takes(Step::Darker) && is_dim {
        let dark = prepare::darkest(&prepared.picture, DARKER);
        let again = engine.words(&dark, prepared.dpi, Division::Page)?;
        let again = lines(&again);
        again
            .iter()
            .for_each(|line| settled.prefer(line, Belief::MACHINE));
    }
    if by_pen {
        let pen = match page.pen {
            Some(pen) => pen,
            None => engine.words_written(&prepared.picture, prepared.dpi, Division::Page)?,
        };
        let pen = lines(&pen);
        pen.iter()
            .for_each(|line| settled.prefer(line, Belief::PEN));
    }
    Ok(Seen {
        words: settled.into_words(),
        elsewhere: None,
        by_pen,
    })
}

/// What the first look at a page gives.
struct Pass {
    prepared: Prepared,
    words: Vec<Word>,
    /// The words of the model for handwriting, where it was asked whether the page stands upright.
    pen: Option<Vec<Word>>,
}

/// The page pass, on the way up that letters suggest; another way up is tried if neither the model for
/// print nor that for handwriting reads it well.
fn recognised(
    page: &DecodedPage,
    dpi: u32,
    engine: &mut Engine,
    without: &Without,
) -> Result<Pass, RecogniseError> {
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
    let mut pass = Pass {
        prepared,
        words,
        pen: None,
    };
    let is_legible = |words: &[Word]| legibility(words).unwrap_or_default() >= LEGIBLE;
    let is_empty = pass.words.is_empty() && ways[0].evidence == 0.0;
    if is_legible(&pass.words) || is_empty || !without.takes(Step::Confirm) {
        return Ok(pass);
    }
    if without.takes(Step::Written) {
        let page = &pass.prepared;
        let pen = engine.words_written(&page.picture, page.dpi, Division::Page)?;
        if is_legible(pass.pen.insert(pen)) {
            return Ok(pass);
        }
    }
    let Some(better) = another_way(&clean, &ways, engine)? else {
        return Ok(pass);
    };
    let prepared = prepare::upright(&clean, better);
    let words = engine.words(&prepared.picture, prepared.dpi, division)?;
    Ok(Pass {
        prepared,
        words,
        pen: None,
    })
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

fn clear_letters(words: &[Word]) -> usize {
    words
        .iter()
        .filter(|word| word.confidence > 0.6)
        .map(Word::letters)
        .sum()
}
