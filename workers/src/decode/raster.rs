//! JPEG and PNG: one page, decoded by the `image` crate under a limit on what it may allocate.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage};

use super::{DecodeLimits, DecodedPage, Format, PageShape, believable_dpi, jpeg, png};
use crate::outcome::{Failure, FailureKind, Outcome};

/// The shape of the one page.
///
/// # Errors
/// `unreadable`, `unsupported`, `empty` or `too_large`, all from the headers.
pub(super) fn shape(bytes: &[u8], format: Format, limits: &DecodeLimits) -> Outcome<PageShape> {
    let file_bytes = bytes.len() as u64;
    let (mut shape, exif) = if format == Format::Png {
        let header = png::header(bytes)?;
        let (width, height) = (header.width, header.height);
        let pixels = u64::from(width) * u64::from(height);
        let decode_bytes = pixels
            .saturating_mul(header.bytes_per_pixel())
            .saturating_add(file_bytes);
        let dpi = header.dpi.and_then(believable_dpi);
        (
            PageShape::new(width, height, dpi, decode_bytes),
            header.exif,
        )
    } else {
        let header = jpeg::header(bytes)?;
        let (width, height) = (header.width, header.height);
        let samples = u64::from(width) * u64::from(height) * u64::from(header.components);
        // A progressive file keeps two-byte coefficients of every sample until its last scan.
        let decode_bytes = samples * if header.progressive { 3 } else { 1 } + file_bytes;
        let dpi = header.jfif_dpi.and_then(believable_dpi);
        (
            PageShape::new(width, height, dpi, decode_bytes),
            header.exif,
        )
    };
    if let Some(exif) = exif.and_then(read_exif) {
        shape.exif_orientation = exif_number(&exif, exif::Tag::Orientation)
            .filter(|value| (1.0..=8.0).contains(value))
            .map(|value| value as u8);
        shape.dpi = shape.dpi.or_else(|| exif_dpi(&exif));
    }
    shape.admit(limits)
}

/// The pixels of the one page.
///
/// # Errors
/// As [`shape`], and `unreadable` where the pixels do not decode.
pub(super) fn decode(bytes: &[u8], format: Format, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let shape = shape(bytes, format, limits)?;
    let image = decode_pixels(bytes, format, shape.predicted_bytes)?;
    Ok(DecodedPage {
        image: on_white_paper(image),
        dpi: shape.dpi,
        exif_orientation: shape.exif_orientation,
        text_layer: None,
    })
}

/// Decodes with the `image` crate, allocating no more than `max_alloc` bytes.
pub(super) fn decode_pixels(bytes: &[u8], format: Format, max_alloc: u64) -> Outcome<DynamicImage> {
    let image_format = if format == Format::Png {
        image::ImageFormat::Png
    } else {
        image::ImageFormat::Jpeg
    };
    let mut allowed = Limits::default();
    allowed.max_alloc = Some(max_alloc);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), image_format);
    reader.limits(allowed);
    let decoder = reader.into_decoder().map_err(named)?;
    if decoder.total_bytes() > max_alloc {
        return Err(Failure::new(
            FailureKind::TooLarge,
            "more pixels than the header foretold",
        ));
    }
    DynamicImage::from_decoder(decoder).map_err(named)
}

/// Grey stays grey, everything else becomes RGB; what is transparent shows white paper.
pub(super) fn on_white_paper(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => image,
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(image.into_luma8()),
        other if other.color().has_alpha() => {
            let rgba = other.into_rgba8();
            let (width, height) = rgba.dimensions();
            let flat = RgbImage::from_fn(width, height, |x, y| {
                let [r, g, b, alpha] = rgba.get_pixel(x, y).0;
                Rgb([r, g, b].map(|ink| over_white(ink, alpha)))
            });
            DynamicImage::ImageRgb8(flat)
        }
        other => DynamicImage::ImageRgb8(other.into_rgb8()),
    }
}

fn over_white(ink: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(ink) * alpha + 255 * (255 - alpha)) / 255) as u8
}

fn named(error: ImageError) -> Failure {
    let kind = match &error {
        ImageError::Limits(_) => FailureKind::TooLarge,
        ImageError::Unsupported(_) => FailureKind::Unsupported,
        _ => FailureKind::Unreadable,
    };
    Failure::new(kind, error.to_string())
}

/// Broken EXIF does not make a page unreadable; it only says nothing.
fn read_exif(raw: Vec<u8>) -> Option<exif::Exif> {
    exif::Reader::new().read_raw(raw).ok()
}

fn exif_dpi(exif: &exif::Exif) -> Option<u32> {
    let per_unit = exif_number(exif, exif::Tag::XResolution)?;
    let centimetres = exif_number(exif, exif::Tag::ResolutionUnit) == Some(3.0);
    believable_dpi(if centimetres {
        per_unit * 2.54
    } else {
        per_unit
    })
}

fn exif_number(exif: &exif::Exif, tag: exif::Tag) -> Option<f64> {
    match &exif.get_field(tag, exif::In::PRIMARY)?.value {
        exif::Value::Rational(values) => values.first().map(exif::Rational::to_f64),
        value => value.get_uint(0).map(f64::from),
    }
}
