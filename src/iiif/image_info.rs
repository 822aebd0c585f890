//! What a viewer has to know of a page's picture before it asks for parts of it (Image API 3.0, section 5).

use serde_json::{Value, json};

use super::{LONGEST_SIDE, TILE, image_address, measured, scale_factors};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::error::Result;
use crate::page;

/// The information document of a page's picture.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` (`not_measured`) before the page is read.
pub async fn info(archive: &Archive, caller: &Caller, page_id: &str) -> Result<Value> {
    require(caller, Act::SeeImages)?;
    let page = page::get(archive, caller, page_id).await?;
    let size = measured(&page)?;
    let factors = scale_factors(size);
    let smaller = factors.iter().rev();
    let smaller = smaller.map(|step| size.map(|side| side.div_ceil(*step)));
    let sizes: Vec<Value> = smaller
        .filter(|sides| sides.iter().all(|side| *side <= LONGEST_SIDE))
        .map(|[width, height]| json!({ "width": width, "height": height }))
        .collect();
    Ok(json!({
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": image_address(archive, &page.id),
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": size[0],
        "height": size[1],
        "maxWidth": LONGEST_SIDE,
        "maxHeight": LONGEST_SIDE,
        "sizes": sizes,
        "tiles": [{ "width": TILE, "height": TILE, "scaleFactors": factors }],
        "preferredFormats": ["jpg"],
        "extraQualities": ["color", "gray", "bitonal"],
        "extraFeatures": ["sizeUpscaling"],
    }))
}
