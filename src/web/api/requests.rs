//! Requests for copies from portals, and their handling by the office.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::copy_request::{
    self, Applicant, AskGiven, Candidate, Earlier, Evidence, Message, NotTheOne, Payment, Release,
    RequestView, Sought,
};
use crate::error::Error;
use crate::seen::Seen;
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::requests::download;
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(get))
        .routes(routes!(candidates))
        .routes(routes!(dismiss))
        .routes(routes!(confirm))
        .routes(routes!(refuse))
        .routes(routes!(release))
        .routes(routes!(release_many))
        .routes(routes!(earlier))
        .routes(routes!(messages, write))
        .routes(routes!(extend))
        .routes(routes!(take))
        .routes(routes!(note_standing))
        .routes(routes!(set_payment))
        .routes(routes!(evidence))
        .routes(routes!(open_evidence))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RequestGiven {
    /// Who asks, by what right and how to reach them.
    applicant: Applicant,
    /// Which diploma a copy is wanted of.
    wanted: Sought,
    /// Version of the consent text agreed to; `GET /api/v1/consent` has the text. Only a person of the office may leave it
    /// out, where consent was given on paper.
    consent: Option<String>,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// The approved record that is meant.
    record_id: String,
    /// Its version as it was seen: `version` of the record.
    record_version: i64,
    /// Its digest as it was seen.
    record_digest: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DismissalGiven {
    /// Why it is not the one.
    reason: NotTheOne,
    /// More of it, in words; needed with `other`.
    #[serde(default)]
    note: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Refusal {
    /// What the applicant will read.
    reason: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct StandingShown {
    /// Which papers were seen, in words.
    shown: String,
}

/// The copies being made.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Released {
    /// Their ids, one for each copy asked for.
    copy_ids: Vec<String>,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RequestListQuery {
    /// received | waiting | searching | confirmed | released | refused | issued | withdrawn | expired.
    state: Option<String>,
    /// Only those that are late or due within two hours, whatever their state.
    pressing: Option<bool>,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleasesGiven {
    /// Ids of confirmed requests; 1 to 500.
    requests: Vec<String>,
    /// By request, its record as it was seen; a request without is not released.
    #[serde(default)]
    seen: BTreeMap<String, Seen>,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageGiven {
    /// What the applicant will read.
    text: String,
    /// True makes the request wait for the answer; its term stands still until then.
    #[serde(default)]
    wait: bool,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentGiven {
    /// paid or unpaid; the office may also waive.
    payment: Payment,
    /// Receipt or transaction number; needed with `paid`.
    #[serde(default)]
    reference: String,
}

/// Ask for a copy. The same `Idempotency-Key` from the same caller asks only once.
#[utoipa::path(post, path = "/api/v1/copy-requests", tag = "copies", request_body = RequestGiven,
    params(("Idempotency-Key" = Option<String>, Header, description = "At most 200 visible ASCII characters.")),
    responses((status = 201, body = copy_request::Asked), Problems<401, 403, 409, 422>))]
async fn ask(
    api: Api,
    headers: HeaderMap,
    Given(given): Given<RequestGiven>,
) -> Result<(StatusCode, Json<copy_request::Asked>), Problem> {
    let given = AskGiven {
        applicant: given.applicant,
        wanted: given.wanted,
        consent: given.consent,
        idempotency_key: idempotency_key(&headers)?,
    };
    let asked = copy_request::ask(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok().map(str::trim);
    let key = key.filter(|key| (1..=200).contains(&key.len()));
    key.map(|key| Some(key.to_owned()))
        .ok_or_else(|| Error::fault("/headers/Idempotency-Key", "faults.idempotency_key_must_1"))
}

/// Requests, those due first on top.
#[utoipa::path(get, path = "/api/v1/copy-requests", tag = "copies", params(RequestListQuery),
    responses((status = 200, body = [RequestView]), Problems<401, 403, 422>))]
async fn list(api: Api, Asked(asked): Asked<RequestListQuery>) -> Answer<Vec<RequestView>> {
    let requests = match asked.pressing {
        Some(true) => copy_request::pressing(&api.archive, &api.caller).await?,
        _ => copy_request::list(&api.archive, &api.caller, asked.state.as_deref()).await?,
    };
    Ok(Json(requests))
}

/// One request with everything the office knows of it.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}", tag = "copies", params(("id" = String, Path)),
    responses((status = 200, body = RequestView), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<RequestView> {
    Ok(Json(
        copy_request::get(&api.archive, &api.caller, &id).await?,
    ))
}

/// Records that may be the one asked for, those that agree best on top, each with its reasons.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}/candidates", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 200, body = [Candidate]), Problems<401, 403, 404>))]
async fn candidates(api: Api, Path(id): Path<String>) -> Answer<Vec<Candidate>> {
    let found = copy_request::candidates(&api.archive, &api.caller, &id).await?;
    Ok(Json(found))
}

/// A clerk says why a candidate is not the one; confirming it later takes that back.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/candidates/{record}/dismiss", tag = "copies",
    params(("id" = String, Path), ("record" = String, Path)), request_body = DismissalGiven,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn dismiss(
    api: Api,
    Path((id, record)): Path<(String, String)>,
    Given(given): Given<DismissalGiven>,
) -> Done {
    let DismissalGiven { reason, note } = given;
    copy_request::dismiss(&api.archive, &api.caller, &id, &record, reason, &note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A clerk confirms which record is meant.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/confirm", tag = "copies",
    params(("id" = String, Path)), request_body = Confirmation,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn confirm(api: Api, Path(id): Path<String>, Given(given): Given<Confirmation>) -> Done {
    let Confirmation {
        record_id,
        record_version,
        record_digest,
    } = given;
    let saw = Seen {
        record_version,
        record_digest,
    };
    copy_request::confirm(&api.archive, &api.caller, &id, &record_id, &saw).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse a request, with the reason the applicant will read.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/refuse", tag = "copies",
    params(("id" = String, Path)), request_body = Refusal,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn refuse(api: Api, Path(id): Path<String>, Given(given): Given<Refusal>) -> Done {
    copy_request::refuse(&api.archive, &api.caller, &id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Another person than the one who confirmed, and not alone behind what the record says, releases the copies
/// asked for; each takes a number of its own and is sealed within moments. The body says which version and
/// digest of the record was seen; 409 `changed_since` says what has changed.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/release", tag = "copies",
    params(("id" = String, Path)), request_body = Seen,
    responses((status = 202, body = Released), Problems<401, 403, 404, 409, 422>))]
async fn release(
    api: Api,
    Path(id): Path<String>,
    Given(saw): Given<Seen>,
) -> Result<(StatusCode, Json<Released>), Problem> {
    let copy_ids = copy_request::release(&api.archive, &api.caller, &id, &saw).await?;
    Ok((StatusCode::ACCEPTED, Json(Released { copy_ids })))
}

/// Release many confirmed requests in one act: each takes a number of its own, one that cannot be
/// released harms only itself.
#[utoipa::path(post, path = "/api/v1/copy-requests/release", tag = "copies", request_body = ReleasesGiven,
    responses((status = 200, body = [Release]), Problems<401, 403, 422>))]
async fn release_many(api: Api, Given(given): Given<ReleasesGiven>) -> Answer<Vec<Release>> {
    let ReleasesGiven { requests, seen } = given;
    let outcomes = copy_request::release_many(&api.archive, &api.caller, &requests, &seen).await?;
    Ok(Json(outcomes))
}

/// Copies issued of a record before, newest first.
#[utoipa::path(get, path = "/api/v1/records/{id}/copies", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 200, body = [Earlier]), Problems<401, 403>))]
async fn earlier(api: Api, Path(id): Path<String>) -> Answer<Vec<Earlier>> {
    Ok(Json(
        copy_request::earlier(&api.archive, &api.caller, &id).await?,
    ))
}

/// What was said to and by the applicant, oldest first.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}/messages", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 200, body = [Message]), Problems<401, 403>))]
async fn messages(api: Api, Path(id): Path<String>) -> Answer<Vec<Message>> {
    let messages = copy_request::messages(&api.archive, &api.caller, &id).await?;
    Ok(Json(messages))
}

/// Write to the applicant; the portal that asked is told.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/messages", tag = "copies",
    params(("id" = String, Path)), request_body = MessageGiven,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn write(api: Api, Path(id): Path<String>, Given(given): Given<MessageGiven>) -> Done {
    copy_request::write(&api.archive, &api.caller, &id, &given.text, given.wait).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Extend the term once, as far as the procedure allows; the applicant reads the reason.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/extend", tag = "copies",
    params(("id" = String, Path)), request_body = Refusal,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn extend(api: Api, Path(id): Path<String>, Given(given): Given<Refusal>) -> Done {
    copy_request::extend(&api.archive, &api.caller, &id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a stranger's request up: until somebody does, it and its papers wait beside the vault. Whatever else the office does
/// to a request takes it up too.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/take", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 409>))]
async fn take(api: Api, Path(id): Path<String>) -> Done {
    copy_request::take(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say which papers were seen at the counter that show the applicant's standing.
#[utoipa::path(post, path = "/api/v1/copy-requests/{id}/standing", tag = "copies",
    params(("id" = String, Path)), request_body = StandingShown,
    responses((status = 204), Problems<401, 403, 409, 422>))]
async fn note_standing(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<StandingShown>,
) -> Done {
    copy_request::note_standing(&api.archive, &api.caller, &id, &given.shown).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say how the fee stands: a portal of its own requests, the office of any.
#[utoipa::path(put, path = "/api/v1/copy-requests/{id}/payment", tag = "copies",
    params(("id" = String, Path)), request_body = PaymentGiven,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn set_payment(api: Api, Path(id): Path<String>, Given(given): Given<PaymentGiven>) -> Done {
    let PaymentGiven { payment, reference } = given;
    copy_request::set_payment(&api.archive, &api.caller, &id, payment, &reference).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The papers that came with a request.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}/evidence", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 200, body = [Evidence]), Problems<401, 403>))]
async fn evidence(api: Api, Path(id): Path<String>) -> Answer<Vec<Evidence>> {
    let papers = copy_request::evidence(&api.archive, &api.caller, &id).await?;
    Ok(Json(papers))
}

/// One paper, as it was given; who looked is in the log.
#[utoipa::path(get, path = "/api/v1/copy-requests/{id}/evidence/{paper}", tag = "copies",
    params(("id" = String, Path), ("paper" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        Problems<401, 403, 404>))]
async fn open_evidence(
    api: Api,
    Path((id, paper)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = copy_request::open_evidence(&api.archive, &api.caller, &id, &paper).await?;
    Ok(download(opened))
}
