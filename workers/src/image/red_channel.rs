//! A page seen in the red channel, in which red print and stamps vanish.

use image::{GrayImage, imageops};

use super::{Clean, Crop, Upright, at_reading_size, even_out, pixels};
use crate::context::Context;

use crate::decode::DecodedPage;

/// The red channel of a page, asked for parts.
pub(crate) struct RedChannel<'p> {
    page: &'p Upright,
    /// Absent on a page without colour.
    red: Option<Clean>,
}

impl<'p> RedChannel<'p> {
    /// The red channel of the page that the upright one was made of.
    pub fn of(delivered: &DecodedPage, page: &'p Upright, context: &Context<'_>) -> Self {
        let red = delivered.image.as_rgb8().and_then(|colour| {
            let red = colour.as_raw().chunks_exact(3).map(|pixel| pixel[0]);
            GrayImage::from_raw(colour.width(), colour.height(), red.collect())
        });
        let red = red.map(|red| even_out(at_reading_size(red, page.delivered_dpi), context));
        Self { page, red }
    }

    /// The part `[left, top, width, height]` of the upright page; grey where the page has no colour.
    pub fn part(&self, place: [u32; 4]) -> Crop {
        let [left, top, width, height] = place;
        let crop = |picture| imageops::crop_imm(picture, left, top, width, height).to_image();
        let part = match &self.red {
            None => crop(&self.page.picture),
            Some(red) => {
                let transform = &self.page.transform;
                let turned = pixels::turned_back(&red.grey.picture, transform.turn);
                match transform.skew == 0.0 {
                    true => crop(&*turned),
                    false => pixels::resample(&turned, transform, place),
                }
            }
        };
        Crop::of(part, self.page.dpi, place)
    }
}
