//! A part of a page cut out, to be read alone.

use image::{GrayImage, Luma, imageops};

use super::{Grey, tone};
use crate::word::{Box4, Word};

/// A place of an upright page with white paper around it: the engine loses letters at an edge.
pub(crate) struct Crop {
    /// Its pixels and the paper.
    pub picture: GrayImage,
    /// Dots per inch.
    pub dpi: u32,
    /// In pixels, without the paper.
    pub height: i32,
    /// Where the picture begins on the page.
    corner: (i32, i32),
}

impl Grey {
    /// A place within the page, with a margin of paper on each side, in pixels.
    pub fn crop(&self, place: Box4, margin: i32) -> Crop {
        let [left, top, width, height] = place.map(|edge| edge as u32);
        let mut picture = imageops::crop_imm(&self.picture, left, top, width, height).to_image();
        if margin > 0 {
            let part = picture;
            let paper = 2 * margin as u32;
            picture = GrayImage::from_pixel(width + paper, height + paper, Luma([255]));
            imageops::replace(&mut picture, &part, margin.into(), margin.into());
        }
        Crop {
            picture,
            dpi: self.dpi,
            height: place[3],
            corner: (place[0] - margin, place[1] - margin),
        }
    }
}

impl Crop {
    /// A picture of a place of the page.
    pub(super) fn of(picture: GrayImage, dpi: u32, place: [u32; 4]) -> Self {
        let [left, top, _, height] = place.map(|edge| edge as i32);
        Self {
            picture,
            dpi,
            height,
            corner: (left, top),
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

    /// The same with another picture of the place.
    fn shown_as(&self, picture: GrayImage, dpi: u32) -> Self {
        Self {
            picture,
            dpi,
            height: self.height,
            corner: self.corner,
        }
    }

    /// Turned by a quarter clockwise, and by one against the clock; places on the page are lost.
    pub fn on_its_sides(&self) -> [Self; 2] {
        [
            imageops::rotate90(&self.picture),
            imageops::rotate270(&self.picture),
        ]
        .map(|picture| self.shown_as(picture, self.dpi))
    }

    /// Twice as large, in twice the resolution; places on the page are lost.
    pub fn doubled(&self) -> Self {
        let (width, height) = self.picture.dimensions();
        let smooth = imageops::FilterType::CatmullRom;
        let picture = imageops::resize(&self.picture, width * 2, height * 2, smooth);
        self.shown_as(picture, self.dpi * 2)
    }

    /// The darkest ink alone, down to `depth` hundredths of the way to the paper: stamps, pencil and what shines
    /// through are lighter than print.
    pub fn darkest_ink(&self, depth: u32) -> Self {
        self.shown_as(tone::darkest_ink(&self.picture, depth), self.dpi)
    }

    /// Whether anything on it is as dark as ink. In the darkest of bare paper its grain turns black, which takes the
    /// engine a hundred times as long as words.
    pub fn holds_ink(&self) -> bool {
        tone::holds_ink(&self.picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_paper_around_it_and_its_words_stand_on_the_page() {
        let page = GrayImage::from_fn(60, 40, |x, y| Luma([(x + y) as u8]));
        let page = Grey::new(page, 300);
        let crop = page.crop([20, 10, 5, 4], 3);
        assert_eq!(crop.picture.dimensions(), (11, 10));
        assert_eq!(crop.picture.get_pixel(3, 3), page.picture.get_pixel(20, 10));
        assert_eq!(crop.picture.get_pixel(2, 3).0, [255]);
        let word = Word {
            text: "Lê".into(),
            confidence: 0.9,
            bounds: [3, 3, 5, 4],
        };
        assert_eq!(crop.on_page(vec![word])[0].bounds, [20, 10, 5, 4]);
    }

    #[test]
    fn a_part_stands_on_both_its_sides_and_twice_as_large() {
        let page = Grey::new(GrayImage::from_pixel(60, 40, Luma([255])), 300);
        let crop = page.crop([20, 10, 5, 9], 0);
        let sides = crop.on_its_sides().map(|side| side.picture.dimensions());
        assert_eq!(sides, [(9, 5), (9, 5)]);
        let doubled = crop.doubled();
        assert_eq!((doubled.picture.dimensions(), doubled.dpi), ((10, 18), 600));
    }
}
