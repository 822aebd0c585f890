//! Units, and to which of them people and rights belong.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::holding::{self, Edit, Trace};
use crate::unit::{self, Assigned, Assignment, NewUnit, Unit};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::session::Api;

/// Paths of this part of the API, with their descriptions.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(get, change))
        .routes(routes!(assignments))
        .routes(routes!(assign))
        .routes(routes!(history))
}

/// Every unit, by code.
#[utoipa::path(get, path = "/api/v1/units", tag = "structure",
    responses((status = 200, body = [Unit]), Problems<401, 403>))]
async fn list(api: Api) -> Answer<Vec<Unit>> {
    Ok(Json(unit::list(&api.archive, &api.caller).await?))
}

/// Make a unit (department, school, commune).
#[utoipa::path(post, path = "/api/v1/units", tag = "structure", request_body = NewUnit,
    responses((status = 201, body = Unit), Problems<401, 403, 409, 422>))]
async fn make(api: Api, Given(given): Given<NewUnit>) -> Result<(StatusCode, Json<Unit>), Problem> {
    let made = unit::make(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// One unit by its id.
#[utoipa::path(get, path = "/api/v1/units/{id}", tag = "structure", params(("id" = String, Path)),
    responses((status = 200, body = Unit), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<Unit> {
    Ok(Json(unit::get(&api.archive, &api.caller, &id).await?))
}

/// Change the description of a unit: its name, what it was merged into.
#[utoipa::path(put, path = "/api/v1/units/{id}", tag = "structure", params(("id" = String, Path)),
    request_body = Edit<NewUnit>,
    responses((status = 200, body = Unit), Problems<401, 403, 404, 409, 422>))]
async fn change(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Edit<NewUnit>>,
) -> Answer<Unit> {
    let changed = unit::change(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(changed))
}

/// The units of people, of their rights and of the rights of tokens.
#[utoipa::path(get, path = "/api/v1/unit-assignments", tag = "people",
    responses((status = 200, body = [Assigned]), Problems<401, 403>))]
async fn assignments(api: Api) -> Answer<Vec<Assigned>> {
    Ok(Json(unit::assignments(&api.archive, &api.caller).await?))
}

/// Assign a person or a token, and their rights, to units.
#[utoipa::path(put, path = "/api/v1/unit-assignments/{id}", tag = "people", params(("id" = String, Path)),
    request_body = Assignment, responses((status = 204), Problems<401, 403, 404, 422>))]
async fn assign(api: Api, Path(id): Path<String>, Given(given): Given<Assignment>) -> Done {
    unit::assign(&api.archive, &api.caller, &id, &given).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was done to a unit, fonds, series, file, volume or document, oldest first, at most 500 lines.
#[utoipa::path(get, path = "/api/v1/holdings/{id}/history", tag = "structure", params(("id" = String, Path)),
    responses((status = 200, body = [Trace]), Problems<401, 403>))]
async fn history(api: Api, Path(id): Path<String>) -> Answer<Vec<Trace>> {
    Ok(Json(
        holding::history(&api.archive, &api.caller, &id).await?,
    ))
}
