//! The chunks of a PNG file (ISO/IEC 15948 clause 5): size, density, and whether it is whole.

use super::Density;
use crate::outcome::{Failure, Outcome};

/// What the chunks say.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    pub bit_depth: u8,
    pub color_type: u8,
    pub density: Option<Density>,
    pub exif: Option<Vec<u8>>,
}

impl Header {
    /// Bytes that one decoded pixel takes.
    pub(super) fn bytes_per_pixel(&self) -> u64 {
        let channels = match self.color_type {
            0 => 1,
            4 => 2,
            2 | 3 => 3,
            _ => 4,
        };
        if self.bit_depth == 16 {
            channels * 2
        } else {
            channels
        }
    }
}

/// Walks all chunks to the closing one.
///
/// # Errors
/// `unreadable` where the file is cut off or its chunks do not follow each other.
pub(super) fn header(bytes: &[u8]) -> Outcome<Header> {
    let mut header = Header::default();
    // Past the eight bytes of the signature, which sniffing has seen.
    let mut rest = bytes.get(8..).unwrap_or_default();
    loop {
        let (kind, body, after) =
            chunk(rest).ok_or_else(|| Failure::unreadable("PNG cut off: no closing chunk"))?;
        match kind {
            b"IHDR" if body.len() == 13 => {
                header.width = big_endian(&body[0..4]);
                header.height = big_endian(&body[4..8]);
                header.bit_depth = body[8];
                header.color_type = body[9];
            }
            b"pHYs" if body.len() == 9 => {
                let [across, down] = [0, 4].map(|at| f64::from(big_endian(&body[at..at + 4])));
                header.density = Some(match body[8] {
                    1 => Density::per_inch(across * 0.0254, down * 0.0254), // per metre
                    _ => Density::ratio(across, down),
                });
            }
            b"eXIf" => header.exif = Some(body.to_vec()),
            // What follows the closing chunk is no part of the picture.
            b"IEND" => break,
            _ => {}
        }
        rest = after;
    }
    // A depth of nothing means that no header chunk came: a file that starts right and is something
    // else.
    if header.bit_depth == 0 {
        return Err(Failure::unreadable("PNG without a header chunk"));
    }
    Ok(header)
}

/// The filtered and deflated rows, as a PDF takes them too.
#[derive(Debug)]
pub(super) struct Rows {
    pub channels: u8,
    pub bits: u8,
    /// Red, green and blue of each index; empty without a palette.
    pub palette: Vec<u8>,
    pub data: Vec<u8>,
}

/// The rows of a PNG; `None` where they are interlaced, hold transparency, or the file is not a PNG.
pub(super) fn rows(bytes: &[u8]) -> Option<Rows> {
    let (mut color_type, mut bits, mut palette, mut data) = (None, 0, Vec::new(), Vec::new());
    let mut rest = bytes.get(8..)?;
    while let Some((kind, body, after)) = chunk(rest) {
        match kind {
            // Compression, filtering and interlacing are of the first kind each.
            b"IHDR" if body.len() == 13 && body[10..] == [0, 0, 0] => {
                (bits, color_type) = (body[8], Some(body[9]));
            }
            b"PLTE" => palette = body.to_vec(),
            // A PDF has transparency as a second picture; such a page is packed again.
            b"tRNS" => return None,
            b"IDAT" => data.extend_from_slice(body),
            b"IEND" => break,
            _ => {}
        }
        rest = after;
    }
    // A colour table of broken length would shift every colour, so its rows are not taken over.
    let whole_palette = !palette.is_empty() && palette.len() % 3 == 0 && palette.len() <= 768;
    let channels = match color_type? {
        0 => 1,
        2 => 3,
        3 if whole_palette => 1,
        _ => return None,
    };
    if color_type != Some(3) {
        palette.clear(); // only a suggestion there
    }
    (!data.is_empty()).then_some(Rows {
        channels,
        bits,
        palette,
        data,
    })
}

/// The first chunk's type and body, and what follows it.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let length = big_endian(bytes.get(0..4)?) as usize;
    let kind = bytes.get(4..8)?;
    let end = length.checked_add(12)?; // the body is followed by four bytes of check sum
    let body = bytes.get(8..end - 4)?;
    Some((kind, body, bytes.get(end..)?))
}

fn big_endian(four: &[u8]) -> u32 {
    four.iter()
        .fold(0, |value, byte| (value << 8) | u32::from(*byte))
}
