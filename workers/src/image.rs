//! From the page as delivered to an upright, evenly lit grey page that the engine reads well.
//!
//! In order: grey, smaller where the scan is finer than reading needs, the scanner's dark border painted out,
//! uneven light divided away, faint ink darkened, a diploma's frame painted out; then turned upright and straightened (deskew),
//! leader dots removed. Nothing is enlarged, and binarisation is left to the engine: both cost accuracy.

mod fingerprint;
mod measures;
mod noise;
mod pixels;
mod tone;

use image::{DynamicImage, GrayImage, imageops};

use crate::ablation::{Ablation, Step};
use crate::decode::DecodedPage;
use crate::geometry::{PageTransform, Turn};
pub use fingerprint::distance as fingerprint_distance;
pub(crate) use measures::Measures;
pub(crate) use pixels::{Component, INK, connected_components, shrink};
pub(crate) use tone::{darkest_ink, holds_ink, ink_threshold};

/// Above this the page is halved: finer scans cost time and read no better.
const FINEST_DPI: u32 = 450;
/// Below this many degrees deskewing would blur more than it helps.
const LEAST_SKEW: f64 = 0.06;

/// A page ready to be read.
pub(crate) struct Upright {
    /// Upright, straight, evenly lit and grey.
    pub picture: GrayImage,
    /// Dots per inch of `picture`.
    pub dpi: u32,
    /// Dots per inch of the page as delivered.
    pub delivered_dpi: u32,
    /// The way back to the page as delivered.
    pub transform: PageTransform,
}

impl Upright {
    /// Width and height in its own pixels.
    pub fn pixel_size(&self) -> (u32, u32) {
        self.picture.dimensions()
    }

    /// The part `[left, top, width, height]`, cut to the page.
    pub fn part(&self, [left, top, width, height]: [u32; 4]) -> GrayImage {
        imageops::crop_imm(&self.picture, left, top, width, height).to_image()
    }

    /// Its pieces of connected ink, no larger than half an inch on the longer side.
    pub fn pieces(&self) -> Vec<Component> {
        connected_components(&self.picture, self.dpi)
    }
}

/// The clean grey page at the resolution it is read in, not yet turned.
pub(crate) struct Grey {
    pub picture: GrayImage,
    /// Dots per inch of `picture`.
    pub dpi: u32,
    delivered_dpi: u32,
    /// Width and height in pixels as delivered.
    delivered: (u32, u32),
    /// Pixels for each pixel as delivered.
    pub scale: f64,
}

/// The page with black and white exchanged, where it is a negative: a film's copy, white writing on black. A page
/// that is shown by its own text is what it is.
pub(crate) fn positive(page: &DecodedPage) -> Option<DecodedPage> {
    if page.text_layer.is_some() || !tone::is_negative(&page.image) {
        return None;
    }
    let mut positive = page.clone();
    positive.image.invert();
    Some(positive)
}

/// The grey page at reading resolution, without border, uneven light and frame.
pub(crate) fn clean(image: &DynamicImage, dpi: u32, ablation: &Ablation) -> Grey {
    let mut picture = tone::grey(image);
    if let DynamicImage::ImageRgb8(colour) = image
        && ablation.takes(Step::Red)
    {
        tone::remove_large_red(colour, &mut picture, dpi);
    }
    let mut page = at_reading_size(picture, dpi);
    if ablation.takes(Step::Border) {
        noise::remove_border(&mut page.picture);
    }
    even_out(page, ablation)
}

/// The page without uneven light and a diploma's frame, its ink no paler than usual.
fn even_out(mut page: Grey, ablation: &Ablation) -> Grey {
    if ablation.takes(Step::Light) {
        tone::flatten(&mut page.picture);
    }
    if ablation.takes(Step::Faint) {
        tone::darken_faint_ink(&mut page.picture);
    }
    if ablation.takes(Step::Frame) {
        noise::remove_frame(&mut page.picture, page.dpi);
    }
    page
}

fn at_reading_size(picture: GrayImage, delivered_dpi: u32) -> Grey {
    let delivered = picture.dimensions();
    let factor = delivered_dpi.div_ceil(FINEST_DPI).max(1);
    Grey {
        picture: match factor {
            1 => picture,
            _ => shrink(&picture, factor),
        },
        dpi: delivered_dpi / factor,
        delivered_dpi,
        delivered,
        scale: 1.0 / f64::from(factor),
    }
}

/// Turns a clean page upright, deskews it and removes leader dots. The content stands turned clockwise by `turn`
/// and by `skew` degrees.
pub(crate) fn upright(page: &Grey, turn: Turn, skew: f64, ablation: &Ablation) -> Upright {
    let mut upright = deskewed(page, turn, skew, ablation);
    if ablation.takes(Step::Leaders) {
        noise::remove_leaders(&mut upright.picture, upright.dpi);
    }
    upright
}

fn deskewed(page: &Grey, turn: Turn, skew: f64, ablation: &Ablation) -> Upright {
    let picture = pixels::turned_back(&page.picture, turn);
    let size = picture.dimensions();
    let mut transform = PageTransform {
        delivered: page.delivered,
        turn,
        skew: 0.0,
        scale: page.scale,
        upright: size,
    };
    let picture = if skew.abs() < LEAST_SKEW || !ablation.takes(Step::Deskew) {
        picture.into_owned()
    } else {
        let (sin, cos) = skew.to_radians().sin_cos();
        let (width, height) = (f64::from(size.0), f64::from(size.1));
        transform.skew = skew;
        transform.upright = (
            (width * cos + height * sin.abs()).ceil() as u32,
            (width * sin.abs() + height * cos).ceil() as u32,
        );
        let whole = [0, 0, transform.upright.0, transform.upright.1];
        pixels::resample(&picture, &transform, whole)
    };
    Upright {
        picture,
        dpi: page.dpi,
        delivered_dpi: page.delivered_dpi,
        transform,
    }
}

/// A page seen in the red channel, in which red print and stamps vanish.
pub(crate) struct RedChannel<'p> {
    page: &'p Upright,
    /// Absent on a page without colour.
    red: Option<Grey>,
}

impl<'p> RedChannel<'p> {
    /// The red channel of the image that the upright page was made of.
    pub fn of(image: &DynamicImage, page: &'p Upright, ablation: &Ablation) -> Self {
        let red = image.as_rgb8().and_then(|colour| {
            let red = colour.as_raw().chunks_exact(3).map(|pixel| pixel[0]);
            GrayImage::from_raw(colour.width(), colour.height(), red.collect())
        });
        let red = red.map(|red| even_out(at_reading_size(red, page.delivered_dpi), ablation));
        Self { page, red }
    }

    /// The part `[left, top, width, height]` of the upright page; grey where the page has no colour.
    pub fn part(&self, place: [u32; 4]) -> GrayImage {
        let [left, top, width, height] = place;
        let crop = |picture| imageops::crop_imm(picture, left, top, width, height).to_image();
        let Some(red) = &self.red else {
            return crop(&self.page.picture);
        };
        let transform = &self.page.transform;
        let turned = pixels::turned_back(&red.picture, transform.turn);
        match transform.skew == 0.0 {
            true => crop(&*turned),
            false => pixels::resample(&turned, transform, place),
        }
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
