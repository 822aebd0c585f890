//! The address of what is embedded: kept by browsers until it changes, and sent compressed.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::embedded::{LETTERS, find};
use super::etag::ETag;
use super::extractors::Asked;
use super::fault::PageFault;
use crate::error::Error;

pub fn routes() -> Router<State> {
    Router::new().route("/static/{name}", get(file))
}

#[derive(serde::Deserialize)]
struct VersionAsked {
    v: Option<String>,
}

async fn file(
    Path(name): Path<String>,
    Asked(asked): Asked<VersionAsked>,
    headers: HeaderMap,
) -> Response {
    let Some(served) = find(&name) else {
        return PageFault(Error::NotFound { what: "file" }).into_response();
    };
    // Named with its digest it never changes; an address without it is asked for again each time, at no more than the cost
    // of the question. Letters are named by the stylesheet alone, and change with none of ours.
    let keep = match asked.v.as_ref() == Some(&served.version) || served.kind == LETTERS {
        true => "public, max-age=31536000, immutable",
        false => "public, no-cache",
    };
    let accepted = headers.get(header::ACCEPT_ENCODING);
    let accepted = accepted.and_then(|list| list.to_str().ok());
    let takes_gzip = accepted.is_some_and(|list| list.contains("gzip"));
    let gzip = served.gzip.as_ref().filter(|_| takes_gzip);
    let tag = ETag::of(&headers, gzip.map_or(served.bytes, Vec::as_slice), keep);
    let mut answer = match gzip {
        Some(smaller) => {
            let encoded = [(header::CONTENT_ENCODING, "gzip")];
            tag.or((encoded, smaller.as_slice()))
        }
        None => tag.or(served.bytes),
    };
    let own = answer.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(served.kind));
    own.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer
}
