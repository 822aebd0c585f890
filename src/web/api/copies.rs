//! Requests for copies from portals, their handling by the office, and verification by anyone.

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Act, digest_of, require};
use crate::certified_copy::{self, BatchOutcome, CopyRow, FileVerified, Verified};
use crate::copy_request::{self, Applicant, AskGiven, RequestView, Sought, Status};
use crate::error::Error;
use crate::issue_book::{self, IssueBook};
use crate::search::FoundHit;
use crate::web::State;
use crate::web::counter::{guarded, pdf};
use crate::web::extract::{Asked, Given, too_large};
use crate::web::fault::{Problem, ProblemDocument};
use crate::web::issue_book::this_year;
use crate::web::peer::Peer;
use crate::web::session::Api;
use crate::web::verification::LARGEST_COPY;

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
        .routes(routes!(book, issue_many))
        .routes(routes!(whole_book))
        .routes(routes!(book_file))
        .routes(routes!(withdraw))
        .routes(routes!(reissue))
        .routes(routes!(set_code_term))
        .routes(routes!(sealed))
        .routes(routes!(verify_code))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(verify_file))
                .layer(DefaultBodyLimit::max(LARGEST_COPY)),
        )
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

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BookAsked {
    /// Year of the book; the present one when absent.
    year: Option<i32>,
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

/// The issue book of a year, newest first.
#[utoipa::path(get, path = "/api/v1/copies", tag = "copies", params(BookAsked),
    responses((status = 200, body = [CopyRow]), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn book(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Asked(asked): Asked<BookAsked>,
) -> Result<Json<Vec<CopyRow>>, Problem> {
    let year = asked.year.map_or_else(|| this_year(&archive), i64::from);
    Ok(Json(certified_copy::book(&archive, &caller, year).await?))
}

/// The whole issue book of a year: every number with what became of it, and the refusals.
#[utoipa::path(get, path = "/api/v1/issue-books/{year}", tag = "copies", params(("year" = i64, Path)),
    responses((status = 200, body = IssueBook), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn whole_book(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(year): Path<i64>,
) -> Result<Json<IssueBook>, Problem> {
    Ok(Json(issue_book::of_year(&archive, &caller, year).await?))
}

/// The same as a file: `xlsx` or `pdf`.
#[utoipa::path(get, path = "/api/v1/issue-books/{year}/{form}", tag = "copies",
    params(("year" = i64, Path), ("form" = String, Path, description = "xlsx or pdf")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument)))]
