//! What a batch is declared to hold, before it comes.

use axum::extract::{Path, State as Extracted};
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::batch::{self, Declared};
use crate::web::State;
use crate::web::extractors::Given;
use crate::web::fault::{Problem, Problems};
use crate::web::session::Api;

/// The routes.
pub fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(declare))
}

/// Add to the manifest of an open batch; closing then names every file that is missing or differs.
#[utoipa::path(put, path = "/api/v1/batches/{id}/manifest", tag = "intake",
    params(("id" = String, Path)), request_body = [Declared],
    responses((status = 204), Problems<401, 403, 404, 409, 422>))]
async fn declare(
    Extracted(archive): Extracted<State>,
    Api(caller): Api,
    Path(id): Path<String>,
    Given(files): Given<Vec<Declared>>,
) -> Result<StatusCode, Problem> {
    batch::declare(&archive, &caller, &id, &files).await?;
    Ok(StatusCode::NO_CONTENT)
}
