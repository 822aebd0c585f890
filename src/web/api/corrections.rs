//! The appendix of the register: corrections and revocations entered, completed, approved and read.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::correction::{self, Correction, CorrectionFilter, CorrectionGiven, DecisionGiven};
use crate::reference_data::CorrectionGround;
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(of_record, enter))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(attach))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(grounds))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionRefusal {
    /// What whoever entered it will read.
    reason: String,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct GroundsAsked {
    /// The day the decision was signed, `YYYY-MM-DD`; today when absent.
    day: Option<String>,
}

/// Enter a correction or revocation of an approved record. It has no effect until another person
/// approves it.
#[utoipa::path(post, path = "/api/v1/records/{id}/corrections", tag = "corrections",
    params(("id" = String, Path)), request_body = CorrectionGiven,
    responses((status = 201, body = Correction), Problems<401, 403, 404, 409, 422>))]
async fn enter(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<CorrectionGiven>,
) -> Result<(StatusCode, Json<Correction>), Problem> {
    let entry = correction::enter(&api.archive, &api.caller, &id, &given).await?;
    Ok((StatusCode::CREATED, Json(entry)))
}

/// Every entry of a record's appendix, in the order they were entered.
#[utoipa::path(get, path = "/api/v1/records/{id}/corrections", tag = "corrections",
    params(("id" = String, Path)),
    responses((status = 200, body = [Correction]), Problems<401, 403>))]
async fn of_record(api: Api, Path(id): Path<String>) -> Answer<Vec<Correction>> {
    Ok(Json(
        correction::of_record(&api.archive, &api.caller, &id).await?,
    ))
}

/// Entries, those that wait first.
#[utoipa::path(get, path = "/api/v1/corrections", tag = "corrections", params(CorrectionFilter),
    responses((status = 200, body = [Correction]), Problems<401, 403, 422>))]
async fn list(api: Api, Asked(filter): Asked<CorrectionFilter>) -> Answer<Vec<Correction>> {
    Ok(Json(
        correction::list(&api.archive, &api.caller, &filter).await?,
    ))
}

/// One entry of the appendix, in whatever state.
#[utoipa::path(get, path = "/api/v1/corrections/{id}", tag = "corrections",
    params(("id" = String, Path)),
    responses((status = 200, body = Correction), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<Correction> {
    Ok(Json(correction::get(&api.archive, &api.caller, &id).await?))
}

/// Name the scan of the decision, by itself or by its record, on an entry that waits.
#[utoipa::path(put, path = "/api/v1/corrections/{id}/decision", tag = "corrections",
    params(("id" = String, Path)), request_body = DecisionGiven,
    responses((status = 200, body = Correction), Problems<401, 403, 404, 409, 422>))]
async fn attach(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<DecisionGiven>,
) -> Answer<Correction> {
    let entry = correction::attach(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(entry))
}

/// Approve an entry that somebody else entered: it takes its number in the appendix.
#[utoipa::path(post, path = "/api/v1/corrections/{id}/approve", tag = "corrections",
    params(("id" = String, Path)),
    responses((status = 200, body = Correction), Problems<401, 403, 404, 409>))]
async fn approve(api: Api, Path(id): Path<String>) -> Answer<Correction> {
    Ok(Json(
        correction::approve(&api.archive, &api.caller, &id).await?,
    ))
}

/// Reject an entry with a reason.
#[utoipa::path(post, path = "/api/v1/corrections/{id}/reject", tag = "corrections",
    params(("id" = String, Path)), request_body = CorrectionRefusal,
    responses((status = 200, body = Correction), Problems<401, 403, 404, 409, 422>))]
async fn reject(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<CorrectionRefusal>,
) -> Answer<Correction> {
    let entry = correction::reject(&api.archive, &api.caller, &id, &given.reason).await?;
    Ok(Json(entry))
}

/// Why the law lets a register be corrected or a diploma be revoked, on a day.
#[utoipa::path(get, path = "/api/v1/correction-grounds", tag = "corrections", params(GroundsAsked),
    responses((status = 200, body = [CorrectionGround]), Problems<401, 403, 422>))]
async fn grounds(api: Api, Asked(asked): Asked<GroundsAsked>) -> Answer<Vec<CorrectionGround>> {
    let grounds = correction::grounds(&api.archive, &api.caller, asked.day.as_deref()).await?;
    Ok(Json(grounds))
}
