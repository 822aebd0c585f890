//! Cells read once more, alone.

use image::GrayImage;

use crate::confidence::Second;
use crate::cutout::Cutout;
use crate::geometry::{bottom, right};
use crate::reading::{Box4, Word};
use crate::recognise::{Division, Engine, RecogniseError};

/// Reads parts of one page again.
pub(super) struct Again<'a> {
    picture: &'a GrayImage,
    dpi: u32,
    engine: &'a mut Engine,
}

impl<'a> Again<'a> {
    pub fn new(picture: &'a GrayImage, dpi: u32, engine: &'a mut Engine) -> Self {
        Self {
            picture,
            dpi,
            engine,
        }
    }

    /// What an equal second reading is worth: most if another model gave it.
    pub fn same(&self) -> Second {
        match self.engine.has_second() {
            true => Second::SameElsewhere,
            false => Second::Same,
        }
    }

    /// A header cell, of one line or more.
    ///
    /// # Errors
    /// [`RecogniseError`].
    pub fn header(&mut self, cell: Box4) -> Result<Option<Vec<Word>>, RecogniseError> {
        self.read(cell, |engine, crop, dpi| {
            engine.words(crop, dpi, Division::Block)
        })
    }

    /// A cell by the second model, or in another way by the only one.
    ///
    /// # Errors
    /// [`RecogniseError`].
    pub fn cell(&mut self, cell: Box4, lines: usize) -> Result<Option<Vec<Word>>, RecogniseError> {
        let division = match lines > 1 {
            true => Division::Block,
            false => Division::Line,
        };
        self.read(cell, |engine, crop, dpi| {
            engine.words_again(crop, dpi, division)
        })
    }

    /// The cell alone, without its rules, on white.
    fn read(
        &mut self,
        cell: Box4,
        words: impl FnOnce(&mut Engine, &GrayImage, u32) -> Result<Vec<Word>, RecogniseError>,
    ) -> Result<Option<Vec<Word>>, RecogniseError> {
        let inset = (self.dpi / 60) as i32;
        let (x0, y0) = ((cell[0] + inset).max(0), (cell[1] + inset).max(0));
        let x1 = (right(cell) - inset).min(self.picture.width() as i32);
        let y1 = (bottom(cell) - inset).min(self.picture.height() as i32);
        if x1 - x0 < 8 || y1 - y0 < 8 {
            return Ok(None);
        }
        let margin = (self.dpi / 20) as i32;
        let alone = Cutout::of(self.picture, [x0, y0, x1 - x0, y1 - y0], margin);
        let words = words(self.engine, &alone.picture, self.dpi)?;
        Ok((!words.is_empty()).then(|| alone.on_page(words)))
    }
}
