//! Untrusted bytes to the pixels of one page, with every ceiling checked from the headers first.
//!
//! The kind of a file is what its first bytes say, never its name. Nothing here trusts a size
//! that it has not compared with [`DecodeLimits`]. Call it only in a sandboxed child.

mod jpeg;
mod pdf;
pub(crate) mod picture;
mod png;
mod raster;
mod sniff;
mod tiff;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use image::DynamicImage;
use serde::{Deserialize, Serialize};

pub use self::pdf::StoredOrientation;
pub use self::picture::{Packing, Picture, PixelDigest};
pub use self::sniff::Format;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::Word;

/// Working copies made of a page while it is read, in bytes for each pixel: grey, upright and
/// thresholded copies here and the engine's own four-byte raster. Measured, see `tests/memory.rs`.
const READING_BYTES_PER_PIXEL: u64 = 14;

/// What reading needs besides pixels: word lists, layout structures, allocator slack.
const READING_FIXED_BYTES: u64 = 48 << 20;

/// Ceilings that hold before a byte is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeLimits {
    /// Pixels of one page, width times height.
    pub max_pixels: u64,
    /// Pages of one file.
    pub max_pages: u32,
    /// Bytes one page may be predicted to need, see [`PageShape::predicted_bytes`].
    pub max_bytes: u64,
    /// Bytes of one file.
    pub max_file_bytes: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            max_pixels: 150_000_000, // A0 at 300 dpi is 140 million
            max_pages: 5_000,        // a register volume has some hundreds
            max_bytes: 3 << 30,
            max_file_bytes: 1 << 30,
        }
    }
}

/// What the headers say of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageShape {
    /// Pixels, as delivered.
    pub width: u32,
    /// Pixels, as delivered.
    pub height: u32,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<u32>,
    /// EXIF orientation 1 to 8 (Exif 2.32, tag 0x0112), where the file has one. It is noted, not applied.
    pub exif_orientation: Option<u8>,
    /// Bytes that decoding and reading this page are predicted to need.
    pub predicted_bytes: u64,
}

impl PageShape {
    /// A page of this size; `decode_bytes` is what its pixels take while decoding, file included.
    fn new(width: u32, height: u32, dpi: Option<u32>, decode_bytes: u64) -> Self {
        let reading =
            (u64::from(width) * u64::from(height)).saturating_mul(READING_BYTES_PER_PIXEL);
        let predicted_bytes = reading
            .saturating_add(decode_bytes)
            .saturating_add(READING_FIXED_BYTES);
        Self {
            width,
            height,
            dpi,
            exif_orientation: None,
            predicted_bytes,
        }
    }

    /// This shape, or `too_large` where it breaks a ceiling; `empty` where it has no pixels.
    fn admit(self, limits: &DecodeLimits) -> Outcome<Self> {
        let pixels = u64::from(self.width) * u64::from(self.height);
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
}

/// One page, decoded: always `ImageLuma8` or `ImageRgb8`, transparency laid on white paper.
#[derive(Debug, Clone)]
pub struct DecodedPage {
    /// The pixels as delivered, not turned.
    pub image: DynamicImage,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<u32>,
    /// EXIF orientation 1 to 8, noted and not applied.
    pub exif_orientation: Option<u8>,
    /// The text of a born-digital PDF page in pixel boxes; absent for scans.
    pub text_layer: Option<Vec<Word>>,
}

impl DecodedPage {
    /// The words it brings with it, if any, so that none need be recognised.
    pub(crate) fn own_words(&self) -> Option<&[Word]> {
        self.text_layer.as_deref().filter(|words| !words.is_empty())
    }
}

/// The pixels of page `page` (from 1) of the file at `path`.
///
/// # Errors
/// Every failure named in [`FailureKind`] that headers or decoding can show.
pub fn decode_page(path: &Path, page: u32, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let file = File::open(path)
        .map_err(|error| Failure::new(FailureKind::Unavailable, error.kind().to_string()))?;
    decode_file(file, page, limits)
}

/// As [`decode_page`], of a file already open.
///
/// # Errors
/// As [`decode_page`].
pub fn decode_file(mut file: File, page: u32, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    match sniff::sniff(&mut file, limits)? {
        format @ (Format::Jpeg | Format::Png) => {
            only_page(page)?;
            raster::decode(&read_all(&mut file, limits)?, format, limits)
        }
        Format::Tiff => tiff::decode(rewound(file)?, page, limits),
        Format::Pdf => pdf::decode(read_all(&mut file, limits)?, page, limits),
    }
}

/// The shape of page `page` (from 1), from headers alone.
///
/// # Errors
/// As [`decode_page`].
pub fn shape(mut file: File, page: u32, limits: &DecodeLimits) -> Outcome<PageShape> {
    match sniff::sniff(&mut file, limits)? {
        format @ (Format::Jpeg | Format::Png) => {
            only_page(page)?;
            raster::shape(&read_all(&mut file, limits)?, format, limits)
        }
        Format::Tiff => tiff::shape(rewound(file)?, page, limits),
        Format::Pdf => pdf::shape(read_all(&mut file, limits)?, page, limits),
    }
}

/// The kind of the file and the shape of each page, from headers alone.
///
/// # Errors
/// As [`decode_page`]; one page beyond the ceilings fails the file.
pub(crate) fn shapes(mut file: File, limits: &DecodeLimits) -> Outcome<(Format, Vec<PageShape>)> {
    let format = sniff::sniff(&mut file, limits)?;
    let shapes = match format {
        Format::Jpeg | Format::Png => {
            vec![raster::shape(
                &read_all(&mut file, limits)?,
                format,
                limits,
            )?]
        }
        Format::Tiff => tiff::shapes(rewound(file)?, limits)?,
        Format::Pdf => pdf::shapes(read_all(&mut file, limits)?, limits)?,
    };
    Ok((format, shapes))
}

/// The file from its start; a passed descriptor shares its position with earlier requests.
fn rewound(mut file: File) -> Outcome<File> {
    file.seek(SeekFrom::Start(0)).map_err(Failure::unreadable)?;
    Ok(file)
}

/// Refuses any page but the first of a single-page format.
fn only_page(page: u32) -> Outcome<()> {
    if page == 1 {
        Ok(())
    } else {
        Err(no_such_page(page, 1))
    }
}

fn no_such_page(page: u32, pages: u32) -> Failure {
    Failure::new(
        FailureKind::Refused,
        format!("page {page} of a file with {pages}"),
    )
}

/// The whole file, never more than the limit even if it grows while being read.
fn read_all(file: &mut File, limits: &DecodeLimits) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(Failure::unreadable)?;
    file.take(limits.max_file_bytes)
        .read_to_end(&mut bytes)
        .map_err(Failure::unreadable)?;
    Ok(bytes)
}

/// A density that a scanner or camera could mean; 72 and less are placeholders, not measurements.
fn believable_dpi(dpi: f64) -> Option<u32> {
    (dpi > 72.5 && dpi <= 4_800.0).then(|| dpi.round() as u32)
}
