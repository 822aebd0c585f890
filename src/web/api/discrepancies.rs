//! Numbers of registers that do not agree, and what was found on the paper.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::discrepancy::{
    self, AnswerGiven, Discrepancies, DiscrepancyFilter, PlaceFilter, PlacesListed,
};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Done, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(places))
        .routes(routes!(of_place))
        .routes(routes!(answer))
        .routes(routes!(same_serial))
}

/// Register volumes, and deliveries without one, with how much does not agree in the numbers of each.
#[utoipa::path(get, path = "/api/v1/discrepancies", tag = "discrepancies", params(PlaceFilter),
    responses((status = 200, body = PlacesListed), Problems<401, 403, 422>))]
async fn places(api: Api, Asked(filter): Asked<PlaceFilter>) -> Answer<PlacesListed> {
    Ok(Json(
        discrepancy::places(&api.archive, &api.caller, &filter).await?,
    ))
}

/// What does not agree in one volume or delivery: gaps, repeats, numbers out of order, one diploma number on two records,
/// diploma against register, register against lists.
#[utoipa::path(get, path = "/api/v1/discrepancies/{id}", tag = "discrepancies",
    params(("id" = String, Path, description = "Id of the volume or batch"), DiscrepancyFilter),
    responses((status = 200, body = Discrepancies), Problems<401, 403, 404, 422>))]
async fn of_place(
    api: Api,
    Path(id): Path<String>,
    Asked(filter): Asked<DiscrepancyFilter>,
) -> Answer<Discrepancies> {
    Ok(Json(
        discrepancy::discrepancies(&api.archive, &api.caller, &id, &filter).await?,
    ))
}

/// Say what was found on the paper. The answer stays, in the vault too; it stands for the records it was given for.
#[utoipa::path(post, path = "/api/v1/discrepancies/{id}/answers", tag = "discrepancies",
    params(("id" = String, Path, description = "Id of the volume or batch")), request_body = AnswerGiven,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn answer(api: Api, Path(id): Path<String>, Given(given): Given<AnswerGiven>) -> Done {
    discrepancy::answer(&api.archive, &api.caller, &id, &given).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ids of public records that have the diploma number of this one: what approving it asks about. Empty where somebody has
/// said why.
#[utoipa::path(get, path = "/api/v1/records/{id}/same-serial", tag = "discrepancies",
    params(("id" = String, Path)),
    responses((status = 200, body = [String]), Problems<401, 403, 404>))]
async fn same_serial(api: Api, Path(id): Path<String>) -> Answer<Vec<String>> {
    Ok(Json(
        discrepancy::same_serial(&api.archive, &api.caller, &id).await?,
    ))
}
