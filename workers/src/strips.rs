//! Lines of which the places are known, read one by one: nothing is looked for a second time.

use image::GrayImage;

use crate::cutout::Cutout;
use crate::geometry::{around, right};
use crate::lines::lines;
use crate::reading::{Box4, Word};
use crate::recognise::RecogniseError;

/// Paper left beside a line, in pixels: the models learnt from lines cut like that.
const BESIDE: i32 = 4;
/// Paper left above and below a line, in pixels, or in hundredths of its height if that is more.
const OVER: (i32, i32) = (3, 5);

/// Where the lines of an upright page stand.
pub(crate) struct Strips {
    /// The page without the rules of its table, if it has one.
    ruleless: Option<GrayImage>,
    places: Vec<Box4>,
    /// How high a line with letters that reach above and below others is; 0 where nothing tells.
    line: i32,
}

impl Strips {
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
    pub fn of_cells(ruleless: GrayImage, places: Vec<Box4>, line: i32) -> Self {
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
    pub fn read(&self, page: &GrayImage, reader: impl Reader) -> Result<Vec<Word>, RecogniseError> {
        self.read_cut(page, self.places.iter(), self.line, reader)
    }

    /// The same of the wanted lines alone, cut out as closely as their ink stands, which suits the model for
    /// handwriting.
    ///
    /// # Errors
    /// [`RecogniseError`] of the reader.
    pub fn read_closely(
        &self,
        page: &GrayImage,
        wanted: impl Fn(Box4) -> bool,
        reader: impl Reader,
    ) -> Result<Vec<Word>, RecogniseError> {
        let wanted = self.places.iter().filter(|place| wanted(**place));
        self.read_cut(page, wanted, 0, reader)
    }

    /// Lines cut out at least so high.
    fn read_cut<'p>(
        &self,
        page: &GrayImage,
        places: impl Iterator<Item = &'p Box4>,
        line: i32,
        mut reader: impl Reader,
    ) -> Result<Vec<Word>, RecogniseError> {
        let page = self.ruleless.as_ref().unwrap_or(page);
        let mut words = Vec::new();
        for place in places {
            let strip = Cutout::of(page, with_paper(page, *place, line), 0);
            let read = in_order(reader(&strip.picture)?, strip.picture.width() as i32);
            words.extend(strip.on_page(read));
        }
        Ok(words)
    }
}

/// What reads a picture of one line.
pub(crate) trait Reader: FnMut(&GrayImage) -> Result<Vec<Word>, RecogniseError> {}

impl<F: FnMut(&GrayImage) -> Result<Vec<Word>, RecogniseError>> Reader for F {}

/// A place, at least so high, and the paper around it, as far as there is any.
fn with_paper(page: &GrayImage, place: Box4, line: i32) -> Box4 {
    let (width, height) = (page.width() as i32, page.height() as i32);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::tests::{page, word};
    use image::Luma;

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
        let strips = Strips::of_words(&page(&["Số 5           Họ tên", "Lê Nga"]));
        let picture = GrayImage::from_pixel(400, 100, Luma([255]));
        let mut sizes = Vec::new();
        let words = strips
            .read_closely(
                &picture,
                |place| place[1] < 40,
                |strip| {
                    sizes.push(strip.dimensions());
                    Ok(vec![word("x", 4, 3)])
                },
            )
            .unwrap();
        assert_eq!(sizes.len(), 2);
        let places: Vec<(i32, i32)> = words.iter().map(|w| (w.bounds[0], w.bounds[1])).collect();
        assert_eq!(places, [(4, 3), (180, 3)]);
    }
}
