//! The rows of a register's page, seen and keyed as one grid.

use axum::Json;
use axum::extract::Path;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::review::{self, PageGiven, PageRows};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(rows, keep))
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
