//! Pixels to words: one Tesseract handle, kept for the life of a child.
//!
//! The engine spreads over all cores unless `OMP_THREAD_LIMIT=1` stands in the environment before
//! the process starts; whoever starts the child sets it.

mod models;

use std::path::{Path, PathBuf};

use image::GrayImage;
use tesseract_rs::{TessPageSegMode, TesseractAPI, TesseractError};
use unicode_normalization::UnicodeNormalization;

use super::leptonica_interpose;
use crate::image::{Crop, Grey};
use crate::word::Word;
use models::{MODEL, TYPED_MODEL, WRITTEN_MODEL};
pub use models::{SECOND_MODEL, has_model, has_second_model, model_folder};

/// Why nothing could be recognised.
#[derive(Debug, thiserror::Error)]
pub enum RecogniseError {
    /// The Vietnamese model is not installed there.
    #[error("no vie.traineddata in {}; install tesseract-ocr-vie or set TESSDATA_PREFIX", .0.display())]
    NoModel(PathBuf),
    /// The engine did not start, or refused the picture.
    #[error("the recognition engine failed while it {doing}: {source}")]
    Engine {
        /// What it was asked to do.
        doing: &'static str,
        /// What the engine said.
        source: TesseractError,
    },
}

fn engine_failed(doing: &'static str) -> impl Fn(TesseractError) -> RecogniseError {
    move |source| RecogniseError::Engine { doing, source }
}

/// How the engine divides what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// A whole page: one column of text of changing size (psm 4).
    Page,
    /// A whole page as the engine likes (psm 3), to measure the other against.
    Free,
    /// One block of lines (psm 6).
    Block,
    /// One line (psm 7).
    Line,
    /// One line that fills the picture: the engine looks for nothing (psm 13).
    Strip,
}

impl Division {
    fn mode(self) -> TessPageSegMode {
        match self {
            Self::Page => TessPageSegMode::PSM_SINGLE_COLUMN,
            Self::Free => TessPageSegMode::PSM_AUTO,
            Self::Block => TessPageSegMode::PSM_SINGLE_BLOCK,
            Self::Line => TessPageSegMode::PSM_SINGLE_LINE,
            Self::Strip => TessPageSegMode::PSM_RAW_LINE,
        }
    }
}

/// How the letters of a page were made, as far as it matters to the choice of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Script {
    /// By a press or a modern printer, or by hand: letters of different widths.
    #[default]
    Printed,
    /// By a typewriter or a dot matrix printer: every letter as wide as the others.
    Typed,
}

/// The recognition engine with the Vietnamese model loaded, and a second model where there is one.
/// The models for typed pages and for handwriting are loaded when first asked.
pub struct Engine {
    first: TesseractAPI,
    second: Option<TesseractAPI>,
    typed: Option<TesseractAPI>,
    written: Option<TesseractAPI>,
    script: Script,
}

