//! Untrusted bytes to the pixels of one page, with every ceiling checked from the headers first.
//!
//! The kind of a file is what its first bytes say, never its name. Nothing here trusts a size
//! that it has not compared with [`DecodeLimits`]. Call it only in a sandboxed child.

mod gif;
mod jpeg;
mod jpeg2000;
mod pdf;
pub(crate) mod picture;
mod png;
mod raster;
mod shape;
mod sniff;
mod tiff;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use image::DynamicImage;
use serde::{Deserialize, Serialize};

pub use self::pdf::StoredOrientation;
pub use self::picture::{Packing, Picture, PixelDigest};
pub(crate) use self::shape::Density;
pub use self::shape::PageShape;
pub use self::sniff::Format;
use crate::geometry::Turn;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::word::{Box4, Word};

/// Ceilings that hold before a byte is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecodeLimits {
    /// Pixels of one page, width times height.
    pub max_pixels: u64,
    /// Pages of one file.
    pub max_pages: u32,
    /// Bytes one page may be predicted to need, see [`PageShape::predicted_bytes`].
    pub max_bytes: u64,
    /// The largest file that is opened, in bytes.
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

/// One page, decoded: always `ImageLuma8` or `ImageRgb8`, transparency laid on white paper.
#[derive(Debug, Clone)]
pub struct DecodedPage {
    /// The pixels as delivered, not turned; neither mirrored nor squeezed.
    pub image: DynamicImage,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<u32>,
    /// EXIF orientation 1 to 8; of it only the mirroring is applied.
    pub exif_orientation: Option<u8>,
    /// The text of a born-digital PDF page in pixel boxes; absent for scans.
    pub text_layer: Option<Vec<Word>>,
    /// How the text of `text_layer` stands, turned clockwise.
    pub text_turn: Turn,
    /// Text that is drawn and seen on a page whose picture must be recognised: a signature's stamp on a scan.
    pub drawn_text: Option<DrawnText>,
    /// What was filled into a form's fields and is shown by no pixel.
    pub form_values: Vec<Word>,
    /// Flags that the file itself gives the page ([`crate::quality::FLAGS`]).
    pub flags: Vec<&'static str>,
}

impl DecodedPage {
    /// A page that is its picture and nothing else.
    fn of(image: DynamicImage, shape: &PageShape) -> Self {
        Self {
            image,
            dpi: shape.dpi,
            exif_orientation: shape.exif_orientation,
            text_layer: None,
            text_turn: Turn::None,
            drawn_text: None,
            form_values: Vec::new(),
            flags: Vec::new(),
        }
    }

    /// The words it brings with it, if any, so that none has to be recognised.
    pub(crate) fn own_words(&self) -> Option<&[Word]> {
        self.text_layer.as_deref().filter(|words| !words.is_empty())
    }
}

/// Text that a page draws beside a picture, in pixel boxes.
#[derive(Debug, Clone)]
pub struct DrawnText {
    /// Words of the delivered text layer; never empty.
    pub words: Vec<Word>,
    /// The boxes of those that the page's pixels show too, so that recognition may find them once more.
    pub among_pixels: Vec<Box4>,
}

/// What a page is decoded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be read: text drawn on a scan is kept apart from its picture.
    Reading,
    /// To be shown: everything as a viewer shows it.
    Showing,
}

/// The pixels of page `page` (from 1) of the file at `path`.
///
/// # Errors
/// Every failure named in [`FailureKind`] that headers or decoding can show.
pub fn decode_page(path: &Path, page: u32, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let file = File::open(path)
        .map_err(|error| Failure::new(FailureKind::Unavailable, error.kind().to_string()))?;
    decode_file(file, page, Purpose::Reading, limits)
}

/// As [`decode_page`], of a file already open.
///
/// # Errors
/// As [`decode_page`].
pub(crate) fn decode_file(
    mut file: File,
    page: u32,
    purpose: Purpose,
    limits: &DecodeLimits,
) -> Outcome<DecodedPage> {
    match sniff::sniff(&mut file, limits)? {
        Format::Tiff => tiff::decode(rewound(file)?, page, limits),
        Format::Pdf => pdf::decode(read_all(&mut file, limits)?, page, purpose, limits),
        format => {
            // Asking for page 2 of a JPEG is a mistake of the caller, not damage of the file.
            only_page(page)?;
            raster::decode(&read_all(&mut file, limits)?, format, limits)
        }
    }
}

/// The shape of page `page` (from 1), from headers alone.
///
/// # Errors
/// As [`decode_page`].
pub(crate) fn shape(mut file: File, page: u32, limits: &DecodeLimits) -> Outcome<PageShape> {
    match sniff::sniff(&mut file, limits)? {
        Format::Tiff => tiff::shape(rewound(file)?, page, limits),
        Format::Pdf => pdf::shape(read_all(&mut file, limits)?, page, limits),
        format => {
            only_page(page)?;
            raster::shape(&read_all(&mut file, limits)?, format, limits)
        }
    }
}

/// The kind of the file and the shape of each page, from headers alone.
///
/// # Errors
/// As [`decode_page`]; one page beyond the ceilings fails the file.
pub(crate) fn shapes(mut file: File, limits: &DecodeLimits) -> Outcome<(Format, Vec<PageShape>)> {
    let format = sniff::sniff(&mut file, limits)?;
    let shapes = match format {
        Format::Tiff => tiff::shapes(rewound(file)?, limits)?,
        Format::Pdf => pdf::shapes(read_all(&mut file, limits)?, limits)?,
        _ => vec![raster::shape(
            &read_all(&mut file, limits)?,
            format,
            limits,
        )?],
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
    // The size was checked before, but a file that is still being written may have grown since.
    file.take(limits.max_file_bytes)
        .read_to_end(&mut bytes)
        .map_err(Failure::unreadable)?;
    Ok(bytes)
}
