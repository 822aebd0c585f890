//! Series of a fonds.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::fonds::{self, Closing, Merger, NewSeries, Relocation, Series};
use crate::holding::Edit;
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

/// Paths of this part of the API, with their descriptions.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(get, change))
        .routes(routes!(close))
        .routes(routes!(relocate))
        .routes(routes!(merge))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SeriesAsked {
    /// Code of the fonds; the default fonds when absent.
    fonds: Option<String>,
}

/// The series of a fonds, by code.
#[utoipa::path(get, path = "/api/v1/series", tag = "structure", params(SeriesAsked),
    responses((status = 200, body = [Series]), Problems<401, 403, 404, 422>))]
async fn list(api: Api, Asked(asked): Asked<SeriesAsked>) -> Answer<Vec<Series>> {
    let code = asked.fonds.as_deref().unwrap_or(fonds::DEFAULT_CODE);
    Ok(Json(
        fonds::list_series(&api.archive, &api.caller, code).await?,
    ))
}

/// Make a series in a fonds.
#[utoipa::path(post, path = "/api/v1/series", tag = "structure", request_body = NewSeries,
    responses((status = 201, body = Series), Problems<401, 403, 404, 409, 422>))]
async fn make(
    api: Api,
    Given(given): Given<NewSeries>,
) -> Result<(StatusCode, Json<Series>), Problem> {
    let made = fonds::make_series(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One series by its id.
#[utoipa::path(get, path = "/api/v1/series/{id}", tag = "structure", params(("id" = String, Path)),
    responses((status = 200, body = Series), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<Series> {
    Ok(Json(fonds::series(&api.archive, &api.caller, &id).await?))
}

/// Change the description of a series.
#[utoipa::path(put, path = "/api/v1/series/{id}", tag = "structure", params(("id" = String, Path)),
    request_body = Edit<NewSeries>,
    responses((status = 200, body = Series), Problems<401, 403, 404, 409, 422>))]
async fn change(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Edit<NewSeries>>,
) -> Answer<Series> {
    let changed = fonds::change_series(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(changed))
}

/// Close a series: nothing more comes to it.
#[utoipa::path(post, path = "/api/v1/series/{id}/close", tag = "structure", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = Series), Problems<401, 403, 404, 409, 422>))]
async fn close(api: Api, Path(id): Path<String>, Given(given): Given<Closing>) -> Answer<Series> {
    let done = fonds::close_series(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Move a series, with its trace; masters stay where they are.
#[utoipa::path(post, path = "/api/v1/series/{id}/move", tag = "structure", params(("id" = String, Path)),
    request_body = Relocation,
    responses((status = 200, body = Series), Problems<401, 403, 404, 409, 422>))]
async fn relocate(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Relocation>,
) -> Answer<Series> {
    let done = fonds::move_series(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Merge a series into another of the same fonds.
#[utoipa::path(post, path = "/api/v1/series/{id}/merge", tag = "structure", params(("id" = String, Path)),
    request_body = Merger,
    responses((status = 200, body = Series), Problems<401, 403, 404, 409, 422>))]
async fn merge(api: Api, Path(id): Path<String>, Given(given): Given<Merger>) -> Answer<Series> {
    let done = fonds::merge_series(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}
