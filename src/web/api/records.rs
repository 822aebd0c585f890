//! Pages and their pictures, records and their versions, the desk, and search.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::correction::FieldChange;
use crate::page::{self, PageView};
use crate::record::{self, RecordFilter, RecordView, VersionView};
use crate::review::{self, QueueFilter, QueueRow, Said};
use crate::search::{self, LitPage, SearchResult, Wanted};
use crate::seen;
use crate::web::State;
use crate::web::extractors::{Asked, Given};
use crate::web::fault::{Answer, Problem, Problems};
use crate::web::page_image::{PictureAsked, picture};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(pages))
        .routes(routes!(page))
        .routes(routes!(image))
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(versions))
        .routes(routes!(queue))
        .routes(routes!(correct))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(find))
        .routes(routes!(words))
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskCorrection {
    /// The version that was looked at; a newer one refuses the correction.
    version: i64,
    /// New values by key; a value equal to the old one confirms it.
    fields: BTreeMap<String, String>,
    /// Remark on the version; may be empty.
    #[serde(default)]
    note: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// The version that was looked at.
    version: i64,
    /// Why it is right that another public record has the same diploma number, at most 1,000 characters; asked for by
    /// `same_serial` where one has.
    #[serde(default)]
    same_serial: String,
}

#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Rejection {
    /// The version that was looked at.
    version: i64,
    /// Reason for the rejection, for whoever looks later.
    reason: String,
}

/// The pages of a scan, in order.
#[utoipa::path(get, path = "/api/v1/scans/{id}/pages", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = [PageView]), Problems<401, 403>))]
async fn pages(api: Api, Path(id): Path<String>) -> Answer<Vec<PageView>> {
    Ok(Json(page::of_scan(&api.archive, &api.caller, &id).await?))
}

/// One page with what reading found out about it.
#[utoipa::path(get, path = "/api/v1/pages/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = PageView), Problems<401, 403, 404>))]
async fn page(api: Api, Path(id): Path<String>) -> Answer<PageView> {
    Ok(Json(page::get(&api.archive, &api.caller, &id).await?))
}

/// An upright picture of a page or of part of it.
#[utoipa::path(get, path = "/api/v1/pages/{id}/image", tag = "records",
    params(("id" = String, Path), PictureAsked),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>),
        Problems<401, 403, 404, 409, 422>))]
async fn image(
    api: Api,
    Path(id): Path<String>,
    Asked(asked): Asked<PictureAsked>,
) -> Result<Response, Problem> {
    let bytes = page::image(&api.archive, &api.caller, &id, asked.options()?).await?;
    Ok(picture(bytes))
}

/// Records by state, batch, scan or class.
#[utoipa::path(get, path = "/api/v1/records", tag = "records", params(RecordFilter),
    responses((status = 200, body = [RecordView]), Problems<401, 403, 422>))]
async fn list(api: Api, Asked(filter): Asked<RecordFilter>) -> Answer<Vec<RecordView>> {
    Ok(Json(
        record::list(&api.archive, &api.caller, &filter).await?,
    ))
}

/// A record with what a decision on it is bound to.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct RecordSheet {
    #[serde(flatten)]
    record: RecordView,
    /// SHA-256 of what the record says now: to be given back with a decision, beside its version.
    record_digest: String,
    /// Old and new value by key of what is public and waits for a second person; empty when nothing does.
    pending: BTreeMap<String, FieldChange>,
}

/// One record, newest version, with the digest that decisions are bound to.
#[utoipa::path(get, path = "/api/v1/records/{id}", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = RecordSheet), Problems<401, 403, 404>))]
async fn get(api: Api, Path(id): Path<String>) -> Answer<RecordSheet> {
    Ok(Json(RecordSheet {
        record: record::get(&api.archive, &api.caller, &id).await?,
        record_digest: seen::now(&api.archive, &api.caller, &id)
            .await?
            .record_digest,
        pending: seen::pending(&api.archive, &api.caller, &id).await?,
    }))
}

