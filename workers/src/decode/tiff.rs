//! TIFF 6.0 and BigTIFF, one page of many: bilevel (G3, G4, PackBits), LZW, Deflate, JPEG; grey and colour.

use std::fs::File;
use std::io::BufReader;

use image::{DynamicImage, GrayImage, ImageBuffer, RgbImage, RgbaImage};
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;
use tiff::{TiffError, TiffFormatError};

use super::{DecodeLimits, DecodedPage, PageShape, believable_dpi, no_such_page, raster};
use crate::outcome::{Failure, FailureKind, Outcome};

/// Tags of one page that are not pixels: strip tables of a long page, a colour profile.
const MAX_TAG_BYTES: usize = 4 << 20;

/// Most strips or tiles of one page; one row each of the tallest page.
const MAX_CHUNKS: usize = 70_000;

type Tiff = Decoder<BufReader<File>>;

/// The shape of every page, from the directories alone.
///
/// # Errors
/// `unreadable`, `unsupported`, `empty` or `too_large`, all from the directories.
pub(super) fn shapes(file: File, limits: &DecodeLimits) -> Outcome<Vec<PageShape>> {
    let length = length(&file)?;
    let mut tiff = open(file, limits)?;
    let mut shapes = Vec::new();
    loop {
        shapes.push(current_shape(&mut tiff, length, limits)?);
        if !tiff.more_images() {
            return Ok(shapes);
        }
        if shapes.len() as u64 >= u64::from(limits.max_pages) {
            let detail = format!("more than {} pages", limits.max_pages);
            return Err(Failure::new(FailureKind::TooLarge, detail));
        }
        tiff.next_image().map_err(named)?;
    }
}

/// The shape of page `page` (from 1), from its directory alone.
///
/// # Errors
/// As [`shapes`], and `refused` where there is no such page.
pub(super) fn shape(file: File, page: u32, limits: &DecodeLimits) -> Outcome<PageShape> {
    let length = length(&file)?;
    current_shape(&mut open_at(file, page, limits)?, length, limits)
}

/// The pixels of page `page` (from 1), strip by strip.
///
/// # Errors
/// As [`shape`], and `unreadable` where the pixels do not decode.
pub(super) fn decode(file: File, page: u32, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let length = length(&file)?;
    let mut tiff = open_at(file, page, limits)?;
    let shape = current_shape(&mut tiff, length, limits)?;
    let image = if is_jpeg(&mut tiff)? {
        jpeg_strips(&mut tiff, &shape)?
    } else {
        pixels(&mut tiff)?
    };
    Ok(DecodedPage {
        image: raster::on_white_paper(image),
        dpi: shape.dpi,
        exif_orientation: shape.exif_orientation,
        text_layer: None,
    })
}

/// The one JPEG that a page is, with the tables it borrows; `None` for a page stored otherwise.
///
/// # Errors
/// As [`decode`].
pub(super) fn single_jpeg(
    file: File,
    page: u32,
    limits: &DecodeLimits,
) -> Outcome<Option<Vec<u8>>> {
    let mut tiff = open_at(file, page, limits)?;
    if !is_jpeg(&mut tiff)? {
        return Ok(None);
    }
    let strips = Strips::of(&mut tiff)?;
    match strips.places[..] {
        [only] => strips.read(&mut tiff, only).map(Some),
        _ => Ok(None),
    }
}

fn length(file: &File) -> Outcome<u64> {
    Ok(file.metadata().map_err(Failure::unreadable)?.len())
}

fn open(file: File, limits: &DecodeLimits) -> Outcome<Tiff> {
    let bytes = usize::try_from(limits.max_bytes).unwrap_or(usize::MAX);
    let mut allowed = Limits::default();
    allowed.decoding_buffer_size = bytes;
    allowed.intermediate_buffer_size = bytes;
    allowed.ifd_value_size = MAX_TAG_BYTES;
    Ok(Decoder::new(BufReader::new(file))
        .map_err(named)?
        .with_limits(allowed))
}

/// Opens at a page, walking the chain of directories; the library refuses a chain that loops.
fn open_at(file: File, page: u32, limits: &DecodeLimits) -> Outcome<Tiff> {
    let mut tiff = open(file, limits)?;
    if page == 0 || page > limits.max_pages {
        return Err(no_such_page(page, limits.max_pages));
    }
    for before in 1..page {
        if !tiff.more_images() {
            return Err(no_such_page(page, before));
        }
        tiff.next_image().map_err(named)?;
    }
    Ok(tiff)
}

