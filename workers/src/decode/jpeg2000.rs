//! JPEG 2000 (ISO/IEC 15444-1), as a JP2 file or a bare codestream.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use crate::outcome::{Failure, FailureKind, Outcome};

/// What a JP2 file starts with.
pub(super) const BOXED: &[u8] = b"\x00\x00\x00\x0CjP  \r\n\x87\n";
/// What a bare codestream starts with.
pub(super) const BARE: &[u8] = b"\xFF\x4F\xFF\x51";

/// Bytes for each sample while decoding: coefficients and samples as 32-bit numbers, and the result.
const BYTES_PER_SAMPLE: u64 = 13;

/// Width, height, and the bytes decoding is predicted to take.
///
/// # Errors
/// `unreadable` where the file is cut off or its headers make no sense.
pub(super) fn header(bytes: &[u8]) -> Outcome<(u32, u32, u64)> {
    whole(bytes)?;
    let image = open(bytes)?;
    let (width, height) = (image.width(), image.height());
    let channels = u64::from(image.color_space().num_channels()) + u64::from(image.has_alpha());
    // Three at least: better some memory too much admitted than too little.
    let samples = (u64::from(width) * u64::from(height)).saturating_mul(channels.max(3));
    let decode_bytes = samples.saturating_mul(BYTES_PER_SAMPLE);
    Ok((
        width,
        height,
        decode_bytes.saturating_add(bytes.len() as u64),
    ))
}

/// The picture.
///
/// # Errors
/// `unreadable` where it does not decode, `unsupported` for colours no scanner writes.
pub(super) fn decode(bytes: &[u8]) -> Outcome<DynamicImage> {
    let image = open(bytes)?;
    let (width, height, has_alpha) = (image.width(), image.height(), image.has_alpha());
    let colours = match image.color_space() {
        ColorSpace::Gray => 1,
        ColorSpace::RGB => 3,
        other => other.num_channels(),
    };
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let samples = decoded.data_u8();
    let picture = match (colours, has_alpha) {
        (1, false) => GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        (1, true) => {
            GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::ImageLumaA8)
        }
        (3, false) => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
        (3, true) => RgbaImage::from_raw(width, height, samples).map(DynamicImage::ImageRgba8),
        _ => {
            let detail = format!("JPEG 2000 of {colours} inks");
            return Err(Failure::new(FailureKind::Unsupported, detail));
        }
    };
    picture.ok_or_else(|| Failure::unreadable("JPEG 2000 with fewer pixels than it announces"))
}

fn open(bytes: &[u8]) -> Outcome<Image<'_>> {
    Image::new(bytes, &DecodeSettings::default()).map_err(damaged)
}

fn damaged(error: impl std::fmt::Display) -> Failure {
    Failure::unreadable(format!("JPEG 2000: {error}"))
}

/// The decoder shows what there is of a file that is cut off; here it must be whole.
fn whole(bytes: &[u8]) -> Outcome<()> {
    const END: &[u8] = b"\xFF\xD9";
    let codestream = match bytes.starts_with(BARE) {
        true => bytes,
        false => codestream(bytes).unwrap_or_default(),
    };
    // Zeros behind the end mark are filler.
    let end = codestream.iter().rposition(|byte| *byte != 0);
    match end.is_some_and(|end| codestream[..=end].ends_with(END)) {
        true => Ok(()),
        false => Err(Failure::unreadable("JPEG 2000 cut off: no end marker")),
    }
}

/// The box of a JP2 file that holds the codestream; `None` where the file ends before it does.
fn codestream(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        let length = u32::from_be_bytes(rest.get(0..4)?.try_into().ok()?) as usize;
        let kind = rest.get(4..8)?;
        let (head, length) = match length {
            // Length 0 means "to the end of the file", 1 means that eight bytes of length follow
            // (ISO/IEC 15444-1, I.4).
            0 => (8, rest.len()), // to the end of the file
            1 => (
                16,
                u64::from_be_bytes(rest.get(8..16)?.try_into().ok()?) as usize,
            ),
            _ => (8, length),
        };
        // A box that ends beyond the file is a file cut off, which the caller reports.
        let body = rest.get(head..length)?;
        if kind == b"jp2c" {
            return Some(body);
        }
        rest = rest.get(length..)?;
    }
}
