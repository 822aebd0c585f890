//! The ornamental frame of a diploma, painted white with what stands between its lines: the engine
//! reads rows of letters into it and loses the lines of text beside it.

use image::GrayImage;

use super::blobs::{Blob, components};
use super::pixels::paint_squares;

/// Side of the squares the search works on, in pixels.
const SQUARE: usize = 4;

/// Longest side of a diploma with its margins, in inches: a sheet of A4. Larger sheets are registers.
const LONGEST: u32 = 13;

/// Paints out every closed frame around the page's text. A ruled table is none: most of its ink is
/// inside, or another piece of its grid is.
pub(super) fn paint_out(picture: &mut GrayImage, dpi: u32) {
    if picture.width().max(picture.height()) > LONGEST * dpi {
        return;
    }
    let squares = darkest_of_squares(picture);
    let (width, height) = (squares.width() as usize, squares.height() as usize);
    let (labels, pieces) = components(&squares);
    let frames: Vec<bool> = pieces
        .iter()
        .enumerate()
        .map(|(index, piece)| {
            let wide = piece.width() as usize * 10 >= width * 7;
            let high = piece.height() as usize * 10 >= height * 7;
            wide && high && is_hollow(&labels, width, index, piece)
        })
        .collect();
    let grid = pieces.iter().enumerate().any(|(index, piece)| {
        let wide = piece.width() as usize * 4 >= width;
        let high = piece.height() as usize * 4 >= height;
        wide && high && !frames[index]
    });
    if grid {
        return;
    }
    let Some(smallest) = (0..pieces.len())
        .filter(|index| frames[*index])
        .min_by_key(|index| pieces[*index].width())
    else {
        return;
    };
    let framed: Vec<bool> = labels
        .iter()
        .map(|label| label.is_some_and(|label| frames[label]))
        .collect();
    let inside = reached(&framed, width, inset(&pieces[smallest], 3, 10));
    let middle = inset(&pieces[smallest], 1, 8);
    let gone = |x: usize, y: usize| {
        let kept = inside.as_ref().is_some_and(|inside| inside[y * width + x]);
        let beside = inside.is_some() || near(&framed, width, height, x, y);
        !middle.holds(x, y) && beside && !kept
    };
    paint_squares(picture, SQUARE, gone);
}

/// A part of the page in squares: left, top, right, bottom.
struct Part([usize; 4]);

impl Part {
    fn holds(&self, x: usize, y: usize) -> bool {
        let [left, top, right, bottom] = self.0;
        (left..right).contains(&x) && (top..bottom).contains(&y)
    }
}

/// The piece's box less `share` of `of` parts of its size at each side.
fn inset(piece: &Blob, share: u32, of: u32) -> Part {
    let (across, down) = (piece.width() * share / of, piece.height() * share / of);
    let edges = [
        piece.left + across,
        piece.top + down,
        piece.right - across,
        piece.bottom - down,
    ];
    Part(edges.map(|edge| edge as usize))
}

/// Whether less than a quarter of the piece's ink is in the middle of its box.
fn is_hollow(labels: &[Option<usize>], width: usize, index: usize, piece: &Blob) -> bool {
    let Part([left, top, right, bottom]) = inset(piece, 3, 20);
    let rows = (top..bottom).map(|y| &labels[y * width + left..y * width + right]);
    let within = rows
        .flatten()
        .filter(|label| **label == Some(index))
        .count();
    within * 4 < piece.area as usize
}

/// What hangs together with the middle without crossing a frame; `None` where a frame is open, so
/// that its outside is reached.
fn reached(framed: &[bool], width: usize, middle: Part) -> Option<Vec<bool>> {
    let height = framed.len() / width;
    let mut inside = vec![false; framed.len()];
    let Part([left, top, right, bottom]) = middle;
    let mut open: Vec<usize> = (top..bottom)
        .flat_map(|y| (left..right).map(move |x| y * width + x))
        .filter(|at| !framed[*at])
        .collect();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut inside[at], true) {
            continue;
        }
        let (x, y) = (at % width, at / width);
        if x == 0 || y == 0 || x + 1 == width || y + 1 == height {
            return None;
        }
        let next = [at - 1, at + 1, at - width, at + width];
        open.extend(
            next.into_iter()
                .filter(|next| !framed[*next] && !inside[*next]),
        );
    }
    Some(inside)
}

