//! Documents: grouped, described, taken away.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::document::{
    self, Confirming, Document, DocumentFilter, DocumentPage, Group, GroupBy, Join, Listed,
    NewDocument, Order, Split,
};
use crate::fonds;
use crate::holding::Edit;
use crate::web::State;
use crate::web::documents::{RangeAsked, given};
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::session::Api;
use crate::{alto, searchable_pdf};

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, describe))
        .routes(routes!(confirm))
        .routes(routes!(join))
        .routes(routes!(split))
        .routes(routes!(arrange))
        .routes(routes!(pdf))
        .routes(routes!(of_page))
        .routes(routes!(preview, group))
        .routes(routes!(of_scan))
        .routes(routes!(words))
}

/// The document of a scan: PDF/A-2b with the words in place behind the picture, made when asked for and
/// compared with the master. A delivered PDF that is signed or has text of its own comes as it was given;
/// the header `sogoc-document` says which. Pages a person took out are not in it, which the header, the
/// file's name and its description say (`left-out="2,5-9"`).
/// A long one may answer 503 with `Retry-After` while it is made.
#[utoipa::path(get, path = "/api/v1/scans/{id}/document", tag = "records",
    params(("id" = String, Path), RangeAsked),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        Problems<401, 403, 404, 409, 422, 503>))]
async fn of_scan(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<RangeAsked>,
) -> Result<Response, Problem> {
    let document = searchable_pdf::of_scan(&api.archive, &api.caller, &id, asked.into()).await?;
    Ok(given(document))
}

/// The words of a page as ALTO 4.
#[utoipa::path(get, path = "/api/v1/pages/{id}/alto", tag = "records", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/xml", body = String),
        Problems<401, 403, 404, 409>))]
async fn words(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let words = alto::of_page(&api.archive, &api.caller, &id).await?;
    Ok(([(header::CONTENT_TYPE, alto::MEDIA_TYPE)], words).into_response())
}

/// A document, its code by the law, and its pages in order.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct WholeDocument {
    /// The document with its description.
    document: Document,
    /// Mã lưu trữ tài liệu: of its file and its place in it; absent while it has none.
    code: Option<String>,
    /// Its pages, those withdrawn among them.
    pages: Vec<DocumentPage>,
}

#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct GroupingAsked {
    /// What makes files one document.
    #[param(inline)]
    by: GroupBy,
}

/// What became of grouping a batch.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Grouped {
    /// Documents made of several files.
    documents: usize,
}

async fn whole(api: &Api, document: Document) -> Result<WholeDocument, Problem> {
    let code = match (&document.file, document.ordinal) {
        (Some(file), Some(ordinal)) => {
            Some(fonds::document_code(&api.archive, file, ordinal).await?)
        }
        _ => None,
    };
    Ok(WholeDocument {
        code,
        pages: document::pages(&api.archive, &api.caller, &document.id).await?,
        document,
    })
}

/// Documents of a fonds, file, volume or batch.
#[utoipa::path(get, path = "/api/v1/documents", tag = "documents", params(DocumentFilter),
    responses((status = 200, body = Listed), Problems<401, 403, 422>))]
async fn list(api: Api, Asked(asked): Asked<DocumentFilter>) -> Answer<Listed> {
    Ok(Json(
        document::list(&api.archive, &api.caller, &asked).await?,
    ))
}

/// A document with its pages.
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "documents", params(("id" = String, Path)),
    responses((status = 200, body = WholeDocument), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<WholeDocument> {
    let found = document::get(&api.archive, &api.caller, &id).await?;
    Ok(Json(whole(&api, found).await?))
}

/// Describe a document and put it into a file or volume.
#[utoipa::path(put, path = "/api/v1/documents/{id}", tag = "documents", params(("id" = String, Path)),
    request_body = Edit<NewDocument>,
    responses((status = 200, body = WholeDocument), Problems<401, 403, 404, 409, 422>))]
async fn describe(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Edit<NewDocument>>,
) -> Answer<WholeDocument> {
    let done = document::describe(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(whole(&api, done).await?))
}

