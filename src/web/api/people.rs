//! People and API tokens, for the administrator.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{self, NewToken, Person, Role, TokenRow};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_people, make_person))
        .routes(routes!(change_person))
        .routes(routes!(set_password))
        .routes(routes!(list_tokens, make_token))
        .routes(routes!(revoke_token))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonGiven {
    /// What they sign in with.
    login: String,
    /// Full name, as copies and the log show it.
    name: String,
    /// At least 14 characters.
    #[schema(format = Password)]
    password: String,
    /// What they may do; an administrator may neither check nor approve.
    roles: Vec<Role>,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonChange {
    /// All roles the person has from now on.
    roles: Vec<Role>,
    /// True shuts the person out.
    disabled: bool,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordGiven {
    /// At least 14 characters.
    #[schema(format = Password)]
    password: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenGiven {
    /// What it is for.
    name: String,
    /// What the token may do; at least one.
    roles: Vec<Role>,
    /// Days until it ends by itself; never when absent.
    #[schema(minimum = 1, maximum = 3650)]
    days: Option<u32>,
}

/// Everyone who can sign in or could.
#[utoipa::path(get, path = "/api/v1/people", tag = "people",
    responses((status = 200, body = [Person]), Problems<401, 403>))]
async fn list_people(api: Api) -> Answer<Vec<Person>> {
    Ok(Json(access::list_people(&api.archive, &api.caller).await?))
}

/// Make a person who can sign in.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PersonGiven,
    responses((status = 201, body = Person), Problems<401, 403, 409, 422>))]
async fn make_person(
    api: Api,
    Given(given): Given<PersonGiven>,
) -> Result<(StatusCode, Json<Person>), Problem> {
    let person = access::make_person(
        &api.archive,
        &api.caller,
        &given.login,
        &given.name,
        &given.password,
        &given.roles,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(person)))
}

/// Change someone's roles, or lock them out; their sessions end.
#[utoipa::path(put, path = "/api/v1/people/{id}", tag = "people", request_body = PersonChange,
    params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn change_person(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<PersonChange>,
) -> Done {
    access::change_person(&api.archive, &api.caller, &id, &given.roles, given.disabled).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set a password: one's own, or anyone's for an administrator; sessions end.
#[utoipa::path(put, path = "/api/v1/people/{id}/password", tag = "people", request_body = PasswordGiven,
    params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404, 422>))]
async fn set_password(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<PasswordGiven>,
) -> Done {
    access::set_password(&api.archive, &api.caller, &id, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every API token, without its secret.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people",
    responses((status = 200, body = [TokenRow]), Problems<401, 403>))]
async fn list_tokens(api: Api) -> Answer<Vec<TokenRow>> {
    Ok(Json(access::list_tokens(&api.archive, &api.caller).await?))
}

/// Make an API token; the answer is the only time its secret is shown.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = TokenGiven,
    responses((status = 201, body = NewToken), Problems<401, 403, 422>))]
async fn make_token(
    api: Api,
    Given(given): Given<TokenGiven>,
) -> Result<(StatusCode, Json<NewToken>), Problem> {
    let token = access::make_token(
        &api.archive,
        &api.caller,
        &given.name,
        &given.roles,
        given.days,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(token)))
}

/// Take a token back.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404>))]
async fn revoke_token(api: Api, Path(id): Path<String>) -> Done {
    access::revoke_token(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
