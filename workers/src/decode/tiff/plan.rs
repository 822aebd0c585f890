//! What a directory says of its page: how large it is, how its samples are stored and where.

use super::directory::{Directories, Directory, tag};
use super::samples::{
    Alpha, Colour, Compression, alpha, bits, colour, compression, palette, unsupported,
};
use crate::decode::{DecodeLimits, Density, PageShape};
use crate::outcome::{Failure, FailureKind, Outcome};

/// Most strips or tiles of one page; one row each of the tallest page.
const MAX_CHUNKS: u64 = 70_000;

/// One strip or tile, in one plane where planes are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub offset: u64,
    pub length: u64,
    /// Where it stands on the page, in pixels.
    pub left: u32,
    pub top: u32,
    /// Pixels of a stored row.
    pub width: u32,
    /// Rows a chunk may have; a tile always has them all.
    pub height: u32,
    /// Rows it must have.
    pub rows: u32,
    pub plane: u16,
}

/// How a page is stored.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub width: u32,
    pub height: u32,
    /// Bits of a sample: 1, 2, 4, 8 or 16.
    pub bits: u16,
    /// Samples of a pixel.
    pub samples: u16,
    pub colour: Colour,
    pub alpha: Option<Alpha>,
    pub compression: Compression,
    pub planes_apart: bool,
    /// Each sample is stored as its difference from the one before.
    pub differences: bool,
    /// The lowest bit of a byte comes first.
    pub low_bit_first: bool,
    /// Red, green and blue of each index there can be; empty without a palette.
    pub palette: Vec<[u8; 3]>,
    pub jpeg_tables: Vec<u8>,
    chunk_size: (u32, u32),
    is_tiled: bool,
    offsets: Vec<u64>,
    counts: Vec<u64>,
    density: Option<Density>,
    orientation: Option<u8>,
}

impl Plan {
    /// # Errors
    /// `unreadable` where the directory contradicts itself or the file's length, `unsupported` for what no scanner
    /// writes, `empty` without pixels, `too_large` for too many strips.
    pub(super) fn of(tiff: &mut Directories, page: &Directory) -> Outcome<Self> {
        let single =
            |tiff: &mut Directories, tag, usual: u64| Ok(tiff.single(page, tag)?.unwrap_or(usual));
        let side = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        let width = side(single(tiff, tag::WIDTH, 0)?);
        let height = side(single(tiff, tag::HEIGHT, 0)?);
        if width == 0 || height == 0 {
            return Err(Failure::new(FailureKind::Empty, "the page has no pixels"));
        }
        let samples = single(tiff, tag::SAMPLES_PER_PIXEL, 1)?;
        let samples = u16::try_from(samples).unwrap_or(u16::MAX);
        let compression = compression(tiff, page)?;
        let colour = colour(tiff, page, compression)?;
        // Below it the colour is not complete, above it nobody scans: both would misplace every
        // sample.
        if samples < colour.channels() || samples > 8 {
            return Err(unsupported(format!("{samples} samples a pixel")));
        }
        let bits = bits(tiff, page, samples, colour)?;
        let is_tiled = !tiff.numbers(page, tag::TILE_OFFSETS)?.is_empty();
        let chunk_size = match is_tiled {
            true => (
                side(single(tiff, tag::TILE_WIDTH, 0)?),
                side(single(tiff, tag::TILE_HEIGHT, 0)?),
            ),
            false => {
                // One strip for the page is the default of the standard.
                let rows = side(single(tiff, tag::ROWS_PER_STRIP, u64::from(height))?);
                (width, rows.min(height))
            }
        };
        // A predictor has a meaning only with these packings (TIFF 6.0, section 14); with any other it is
        // ignored, not refused.
        let predictor = single(tiff, tag::PREDICTOR, 1)?;
        let may_predict = matches!(
            compression,
            Compression::Lzw | Compression::Deflate | Compression::Zstandard
        );
        if may_predict && (predictor > 2 || (predictor == 2 && bits < 8)) {
            return Err(unsupported(format!("predictor {predictor}")));
        }
        let mut plan = Self {
            width,
            height,
            bits,
            samples,
            colour,
            alpha: alpha(tiff, page, samples, colour)?,
            compression,
            // Of a single sample, planes and pixels are stored alike; some writers say "apart"
            // nevertheless.
            planes_apart: samples > 1 && single(tiff, tag::PLANAR, 1)? == 2,
            differences: may_predict && predictor == 2,
            low_bit_first: single(tiff, tag::FILL_ORDER, 1)? == 2,
            palette: Vec::new(),
            jpeg_tables: tiff.bytes(page, tag::JPEG_TABLES)?,
            chunk_size,
            is_tiled,
            offsets: Vec::new(),
            counts: Vec::new(),
            density: density(tiff, page)?,
            orientation: tiff
                .single(page, tag::ORIENTATION)?
                // The standard knows 1 to 8; anything else says nothing of how the page stands.
                .filter(|orientation| (1..=8).contains(orientation))
                .map(|orientation| orientation as u8),
        };
        if colour == Colour::Palette {
            plan.palette = palette(&tiff.numbers(page, tag::COLOUR_MAP)?, bits)?;
        }
        plan.place_chunks(tiff, page)?;
        Ok(plan)
    }