fn current_shape(tiff: &mut Tiff, length: u64, limits: &DecodeLimits) -> Outcome<PageShape> {
    let (width, height) = tiff.dimensions().map_err(named)?;
    let bits = match tiff.colortype() {
        Ok(color) => u64::from(color.bit_depth()) * u64::from(color.num_samples()),
        Err(error) => return Err(named(error)),
    };
    all_strips_present(tiff, length)?;
    // The packed samples and their eight-bit copy are alive together.
    let bytes_per_pixel = bits.div_ceil(8) + 3;
    let pixels = u64::from(width) * u64::from(height);
    let mut shape = PageShape::new(
        width,
        height,
        dpi(tiff),
        pixels.saturating_mul(bytes_per_pixel),
    );
    shape.exif_orientation = tiff
        .find_tag_unsigned::<u8>(Tag::Orientation)
        .ok()
        .flatten()
        .filter(|orientation| (1..=8).contains(orientation));
    shape.admit(limits)
}

/// A file cut off keeps its directory when that comes first, so the strips are compared with the length.
fn all_strips_present(tiff: &mut Tiff, length: u64) -> Outcome<()> {
    let mut table = |plain, tiled| match tiff.find_tag_unsigned_vec::<u64>(plain) {
        Ok(Some(values)) => Ok(values),
        Ok(None) => tiff.get_tag_u64_vec(tiled).map_err(named),
        Err(error) => Err(named(error)),
    };
    let offsets = table(Tag::StripOffsets, Tag::TileOffsets)?;
    let counts = table(Tag::StripByteCounts, Tag::TileByteCounts)?;
    if offsets.len() > MAX_CHUNKS {
        return Err(Failure::new(
            FailureKind::TooLarge,
            format!("{} strips", offsets.len()),
        ));
    }
    let cut_off = |(offset, count): (&u64, &u64)| offset.saturating_add(*count) > length;
    if offsets.is_empty()
        || offsets.len() != counts.len()
        || offsets.iter().zip(&counts).any(cut_off)
    {
        return Err(Failure::unreadable(
            "TIFF cut off: strips lie beyond its end",
        ));
    }
    Ok(())
}

fn dpi(tiff: &mut Tiff) -> Option<u32> {
    let (numerator, denominator) = match tiff.find_tag(Tag::XResolution).ok()?? {
        tiff::decoder::ifd::Value::Rational(numerator, denominator) => (numerator, denominator),
        _ => return None,
    };
    let per_unit = f64::from(numerator) / f64::from(denominator);
    match tiff.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok()? {
        Some(3) => believable_dpi(per_unit * 2.54),
        Some(1) => None, // an aspect ratio only
        _ => believable_dpi(per_unit),
    }
}

fn pixels(tiff: &mut Tiff) -> Outcome<DynamicImage> {
    let color = tiff.colortype().map_err(named)?;
    let (width, height) = tiff.dimensions().map_err(named)?;
    let samples = tiff.read_image().map_err(named)?;
    match (color, samples) {
        (ColorType::Gray(1), DecodingResult::U8(packed)) => unpack_bits(width, height, &packed),
        (ColorType::Gray(8), DecodingResult::U8(grey)) => {
            whole(GrayImage::from_raw(width, height, grey).map(DynamicImage::ImageLuma8))
        }
        (ColorType::Gray(16), DecodingResult::U16(grey)) => {
            whole(ImageBuffer::from_raw(width, height, grey).map(DynamicImage::ImageLuma16))
        }
        (ColorType::RGB(8), DecodingResult::U8(rgb)) => {
            whole(RgbImage::from_raw(width, height, rgb).map(DynamicImage::ImageRgb8))
        }
        (ColorType::RGB(16), DecodingResult::U16(rgb)) => {
            whole(ImageBuffer::from_raw(width, height, rgb).map(DynamicImage::ImageRgb16))
        }
        (ColorType::RGBA(8), DecodingResult::U8(rgba)) => {
            whole(RgbaImage::from_raw(width, height, rgba).map(DynamicImage::ImageRgba8))
        }
        (ColorType::CMYK(8), DecodingResult::U8(inks)) => {
            let rgb = inks
                .chunks_exact(4)
                .flat_map(|ink| without_black([ink[0], ink[1], ink[2], ink[3]]));
            whole(RgbImage::from_raw(width, height, rgb.collect()).map(DynamicImage::ImageRgb8))
        }
        (other, _) => Err(Failure::new(
            FailureKind::Unsupported,
            format!("TIFF colour {other:?}"),
        )),
    }
}

