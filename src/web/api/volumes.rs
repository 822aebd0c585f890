//! Register volumes: made, listed, and the map of their columns.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::column_map::{self, NewMap, Unconfirmed, VolumeMap};
use crate::document::{self, VolumeSplit};
use crate::fonds::{self, Closing, Merger, NewVolume, Relocation, Volume};
use crate::holding::Edit;
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(unconfirmed))
        .routes(routes!(map, confirm))
        .routes(routes!(get, change))
        .routes(routes!(close))
        .routes(routes!(relocate))
        .routes(routes!(merge))
        .routes(routes!(split))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VolumesAsked {
    /// Code of the fonds; the default fonds when absent.
    fonds: Option<String>,
}

/// The register volumes of a fonds, by code.
#[utoipa::path(get, path = "/api/v1/volumes", tag = "structure", params(VolumesAsked),
    responses((status = 200, body = [Volume]), Problems<401, 403, 404, 422>))]
async fn list(api: Api, Asked(asked): Asked<VolumesAsked>) -> Answer<Vec<Volume>> {
    let fonds = asked.fonds.as_deref().unwrap_or(fonds::DEFAULT_CODE);
    Ok(Json(
        fonds::volumes(&api.archive, &api.caller, fonds).await?,
    ))
}

/// Make a register volume.
#[utoipa::path(post, path = "/api/v1/volumes", tag = "structure", request_body = NewVolume,
    responses((status = 201, body = Volume), Problems<401, 403, 404, 409, 422>))]
async fn make(
    api: Api,
    Given(given): Given<NewVolume>,
) -> Result<(StatusCode, Json<Volume>), Problem> {
    let volume = fonds::make_volume(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(volume)))
}

/// Volumes whose column map nobody has confirmed: nothing on their pages is accepted.
#[utoipa::path(get, path = "/api/v1/column-maps/unconfirmed", tag = "records",
    responses((status = 200, body = [Unconfirmed]), Problems<401, 403>))]
async fn unconfirmed(api: Api) -> Answer<Vec<Unconfirmed>> {
    Ok(Json(
        column_map::unconfirmed(&api.archive, &api.caller).await?,
    ))
}

/// The column map of a volume: every confirmed version, and what its first pages show.
#[utoipa::path(get, path = "/api/v1/volumes/{id}/column-map", tag = "records",
    params(("id" = String, Path)),
    responses((status = 200, body = VolumeMap), Problems<401, 403, 404>))]
async fn map(api: Api, Path(id): Path<String>) -> Answer<VolumeMap> {
    Ok(Json(column_map::get(&api.archive, &api.caller, &id).await?))
}

/// Confirm the column map; every page of the volume is read again with it.
#[utoipa::path(put, path = "/api/v1/volumes/{id}/column-map", tag = "records",
    params(("id" = String, Path)), request_body = NewMap,
    responses((status = 200, body = VolumeMap), Problems<401, 403, 404, 409, 422>))]
async fn confirm(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<NewMap>,
) -> Answer<VolumeMap> {
    Ok(Json(
        column_map::confirm(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// One bound volume by its id.
#[utoipa::path(get, path = "/api/v1/volumes/{id}", tag = "structure", params(("id" = String, Path)),
    responses((status = 200, body = Volume), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<Volume> {
    Ok(Json(fonds::volume(&api.archive, &api.caller, &id).await?))
}

/// Change the description of a volume.
#[utoipa::path(put, path = "/api/v1/volumes/{id}", tag = "structure", params(("id" = String, Path)),
    request_body = Edit<NewVolume>,
    responses((status = 200, body = Volume), Problems<401, 403, 404, 409, 422>))]
async fn change(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Edit<NewVolume>>,
) -> Answer<Volume> {
    let changed = fonds::change_volume(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(changed))
}

/// Close a volume: nothing more comes to it.
#[utoipa::path(post, path = "/api/v1/volumes/{id}/close", tag = "structure", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = Volume), Problems<401, 403, 404, 409, 422>))]
async fn close(api: Api, Path(id): Path<String>, Given(given): Given<Closing>) -> Answer<Volume> {
    let done = fonds::close_volume(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Move a volume, with its trace; masters stay where they are.
#[utoipa::path(post, path = "/api/v1/volumes/{id}/move", tag = "structure", params(("id" = String, Path)),
    request_body = Relocation,
    responses((status = 200, body = Volume), Problems<401, 403, 404, 409, 422>))]
async fn relocate(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Relocation>,
) -> Answer<Volume> {
    let done = fonds::move_volume(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Merge a volume into another of the same fonds.
#[utoipa::path(post, path = "/api/v1/volumes/{id}/merge", tag = "structure", params(("id" = String, Path)),
    request_body = Merger,
    responses((status = 200, body = Volume), Problems<401, 403, 404, 409, 422>))]
async fn merge(api: Api, Path(id): Path<String>, Given(given): Given<Merger>) -> Answer<Volume> {
    let done = document::merge_volume(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Split a volume; gives the new one.
#[utoipa::path(post, path = "/api/v1/volumes/{id}/split", tag = "structure", params(("id" = String, Path)),
    request_body = VolumeSplit,
    responses((status = 201, body = Volume), Problems<401, 403, 404, 409, 422>))]
async fn split(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<VolumeSplit>,
) -> Result<(StatusCode, Json<Volume>), Problem> {
    let made = document::split_volume(&api.archive, &api.caller, &id, &given).await?;
    Ok((StatusCode::CREATED, Json(made)))
}