    fn place_chunks(&mut self, tiff: &mut Directories, page: &Directory) -> Outcome<()> {
        let (offsets, counts) = match self.is_tiled {
            true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
            false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
        };
        self.offsets = tiff.numbers(page, offsets)?;
        self.counts = tiff.numbers(page, counts)?;
        let (across, down) = self.grid()?;
        let planes = if self.planes_apart { self.samples } else { 1 };
        let needed = across
            .saturating_mul(down)
            .saturating_mul(u64::from(planes));
        if needed > MAX_CHUNKS {
            let detail = format!("{needed} strips");
            return Err(Failure::new(FailureKind::TooLarge, detail));
        }
        let length = tiff.length();
        if needed == 1 && self.counts.is_empty() && self.offsets.len() == 1 {
            // Old programs leave the length of the only strip out.
            self.counts = vec![length.saturating_sub(self.offsets[0])];
        }
        // Fewer strips than rows need: the lower part of the page would be black.
        if (self.offsets.len() as u64) < needed || (self.counts.len() as u64) < needed {
            return Err(Failure::unreadable(
                "TIFF with fewer strips than its page needs",
            ));
        }
        self.offsets.truncate(needed as usize);
        self.counts.truncate(needed as usize);
        let ends = self.offsets.iter().zip(&self.counts);
        // Checked for all strips before the first is decoded, so that half a page never passes as a
        // page.
        if ends
            .clone()
            .any(|(offset, count)| offset.saturating_add(*count) > length)
        {
            let detail = "TIFF cut off: strips lie beyond its end";
            return Err(Failure::unreadable(detail));
        }
        let stored = self
            .counts
            .iter()
            .fold(0, |sum: u64, count| sum.saturating_add(*count));
        // Strips that lie over each other are unpacked again and again: a small file could cost any amount of
        // work.
        if stored > length.saturating_mul(2) {
            return Err(Failure::unreadable("TIFF whose strips lie over each other"));
        }
        Ok(())
    }

    /// Strips or tiles across and down.
    fn grid(&self) -> Outcome<(u64, u64)> {
        let (wide, high) = self.chunk_size;
        if wide == 0 || high == 0 {
            return Err(Failure::unreadable("TIFF with strips or tiles of no size"));
        }
        // One tile of gigabytes for a small page would be allocated in full.
        if self.is_tiled && u64::from(wide) * u64::from(high) > self.largest_tile() {
            return Err(Failure::unreadable(
                "TIFF with tiles far larger than its page",
            ));
        }
        let (across, down) = (self.width.div_ceil(wide), self.height.div_ceil(high));
        Ok((u64::from(across), u64::from(down)))
    }