async fn book_file(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path((year, form)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    Ok(crate::web::issue_book::book_file(&archive, &caller, year, &form).await?)
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

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ManyGiven {
    /// Ids of approved records; 1 to 500.
    records: Vec<String>,
}

/// Issue copies of many records in one act: each gets a number of its own, one that fails harms only
/// itself.
#[utoipa::path(post, path = "/api/v1/copies", tag = "copies", request_body = ManyGiven,
    responses((status = 200, body = [BatchOutcome]), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn issue_many(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Given(given): Given<ManyGiven>,
) -> Result<Json<Vec<BatchOutcome>>, Problem> {
    let outcomes = certified_copy::issue_many(&archive, &caller, &given.records).await?;
    Ok(Json(outcomes))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    /// What whoever verifies the copy will read; no personal data.
    reason: String,
}

/// Withdraw an issued copy. The sealed file stays in the vault.
#[utoipa::path(post, path = "/api/v1/copies/{id}/withdraw", tag = "copies",
    params(("id" = String, Path)), request_body = Withdrawal,
    responses((status = 200, body = CopyRow), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn withdraw(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
    Given(given): Given<Withdrawal>,
) -> Result<Json<CopyRow>, Problem> {
    let row = certified_copy::withdraw(&archive, &caller, &id, &given.reason).await?;
    Ok(Json(row))
}

/// Repeat an issued copy under a new number, with the values in force today.
#[utoipa::path(post, path = "/api/v1/copies/{id}/reissue", tag = "copies",
    params(("id" = String, Path)),
    responses((status = 201, body = CopyRow), (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument)))]
async fn reissue(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<CopyRow>), Problem> {
    let row = certified_copy::reissue(&archive, &caller, &id).await?;
    Ok((StatusCode::CREATED, Json(row)))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeTerm {
    /// The code answers before this instant, RFC 3339; null: without end.
    until: Option<String>,
}

/// The term after it was set.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct CodeTermSet {
    /// Number in the issue book, such as `12/2026`.
    number: String,
    /// RFC 3339 UTC; null: without end.
    code_until: Option<String>,
}

/// The holder, by the tracking code, lets the verification code expire or extends it.
#[utoipa::path(put, path = "/api/v1/track/{code}/verification-code", tag = "public", security(()),
    params(("code" = String, Path)), request_body = CodeTerm,
    responses((status = 200, body = CodeTermSet), (status = 404, body = ProblemDocument),
        (status = 422, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
async fn set_code_term(
    Extracted(archive): Extracted<State>,
    Peer(peer): Peer,
    Path(code): Path<String>,
    Given(given): Given<CodeTerm>,
) -> Result<Json<CodeTermSet>, Problem> {
    let until = given.until.as_deref().map(str::parse).transpose();
    let until = until.map_err(|_| {
        Error::invalid(
            "/until",
            "Thời điểm phải viết theo RFC 3339.",
            "An instant is written as in RFC 3339.",
        )
    })?;
    let set = certified_copy::set_code_until(&archive, &code, until);
    let row = guarded(&archive, "follow", &peer, set).await?;
    Ok(Json(CodeTermSet {
        number: format!("{}/{}", row.number, row.year),
        code_until: row.code_until,
    }))
}

/// The sealed file of an issued copy.
#[utoipa::path(get, path = "/api/v1/copies/{id}/file", tag = "copies", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument)))]
async fn sealed(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let bytes = certified_copy::bytes(&archive, &caller, &id).await?;
    Ok(pdf("ban-sao.pdf", bytes))
}

/// What the archive says now of the copy that bears this code. Whoever asks again within a minute may
/// use the answer it has; with `If-None-Match` an unchanged answer costs nothing.
#[utoipa::path(get, path = "/api/v1/verify/{code}", tag = "public",
    params(("code" = String, Path),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer.")),
    security(()),
    responses((status = 200, body = Verified), (status = 304), (status = 404, body = ProblemDocument),
        (status = 429, body = ProblemDocument)))]
async fn verify_code(
    Extracted(archive): Extracted<State>,
    Peer(peer): Peer,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let answer = certified_copy::verify_code(&archive, &code);
    let known = guarded(&archive, "verify", &peer, answer).await?;
    Ok(cacheable(&headers, &known)?)
}

fn cacheable(asked: &HeaderMap, known: &Verified) -> Result<Response, Error> {
    let digest = digest_of(&serde_json::to_string(known)?);
    let tag = format!("\"{}\"", &digest[..32]);
    let held = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|held| held.to_str().ok());
    let unchanged = held.is_some_and(|held| held.split(',').any(|one| one.trim() == tag));
    let headers = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "public, max-age=60".to_owned()),
    ];
    Ok(match unchanged {
        true => (StatusCode::NOT_MODIFIED, headers).into_response(),
        false => (headers, Json(known)).into_response(),
    })
}

/// Separate answers to a file someone holds: unchanged, sealed by whom, and what the archive says.
#[utoipa::path(post, path = "/api/v1/verify", tag = "public", security(()),
    request_body(content = Vec<u8>, content_type = "application/pdf"),
    responses((status = 200, body = FileVerified), (status = 413, body = ProblemDocument),
        (status = 422, body = ProblemDocument)))]
async fn verify_file(
    Extracted(archive): Extracted<State>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<FileVerified>, Response> {
    let bytes = body.map_err(|_| too_large())?;
    let found = certified_copy::verify_file(&archive, &bytes).await;
    found
        .map(Json)
        .map_err(|error| Problem(error).into_response())
}
