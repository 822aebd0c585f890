//! What anybody with a tracking code may do: follow, write, add papers, withdraw, fetch the copy.

use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State as Extracted};
use axum::http::StatusCode;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::copy_request::{self, Evidence, Status};
use crate::reference_data::Consent;
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::public_requests::{LARGEST_PAPER, add_body, consent_today, pdf, rate_limited};

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(consent))
        .routes(routes!(status))
        .routes(routes!(fetch))
        .routes(routes!(answer))
        .routes(routes!(withdraw))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(add_evidence))
                .layer(DefaultBodyLimit::max(LARGEST_PAPER)),
        )
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerGiven {
    /// What the office will read.
    text: String,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PaperAsked {
    /// File name of the paper.
    name: Option<String>,
}

/// The consent text in force today, for whoever shows a form of their own.
#[utoipa::path(get, path = "/api/v1/consent", tag = "public", security(()),
    responses((status = 200, body = Consent)))]
async fn consent(Extracted(archive): Extracted<State>) -> Answer<Consent> {
    Ok(Json(consent_today(&archive).await?))
}

/// Where the request behind a tracking code stands.
#[utoipa::path(get, path = "/api/v1/track/{code}", tag = "public", params(("code" = String, Path)),
    security(()),
    responses((status = 200, body = Status), Problems<404, 429>))]
async fn status(public: Public, Path(code): Path<String>) -> Answer<Status> {
    let answer = copy_request::status(&public.archive, &code);
    Ok(Json(rate_limited(&public, "follow", answer).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CopyAsked {
    /// Which of several copies, by its number in the issue book, such as `12/2026`; the first when absent.
    number: Option<String>,
}

/// A sealed copy behind a tracking code. Of several asked for, each is a file of its own.
#[utoipa::path(get, path = "/api/v1/track/{code}/copy", tag = "public",
    params(("code" = String, Path), CopyAsked),
    security(()),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        Problems<404, 429>))]
async fn fetch(
    public: Public,
    Path(code): Path<String>,
    Asked(asked): Asked<CopyAsked>,
) -> Result<Response, Problem> {
    let answer = copy_request::fetch(&public.archive, &code, asked.number.as_deref());
    let (name, bytes) = rate_limited(&public, "follow", answer).await?;
    Ok(pdf(&name, bytes))
}

/// Answer the office. A request that waited for its applicant goes on.
#[utoipa::path(post, path = "/api/v1/track/{code}/messages", tag = "public", security(()),
    params(("code" = String, Path)), request_body = AnswerGiven,
    responses((status = 204), Problems<404, 409, 422, 429>))]
async fn answer(
    public: Public,
    Path(code): Path<String>,
    Given(given): Given<AnswerGiven>,
) -> Done {
    let done = copy_request::answer(&public.archive, &code, &given.text);
    rate_limited(&public, "follow", done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the request back, while no copy is being made.
#[utoipa::path(post, path = "/api/v1/track/{code}/withdraw", tag = "public", security(()),
    params(("code" = String, Path)),
    responses((status = 204), Problems<404, 409, 429>))]
async fn withdraw(public: Public, Path(code): Path<String>) -> Done {
    let done = copy_request::withdraw(&public.archive, &code);
    rate_limited(&public, "follow", done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Add a paper that shows the applicant's standing: JPEG, PNG, TIFF or PDF, looked at in a cage first.
#[utoipa::path(post, path = "/api/v1/track/{code}/evidence", tag = "public", security(()),
    params(("code" = String, Path), PaperAsked),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Evidence), Problems<404, 409, 413, 422, 429>))]
async fn add_evidence(
    public: Public,
    Path(code): Path<String>,
    Asked(asked): Asked<PaperAsked>,
    body: Body,
) -> Result<(StatusCode, Json<Evidence>), Problem> {
    let name = asked.name.unwrap_or_else(|| "giay-to".into());
    let paper = add_body(&public, &code, &name, body).await?;
    Ok((StatusCode::CREATED, Json(paper)))
}
