//! Who has looked at whom, and the reason some records ask for.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Act, require};
use crate::search::records_of_person;
use crate::viewing::{self, ViewRow};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Done, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(of_record))
        .routes(routes!(by_actor))
        .routes(routes!(text))
        .routes(routes!(give_reason))
        .routes(routes!(set_ceiling))
}

/// Who has looked at a record and at others of the same name and birth date, newest first.
#[utoipa::path(get, path = "/api/v1/records/{id}/views", tag = "custody", params(("id" = String, Path)),
    responses((status = 200, body = [ViewRow]), Problems<401, 403, 404>))]
async fn of_record(api: Api, Path(id): Path<String>) -> Answer<Vec<ViewRow>> {
    require(&api.caller, Act::SeeLog)?;
    let records = records_of_person(&api.archive, &id).await?;
    Ok(Json(
        viewing::of_records(&api.archive, &api.caller, &records).await?,
    ))
}

/// What a person or token has looked at, newest first.
#[utoipa::path(get, path = "/api/v1/people/{id}/views", tag = "custody", params(("id" = String, Path)),
    responses((status = 200, body = [ViewRow]), Problems<401, 403>))]
async fn by_actor(api: Api, Path(id): Path<String>) -> Answer<Vec<ViewRow>> {
    Ok(Json(
        viewing::by_actor(&api.archive, &api.caller, &id).await?,
    ))
}

/// What was asked, or why a record was opened.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct ViewText {
    /// The words of the question or reason.
    text: String,
}

/// The words of a question or reason, for auditors, until their term ends.
#[utoipa::path(get, path = "/api/v1/log/entries/{id}/words", tag = "custody", params(("id" = String, Path)),
    responses((status = 200, body = ViewText), Problems<401, 403, 404>))]
async fn text(api: Api, Path(id): Path<String>) -> Answer<ViewText> {
    let text = viewing::text_of(&api.archive, &api.caller, &id).await?;
    Ok(Json(ViewText { text }))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonGiven {
    /// Why the record is opened, 5 to 500 characters.
    reason: String,
}

/// Say why one opens a record of a class that asks; it opens for the rest of the day.
#[utoipa::path(post, path = "/api/v1/records/{id}/reason", tag = "records", params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 204), Problems<401, 403, 404, 422>))]
async fn give_reason(api: Api, Path(id): Path<String>, Given(given): Given<ReasonGiven>) -> Done {
    viewing::give_reason(&api.archive, &api.caller, &id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CeilingGiven {
    /// Views a day at most; the usual ceiling when null.
    #[schema(minimum = 0)]
    views_a_day: Option<i64>,
}

/// Set how much a person or token may see in a day.
#[utoipa::path(put, path = "/api/v1/people/{id}/ceiling", tag = "people", params(("id" = String, Path)),
    request_body = CeilingGiven, responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn set_ceiling(api: Api, Path(id): Path<String>, Given(given): Given<CeilingGiven>) -> Done {
    viewing::set_ceiling(&api.archive, &api.caller, &id, given.views_a_day).await?;
    Ok(StatusCode::NO_CONTENT)
}
