//! What the ink of a cell says beside the letters read from it.

use crate::geometry::{around, median};
use crate::image::{Grey, INK, InkSpan};
use crate::word::{Box4, Word};

/// The ink of an upright page.
#[derive(Clone, Copy)]
pub(super) struct Ink<'p> {
    pub page: &'p Grey,
}

impl<'p> Ink<'p> {
    pub fn of(page: &'p Grey) -> Self {
        Self { page }
    }

    /// Whether a blank stands on paper between the letters and the figures of a word read in one
    /// (`B0825111`); `None` where its ink does not part into letters.
    pub fn has_blank_after(self, word: &Word, letters: usize) -> Option<bool> {
        let count = word.text.chars().count();
        let ink: Vec<bool> = self.columns(word.bounds).map(|ink| ink > 0).collect();
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
        let inset = (self.page.dpi / 30) as i32;
        let columns = self
            .columns(grown(cell, -inset))
            .filter(|ink| *ink > 0)
            .count();
        columns >= (self.page.dpi / 40).max(2) as usize
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
        let inset = (self.page.dpi / 40) as i32;
        let inner = grown(cell, -inset);
        // What is near the words is their own.
        let columns = self.page.ink_beside(inner, grown(written, reach), INK);
        let high = |column: &&InkSpan| {
            let high = column.ink as f64 >= (f64::from(height) * LETTER_HIGH).max(3.0);
            // A round letter has its upper and its lower stroke.
            let reach = column.end.saturating_sub(column.from) as f64 / f64::from(height);
            high || column.ink >= 3 && ROUND.contains(&reach)
        };
        let columns = columns.iter().filter(high).count();
        columns as f64 >= (f64::from(height) * LETTER_WIDE).max(2.0)
    }

    /// The ink in each column of a place, left to right; the place is cut to the page.
    fn columns(self, place: Box4) -> impl Iterator<Item = usize> {
        self.page.ink_by_column(place, INK).into_iter()
    }
}

/// A box larger by so much on each side.
fn grown([left, top, width, height]: Box4, by: i32) -> Box4 {
    [left - by, top - by, width + 2 * by, height + 2 * by]
}

/// How far beside and above a word its own ink may reach, in heights of its letters.
const REACH: f64 = 0.3;
/// Ink beside a word is a letter where it is so high and wide, in heights of the word's letters.
const LETTER_HIGH: f64 = 0.3;
const LETTER_WIDE: f64 = 0.2;
/// How high upper and lower stroke of a round letter stand together, in heights of the word's letters.
const ROUND: std::ops::Range<f64> = 0.6..1.4;

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;

    /// Bars of ink ten wide, each after a gap.
    fn bars(gaps: &[u32]) -> (Grey, Word) {
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
        (Grey::new(picture, 200), word)
    }

    #[test]
    fn a_blank_the_engine_lost_is_seen_on_paper() {
        let (page, word) = bars(&[2, 12, 3, 3, 3, 3, 3, 3]);
        assert_eq!(Ink::of(&page).has_blank_after(&word, 1), Some(true));
        let (page, word) = bars(&[2, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(Ink::of(&page).has_blank_after(&word, 1), Some(false));
    }

    #[test]
    fn a_box_outside_the_picture_says_nothing() {
        let (page, mut word) = bars(&[2, 12, 3]);
        word.bounds = [-500, 9000, 100, 100];
        assert_eq!(Ink::of(&page).has_blank_after(&word, 1), None);
        assert!(!Ink::of(&page).is_written([100_000, -7, 1, 1]));
    }
}
