//! What the headers say of a page: how large it is, how dense, and what of it must change before it is shown.

use image::DynamicImage;
use image::imageops::FilterType;
use serde::{Deserialize, Serialize};

use super::{DecodeLimits, DecodedPage};
use crate::outcome::{Failure, FailureKind, Outcome};

/// Working copies made of a page while it is read, in bytes for each pixel: grey, upright and
/// thresholded copies here and the engine's own four-byte raster. Measured, see `tests/memory.rs`.
const READING_BYTES_PER_PIXEL: u64 = 14;

/// What reading needs besides pixels: word lists, layout structures, allocator slack.
const READING_FIXED_BYTES: u64 = 48 << 20;

/// Densities across and down that differ by less are one: a fine fax has 204 by 196.
const ALIKE: f64 = 1.1;

/// A page is stretched by no more than this; a greater difference is a mistake of the file.
const MOST_STRETCH: f64 = 4.0;

/// Dots to the inch that are enough to read; dots to the metre make two hundred a little less.
const ENOUGH: f64 = 195.0;

/// How dense stored pixels are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Density {
    across: f64,
    down: f64,
    /// False where only their ratio is known.
    is_per_inch: bool,
}

impl Density {
    /// Dots to the inch.
    pub(crate) fn per_inch(across: f64, down: f64) -> Self {
        Self {
            across,
            down,
            is_per_inch: true,
        }
    }

    /// How many dots across take as much room as how many down.
    pub(crate) fn ratio(across: f64, down: f64) -> Self {
        Self {
            is_per_inch: false,
            ..Self::per_inch(across, down)
        }
    }

    /// Dots to the inch once both sides have as many, where they are believable.
    fn dpi(self) -> Option<u32> {
        // A mere ratio says nothing about size: 2:1 may be a fax or a drawing.
        believable_dpi(self.across * self.stretch().0).filter(|_| self.is_per_inch)
    }

    /// By how much width and height grow so that both sides are equally dense: as the coarser one, where that is
    /// dense enough to read, else as the finer one.
    fn stretch(self) -> (f64, f64) {
        let ratio = self.across / self.down;
        let is_usable = (1.0 / MOST_STRETCH..=MOST_STRETCH).contains(&ratio);
        // A fine fax is taken as it is: resampling it would cost more sharpness than the difference
        // does.
        if !is_usable || (1.0 / ALIKE..=ALIKE).contains(&ratio) {
            return (1.0, 1.0);
        }
        let (coarser, finer) = (self.across.min(self.down), self.across.max(self.down));
        // Where the coarser side suffices for reading, nothing is gained by inventing pixels.
        let both = match self.is_per_inch && coarser >= ENOUGH {
            true => coarser,
            false => finer,
        };
        (both / self.across, both / self.down)
    }
}

/// A density that a scanner or camera could mean; 72 and less are placeholders, not measurements.
pub(super) fn believable_dpi(dpi: f64) -> Option<u32> {
    (dpi > 72.5 && dpi <= 4_800.0).then(|| dpi.round() as u32)
}

/// What the headers say of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageShape {
    /// Pixels, as delivered; where a file has not as many dots to the inch across as down, as many as make both equal.
    pub width: u32,
    /// Pixels from top to bottom, likewise.
    pub height: u32,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<u32>,
    /// EXIF orientation 1 to 8 (Exif 2.32, tag 0x0112), where the file has one. Only its mirroring is applied: how a
    /// page is turned shows by its letters.
    pub exif_orientation: Option<u8>,
    /// Bytes that decoding and reading this page are predicted to need.
    pub predicted_bytes: u64,
}

impl PageShape {
    /// A page of that many stored pixels; `decode_bytes` is what they take while decoding, file included.
    pub(super) fn new(
        width: u32,
        height: u32,
        density: Option<Density>,
        exif_orientation: Option<u8>,
        decode_bytes: u64,
    ) -> Self {
        let (wider, higher) = density.map_or((1.0, 1.0), Density::stretch);
        let grown = |side: u32, by: f64| (f64::from(side) * by).round() as u32;
        let (width, height) = (grown(width, wider), grown(height, higher));
        let reading =
            // Everything saturates: the sides come from the file and their product may be any
            // number.
            (u64::from(width) * u64::from(height)).saturating_mul(READING_BYTES_PER_PIXEL);
        let predicted_bytes = reading
            .saturating_add(decode_bytes)
            .saturating_add(READING_FIXED_BYTES);
        Self {
            width,
            height,
            dpi: density.and_then(Density::dpi),
            exif_orientation: exif_orientation.filter(|value| (1..=8).contains(value)),
            predicted_bytes,
        }
    }

    /// This shape, or `too_large` where it breaks a ceiling; `empty` where it has no pixels.
    pub(super) fn admit(self, limits: &DecodeLimits) -> Outcome<Self> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        // Checked before a byte is decoded, so that a page which cannot be read costs nothing.
        if pixels == 0 {
            return Err(Failure::new(FailureKind::Empty, "the page has no pixels"));
        }
        if pixels > limits.max_pixels || self.predicted_bytes > limits.max_bytes {
            let detail = format!(
                "{} x {} pixels, {} bytes predicted; limits are {} pixels and {} bytes",
                self.width, self.height, self.predicted_bytes, limits.max_pixels, limits.max_bytes
            );
            return Err(Failure::new(FailureKind::TooLarge, detail));
        }
        Ok(self)
    }

    /// Whether the stored picture is shown the wrong way round unless it is mirrored.
    pub(super) fn is_mirrored(&self) -> bool {
        matches!(self.exif_orientation, Some(2 | 4 | 5 | 7))
    }

    /// The page of these decoded pixels: mirrored and stretched as the file asks, so that viewers, readers and copies
    /// see the same. How it is turned is left to reading.
    pub(super) fn shown(&self, stored: DynamicImage) -> DecodedPage {
        let image = match self.is_mirrored() {
            true => stored.fliph(),
            false => stored,
        };
        // Most pages are not stretched; the copy that resizing makes is spared.
        let image = match (image.width(), image.height()) == (self.width, self.height) {
            true => image,
            false => image.resize_exact(self.width, self.height, FilterType::Triangle),
        };
        DecodedPage::of(image, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_of_unequal_density_are_made_equal_and_faxes_of_one_density_are_not() {
        let size = |density| {
            let shape = PageShape::new(1000, 500, Some(density), None, 0);
            (shape.width, shape.height, shape.dpi)
        };
        assert_eq!(size(Density::per_inch(400.0, 200.0)), (500, 500, Some(200)));
        assert_eq!(
            size(Density::per_inch(204.0, 98.0)),
            (1000, 1041, Some(204))
        );
        assert_eq!(
            size(Density::per_inch(100.0, 200.0)),
            (2000, 500, Some(200))
        );
        assert_eq!(
            size(Density::per_inch(204.0, 196.0)),
            (1000, 500, Some(204))
        );
        assert_eq!(size(Density::ratio(2.0, 1.0)), (1000, 1000, None));
        assert_eq!(size(Density::per_inch(9000.0, 3.0)), (1000, 500, None));
        assert_eq!(size(Density::per_inch(0.0, 0.0)), (1000, 500, None));
    }
}
