//! Fonds: made, described, closed by merger, arranged.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::finding_aid;
use crate::fonds::{self, Arranging, Fonds, FondsClosing, NewFonds};
use crate::holding::Edit;
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

/// Paths of this part of the API, with their descriptions.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(get, change))
        .routes(routes!(close))
        .routes(routes!(arrange))
        .routes(routes!(list_of_files))
}

/// Every fonds, by code.
#[utoipa::path(get, path = "/api/v1/fonds", tag = "structure",
    responses((status = 200, body = [Fonds]), Problems<401, 403>))]
async fn list(api: Api) -> Answer<Vec<Fonds>> {
    Ok(Json(fonds::list(&api.archive, &api.caller).await?))
}

/// Make a fonds with its agency.
#[utoipa::path(post, path = "/api/v1/fonds", tag = "structure", request_body = NewFonds,
    responses((status = 201, body = Fonds), Problems<401, 403, 404, 409, 422>))]
async fn make(
    api: Api,
    Given(given): Given<NewFonds>,
) -> Result<(StatusCode, Json<Fonds>), Problem> {
    let made = fonds::make(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One fonds by its id.
#[utoipa::path(get, path = "/api/v1/fonds/{id}", tag = "structure", params(("id" = String, Path)),
    responses((status = 200, body = Fonds), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<Fonds> {
    Ok(Json(fonds::get(&api.archive, &api.caller, &id).await?))
}

/// Change the description of a fonds. The code of its agency is never rewritten; another is added as an alias.
#[utoipa::path(put, path = "/api/v1/fonds/{id}", tag = "structure", params(("id" = String, Path)),
    request_body = Edit<NewFonds>,
    responses((status = 200, body = Fonds), Problems<401, 403, 404, 409, 422>))]
async fn change(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Edit<NewFonds>>,
) -> Answer<Fonds> {
    Ok(Json(
        fonds::change(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// Close a fonds: its agency ceased, another fonds may go on.
#[utoipa::path(post, path = "/api/v1/fonds/{id}/close", tag = "structure", params(("id" = String, Path)),
    request_body = FondsClosing,
    responses((status = 200, body = Fonds), Problems<401, 403, 404, 409, 422>))]
async fn close(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<FondsClosing>,
) -> Answer<Fonds> {
    Ok(Json(
        fonds::close(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// Take the arranging (chỉnh lý) of a fonds a step further, or up again.
#[utoipa::path(post, path = "/api/v1/fonds/{id}/arrange", tag = "structure", params(("id" = String, Path)),
    request_body = Arranging,
    responses((status = 200, body = Fonds), Problems<401, 403, 404, 409, 422>))]
async fn arrange(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Arranging>,
) -> Answer<Fonds> {
    Ok(Json(
        fonds::arrange(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// The list of files of a fonds (mục lục hồ sơ) as `xlsx` or `pdf`.
#[utoipa::path(get, path = "/api/v1/fonds/{id}/list-of-files/{form}", tag = "structure",
    params(("id" = String, Path), ("form" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        Problems<401, 403, 404, 409>))]
async fn list_of_files(
    api: Api,
    Path((id, form)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let listing = finding_aid::files(&api.archive, &api.caller, &id).await?;
    let (kind, bytes) = listing.written(&api.archive, &form)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
