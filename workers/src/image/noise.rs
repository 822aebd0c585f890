//! Ink that is not writing, painted white: the black border a scanner's lid leaves, the ornamental frame of a
//! diploma, and dotted leaders. The engine reads letters into all of them and loses the text beside them.

use image::{GrayImage, Luma};

use super::pixels::{Component, connected_components, filter, labelled_components, shrink};
use crate::geometry::median;

/// Shrinking before the search: a rule or a stroke is thinner than this many pixels, the border is not.
const BORDER_FACTOR: u32 = 4;
/// Darker than this is border, when it hangs together with the edge.
const BORDER_DARK: u8 = 95;

/// Paints white every thick dark region that touches the edge of the page.
pub(super) fn remove_border(picture: &mut GrayImage) {
    let mut small = shrink(picture, BORDER_FACTOR);
    // Thin dark things (rules that run to the edge) go, so that only masses are followed.
    filter(&mut small, 1, |window| {
        window.iter().copied().max().unwrap_or(255)
    });
    let border = flood_from_edges(&small, BORDER_DARK);
    if !border.contains(&true) {
        return;
    }
    let (width, height) = (small.width() as usize, small.height() as usize);
    let reach = 2; // what the thinning took off, and the soft edge of the border
    let gone = |sx: usize, sy: usize| {
        let near = |dy: usize| {
            let at = dy * width;
            border[at + sx.saturating_sub(reach)..at + (sx + reach + 1).min(width)].contains(&true)
        };
        (sy.saturating_sub(reach)..(sy + reach + 1).min(height)).any(near)
    };
    paint_squares(picture, BORDER_FACTOR as usize, gone);
}

/// Which pixels darker than `limit` hang together with an edge of the picture (four neighbours).
fn flood_from_edges(picture: &GrayImage, limit: u8) -> Vec<bool> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let dark = |at: usize| picture.as_raw()[at] < limit;
    let edges = (0..width)
        .flat_map(|x| [x, (height - 1) * width + x])
        .chain((0..height).flat_map(|y| [y * width, (y + 1) * width - 1]));
    let mut reached = vec![false; width * height];
    // A stack of its own and no recursion: a dark scan may be one piece of millions of pixels.
    let mut open: Vec<usize> = edges.filter(|at| dark(*at)).collect();
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut reached[at], true) {
            continue;
        }
        let (x, y) = (at % width, at / width);
        let next = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        open.extend(
            next.into_iter()
                .flatten()
                .filter(|next| dark(*next) && !reached[*next]),
        );
    }
    reached
}

/// Paints white every square of pixels that is `gone`, told its column and row.
fn paint_squares(picture: &mut GrayImage, side: usize, gone: impl Fn(usize, usize) -> bool) {
    let width = picture.width() as usize;
    let rows = picture.as_mut().chunks_mut((width * side).max(1));
    for (row, lines) in rows.enumerate() {
        for column in (0..width.div_ceil(side)).filter(|column| gone(*column, row)) {
            for line in lines.chunks_exact_mut(width) {
                line[column * side..((column + 1) * side).min(width)].fill(255);
            }
        }
    }
}

/// Side of the squares the search works on, in pixels.
const SQUARE: usize = 4;

/// Longest side of a diploma with its margins, in inches: a sheet of A4. Larger sheets are registers.
const LONGEST: u32 = 13;

