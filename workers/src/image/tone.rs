//! Colour and light: the grey of a page, large red things taken away, uneven light, yellow paper and stains evened
//! out, faint ink darkened, and what counts as ink on the page that results.

use image::{DynamicImage, GenericImageView, GrayImage, Luma, Pixel, RgbImage};

use super::pixels::{INK, filter, labelled_components, shrink};
use crate::ablation::Step;
use crate::context::Context;
use crate::geometry::median;

/// Side of the squares in which red pixels are gathered.
const RED_SQUARE: usize = 4;
/// How much redder than the paper a pixel of red ink is.
const RED: i32 = 60;
/// Half-red pixels at the edges of red ink.
const REDDISH: i32 = 25;

/// What red, green and blue give to the light of a pixel, in parts of 2²³: ITU-R BT.709 under D65. So
/// fine that almost every colour comes out as by the floating-point conversion of the `image` crate.
const LIGHT: [u32; 3] = [1_783_819, 5_999_358, 605_431];

/// The page in grey.
pub(super) fn grey(image: &DynamicImage) -> GrayImage {
    let DynamicImage::ImageRgb8(colour) = image else {
        return image.to_luma8();
    };
    let mut grey = GrayImage::new(colour.width(), colour.height());
    let pixels = colour.as_raw().chunks_exact(3);
    for (value, pixel) in grey.as_mut().iter_mut().zip(pixels) {
        let light = |channel: usize| u32::from(pixel[channel]) * LIGHT[channel];
        *value = ((light(0) + light(1) + light(2) + (1 << 22)) >> 23) as u8;
    }
    grey
}

/// Squares in which a page is judged as light or dark, in pixels.
const SQUARE: u32 = 16;
/// A negative has no more light squares than this share, dark ones everywhere, and something light on them.
const LIGHT_SQUARES: f64 = 0.03;
const DARK_SQUARES: f64 = 0.6;
const LEAST_LIGHT: f64 = 0.002;

/// Whether a page shows white writing on black. A sheet on a dark bed is not one: its paper is light over whole squares.
pub(super) fn is_negative(image: &DynamicImage) -> bool {
    let (width, height) = (image.width(), image.height());
    if width < SQUARE * 4 || height < SQUARE * 4 {
        return false;
    }
    // Most pages are told by a sample of their pixels.
    let luma = |x: u32, y: u32| image.get_pixel(x, y).to_luma().0[0];
    let (across, down) = ((width / 64).max(1), (height / 64).max(1));
    let sample = (0..height).step_by(down as usize);
    let sample = sample.flat_map(|y| (0..width).step_by(across as usize).map(move |x| (x, y)));
    let (mut dark, mut count) = (0usize, 0usize);
    for (x, y) in sample {
        dark += usize::from(luma(x, y) < 100);
        count += 1;
    }
    if dark * 2 < count {
        return false;
    }
    let grey = grey(image);
    let squares = shrink(&grey, SQUARE);
    let share = |is: &dyn Fn(u8) -> bool, of: &GrayImage| {
        of.as_raw().iter().filter(|value| is(**value)).count() as f64 / of.as_raw().len() as f64
    };
    share(&|value| value > 140, &squares) <= LIGHT_SQUARES
        && share(&|value| value < 90, &squares) >= DARK_SQUARES
        && share(&|value| value > 170, &grey) >= LEAST_LIGHT
}

/// Paints out of `grey` every red piece longer than three quarters of an inch: ornamental frames and the rings of
/// stamps run through words and mislead the engine's search for lines. Red titles and numbers are smaller and stay.
pub(super) fn remove_large_red(colour: &RgbImage, grey: &mut GrayImage, dpi: u32) {
    let (width, height) = (colour.width() as usize, colour.height() as usize);
    if width < RED_SQUARE || height < RED_SQUARE {
        return;
    }
    let paper = Paper::of(colour);
    let (across, down) = (width.div_ceil(RED_SQUARE), height.div_ceil(RED_SQUARE));
    let mut squares = GrayImage::from_pixel(across as u32, down as u32, Luma([255]));
    for (y, row) in colour.as_raw().chunks_exact(width * 3).enumerate() {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            if paper.redness(pixel) > RED {
                squares.as_mut()[y / RED_SQUARE * across + x / RED_SQUARE] = 0;
            }
        }
    }
    let longest = dpi * 3 / 4 / RED_SQUARE as u32;
    let large = large_pieces(&squares, longest);
    if !large.contains(&true) {
        return;
    }
    for (y, row) in grey.as_mut().chunks_exact_mut(width).enumerate() {
        let pixels = colour.as_raw()[y * width * 3..(y + 1) * width * 3].chunks_exact(3);
        for (x, (value, pixel)) in row.iter_mut().zip(pixels).enumerate() {
            if large[y / RED_SQUARE * across + x / RED_SQUARE] && paper.redness(pixel) > REDDISH {
                *value = 255;
            }
        }
    }
}

