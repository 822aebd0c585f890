//! Signing in by JSON, and saying who one is.

use axum::Json;
use axum::extract::State as Extracted;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{self, Credentials};
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::{Api, ended_cookie, session_cookie, session_token};
use crate::web::sign_in::program;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, who, sign_out))
        .routes(routes!(change_password))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Passwords {
    /// The password in force, as proof that it is their own.
    #[schema(format = Password)]
    old: String,
    /// The password from now on.
    #[schema(format = Password)]
    new: String,
}

/// Change one's own password, proven by the present one; every session ends.
#[utoipa::path(put, path = "/api/v1/session/password", tag = "session", request_body = Passwords,
    responses((status = 204), Problems<400, 401, 403, 422, 429>))]
async fn change_password(
    public: Public,
    api: Api,
    Given(given): Given<Passwords>,
) -> Result<StatusCode, Problem> {
    let (old, new) = (&given.old, &given.new);
    access::change_own_password(&api.archive, &api.caller, old, new, &public.address).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// The login that an administrator gave.
    login: String,
    /// The password in the clear; the log never sees it.
    #[schema(format = Password)]
    password: String,
    /// Code of the second factor, or a recovery code; needed by whoever has set one up.
    #[serde(default)]
    code: String,
}

/// Who the caller is.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Who {
    /// Id of the person or token.
    id: String,
    /// Name of the person or token.
    name: String,
    /// Words of the roles.
    roles: Vec<&'static str>,
    /// What changing requests must carry in `X-Form-Token`; absent for tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    form_token: Option<String>,
    /// True where the roles count only once a second factor is set up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    must_enrol: bool,
}

/// Sign in; the answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 200, body = Who), Problems<401, 409, 422, 429>))]
async fn sign_in(
    public: Public,
    headers: HeaderMap,
    Given(names): Given<SignIn>,
) -> Result<Response, Problem> {
    let given = Credentials {
        login: &names.login,
        password: &names.password,
        code: &names.code,
        peer: &public.address,
        program: program(&headers),
    };
    let (token, caller) = access::sign_in(&public.archive, &given).await?;
    let session = access::session(&public.archive, &token).await?;
    let cookie = AppendHeaders([(header::SET_COOKIE, session_cookie(&public.archive, &token))]);
    let who = Who {
        id: caller.id,
        name: caller.name,
        roles: caller.roles.iter().map(|role| role.as_str()).collect(),
        form_token: Some(session.form_token),
        must_enrol: session.must_enrol,
    };
    Ok((cookie, Json(who)).into_response())
}

/// Who the caller is and what they may do.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Who), Problems<401>))]
async fn who(headers: HeaderMap, api: Api) -> Answer<Who> {
    let session = match session_token(&headers) {
        Some(token) if !headers.contains_key(header::AUTHORIZATION) => {
            Some(access::session(&api.archive, token).await?)
        }
        _ => None,
    };
    let must_enrol = session.as_ref().is_some_and(|session| session.must_enrol);
    let form_token = session.map(|session| session.form_token);
    Ok(Json(Who {
        id: api.caller.id,
        name: api.caller.name,
        roles: api.caller.roles.iter().map(|role| role.as_str()).collect(),
        form_token,
        must_enrol,
    }))
}

/// End the session of the cookie that is sent.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), Problems<401>))]
async fn sign_out(
    Extracted(archive): Extracted<State>,
    headers: HeaderMap,
    _caller: Api,
) -> Result<Response, Problem> {
    if let Some(token) = session_token(&headers) {
        access::sign_out(&archive, token).await?;
    }
    let cookie = AppendHeaders([(header::SET_COOKIE, ended_cookie(&archive))]);
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}