/// Paints out every closed frame around the page's text. A ruled table is not one: most of its ink is
/// inside, or another piece of its grid is.
pub(super) fn remove_frame(picture: &mut GrayImage, dpi: u32) {
    if picture.width().max(picture.height()) > LONGEST * dpi {
        return;
    }
    let squares = darkest_of_squares(picture);
    let (width, height) = (squares.width() as usize, squares.height() as usize);
    let (labels, pieces) = labelled_components(&squares);
    let frames: Vec<bool> = pieces
        .iter()
        .enumerate()
        .map(|(index, piece)| {
            let wide = piece.width() as usize * 10 >= width * 7;
            let high = piece.height() as usize * 10 >= height * 7;
            wide && high
                && is_hollow(&labels, width, index, piece)
                && !has_header(&labels, width, index, piece)
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
struct Region([usize; 4]);

impl Region {
    fn holds(&self, x: usize, y: usize) -> bool {
        let [left, top, right, bottom] = self.0;
        (left..right).contains(&x) && (top..bottom).contains(&y)
    }
}

/// The piece's box less `share` of `of` parts of its size at each side.
fn inset(piece: &Component, share: u32, of: u32) -> Region {
    let (across, down) = (piece.width() * share / of, piece.height() * share / of);
    let edges = [
        piece.left + across,
        piece.top + down,
        piece.right - across,
        piece.bottom - down,
    ];
    Region(edges.map(|edge| edge as usize))
}

/// Whether less than a quarter of the piece's ink is in the middle of its box.
fn is_hollow(labels: &[Option<usize>], width: usize, index: usize, piece: &Component) -> bool {
    let Region([left, top, right, bottom]) = inset(piece, 3, 20);
    let rows = (top..bottom).map(|y| &labels[y * width + left..y * width + right]);
    let within = rows
        .flatten()
        .filter(|label| **label == Some(index))
        .count();
    within * 4 < piece.area as usize
}

/// How many rows of squares a leaning rule runs through.
const LEANING: usize = 5;
/// Of a frame's width a rule from side to side covers at least this share, and white between two rules at most that.
const ACROSS: f64 = 0.97;
const OPEN: f64 = 0.5;

/// Whether a rule runs from side to side below the frame's own upper one: the frame is a table's, and between both stands
/// its header. What is ornament lies along the sides.
fn has_header(labels: &[Option<usize>], width: usize, index: usize, piece: &Component) -> bool {
    let Region([left, top, right, bottom]) = inset(piece, 0, 1);
    let across = (right - left).max(1);
    let covered = |from: usize| {
        let inked =
            |x: &usize| (from..from + LEANING).any(|y| labels[y * width + x] == Some(index));
        (left..right).filter(inked).count() as f64 / across as f64
    };
    let last = top + (bottom - top) / 2;
    let mut bands = (top..last.min(bottom.saturating_sub(LEANING))).map(covered);
    let (rule, white) = (|share| share >= ACROSS, |share| share < OPEN);
    // Its own upper rule first: ornaments at the corners may stand above it.
    bands.any(rule) && bands.any(white) && bands.any(rule)
}

/// What hangs together with the middle without crossing a frame; `None` where a frame is open, so
/// that its outside is reached.
fn reached(framed: &[bool], width: usize, middle: Region) -> Option<Vec<bool>> {
    let height = framed.len() / width;
    let mut inside = vec![false; framed.len()];
    let Region([left, top, right, bottom]) = middle;
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
    let mut squares = GrayImage::from_pixel(across as u32, down as u32, Luma([255]));
    for (y, row) in picture.as_raw().chunks_exact(width.max(1)).enumerate() {
        let line = &mut squares.as_mut()[y / SQUARE * across..(y / SQUARE + 1) * across];
        for (darkest, part) in line.iter_mut().zip(row.chunks(SQUARE)) {
            *darkest = part.iter().copied().fold(*darkest, u8::min);
        }
    }
    squares
}

/// Fewer dots in a row than this may be punctuation.
const LEAST_DOTS: usize = 8;

/// Paints out rows of eight or more small dots standing close together on one line.
pub(super) fn remove_leaders(picture: &mut GrayImage, dpi: u32) {
    let largest = (dpi / 30).max(3);
    let mut dots: Vec<Component> = connected_components(picture, dpi)
        .into_iter()
        .filter(|blob| {
            let (w, h) = (blob.width(), blob.height());
            w <= largest && h <= largest && blob.area * 2 >= w * h && w <= 3 * h && h <= 3 * w
        })
        .collect();
    dots.sort_by_key(|dot| (dot.left, dot.top));
    let level = (dpi as f32 / 100.0).max(1.5);
    let gap = dpi / 11;
    let mut rows: Vec<Vec<Component>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for dot in dots {
        open.retain(|row| {
            rows[*row]
                .last()
                .is_some_and(|last| last.right + gap >= dot.left)
        });
        let middle = |blob: &Component| (blob.top + blob.bottom) as f32 / 2.0;
        let follows = |row: &&usize| {
            let last = rows[**row].last();
            last.is_some_and(|last| {
                last.right <= dot.left && (middle(last) - middle(&dot)).abs() <= level
            })
        };
        match open.iter().find(follows).copied() {
            Some(row) => rows[row].push(dot),
            None => {
                open.push(rows.len());
                rows.push(vec![dot]);
            }
        }
    }
    let leaders = rows
        .iter()
        .filter(|row| row.len() >= LEAST_DOTS)
        .flat_map(|row| {
            // The dot below a letter may stand among them; it is larger.
            let usual = median(row.iter().map(|dot| dot.area)).unwrap_or_default();
            row.iter().filter(move |dot| dot.area * 2 <= usual * 3)
        });
    for dot in leaders {
        for y in dot.top.saturating_sub(1)..(dot.bottom + 1).min(picture.height()) {
            for x in dot.left.saturating_sub(1)..(dot.right + 1).min(picture.width()) {
                picture.put_pixel(x, y, Luma([255]));
            }
        }
    }
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
        remove_frame(&mut after, 100);
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
        remove_frame(&mut after, 100);
        assert!(ink(&after, 200..212) > 1000);
    }

    #[test]
    fn a_ruled_table_is_no_frame() {
        let before = page(12, false);
        let mut after = before.clone();
        remove_frame(&mut after, 100);
        assert_eq!(ink(&after, 200..600), ink(&before, 200..600));
    }

    #[test]
    fn a_frame_with_a_rule_below_its_header_is_a_tables() {
        let mut before = page(0, false);
        for y in 160..163 {
            (40..760).for_each(|x| before.put_pixel(x, y, Luma([0])));
        }
        let mut after = before.clone();
        remove_frame(&mut after, 100);
        assert_eq!(after, before);
    }

    #[test]
    fn a_broken_grid_and_a_sheet_larger_than_a_diploma_are_left_alone() {
        let mut broken = page(0, false);
        for y in (80..520).step_by(40) {
            (60..740).for_each(|x| broken.put_pixel(x, y, Luma([0])));
        }
        (80..521).for_each(|y| broken.put_pixel(400, y, Luma([0])));
        let before = broken.clone();
        remove_frame(&mut broken, 100);
        assert_eq!(broken, before);
        let mut large = page(0, false);
        remove_frame(&mut large, 50);
        assert_eq!(large, page(0, false));
    }

    #[test]
    fn the_smallest_pages_are_left_alone() {
        for (width, height) in [(0, 0), (1, 1), (3, 5), (5, 3)] {
            let mut page = GrayImage::from_pixel(width, height, Luma([0]));
            remove_frame(&mut page, 100);
        }
    }
}
