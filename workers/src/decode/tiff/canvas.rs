//! The samples of strips and tiles laid down, one byte each, and what picture they are.

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

use super::plan::{Chunk, Plan};
use super::samples::{Alpha, Colour};
use crate::outcome::{Failure, Outcome};

/// The samples of a whole page, those of a pixel side by side. Indices into a palette stay what they are, other
/// samples are 0 to 255.
pub(super) struct Canvas {
    channels: usize,
    samples: Vec<u8>,
}

impl Canvas {
    pub(super) fn new(plan: &Plan) -> Self {
        let channels = usize::from(plan.channels_kept());
        Self {
            channels,
            samples: vec![0; plan.width as usize * plan.height as usize * channels],
        }
    }

    /// Lays one strip or tile down: its rows unpacked, or decoded to one byte a sample. What reaches beyond the page
    /// is the filling of a tile.
    pub(super) fn lay(&mut self, plan: &Plan, chunk: Chunk, bytes: &[u8]) {
        let stored = usize::from(plan.channels_in_chunk());
        let bits = if plan.is_jpeg() { 8 } else { plan.bits };
        let row_bytes = match plan.is_jpeg() {
            // A decoded JPEG has one byte a sample and no padding between rows.
            true => chunk.width as usize * stored,
            false => plan.row_bytes(chunk),
        };
        let is_index = plan.colour == Colour::Palette;
        let sample = |row: &[u8], at: usize| -> u8 {
            let bits = usize::from(bits);
            match bits {
                8 => row[at],
                16 => row[at * 2], // the high byte, which comes first by now
                _ => {
                    let place = at * bits;
                    let value = row[place / 8] >> (8 - bits - place % 8) & ((1 << bits) - 1);
                    // An index names a colour and must not be stretched to the range of greys.
                    if is_index {
                        value
                    } else {
                        value * (255 / ((1 << bits) - 1)) as u8
                    }
                }
            }
        };
        // Tiles reach beyond the page's right and lower edge; what is there is filler.
        let wide = chunk.width.min(plan.width - chunk.left) as usize;
        let high = chunk.rows.min(plan.height - chunk.top) as usize;
        let (first, count) = match plan.planes_apart {
            // Planes beyond the colours are transparency of unknown meaning.
            true if usize::from(chunk.plane) >= self.channels => return,
            true => (usize::from(chunk.plane), 1),
            false => (0, self.channels),
        };
        for (y, row) in bytes.chunks_exact(row_bytes.max(1)).take(high).enumerate() {
            let page_row = (chunk.top as usize + y) * plan.width as usize + chunk.left as usize;
            // The usual scan has whole bytes and nothing to leave out: its rows are copied as they are.
            if bits == 8 && count == stored && count == self.channels {
                let to = page_row * count;
                self.samples[to..to + wide * count].copy_from_slice(&row[..wide * count]);
                continue;
            }
            for x in 0..wide {
                let to = (page_row + x) * self.channels + first;
                for channel in 0..count {
                    self.samples[to + channel] = sample(row, x * stored + channel);
                }
            }
        }
    }

    /// The picture these samples are.
    ///
    /// # Errors
    /// None that a plan allows; a picture of another size would be `unreadable`.
    pub(super) fn into_image(self, plan: &Plan) -> Outcome<DynamicImage> {
        let colour = |pixel: &[u8]| -> [u8; 3] {
            match plan.colour {
                Colour::Rgb => [pixel[0], pixel[1], pixel[2]],
                Colour::Palette => plan.palette[usize::from(pixel[0])],
                Colour::Inks => without_black([pixel[0], pixel[1], pixel[2], pixel[3]]),
                Colour::YCbCr => from_ycbcr([pixel[0], pixel[1], pixel[2]]),
                Colour::Grey { zero_is_white } => {
                    [if zero_is_white {
                        255 - pixel[0]
                    } else {
                        pixel[0]
                    }; 3]
                }
            }
        };
        self.into_coloured(plan, colour)
    }

    /// The picture of samples that a JPEG's decoder has already turned into grey or red, green and blue.
    ///
    /// # Errors
    /// As [`Canvas::into_image`].
    pub(super) fn into_decoded_image(self, plan: &Plan) -> Outcome<DynamicImage> {
        // The decoder gives grey as it is stored; whether zero is white only the directory says.
        let zero_is_white = plan.colour
            == (Colour::Grey {
                zero_is_white: true,
            });
        let is_grey = plan.colour.channels() == 1;
        let colour = |pixel: &[u8]| match is_grey {
            true if zero_is_white => [255 - pixel[0]; 3],
            true => [pixel[0]; 3],
            false => [pixel[0], pixel[1], pixel[2]],
        };
        self.into_coloured(plan, colour)
    }

    fn into_coloured(
        mut self,
        plan: &Plan,
        colour: impl Fn(&[u8]) -> [u8; 3],
    ) -> Outcome<DynamicImage> {
        let (width, height) = (plan.width, plan.height);
        let is_grey = matches!(plan.colour, Colour::Grey { .. });
        let pixels = self.samples.chunks_exact(self.channels);
        let image = match self.seen_alpha(plan) {
            Some(alpha) => {
                let inked = pixels.flat_map(|pixel| {
                    let [r, g, b] = colour(pixel);
                    // Transparency is the last sample of a pixel, whatever the colours before it.
                    let opacity = pixel[self.channels - 1];
                    match alpha {
                        Alpha::Apart => [r, g, b, opacity],
                        // Over white paper, an ink that is multiplied already only lacks the white that shows through
                        // it.
                        Alpha::Multiplied => {
                            let [r, g, b] = [r, g, b].map(|ink| ink.saturating_add(255 - opacity));
                            [r, g, b, 255]
                        }
                    }
                });
                RgbaImage::from_raw(width, height, inked.collect()).map(DynamicImage::ImageRgba8)
            }
            None if is_grey => {
                if self.channels == 1 {
                    self.samples
                        .iter_mut()
                        .for_each(|value| *value = colour(&[*value])[0]);
                } else {
                    self.samples = pixels.map(|pixel| colour(pixel)[0]).collect();
                }
                GrayImage::from_raw(width, height, self.samples).map(DynamicImage::ImageLuma8)
            }
            None => RgbImage::from_raw(width, height, pixels.flat_map(colour).collect())
                .map(DynamicImage::ImageRgb8),
        };
        image.ok_or_else(|| Failure::unreadable("TIFF with fewer pixels than it announces"))
    }

    /// How transparency is stored; a page on which all would be transparent was written by a program that does not
    /// mean it.
    fn seen_alpha(&self, plan: &Plan) -> Option<Alpha> {
        let mut opacities = self.samples.chunks_exact(self.channels);
        // Such programs leave the channel at nothing; honouring it would give an empty page.
        plan.alpha
            .filter(|_| opacities.any(|pixel| pixel[self.channels - 1] != 0))
    }
}

fn without_black([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow]
        .map(|ink| ((255 - u16::from(ink)) * (255 - u16::from(black)) / 255) as u8)
}

/// ITU-R BT.601 over the whole range, as TIFF's reference black and white usually say.
fn from_ycbcr([light, blue, red]: [u8; 3]) -> [u8; 3] {
    let (light, blue, red) = (
        f32::from(light),
        f32::from(blue) - 128.0,
        f32::from(red) - 128.0,
    );
    let channels = [
        light + 1.402 * red,
        light - 0.344_14 * blue - 0.714_14 * red,
        light + 1.772 * blue,
    ];
    channels.map(|value| value.round().clamp(0.0, 255.0) as u8)
}
