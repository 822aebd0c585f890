//! Resumable uploads by tus 1.0 (<https://tus.io/protocols/resumable-upload>): core, creation,
//! creation-with-upload, checksum, expiration, termination.

mod headers;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State as Extracted};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::State;
use super::fault::{Answer, Problem, Problems, answer};
use super::session::Api;
use crate::access::Caller;
use crate::error::{Error, Result};
use crate::upload::{self, NewUpload, Upload, UploadResult};

/// The version of the tus protocol that is spoken.
const VERSION: &str = "1.0.0";
/// What else is spoken.
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(create, abilities, unfinished))
        .routes(routes!(result, offset, append, terminate, overridden))
        .layer(from_fn(speak))
}

/// Every answer names the version; a request in another version is told which one to use.
async fn speak(request: Request, next: Next) -> Response {
    // OPTIONS asks which versions there are, and the GETs are additions of ours for programs that
    // do not speak tus; only the rest is refused for a missing version.
    let tus_only = !matches!(*request.method(), Method::OPTIONS | Method::GET);
    let version = request.headers().get(headers::RESUMABLE);
    let mut response = match version {
        Some(version) if version.as_bytes() == VERSION.as_bytes() => next.run(request).await,
        _ if !tus_only => next.run(request).await,
        _ => headers::other_version(),
    };
    headers::add_version(response.headers_mut());
    response
}

/// What this server speaks.
#[utoipa::path(options, path = "/api/v1/batches/{id}/uploads", tag = "uploads", security(()),
    params(("id" = String, Path, description = "batch")),
    responses((status = 204, description = "Tus-Version, Tus-Extension, Tus-Max-Size")))]
async fn abilities(Extracted(archive): Extracted<State>) -> Response {
    let most = archive.config.web.largest_upload_mib << 20;
    (StatusCode::NO_CONTENT, headers::abilities(most)).into_response()
}

/// Begin an upload, with its first bytes if they are at hand.
#[utoipa::path(post, path = "/api/v1/batches/{id}/uploads", tag = "uploads",
    params(("id" = String, Path, description = "batch"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "bytes of the whole file"),
        ("Upload-Metadata" = String, Header,
            description = "`filename` and, if known, `sha256`: key, space, base64, parted by commas")),
    responses((status = 201, description = "Location, Upload-Offset, Upload-Expires"),
        Problems<401, 403, 404, 409, 412, 413>, Problems<415, 422, 429, 460, 503>))]
async fn create(
    api: Api,
    Path(batch_id): Path<String>,
    request: Request,
) -> Result<Response, Response> {
    let given = headers::creation(request.headers()).map_err(fault)?;
    let fresh = NewUpload {
        batch_id: &batch_id,
        name: &given.name,
        size: given.size,
        sha256: given.sha256.as_deref(),
    };
    let made = upload::create(&api.archive, &api.caller, &fresh)
        .await
        .map_err(fault)?;
    let now = if headers::carries_bytes(request.headers()) {
        take(api.archive, api.caller, made.id.clone(), 0, request).await?
    } else {
        made
    };
    let location = headers::location(&now.id).map_err(fault)?;
    let state = headers::state(&now).map_err(fault)?;
    Ok((StatusCode::CREATED, [location], state).into_response())
}

/// My uploads of this batch that are not finished, to be taken up again.
#[utoipa::path(get, path = "/api/v1/batches/{id}/uploads", tag = "uploads",
    params(("id" = String, Path, description = "batch")),
    responses((status = 200, body = [Upload]), Problems<401, 403, 404>))]
async fn unfinished(api: Api, Path(batch_id): Path<String>) -> Answer<Vec<Upload>> {
    Ok(Json(
        upload::unfinished(&api.archive, &api.caller, &batch_id).await?,
    ))
}

/// How far an upload is.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path, description = "upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 200, description = "Upload-Offset, Upload-Length"), (status = 401),
        (status = 403), (status = 404), (status = 412)))]
async fn offset(api: Api, Path(id): Path<String>) -> Result<Response, Response> {
    let now = upload::get(&api.archive, &api.caller, &id)
        .await
        .map_err(fault)?;
    let state = headers::state(&now).map_err(fault)?;
    Ok((StatusCode::OK, headers::fresh_only(), state).into_response())
}

/// Append bytes at the offset; the last ones receive the file.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads",
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    params(("id" = String, Path, description = "upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "where these bytes begin"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, space, base64")),
    responses((status = 204, description = "Upload-Offset, Upload-Expires"),
        Problems<401, 403, 404, 409, 412, 413>, Problems<415, 422, 423, 460, 503>))]
async fn append(api: Api, Path(id): Path<String>, request: Request) -> Result<Response, Response> {
    // The protocol fixes this media type, and a form sent by mistake would otherwise be appended as
    // bytes.
    if !headers::carries_bytes(request.headers()) {
        return Err(headers::wrong_content_type());
    }
    let at = headers::offset(request.headers()).map_err(fault)?;
    let now = take(api.archive, api.caller, id, at, request).await?;
    let state = headers::state(&now).map_err(fault)?;
    Ok((StatusCode::NO_CONTENT, state).into_response())
}

/// Give an upload up.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path, description = "upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 204), Problems<401, 403, 404, 412, 423>))]
async fn terminate(api: Api, Path(id): Path<String>) -> Result<StatusCode, Response> {
    upload::cancel(&api.archive, &api.caller, &id)
        .await
        .map_err(fault)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What became of an upload.
#[utoipa::path(get, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path, description = "upload")),
    responses((status = 200, body = UploadResult), Problems<401, 403, 404>))]
async fn result(api: Api, Path(id): Path<String>) -> Answer<UploadResult> {
    Ok(Json(upload::result(&api.archive, &api.caller, &id).await?))
}

/// PATCH or DELETE from behind a proxy that lets only POST through (`X-HTTP-Method-Override`).
#[utoipa::path(post, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = String, Path, description = "upload"),
        ("X-HTTP-Method-Override" = String, Header, description = "PATCH or DELETE"),
        ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 204), Problems<401, 404, 422>))]
async fn overridden(api: Api, id: Path<String>, request: Request) -> Result<Response, Response> {
    match headers::overriding(request.headers()) {
        Some("PATCH") => append(api, id, request).await,
        Some("DELETE") => terminate(api, id).await.map(IntoResponse::into_response),
        _ => Err(fault(Error::fault(
            "/X-HTTP-Method-Override",
            "faults.only_patch_and_delete",
        ))),
    }
}

/// Takes the body in on a task of its own: when the connection breaks, this request is dropped, but
/// what has come is still to be made durable.
async fn take(
    archive: State,
    caller: Caller,
    id: String,
    at: u64,
    request: Request,
) -> Result<Upload, Response> {
    let checksum = headers::checksum(request.headers()).map_err(fault)?;
    let bytes = Body::into_data_stream(request.into_body()).boxed();
    let taking =
        async move { upload::append(&archive, &caller, &id, at, checksum.as_ref(), bytes).await };
    match tokio::spawn(taking).await {
        Ok(taken) => taken.map_err(fault),
        Err(error) => Err(fault(Error::Internal(error.to_string()))),
    }
}

/// Outcomes for which tus has a status of its own.
fn fault(error: Error) -> Response {
    let status = match error.code() {
        "upload_busy" => 423,
        "upload_too_large" => 413,
        "checksum_differs" => 460,
        _ => return Problem(error).into_response(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT);
    answer(status, &error)
}
