//! Searches in what is not digitised: opened by a clerk, ended by the archivist.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::search_case::{self, SearchCase, SearchView};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(open))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(found))
        .routes(routes!(not_found))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    /// For the archivist, or from them.
    note: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Finding {
    /// The record found; it need not be decided yet.
    record_id: String,
    /// Where it was, what to mind.
    #[serde(default)]
    note: String,
}

/// The search that was opened for a request.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Opened {
    /// Its id, UUIDv7 as text.
    id: String,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SearchCasesAsked {
    /// True lists ended ones too.
    all: Option<bool>,
}

/// Nothing found: hand the request to the archivist. Its term is extended where the law allows.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/search", tag = "copies",
    params(("id" = String, Path)), request_body = Note,
    responses((status = 201, body = Opened), Problems<401, 403, 404, 409, 422>))]
async fn open(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Note>,
) -> Result<(StatusCode, Json<Opened>), Problem> {
    let id = search_case::open(&api.archive, &api.caller, &id, &given.note).await?;
    Ok((StatusCode::CREATED, Json(Opened { id })))
}

/// Searches, the most urgent first.
#[utoipa::path(get, path = "/api/v1/search-cases", tag = "copies", params(SearchCasesAsked),
    responses((status = 200, body = [SearchCase]), Problems<401, 403, 422>))]
async fn list(api: Api, Asked(asked): Asked<SearchCasesAsked>) -> Answer<Vec<SearchCase>> {
    let all = asked.all.unwrap_or(false);
    Ok(Json(
        search_case::list(&api.archive, &api.caller, all).await?,
    ))
}

/// One search, with the volumes to look in and undecided records that are like the one sought.
#[utoipa::path(get, path = "/api/v1/search-cases/{id}", tag = "copies", params(("id" = String, Path)),
    responses((status = 200, body = SearchView), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<SearchView> {
    Ok(Json(
        search_case::get(&api.archive, &api.caller, &id).await?,
    ))
}

/// The archivist names the record.
#[utoipa::path(post, path = "/api/v1/search-cases/{id}/found", tag = "copies",
    params(("id" = String, Path)), request_body = Finding,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn found(api: Api, Path(id): Path<String>, Given(given): Given<Finding>) -> Done {
    search_case::found(
        &api.archive,
        &api.caller,
        &id,
        &given.record_id,
        &given.note,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The archivist looked and did not find.
#[utoipa::path(post, path = "/api/v1/search-cases/{id}/not-found", tag = "copies",
    params(("id" = String, Path)), request_body = Note,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn not_found(api: Api, Path(id): Path<String>, Given(given): Given<Note>) -> Done {
    search_case::not_found(&api.archive, &api.caller, &id, &given.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
