//! The viewer service: pictures, documents and words by the interfaces of IIIF. Answers are open to scripts of other
//! origins, which must show a token: no browser sends them a session.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::Error;
use crate::iiif::{self, ImageRequest};
use crate::web::State;
use crate::web::extractors::Asked;
use crate::web::fault::{Problem, Problems, answer};
use crate::web::session::Api;

const INFO: &str = "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\"";
const MANIFEST: &str =
    "application/ld+json;profile=\"http://iiif.io/api/presentation/3/context.json\"";
const SEARCH: &str = "application/ld+json;profile=\"http://iiif.io/api/search/2/context.json\"";

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(base))
        .routes(routes!(info))
        .routes(routes!(picture))
        .routes(routes!(manifest))
        .routes(routes!(search))
}

/// JSON-LD under its own media type.
fn linked(media_type: &'static str, document: Value) -> Response {
    let mut response = Json(document).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// A fault of the address is 400 in these interfaces (Image API 3.0, section 4.7).
fn fault(error: Error) -> Response {
    match error {
        Error::Invalid(_) => answer(StatusCode::BAD_REQUEST, &error),
        error => Problem(error).into_response(),
    }
}

/// Leads from a picture's identifier to its information document (Image API 3.0, section 2.1).
#[utoipa::path(get, path = "/iiif/image/3/{id}", tag = "iiif", params(("id" = String, Path, description = "Id of a page")),
    responses((status = 303), Problems<401>))]
async fn base(_api: Api, Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("/iiif/image/3/{id}/info.json"))
}

/// What a viewer has to know of a page's picture (Image API 3.0, level 2).
#[utoipa::path(get, path = "/iiif/image/3/{id}/info.json", tag = "iiif", params(("id" = String, Path, description = "Id of a page")),
    responses((status = 200, content_type = "application/ld+json", body = Value), Problems<401, 403, 404, 409>))]
async fn info(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let info = iiif::info(&api.archive, &api.caller, &id).await?;
    Ok(linked(INFO, info))
}

/// A picture of a page or a part of it, at any size, turned by quarters, in colour, grey or black and white.
#[utoipa::path(get, path = "/iiif/image/3/{id}/{region}/{size}/{rotation}/{quality}", tag = "iiif",
    params(("id" = String, Path, description = "Id of a page"),
        ("region" = String, Path, description = "`full`, `square`, `x,y,w,h` or `pct:x,y,w,h`"),
        ("size" = String, Path, description = "`max`, `w,`, `,h`, `pct:n`, `w,h` or `!w,h`; after `^` also enlarged"),
        ("rotation" = String, Path, description = "`0`, `90`, `180` or `270`"),
        ("quality" = String, Path, description = "`default`, `color`, `gray` or `bitonal`, a dot, `jpg` or `png`")),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), Problems<400, 401, 403, 404, 409>))]
async fn picture(
    api: Api,
    Path((id, region, size, rotation, quality)): Path<(String, String, String, String, String)>,
) -> Result<Response, Response> {
    let asked = ImageRequest {
        region: &region,
        size: &size,
        rotation: &rotation,
        quality: &quality,
    };
    let picture = iiif::picture(&api.archive, &api.caller, &id, asked)
        .await
        .map_err(fault)?;
    let headers = [
        (header::CONTENT_TYPE, picture.media_type),
        (header::CACHE_CONTROL, "private, max-age=3600"),
        (
            header::LINK,
            "<http://iiif.io/api/image/3/level2.json>;rel=\"profile\"",
        ),
    ];
    Ok((headers, picture.bytes).into_response())
}

/// A document with its pages in order, as a viewer opens it (Presentation API 3.0).
#[utoipa::path(get, path = "/iiif/presentation/3/{id}/manifest.json", tag = "iiif",
    params(("id" = String, Path, description = "Id of a document")),
    responses((status = 200, content_type = "application/ld+json", body = Value), Problems<401, 403, 404, 409>))]
async fn manifest(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let manifest = iiif::manifest(&api.archive, &api.caller, &id).await?;
    Ok(linked(MANIFEST, manifest))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchAsked {
    /// Words to be found, as in the search box.
    q: Option<String>,
    /// Kinds of annotations; not told apart here, which the answer says.
    motivation: Option<String>,
    /// Times of annotations; as above.
    date: Option<String>,
    /// Makers of annotations; as above.
    user: Option<String>,
}

/// Where words stand in a document, with their boxes (Content Search API 2.0).
#[utoipa::path(get, path = "/iiif/search/2/{id}", tag = "iiif",
    params(("id" = String, Path, description = "Id of a document"), SearchAsked),
    responses((status = 200, content_type = "application/ld+json", body = Value), Problems<400, 401, 403, 404, 409>))]
async fn search(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<SearchAsked>,
) -> Result<Response, Response> {
    let question = asked.q.unwrap_or_default();
    let found = iiif::search(&api.archive, &api.caller, &id, &question).await;
    let mut found = found.map_err(fault)?;
    let unused = [
        ("motivation", asked.motivation),
        ("date", asked.date),
        ("user", asked.user),
    ];
    let unused = unused.iter().filter(|(_, given)| given.is_some());
    let ignored: Vec<&str> = unused.map(|(name, _)| *name).collect();
    if !ignored.is_empty() {
        found["ignored"] = ignored.into();
    }
    Ok(linked(SEARCH, found))
}