/// For each channel, its values against the paper's own.
struct Paper([[i32; 256]; 3]);

impl Paper {
    /// The colour of the paper: the median of each channel over a sample.
    fn of(colour: &RgbImage) -> Self {
        let step = (colour.as_raw().len() / 3 / 20_000).max(1);
        let sample: Vec<&[u8]> = colour.as_raw().chunks_exact(3).step_by(step).collect();
        Self([0, 1, 2].map(|index| {
            let paper = median(sample.iter().map(|pixel| pixel[index]));
            let paper = i32::from(paper.unwrap_or(255)).max(60);
            std::array::from_fn(|value| value as i32 * 255 / paper)
        }))
    }

    /// How much more red than green or blue a pixel is.
    fn redness(&self, pixel: &[u8]) -> i32 {
        let channel = |index: usize| self.0[index][usize::from(pixel[index])];
        let (red, green, blue) = (channel(0), channel(1), channel(2));
        if red < green + 15 {
            0
        } else {
            red - green.min(blue)
        }
    }
}

/// The squares of pieces longer than `longest` squares, and their neighbours.
fn large_pieces(squares: &GrayImage, longest: u32) -> Vec<bool> {
    let (width, height) = (squares.width() as usize, squares.height() as usize);
    let (labels, pieces) = labelled_components(squares);
    let mut large = vec![false; width * height];
    for (at, label) in labels.iter().enumerate() {
        let Some(piece) = label.map(|label| pieces[label]) else {
            continue;
        };
        if piece.width().max(piece.height()) > longest {
            let (x, y) = (at % width, at / width);
            for row in y.saturating_sub(1)..(y + 2).min(height) {
                large[row * width + x.saturating_sub(1)..row * width + (x + 2).min(width)]
                    .fill(true);
            }
        }
    }
    large
}

/// One pixel in this many must be ink where something is written; a speck or two are not.
const LEAST_INK: usize = 2500;
/// Shrinking before the paper's brightness is estimated.
const PAPER_FACTOR: u32 = 8;
/// Half the window in which the paper is seen beside the ink, in shrunk pixels.
const REACH: usize = 3;

/// Evens out the light of a page and darkens ink that is pale everywhere.
pub(super) fn even_out(picture: &mut GrayImage, context: &Context<'_>) {
    if context.takes(Step::Light) {
        flatten(picture);
    }
    if context.takes(Step::Faint) {
        darken_faint_ink(picture);
    }
}

/// Makes the paper white everywhere: each pixel divided by the paper around it.
pub(super) fn flatten(picture: &mut GrayImage) {
    let mut paper = shrink(picture, PAPER_FACTOR);
    filter(&mut paper, REACH, |window| {
        window.iter().copied().max().unwrap_or(255)
    });
    filter(&mut paper, REACH, |window| {
        (window.iter().map(|v| u32::from(*v)).sum::<u32>() / window.len() as u32) as u8
    });
    if paper.as_raw().iter().all(|value| *value >= 250) {
        return;
    }
    let width = picture.width() as usize;
    let mut line = vec![0u16; width];
    for (y, row) in picture.as_mut().chunks_exact_mut(width).enumerate() {
        paper_line(&paper, y, &mut line);
        for (value, paper) in row.iter_mut().zip(&line) {
            // Single precision divides these exactly enough, and four pixels at a time.
            let share =
                f32::from(*value) * f32::from(WHITE) / f32::from((*paper).max(DARKEST_PAPER));
            *value = share as u8;
        }
    }
}

/// White paper, and the darkest paper believed in, times 256.
const WHITE: u16 = 255 * 256;
const DARKEST_PAPER: u16 = 40 * 256;

/// The paper's brightness along row `y`, between the shrunk pixels linearly, times 256.
fn paper_line(paper: &GrayImage, y: usize, line: &mut [u16]) {
    let (width, height) = (paper.width() as usize, paper.height() as usize);
    // Sixteenths of a shrunk pixel from the middle of the first.
    let down = (y * 2 + 1).saturating_sub(PAPER_FACTOR as usize);
    let top = (down / 16).min(height - 1);
    let low = (top + 1).min(height - 1);
    let down = (down % 16) as u16;
    let row = |at: usize| &paper.as_raw()[at * width..(at + 1) * width];
    let between = row(top).iter().zip(row(low));
    let between: Vec<u16> = between
        .map(|(top, low)| u16::from(*top) * (16 - down) + u16::from(*low) * down)
        .collect();
    let (first, rest) = line.split_at_mut(line.len().min(PAPER_FACTOR as usize / 2));
    first.fill(between[0] * 16);
    for (at, part) in rest.chunks_mut(PAPER_FACTOR as usize).enumerate() {
        let (left, right) = (between[at], between[(at + 1).min(width - 1)]);
        for (value, across) in part.iter_mut().zip((1..16).step_by(2)) {
            *value = left * (16 - across) + right * across;
        }
    }
}

