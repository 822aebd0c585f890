//! A document with its pages in order, as a viewer opens it (Presentation API 3.0, section 5.2).

use serde_json::{Value, json};

use super::{TILE, canvas_address, image_address, manifest_address, search_address, upright_size};
use crate::access::{Act, Caller, require};
use crate::alto;
use crate::archive::Archive;
use crate::document::{self, Document};
use crate::error::{Error, Result};
use crate::messages::{Lang, Message, text};
use crate::page::{self, PageView};
use crate::search::may_see_words;

/// The manifest of a document: a canvas for each page that stands and was read.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` (`not_measured`) where none of its pages was read.
pub async fn manifest(archive: &Archive, caller: &Caller, id: &str) -> Result<Value> {
    require(caller, Act::SeeImages)?;
    let document = document::get(archive, caller, id).await?;
    let pages = page::of_document(archive, caller, id).await?;
    let standing: Vec<&PageView> = pages.iter().filter(|page| !page.is_withdrawn()).collect();
    let measured = standing
        .iter()
        .filter_map(|page| Some((*page, upright_size(page)?)));
    let canvases: Vec<Value> = measured
        .enumerate()
        .map(|(place, (page, size))| canvas(archive, &document.id, place + 1, page, size))
        .collect();
    if canvases.is_empty() {
        return Err(Error::refuse("errors.not_measured"));
    }
    let mut manifest = json!({
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": manifest_address(archive, id),
        "type": "Manifest",
        "label": { "vi": [document.title()] },
        "metadata": metadata(&document),
        "viewingDirection": "left-to-right",
        "behavior": [if document.volume_id.is_some() { "paged" } else { "individuals" }],
        "rendering": [{
            "id": format!("{}/api/v1/documents/{id}/pdf", archive.config.public_url()),
            "type": "Text",
            "label": both("structure.document_pdf"),
            "format": "application/pdf",
        }],
    });
    // A page that is not read has no size yet, and a canvas must have one; so that nobody takes the rest for all, it is said.
    let missing = standing.len() - canvases.len();
    if missing > 0 {
        let said = Message::new("viewer.pages_not_read").with("count", missing);
        manifest["summary"] = json!({ "vi": [said.vi()], "en": [said.en()] });
    }
    if may_see_words(caller) {
        manifest["service"] =
            json!([{ "id": search_address(archive, id), "type": "SearchService2" }]);
    }
    manifest["items"] = Value::Array(canvases);
    Ok(manifest)
}

fn both(key: &'static str) -> Value {
    json!({ "vi": [text(Lang::Vi, key)], "en": [text(Lang::En, key)] })
}

fn metadata(document: &Document) -> Vec<Value> {
    let shown = [
        ("structure.fonds", Some(document.fonds.as_str())),
        ("structure.file", document.file.as_deref()),
        ("structure.volume", document.volume.as_deref()),
    ];
    let shown = shown.into_iter().filter_map(|(key, value)| {
        let value = json!({ "none": [value?] });
        Some(json!({ "label": both(key), "value": value }))
    });
    shown.collect()
}

fn canvas(
    archive: &Archive,
    document_id: &str,
    place: usize,
    page: &PageView,
    [width, height]: [u32; 2],
) -> Value {
    let canvas = canvas_address(archive, document_id, &page.id);
    let image = image_address(archive, &page.id);
    let service = json!([{ "id": image, "type": "ImageService3", "profile": "level2" }]);
    let step = width.max(height).div_ceil(TILE);
    let small = [width, height].map(|side| side.div_ceil(step));
    json!({
        "id": canvas,
        "type": "Canvas",
        "label": { "none": [place.to_string()] },
        "width": width,
        "height": height,
        "thumbnail": [{
            "id": format!("{image}/full/{},{}/0/default.jpg", small[0], small[1]),
            "type": "Image",
            "format": "image/jpeg",
            "width": small[0],
            "height": small[1],
            "service": service,
        }],
        "seeAlso": [{
            "id": format!("{}/api/v1/pages/{}/alto", archive.config.public_url(), page.id),
            "type": "Dataset",
            "label": { "none": ["ALTO"] },
            "format": alto::MEDIA_TYPE,
            "profile": "http://www.loc.gov/standards/alto/ns-v4#",
        }],
        "items": [{
            "id": format!("{canvas}/page"),
            "type": "AnnotationPage",
            "items": [{
                "id": format!("{canvas}/image"),
                "type": "Annotation",
                "motivation": "painting",
                "body": {
                    "id": format!("{image}/full/max/0/default.jpg"),
                    "type": "Image",
                    "format": "image/jpeg",
                    "width": width,
                    "height": height,
                    "service": service,
                },
                "target": canvas,
            }],
        }],
    })
}
