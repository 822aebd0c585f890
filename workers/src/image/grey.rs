//! A clean grey page at the resolution it is read in. Its pixels do not leave this folder: whoever works on a page asks
//! it for numbers, profiles of its ink and pieces of it, for runs of ridges (`ridges.rs`), or for parts cut out
//! (`crop.rs`). The engine alone is shown the whole.

use std::borrow::Cow;
use std::ops::Range;

use image::GrayImage;

use super::pixels::{Component, INK, connected_components, shrink};
use super::tone;
use crate::geometry::{bottom, right};
use crate::word::Box4;

/// An evenly lit page in grey, its pixels closed to all but this folder.
pub(crate) struct Grey {
    pub(super) picture: GrayImage,
    /// Dots per inch.
    pub dpi: u32,
}

impl Grey {
    pub fn new(picture: GrayImage, dpi: u32) -> Self {
        Self { picture, dpi }
    }

    /// Width and height in its own pixels.
    pub fn pixel_size(&self) -> (u32, u32) {
        self.picture.dimensions()
    }

    /// All its pixels, for the engine that reads the whole of it.
    pub fn whole_picture(&self) -> &GrayImage {
        &self.picture
    }

    /// Its pieces of connected ink, no larger than half an inch on the longer side.
    pub fn pieces(&self) -> Vec<Component> {
        connected_components(&self.picture, self.dpi)
    }

    /// Darker than this is ink: `depth` hundredths of the way from the darkest to the paper.
    pub fn ink_limit(&self, depth: u32) -> u8 {
        tone::ink_threshold(&self.picture, depth)
    }

    /// How many pixels are darker than `limit` in each column of a place, left to right; the place is cut to the page.
    pub fn ink_by_column(&self, place: Box4, limit: u8) -> Vec<usize> {
        let (columns, rows) = self.cut(place);
        let mut counts = vec![0; columns.len()];
        for row in self.rows(rows) {
            let row = &row[columns.clone()];
            for (count, value) in counts.iter_mut().zip(row) {
                *count += usize::from(*value < limit);
            }
        }
        counts
    }

    /// The same in each row, top to bottom.
    pub fn ink_by_row(&self, place: Box4, limit: u8) -> Vec<usize> {
        let (columns, rows) = self.cut(place);
        let count = |row: &[u8]| {
            let row = row[columns.clone()].iter();
            row.filter(|value| **value < limit).count()
        };
        self.rows(rows).map(count).collect()
    }

    /// The same in each of these columns between the heights told for it, which are cut to the page.
    pub fn ink_between(
        &self,
        columns: Range<u32>,
        limit: u8,
        heights: impl Fn(u32) -> Range<u32>,
    ) -> Vec<usize> {
        let (width, height) = self.pixel_size();
        let count = |x: u32| {
            let Range { start, end } = heights(x);
            let rows = start..end.min(height);
            let dark = |y: &u32| self.picture.get_pixel(x, *y).0[0] < limit;
            rows.filter(dark).count()
        };
        (columns.start..columns.end.min(width)).map(count).collect()
    }

    /// What is darker than `limit` in each column of a place, left to right, but for what stands in `own`; both places
    /// are cut to the page.
    pub fn ink_beside(&self, place: Box4, own: Box4, limit: u8) -> Vec<InkSpan> {
        let (columns, rows) = self.cut(place);
        let (own_columns, own_rows) = self.cut(own);
        let mut spans = vec![InkSpan::none(rows.end); columns.len()];
        for (y, row) in rows.clone().zip(self.rows(rows)) {
            for (x, span) in columns.clone().zip(&mut spans) {
                if row[x] < limit && !(own_rows.contains(&y) && own_columns.contains(&x)) {
                    span.ink += 1;
                    span.from = span.from.min(y);
                    span.end = y + 1;
                }
            }
        }
        spans
    }

    /// What ink each row of the page has.
    pub fn ink_rows(&self) -> Vec<InkSpan> {
        self.rows(0..self.picture.height() as usize)
            .map(InkSpan::of)
            .collect()
    }

    /// The page without what stands in these places, which may reach beyond it.
    pub fn without(&self, places: impl IntoIterator<Item = Box4>) -> Self {
        let mut picture = self.picture.clone();
        let width = picture.width() as usize;
        for place in places {
            let (columns, rows) = self.cut(place);
            for y in rows {
                picture.as_mut()[y * width..][columns.clone()].fill(255);
            }
        }
        Self::new(picture, self.dpi)
    }

    /// Where it is darker than `limit`, at about that resolution and no finer than its own.
    pub fn bitmap(&self, dpi: u32, limit: u8) -> Bitmap {
        let (small, factor) = self.shrunk(dpi);
        Bitmap {
            ink: small.as_raw().iter().map(|value| *value < limit).collect(),
            width: small.width() as usize,
            height: small.height() as usize,
            factor,
        }
    }

