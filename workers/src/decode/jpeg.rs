//! The segments of a JPEG file (ISO/IEC 10918-1 annex B): size, density, and whether it is whole.

use memchr::memchr;

use super::Density;
use crate::outcome::{Failure, FailureKind, Outcome};

const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;

/// What the segments say.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    pub components: u8,
    pub progressive: bool,
    pub density: Option<Density>,
    /// The TIFF structure inside APP1, where there is one.
    pub exif: Option<Vec<u8>>,
}

/// Walks all segments to the end-of-image marker.
///
/// # Errors
/// `unreadable` where the file is cut off or not a JPEG, `unsupported` for arithmetic coding and
/// lossless processes, which no scanner makes.
pub(super) fn header(bytes: &[u8]) -> Outcome<Header> {
    let mut header = Header::default();
    let mut at = 2; // past start-of-image, which sniffing saw
    loop {
        let marker = next_marker(bytes, &mut at)?;
        if marker == END_OF_IMAGE {
            break;
        }
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            continue; // stand alone, without a length
        }
        let body = segment(bytes, &mut at)?;
        note(&mut header, marker, body)?;
        // Compressed data follows without a length; only its next marker tells where it ends.
        if marker == START_OF_SCAN {
            skip_entropy(bytes, &mut at)?;
        }
    }
    if header.components == 0 {
        return Err(Failure::unreadable("JPEG without a frame header"));
    }
    Ok(header)
}

fn note(header: &mut Header, marker: u8, body: &[u8]) -> Outcome<()> {
    match marker {
        // Baseline, extended and progressive frames: what scanners and phones write.
        0xC0..=0xC2 if body.len() >= 6 => {
            header.height = u32::from(u16::from_be_bytes([body[1], body[2]]));
            header.width = u32::from(u16::from_be_bytes([body[3], body[4]]));
            header.components = body[5];
            header.progressive = marker == 0xC2;
        }
        // Lossless, hierarchical and arithmetic processes: the decoder below does not know them,
        // and guessing would yield noise.
        0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
            return Err(Failure::new(
                FailureKind::Unsupported,
                "JPEG process not in use by scanners",
            ));
        }
        0xE0 if body.starts_with(b"JFIF\0") && body.len() >= 12 => {
            let number = |at: usize| f64::from(u16::from_be_bytes([body[at], body[at + 1]]));
            let (across, down) = (number(8), number(10));
            header.density = match body[7] {
                // A density of nothing is a placeholder that some drivers leave.
                _ if across == 0.0 || down == 0.0 => None,
                1 => Some(Density::per_inch(across, down)),
                // Dots to the centimetre.
                2 => Some(Density::per_inch(across * 2.54, down * 2.54)),
                _ => Some(Density::ratio(across, down)),
            };
        }
        0xE1 if body.starts_with(b"Exif\0\0") => header.exif = Some(body[6..].to_vec()),
        _ => {}
    }
    Ok(())
}

/// The next marker's code, past any fill bytes.
fn next_marker(bytes: &[u8], at: &mut usize) -> Outcome<u8> {
    if bytes.get(*at) != Some(&0xFF) {
        return Err(cut_off_or_damaged(bytes, *at));
    }
    while bytes.get(*at) == Some(&0xFF) {
        *at += 1;
    }
    let marker = *bytes
        .get(*at)
        .ok_or_else(|| cut_off_or_damaged(bytes, *at))?;
    *at += 1;
    Ok(marker)
}

/// The body of the segment at `at`, which starts with its own length.
fn segment<'a>(bytes: &'a [u8], at: &mut usize) -> Outcome<&'a [u8]> {
    let damaged = || cut_off_or_damaged(bytes, *at);
    let length = bytes.get(*at..*at + 2).ok_or_else(damaged)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length < 2 {
        return Err(damaged());
    }
    let body = bytes.get(*at + 2..*at + length).ok_or_else(damaged)?;
    *at += length;
    Ok(body)
}

/// Moves to the first marker after entropy-coded data, where FF is followed by 00 or a restart.
fn skip_entropy(bytes: &[u8], at: &mut usize) -> Outcome<()> {
    while let Some(offset) = memchr(0xFF, &bytes[*at..]) {
        *at += offset;
        // A stuffed zero or a restart marker belongs to the data; anything else ends it.
        match bytes.get(*at + 1) {
            Some(0x00 | 0xD0..=0xD7) => *at += 2,
            Some(0xFF) => *at += 1,
            Some(_) => return Ok(()),
            None => break,
        }
    }
    Err(Failure::unreadable("JPEG cut off: no end-of-image marker"))
}

fn cut_off_or_damaged(bytes: &[u8], at: usize) -> Failure {
    if at + 2 > bytes.len() {
        Failure::unreadable("JPEG cut off inside its segments")
    } else {
        Failure::unreadable(format!("JPEG damaged at byte {at}"))
    }
}
