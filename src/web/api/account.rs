//! What a person sees to of their own account, and the accounts that are confirmed each quarter.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{self, Account, Enrolment, OwnSession, RecoveryCodes};
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Done, Problems};
use crate::web::session::{Api, session_token};

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(begin, confirm))
        .routes(routes!(sessions))
        .routes(routes!(end))
        .routes(routes!(prove))
        .routes(routes!(accounts, confirm_accounts))
        .routes(routes!(wake))
        .routes(routes!(reset))
}

/// Get a secret for an authenticator; it counts once a code of it was given.
#[utoipa::path(post, path = "/api/v1/session/second-factor", tag = "session",
    responses((status = 200, body = Enrolment), Problems<401, 403, 409>))]
async fn begin(api: Api) -> Answer<Enrolment> {
    Ok(Json(
        access::begin_second_factor(&api.archive, &api.caller).await?,
    ))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeGiven {
    /// Six digits of the authenticator.
    code: String,
}

/// Take the secret into use; the answer is the only time the recovery codes are shown.
#[utoipa::path(put, path = "/api/v1/session/second-factor", tag = "session", request_body = CodeGiven,
    responses((status = 200, body = RecoveryCodes), Problems<401, 403, 409, 422>))]
async fn confirm(api: Api, Given(given): Given<CodeGiven>) -> Answer<RecoveryCodes> {
    Ok(Json(
        access::confirm_second_factor(&api.archive, &api.caller, &given.code).await?,
    ))
}

/// One's own open sessions.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session",
    responses((status = 200, body = [OwnSession]), Problems<401, 403, 409>))]
async fn sessions(headers: HeaderMap, api: Api) -> Answer<Vec<OwnSession>> {
    let token = session_token(&headers);
    Ok(Json(
        access::own_sessions(&api.archive, &api.caller, token).await?,
    ))
}

/// End one of one's own sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404, 409>))]
async fn end(api: Api, Path(id): Path<String>) -> Done {
    access::end_session(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofGiven {
    /// The password, or six digits of the authenticator.
    #[schema(format = Password)]
    proof: String,
}

/// Show again who sits at this session; acts that ask for it pass for some minutes.
#[utoipa::path(post, path = "/api/v1/session/proof", tag = "session", request_body = ProofGiven,
    responses((status = 204), Problems<401, 403, 409, 422, 429>))]
async fn prove(
    headers: HeaderMap,
    public: Public,
    api: Api,
    Given(given): Given<ProofGiven>,
) -> Done {
    let token = session_token(&headers).unwrap_or_default();
    access::prove_session(
        &api.archive,
        &api.caller,
        token,
        &given.proof,
        &public.address,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every account, with what the confirmation of the quarter asks.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people",
    responses((status = 200, body = [Account]), Problems<401, 403>))]
async fn accounts(api: Api) -> Answer<Vec<Account>> {
    Ok(Json(access::accounts(&api.archive, &api.caller).await?))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountsConfirmed {
    /// Ids of the people whose accounts are still needed.
    people: Vec<String>,
}

/// Confirm that accounts are still needed.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people", request_body = AccountsConfirmed,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn confirm_accounts(api: Api, Given(given): Given<AccountsConfirmed>) -> Done {
    access::confirm_accounts(&api.archive, &api.caller, &given.people).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Wake an account that is asleep because nobody used it for long.
#[utoipa::path(post, path = "/api/v1/people/{id}/wake", tag = "people", params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404, 409>))]
async fn wake(api: Api, Path(id): Path<String>) -> Done {
    access::wake(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the second factor off somebody who lost their device; their sessions end.
#[utoipa::path(delete, path = "/api/v1/people/{id}/second-factor", tag = "people", params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404, 409>))]
async fn reset(api: Api, Path(id): Path<String>) -> Done {
    access::reset_second_factor(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
