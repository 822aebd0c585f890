//! TIFF 6.0 and BigTIFF, one page of many, with every way of storing pixels that scanners, faxes and viewers use.
//!
//! `directory.rs` reads the directories, `plan.rs` what one of them says of its page, `unpack.rs` undoes one strip's or
//! tile's compression and `canvas.rs` lays the samples down as a picture.

mod canvas;
mod directory;
mod plan;
mod samples;
mod unpack;

use std::fs::File;

use image::DynamicImage;

use self::canvas::Canvas;
use self::directory::{Directories, Directory};
use self::plan::{Chunk, Plan};
use super::{DecodeLimits, DecodedPage, PageShape, jpeg, no_such_page, raster};
use crate::outcome::{Failure, FailureKind, Outcome};

/// The shape of every page, from the directories alone.
///
/// # Errors
/// `unreadable`, `unsupported`, `empty` or `too_large`, all from the directories.
pub(super) fn shapes(file: File, limits: &DecodeLimits) -> Outcome<Vec<PageShape>> {
    let mut tiff = Directories::open(file)?;
    let pages = tiff.pages(limits)?;
    pages
        .iter()
        .map(|page| Plan::of(&mut tiff, page)?.shape(limits))
        .collect()
}

/// The shape of page `page` (from 1), from its directory alone.
///
/// # Errors
/// As [`shapes`], and `refused` where there is no such page.
pub(super) fn shape(file: File, page: u32, limits: &DecodeLimits) -> Outcome<PageShape> {
    let (_, plan) = open_at(file, page, limits)?;
    plan.shape(limits)
}

/// The pixels of page `page` (from 1), strip by strip or tile by tile.
///
/// # Errors
/// As [`shape`], and `unreadable` where the pixels do not decode.
pub(super) fn decode(file: File, page: u32, limits: &DecodeLimits) -> Outcome<DecodedPage> {
    let (mut tiff, plan) = open_at(file, page, limits)?;
    let shape = plan.shape(limits)?;
    let image = match plan.is_jpeg() {
        true => jpegs(&mut tiff, &plan, &shape)?,
        // JPEGs bring their own colours; everything else is laid down sample by sample.
        false => samples(&mut tiff, &plan)?,
    };
    Ok(shape.shown(raster::on_white_paper(image)))
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
    let (mut tiff, plan) = open_at(file, page, limits)?;
    match plan.chunks().collect::<Vec<_>>()[..] {
        // Only where the single JPEG is the page: a strip that reaches beyond it would show more
        // than the page does.
        [only] if plan.is_jpeg() && (only.width, only.height) == (plan.width, plan.height) => {
            whole_jpeg(&mut tiff, &plan, only).map(Some)
        }
        _ => Ok(None),
    }
}

fn open_at(file: File, page: u32, limits: &DecodeLimits) -> Outcome<(Directories, Plan)> {
    let mut tiff = Directories::open(file)?;
    let pages = tiff.pages(limits)?;
    let found: Option<&Directory> = (page as usize)
        .checked_sub(1)
        .and_then(|index| pages.get(index));
    let Some(found) = found else {
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        return Err(no_such_page(page, count));
    };
    let plan = Plan::of(&mut tiff, found)?;
    Ok((tiff, plan))
}

/// A page of packed samples.
fn samples(tiff: &mut Directories, plan: &Plan) -> Outcome<DynamicImage> {
    let mut canvas = Canvas::new(plan);
    for chunk in plan.chunks() {
        let stored = tiff.read(chunk.offset, chunk.length)?;
        let unpacked = unpack::unpack(stored, plan, chunk, tiff.is_big_endian())?;
        canvas.lay(plan, chunk, &unpacked);
    }
    canvas.into_image(plan)
}

/// A page of JPEGs (TIFF technical note 2): each is one of its own that borrows common tables.
fn jpegs(tiff: &mut Directories, plan: &Plan, shape: &PageShape) -> Outcome<DynamicImage> {
    let mut canvas = Canvas::new(plan);
    for chunk in plan.chunks() {
        let whole = whole_jpeg(tiff, plan, chunk)?;
        let header = jpeg::header(&whole)?;
        let fits = header.width == chunk.width && header.height >= chunk.rows;
        // A last strip may be filled up to the usual height, but a wider one belongs to another
        // page.
        if !fits || header.height > chunk.height.max(chunk.rows) {
            let detail = "a JPEG strip of another size than its page";
            return Err(Failure::unreadable(detail));
        }
        let decoded = raster::decode_pixels(&whole, super::Format::Jpeg, shape.predicted_bytes)?;
        let samples = match plan.channels_in_chunk() {
            1 => decoded.into_luma8().into_raw(),
            3 => decoded.into_rgb8().into_raw(),
            other => {
                let detail = format!("TIFF with JPEGs of {other} inks");
                return Err(Failure::new(FailureKind::Unsupported, detail));
            }
        };
        canvas.lay(plan, chunk, &samples);
    }
    canvas.into_decoded_image(plan)
}

/// One strip or tile as a JPEG that stands alone. That its colours are red, green and blue, which only the directory
/// says, is put into it as Adobe's marker says so.
fn whole_jpeg(tiff: &mut Directories, plan: &Plan, chunk: Chunk) -> Outcome<Vec<u8>> {
    const RED_GREEN_BLUE: &[u8] = b"\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00";
    let strip = tiff.read(chunk.offset, chunk.length)?;
    let body = strip
        .get(2..)
        .ok_or_else(|| Failure::unreadable("an empty JPEG strip"))?;
    // The tables start as a JPEG does and end with an end-of-image marker.
    let tables = plan.jpeg_tables.get(2..).unwrap_or_default();
    let tables = tables
        .get(..tables.len().saturating_sub(2))
        .unwrap_or_default();
    let marker = match plan.is_red_green_blue() {
        true => RED_GREEN_BLUE,
        false => &[],
    };
    // Nothing borrowed and nothing to add: the strip is a file of its own and is not copied.
    if tables.is_empty() && marker.is_empty() {
        return Ok(strip);
    }
    Ok([&strip[..2], marker, tables, body].concat())
}
