//! From the page as delivered to an upright, evenly lit grey page the engine reads well.
//!
//! In order: grey, smaller where the scan is finer than reading needs, dark scanner border painted
//! out, uneven light divided away, faint ink darkened, a diploma's frame painted out, turned upright, straightened, leader
//! dots removed. Nothing is enlarged or reduced to black and white: both cost accuracy.

mod blobs;
mod border;
mod colour;
mod faint;
mod frame;
mod leaders;
mod light;
mod pixels;

use std::borrow::Cow;

use image::{DynamicImage, GrayImage, imageops};

use crate::geometry::Turn;
use crate::orient::Standing;
use crate::steps::{Step, Without};
pub(crate) use blobs::{Blob, INK, blobs};
pub(crate) use pixels::shrink;

/// Above this the page is halved: finer scans cost time and read no better.
const FINEST_DPI: u32 = 450;
/// One pixel in so many must be ink where something is written; a speck or two are not.
const LEAST_INK: usize = 2500;
/// Below this many degrees straightening would blur more than it helps.
const LEAST_SKEW: f64 = 0.06;

/// A page made ready to be read.
pub(crate) struct Prepared {
    /// Upright, straight and evenly lit.
    pub picture: GrayImage,
    /// The way back.
    pub turn: Turn,
    /// Dots per inch of `picture`.
    pub dpi: u32,
    /// The steps it is read without.
    pub without: Without,
}

impl Prepared {
    /// Dots per inch of the page as delivered.
    pub fn dpi_as_delivered(&self) -> u32 {
        (f64::from(self.dpi) / self.turn.scale).round() as u32
    }
}

/// The grey page at the resolution it is read in, not yet turned.
pub(crate) struct Grey {
    /// Its pixels.
    pub picture: GrayImage,
    /// Pixels for each pixel as delivered.
    pub scale: f64,
    /// Dots per inch of `picture`.
    pub dpi: u32,
    delivered: (u32, u32),
    without: Without,
}

/// The grey page at reading resolution, its frame and uneven light taken away.
pub(crate) fn clean(image: &DynamicImage, dpi: u32, without: &Without) -> Grey {
    let mut picture = colour::grey(image);
    if let DynamicImage::ImageRgb8(colour) = image
        && without.takes(Step::Red)
    {
        colour::remove_large_red(colour, &mut picture, dpi);
    }
    let mut page = grey_of(picture, dpi, without);
    if without.takes(Step::Border) {
        border::paint_out(&mut page.picture);
    }
    flat(page)
}

/// The page without uneven light and a diploma's frame, its ink no paler than usual.
fn flat(mut page: Grey) -> Grey {
    if page.without.takes(Step::Light) {
        light::flatten(&mut page.picture);
    }
    if page.without.takes(Step::Faint) {
        faint::darken(&mut page.picture);
    }
    if page.without.takes(Step::Frame) {
        frame::paint_out(&mut page.picture, page.dpi);
    }
    page
}

/// As [`clean`], of the red channel alone, in which red print and stamps vanish.
pub(crate) fn clean_red(image: &DynamicImage, dpi: u32, without: &Without) -> Option<Grey> {
    let DynamicImage::ImageRgb8(colour) = image else {
        return None;
    };
    let red: Vec<u8> = colour
        .as_raw()
        .chunks_exact(3)
        .map(|pixel| pixel[0])
        .collect();
    let picture = GrayImage::from_raw(colour.width(), colour.height(), red)?;
    Some(flat(grey_of(picture, dpi, without)))
}

/// Whether anything on a part of a clean page is as dark as ink: in [`darkest`] of bare paper its grain turns
/// black, which takes the engine a hundred times as long as words.
pub(crate) fn holds_ink(picture: &GrayImage) -> bool {
    let inked = picture.as_raw().iter().filter(|value| **value < INK);
    inked.count() * LEAST_INK > picture.as_raw().len()
}

