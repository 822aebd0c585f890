//! Pictures of one page: JPEG, PNG, BMP, GIF and WebP, decoded by the `image` crate under a limit on what it may
//! allocate, and JPEG 2000.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
};

use super::{DecodeLimits, DecodedPage, Density, Format, PageShape, gif, jpeg, jpeg2000, png};
use crate::outcome::{Failure, FailureKind, Outcome};

/// Bytes of a pixel while it is decoded: its samples, and their copy without transparency.
const BYTES_PER_PIXEL: u64 = 8;

/// The shape of the one page.
///
/// # Errors
/// `unreadable`, `unsupported`, `empty` or `too_large`, all from the headers.
pub(super) fn shape(bytes: &[u8], format: Format, limits: &DecodeLimits) -> Outcome<PageShape> {
    let header = header(bytes, format)?;
    let exif = header.exif.and_then(read_exif);
    let density = header.density.or_else(|| exif_density(exif.as_ref()?));
    let orientation = exif
        .and_then(|exif| exif_number(&exif, exif::Tag::Orientation))
        .map(|value| value as u8);
    let decode_bytes = header.decode_bytes.saturating_add(bytes.len() as u64);
    PageShape::new(
        header.width,
        header.height,
        density,
        orientation,
        decode_bytes,
    )
    .admit(limits)
}

/// What the headers of a picture say.
struct Header {
    width: u32,
    height: u32,
    density: Option<Density>,
    /// The TIFF structure of its EXIF block, where there is one.
    exif: Option<Vec<u8>>,
    decode_bytes: u64,
}

fn header(bytes: &[u8], format: Format) -> Outcome<Header> {
    let pixels = |width: u32, height: u32| u64::from(width) * u64::from(height);
    Ok(match format {
        Format::Png => {
            let header = png::header(bytes)?;
            let (width, height) = (header.width, header.height);
            let decode_bytes = pixels(width, height).saturating_mul(header.bytes_per_pixel());
            Header {
                width,
                height,
                density: header.density,
                exif: header.exif,
                decode_bytes,
            }
        }
        Format::Jpeg => {
            let header = jpeg::header(bytes)?;
            let (width, height) = (header.width, header.height);
            let samples = pixels(width, height) * u64::from(header.components);
            Header {
                width,
                height,
                density: header.density,
                exif: header.exif,
                // A progressive file keeps two-byte coefficients of every sample until its last scan.
                decode_bytes: samples * if header.progressive { 3 } else { 1 },
            }
        }
        Format::Jpeg2000 => {
            let (width, height, decode_bytes) = jpeg2000::header(bytes)?;
            Header {
                width,
                height,
                density: None,
                exif: None,
                decode_bytes,
            }
        }
        _ => {
            one_still_picture(bytes, format)?;
            // Reading the header allocates next to nothing, so no ceiling is needed here; decoding
            // has one.
            let mut decoder = decoder(bytes, format, u64::MAX)?;
            let (width, height) = decoder.dimensions();
            Header {
                width,
                height,
                density: (format == Format::Bmp)
                    .then(|| bmp_density(bytes))
                    .flatten(),
                exif: decoder.exif_metadata().ok().flatten(),
                decode_bytes: pixels(width, height).saturating_mul(BYTES_PER_PIXEL),
            }
        }
    })
}

/// Refuses moving pictures, of which one page would be left out of account.
fn one_still_picture(bytes: &[u8], format: Format) -> Outcome<()> {
    let moves = match format {
        Format::Gif => gif::pictures(bytes)? != 1,
        // The flags of an extended file (RFC 9649, section 2.7).
        Format::Webp => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|f| f & 2 != 0)
        }
        _ => false,
    };
    match moves {
        true => Err(Failure::new(
            FailureKind::Unsupported,
            "a moving picture, not one page",
        )),
        false => Ok(()),
    }
}

/// Dots to the metre, across and down, in a bitmap's header of forty bytes and more.
fn bmp_density(bytes: &[u8]) -> Option<Density> {
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (across, down) = (number(38)?, number(42)?);
    let per_inch = |metre: u32| f64::from(metre) * 0.0254;
    (number(14)? >= 40 && across > 0 && down > 0)
        .then(|| Density::per_inch(per_inch(across), per_inch(down)))
}

/// The pixels of the one page.
///
/// # Errors
/// As [`shape`], and `unreadable` where the pixels do not decode.
pub(super) fn decode(bytes: &[u8], format: Format, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let shape = shape(bytes, format, limits)?;
    let image = match format {
        Format::Jpeg2000 => jpeg2000::decode(bytes)?,
        _ => decode_pixels(bytes, format, shape.predicted_bytes)?,
    };
    Ok(shape.shown(on_white_paper(image)))
}

/// Decodes with the `image` crate, allocating no more than `max_alloc` bytes.
pub(super) fn decode_pixels(bytes: &[u8], format: Format, max_alloc: u64) -> Outcome<DynamicImage> {
    let decoder = decoder(bytes, format, max_alloc)?;
    // A second header inside the file may announce more than the first; the allocation has to be
    // refused before it is made.
    if decoder.total_bytes() > max_alloc {
        return Err(Failure::new(
            FailureKind::TooLarge,
            "more pixels than the header foretold",
        ));
    }
    DynamicImage::from_decoder(decoder).map_err(named)
}

fn decoder(bytes: &[u8], format: Format, max_alloc: u64) -> Outcome<impl ImageDecoder + '_> {
    let format = match format {
        Format::Png => ImageFormat::Png,
        Format::Gif => ImageFormat::Gif,
        Format::Bmp => ImageFormat::Bmp,
        Format::Webp => ImageFormat::WebP,
        _ => ImageFormat::Jpeg,
    };
    let mut allowed = Limits::default();
    allowed.max_alloc = Some(max_alloc);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(allowed);
    reader.into_decoder().map_err(named)
}

/// Grey stays grey, everything else becomes RGB; what is transparent shows white paper.
pub(super) fn on_white_paper(image: DynamicImage) -> DynamicImage {
    match image {
        // The two forms that reading takes; anything else costs a conversion on each step.
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

fn exif_density(exif: &exif::Exif) -> Option<Density> {
    let across = exif_number(exif, exif::Tag::XResolution)?;
    let down = exif_number(exif, exif::Tag::YResolution).unwrap_or(across);
    let scale = match exif_number(exif, exif::Tag::ResolutionUnit) {
        Some(3.0) => 2.54,
        // Inches are the default of EXIF; 3 says centimetres.
        _ => 1.0,
    };
    Some(Density::per_inch(across * scale, down * scale))
}

fn exif_number(exif: &exif::Exif, tag: exif::Tag) -> Option<f64> {
    match &exif.get_field(tag, exif::In::PRIMARY)?.value {
        exif::Value::Rational(values) => values.first().map(exif::Rational::to_f64),
        value => value.get_uint(0).map(f64::from),
    }
}