/// Confirm that a document is one whole paper; in a file it takes the next place.
#[utoipa::path(post, path = "/api/v1/documents/{id}/confirm", tag = "documents", params(("id" = String, Path)),
    request_body = Confirming,
    responses((status = 200, body = WholeDocument), Problems<401, 403, 404, 409, 422>))]
async fn confirm(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Confirming>,
) -> Answer<WholeDocument> {
    let done = document::confirm(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(whole(&api, done).await?))
}

/// Join documents: their pages come behind this one's.
#[utoipa::path(post, path = "/api/v1/documents/{id}/join", tag = "documents", params(("id" = String, Path)),
    request_body = Join,
    responses((status = 200, body = WholeDocument), Problems<401, 403, 404, 409, 422>))]
async fn join(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Join>,
) -> Answer<WholeDocument> {
    let done = document::join(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(whole(&api, done).await?))
}

/// Split a document at a page; gives the new one, which begins with it.
#[utoipa::path(post, path = "/api/v1/documents/{id}/split", tag = "documents", params(("id" = String, Path)),
    request_body = Split,
    responses((status = 201, body = WholeDocument), Problems<401, 403, 404, 409, 422>))]
async fn split(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Split>,
) -> Result<(StatusCode, Json<WholeDocument>), Problem> {
    let made = document::split(&api.archive, &api.caller, &id, &given).await?;
    Ok((StatusCode::CREATED, Json(whole(&api, made).await?)))
}

/// Put the pages of a document in order, and say which are covers and backs.
#[utoipa::path(put, path = "/api/v1/documents/{id}/pages", tag = "documents", params(("id" = String, Path)),
    request_body = Order,
    responses((status = 200, body = WholeDocument), Problems<401, 403, 404, 409, 422>))]
async fn arrange(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Order>,
) -> Answer<WholeDocument> {
    let done = document::arrange(&api.archive, &api.caller, &id, &given).await?;
    Ok(Json(whole(&api, done).await?))
}

/// A document as PDF/A-2b with the words in place behind the pictures, its pages in order; as that of a scan.
#[utoipa::path(get, path = "/api/v1/documents/{id}/pdf", tag = "documents", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
        Problems<401, 403, 404, 409, 503>))]
async fn pdf(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let document = searchable_pdf::of_document(&api.archive, &api.caller, &id).await?;
    Ok(given(document))
}

/// The document a page belongs to; records belong to the document of their page.
#[utoipa::path(get, path = "/api/v1/pages/{id}/document", tag = "documents", params(("id" = String, Path)),
    responses((status = 200, body = WholeDocument), Problems<401, 403, 404>))]
async fn of_page(api: Api, Path(id): Path<String>) -> Answer<WholeDocument> {
    let id = document::of_page(&api.archive, &api.caller, &id).await?;
    let found = document::get(&api.archive, &api.caller, &id).await?;
    Ok(Json(whole(&api, found).await?))
}

/// What grouping the files of a batch would make of the documents nobody has touched.
#[utoipa::path(get, path = "/api/v1/batches/{id}/grouping", tag = "documents",
    params(("id" = String, Path), GroupingAsked),
    responses((status = 200, body = [Group]), Problems<401, 403, 404, 409, 422>))]
async fn preview(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<GroupingAsked>,
) -> Answer<Vec<Group>> {
    let groups = document::preview(&api.archive, &api.caller, &id, asked.by).await?;
    Ok(Json(groups))
}

/// Group the files of a batch as the preview shows.
#[utoipa::path(post, path = "/api/v1/batches/{id}/grouping", tag = "documents",
    params(("id" = String, Path), GroupingAsked),
    responses((status = 200, body = Grouped), Problems<401, 403, 404, 409, 422>))]
async fn group(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<GroupingAsked>,
) -> Answer<Grouped> {
    let documents = document::group(&api.archive, &api.caller, &id, asked.by).await?;
    Ok(Json(Grouped { documents }))
}