    /// Its picture at about that resolution and no finer than its own, with its pixels for each of those.
    pub(super) fn shrunk(&self, dpi: u32) -> (Cow<'_, GrayImage>, u32) {
        match self.dpi / dpi {
            0 | 1 => (Cow::Borrowed(&self.picture), 1),
            factor => (Cow::Owned(shrink(&self.picture, factor)), factor),
        }
    }

    fn rows(&self, rows: Range<usize>) -> impl Iterator<Item = &[u8]> {
        let width = (self.picture.width() as usize).max(1);
        let lines = self.picture.as_raw().chunks_exact(width);
        lines.skip(rows.start).take(rows.len())
    }

    /// The columns and rows of a place that are on the page.
    fn cut(&self, place: Box4) -> (Range<usize>, Range<usize>) {
        let (width, height) = (self.picture.width() as i32, self.picture.height() as i32);
        let within = |from: i32, end: i32, most: i32| {
            let (from, end) = (from.clamp(0, most), end.clamp(0, most));
            from as usize..end.max(from) as usize
        };
        let columns = within(place[0], right(place), width);
        (columns, within(place[1], bottom(place), height))
    }
}

/// The ink in a row or a column of pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InkSpan {
    /// How many pixels of it are ink.
    pub ink: usize,
    /// Its first one; behind the last pixel where there is none.
    pub from: usize,
    /// Behind its last one; 0 where there is none.
    pub end: usize,
}

impl InkSpan {
    /// Paper up to that pixel.
    fn none(last: usize) -> Self {
        Self {
            ink: 0,
            from: last,
            end: 0,
        }
    }

    fn of(row: &[u8]) -> Self {
        let is_ink = |value: &u8| *value < INK;
        Self {
            ink: row.iter().filter(|value| is_ink(value)).count(),
            from: row.iter().position(is_ink).unwrap_or(row.len()),
            end: row.iter().rposition(is_ink).map_or(0, |last| last + 1),
        }
    }
}

/// Ink or paper, row by row.
pub(crate) struct Bitmap {
    pub ink: Vec<bool>,
    pub width: usize,
    pub height: usize,
    /// Pixels of the page for each of its own.
    pub factor: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Ten by six, a block of ink four wide and two high with its corner at (3, 2).
    fn page() -> Grey {
        let ink = |x, y| (3..7).contains(&x) && (2..4).contains(&y);
        let pixel = |x, y| Luma([if ink(x, y) { 20 } else { 255 }]);
        Grey::new(GrayImage::from_fn(10, 6, pixel), 300)
    }

    #[test]
    fn profiles_count_the_ink_of_a_place_that_is_on_the_page() {
        let page = page();
        assert_eq!(page.ink_by_column([2, 0, 3, 6], INK), [0, 2, 2]);
        assert_eq!(page.ink_by_row([0, 1, 10, 3], INK), [0, 4, 4]);
        let whole = page.ink_by_column([-50, -50, 500, 500], INK);
        assert_eq!((whole.len(), whole.iter().sum::<usize>()), (10, 8));
        assert_eq!(page.ink_by_row([8, 3, -4, 2], INK), [0, 0]);
        assert!(page.ink_by_column([400, 1, 9, 9], INK).is_empty());
        assert!(page.ink_by_row([0, 4, 9, -9], INK).is_empty());
        let slanted = page.ink_between(3..20, INK, |x| 0..x - 1);
        assert_eq!(slanted, [0, 1, 2, 2, 0, 0, 0]);
    }

    #[test]
    fn what_is_taken_away_is_paper_and_the_page_itself_stays() {
        let page = page();
        let without = page.without([[5, -3, 100, 6], [0, 0, 1, 1]]);
        assert_eq!(
            without.ink_by_column([0, 0, 10, 6], INK)[3..7],
            [2, 2, 1, 1]
        );
        let span = |ink, from, end| InkSpan { ink, from, end };
        assert_eq!(page.ink_rows()[1..3], [span(0, 10, 0), span(4, 3, 7)]);
        let beside = page.ink_beside([4, 1, 3, 9], [5, 0, 1, 3], INK);
        assert_eq!(beside, [span(2, 2, 4), span(1, 3, 4), span(2, 2, 4)]);
        let nothing = page.ink_beside([4, 1, 1, 9], [0, 0, 900, 900], INK);
        assert_eq!(nothing, [span(0, 6, 0)]);
    }

    #[test]
    fn a_bitmap_is_no_finer_than_the_page() {
        let page = page();
        assert_eq!(page.bitmap(600, INK).factor, 1);
        let half = page.bitmap(150, INK);
        assert_eq!((half.width, half.height, half.factor), (5, 3, 2));
        assert_eq!(half.ink.iter().filter(|ink| **ink).count(), 3);
    }
}
