//! The log, the queue and their soundness, for those who watch.

use axum::Json;
use axum::extract::Path;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Act, require};
use crate::audit::{self, Checked, Entry, EntryProof, LogState};
use crate::backup::{self, Copies};
use crate::certified_copy::{self, Proofs};
use crate::fixity::{self, FondsCoverage};
use crate::jobs::{self, Backlog, Stuck};
use crate::queue::{self, Chosen, JobAction};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(log))
        .routes(routes!(check_log))
        .routes(routes!(log_state))
        .routes(routes!(entry_proof))
        .routes(routes!(consistency))
        .routes(routes!(queue))
        .routes(routes!(stuck, steer))
        .routes(routes!(proofs))
        .routes(routes!(backups))
        .routes(routes!(scrub_coverage))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct LogAsked {
    /// Entries after this position; from the first when absent.
    #[param(minimum = 0)]
    after: Option<u32>,
    /// At most this many rows, up to 1000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
    /// Only entries about this thing, oldest first, at most 500.
    about: Option<String>,
}

/// Entries of the log, oldest first.
#[utoipa::path(get, path = "/api/v1/log", tag = "custody", params(LogAsked),
    responses((status = 200, body = [Entry]), Problems<401, 403, 422>))]
async fn log(api: Api, Asked(asked): Asked<LogAsked>) -> Answer<Vec<Entry>> {
    require(&api.caller, Act::SeeLog)?;
    if let Some(thing) = asked.about {
        return Ok(Json(audit::about(&api.archive.catalogue, &thing).await?));
    }
    let after = i64::from(asked.after.unwrap_or(0));
    let limit = i64::from(asked.limit.unwrap_or(100).clamp(1, 1000));
    Ok(Json(
        audit::after(&api.archive.catalogue, after, limit).await?,
    ))
}

/// Compare every entry of the log with its signed tree, and the tree with what places outside were shown.
#[utoipa::path(get, path = "/api/v1/log/check", tag = "custody",
    responses((status = 200, body = Checked), Problems<401, 403>))]
async fn check_log(api: Api) -> Answer<Checked> {
    require(&api.caller, Act::SeeLog)?;
    Ok(Json(audit::check(&api.archive).await?))
}

/// How the signed tree over the log stands.
#[utoipa::path(get, path = "/api/v1/log/state", tag = "custody",
    responses((status = 200, body = LogState), Problems<401, 403>))]
async fn log_state(api: Api) -> Answer<LogState> {
    require(&api.caller, Act::SeeLog)?;
    Ok(Json(audit::state(&api.archive).await?))
}

/// The proof that an entry is in the signed tree; null while it waits.
#[utoipa::path(get, path = "/api/v1/log/entries/{id}/proof", tag = "custody",
    params(("id" = String, Path, description = "id of the entry")),
    responses((status = 200, body = Option<EntryProof>), Problems<401, 403, 404>))]
async fn entry_proof(api: Api, Path(id): Path<String>) -> Answer<Option<EntryProof>> {
    require(&api.caller, Act::SeeLog)?;
    Ok(Json(audit::proof_of(&api.archive, &id).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ConsistencyAsked {
    /// Entries in the earlier tree; 1 when absent.
    #[param(minimum = 1)]
    size: Option<u32>,
}

/// The hashes that show an earlier tree to be the beginning of the newest one (RFC 6962 section 2.1.2), base64, a line each.
#[utoipa::path(get, path = "/api/v1/log/consistency", tag = "custody", params(ConsistencyAsked),
    responses((status = 200, body = String, content_type = "text/plain"), Problems<401, 403, 404, 422>))]
async fn consistency(api: Api, Asked(asked): Asked<ConsistencyAsked>) -> Result<String, Problem> {
    require(&api.caller, Act::SeeLog)?;
    Ok(audit::consistency(&api.archive, asked.size.unwrap_or(1).into()).await?)
}

/// Everything that waits, is being worked on, or has failed.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "custody",
    responses((status = 200, body = [Backlog]), Problems<401, 403>))]
async fn queue(api: Api) -> Answer<Vec<Backlog>> {
    require(&api.caller, Act::SeeQueue)?;
    Ok(Json(jobs::backlog(&api.archive.catalogue).await?))
}

#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct StuckAsked {
    /// Word of a kind, such as `read_page`.
    kind: Option<String>,
    /// Stable word of what they met last.
    code: Option<String>,
    /// Id of the last job of the page before.
    after: Option<String>,
}

/// The jobs that failed, are held, or are put off by a fault; at most 500.
#[utoipa::path(get, path = "/api/v1/jobs/stuck", tag = "custody", params(StuckAsked),
    responses((status = 200, body = [Stuck]), Problems<401, 403, 422>))]
async fn stuck(api: Api, Asked(asked): Asked<StuckAsked>) -> Answer<Vec<Stuck>> {
    let chosen = Chosen {
        id: None,
        kind: asked.kind,
        code: asked.code,
    };
    let after = asked.after.as_deref();
    Ok(Json(
        queue::stuck(&api.archive, &api.caller, &chosen, after).await?,
    ))
}

/// What is wanted of which jobs.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Steering {
    /// `retry`, `hold` or `give_up`.
    action: JobAction,
    /// Which; all that stand still when nothing is given.
    #[serde(default)]
    jobs: Chosen,
}

/// How many jobs it was done to.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Steered {
    /// Jobs it was done to, and pages taken up again.
    count: usize,
}

/// Try jobs again, hold them back, or give them up: one, many or all.
#[utoipa::path(post, path = "/api/v1/jobs/stuck", tag = "custody", request_body = Steering,
    responses((status = 200, body = Steered), Problems<400, 401, 403, 404, 422>))]
async fn steer(api: Api, Given(given): Given<Steering>) -> Answer<Steered> {
    let count = queue::steer(&api.archive, &api.caller, &given.jobs, given.action).await?;
    Ok(Json(Steered { count }))
}

/// How long the seals of issued copies can be proven, and which are due for a fresh time stamp.
#[utoipa::path(get, path = "/api/v1/seal/proofs", tag = "custody",
    responses((status = 200, body = Proofs), Problems<401, 403>))]
async fn proofs(api: Api) -> Answer<Proofs> {
    Ok(Json(
        certified_copy::proofs(&api.archive, &api.caller).await?,
    ))
}

/// Copies elsewhere, whether what is asked of them is met, and the newest drill.
#[utoipa::path(get, path = "/api/v1/backups", tag = "custody",
    responses((status = 200, body = Copies), Problems<401, 403>))]
async fn backups(api: Api) -> Answer<Copies> {
    Ok(Json(backup::copies(&api.archive, &api.caller).await?))
}

/// How far each fonds was re-read, and how long ago.
#[utoipa::path(get, path = "/api/v1/scrub/fonds", tag = "custody",
    responses((status = 200, body = [FondsCoverage]), Problems<401, 403>))]
async fn scrub_coverage(api: Api) -> Answer<Vec<FondsCoverage>> {
    Ok(Json(fixity::coverage(&api.archive, &api.caller).await?))
}