    /// Tiles are filled up at the page's edges: by no more than a tile's usual size.
    fn largest_tile(&self) -> u64 {
        u64::from(self.width).saturating_add(4096) * u64::from(self.height).saturating_add(4096)
    }

    /// The shape of the page, or `too_large`.
    pub(super) fn shape(&self, limits: &DecodeLimits) -> Outcome<PageShape> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let (wide, high) = self.chunk_size;
        let chunk = u64::from(wide)
            .saturating_mul(u64::from(high))
            .saturating_mul(self.chunk_bits())
            .div_ceil(8);
        let stored = self.counts.iter().max().copied().unwrap_or(0);
        // The canvas and the picture made of it; of one strip what is stored, unpacked and widened.
        let kept = u64::from(self.channels_kept()) + 3;
        let decode_bytes = pixels
            .saturating_mul(kept)
            .saturating_add(stored)
            .saturating_add(chunk.saturating_mul(2));
        PageShape::new(
            self.width,
            self.height,
            self.density,
            self.orientation,
            decode_bytes,
        )
        .admit(limits)
    }

    pub(super) fn is_jpeg(&self) -> bool {
        self.compression == Compression::Jpeg
    }

    pub(super) fn is_red_green_blue(&self) -> bool {
        self.colour == Colour::Rgb
    }

    /// Samples of a pixel in one chunk.
    pub(super) fn channels_in_chunk(&self) -> u16 {
        if self.planes_apart { 1 } else { self.samples }
    }

    /// Samples of a pixel that are looked at: the colour, and transparency.
    pub(super) fn channels_kept(&self) -> u16 {
        self.colour.channels() + u16::from(self.alpha.is_some())
    }

    fn chunk_bits(&self) -> u64 {
        u64::from(self.channels_in_chunk()) * u64::from(self.bits)
    }

    /// Bytes of a stored row of a chunk, unpacked.
    pub(super) fn row_bytes(&self, chunk: Chunk) -> usize {
        (u64::from(chunk.width) * self.chunk_bits()).div_ceil(8) as usize
    }

    /// Every strip or tile, plane by plane, row by row.
    pub(super) fn chunks(&self) -> impl Iterator<Item = Chunk> + '_ {
        let (width, height) = self.chunk_size;
        let across = self.width.div_ceil(width);
        let down = self.height.div_ceil(height);
        let places = self.offsets.iter().zip(&self.counts);
        (0u64..).zip(places).map(move |(index, (offset, length))| {
            let of_plane = u64::from(across) * u64::from(down);
            // Planes stand one after the other, each with all its strips.
            let (plane, index) = (index / of_plane, index % of_plane);
            let top = (index / u64::from(across)) as u32 * height;
            let left_rows = self.height - top;
            Chunk {
                offset: *offset,
                length: *length,
                left: (index % u64::from(across)) as u32 * width,
                top,
                width,
                height,
                // The last strip is as high as what is left; tiles are always full.
                rows: if self.is_tiled {
                    height
                } else {
                    height.min(left_rows)
                },
                plane: plane as u16,
            }
        })
    }
}

fn density(tiff: &mut Directories, page: &Directory) -> Outcome<Option<Density>> {
    let across = tiff.fraction(page, tag::X_RESOLUTION)?;
    let down = tiff.fraction(page, tag::Y_RESOLUTION)?;
    let (Some(across), down) = (across, down.or(across)) else {
        return Ok(None);
    };
    let down = down.unwrap_or(across);
    Ok(Some(match tiff.single(page, tag::RESOLUTION_UNIT)? {
        // 3 is centimetres, 1 says that only the ratio counts; inches are the default.
        Some(3) => Density::per_inch(across * 2.54, down * 2.54),
        Some(1) => Density::ratio(across, down),
        _ => Density::per_inch(across, down),
    }))
}
