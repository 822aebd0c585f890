//! A page's picture as a PDF can hold it: the delivered bytes where a PDF takes them as they are, else
//! the same pixels packed again without loss. And the digest that shows two pages to be the same.

use std::fs::File;
use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GrayImage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::pdf::StoredOrientation;
use super::{
    DecodeLimits, Format, PageShape, Purpose, jpeg, only_page, png, read_all, rewound, sniff,
};
use super::{pdf, tiff};
use crate::outcome::{Failure, FailureKind, Outcome};

/// Widest page packed as Group 4; the encoder counts in signed sixteen bits.
const WIDEST_GROUP_4: u32 = 32_000;

/// How the bytes of a picture are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Packing {
    /// A JPEG file (`DCTDecode`).
    Jpeg,
    /// ITU-T T.6, white where a bit is 1 (`CCITTFaxDecode` with `K` -1).
    Group4,
    /// Rows as PNG filters and deflates them (`FlateDecode` with predictor 15).
    PngRows,
}

/// A page's picture, ready to stand in a PDF; its bytes travel beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Samples in a row, as stored.
    pub width: u32,
    /// Rows of the picture, as stored.
    pub height: u32,
    /// Dots per inch, where the file says so believably.
    pub dpi: Option<u32>,
    /// 1 for grey and for indices into the palette, 3 for red, green and blue.
    pub channels: u8,
    /// Bits of one sample.
    pub bits: u8,
    /// Red, green and blue of each index; empty without a palette.
    pub palette: Vec<u8>,
    /// How the bytes are packed.
    pub packing: Packing,
    /// From the stored samples to the page as delivered.
    pub turn: StoredOrientation,
    /// True where the bytes are those of the delivered file, not packed again.
    pub as_delivered: bool,
}

/// What a page shows, to compare it with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelDigest {
    /// Pixels, turned as asked.
    pub width: u32,
    /// Pixels, turned as asked.
    pub height: u32,
    /// SHA-256 of the pixels row by row as red, green and blue; lower-case hex.
    pub sha256: String,
}

/// The picture of page `page` (from 1) and its bytes.
///
/// # Errors
/// As [`super::decode_page`]; `refused` for a page of a PDF that is drawn and not scanned.
pub(crate) fn picture(
    mut file: File,
    page: u32,
    limits: &DecodeLimits,
) -> Outcome<(Picture, Vec<u8>)> {
    let format = sniff::sniff(&mut file, limits)?;
    let shape = super::shape(file.try_clone().map_err(Failure::unreadable)?, page, limits)?;
    let turn = StoredOrientation {
        mirror_x: shape.is_mirrored(),
        ..StoredOrientation::default()
    };
    // In this order: bytes that are kept as they are beat any packing of the same pixels.
    let kept = match format {
        Format::Jpeg => as_jpeg(read_all(&mut file, limits)?, &shape, turn)?,
        Format::Png => as_png(&read_all(&mut file, limits)?, &shape, turn),
        Format::Tiff => match tiff::single_jpeg(rewound_copy(&file)?, page, limits)? {
            Some(bytes) => as_jpeg(bytes, &shape, turn)?,
            None => None,
        },
        Format::Pdf => match pdf::scanned_jpeg(read_all(&mut file, limits)?, page, limits)? {
            Some((bytes, turn)) => as_jpeg(bytes, &shape, turn)?,
            None => None,
        },
        Format::Gif | Format::Bmp | Format::Webp | Format::Jpeg2000 => None,
    };
    // Delivered bytes: nothing was unpacked, so nothing can have changed.
    if let Some(kept) = kept {
        return Ok(kept);
    }
    if format != Format::Pdf && format != Format::Tiff {
        only_page(page)?;
    }
    // For showing and not for reading: the words of a PDF must not stand in the picture as well.
    let decoded = super::decode_file(file, page, Purpose::Showing, limits)?;
    packed(&decoded.image, shape.dpi)
}

fn rewound_copy(file: &File) -> Outcome<File> {
    rewound(file.try_clone().map_err(Failure::unreadable)?)
}

