//! The rows of a register's page, seen and keyed as one grid.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::record::RecordView;
use crate::review::{self, MissedGiven, PageGiven, PageRows};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(rows, keep))
        .routes(routes!(add))
}

/// The rows of a register's page with what decisions on them are bound to, and what does not follow from the rows beside.
#[utoipa::path(get, path = "/api/v1/pages/{id}/rows", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = PageRows), Problems<401, 403, 404, 409>))]
async fn rows(api: Api, Path(id): Path<String>) -> Answer<PageRows> {
    let rows = review::page_rows(&api.archive, &api.caller, &id).await?;
    Ok(Json(rows))
}

/// Save what was keyed on a register's page and approve the rows that are right: all of it or nothing. Sent twice, it is done
/// once.
#[utoipa::path(put, path = "/api/v1/pages/{id}/rows", tag = "records", params(("id" = String, Path)),
    request_body = PageGiven, responses((status = 200, body = PageRows), Problems<401, 403, 404, 409, 422>))]
async fn keep(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<PageGiven>,
) -> Answer<PageRows> {
    review::save_page(&api.archive, &api.caller, &id, &given).await?;
    let rows = review::page_rows(&api.archive, &api.caller, &id).await?;
    Ok(Json(rows))
}

/// Add a record that stands on the page and was not read; it waits to be approved by somebody else.
#[utoipa::path(post, path = "/api/v1/pages/{id}/records", tag = "records", params(("id" = String, Path)),
    request_body = MissedGiven, responses((status = 201, body = RecordView), Problems<401, 403, 404, 409, 422>))]
async fn add(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<MissedGiven>,
) -> Result<(StatusCode, Json<RecordView>), Problem> {
    let record = review::add_missed(&api.archive, &api.caller, &id, &given).await?;
    Ok((StatusCode::CREATED, Json(record)))
}