/// Whether the square or one beside it belongs to a frame.
fn near(framed: &[bool], width: usize, height: usize, x: usize, y: usize) -> bool {
    (y.saturating_sub(1)..(y + 2).min(height)).any(|row| {
        framed[row * width + x.saturating_sub(1)..row * width + (x + 2).min(width)].contains(&true)
    })
}

/// The darkest pixel of each square, so that a thin rule stays whole.
fn darkest_of_squares(picture: &GrayImage) -> GrayImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (across, down) = (width.div_ceil(SQUARE), height.div_ceil(SQUARE));
    let mut squares = GrayImage::from_pixel(across as u32, down as u32, image::Luma([255]));
    for (y, row) in picture.as_raw().chunks_exact(width.max(1)).enumerate() {
        let line = &mut squares.as_mut()[y / SQUARE * across..(y / SQUARE + 1) * across];
        for (darkest, part) in line.iter_mut().zip(row.chunks(SQUARE)) {
            *darkest = part.iter().copied().fold(*darkest, u8::min);
        }
    }
    squares
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A white page with a frame of two lines, rows of text, and rules across where asked for.
    fn page(rules: u32, gap: bool) -> GrayImage {
        GrayImage::from_fn(800, 600, |x, y| {
            let ring = |d: u32| {
                let within = (d..800 - d).contains(&x) && (d..600 - d).contains(&y);
                let inner = (d + 3..797 - d).contains(&x) && (d + 3..597 - d).contains(&y);
                within && !inner && !(gap && (300..330).contains(&x) && y < 100)
            };
            let ornament = (26..34).contains(&y) && x % 20 < 6 && (30..770).contains(&x);
            let text = (200..212).contains(&y) && x % 11 < 6 && (150..650).contains(&x);
            let ruled = rules > 0 && y % (600 / rules) < 2 && (40..760).contains(&x);
            Luma([if ring(16) || ring(40) || ornament || text || ruled {
                0
            } else {
                255
            }])
        })
    }

    fn ink(picture: &GrayImage, rows: std::ops::Range<u32>) -> usize {
        let dark = |y| (0..picture.width()).filter(move |x| picture.get_pixel(*x, y)[0] < 128);
        rows.map(|y| dark(y).count()).sum()
    }

    #[test]
    fn a_frame_goes_with_its_ornaments_and_the_text_stays() {
        let before = page(0, false);
        let mut after = before.clone();
        paint_out(&mut after, 100);
        assert_eq!(ink(&after, 0..60), 0);
        assert_eq!(
            ink(&after, 200..212),
            ink(&before, 200..212) - 12 * 12,
            "only the frame's sides"
        );
    }

    #[test]
    fn an_open_frame_goes_without_what_stands_beside_it() {
        let mut after = page(0, true);
        paint_out(&mut after, 100);
        assert!(ink(&after, 200..212) > 1000);
    }

    #[test]
    fn a_ruled_table_is_no_frame() {
        let before = page(12, false);
        let mut after = before.clone();
        paint_out(&mut after, 100);
        assert_eq!(ink(&after, 200..600), ink(&before, 200..600));
    }

    #[test]
    fn a_broken_grid_and_a_sheet_larger_than_a_diploma_are_left_alone() {
        let mut broken = page(0, false);
        for y in (80..520).step_by(40) {
            (60..740).for_each(|x| broken.put_pixel(x, y, Luma([0])));
        }
        (80..521).for_each(|y| broken.put_pixel(400, y, Luma([0])));
        let before = broken.clone();
        paint_out(&mut broken, 100);
        assert_eq!(broken, before);
        let mut large = page(0, false);
        paint_out(&mut large, 50);
        assert_eq!(large, page(0, false));
    }

    #[test]
    fn the_smallest_pages_are_left_alone() {
        for (width, height) in [(0, 0), (1, 1), (3, 5), (5, 3)] {
            let mut page = GrayImage::from_pixel(width, height, Luma([0]));
            paint_out(&mut page, 100);
        }
    }
}
