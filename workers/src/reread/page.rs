//! A whole page read again: a typed one by the model for such pages, one that reads badly by that for
//! handwriting.

use crate::ablation::{Ablation, Step};
use crate::class::Layout;
use crate::class::classify::classify;
use crate::context::Context;
use crate::image::Upright;
use crate::layout::lines::{Text, lines};
use crate::model_trust::ModelTrust;
use crate::ocr::engine::{Division, Engine, RecogniseError, Script};
use crate::ocr::line_images::LineImages;
use crate::ocr::words::PageWords;
use crate::ocr::{FirstPass, Recognised, monospace};
use crate::word::{Box4, HANDWRITTEN, Word, legibility};

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
    if !first.is_delivered {
        if context.takes(Step::Typed) && monospace::is_monospaced(&first.words) {
            engine.set_script(Script::Typed)?;
            let words = typed(first.line_images.as_ref(), &page, engine)?;
            print_words = Some(std::mem::replace(&mut first.words, words));
        } else if may_be_handwritten(&first.words, context) {
            by_handwriting = true;
            let written = lines(handwriting(&mut first, &page, context.ablation, engine)?);
            let mut words = PageWords::new(first.words);
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
        None => engine.words(&page.picture, page.dpi, Division::Page),
        Some(lines) => lines.read(&page.picture, |line| {
            engine.words(line, page.dpi, Division::Strip)
        }),
    }
}

/// Whether a page reads so badly that it may be written by hand. A table that reads a little badly is not asked
/// about: its cells are read again one by one.
fn may_be_handwritten(words: &[Word], context: &Context<'_>) -> bool {
    let clear = legibility(words).unwrap_or(1.0);
    context.takes(Step::Written)
        && clear < CLEAR
        && (clear < HANDWRITTEN || !is_table(words, context))
}

/// Whether the page holds a table, as far as that was told or can be read.
fn is_table(words: &[Word], context: &Context<'_>) -> bool {
    let class = || {
        context.declared_class().or_else(|| {
            let (id, _) = classify(&Text::new(&lines(words)).text, context.classes);
            context.classes.get(&id)
        })
    };
    context.known.map.is_some() || class().is_some_and(|class| class.layout == Layout::Table)
}

/// What the model for handwriting reads in lines of which the words are not sure. It is asked once.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn handwriting<'f>(
    first: &'f mut FirstPass,
    page: &Upright,
    ablation: &Ablation,
    engine: &mut Engine,
) -> Result<&'f [Word], RecogniseError> {
    if first.handwriting.is_none() {
        first.handwriting = Some(match ablation.takes(Step::Strips) {
            true => handwritten_lines(first, page, engine)?,
            false => engine.words_written(&page.picture, page.dpi, Division::Page)?,
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
        None => {
            of_words = LineImages::of_words(&first.words);
            &of_words
        }
    };
    let words = PageWords::new(first.words.clone());
    let open = |place: Box4| words.is_open(place, ModelTrust::HANDWRITING);
    lines.read_closely(&page.picture, open, |line| {
        engine.words_written(line, page.dpi, Division::Strip)
    })
}
