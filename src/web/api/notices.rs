//! Webhooks of portals and the notices sent to them, for the administrator.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::notify::{self, Hook, NewHook, Notice};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Done, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(hooks))
        .routes(routes!(set, remove))
        .routes(routes!(notices))
        .routes(routes!(retry))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct HookGiven {
    /// `https` address, or one whose host and port the settings list.
    url: String,
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct NoticesAsked {
    /// Only those that are `waiting`, `delivered` or `dead`.
    state: Option<String>,
}

/// Where each portal is told what becomes of its requests.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "people",
    responses((status = 200, body = [Hook]), Problems<401, 403>))]
async fn hooks(api: Api) -> Answer<Vec<Hook>> {
    Ok(Json(notify::list_hooks(&api.archive, &api.caller).await?))
}

/// Register a portal's webhook; the answer is the only time its secret is shown.
///
/// Each notice is one POST of JSON (`id`, `event`, `request_id`, `at`) with the headers
/// `Sogoc-Delivery` (the notice's id), `Sogoc-Timestamp` (seconds since 1970) and `Sogoc-Signature`:
/// `v1=` and the hex HMAC-SHA256, keyed with the secret, of timestamp, a full stop and the body.
/// Any 2xx is an answer; anything else is tried again for over a day.
#[utoipa::path(put, path = "/api/v1/tokens/{id}/webhook", tag = "people", request_body = HookGiven,
    params(("id" = String, Path)),
    responses((status = 200, body = NewHook), Problems<401, 403, 404, 422>))]
async fn set(api: Api, Path(id): Path<String>, Given(given): Given<HookGiven>) -> Answer<NewHook> {
    let made = notify::set_hook(&api.archive, &api.caller, &id, &given.url).await?;
    Ok(Json(made))
}

/// Take a portal's webhook away.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}/webhook", tag = "people",
    params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404>))]
async fn remove(api: Api, Path(id): Path<String>) -> Done {
    notify::remove_hook(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notices to portals, newest first: all, or those in one state.
#[utoipa::path(get, path = "/api/v1/notices", tag = "people", params(NoticesAsked),
    responses((status = 200, body = [Notice]), Problems<401, 403, 422>))]
async fn notices(api: Api, Asked(asked): Asked<NoticesAsked>) -> Answer<Vec<Notice>> {
    let found = notify::list(&api.archive, &api.caller, asked.state.as_deref()).await?;
    Ok(Json(found))
}

/// Send a dead notice again.
#[utoipa::path(post, path = "/api/v1/notices/{id}/retry", tag = "people",
    params(("id" = String, Path)),
    responses((status = 204), Problems<401, 403, 404>))]
async fn retry(api: Api, Path(id): Path<String>) -> Done {
    notify::retry(&api.archive, &api.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
