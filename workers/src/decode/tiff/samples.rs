//! How a page's samples are packed and what they mean, as the tags of its directory say.

use super::directory::{Directories, Directory, tag};
use crate::outcome::{Failure, FailureKind, Outcome};

/// How samples are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    /// ITU-T T.4 in one dimension, rows on byte boundaries, without marks between them.
    ModifiedHuffman,
    /// ITU-T T.4; in two dimensions where so.
    Group3 {
        two_dimensional: bool,
    },
    /// ITU-T T.6, "group 4".
    Group4,
    Lzw,
    Jpeg,
    Deflate,
    PackBits,
    Zstandard,
}

/// What the samples of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Grey {
        zero_is_white: bool,
    },
    Rgb,
    Palette,
    /// Cyan, magenta, yellow, black.
    Inks,
    /// Full resolution, as ITU-R BT.601.
    YCbCr,
}

impl Colour {
    /// Samples that make the colour; what a pixel has besides is transparency or unknown.
    pub(super) fn channels(self) -> u16 {
        match self {
            Self::Grey { .. } | Self::Palette => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Inks => 4,
        }
    }
}

/// How transparency is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpha {
    /// The colour is already multiplied by it.
    Multiplied,
    Apart,
}

pub(super) fn unsupported(detail: String) -> Failure {
    Failure::new(FailureKind::Unsupported, format!("TIFF: {detail}"))
}

pub(super) fn compression(tiff: &mut Directories, page: &Directory) -> Outcome<Compression> {
    Ok(match tiff.single(page, tag::COMPRESSION)?.unwrap_or(1) {
        1 => Compression::None,
        2 => Compression::ModifiedHuffman,
        3 => Compression::Group3 {
            two_dimensional: tiff.single(page, tag::T4_OPTIONS)?.unwrap_or(0) & 1 == 1,
        },
        4 => Compression::Group4,
        5 => Compression::Lzw,
        7 => Compression::Jpeg,
        // The second number is the one that Adobe used before Deflate became part of the standard.
        8 | 32_946 => Compression::Deflate,
        32_773 => Compression::PackBits,
        50_000 => Compression::Zstandard,
        other => return Err(unsupported(format!("compression {other}"))),
    })
}

pub(super) fn colour(
    tiff: &mut Directories,
    page: &Directory,
    compression: Compression,
) -> Outcome<Colour> {
    let is_fax = matches!(
        compression,
        Compression::ModifiedHuffman | Compression::Group3 { .. } | Compression::Group4
    );
    // Some fax programs leave it out, and a fax is white where nothing was sent.
    let usual = if is_fax { 0 } else { 1 };
    // The JPEG decoder enlarges colours that are stored coarser; nothing else here does.
    let is_full_size = || matches!(compression, Compression::Jpeg);
    Ok(
        match tiff.single(page, tag::PHOTOMETRIC)?.unwrap_or(usual) {
            0 => Colour::Grey {
                zero_is_white: true,
            },
            1 => Colour::Grey {
                zero_is_white: false,
            },
            2 => Colour::Rgb,
            3 => Colour::Palette,
            5 if tiff.single(page, tag::INK_SET)?.unwrap_or(1) == 1 => Colour::Inks,
            6 if is_full_size() => Colour::YCbCr,
            6 if tiff.numbers(page, tag::YCBCR_SUBSAMPLING)? == [1, 1] => Colour::YCbCr,
            other => return Err(unsupported(format!("colours of kind {other}"))),
        },
    )
}

pub(super) fn bits(
    tiff: &mut Directories,
    page: &Directory,
    samples: u16,
    colour: Colour,
) -> Outcome<u16> {
    let bits = tiff.numbers(page, tag::BITS_PER_SAMPLE)?;
    let first = bits.first().copied().unwrap_or(1);
    let alike = bits
        .iter()
        .take(usize::from(samples))
        .all(|bits| *bits == first);
    let formats = tiff.numbers(page, tag::SAMPLE_FORMAT)?;
    // Unsigned numbers, or unknown, which every writer means as unsigned.
    let are_whole = formats.iter().all(|format| matches!(format, 1 | 4));
    let allowed: &[u64] = match colour {
        Colour::Palette => &[1, 2, 4, 8],
        _ => &[1, 2, 4, 8, 16],
    };
    if !alike || !are_whole || !allowed.contains(&first) {
        return Err(unsupported(format!("{first} bits a sample")));
    }
    Ok(first as u16)
}

pub(super) fn alpha(
    tiff: &mut Directories,
    page: &Directory,
    samples: u16,
    colour: Colour,
) -> Outcome<Option<Alpha>> {
    // A colour table has no room for transparency.
    if samples == colour.channels() || colour == Colour::Palette {
        return Ok(None);
    }
    Ok(match tiff.single(page, tag::EXTRA_SAMPLES)? {
        Some(1) => Some(Alpha::Multiplied),
        Some(2) => Some(Alpha::Apart),
        _ => None,
    })
}

/// A colour table: all reds, all greens, all blues, sixteen bits each. Those of old programs hold eight.
pub(super) fn palette(map: &[u64], bits: u16) -> Outcome<Vec<[u8; 3]>> {
    let size = 1 << bits;
    if map.len() != 3 * size {
        let detail = "TIFF with a colour table of another size";
        return Err(Failure::unreadable(detail));
    }
    // Eight bits where sixteen are due: a known slip, and without the shift every colour would come
    // out black.
    let shift = if map.iter().all(|value| *value < 256) {
        0
    } else {
        8
    };
    let colour = |index| [0, 1, 2].map(|channel| (map[channel * size + index] >> shift) as u8);
    Ok((0..size).map(colour).collect())
}
