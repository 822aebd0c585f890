//! The directories of a TIFF file: what they say by tag, and which of them are pages.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::decode::DecodeLimits;
use crate::outcome::{Failure, FailureKind, Outcome};

/// Values of one tag that are not pixels: strip tables of a long page, a colour table.
const MAX_TAG_BYTES: u64 = 4 << 20;

/// Most tags of one directory; the specification knows about a hundred.
const MAX_TAGS: u64 = 4_096;

/// Longest stretch of the file read at once before its bytes have arrived.
const READ_AHEAD: usize = 1 << 20;

/// Tags (TIFF 6.0, section 8 and following).
pub(super) mod tag {
    pub const NEW_SUBFILE_TYPE: u16 = 254;
    pub const SUBFILE_TYPE: u16 = 255;
    pub const WIDTH: u16 = 256;
    pub const HEIGHT: u16 = 257;
    pub const BITS_PER_SAMPLE: u16 = 258;
    pub const COMPRESSION: u16 = 259;
    pub const PHOTOMETRIC: u16 = 262;
    pub const FILL_ORDER: u16 = 266;
    pub const STRIP_OFFSETS: u16 = 273;
    pub const ORIENTATION: u16 = 274;
    pub const SAMPLES_PER_PIXEL: u16 = 277;
    pub const ROWS_PER_STRIP: u16 = 278;
    pub const STRIP_BYTE_COUNTS: u16 = 279;
    pub const X_RESOLUTION: u16 = 282;
    pub const Y_RESOLUTION: u16 = 283;
    pub const PLANAR: u16 = 284;
    pub const T4_OPTIONS: u16 = 292;
    pub const RESOLUTION_UNIT: u16 = 296;
    pub const PREDICTOR: u16 = 317;
    pub const COLOUR_MAP: u16 = 320;
    pub const TILE_WIDTH: u16 = 322;
    pub const TILE_HEIGHT: u16 = 323;
    pub const TILE_OFFSETS: u16 = 324;
    pub const TILE_BYTE_COUNTS: u16 = 325;
    pub const INK_SET: u16 = 332;
    pub const EXTRA_SAMPLES: u16 = 338;
    pub const SAMPLE_FORMAT: u16 = 339;
    pub const JPEG_TABLES: u16 = 347;
    pub const YCBCR_SUBSAMPLING: u16 = 530;
}

/// One entry: its type, how many values it has, and the bytes that hold them or their place.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    held: [u8; 8],
}

/// One image file directory (TIFF 6.0, section 2), its entries in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory(Vec<Entry>);

/// A TIFF file open at its directories.
pub(super) struct Directories {
    file: BufReader<File>,
    length: u64,
    big_endian: bool,
    /// BigTIFF: counts and places take eight bytes.
    is_long: bool,
    first: u64,
}

impl Directories {
    /// # Errors
    /// `unreadable` where the header makes no sense.
    pub(super) fn open(file: File) -> Outcome<Self> {
        let length = file.metadata().map_err(Failure::unreadable)?.len();
        let mut tiff = Self {
            file: BufReader::new(file),
            length,
            big_endian: false,
            is_long: false,
            first: 0,
        };
        let head = tiff.read(0, 8)?;
        // Each file says by its first two bytes in which order it writes numbers.
        tiff.big_endian = head.starts_with(b"MM");
        tiff.is_long = tiff.number(&head[2..4]) == 43;
        tiff.first = match tiff.is_long {
            true => {
                let place = tiff.read(8, 8)?;
                tiff.number(&place)
            }
            false => tiff.number(&head[4..8]),
        };
        Ok(tiff)
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// The directories that are pages: not the thumbnails, previews and masks beside them. A file that has nothing
    /// else, or whose preview is as large as its pages, keeps them all: nothing is left out silently.
    ///
    /// # Errors
    /// `unreadable` where the chain of directories breaks or turns back, `too_large` for more pages than the limit.
    pub(super) fn pages(&mut self, limits: &DecodeLimits) -> Outcome<Vec<Directory>> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut place = self.first;
        while place != 0 {
            // Directories are a chain of the file's own places; a loop would never end.
            if !seen.insert(place) {
                return Err(Failure::unreadable("TIFF whose directories turn back"));
            }
            // Twice the pages, because each page may have a thumbnail beside it.
            if all.len() as u64 >= u64::from(limits.max_pages) * 2 {
                let detail = format!("more than {} pages", limits.max_pages);
                return Err(Failure::new(FailureKind::TooLarge, detail));
            }
            let (directory, next) = self.directory(place)?;
            let side = self.longest_side(&directory)?;
            let beside = self.stands_beside(&directory)?;
            all.push((directory, side, beside));
            place = next;
        }
        let largest = all
            // A file of thumbnails alone is still shown: something is better than "no page".
            .iter()
            .filter(|(_, _, beside)| !beside)
            .map(|(_, side, _)| *side)
            .max();
        let is_page = |side: u64, beside: bool| !beside || largest.is_none_or(|l| side * 2 > l);
        let pages: Vec<Directory> = all
            .into_iter()
            .filter(|(_, side, beside)| is_page(*side, *beside))
            .map(|(directory, ..)| directory)
            .collect();
        match pages.len() as u64 {
            0 => Err(Failure::new(FailureKind::Empty, "the TIFF has no page")),
            count if count > u64::from(limits.max_pages) => {
                let detail = format!("more than {} pages", limits.max_pages);
                Err(Failure::new(FailureKind::TooLarge, detail))
            }
            _ => Ok(pages),
        }
    }

    fn longest_side(&mut self, directory: &Directory) -> Outcome<u64> {
        let width = self.single(directory, tag::WIDTH)?.unwrap_or(0);
        let height = self.single(directory, tag::HEIGHT)?.unwrap_or(0);
        Ok(width.max(height).min(u64::from(u32::MAX)))
    }

