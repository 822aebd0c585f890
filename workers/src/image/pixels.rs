//! Pixels at large: shrinking by whole factors, running means and extremes, turning, connected components of ink.

use std::borrow::Cow;

use image::{GrayImage, Luma, imageops};

use crate::geometry::{PageTransform, Turn};

/// The picture of content that stands turned clockwise by `turn`, turned back.
pub(super) fn turned_back(picture: &GrayImage, turn: Turn) -> Cow<'_, GrayImage> {
    match turn {
        Turn::None => Cow::Borrowed(picture),
        Turn::Quarter => Cow::Owned(imageops::rotate270(picture)),
        Turn::Half => Cow::Owned(imageops::rotate180(picture)),
        Turn::ThreeQuarters => Cow::Owned(imageops::rotate90(picture)),
    }
}

/// The mean of each `factor` × `factor` square; a part square at the edge counts what it has.
pub(super) fn shrink(picture: &GrayImage, factor: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let (small_w, small_h) = (width.div_ceil(factor), height.div_ceil(factor));
    let mut small = GrayImage::new(small_w, small_h);
    let source = picture.as_raw();
    let mut sums = vec![0u32; width as usize];
    // Sums run along whole rows, so that memory is read in order; edge squares are narrower and
    // divide by their own size.
    let rows = source.chunks(((width * factor) as usize).max(1));
    for (rows, line) in rows.zip(small.as_mut().chunks_exact_mut((small_w as usize).max(1))) {
        sums.fill(0);
        for row in rows.chunks_exact(width as usize) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += u32::from(*value);
            }
        }
        let high = (rows.len() / width as usize) as u32;
        for (value, square) in line.iter_mut().zip(sums.chunks(factor as usize)) {
            *value = (square.iter().sum::<u32>() / (square.len() as u32 * high)) as u8;
        }
    }
    small
}

/// Each pixel becomes what `pick` makes of the window of `radius` around it, along rows then columns.
pub(super) fn filter(picture: &mut GrayImage, radius: usize, pick: fn(&[u8]) -> u8) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = picture.as_mut();
    for row in pixels.chunks_exact_mut(width) {
        let before = row.to_vec();
        for (x, value) in row.iter_mut().enumerate() {
            *value = pick(&before[x.saturating_sub(radius)..(x + radius + 1).min(width)]);
        }
    }
    let mut column = vec![0u8; height];
    for x in 0..width {
        for (y, value) in column.iter_mut().enumerate() {
            *value = pixels[y * width + x];
        }
        for y in 0..height {
            pixels[y * width + x] =
                pick(&column[y.saturating_sub(radius)..(y + radius + 1).min(height)]);
        }
    }
}

/// Fixed-point places on a page have this many bits behind the point: a row of a thousand inches goes
/// astray by less than a millionth of a pixel, and `floor` is a shift.
const POINT: u32 = 44;

/// A part `[left, top, width, height]` of the page turned as `transform` says, between pixels linearly; what lies
/// outside is white.
pub(super) fn resample(
    picture: &GrayImage,
    transform: &PageTransform,
    place: [u32; 4],
) -> GrayImage {
    let [from_x, from_y, out_width, out_height] = place;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let source = picture.as_raw();
    let mut out = GrayImage::from_pixel(out_width, out_height, Luma([255]));
    let origin = transform.to_quartered(0.5, 0.5);
    let (sin, cos) = transform.skew.to_radians().sin_cos();
    let fixed = |pixels: f64| (pixels * (1u64 << POINT) as f64).round() as i64;
    let step = (fixed(cos), fixed(sin));
    // Beside and below the pixel another one is needed; before the first, a place wraps to a large one.
    let (last_x, last_y) = (width.saturating_sub(1), height.saturating_sub(1));
    let before = (step.0 * i64::from(from_x), step.1 * i64::from(from_x));
    let rows = out.as_mut().chunks_exact_mut((out_width as usize).max(1));
    for (line, row) in (from_y..).zip(rows) {
        let mut x = fixed(origin.0 - f64::from(line) * sin - 0.5) + before.0;
        let mut y = fixed(origin.1 + f64::from(line) * cos - 0.5) + before.1;
        for value in row.iter_mut() {
            let (left, top) = ((x >> POINT) as usize, (y >> POINT) as usize);
            if left < last_x && top < last_y {
                let at = top * width + left;
                let part = |place: i64| (place >> (POINT - 8)) as u32 & 255;
                let (fx, fy) = (part(x), part(y));
                let mix = |pair: &[u8]| u32::from(pair[0]) * (256 - fx) + u32::from(pair[1]) * fx;
                let above = mix(&source[at..at + 2]);
                let below = mix(&source[at + width..at + width + 2]);
                *value = ((above * (256 - fy) + below * fy) >> 16) as u8;
            }
            x += step.0;
            y += step.1;
        }
    }
    out
}

/// Darker than this is ink on an evenly lit page.
pub(crate) const INK: u8 = 150;

/// The box around one piece of connected ink, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Component {
    pub left: u32,
    pub top: u32,
    /// First column right of it.
    pub right: u32,
    /// First row below it.
    pub bottom: u32,
    /// How many pixels of ink it has.
    pub area: u32,
}