impl Engine {
    /// Loads the Vietnamese model from where [`model_folder`] finds it.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn new() -> Result<Self, RecogniseError> {
        Self::open(&model_folder())
    }

    /// Loads the Vietnamese model from a folder.
    ///
    /// # Errors
    /// [`RecogniseError::NoModel`] when it is not there, [`RecogniseError::Engine`] when it is damaged.
    pub fn open(folder: &Path) -> Result<Self, RecogniseError> {
        if !has_model(folder) {
            return Err(RecogniseError::NoModel(folder.to_owned()));
        }
        let loaded = |model: &str| {
            let api = TesseractAPI::new();
            api.init_2(&folder.to_string_lossy(), model, 1)
                .map_err(engine_failed("loaded its model"))?;
            Ok(without_negatives(api))
        };
        leptonica_interpose::take_over();
        let second = has_second_model(folder).then(|| loaded(SECOND_MODEL));
        Ok(Self {
            first: loaded(MODEL)?,
            second: second.transpose()?,
            typed: None,
            written: None,
            script: Script::Printed,
        })
    }

    /// Reads with the model for that script from now on.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn set_script(&mut self, script: Script) -> Result<(), RecogniseError> {
        self.script = script;
        // Loaded only when a page is typed: most books hold none, and each model costs memory for
        // the life of the child.
        if script == Script::Typed && self.typed.is_none() {
            self.typed = Some(tuned(TYPED_MODEL, "vie_typed")?);
        }
        Ok(())
    }

    /// The model of the script that is read.
    fn own(&self) -> &TesseractAPI {
        let typed = self.typed.as_ref().filter(|_| self.script == Script::Typed);
        typed.unwrap_or(&self.first)
    }

    /// Whether a second reading comes from another model than the first.
    pub(crate) fn has_second(&self) -> bool {
        self.second.is_some() || self.script == Script::Typed
    }

    /// The words of an upright grey picture, in reading order, with boxes in its pixels.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub fn words(
        &mut self,
        picture: &GrayImage,
        dpi: u32,
        division: Division,
    ) -> Result<Vec<Word>, RecogniseError> {
        words_by(self.own(), picture, dpi, division)
    }

    /// The words of a whole page, in its pixels.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn words_on(
        &mut self,
        page: &Grey,
        division: Division,
    ) -> Result<Vec<Word>, RecogniseError> {
        words_by(self.own(), page.whole_picture(), page.dpi, division)
    }

    /// The words of a part that was cut out, in its own pixels.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn words_of(
        &mut self,
        part: &Crop,
        division: Division,
    ) -> Result<Vec<Word>, RecogniseError> {
        words_by(self.own(), &part.picture, part.dpi, division)
    }

    /// The words of a whole page by the model for handwriting.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn words_written_on(
        &mut self,
        page: &Grey,
        division: Division,
    ) -> Result<Vec<Word>, RecogniseError> {
        words_by(self.written()?, page.whole_picture(), page.dpi, division)
    }

    /// The words of a part by the model for handwriting.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn words_written(
        &mut self,
        part: &Crop,
        division: Division,
    ) -> Result<Vec<Word>, RecogniseError> {
        words_by(self.written()?, &part.picture, part.dpi, division)
    }

    /// The model for handwriting, which is loaded when first asked.
    fn written(&mut self) -> Result<&TesseractAPI, RecogniseError> {
        Ok(match &mut self.written {
            Some(api) => api,
            unloaded => unloaded.insert(tuned(WRITTEN_MODEL, "vie_written")?),
        })
    }

    /// The figures of a line, nothing else being looked for: by the model for handwriting, or by the first.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn figures(
        &mut self,
        part: &Crop,
        by_handwriting: bool,
    ) -> Result<String, RecogniseError> {
        let api = match by_handwriting {
            true => self.written()?,
            false => &self.first,
        };
        // The list of figures is taken back before the outcome is looked at: a failed reading must
        // not leave the engine blind to letters for the next line.
        api.set_variable(ONLY, FIGURES).ok();
        let words = words_by(api, &part.picture, part.dpi, Division::Line);
        api.set_variable(ONLY, "").ok();
        let words = words?;
        let signs = words.iter().flat_map(|word| word.text.chars());
        Ok(signs.filter(char::is_ascii_digit).collect())
    }

    /// The words of a part by the second model, or by the only one. A typed page has two by itself.
    ///
    /// # Errors
    /// [`RecogniseError::Engine`].
    pub(crate) fn words_again(
        &mut self,
        part: &Crop,
        division: Division,
    ) -> Result<Vec<Word>, RecogniseError> {
        let api = self.second.as_ref().unwrap_or(&self.first);
        words_by(api, &part.picture, part.dpi, division)
    }
}

/// The engine's variable for signs besides which nothing is looked for, and the figures.
const ONLY: &str = "tessedit_char_whitelist";
const FIGURES: &str = "0123456789";

/// A model of our own.
fn tuned(model: &[u8], name: &str) -> Result<TesseractAPI, RecogniseError> {
    let api = TesseractAPI::new();
    let size = model.len() as i32; // half a megabyte
    api.init_5(model, size, name, 1, &[])
        .map_err(engine_failed("loaded a model of its own"))?;
    Ok(without_negatives(api))
}

