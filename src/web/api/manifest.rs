//! What a batch is declared to hold, before it comes.

use axum::extract::Path;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::batch::{self, Declared};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Done, Problems};
use crate::web::session::Api;

pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(declare))
}

/// Add to the manifest of an open batch; closing then names every file that is missing or differs.
#[utoipa::path(put, path = "/api/v1/batches/{id}/manifest", tag = "intake",
    params(("id" = String, Path)), request_body = [Declared],
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn declare(api: Api, Path(id): Path<String>, Given(files): Given<Vec<Declared>>) -> Done {
    batch::declare(&api.archive, &api.caller, &id, &files).await?;
    Ok(StatusCode::NO_CONTENT)
}