impl Component {
    pub fn width(&self) -> u32 {
        self.right - self.left
    }

    pub fn height(&self) -> u32 {
        self.bottom - self.top
    }
}

struct Run {
    from: u32,
    to: u32,
    label: usize,
}

/// All pieces of connected ink (eight neighbours) no larger than half an inch on the longer side.
pub(super) fn connected_components(picture: &GrayImage, dpi: u32) -> Vec<Component> {
    let mut pieces = Pieces::default();
    pieces.follow(picture, |_, _| {});
    let largest = dpi / 2;
    let fits = |piece: &Component| piece.width() <= largest && piece.height() <= largest;
    pieces.whole().into_iter().flatten().filter(fits).collect()
}

/// For each pixel the piece of connected ink it belongs to, and the pieces.
pub(super) fn labelled_components(picture: &GrayImage) -> (Vec<Option<usize>>, Vec<Component>) {
    let width = picture.width() as usize;
    let mut labels: Vec<Option<usize>> = vec![None; picture.as_raw().len()];
    let mut pieces = Pieces::default();
    pieces.follow(picture, |y, run| {
        let row = y as usize * width;
        labels[row + run.from as usize..row + run.to as usize].fill(Some(run.label));
    });
    for label in labels.iter_mut().flatten() {
        *label = find(&mut pieces.parent, *label);
    }
    let nothing = Component {
        left: 0,
        top: 0,
        right: 0,
        bottom: 0,
        area: 0,
    };
    let whole = pieces
        .whole()
        .into_iter()
        .map(|piece| piece.unwrap_or(nothing))
        .collect();
    (labels, whole)
}

/// Pieces under construction: what each label was found to be, and which label it turned out to
/// belong to.
#[derive(Default)]
struct Pieces {
    parent: Vec<usize>,
    found: Vec<Component>,
}

impl Pieces {
    /// Follows the ink row by row, telling `each` every run with a label of its piece.
    fn follow(&mut self, picture: &GrayImage, mut each: impl FnMut(u32, &Run)) {
        let width = (picture.width() as usize).max(1);
        let mut above: Vec<Run> = Vec::new();
        for (y, row) in picture.as_raw().chunks_exact(width).enumerate() {
            let mut current = runs(row);
            let mut first = 0;
            // Runs of the row above that end left of this one cannot touch a later one either, so
            // they are passed for good.
            for run in &mut current {
                while first < above.len() && above[first].to < run.from {
                    first += 1;
                }
                let touching = above[first..]
                    .iter()
                    .take_while(|other| other.from <= run.to);
                for other in touching {
                    let root = find(&mut self.parent, other.label);
                    let mine = match run.label {
                        usize::MAX => root,
                        label => find(&mut self.parent, label),
                    };
                    // The lower label becomes the root of both, so that labels only ever lead
                    // downwards and `find` ends.
                    self.parent[mine.max(root)] = mine.min(root);
                    run.label = mine.min(root);
                }
                self.extend(run, y as u32);
                each(y as u32, run);
            }
            above = current;
        }
    }

    fn extend(&mut self, run: &mut Run, top: u32) {
        let (left, right) = (run.from, run.to);
        let piece = Component {
            left,
            top,
            right,
            bottom: top + 1,
            area: right - left,
        };
        if run.label == usize::MAX {
            run.label = self.parent.len();
            self.parent.push(run.label);
            self.found.push(piece);
        } else {
            self.found[run.label] = joined(self.found[run.label], piece);
        }
    }

    /// Each piece at the label all its parts lead to.
    fn whole(mut self) -> Vec<Option<Component>> {
        let mut whole: Vec<Option<Component>> = vec![None; self.found.len()];
        for (label, piece) in std::mem::take(&mut self.found).into_iter().enumerate() {
            let root = find(&mut self.parent, label);
            whole[root] = Some(whole[root].map_or(piece, |known| joined(known, piece)));
        }
        whole
    }
}

fn runs(row: &[u8]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(from) = next_ink(row, at) {
        let length = row[from..].iter().position(|value| *value >= INK);
        at = length.map_or(row.len(), |length| from + length);
        runs.push(Run {
            from: from as u32,
            to: at as u32,
            label: usize::MAX,
        });
    }
    runs
}

/// The first ink from there on. Most of a page is paper, passed sixteen pixels at a time.
fn next_ink(row: &[u8], from: usize) -> Option<usize> {
    let has_ink = |part: &&[u8]| part.iter().fold(u8::MAX, |dark, value| dark.min(*value)) < INK;
    let passed = row[from..].chunks(16).position(|part| has_ink(&part))? * 16;
    let part = row[from + passed..].iter();
    part.clone()
        .position(|value| *value < INK)
        .map(|x| from + passed + x)
}

fn find(parent: &mut [usize], mut label: usize) -> usize {
    while parent[label] != label {
        // Halving the path on the way keeps later look-ups short.
        parent[label] = parent[parent[label]];
        label = parent[label];
    }
    label
}

fn joined(a: Component, b: Component) -> Component {
    Component {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
        area: a.area + b.area,
    }
}
