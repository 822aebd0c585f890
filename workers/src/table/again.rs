//! Cells read once more, alone.

use image::GrayImage;

use crate::confidence::Second;
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
        let size = ((x1 - x0 + 2 * margin) as u32, (y1 - y0 + 2 * margin) as u32);
        let mut crop = GrayImage::from_pixel(size.0, size.1, image::Luma([255]));
        let part = image::imageops::crop_imm(
            self.picture,
            x0 as u32,
            y0 as u32,
            (x1 - x0) as u32,
            (y1 - y0) as u32,
        );
        image::imageops::replace(&mut crop, &part.to_image(), margin.into(), margin.into());
        let mut words = words(self.engine, &crop, self.dpi)?;
        for word in &mut words {
            word.bounds[0] += x0 - margin;
            word.bounds[1] += y0 - margin;
        }
        Ok((!words.is_empty()).then_some(words))
    }
}