/// Darker than this is ink on a clean page, `depth` hundredths of the way from the darkest to the paper, and
/// no darker than ink usually is.
pub(crate) fn ink(picture: &GrayImage, depth: u32) -> u8 {
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
pub(crate) fn darkest(picture: &GrayImage, depth: u32) -> GrayImage {
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

fn grey_of(picture: GrayImage, dpi: u32, without: &Without) -> Grey {
    let delivered = picture.dimensions();
    if dpi > FINEST_DPI {
        let factor = dpi.div_ceil(FINEST_DPI);
        return Grey {
            picture: shrink(&picture, factor),
            scale: 1.0 / f64::from(factor),
            dpi: dpi / factor,
            delivered,
            without: without.clone(),
        };
    }
    Grey {
        picture,
        scale: 1.0,
        dpi,
        delivered,
        without: without.clone(),
    }
}

/// Turns a clean page upright as `standing` says, straightens it and removes leader dots.
pub(crate) fn upright(page: &Grey, standing: Standing) -> Prepared {
    let mut prepared = straightened(page, standing);
    if page.without.takes(Step::Leaders) {
        leaders::remove(&mut prepared.picture, prepared.dpi);
    }
    prepared
}

/// A part `[left, top, width, height]` of a clean page through another channel, turned as the first was.
pub(crate) fn upright_part(page: &Grey, turn: &Turn, place: [u32; 4]) -> GrayImage {
    let picture = quarter_turned(&page.picture, turn.quarter);
    if turn.skew == 0.0 {
        let [left, top, width, height] = place;
        return imageops::crop_imm(&*picture, left, top, width, height).to_image();
    }
    pixels::resample(&picture, turn, place)
}

fn quarter_turned(picture: &GrayImage, quarter: u16) -> Cow<'_, GrayImage> {
    match quarter {
        90 => Cow::Owned(imageops::rotate270(picture)),
        180 => Cow::Owned(imageops::rotate180(picture)),
        270 => Cow::Owned(imageops::rotate90(picture)),
        _ => Cow::Borrowed(picture),
    }
}

fn straightened(page: &Grey, standing: Standing) -> Prepared {
    let picture = quarter_turned(&page.picture, standing.quarter);
    let size = picture.dimensions();
    let quarter = standing.quarter;
    let mut turn = Turn {
        delivered: page.delivered,
        quarter,
        skew: 0.0,
        scale: page.scale,
        upright: size,
    };
    let dpi = page.dpi;
    let without = page.without.clone();
    if standing.skew.abs() < LEAST_SKEW || !without.takes(Step::Deskew) {
        return Prepared {
            picture: picture.into_owned(),
            turn,
            dpi,
            without,
        };
    }
    let (sin, cos) = standing.skew.to_radians().sin_cos();
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    turn.skew = standing.skew;
    turn.upright = (
        (width * cos + height * sin.abs()).ceil() as u32,
        (width * sin.abs() + height * cos).ceil() as u32,
    );
    Prepared {
        picture: pixels::resample(&picture, &turn, [0, 0, turn.upright.0, turn.upright.1]),
        turn,
        dpi,
        without,
    }
}

/// Dots per inch: what the file says, or what the paper size nearest to its pixels suggests.
pub(crate) fn resolution(image: &DynamicImage, stated: Option<u32>) -> u32 {
    if let Some(dpi) = stated.filter(|dpi| (50..=1200).contains(dpi)) {
        return dpi;
    }
    let longest = f64::from(image.width().max(image.height()));
    let (a4, a3) = (longest / 11.69, longest / 16.54);
    let usual =
        |dpi: f64| [100.0, 150.0, 200.0, 300.0, 400.0, 600.0].map(|u: f64| (dpi / u).ln().abs());
    let miss = |dpi: f64| usual(dpi).into_iter().fold(f64::MAX, f64::min);
    let best = if miss(a3) + 0.02 < miss(a4) { a3 } else { a4 };
    best.round().clamp(50.0, 1200.0) as u32
}

#[cfg(test)]
mod tests;