    /// Whether it says that it is a smaller picture of another, or its mask.
    fn stands_beside(&mut self, directory: &Directory) -> Outcome<bool> {
        let new = self.single(directory, tag::NEW_SUBFILE_TYPE)?.unwrap_or(0);
        let old = self.single(directory, tag::SUBFILE_TYPE)?.unwrap_or(0);
        // Bits of the subfile type: a reduced picture, or a mask. A page of several is bit 1 and is
        // wanted.
        Ok(new & 0b101 != 0 || old == 2)
    }

    fn directory(&mut self, place: u64) -> Outcome<(Directory, u64)> {
        let (head, entry, after) = match self.is_long {
            true => (8, 20, 8),
            false => (2, 12, 4),
        };
        let count = self.read(place, head)?;
        let count = self.number(&count);
        // Entries are read in one go, so their number has to be believable before.
        if count > MAX_TAGS {
            return Err(Failure::unreadable(format!("TIFF with {count} tags")));
        }
        let table = self.read(place.saturating_add(head), count * entry + after)?;
        let (entries, next) = table.split_at((count * entry) as usize);
        let entries = entries.chunks_exact(entry as usize).map(|raw| {
            let (counted, held) = match self.is_long {
                true => (&raw[4..12], &raw[12..20]),
                false => (&raw[4..8], &raw[8..12]),
            };
            let mut inline = [0; 8];
            inline[..held.len()].copy_from_slice(held);
            Entry {
                tag: self.number(&raw[0..2]) as u16,
                kind: self.number(&raw[2..4]) as u16,
                count: self.number(counted),
                held: inline,
            }
        });
        Ok((Directory(entries.collect()), self.number(next)))
    }

    /// Whole numbers of up to eight bytes in the file's own order.
    fn number(&self, bytes: &[u8]) -> u64 {
        let shift = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
        match self.big_endian {
            true => bytes.iter().fold(0, shift),
            false => bytes.iter().rev().fold(0, shift),
        }
    }

    /// The bytes of a tag's values and the size of each; `None` where the directory lacks the tag.
    fn values(&mut self, directory: &Directory, wanted: u16) -> Outcome<Option<(Vec<u8>, u16)>> {
        let Some(entry) = directory.0.iter().find(|entry| entry.tag == wanted) else {
            return Ok(None);
        };
        let size = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16 | 17 | 18 => 8,
            _ => return Ok(None),
        };
        let bytes = entry.count.saturating_mul(size);
        // Short values stand in the entry itself, in place of where they are.
        let inline = if self.is_long { 8 } else { 4 };
        let values = match bytes {
            0 => return Ok(None),
            _ if bytes <= inline => entry.held[..bytes as usize].to_vec(),
            // Tables of strips grow with the page, but a tag of megabytes is a trap.
            _ if bytes > MAX_TAG_BYTES => {
                let detail = format!("{bytes} bytes in the tag {wanted}");
                return Err(Failure::new(FailureKind::TooLarge, detail));
            }
            _ => {
                let place = self.number(&entry.held[..inline as usize]);
                self.read(place, bytes)?
            }
        };
        Ok(Some((values, entry.kind)))
    }

    /// A tag's whole numbers; empty without the tag.
    pub(super) fn numbers(&mut self, directory: &Directory, wanted: u16) -> Outcome<Vec<u64>> {
        let Some((bytes, kind)) = self.values(directory, wanted)? else {
            return Ok(Vec::new());
        };
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 13 => 4,
            16..=18 => 8,
            _ => return Ok(Vec::new()),
        };
        let numbers = bytes.chunks_exact(size).map(|value| self.number(value));
        Ok(numbers.collect())
    }

    /// A tag's first whole number.
    pub(super) fn single(&mut self, directory: &Directory, wanted: u16) -> Outcome<Option<u64>> {
        Ok(self.numbers(directory, wanted)?.first().copied())
    }

    /// A tag's bytes as they are.
    pub(super) fn bytes(&mut self, directory: &Directory, wanted: u16) -> Outcome<Vec<u8>> {
        let values = self.values(directory, wanted)?;
        Ok(values.map(|(bytes, _)| bytes).unwrap_or_default())
    }

    /// A tag's first fraction, where it is a number above zero.
    pub(super) fn fraction(&mut self, directory: &Directory, wanted: u16) -> Outcome<Option<f64>> {
        let Some((bytes, 5)) = self.values(directory, wanted)? else {
            return Ok(None);
        };
        let (numerator, denominator) = (self.number(&bytes[0..4]), self.number(&bytes[4..8]));
        let fraction = numerator as f64 / denominator as f64;
        Ok(Some(fraction).filter(|value| value.is_finite() && *value > 0.0))
    }

    /// A stretch of the file.
    ///
    /// # Errors
    /// `unreadable` where the file ends before it does.
    pub(super) fn read(&mut self, place: u64, length: u64) -> Outcome<Vec<u8>> {
        let cut_off = || Failure::unreadable("TIFF cut off: it points beyond its end");
        let end = place.checked_add(length).ok_or_else(cut_off)?;
        // Before anything is allocated: the length is the file's word.
        if end > self.length {
            return Err(cut_off());
        }
        self.file
            .seek(SeekFrom::Start(place))
            .map_err(Failure::unreadable)?;
        // Not all at once: a false length would allocate what the file does not hold.
        let mut bytes = Vec::with_capacity(READ_AHEAD.min(length as usize));
        let read = self.file.by_ref().take(length).read_to_end(&mut bytes);
        match read.map_err(Failure::unreadable)? as u64 == length {
            true => Ok(bytes),
            false => Err(cut_off()),
        }
    }
}
