//! Flags of pages: listed, accepted, resolved by excluding the page or by a better scan; and pages reinstated.

use axum::Json;
use axum::extract::Path;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::inspection;
use crate::page::PageView;
use crate::page_flag::{self, FlagFilter, PageFlag};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(accept))
        .routes(routes!(exclude))
        .routes(routes!(replace))
        .routes(routes!(same_sheet))
        .routes(routes!(different_sheets))
        .routes(routes!(reinstate))
}

/// The reason a person gives.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// In words, 1 to 500 characters.
    reason: String,
}

/// Which scan takes the page's place.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Replacement {
    /// Id of a scan of one page, delivered before into the same fonds.
    scan_id: String,
}

/// Which of two scans of one sheet is excluded.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OneSheet {
    /// Id of the page, one of the two the flag speaks of.
    exclude: String,
}

/// The flags of a batch, by file and page; those that ask for a person unless notes are asked for.
#[utoipa::path(get, path = "/api/v1/batches/{id}/flags", tag = "intake",
    params(("id" = String, Path), FlagFilter),
    responses((status = 200, body = [PageFlag]), Problems<401, 403, 404, 422>))]
async fn list(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<FlagFilter>,
) -> Answer<Vec<PageFlag>> {
    Ok(Json(
        page_flag::list(&api.archive, &api.caller, &id, &asked).await?,
    ))
}

/// One flag of a page, by its id.
#[utoipa::path(get, path = "/api/v1/flags/{id}", tag = "intake", params(("id" = String, Path)),
    responses((status = 200, body = PageFlag), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<PageFlag> {
    Ok(Json(page_flag::get(&api.archive, &api.caller, &id).await?))
}

/// Leave things as they are, for a reason.
#[utoipa::path(post, path = "/api/v1/flags/{id}/accept", tag = "intake",
    params(("id" = String, Path)), request_body = Reason,
    responses((status = 200, body = PageFlag), Problems<401, 403, 404, 409, 422>))]
async fn accept(api: Api, Path(id): Path<String>, Given(given): Given<Reason>) -> Answer<PageFlag> {
    Ok(Json(
        inspection::accept(&api.archive, &api.caller, &id, &given.reason).await?,
    ))
}

/// Exclude the page: it stays in the vault, but nothing on it is found or issued.
#[utoipa::path(post, path = "/api/v1/flags/{id}/exclude", tag = "intake",
    params(("id" = String, Path)), request_body = Reason,
    responses((status = 200, body = PageFlag), Problems<401, 403, 404, 409, 422>))]
async fn exclude(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Reason>,
) -> Answer<PageFlag> {
    Ok(Json(
        inspection::exclude(&api.archive, &api.caller, &id, &given.reason).await?,
    ))
}

/// Let another scan take the page's place; the old one stays in the vault.
#[utoipa::path(post, path = "/api/v1/flags/{id}/replace", tag = "intake",
    params(("id" = String, Path)), request_body = Replacement,
    responses((status = 200, body = PageFlag), Problems<401, 403, 404, 409, 422>))]
async fn replace(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Replacement>,
) -> Answer<PageFlag> {
    Ok(Json(
        inspection::replace(&api.archive, &api.caller, &id, &given.scan_id).await?,
    ))
}

/// Two scans are of one sheet: one of them is excluded.
#[utoipa::path(post, path = "/api/v1/flags/{id}/same-sheet", tag = "intake",
    params(("id" = String, Path)), request_body = OneSheet,
    responses((status = 200, body = PageFlag), Problems<401, 403, 404, 409, 422>))]
async fn same_sheet(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<OneSheet>,
) -> Answer<PageFlag> {
    Ok(Json(
        inspection::same_sheet(&api.archive, &api.caller, &id, &given.exclude).await?,
    ))
}

/// Two scans are of two sheets that look alike; it is not asked again.
#[utoipa::path(post, path = "/api/v1/flags/{id}/different-sheets", tag = "intake",
    params(("id" = String, Path)),
    responses((status = 200, body = PageFlag), Problems<401, 403, 404, 409>))]
async fn different_sheets(api: Api, Path(id): Path<String>) -> Answer<PageFlag> {
    Ok(Json(
        inspection::different_sheets(&api.archive, &api.caller, &id).await?,
    ))
}

/// Reinstate a page that was withdrawn; its records say what they said before, its flags are open again.
#[utoipa::path(post, path = "/api/v1/pages/{id}/reinstate", tag = "intake",
    params(("id" = String, Path)),
    responses((status = 200, body = PageView), Problems<401, 403, 404, 409>))]
async fn reinstate(api: Api, Path(id): Path<String>) -> Answer<PageView> {
    Ok(Json(
        inspection::reinstate(&api.archive, &api.caller, &id).await?,
    ))
}
