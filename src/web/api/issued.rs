//! Copies once released: the issue book, withdrawal and reissue, the holder's term of the code, and
//! verification by anyone.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::certified_copy::{self, BatchOutcome, CopyChain, CopyRow, FileVerified, Verified};
use crate::error::Error;
use crate::issue_book::{self, IssueBook};
use crate::seen::Seen;
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::etag::ETag;
use crate::web::extractors::{Asked, Given, too_large};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::issue_book::this_year;
use crate::web::public_requests::{pdf, rate_limited};
use crate::web::session::Api;
use crate::web::verification::{NotArrived, verify_body};

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(book, issue_many))
        .routes(routes!(whole_book))
        .routes(routes!(book_file))
        .routes(routes!(withdraw))
        .routes(routes!(reissue))
        .routes(routes!(set_code_term))
        .routes(routes!(sealed))
        .routes(routes!(chain))
        .routes(routes!(verify_code))
        .routes(routes!(verify_file))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BookAsked {
    /// Year of the book; the present one when absent.
    year: Option<i32>,
}

/// The issue book of a year, newest first.
#[utoipa::path(get, path = "/api/v1/copies", tag = "copies", params(BookAsked),
    responses((status = 200, body = [CopyRow]), Problems<401, 403, 422>))]
async fn book(api: Api, Asked(asked): Asked<BookAsked>) -> Answer<Vec<CopyRow>> {
    let year = asked
        .year
        .map_or_else(|| this_year(&api.archive), i64::from);
    Ok(Json(
        certified_copy::book(&api.archive, &api.caller, year).await?,
    ))
}

/// The whole issue book of a year: every number with what became of it, and the refusals.
#[utoipa::path(get, path = "/api/v1/issue-books/{year}", tag = "copies", params(("year" = i64, Path)),
    responses((status = 200, body = IssueBook), Problems<401, 403, 422>))]
async fn whole_book(api: Api, Path(year): Path<i64>) -> Answer<IssueBook> {
    Ok(Json(
        issue_book::of_year(&api.archive, &api.caller, year).await?,
    ))
}

/// The same as a file: `xlsx` or `pdf`.
#[utoipa::path(get, path = "/api/v1/issue-books/{year}/{form}", tag = "copies",
    params(("year" = i64, Path), ("form" = String, Path, description = "xlsx or pdf")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        Problems<401, 403, 422>))]
async fn book_file(api: Api, Path((year, form)): Path<(i64, String)>) -> Result<Response, Problem> {
    Ok(crate::web::issue_book::book_file(&api.archive, &api.caller, year, &form).await?)
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ManyGiven {
    /// Ids of approved records; 1 to 500.
    records: Vec<String>,
    /// By record, what was seen of it; compared where it is given.
    #[serde(default)]
    seen: BTreeMap<String, Seen>,
}

/// Issue copies of many records in one act: each gets a number of its own, one that fails harms only
/// itself.
#[utoipa::path(post, path = "/api/v1/copies", tag = "copies", request_body = ManyGiven,
    responses((status = 200, body = [BatchOutcome]), Problems<401, 403, 422>))]
async fn issue_many(api: Api, Given(given): Given<ManyGiven>) -> Answer<Vec<BatchOutcome>> {
    let ManyGiven { records, seen } = given;
    let outcomes = certified_copy::issue_many(&api.archive, &api.caller, &records, &seen).await?;
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
    responses((status = 200, body = CopyRow), Problems<401, 403, 404, 409, 422>))]
async fn withdraw(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Withdrawal>,
) -> Answer<CopyRow> {
    let row = certified_copy::withdraw(&api.archive, &api.caller, &id, &given.reason).await?;
    Ok(Json(row))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ReissueAsked {
    /// Version of the record as it was seen; compared where both are given.
    record_version: Option<i64>,
    /// Its digest as it was seen.
    record_digest: Option<String>,
}

/// Repeat an issued copy under a new number, with the values in force today.
#[utoipa::path(post, path = "/api/v1/copies/{id}/reissue", tag = "copies",
    params(("id" = String, Path), ReissueAsked),
    responses((status = 201, body = CopyRow), Problems<401, 403, 404, 409, 422>))]