/// Every version of a record, oldest first.
#[utoipa::path(get, path = "/api/v1/records/{id}/versions", tag = "records", params(("id" = String, Path)),
    responses((status = 200, body = [VersionView]), Problems<401, 403, 404>))]
async fn versions(api: Api, Path(id): Path<String>) -> Answer<Vec<VersionView>> {
    Ok(Json(record::history(&api.archive, &api.caller, &id).await?))
}

/// What waits at the desk, doubtful ones first.
#[utoipa::path(get, path = "/api/v1/desk", tag = "records", params(QueueFilter),
    responses((status = 200, body = [QueueRow]), Problems<401, 403, 422>))]
async fn queue(
    api: Api,
    Asked(mut filter): Asked<QueueFilter>,
) -> Result<(HeaderMap, Json<Vec<QueueRow>>), Problem> {
    let slice = review::queue_page(&api.archive, &api.caller, &filter).await?;
    let mut headers = HeaderMap::new();
    if let Some(after) = slice.after {
        (filter.after, filter.before) = (Some(after), None);
        let query = serde_urlencoded::to_string(&filter).unwrap_or_default();
        let link = format!("</api/v1/desk?{query}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(header::LINK, link);
        }
    }
    Ok((headers, Json(slice.rows)))
}

/// Correct values; what is printed stays beside them.
#[utoipa::path(post, path = "/api/v1/records/{id}/correct", tag = "records",
    params(("id" = String, Path)), request_body = DeskCorrection,
    responses((status = 200, body = RecordView), Problems<401, 403, 404, 409, 422>))]
async fn correct(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<DeskCorrection>,
) -> Answer<RecordView> {
    let DeskCorrection {
        version,
        fields,
        note,
    } = given;
    let record = review::correct(&api.archive, &api.caller, &id, version, &fields, &note).await?;
    Ok(Json(record))
}

/// Approve a record; it is published and found from then on. Where another public record of its kind has the same diploma
/// number, it is refused (`same_serial`) until the body says why that is right.
#[utoipa::path(post, path = "/api/v1/records/{id}/approve", tag = "records",
    params(("id" = String, Path)), request_body = Approval,
    responses((status = 200, body = RecordView), Problems<401, 403, 404, 409, 422>))]
async fn approve(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Approval>,
) -> Answer<RecordView> {
    let said = Said {
        same_serial: &given.same_serial,
        ..Said::default()
    };
    let version = given.version;
    let record = review::approve_saying(&api.archive, &api.caller, &id, version, said).await?;
    Ok(Json(record))
}

/// Reject what is not a record.
#[utoipa::path(post, path = "/api/v1/records/{id}/reject", tag = "records",
    params(("id" = String, Path)), request_body = Rejection,
    responses((status = 200, body = RecordView), Problems<401, 403, 404, 409, 422>))]
async fn reject(
    api: Api,
    Path(id): Path<String>,
    Given(given): Given<Rejection>,
) -> Answer<RecordView> {
    let record =
        review::reject(&api.archive, &api.caller, &id, given.version, &given.reason).await?;
    Ok(Json(record))
}

/// The words of a page as they were read, those of a question marked, with their boxes on the upright picture.
#[utoipa::path(get, path = "/api/v1/pages/{id}/words", tag = "records",
    params(("id" = String, Path), Wanted),
    responses((status = 200, body = LitPage), Problems<401, 403, 404, 422>))]
async fn words(api: Api, Path(id): Path<String>, Asked(wanted): Asked<Wanted>) -> Answer<LitPage> {
    let page = search::on_page(&api.archive, &api.caller, &id, &wanted).await?;
    Ok(Json(page))
}

/// Search the approved records by name and other fields, and the words on pages as they were read.
#[utoipa::path(get, path = "/api/v1/search", tag = "records", params(Wanted),
    responses((status = 200, body = SearchResult), Problems<401, 403, 422>))]
async fn find(api: Api, Asked(wanted): Asked<Wanted>) -> Answer<SearchResult> {
    Ok(Json(
        search::find(&api.archive, &api.caller, &wanted).await?,
    ))
}
