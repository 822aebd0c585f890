//! For whoever runs the machine: alive, and ready.

use axum::extract::State as Extracted;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::State;
use super::fault::Problem;
use crate::audit;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(Extracted(archive): Extracted<State>) -> Result<Json<Value>, Problem> {
    archive.ready().await?;
    // A broken log makes the archive no less ready to serve; it is told beside readiness, so that a
    // balancer keeps sending readers.
    let log = audit::state(&archive).await?;
    Ok(Json(json!({
        "status": "ready",
        "version": env!("CARGO_PKG_VERSION"),
        "log": { "standing": log.standing, "broken": log.broken },
    })))
}
