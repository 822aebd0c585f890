//! Parts of a page cut out and read alone: lines whose places are known, so that nothing is looked for a second time,
//! and the blocks of text beside a table, which on the whole page would cost the engine twice the time.

use super::engine::{Division, Engine, RecogniseError};
use crate::geometry::{around, right};
use crate::image::{Crop, Grey, InkSpan};
use crate::layout::lines::lines;
use crate::word::{Box4, Word};

/// Paper left beside a line, in pixels: the models learnt from lines cut like that.
const BESIDE: i32 = 4;
/// Paper left above and below a line, in pixels, or in hundredths of its height if that is more.
const OVER: (i32, i32) = (3, 5);

/// Where the lines of an upright page stand.
pub(crate) struct LineImages {
    /// The page without the rules of its table, if it has one.
    ruleless: Option<Grey>,
    places: Vec<Box4>,
    /// How high a line with letters that reach above and below others is; 0 where nothing tells.
    line: i32,
}

impl LineImages {
    /// Of lines that were read before, each part with wide gaps around it by itself.
    pub fn of_words(words: &[Word]) -> Self {
        let lines = lines(words);
        let parts = lines.iter().flat_map(|line| {
            let parts = line.segments().into_iter();
            parts.filter_map(|part| around(line.words[part].iter().map(|word| word.bounds)))
        });
        Self {
            ruleless: None,
            places: parts.collect(),
            line: 0,
        }
    }

    /// Of the cells of a table, on a page without its rules, and how high its usual line is: the model for
    /// print takes a low line of figures that is cut out closely for large letters.
    pub fn of_cells(ruleless: Grey, places: Vec<Box4>, line: i32) -> Self {
        Self {
            ruleless: Some(ruleless),
            places,
            line,
        }
    }

    /// With the lines of words outside the table.
    pub fn and_words(mut self, words: &[Word]) -> Self {
        self.places.extend(Self::of_words(words).places);
        self
    }

    /// The words of all lines of a page, in its pixels, by what reads a picture of one line.
    ///
    /// # Errors
    /// [`RecogniseError`] of the reader.
    pub fn read(&self, page: &Grey, reader: impl Reader) -> Result<Vec<Word>, RecogniseError> {
        self.read_cut(page, self.places.iter(), self.line, reader)
    }

    /// The same of the wanted lines alone, cut out as closely as their ink stands, which suits the model for
    /// handwriting.
    ///
    /// # Errors
    /// [`RecogniseError`] of the reader.
    pub fn read_closely(
        &self,
        page: &Grey,
        wanted: impl Fn(Box4) -> bool,
        reader: impl Reader,
    ) -> Result<Vec<Word>, RecogniseError> {
        let wanted = self.places.iter().filter(|place| wanted(**place));
        self.read_cut(page, wanted, 0, reader)
    }

    /// Lines cut out at least so high.
    fn read_cut<'p>(
        &self,
        page: &Grey,
        places: impl Iterator<Item = &'p Box4>,
        line: i32,
        mut reader: impl Reader,
    ) -> Result<Vec<Word>, RecogniseError> {
        let page = self.ruleless.as_ref().unwrap_or(page);
        let mut words = Vec::new();
        for place in places {
            let place = with_paper(page, *place, line);
            let strip = page.crop(place, 0);
            let read = in_order(reader(&strip)?, place[2]);
            words.extend(strip.on_page(read));
        }
        Ok(words)
    }
}

/// What reads a picture of one line.
pub(crate) trait Reader: FnMut(&Crop) -> Result<Vec<Word>, RecogniseError> {}

impl<F: FnMut(&Crop) -> Result<Vec<Word>, RecogniseError>> Reader for F {}

/// A place, at least so high, and the paper around it, as far as there is any.
fn with_paper(page: &Grey, place: Box4, line: i32) -> Box4 {
    let (width, height) = page.pixel_size();
    let (width, height) = (width as i32, height as i32);
    let high = place[3].max(line);
    let top = place[1] - (high - place[3]) / 2;
    let over = OVER.0.max(high * OVER.1 / 100);
    let (x0, y0) = ((place[0] - BESIDE).max(0), (top - over).max(0));
    let (x1, y1) = (
        (right(place) + BESIDE).min(width),
        (top + high + over).min(height),
    );
    [x0, y0, (x1 - x0).max(0), (y1 - y0).max(0)]
}

/// The words of a line as they follow one another: where the engine lost a letter's place it gives its word
/// the whole line, of which it keeps what lies between its neighbours.
fn in_order(mut words: Vec<Word>, width: i32) -> Vec<Word> {
    for at in 0..words.len() {
        let before = words[..at].last().map_or(0, |word| right(word.bounds));
        let after = words.get(at + 1).map_or(width, |word| word.bounds[0]);
        let [x, y, wide, high] = words[at].bounds;
        let (left, end) = (x.max(before), (x + wide).min(after));
        let cut = wide - (end - left);
        if cut > high / 2 && end > left {
            words[at].bounds = [left, y, end - left, high];
        }
    }
    words
}

