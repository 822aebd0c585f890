//! Batches, their scans and receipts.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::batch::{self, Batch, Belonging, Listed, NewBatch, Progress, Receipt};
use crate::scan::{self, Scan};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, open))
        .routes(routes!(get))
        .routes(routes!(close))
        .routes(routes!(assign))
        .routes(routes!(receipt))
        .routes(routes!(scans))
        .routes(routes!(scan))
}

/// A batch and how far it is.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct BatchUnderway {
    /// The batch as it was made.
    batch: Batch,
    /// How far it is.
    progress: Progress,
}

/// Which page of a list.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageAsked {
    /// `next` of the page before.
    after: Option<String>,
    /// At most this many rows.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ScansAsked {
    /// Only scans that are `received`, `quarantined` or `duplicate`.
    state: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most this many rows.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

/// One page of the batches, newest first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "intake", params(PageAsked),
    responses((status = 200, body = Listed<Batch>), Problems<401, 403, 422>))]
async fn list(api: Api, Asked(asked): Asked<PageAsked>) -> Answer<Listed<Batch>> {
    let limit = i64::from(asked.limit.unwrap_or(50));
    let batches = batch::list(&api.archive, &api.caller, asked.after.as_deref(), limit).await?;
    Ok(Json(batches))
}

/// Open a batch that files can be delivered into.
#[utoipa::path(post, path = "/api/v1/batches", tag = "intake", request_body = NewBatch,
    responses((status = 201, body = Batch), Problems<401, 403, 404, 409, 422>))]
async fn open(
    api: Api,
    Given(given): Given<NewBatch>,
) -> Result<(StatusCode, Json<Batch>), Problem> {
    let batch = batch::open(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(batch)))
}

/// A batch and how far it is.
#[utoipa::path(get, path = "/api/v1/batches/{id}", tag = "intake", params(("id" = String, Path)),
    responses((status = 200, body = BatchUnderway), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<BatchUnderway> {
    let batch = batch::get(&api.archive, &api.caller, &id).await?;
    let progress = batch::progress(&api.archive, &api.caller, &id).await?;
    Ok(Json(BatchUnderway { batch, progress }))
}

/// Close a batch; refused while its files differ from what was declared.
#[utoipa::path(post, path = "/api/v1/batches/{id}/close", tag = "intake", params(("id" = String, Path)),
    responses((status = 200, body = Receipt), Problems<401, 403, 404, 409, 422>))]
async fn close(api: Api, Path(id): Path<String>) -> Answer<Receipt> {
    Ok(Json(batch::close(&api.archive, &api.caller, &id).await?))
}

/// Assign a batch that belongs nowhere yet to a file or a volume, by code.
#[utoipa::path(put, path = "/api/v1/batches/{id}/belonging", tag = "structure", request_body = Belonging,
    params(("id" = String, Path)), responses((status = 200, body = Batch), Problems<401, 403, 404, 409, 422>))]
async fn assign(api: Api, Path(id): Path<String>, Given(given): Given<Belonging>) -> Answer<Batch> {
    Ok(Json(
        batch::assign(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// The receipt as it stands; final once the batch is closed.
#[utoipa::path(get, path = "/api/v1/batches/{id}/receipt", tag = "intake", params(("id" = String, Path)),
    responses((status = 200, body = Receipt), Problems<401, 403, 404>))]
async fn receipt(api: Api, Path(id): Path<String>) -> Answer<Receipt> {
    Ok(Json(batch::receipt(&api.archive, &api.caller, &id).await?))
}

/// The scans of a batch, by name.
#[utoipa::path(get, path = "/api/v1/batches/{id}/scans", tag = "intake",
    params(("id" = String, Path), ScansAsked),
    responses((status = 200, body = Listed<Scan>), Problems<401, 403, 404, 422>))]
async fn scans(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<ScansAsked>,
) -> Answer<Listed<Scan>> {
    let (state, after) = (asked.state.as_deref(), asked.after.as_deref());
    let limit = i64::from(asked.limit.unwrap_or(100));
    Ok(Json(
        scan::list(&api.archive, &api.caller, &id, state, after, limit).await?,
    ))
}

/// One scan with its state and its digest.
#[utoipa::path(get, path = "/api/v1/scans/{id}", tag = "intake", params(("id" = String, Path)),
    responses((status = 200, body = Scan), Problems<401, 403, 404>))]
async fn scan(api: Api, Path(id): Path<String>) -> Answer<Scan> {
    Ok(Json(scan::get(&api.archive, &api.caller, &id).await?))
}