/// A grey or colour JPEG as it is; `None` for inks, which archival PDF takes only with a profile, and for pixels that
/// are not as high as wide.
fn as_jpeg(
    bytes: Vec<u8>,
    shape: &PageShape,
    turn: StoredOrientation,
) -> Outcome<Option<(Picture, Vec<u8>)>> {
    let header = jpeg::header(&bytes)?;
    let (width, height) = match turn.transpose {
        true => (header.height, header.width),
        false => (header.width, header.height),
    };
    // Pixels that the shape would stretch or turn differ from the stored ones, so the bytes cannot
    // stand for them.
    if !matches!(header.components, 1 | 3) || (width, height) != (shape.width, shape.height) {
        return Ok(None);
    }
    let picture = Picture {
        width: header.width,
        height: header.height,
        dpi: shape.dpi,
        channels: header.components,
        bits: 8,
        palette: Vec::new(),
        packing: Packing::Jpeg,
        turn,
        as_delivered: true,
    };
    Ok(Some((picture, bytes)))
}

/// The rows of a PNG as they are; `None` where a PDF knows no such rows.
fn as_png(bytes: &[u8], shape: &PageShape, turn: StoredOrientation) -> Option<(Picture, Vec<u8>)> {
    let rows = png::rows(bytes)?;
    let header = png::header(bytes).ok()?;
    if (header.width, header.height) != (shape.width, shape.height) {
        return None;
    }
    let picture = Picture {
        width: shape.width,
        height: shape.height,
        dpi: shape.dpi,
        channels: rows.channels,
        bits: rows.bits,
        palette: rows.palette,
        packing: Packing::PngRows,
        turn,
        as_delivered: true,
    };
    Some((picture, rows.data))
}

/// The pixels packed without loss: black and white as a fax packs them, others as PNG does.
fn packed(image: &DynamicImage, dpi: Option<u32>) -> Outcome<(Picture, Vec<u8>)> {
    let (width, height) = (image.width(), image.height());
    // Group 4 packs black and white far smaller than PNG rows do.
    if let DynamicImage::ImageLuma8(grey) = image
        && width <= WIDEST_GROUP_4
        && grey.iter().all(|luma| matches!(luma, 0 | 255))
    {
        let picture = lossless(width, height, dpi, (1, 1), Packing::Group4);
        return Ok((picture, group4(grey)));
    }
    let refused = |error: image::ImageError| Failure::new(FailureKind::Refused, error.to_string());
    let mut file = Cursor::new(Vec::new());
    let encoder =
        PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive);
    image.write_with_encoder(encoder).map_err(refused)?;
    let rows = png::rows(file.get_ref())
        .ok_or_else(|| Failure::new(FailureKind::Refused, "rows of an unforeseen kind"))?;
    let picture = lossless(
        width,
        height,
        dpi,
        (rows.channels, rows.bits),
        Packing::PngRows,
    );
    Ok((picture, rows.data))
}

fn lossless(
    width: u32,
    height: u32,
    dpi: Option<u32>,
    (channels, bits): (u8, u8),
    packing: Packing,
) -> Picture {
    Picture {
        width,
        height,
        dpi,
        channels,
        bits,
        palette: Vec::new(),
        packing,
        turn: StoredOrientation::default(),
        as_delivered: false,
    }
}

fn group4(grey: &GrayImage) -> Vec<u8> {
    let width = grey.width() as u16; // at most WIDEST_GROUP_4
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in grey.chunks_exact(grey.width() as usize) {
        let pels = row.iter().map(|luma| match luma {
            0 => fax::Color::Black,
            _ => fax::Color::White,
        });
        let Ok(()) = encoder.encode_line(pels, width);
    }
    let Ok(writer) = encoder.finish();
    writer.finish()
}

/// The digest of these pixels.
pub(crate) fn digest(image: &DynamicImage) -> PixelDigest {
    let mut hasher = Sha256::new();
    match image {
        DynamicImage::ImageRgb8(rgb) => hasher.update(rgb.as_raw()),
        other => {
            let grey = other.to_luma8();
            // Grey is hashed as if it were in colour, because one side of a comparison may come as
            // grey and the other not.
            for row in grey.chunks_exact(grey.width().max(1) as usize) {
                let row: Vec<u8> = row.iter().flat_map(|luma| [*luma; 3]).collect();
                hasher.update(&row);
            }
        }
    }
    let sha256: String = hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    PixelDigest {
        width: image.width(),
        height: image.height(),
        sha256,
    }
}
