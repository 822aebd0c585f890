//! Large red things on colour scans, taken away: ornamental frames and the rings of stamps.
//!
//! They run through words and mislead the engine's search for lines. Red titles and numbers are
//! small pieces and stay.

use image::{DynamicImage, GrayImage, RgbImage};

use super::blobs::components;
use crate::median::median;

/// Side of the squares in which red pixels are gathered.
const SQUARE: usize = 4;
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

/// Paints out of `grey` every red piece longer than three quarters of an inch.
pub(super) fn remove_large_red(colour: &RgbImage, grey: &mut GrayImage, dpi: u32) {
    let (width, height) = (colour.width() as usize, colour.height() as usize);
    if width < SQUARE || height < SQUARE {
        return;
    }
    let paper = Paper::of(colour);
    let (across, down) = (width.div_ceil(SQUARE), height.div_ceil(SQUARE));
    let mut squares = GrayImage::from_pixel(across as u32, down as u32, image::Luma([255]));
    for (y, row) in colour.as_raw().chunks_exact(width * 3).enumerate() {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            if paper.redness(pixel) > RED {
                squares.as_mut()[y / SQUARE * across + x / SQUARE] = 0;
            }
        }
    }
    let longest = dpi * 3 / 4 / SQUARE as u32;
    let large = large_pieces(&squares, longest);
    if !large.contains(&true) {
        return;
    }
    for (y, row) in grey.as_mut().chunks_exact_mut(width).enumerate() {
        let pixels = colour.as_raw()[y * width * 3..(y + 1) * width * 3].chunks_exact(3);
        for (x, (value, pixel)) in row.iter_mut().zip(pixels).enumerate() {
            if large[y / SQUARE * across + x / SQUARE] && paper.redness(pixel) > REDDISH {
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
    let (labels, pieces) = components(squares);
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
