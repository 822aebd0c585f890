//! Plain recognition: the whole page upright as it is, words with boxes, no fields.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tesseract_rs::{TessPageIteratorLevel, TesseractAPI};
use unicode_normalization::UnicodeNormalization;

use crate::decode::DecodedPage;
use crate::reading::{PageReading, Quality, Word};

/// Where Debian keeps the trained data.
const DEBIAN_TESSDATA: &str = "/usr/share/tesseract-ocr/5/tessdata";

/// The engine, loaded at the first page.
pub(super) struct Engine {
    tessdata: PathBuf,
    loaded: Option<TesseractAPI>,
}

impl Engine {
    pub(super) fn new(tessdata: Option<&Path>) -> Self {
        let tessdata = tessdata.unwrap_or(Path::new(DEBIAN_TESSDATA)).to_path_buf();
        Self {
            tessdata,
            loaded: None,
        }
    }

    pub(super) fn tessdata(&self) -> &Path {
        &self.tessdata
    }

    fn api(&mut self) -> Result<&TesseractAPI, String> {
        if self.loaded.is_none() {
            let api = TesseractAPI::new();
            api.init(&self.tessdata, "vie")
                .map_err(|error| error.to_string())?;
            self.loaded = Some(api);
        }
        Ok(self.loaded.as_ref().expect("just loaded"))
    }
}

/// Reads the page's words.
pub(super) fn read_page(
    page: &DecodedPage,
    engine: &mut Engine,
    hint: Option<&str>,
) -> Result<PageReading, String> {
    let started = Instant::now();
    let grey = page.image.to_luma8();
    let (width, height) = grey.dimensions();
    let words = words(engine.api()?, &grey).map_err(|error| error.to_string())?;
    let text = words
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    Ok(PageReading {
        class: hint.unwrap_or("general").to_owned(),
        class_confidence: 0.0,
        rotation: 0,
        skew: 0.0,
        dpi: page.dpi.unwrap_or(300),
        width,
        height,
        text,
        words,
        records: Vec::new(),
        quality: Quality::default(),
        milliseconds: started.elapsed().as_millis() as u64,
    })
}

fn words(
    api: &TesseractAPI,
    grey: &image::GrayImage,
) -> Result<Vec<Word>, tesseract_rs::TesseractError> {
    let (width, height) = (grey.width() as i32, grey.height() as i32);
    api.set_image(grey.as_raw(), width, height, 1, width)?;
    api.set_source_resolution(300)?;
    api.recognize()?;
    let mut words = Vec::new();
    let Ok(found) = api.get_iterator() else {
        return Ok(words); // a page without words has no iterator
    };
    let level = TessPageIteratorLevel::RIL_WORD;
    loop {
        if let (Ok(text), Ok((left, top, right, bottom)), Ok(percent)) = (
            found.get_utf8_text(level),
            found.get_bounding_box(level),
            found.confidence(level),
        ) {
            words.push(Word {
                text: text.nfc().collect(),
                confidence: f64::from(percent) / 100.0,
                bounds: [left, top, right - left, bottom - top],
            });
        }
        if !found.next(level).unwrap_or(false) {
            return Ok(words);
        }
    }
}
