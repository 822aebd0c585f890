//! Lists that exist already: brought in, mapped, confirmed, compared, written out.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Act, require};
use crate::error::Error;
use crate::import::{
    self, Import, ImportConfirming, KeptMapping, ListAnswer, ListRow, Mapping, MappingGiven,
    RowFilter, RowsListed, Undoing,
};
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Done, Problem, Problems};
use crate::web::imports::{LARGEST_LIST, disposition};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, receive))
        .routes(routes!(mappings))
        .routes(routes!(get))
        .routes(routes!(map))
        .routes(routes!(preview))
        .routes(routes!(confirm))
        .routes(routes!(undo))
        .routes(routes!(rows))
        .routes(routes!(row))
        .routes(routes!(answer))
        .routes(routes!(differences))
        .routes(routes!(export))
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FileNameQuery {
    /// Name of the file.
    name: Option<String>,
}

/// Every import, newest first, without what was found in each.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports",
    responses((status = 200, body = [Import]), Problems<401, 403>))]
async fn list(api: Api) -> Answer<Vec<Import>> {
    Ok(Json(import::list(&api.archive, &api.caller).await?))
}

/// Bring in a list: its bytes as the body. It is preserved whatever it is, and looked into in a cage; what is found, and what
/// its head proposes, is the answer.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", params(FileNameQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Import), Problems<401, 403, 422, 503>))]
async fn receive(
    api: Api,
    Asked(asked): Asked<FileNameQuery>,
    request: Request,
) -> Result<(StatusCode, Json<Import>), Problem> {
    require(&api.caller, Act::DescribeHoldings)?;
    let file = spooled(&api.archive, request.into_body()).await?;
    let name = asked.name.unwrap_or_else(|| "danh-sach".into());
    let import = import::receive(&api.archive, &api.caller, &name, file.path()).await?;
    Ok((StatusCode::CREATED, Json(import)))
}

/// A body on the disk; never in memory.
async fn spooled(archive: &State, body: Body) -> Result<NamedTempFile, Error> {
    let file = NamedTempFile::new_in(&archive.spool)?;
    let mut open = tokio::fs::File::from_std(file.reopen()?);
    let (mut parts, mut size) = (body.into_data_stream(), 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Error::fault("/file", "faults.file_did_not_arrive_too"))?;
        size += part.len();
        if size > LARGEST_LIST {
            return Err(Error::fault("/file", "faults.import.too_large"));
        }
        open.write_all(&part).await?;
    }
    open.flush().await?;
    Ok(file)
}

/// Mappings that are kept for lists with the same head.
#[utoipa::path(get, path = "/api/v1/import-mappings", tag = "imports",
    responses((status = 200, body = [KeptMapping]), Problems<401, 403>))]
async fn mappings(api: Api) -> Answer<Vec<KeptMapping>> {
    Ok(Json(import::mappings(&api.archive, &api.caller).await?))
}

/// One import: what was found, how it is read, who decided what, and the counts that are its receipt.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = Import), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<Import> {
    Ok(Json(import::get(&api.archive, &api.caller, &id).await?))
}

/// Say how the columns are read; another person confirms it.
#[utoipa::path(put, path = "/api/v1/imports/{id}/mapping", tag = "imports", params(("id" = String, Path)),
    request_body = MappingGiven,
    responses((status = 200, body = Import), Problems<401, 403, 404, 409, 422>))]
async fn map(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<MappingGiven>,
) -> Answer<Import> {
    Ok(Json(
        import::map(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// The first rows as a mapping reads them; nothing is stored.
#[utoipa::path(post, path = "/api/v1/imports/{id}/preview", tag = "imports", params(("id" = String, Path)),
    request_body = Mapping,
    responses((status = 200, body = [ListRow]), Problems<401, 403, 404, 422>))]
async fn preview(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Mapping>,
) -> Answer<Vec<ListRow>> {
    Ok(Json(
        import::preview(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// Let the rows in: as another person than those who brought and mapped the list, bound to what they saw.
#[utoipa::path(post, path = "/api/v1/imports/{id}/confirm", tag = "imports", params(("id" = String, Path)),
    request_body = ImportConfirming,
    responses((status = 200, body = Import), Problems<401, 403, 404, 409, 422>))]
async fn confirm(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<ImportConfirming>,
) -> Answer<Import> {
    Ok(Json(
        import::confirm(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// Take the rows out again; the file and what was decided stay preserved.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "imports", params(("id" = String, Path)),
    request_body = Undoing,
    responses((status = 200, body = Import), Problems<401, 403, 404, 409, 422>))]
async fn undo(api: Api, Path(id): Path<String>, Given(given): Given<Undoing>) -> Answer<Import> {
    Ok(Json(
        import::undo(&api.archive, &api.caller, &id, &given).await?,
    ))
}

/// Rows of an import, in the order of the sheet.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rows", tag = "imports", params(("id" = String, Path), RowFilter),
    responses((status = 200, body = RowsListed), Problems<401, 403, 404, 409, 422>))]
async fn rows(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<RowFilter>,
) -> Answer<RowsListed> {
    Ok(Json(
        import::rows(&api.archive, &api.caller, &id, &asked).await?,
    ))
}

/// One row, with the records and the other rows that tell of the same.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rows/{number}", tag = "imports",
    params(("id" = String, Path), ("number" = i64, Path)),
    responses((status = 200, body = ListRow), Problems<401, 403, 404, 409>))]
async fn row(api: Api, Path((id, number)): Path<(String, String)>) -> Answer<ListRow> {
    let number = number.parse().unwrap_or(-1); // no row has that number, and who may not ask is told so first
    Ok(Json(
        import::row(&api.archive, &api.caller, &id, number).await?,
    ))
}

/// Answer what a row and a record say differently; the answer stays.
#[utoipa::path(post, path = "/api/v1/imports/{id}/rows/{number}/matches/{record}", tag = "imports",
    params(("id" = String, Path), ("number" = i64, Path), ("record" = String, Path)), request_body = ListAnswer,
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn answer(
    api: Api,
    Path((id, number, record)): Path<(String, String, String)>,
    Given(given): Given<ListAnswer>,
) -> Done {
    let row = format!("{id}.{number}");
    import::answer(&api.archive, &api.caller, (&row, &record), &given).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rows that say something else than a record; `only=doubtful` leaves out those that were answered.
#[utoipa::path(get, path = "/api/v1/imports/{id}/differences", tag = "imports", params(("id" = String, Path), RowFilter),
    responses((status = 200, body = RowsListed), Problems<401, 403, 404, 409, 422>))]
async fn differences(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<RowFilter>,
) -> Answer<RowsListed> {
    Ok(Json(
        import::differences(&api.archive, &api.caller, &id, &asked).await?,
    ))
}

/// The rows written out in their own columns and encoding, as `xlsx` or `csv`.
#[utoipa::path(get, path = "/api/v1/imports/{id}/export/{form}", tag = "imports",
    params(("id" = String, Path), ("form" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        Problems<401, 403, 404, 409, 422>))]
async fn export(api: Api, Path((id, form)): Path<(String, String)>) -> Result<Response, Problem> {
    let file = import::export(&api.archive, &api.caller, &id, &form).await?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
    ];
    Ok((headers, file.bytes).into_response())
}