/// Rows of bits, each row filled up to a byte, to one byte a pixel; one is white, as the library
/// has already turned the other convention round.
fn unpack_bits(width: u32, height: u32, packed: &[u8]) -> Outcome<DynamicImage> {
    let row_bytes = (width as usize).div_ceil(8);
    let mut grey = Vec::with_capacity(width as usize * height as usize);
    for row in packed.chunks_exact(row_bytes).take(height as usize) {
        let bits = (0..width as usize).map(|x| (row[x / 8] >> (7 - x % 8)) & 1);
        grey.extend(bits.map(|bit| bit * 255));
    }
    whole(GrayImage::from_raw(width, height, grey).map(DynamicImage::ImageLuma8))
}

fn without_black([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow]
        .map(|ink| ((255 - u16::from(ink)) * (255 - u16::from(black)) / 255) as u8)
}

fn is_jpeg(tiff: &mut Tiff) -> Outcome<bool> {
    let method = tiff
        .find_tag_unsigned::<u16>(Tag::Compression)
        .map_err(named)?;
    let tiled = tiff.find_tag(Tag::TileOffsets).map_err(named)?.is_some();
    Ok(method == Some(7) && !tiled)
}

/// JPEG strips (TIFF technical note 2): each is a JPEG of its own that borrows common tables. Done
/// here because the library refuses the subsampled colour that scanners write.
struct Strips {
    /// Offset and length of each.
    places: Vec<(u64, u64)>,
    tables: Vec<u8>,
}

impl Strips {
    fn of(tiff: &mut Tiff) -> Outcome<Self> {
        let offsets = tiff.get_tag_u64_vec(Tag::StripOffsets).map_err(named)?;
        let counts = tiff.get_tag_u64_vec(Tag::StripByteCounts).map_err(named)?;
        let tables = match tiff.find_tag(Tag::JPEGTables).map_err(named)? {
            Some(tables) => tables.into_u8_vec().map_err(named)?,
            None => Vec::new(),
        };
        let places = offsets.into_iter().zip(counts).collect();
        Ok(Self { places, tables })
    }

    /// One strip as a whole JPEG.
    fn read(&self, tiff: &mut Tiff, (offset, count): (u64, u64)) -> Outcome<Vec<u8>> {
        use std::io::{Read, Seek, SeekFrom};
        let mut strip = Vec::new();
        let reader = tiff.inner();
        reader
            .seek(SeekFrom::Start(offset))
            .map_err(Failure::unreadable)?;
        reader
            .take(count)
            .read_to_end(&mut strip)
            .map_err(Failure::unreadable)?;
        let body = strip
            .get(2..)
            .ok_or_else(|| Failure::unreadable("an empty JPEG strip"))?;
        // The tables end with an end-of-image marker, the strip starts with a start-of-image marker.
        Ok(match self.tables.len() {
            0..4 => strip,
            length => [&self.tables[..length - 2], body].concat(),
        })
    }
}

fn jpeg_strips(tiff: &mut Tiff, shape: &PageShape) -> Outcome<DynamicImage> {
    let strips = Strips::of(tiff)?;
    let mut page = RgbImage::new(shape.width, shape.height);
    let mut top = 0;
    for place in &strips.places {
        let strip = decode_strip(&strips.read(tiff, *place)?, shape)?;
        if strip.height() > shape.height - top {
            return Err(Failure::unreadable("TIFF with more rows than it announces"));
        }
        image::imageops::replace(&mut page, &strip, 0, i64::from(top));
        top += strip.height();
    }
    if top < shape.height {
        return Err(Failure::unreadable(
            "TIFF with fewer rows than it announces",
        ));
    }
    Ok(DynamicImage::ImageRgb8(page))
}

fn decode_strip(strip: &[u8], shape: &PageShape) -> Outcome<RgbImage> {
    let header = super::jpeg::header(strip)?;
    if header.width != shape.width || header.height > shape.height {
        return Err(Failure::unreadable(
            "a JPEG strip of another size than its page",
        ));
    }
    let decoded = raster::decode_pixels(strip, super::Format::Jpeg, shape.predicted_bytes)?;
    Ok(decoded.into_rgb8())
}

fn whole(image: Option<DynamicImage>) -> Outcome<DynamicImage> {
    image.ok_or_else(|| Failure::unreadable("TIFF with fewer pixels than it announces"))
}

fn named(error: TiffError) -> Failure {
    let kind = match &error {
        TiffError::LimitsExceeded => FailureKind::TooLarge,
        TiffError::FormatError(TiffFormatError::InvalidDimensions(_, _)) => FailureKind::Empty,
        TiffError::UnsupportedError(_) => FailureKind::Unsupported,
        _ => FailureKind::Unreadable,
    };
    Failure::new(kind, error.to_string())
}
