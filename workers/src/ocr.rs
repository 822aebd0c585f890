//! From an upright page to its words: the first pass of the engine, by the model for print.

pub mod engine;
pub(crate) mod figures;
mod leptonica_interpose;
pub(crate) mod line_images;
pub(crate) mod monospace;
pub(crate) mod words;

use crate::ablation::Step;
use crate::context::Context;
use crate::image::Upright;
use crate::layout::{RuledTable, Rules, TextLines};
use crate::word::Word;
use engine::{Division, Engine, RecogniseError};
use line_images::{LineImages, read_blocks};

/// What the first pass gives.
pub(crate) struct FirstPass {
    /// In pixels of the upright page.
    pub words: Vec<Word>,
    /// The ruled lines of the page.
    pub rules: Rules,
    /// The table they draw.
    pub table: Option<RuledTable>,
    /// Where its lines of text stand, if the rules of a table told.
    pub line_images: Option<LineImages>,
    /// What the model for handwriting read in doubtful lines, where it was asked.
    pub handwriting: Option<Vec<Word>>,
    /// Whether the page brought its words with it, so that none were recognised.
    pub is_delivered: bool,
}

impl FirstPass {
    /// A born-digital page: the words of its text layer, in pixels as delivered; nothing is recognised.
    pub fn delivered(page: &Upright, layer: &[Word]) -> Self {
        let placed = |word: &Word| Word {
            bounds: page.transform.to_upright(word.bounds),
            ..word.clone()
        };
        let rules = Rules::of(page);
        Self {
            words: layer.iter().map(placed).collect(),
            table: RuledTable::of(&rules, page),
            rules,
            line_images: None,
            handwriting: None,
            is_delivered: true,
        }
    }
}

/// The words of an upright page: those of a ruled table line by line, where its rules and ink tell the lines,
/// and the others where the engine finds them.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(crate) fn first_pass(
    page: &Upright,
    context: &Context<'_>,
    engine: &mut Engine,
) -> Result<FirstPass, RecogniseError> {
    let division = match context.takes(Step::PageMode) {
        true => Division::Page,
        false => Division::Free,
    };
    let rules = Rules::of(page);
    let mut first = FirstPass {
        words: Vec::new(),
        table: RuledTable::of(&rules, page),
        rules,
        line_images: None,
        handwriting: None,
        is_delivered: false,
    };
    let table = first.table.as_ref().filter(|_| context.takes(Step::Strips));
    let lines = table.and_then(|table| TextLines::of(table, &first.rules, page));
    let Some(lines) = lines else {
        first.words = engine.words_on(page, division)?;
        return Ok(first);
    };
    let outside = read_blocks(&lines.outside, division, engine)?;
    let cells = LineImages::of_cells(lines.ruleless, lines.lines, lines.line_height);
    first.words = cells.read(page, |line| engine.words_of(line, Division::Strip))?;
    first.line_images = Some(cells.and_words(&outside));
    first.words.extend(outside);
    Ok(first)
}

/// A page with all its words.
pub(crate) struct Recognised {
    pub page: Upright,
    /// In pixels of the upright page.
    pub words: Vec<Word>,
    /// What the model for print read, where the model for typed pages read `words`.
    pub print_words: Option<Vec<Word>>,
    /// Whether the model for handwriting was asked about the whole page.
    pub by_handwriting: bool,
    /// Whether the page brought its words with it.
    pub is_delivered: bool,
    /// The ruled lines of the page.
    pub rules: Rules,
    /// The table they draw.
    pub table: Option<RuledTable>,
}