/// Of an evenly lit page with writing, at least this many pixels in ten thousand are ink.
const SURE_INK: usize = 20;
/// No darker than this even those are faint; no darker than the other they are not ink but paper.
const FAINT: (u8, u8) = (120, 200);
/// How dark they are on other pages.
const USUAL: u32 = 60;

/// Stretches the contrast of a page on which even the darkest ink is pale.
fn darken_faint_ink(picture: &mut GrayImage) {
    let ink = shade(picture, SURE_INK);
    if ink <= FAINT.0 || ink >= FAINT.1 {
        return;
    }
    let paler = |value: usize| (255 - value as u32) * (255 - USUAL) / u32::from(255 - ink);
    let dark: [u8; 256] = std::array::from_fn(|value| 255 - paler(value).min(255) as u8);
    for value in picture.iter_mut() {
        *value = dark[usize::from(*value)];
    }
}

/// Whether anything on a part of a clean page is as dark as ink: in [`darkest_ink`] of bare paper its grain turns
/// black, which takes the engine a hundred times as long as words.
pub(super) fn holds_ink(picture: &GrayImage) -> bool {
    let inked = picture.as_raw().iter().filter(|value| **value < INK);
    inked.count() * LEAST_INK > picture.as_raw().len()
}

/// Darker than this is ink on a clean page, `depth` hundredths of the way from the darkest to the paper, and
/// no darker than ink usually is.
pub(super) fn ink_threshold(picture: &GrayImage, depth: u32) -> u8 {
    let darkest = u32::from(shade(picture, DARKEST));
    ((darkest + (255 - darkest) * depth / 100) as u8).max(INK)
}

/// Darkest of a page is what three in two hundred of its pixels are.
const DARKEST: usize = 150;

/// The value of which `share` in ten thousand pixels are no lighter.
fn shade(picture: &GrayImage, share: usize) -> u8 {
    let mut counts = [0usize; 256];
    for value in picture.as_raw() {
        counts[usize::from(*value)] += 1;
    }
    let share = picture.as_raw().len() * share / 10_000;
    let mut seen = 0;
    let reaches = |count: &usize| {
        seen += count;
        seen > share
    };
    counts.iter().position(reaches).unwrap_or(0) as u8 // of 256 values
}

/// The darkest ink alone, down to `depth` hundredths of the way to the paper: stamps, pencil and what
/// shines through are lighter than print.
pub(super) fn darkest_ink(picture: &GrayImage, depth: u32) -> GrayImage {
    let darkest = u32::from(shade(picture, DARKEST));
    let paper = darkest + ((255 - darkest) * depth / 100).max(1);
    let stretched: [u8; 256] = std::array::from_fn(|value| match value as u32 {
        value if value <= darkest => 0,
        value if value >= paper => 255,
        value => ((value - darkest) * 255 / (paper - darkest)) as u8,
    });
    let mut out = picture.clone();
    out.iter_mut()
        .for_each(|value| *value = stretched[usize::from(*value)]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    fn page(ink: u8) -> GrayImage {
        let mut page = GrayImage::from_pixel(100, 100, Luma([255]));
        (0..50).for_each(|x| page.put_pixel(x, 7, Luma([ink])));
        page
    }

    #[test]
    fn white_writing_on_black_is_a_negative_and_a_sheet_on_a_dark_bed_is_none() {
        let drawn = |light: fn(u32, u32) -> bool| {
            let pixel = |x, y| Luma([if light(x, y) { 230 } else { 20 }]);
            DynamicImage::ImageLuma8(GrayImage::from_fn(640, 480, pixel))
        };
        let strokes = |x: u32, y: u32| y % 40 < 12 && x % 9 < 3;
        assert!(is_negative(&drawn(strokes)));
        assert!(!is_negative(&drawn(|x, y| !(y % 40 < 12 && x % 9 < 3))));
        assert!(
            !is_negative(&drawn(|x, y| x < 200 && y < 120)),
            "a card on a dark bed"
        );
        assert!(!is_negative(&drawn(|_, _| false)), "nothing is written");
    }

    #[test]
    fn only_faint_ink_is_darkened_and_paper_stays_white() {
        for (ink, dark) in [(20, 20), (120, 120), (160, 60), (190, 60), (230, 230)] {
            let mut page = page(ink);
            darken_faint_ink(&mut page);
            assert_eq!(page.get_pixel(3, 7).0[0], dark, "{ink}");
            assert_eq!(page.get_pixel(3, 8).0[0], 255);
        }
    }
}
