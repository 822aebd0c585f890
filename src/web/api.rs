//! The JSON API under `/api/v1`: the same verbs as the pages, described by an OpenAPI 3.1 document
//! that is generated from these handlers.

mod account;
mod batches;
mod corrections;
mod custody;
mod discrepancies;
mod documents;
mod files;
mod flags;
mod fonds;
mod iiif;
mod imports;
mod issued;
mod manifest;
mod notices;
mod page_rows;
mod people;
mod records;
mod requests;
mod reuse;
mod seal;
mod search_cases;
mod series;
mod session;
mod track;
mod units;
mod views;
mod volumes;

use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::State;
use super::fault::ProblemDocument;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sổ Gốc",
        description = "Records of an education department: delivered, read, checked, found, reissued. \
                       Faults are problem documents (RFC 9457) with JSON pointers. Programs show a token \
                       as `Authorization: Bearer …`; pages use their session with `X-Form-Token`."
    ),
    modifiers(&Schemes),
    security(("token" = []), ("session" = [])),
    components(schemas(ProblemDocument))
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new("sogoc"));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

/// The routes, and the document that describes them.
pub fn router() -> (Router<State>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::<State>::with_openapi(Document::openapi())
        .merge(session::routes())
        .merge(units::routes())
        .merge(fonds::routes())
        .merge(series::routes())
        .merge(files::routes())
        .merge(batches::routes())
        .merge(flags::routes())
        .merge(volumes::routes())
        .merge(imports::routes())
        .merge(discrepancies::routes())
        .merge(records::routes())
        .merge(page_rows::routes())
        .merge(documents::routes())
        .merge(iiif::routes())
        .merge(requests::routes())
        .merge(track::routes())
        .merge(search_cases::routes())
        .merge(reuse::routes())
        .merge(issued::routes())
        .merge(seal::routes())
        .merge(corrections::routes())
        .merge(people::routes())
        .merge(account::routes())
        .merge(custody::routes())
        .merge(manifest::routes())
        .merge(notices::routes())
        .merge(views::routes())
        .merge(super::tus::routes())
        .split_for_parts();
    name_operations(&mut document);
    (router, document)
}

/// Handlers of different rooms share names such as `list`; an operation's id must be its own, so it
/// is made of method and path: `get_batches_id_scans`.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<&str> = path
            .trim_start_matches("/api/v1/")
            .split(['/', '{', '}', '-'])
            .filter(|word| !word.is_empty())
            .collect();
        let name = words.join("_");
        for (method, operation) in [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("options", &mut item.options),
            ("head", &mut item.head),
            ("patch", &mut item.patch),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{name}"));
            }
        }
    }
}

/// The document itself, and a page to read it with.
pub fn viewer_routes(document: utoipa::openapi::OpenApi) -> Router<State> {
    Router::new()
        .route(
            "/api/openapi.json",
            get(async move || Json(document.clone())),
        )
        .route("/api", get(Html(include_str!("../../web/api.html"))))
}
