//! What the ink of a cell says beside the letters read from it.

use image::GrayImage;

use crate::geometry::{around, bottom, median, right};
use crate::word::{Box4, Word};

/// Darker than this is ink on paper that was evened out.
const INK: u8 = 150;

/// The ink of an upright page.
#[derive(Clone, Copy)]
pub(super) struct Ink<'p> {
    pub picture: &'p GrayImage,
    dpi: u32,
}

impl<'p> Ink<'p> {
    pub fn of(picture: &'p GrayImage, dpi: u32) -> Self {
        Self { picture, dpi }
    }

    /// Whether a blank stands on paper between the letters and the figures of a word read in one
    /// (`B0825111`); `None` where its ink does not part into letters.
    pub fn has_blank_after(self, word: &Word, letters: usize) -> Option<bool> {
        let count = word.text.chars().count();
        let ink = inked(self.picture, word.bounds);
        let mut gaps: Vec<(usize, usize)> = Vec::new();
        let mut from = None;
        let begin = ink.iter().position(|ink| *ink)?;
        let end = ink.iter().rposition(|ink| *ink)?;
        for (x, ink) in ink.iter().enumerate().take(end + 1).skip(begin) {
            match (ink, from) {
                (false, None) => from = Some(x),
                (true, Some(start)) => {
                    gaps.push((start, x - start));
                    from = None;
                }
                _ => {}
            }
        }
        if letters == 0 || letters >= count || gaps.len() + 2 < count / 2 {
            return None;
        }
        let expected = begin as f64 + (end - begin) as f64 * letters as f64 / count as f64;
        let near = (end - begin) as f64 / count as f64 * 1.3;
        let usual = median(gaps.iter().map(|(_, width)| *width))?.max(1);
        let at_place = gaps
            .iter()
            .filter(|(start, width)| (*start as f64 + *width as f64 / 2.0 - expected).abs() < near);
        let widest = at_place.map(|(_, width)| *width).max()?;
        let tall = f64::from(word.bounds[3]);
        Some(widest as f64 > 2.0 * usual as f64 && widest as f64 > 0.22 * tall)
    }

    /// Whether a cell holds any writing: ink over more than a speck's width, away from its edges.
    pub fn is_written(self, cell: Box4) -> bool {
        let inset = (self.dpi / 30) as i32;
        let inner = [
            cell[0] + inset,
            cell[1] + inset,
            cell[2] - 2 * inset,
            cell[3] - 2 * inset,
        ];
        let columns = inked(self.picture, inner)
            .into_iter()
            .filter(|ink| *ink)
            .count();
        columns >= (self.dpi / 40).max(2) as usize
    }

    /// Whether a cell holds letters beside these words, away from its edges.
    pub fn has_more<'w>(self, cell: Box4, words: impl Iterator<Item = &'w Word>) -> bool {
        let boxes: Vec<Box4> = words.map(|word| word.bounds).collect();
        let (Some(height), Some(written)) = (
            median(boxes.iter().map(|own| own[3])),
            around(boxes.iter().copied()),
        ) else {
            return false;
        };
        let reach = (f64::from(height) * REACH) as i32;
        let inset = (self.dpi / 40) as i32;
        let (width, end) = (self.picture.width() as i32, self.picture.height() as i32);
        let within = |from: i32, to: i32, most: i32| (from + inset).max(0)..(to - inset).min(most);
        let own = |x: i32, y: i32| {
            (written[0] - reach..right(written) + reach).contains(&x)
                && (written[1] - reach..bottom(written) + reach).contains(&y)
        };
        let dark = |x: i32, y: i32| self.picture.get_pixel(x as u32, y as u32).0[0] < INK;
        let high = |x: &i32| {
            let rows = within(cell[1], bottom(cell), end);
            let inked: Vec<i32> = rows.filter(|y| !own(*x, *y) && dark(*x, *y)).collect();
            let high = inked.len() as f64 >= (f64::from(height) * LETTER_HIGH).max(3.0);
            // A round letter has its upper and its lower stroke.
            let ends = inked.first().zip(inked.last());
            let reach = ends.map_or(0.0, |(first, last)| {
                f64::from(last - first + 1) / f64::from(height)
            });
            high || inked.len() >= 3 && ROUND.contains(&reach)
        };
        let columns = within(cell[0], right(cell), width).filter(high).count();
        columns as f64 >= (f64::from(height) * LETTER_WIDE).max(2.0)
    }
}

/// How far beside and above a word its own ink may reach, in heights of its letters.
const REACH: f64 = 0.3;
/// Ink beside a word is a letter where it is so high and wide, in heights of the word's letters.
const LETTER_HIGH: f64 = 0.3;
const LETTER_WIDE: f64 = 0.2;
/// How high upper and lower stroke of a round letter stand together, in heights of the word's letters.
const ROUND: std::ops::Range<f64> = 0.6..1.4;

/// Columns of a box that hold ink, left to right; the box is cut to the picture.
fn inked(picture: &GrayImage, bounds: Box4) -> Vec<bool> {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let (x0, x1) = (bounds[0].clamp(0, width), right(bounds).clamp(0, width));
    let (y0, y1) = (bounds[1].clamp(0, height), bottom(bounds).clamp(0, height));
    let dark = |x: i32, y: i32| picture.get_pixel(x as u32, y as u32).0[0] < INK;
    (x0..x1).map(|x| (y0..y1).any(|y| dark(x, y))).collect()
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// Bars of ink ten wide, each after a gap.
    fn bars(gaps: &[u32]) -> (GrayImage, Word) {
        let width = gaps.iter().map(|gap| gap + 10).sum::<u32>() + 10;
        let mut picture = GrayImage::from_pixel(width, 24, Luma([255]));
        let mut x = 0;
        for gap in gaps {
            x += gap;
            for y in 0..24 {
                (x..x + 10).for_each(|x| picture.put_pixel(x, y, Luma([0])));
            }
            x += 10;
        }
        let word = Word {
            text: "B0825111"[..gaps.len()].into(),
            confidence: 0.9,
            bounds: [0, 0, width as i32, 24],
        };
        (picture, word)
    }

    #[test]
    fn a_blank_the_engine_lost_is_seen_on_paper() {
        let (picture, word) = bars(&[2, 12, 3, 3, 3, 3, 3, 3]);
        assert_eq!(Ink::of(&picture, 200).has_blank_after(&word, 1), Some(true));
        let (picture, word) = bars(&[2, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(
            Ink::of(&picture, 200).has_blank_after(&word, 1),
            Some(false)
        );
    }

    #[test]
    fn a_box_outside_the_picture_says_nothing() {
        let (picture, mut word) = bars(&[2, 12, 3]);
        word.bounds = [-500, 9000, 100, 100];
        assert_eq!(Ink::of(&picture, 200).has_blank_after(&word, 1), None);
        assert!(!Ink::of(&picture, 200).is_written([100_000, -7, 1, 1]));
    }
}
