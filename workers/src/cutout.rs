//! A part of a page by itself, to be read alone.

use image::{GrayImage, Luma, imageops};

use crate::reading::{Box4, Word};

/// A place of an upright page with white paper around it: the engine loses letters at an edge.
pub(crate) struct Cutout {
    /// Its pixels and the paper.
    pub picture: GrayImage,
    /// Where the picture begins on the page.
    corner: (i32, i32),
}

impl Cutout {
    /// A place within the page, and so many pixels of paper on each side.
    pub fn of(page: &GrayImage, place: Box4, margin: i32) -> Self {
        let [left, top, width, height] = place.map(|edge| edge as u32);
        let part = imageops::crop_imm(page, left, top, width, height).to_image();
        let paper = 2 * margin as u32;
        let mut picture = GrayImage::from_pixel(width + paper, height + paper, Luma([255]));
        imageops::replace(&mut picture, &part, margin.into(), margin.into());
        Self {
            picture,
            corner: (place[0] - margin, place[1] - margin),
        }
    }

    /// Words of the picture, where they stand on the page.
    pub fn on_page(&self, mut words: Vec<Word>) -> Vec<Word> {
        for word in &mut words {
            word.bounds[0] += self.corner.0;
            word.bounds[1] += self.corner.1;
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_paper_around_it_and_its_words_stand_on_the_page() {
        let page = GrayImage::from_fn(60, 40, |x, y| Luma([(x + y) as u8]));
        let cutout = Cutout::of(&page, [20, 10, 5, 4], 3);
        assert_eq!(cutout.picture.dimensions(), (11, 10));
        assert_eq!(cutout.picture.get_pixel(3, 3), page.get_pixel(20, 10));
        assert_eq!(cutout.picture.get_pixel(2, 3).0, [255]);
        let word = Word {
            text: "Lê".into(),
            confidence: 0.9,
            bounds: [3, 3, 5, 4],
        };
        assert_eq!(cutout.on_page(vec![word])[0].bounds, [20, 10, 5, 4]);
    }
}
