//! From the page as delivered to an upright, evenly lit grey page that the engine reads well.
//!
//! In order: grey, smaller where the scan is finer than reading needs, the scanner's dark border painted out,
//! uneven light divided away, faint ink darkened, a diploma's frame painted out; then turned upright and straightened (deskew),
//! leader dots removed. Nothing is enlarged, and binarisation is left to the engine: both cost accuracy.

mod crop;
mod fingerprint;
mod grey;
mod measures;
mod noise;
mod pixels;
mod red_channel;
mod ridges;
mod tone;

use image::{DynamicImage, GrayImage};

use crate::ablation::Step;
use crate::context::Context;
use crate::decode::DecodedPage;
use crate::geometry::{PageTransform, Turn};
pub(crate) use crop::Crop;
pub use fingerprint::distance as fingerprint_distance;
pub(crate) use grey::{Bitmap, Grey, InkSpan};
pub(crate) use measures::Measures;
pub(crate) use pixels::{Component, INK};
pub(crate) use red_channel::RedChannel;
pub(crate) use ridges::{Ridges, Run};

/// Above this the page is halved: finer scans cost time and read no better.
const FINEST_DPI: u32 = 450;
/// Below this many degrees deskewing would blur more than it helps.
const LEAST_SKEW: f64 = 0.06;

/// A page ready to be read: a grey page upright, straight and evenly lit, with the way back to the page as delivered.
pub(crate) struct Upright {
    grey: Grey,
    /// Dots per inch of the page as delivered.
    pub delivered_dpi: u32,
    /// The way back to the page as delivered.
    pub transform: PageTransform,
}

impl std::ops::Deref for Upright {
    type Target = Grey;

    fn deref(&self) -> &Grey {
        &self.grey
    }
}

/// The clean page at the resolution it is read in, not yet turned.
pub(crate) struct Clean {
    pub grey: Grey,
    delivered_dpi: u32,
    /// Width and height in pixels as delivered.
    delivered: (u32, u32),
    /// Pixels for each pixel as delivered.
    scale: f64,
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

/// The page at reading resolution in grey, without border, uneven light and frame.
pub(crate) fn clean(page: &DecodedPage, context: &Context<'_>) -> Clean {
    let dpi = resolution(&page.image, page.dpi);
    let mut picture = tone::grey(&page.image);
    if let DynamicImage::ImageRgb8(colour) = &page.image
        && context.takes(Step::Red)
    {
        tone::remove_large_red(colour, &mut picture, dpi);
    }
    let mut page = at_reading_size(picture, dpi);
    if context.takes(Step::Border) {
        noise::remove_border(&mut page.grey.picture);
    }
    even_out(page, context)
}

/// The page without uneven light and a diploma's frame, its ink no paler than usual.
fn even_out(mut page: Clean, context: &Context<'_>) -> Clean {
    let Grey { picture, dpi } = &mut page.grey;
    tone::even_out(picture, context);
    if context.takes(Step::Frame) {
        noise::remove_frame(picture, *dpi);
    }
    page
}

fn at_reading_size(picture: GrayImage, delivered_dpi: u32) -> Clean {
    let delivered = picture.dimensions();
    let factor = delivered_dpi.div_ceil(FINEST_DPI).max(1);
    let picture = match factor {
        1 => picture,
        _ => pixels::shrink(&picture, factor),
    };
    Clean {
        grey: Grey::new(picture, delivered_dpi / factor),
        delivered_dpi,
        delivered,
        scale: 1.0 / f64::from(factor),
    }
}

/// Turns a clean page upright, deskews it and removes leader dots. The content stands turned clockwise by `turn`
/// and by `skew` degrees.
pub(crate) fn upright(page: &Clean, turn: Turn, skew: f64, context: &Context<'_>) -> Upright {
    let mut upright = deskewed(page, turn, skew, context);
    if context.takes(Step::Leaders) {
        noise::remove_leaders(&mut upright.grey.picture, page.grey.dpi);
    }
    upright
}

fn deskewed(page: &Clean, turn: Turn, skew: f64, context: &Context<'_>) -> Upright {
    let picture = pixels::turned_back(&page.grey.picture, turn);
    let size = picture.dimensions();
    let mut transform = PageTransform {
        delivered: page.delivered,
        turn,
        skew: 0.0,
        scale: page.scale,
        upright: size,
    };
    let picture = if skew.abs() < LEAST_SKEW || !context.takes(Step::Deskew) {
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
        grey: Grey::new(picture, page.grey.dpi),
        delivered_dpi: page.delivered_dpi,
        transform,
    }
}

/// Dots per inch: what the file says, or what the paper size nearest to its pixels suggests.
fn resolution(image: &DynamicImage, stated: Option<u32>) -> u32 {
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
