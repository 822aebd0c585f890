//! Stylesheet, scripts and icon, embedded in the executable.

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::fault::PageFault;
use crate::error::Error;

const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Name, media type and bytes of everything static, listed by hand.
const FILES: &[(&str, &str, &str)] = &[
    (
        "app.css",
        "text/css; charset=utf-8",
        include_str!("../../web/app.css"),
    ),
    (
        "icon.svg",
        "image/svg+xml",
        include_str!("../../web/icon.svg"),
    ),
    ("batch.js", SCRIPT, include_str!("../../web/batch.js")),
    ("upload.js", SCRIPT, include_str!("../../web/upload.js")),
    ("record.js", SCRIPT, include_str!("../../web/record.js")),
    ("columns.js", SCRIPT, include_str!("../../web/columns.js")),
    ("api.js", SCRIPT, include_str!("../../web/api.js")),
];

pub fn routes() -> Router<State> {
    Router::new().route("/static/{name}", get(file))
}

async fn file(Path(name): Path<String>) -> Response {
    let found = FILES.iter().find(|(known, _, _)| *known == name);
    let Some((_, kind, text)) = found else {
        return PageFault(Error::NotFound { what: "file" }).into_response();
    };
    // Short enough that an upgraded office sees the new look within minutes.
    let headers = [
        (header::CONTENT_TYPE, *kind),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, *text).into_response()
}
