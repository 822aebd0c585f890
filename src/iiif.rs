//! The viewer service, by the interfaces of the International Image Interoperability Framework, so that any viewer opens
//! what its user may see: pictures of pages (Image API 3.0, level 2), documents (Presentation API 3.0) and the words in
//! them (Content Search API 2.0). Rights, reasons and the log are those of the pictures and words themselves.

mod content_search;
mod image_info;
mod image_request;
mod manifest;

pub use content_search::search;
pub use image_info::info;
pub use image_request::{ImageRequest, Picture, picture};
pub use manifest::manifest;

use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::page::PageView;

/// Longest side of a picture, in pixels: an A3 page at 300 dots per inch is shown whole.
const LONGEST_SIDE: u32 = 6_000;
/// Sides of a tile, in pixels.
const TILE: u32 = 512;

/// Address of a page's picture, to which region, size, rotation and quality are added.
fn image_address(archive: &Archive, page_id: &str) -> String {
    format!("{}/iiif/image/3/{page_id}", archive.config.public_url())
}

/// Address of a document's manifest.
fn manifest_address(archive: &Archive, document_id: &str) -> String {
    let base = archive.config.public_url();
    format!("{base}/iiif/presentation/3/{document_id}/manifest.json")
}

/// Name of a page in its document; an identifier that answers nothing of itself.
fn canvas_address(archive: &Archive, document_id: &str, page_id: &str) -> String {
    let base = archive.config.public_url();
    format!("{base}/iiif/presentation/3/{document_id}/canvas/{page_id}")
}

/// Address where the words of a document are searched.
fn search_address(archive: &Archive, document_id: &str) -> String {
    format!(
        "{}/iiif/search/2/{document_id}",
        archive.config.public_url()
    )
}

/// Width and height of a page turned upright, in pixels; `None` before it is read.
fn upright_size(page: &PageView) -> Option<[u32; 2]> {
    let side = |pixels: i64| u32::try_from(pixels).ok().filter(|pixels| *pixels > 0);
    let (width, height) = page.upright_size();
    Some([side(width)?, side(height)?])
}

/// As [`upright_size`].
///
/// # Errors
/// `Refused` with code `not_measured` before the page is read.
fn measured(page: &PageView) -> Result<[u32; 2]> {
    upright_size(page).ok_or_else(|| Error::refuse("errors.not_measured"))
}

/// By what whole number a page is made smaller, step by step: 1, 2, 4, … until it fits on one tile.
fn scale_factors([width, height]: [u32; 2]) -> Vec<u32> {
    let longest = width.max(height);
    let steps = std::iter::successors(Some(1_u32), |step| step.checked_mul(2));
    let mut factors: Vec<u32> = steps
        .take_while(|step| longest.div_ceil(*step) > TILE)
        .collect();
    factors.push(factors.last().map_or(1, |last| last * 2));
    factors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shrinks_until_it_fits_on_one_tile() {
        assert_eq!(scale_factors([500, 400]), [1]);
        assert_eq!(scale_factors([513, 400]), [1, 2]);
        assert_eq!(scale_factors([2480, 3508]), [1, 2, 4, 8]);
    }
}