/// Paper between pieces, in hundredths of an inch.
const APART: u32 = 33;
/// A row of pixels with less ink is paper.
const LEAST_IN_ROW: usize = 3;
/// A piece with less ink than this many pixels, in hundredths of an inch, is specks.
const LEAST_IN_PIECE: u32 = 20;
/// White paper added around a block, in hundredths of an inch.
const MARGIN: u32 = 7;

/// The words of a page of which most is paper.
///
/// # Errors
/// [`RecogniseError`] when the engine fails.
pub(super) fn read_blocks(
    page: &Grey,
    division: Division,
    engine: &mut Engine,
) -> Result<Vec<Word>, RecogniseError> {
    let mut words = Vec::new();
    for place in blocks(page) {
        let piece = page.crop(place, (page.dpi * MARGIN / 100) as i32);
        words.extend(piece.on_page(engine.words_of(&piece, division)?));
    }
    Ok(words)
}

/// Where ink stands, from top to bottom, with much paper between one and the next.
fn blocks(page: &Grey) -> Vec<Box4> {
    let dpi = page.dpi;
    let rows: Vec<InkSpan> = page.ink_rows();
    let apart = (dpi * APART / 100) as usize;
    let inked = rows.iter().enumerate();
    let inked = inked.filter(|(_, row)| row.ink >= LEAST_IN_ROW);
    let mut bands: Vec<(usize, usize)> = Vec::new();
    for (at, _) in inked {
        match bands.last_mut() {
            Some((_, end)) if at - *end < apart => *end = at + 1,
            _ => bands.push((at, at + 1)),
        }
    }
    let piece = |(from, end): (usize, usize)| {
        let rows = &rows[from..end];
        let ink: usize = rows.iter().map(|row| row.ink).sum();
        let left = rows.iter().map(|row| row.from).min()?;
        let right = rows.iter().map(|row| row.end).max()?;
        let place = [left, from, right - left, end - from].map(|edge| edge as i32);
        (ink * 100 >= (dpi * LEAST_IN_PIECE) as usize).then_some(place)
    };
    bands.into_iter().filter_map(piece).collect()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::layout::lines::tests::{page, word};

    #[test]
    fn a_word_that_was_given_the_whole_line_keeps_what_lies_between_its_neighbours() {
        let mut lost = word("Thuận,", 0, 0);
        lost.bounds[2] = 365;
        let words = vec![word("Hành", 4, 0), lost, word("Hành", 295, 0)];
        let bounds: Vec<(i32, i32)> = in_order(words, 365)
            .iter()
            .map(|word| (word.bounds[0], word.bounds[2]))
            .collect();
        assert_eq!(bounds, [(4, 48), (52, 243), (295, 48)]);
    }

    #[test]
    fn every_wanted_part_of_a_line_is_read_alone_and_its_words_stand_where_it_stood() {
        let strips = LineImages::of_words(&page(&["Số 5           Họ tên", "Lê Nga"]));
        let picture = Grey::new(GrayImage::from_pixel(400, 100, Luma([255])), 300);
        let mut sizes = Vec::new();
        let words = strips
            .read_closely(
                &picture,
                |place| place[1] < 40,
                |strip| {
                    sizes.push(strip.picture.dimensions());
                    Ok(vec![word("x", 4, 3)])
                },
            )
            .unwrap();
        assert_eq!(sizes.len(), 2);
        let places: Vec<(i32, i32)> = words.iter().map(|w| (w.bounds[0], w.bounds[1])).collect();
        assert_eq!(places, [(4, 3), (180, 3)]);
    }

    #[test]
    fn writing_far_apart_is_cut_out_closely_and_specks_are_left() {
        let mut page = GrayImage::from_pixel(900, 1200, Luma([255]));
        let mut dark = |[x, y, width, height]: [u32; 4]| {
            (y..y + height)
                .for_each(|y| (x..x + width).for_each(|x| page.put_pixel(x, y, Luma([20]))))
        };
        dark([100, 50, 400, 30]);
        dark([200, 110, 500, 30]);
        dark([50, 1000, 60, 20]);
        dark([700, 600, 4, 4]);
        let page = Grey::new(page, 300);
        assert_eq!(blocks(&page), [[100, 50, 600, 90], [50, 1000, 60, 20]]);
        assert!(blocks(&Grey::new(GrayImage::new(0, 0), 300)).is_empty());
    }
}
