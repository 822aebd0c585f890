//! Where words stand in a document (Content Search API 2.0, section 3).

use serde_json::{Value, json};

use super::{canvas_address, search_address};
use crate::access::Caller;
use crate::archive::Archive;
use crate::error::Result;
use crate::search::{self, PageHit};

/// Each word of the document that the question marks, as an annotation on the part of the page where it stands.
///
/// # Errors
/// As [`search::in_document`].
pub async fn search(archive: &Archive, caller: &Caller, id: &str, question: &str) -> Result<Value> {
    let pages = search::in_document(archive, caller, id, question).await?;
    let asked = serde_urlencoded::to_string([("q", question)]).unwrap_or_default();
    let address = format!("{}?{asked}", search_address(archive, id));
    let items: Vec<Value> = pages
        .iter()
        .flat_map(|page| on_page(archive, id, &address, page))
        .collect();
    Ok(json!({
        "@context": "http://iiif.io/api/search/2/context.json",
        "id": address,
        "type": "AnnotationPage",
        "items": items,
    }))
}

fn on_page<'a>(
    archive: &Archive,
    document_id: &str,
    address: &'a str,
    page: &'a PageHit,
) -> impl Iterator<Item = Value> + use<'a> {
    let canvas = canvas_address(archive, document_id, &page.page_id);
    page.words.iter().enumerate().map(move |(place, word)| {
        let [x, y, w, h] = word.bounds;
        json!({
            "id": format!("{address}#{}-{place}", page.page_id),
            "type": "Annotation",
            "motivation": "highlighting",
            "body": { "type": "TextualBody", "value": word.text, "format": "text/plain" },
            "target": format!("{canvas}#xywh={x},{y},{w},{h}"),
        })
    })
}