async fn reissue(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<ReissueAsked>,
) -> Result<(StatusCode, Json<CopyRow>), Problem> {
    let saw = asked.record_version.zip(asked.record_digest);
    let saw = saw.map(|(record_version, record_digest)| Seen {
        record_version,
        record_digest,
    });
    let row = certified_copy::reissue(&api.archive, &api.caller, &id, saw.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(row)))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeTerm {
    /// The code answers before this instant, RFC 3339; null: without end.
    until: Option<String>,
    /// Of which of several copies, by its number in the issue book, such as `12/2026`; of all when absent.
    #[serde(default)]
    number: Option<String>,
}

/// The term after it was set.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct CodeTermSet {
    /// Number in the issue book, such as `12/2026`.
    number: String,
    /// RFC 3339 UTC; null: without end.
    code_until: Option<String>,
}

/// The holder, by the tracking code, lets the verification codes of their copies expire or extends them.
#[utoipa::path(put, path = "/api/v1/track/{code}/verification-code", tag = "public", security(()),
    params(("code" = String, Path)), request_body = CodeTerm,
    responses((status = 200, body = [CodeTermSet]), Problems<404, 422, 429>))]
async fn set_code_term(
    public: Public,
    Path(code): Path<String>,
    Given(given): Given<CodeTerm>,
) -> Answer<Vec<CodeTermSet>> {
    let until = given.until.as_deref().map(str::parse).transpose();
    let until = until.map_err(|_| Error::fault("/until", "faults.instant_written"))?;
    let number = given.number.as_deref();
    let set = certified_copy::set_code_until(&public.archive, &code, number, until);
    let rows = rate_limited(&public, "follow", set).await?;
    let term = |row: CopyRow| CodeTermSet {
        number: row.book_number(),
        code_until: row.code_until,
    };
    Ok(Json(rows.into_iter().map(term).collect()))
}

/// The sealed file of an issued copy.
#[utoipa::path(get, path = "/api/v1/copies/{id}/file", tag = "copies", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        Problems<401, 403, 404>))]
async fn sealed(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let bytes = certified_copy::bytes(&api.archive, &api.caller, &id).await?;
    Ok(pdf("ban-sao.pdf", bytes))
}

/// What stands behind a copy, link by link: row, page, delivered file, vault, last check, log.
#[utoipa::path(get, path = "/api/v1/copies/{id}/chain", tag = "copies", params(("id" = String, Path)),
    responses((status = 200, body = CopyChain), Problems<401, 403, 404>))]
async fn chain(api: Api, Path(id): Path<String>) -> Answer<CopyChain> {
    Ok(Json(
        certified_copy::chain(&api.archive, &api.caller, &id).await?,
    ))
}

/// What the archive says now of the copy that bears this code. Whoever asks again within a minute may
/// use the answer it has; with `If-None-Match` an unchanged answer costs nothing.
#[utoipa::path(get, path = "/api/v1/verify/{code}", tag = "public",
    params(("code" = String, Path),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer.")),
    security(()),
    responses((status = 200, body = Verified), (status = 304), Problems<404, 429>))]
async fn verify_code(
    public: Public,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let answer = certified_copy::verify_code(&public.archive, &code);
    let known = rate_limited(&public, "verify", answer).await?;
    let said = serde_json::to_vec(&known).map_err(Error::from)?;
    let held = ETag::of(&headers, &said, "public, max-age=60");
    Ok(held.or(Json(known)))
}

/// Separate answers to a file someone holds: unchanged, sealed by whom, and what the archive says.
#[utoipa::path(post, path = "/api/v1/verify", tag = "public", security(()),
    request_body(content = Vec<u8>, content_type = "application/pdf"),
    responses((status = 200, body = FileVerified), Problems<413, 422, 429, 503>))]
async fn verify_file(public: Public, body: Body) -> Result<Json<FileVerified>, Response> {
    verify_body(&public.archive, &public.address, body)
        .await
        .map(Json)
        .map_err(|why| match why {
            NotArrived::TooLarge => too_large(),
            NotArrived::Fault(error) => Problem(error).into_response(),
        })
}
