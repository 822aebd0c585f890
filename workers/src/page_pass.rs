//! The passes over a whole page: the way up, the model for its letters, the words.

mod outside;
mod way_up;

use crate::belief::Belief;
use crate::class::{Classes, Layout};
use crate::classify::classify;
use crate::decode::DecodedPage;
use crate::lines::{Text, lines};
use crate::orient::Standing;
use crate::page_reader::Known;
use crate::page_words::{PageWords, Seen};
use crate::pitch;
use crate::prepare::{self, Prepared};
use crate::reading::{BY_HAND, Box4, Word, legibility};
use crate::recognise::{Division, Engine, RecogniseError, Script};
use crate::steps::{Step, Without};
use crate::strips::Strips;
use crate::table::Grid;
use way_up::recognised;

/// A page read less surely than this is read again by the model for handwriting.
const CLEAR: f64 = 0.85;

/// What the model for print sees on a page.
struct Look {
    words: Vec<Word>,
    /// Its ruled table, where the cells were read by it.
    grid: Option<Grid>,
    /// Where its lines stand, if the table told.
    strips: Option<Strips>,
}

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
    let (prepared, look) = (pass.prepared, pass.look);
    if without.takes(Step::Typed) && pitch::is_typed(&look.words) {
        engine.set_script(Script::Typed)?;
        let seen = Seen {
            words: typed(look.strips, &prepared, engine)?,
            elsewhere: Some(look.words),
            grid: look.grid,
            by_pen: false,
        };
        return Ok((prepared, seen));
    }
    let clear = legibility(&look.words).unwrap_or(1.0);
    if clear >= CLEAR {
        let seen = Seen {
            words: look.words,
            grid: look.grid,
            ..Seen::default()
        };
        return Ok((prepared, seen));
    }
    let unclear = Unclear {
        clear,
        is_table: is_table(&look.words, classes, known),
        pen: pass.pen,
    };
    let seen = looked_again(look, unclear, &prepared, engine)?;
    Ok((prepared, seen))
}

/// The words of a typed page by the model that is loaded for it: in a table line by line, else over the page
/// once more, because what the model for print did not take for words may be some.
fn typed(
    strips: Option<Strips>,
    page: &Prepared,
    engine: &mut Engine,
) -> Result<Vec<Word>, RecogniseError> {
    let Some(strips) = strips else {
        return engine.words(&page.picture, page.dpi, Division::Page);
    };
    strips.read(&page.picture, |strip| {
        engine.words(strip, page.dpi, Division::Strip)
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
    /// It holds a table, whose cells are read again one by one if it is printed.
    is_table: bool,
    /// Its words by the model for handwriting, if it was asked before.
    pen: Option<Vec<Word>>,
}

/// The words of such a page, line by line those that are read more surely: by the model for print or by that
/// for handwriting.
fn looked_again(
    look: Look,
    page: Unclear,
    prepared: &Prepared,
    engine: &mut Engine,
) -> Result<Seen, RecogniseError> {
    let may_be_written = !page.is_table || page.clear < BY_HAND;
    let by_pen = prepared.without.takes(Step::Written) && may_be_written;
    let pen = match page.pen {
        _ if !by_pen => Vec::new(),
        Some(pen) => pen,
        None => by_hand(&look, prepared, engine)?,
    };
    let mut settled = PageWords::new(look.words);
    lines(&pen)
        .iter()
        .for_each(|line| settled.prefer(line, Belief::PEN));
    Ok(Seen {
        words: settled.into_words(),
        elsewhere: None,
        grid: look.grid,
        by_pen,
    })
}

/// What the model for handwriting reads in lines of which the words are not sure.
fn by_hand(look: &Look, page: &Prepared, engine: &mut Engine) -> Result<Vec<Word>, RecogniseError> {
    if !page.without.takes(Step::Strips) {
        return engine.words_written(&page.picture, page.dpi, Division::Page);
    }
    let known;
    let strips = match &look.strips {
        Some(told) => told,
        None => {
            known = Strips::of_words(&look.words);
            &known
        }
    };
    let words = PageWords::new(look.words.clone());
    let open = |place: Box4| words.is_open(place, Belief::PEN);
    strips.read_closely(&page.picture, open, |strip| {
        engine.words_written(strip, page.dpi, Division::Strip)
    })
}
