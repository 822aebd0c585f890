//! What kind of file this is, from its own bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::DecodeLimits;
use crate::outcome::{Failure, FailureKind, Outcome};

/// How much of the head and the tail is looked at; PDF readers accept `%PDF-` and `%%EOF` this far in.
const WINDOW: u64 = 1024;

/// The kinds of file read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// ISO/IEC 10918-1.
    Jpeg,
    /// ISO/IEC 15948.
    Png,
    /// TIFF 6.0 or BigTIFF, one page or many.
    Tiff,
    /// ISO 32000.
    Pdf,
}

impl Format {
    /// The registered media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::Pdf => "application/pdf",
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
    let tail = window(file, length.saturating_sub(WINDOW))?;
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
    } else if contains(head, b"%PDF-") {
        Some(Format::Pdf)
    } else {
        None
    }
}

/// Another kind that a lenient program would see in the same bytes. Each signature is long enough
/// that compressed pixels hit it by chance less than once in a million files.
fn second_kind(format: Format, head: &[u8], tail: &[u8]) -> Option<&'static str> {
    if contains(tail, b"PK\x05\x06") {
        return Some("a ZIP archive"); // its directory is found from the end
    }
    if format != Format::Pdf && (contains(head, b"%PDF-") || contains(tail, b"%%EOF")) {
        return Some("a PDF");
    }
    let lower = head.to_ascii_lowercase();
    let is_page = contains(&lower, b"<html") || contains(&lower, b"<script");
    is_page.then_some("a web page")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
