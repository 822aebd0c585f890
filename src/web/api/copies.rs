//! Requests for copies from portals and their handling by the office.

use axum::Json;
use axum::extract::{Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Act, require};
use crate::certified_copy;
use crate::copy_request::{self, Applicant, AskGiven, RequestView, Sought, Status};
use crate::error::Error;
use crate::search::FoundHit;
use crate::web::State;
use crate::web::counter::{guarded, pdf};
use crate::web::extract::{Asked, Given};
use crate::web::fault::{Problem, ProblemDocument};
use crate::web::peer::Peer;
use crate::web::session::Api;

/// The routes.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(get))
        .routes(routes!(candidates))
        .routes(routes!(confirm))
        .routes(routes!(refuse))
        .routes(routes!(release))
        .routes(routes!(release_many))
        .routes(routes!(status))
        .routes(routes!(fetch))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RequestGiven {
    /// Who asks.
    applicant: Applicant,
    /// For which diploma.
    wanted: Sought,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// The approved record that is meant.
    record_id: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Refusal {
    /// What the applicant will read.
    reason: String,
}

/// The copy being made.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Released {
    /// Id of the copy.
    copy_id: String,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListAsked {
    /// received | confirmed | released | refused | issued | withdrawn.
    state: Option<String>,
}

/// Ask for a copy. The same `Idempotency-Key` from the same caller asks only once.
#[utoipa::path(post, path = "/api/v1/copy-requests", tag = "copies", request_body = RequestGiven,
    params(("Idempotency-Key" = Option<String>, Header, description = "At most 200 visible ASCII characters.")),
    responses((status = 201, body = copy_request::Asked), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument)))]
async fn ask(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    headers: HeaderMap,
    Given(given): Given<RequestGiven>,
) -> Result<(StatusCode, Json<copy_request::Asked>), Problem> {
    let given = AskGiven {
        applicant: given.applicant,
        wanted: given.wanted,
        idempotency_key: idempotency_key(&headers)?,
    };
    let asked = copy_request::ask(&archive, &caller, &given).await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok().map(str::trim);
    let key = key.filter(|key| (1..=200).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Error::invalid(
            "/headers/Idempotency-Key",
            "Idempotency-Key phải có từ 1 đến 200 ký tự ASCII.",
            "Idempotency-Key must be 1 to 200 ASCII characters.",
        )
    })
}

/// Requests, those due first on top.
#[utoipa::path(get, path = "/api/v1/copy-requests", tag = "copies", params(ListAsked),
    responses((status = 200, body = [RequestView]), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn list(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Asked(asked): Asked<ListAsked>,
) -> Result<Json<Vec<RequestView>>, Problem> {
    let requests = copy_request::list(&archive, &caller, asked.state.as_deref()).await?;
    Ok(Json(requests))
}

/// One request.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}", tag = "copies", params(("id" = String, Path)),
    responses((status = 200, body = RequestView), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
async fn get(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
) -> Result<Json<RequestView>, Problem> {
    Ok(Json(copy_request::get(&archive, &caller, &id).await?))
}

/// Records that may be the one asked for.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}/candidates", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 200, body = [FoundHit]), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
async fn candidates(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
) -> Result<Json<Vec<FoundHit>>, Problem> {
    let found = copy_request::candidates(&archive, &caller, &id).await?;
    Ok(Json(found))
}

/// A clerk confirms which record is meant.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/confirm", tag = "copies",
    params(("id" = String, Path)), request_body = Confirmation,
    responses((status = 204), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument)))]
async fn confirm(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
    Given(given): Given<Confirmation>,
) -> Result<StatusCode, Problem> {
    copy_request::confirm(&archive, &caller, &id, &given.record_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse a request, with the reason the applicant will read.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/refuse", tag = "copies",
    params(("id" = String, Path)), request_body = Refusal,
    responses((status = 204), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument)))]
async fn refuse(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
    Given(given): Given<Refusal>,
) -> Result<StatusCode, Problem> {
    copy_request::refuse(&archive, &caller, &id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another person than the one who confirmed releases the copy; it is sealed within moments.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/release", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 202, body = Released), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
async fn release(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Released>), Problem> {
    let copy_id = copy_request::release(&archive, &caller, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(Released { copy_id })))
}

/// Where the request behind a tracking code stands.
#[utoipa::path(get, path = "/api/v1/track/{code}", tag = "public", params(("code" = String, Path)),
    security(()),
    responses((status = 200, body = Status), (status = 404, body = ProblemDocument),
        (status = 429, body = ProblemDocument)))]
async fn status(
    Extracted(archive): Extracted<State>,
    Peer(peer): Peer,
    Path(code): Path<String>,
) -> Result<Json<Status>, Problem> {
    let answer = copy_request::status(&archive, &code);
    Ok(Json(guarded(&archive, "follow", &peer, answer).await?))
}

/// The sealed copy behind a tracking code.
#[utoipa::path(get, path = "/api/v1/track/{code}/copy", tag = "public", params(("code" = String, Path)),
    security(()),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = 404, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
async fn fetch(
    Extracted(archive): Extracted<State>,
    Peer(peer): Peer,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let answer = copy_request::fetch(&archive, &code);
    let (name, bytes) = guarded(&archive, "follow", &peer, answer).await?;
    Ok(pdf(&name, bytes))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseGiven {
    /// Ids of confirmed requests; 1 to 500.
    requests: Vec<String>,
}

/// What became of one of many requests.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct ReleaseOutcome {
    /// The request.
    request_id: String,
    /// The copy being made; none when the request was not released.
    copy_id: Option<String>,
    /// Stable word of what stood in the way.
    fault: Option<&'static str>,
    /// The same in Vietnamese.
    fault_vi: Option<String>,
    /// The same in English.
    fault_en: Option<String>,
}

/// Release many confirmed requests in one act: each takes a number of its own, one that cannot be
/// released harms only itself.
#[utoipa::path(post, path = "/api/v1/copy-requests/release", tag = "copies",
    request_body = ReleaseGiven,
    responses((status = 200, body = [ReleaseOutcome]), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn release_many(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Given(given): Given<ReleaseGiven>,
) -> Result<Json<Vec<ReleaseOutcome>>, Problem> {
    require(&caller, Act::ReleaseCopies)?;
    certified_copy::few_enough("/requests", given.requests.len())?;
    let mut outcomes = Vec::with_capacity(given.requests.len());
    for request_id in given.requests {
        let released = copy_request::release(&archive, &caller, &request_id).await;
        let fault = released.as_ref().err();
        outcomes.push(ReleaseOutcome {
            fault: fault.map(Error::code),
            fault_vi: fault.map(Error::vi),
            fault_en: fault.map(Error::en),
            copy_id: released.ok(),
            request_id,
        });
    }
    Ok(Json(outcomes))
}