/// Keeps the engine from reading every doubtful line once more with black and white exchanged: clean pages
/// are dark on light. Which of the two names it goes by depends on the engine's version.
fn without_negatives(api: TesseractAPI) -> TesseractAPI {
    for name in ["invert_threshold", "tessedit_do_invert"] {
        api.set_variable(name, "0").ok();
    }
    api
}

fn words_by(
    api: &TesseractAPI,
    picture: &GrayImage,
    dpi: u32,
    division: Division,
) -> Result<Vec<Word>, RecogniseError> {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    // The engine refuses a picture this small, and nothing of it could be a letter.
    if width < 3 || height < 3 {
        return Ok(Vec::new());
    }
    let failed = engine_failed("read a picture");
    api.set_page_seg_mode(division.mode()).map_err(&failed)?;
    api.set_image(picture.as_raw(), width, height, 1, width)
        .map_err(&failed)?;
    // Outside these bounds the engine guesses a resolution of its own, and guesses badly on a
    // strip.
    api.set_source_resolution(dpi.clamp(70, 600) as i32)
        .map_err(&failed)?;
    let table = api.get_tsv_text(0).map_err(&failed)?;
    api.clear().map_err(&failed)?;
    Ok(table
        .lines()
        .filter_map(word_of_line)
        .flat_map(parted)
        .collect())
}

/// One line of the engine's table: level, page, block, paragraph, line, word, x, y, w, h,
/// confidence 0 to 100, text. Level 5 is a word.
fn word_of_line(line: &str) -> Option<Word> {
    let columns: Vec<&str> = line.splitn(12, '\t').collect();
    // The text comes last, so that a tab within it stays part of it.
    let &[level, _, _, _, _, _, x, y, w, h, confidence, text] = columns.as_slice() else {
        return None;
    };
    if level != "5" || text.trim().is_empty() {
        return None;
    }
    // Level 5 is a word; the lines above tell of blocks and lines and carry no text.
    let confidence: f64 = confidence.parse().ok()?;
    Some(Word {
        text: vietnamese(text.trim()),
        confidence: (confidence / 100.0).clamp(0.0, 1.0),
        bounds: [
            x.parse().ok()?,
            y.parse().ok()?,
            w.parse().ok()?,
            h.parse().ok()?,
        ],
    })
}

/// The letters as Vietnamese writes them: the model knows Icelandic eth, and sees Đ twice at times.
fn vietnamese(text: &str) -> String {
    let text: String = text
        .nfc()
        .map(|c| match c {
            '⁄' => '/',
            'Ð' => 'Đ',
            'ð' => 'đ',
            other => other,
        })
        .collect();
    text.replace("ĐĐ", "Đ").replace("đđ", "đ")
}

/// Words the engine ran together: within a word no capital follows a small letter.
fn parted(word: Word) -> Vec<Word> {
    let letters: Vec<char> = word.text.chars().collect();
    let [x, y, width, height] = word.bounds;
    // The letters of a word are taken as equally wide: good enough to tell which column the parts
    // stand in.
    let place = |at: usize| x + (width as usize * at / letters.len()) as i32;
    let mut cuts = vec![0];
    cuts.extend((1..letters.len()).filter(|at| {
        let small = |at: usize| letters[at].is_lowercase();
        let new_word =
            letters[*at].is_uppercase() && letters.get(at + 1).is_some_and(|c| c.is_lowercase());
        // Two letters before the capital and a small one after it: a lone capital within a word is
        // a misread letter more often than a lost gap.
        small(at - 1) && *at >= 2 && new_word
    }));
    cuts.push(letters.len());
    cuts.windows(2)
        .map(|pair| Word {
            text: letters[pair[0]..pair[1]].iter().collect(),
            confidence: word.confidence,
            bounds: [place(pair[0]), y, place(pair[1]) - place(pair[0]), height],
        })
        .collect()
}

#[cfg(test)]
mod tests;
