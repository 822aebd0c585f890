//! Documents to take away.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::State;
use crate::web::documents::{RangeAsked, given};
use crate::web::extractors::Asked;
use crate::web::fault::{Problem, Problems};
use crate::web::session::Api;
use crate::{alto, searchable_pdf};

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(document))
        .routes(routes!(words))
}

/// The document of a scan: PDF/A-2b with the words in place behind the picture, made when asked for and
/// compared with the master. A delivered PDF that is signed or has text of its own comes as it was given;
/// the header `sogoc-document` says which. Pages a person took out are not in it, which the header, the
/// file's name and its description say (`left-out="2,5-9"`).
/// A long one may answer 503 with `Retry-After` while it is made.
#[utoipa::path(get, path = "/api/v1/scans/{id}/document", tag = "records",
    params(("id" = String, Path), RangeAsked),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        Problems<401, 403, 404, 409, 422, 503>))]
async fn document(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<RangeAsked>,
) -> Result<Response, Problem> {
    let document = searchable_pdf::of_scan(&api.archive, &api.caller, &id, asked.into()).await?;
    Ok(given(document))
}

/// The words of a page as ALTO 4.
#[utoipa::path(get, path = "/api/v1/pages/{id}/alto", tag = "records", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/xml", body = String),
        Problems<401, 403, 404, 409>))]
async fn words(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let words = alto::of_page(&api.archive, &api.caller, &id).await?;
    Ok(([(header::CONTENT_TYPE, alto::MEDIA_TYPE)], words).into_response())
}
