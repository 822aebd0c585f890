//! What kind of file this is, from its own bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::{DecodeLimits, jpeg2000};
use crate::outcome::{Failure, FailureKind, Outcome};

/// How much of the head and the tail is looked at; PDF readers accept `%PDF-` and `%%EOF` this far in.
const WINDOW: u64 = 1024;

/// The kinds of file read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JPEG, ISO/IEC 10918-1.
    Jpeg,
    /// PNG, ISO/IEC 15948.
    Png,
    /// TIFF 6.0 or BigTIFF, one page or many.
    Tiff,
    /// PDF, ISO 32000, of any version.
    Pdf,
    /// GIF87a or GIF89a with one picture.
    Gif,
    /// BMP, a bitmap of Windows.
    Bmp,
    /// RFC 9649, one picture.
    Webp,
    /// ISO/IEC 15444-1, in its JP2 file or bare.
    Jpeg2000,
}

impl Format {
    /// The registered media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::Pdf => "application/pdf",
            Self::Gif => "image/gif",
            Self::Bmp => "image/bmp",
            Self::Webp => "image/webp",
            Self::Jpeg2000 => "image/jp2",
        }
    }
}

/// The kind of this file, checked against the file ceiling and against being two kinds at once.
pub(super) fn sniff(file: &mut File, limits: &DecodeLimits) -> Outcome<Format> {
    let length = file.metadata().map_err(Failure::unreadable)?.len();
    if length == 0 {
        return Err(Failure::new(FailureKind::Empty, "the file has no bytes"));
    }
    if length > limits.max_file_bytes {
        let detail = format!("{length} bytes; the limit is {}", limits.max_file_bytes);
        return Err(Failure::new(FailureKind::TooLarge, detail));
    }
    let head = window(file, 0)?;
    // The tail too: a ZIP archive is found from its end, so a picture may be one as well.
    let tail = window(file, length.saturating_sub(WINDOW))?;
    // Named on its own, because people can do something about it: phones can be told to write JPEG.
    if is_heif(&head) {
        let detail = "HEIF (HEIC or AVIF), for which no free decoder is built in";
        return Err(Failure::new(FailureKind::Heic, detail));
    }
    let format = by_magic(&head)
        .ok_or_else(|| Failure::new(FailureKind::Unsupported, "no known signature"))?;
    if let Some(other) = second_kind(format, &head, &tail) {
        let detail = format!("{} that is also {other}", format.media_type());
        return Err(Failure::new(FailureKind::Ambiguous, detail));
    }
    Ok(format)
}

fn window(file: &mut File, start: u64) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))
        .map_err(Failure::unreadable)?;
    file.take(WINDOW)
        .read_to_end(&mut bytes)
        .map_err(Failure::unreadable)?;
    Ok(bytes)
}

fn by_magic(head: &[u8]) -> Option<Format> {
    const TIFFS: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if TIFFS.iter().any(|magic| head.starts_with(magic)) {
        Some(Format::Tiff)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Some(Format::Gif)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some(Format::Webp)
    } else if head.starts_with(jpeg2000::BOXED) || head.starts_with(jpeg2000::BARE) {
        Some(Format::Jpeg2000)
    } else if is_bitmap(head) {
        Some(Format::Bmp)
    } else if contains(head, b"%PDF-") {
        Some(Format::Pdf)
    } else {
        None
    }
}

/// Two letters are a weak sign: the sizes that headers of bitmaps have must follow.
fn is_bitmap(head: &[u8]) -> bool {
    const HEADERS: [u8; 7] = [12, 40, 52, 56, 64, 108, 124];
    let size = head.get(14..18);
    head.starts_with(b"BM")
        && size.is_some_and(|size| HEADERS.contains(&size[0]) && size[1..] == [0, 0, 0])
}

/// The pictures that iPhones take unless told otherwise, and their kin (ISO/IEC 23008-12).
fn is_heif(head: &[u8]) -> bool {
    const BRANDS: [&[u8]; 10] = [
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis",
    ];
    head.get(4..8) == Some(b"ftyp") && BRANDS.iter().any(|brand| head.get(8..12) == Some(*brand))
}

/// Another kind that a lenient program would see in the same bytes. Each signature is long enough
/// that compressed pixels hit it by chance less than once in a million files.
fn second_kind(format: Format, head: &[u8], tail: &[u8]) -> Option<&'static str> {
    // An archive behind a picture would be unpacked by whoever takes it for one.
    if contains(tail, b"PK\x05\x06") {
        return Some("a ZIP archive"); // its directory is found from the end
    }
    if format != Format::Pdf && (contains(head, b"%PDF-") || contains(tail, b"%%EOF")) {
        return Some("a PDF");
    }
    // Browsers decide by such words, whatever the file's name says.
    let lower = head.to_ascii_lowercase();
    let is_page = contains(&lower, b"<html") || contains(&lower, b"<script");
    is_page.then_some("a web page")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
