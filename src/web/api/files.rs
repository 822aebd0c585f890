//! Files (hồ sơ) of a fonds over the API: list, make, change, close, move, merge, split.

use axum::Json;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::finding_aid;
use crate::fonds::{
    self, Closing, Coded, File, FileFilter, FileSplit, Merger, NewFile, Relocation,
};
use crate::holding::Edit;
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;

/// Paths of this part of the API, with their descriptions.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(code))
        .routes(routes!(get, change))
        .routes(routes!(close))
        .routes(routes!(relocate))
        .routes(routes!(merge))
        .routes(routes!(split))
        .routes(routes!(list_of_documents))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FilesAsked {
    /// Code of the fonds; the default fonds when absent.
    fonds: Option<String>,
    /// Code of the series.
    series: Option<String>,
    /// Part of code or title.
    text: Option<String>,
    /// Code of the last file of the page before.
    after: Option<String>,
    /// Most files of the page, 1 to 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CodeAsked {
    /// Code of the fonds; the default fonds when absent.
    fonds: Option<String>,
    /// Year of the file.
    #[param(minimum = 1800, maximum = 2200)]
    year: u16,
}

/// Files of a fonds or series, by code.
#[utoipa::path(get, path = "/api/v1/files", tag = "structure", params(FilesAsked),
    responses((status = 200, body = [File]), Problems<401, 403, 404, 422>))]
async fn list(api: Api, Asked(asked): Asked<FilesAsked>) -> Answer<Vec<File>> {
    let filter = FileFilter {
        fonds: asked.fonds.unwrap_or_else(|| fonds::DEFAULT_CODE.into()),
        series: asked.series,
        text: asked.text.unwrap_or_default(),
        after: asked.after,
        limit: i64::from(asked.limit.unwrap_or(100)),
    };
    Ok(Json(
        fonds::files(&api.archive, &api.caller, &filter).await?,
    ))
}

/// Make a file (hồ sơ) in a fonds.
#[utoipa::path(post, path = "/api/v1/files", tag = "structure", request_body = NewFile,
    responses((status = 201, body = File), Problems<401, 403, 404, 409, 422>))]
async fn make(api: Api, Given(given): Given<NewFile>) -> Result<(StatusCode, Json<File>), Problem> {
    let made = fonds::make_file(&api.archive, &api.caller, &given).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The next free code of a file of that year, by the rule of today.
#[utoipa::path(get, path = "/api/v1/file-code", tag = "structure", params(CodeAsked),
    responses((status = 200, body = Coded), Problems<401, 403, 404, 422>))]
async fn code(api: Api, Asked(asked): Asked<CodeAsked>) -> Answer<Coded> {
    let code = asked.fonds.as_deref().unwrap_or(fonds::DEFAULT_CODE);
    let year = i64::from(asked.year);
    Ok(Json(
        fonds::make_code(&api.archive, &api.caller, code, year).await?,
    ))
}

/// One file by its id.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "structure", params(("id" = String, Path)),
    responses((status = 200, body = File), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<File> {
    Ok(Json(fonds::file(&api.archive, &api.caller, &id).await?))
}

/// Change the description of a file.
#[utoipa::path(put, path = "/api/v1/files/{id}", tag = "structure", params(("id" = String, Path)),
    request_body = Edit<NewFile>,
    responses((status = 200, body = File), Problems<401, 403, 404, 409, 422>))]
async fn change(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Edit<NewFile>>,
) -> Answer<File> {
    let changed = fonds::change_file(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(changed))
}

/// Close a file: nothing more comes to it.
#[utoipa::path(post, path = "/api/v1/files/{id}/close", tag = "structure", params(("id" = String, Path)),
    request_body = Closing,
    responses((status = 200, body = File), Problems<401, 403, 404, 409, 422>))]
async fn close(api: Api, Path(id): Path<String>, Given(given): Given<Closing>) -> Answer<File> {
    let done = fonds::close_file(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Move a file, with its trace; masters stay where they are.
#[utoipa::path(post, path = "/api/v1/files/{id}/move", tag = "structure", params(("id" = String, Path)),
    request_body = Relocation,
    responses((status = 200, body = File), Problems<401, 403, 404, 409, 422>))]
async fn relocate(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Relocation>,
) -> Answer<File> {
    let done = fonds::move_file(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Merge a file into another of the same fonds.
#[utoipa::path(post, path = "/api/v1/files/{id}/merge", tag = "structure", params(("id" = String, Path)),
    request_body = Merger,
    responses((status = 200, body = File), Problems<401, 403, 404, 409, 422>))]
async fn merge(api: Api, Path(id): Path<String>, Given(given): Given<Merger>) -> Answer<File> {
    let done = fonds::merge_file(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(done))
}

/// Split a file; gives the new one.
#[utoipa::path(post, path = "/api/v1/files/{id}/split", tag = "structure", params(("id" = String, Path)),
    request_body = FileSplit,
    responses((status = 201, body = File), Problems<401, 403, 404, 409, 422>))]
async fn split(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<FileSplit>,
) -> Result<(StatusCode, Json<File>), Problem> {
    let made = fonds::split_file(&api.archive, &api.caller, &id, &given).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// The list of documents of a file (mục lục văn bản) as `xlsx` or `pdf`.
#[utoipa::path(get, path = "/api/v1/files/{id}/list-of-documents/{form}", tag = "structure",
    params(("id" = String, Path), ("form" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        Problems<401, 403, 404, 409>))]
async fn list_of_documents(
    api: Api,
    Path((id, form)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let listing = finding_aid::documents(&api.archive, &api.caller, &id).await?;
    let (kind, bytes) = listing.written(&api.archive, &form)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
