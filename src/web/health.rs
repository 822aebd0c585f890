//! For whoever runs the machine: alive, and ready.

use std::sync::Arc;

use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::State;
use super::fault::told;
use super::single_flight::SingleFlight;
use crate::audit;
use crate::error::Result;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .layer(Extension(Arc::<SingleFlight<Value>>::default()))
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn ready(
    Extracted(archive): Extracted<State>,
    Extension(one): Extension<Arc<SingleFlight<Value>>>,
) -> Response {
    match &*one.find(|| readiness(archive)).await {
        Ok(said) => Json(said).into_response(),
        Err(error) => told(error),
    }
}

async fn readiness(archive: State) -> Result<Value> {
    archive.ready().await?;
    // A broken log makes the archive no less ready to serve; it is told beside readiness, so that a
    // balancer keeps sending readers.
    let log = audit::state(&archive).await?;
    Ok(json!({
        "status": "ready",
        "version": env!("CARGO_PKG_VERSION"),
        "log": { "standing": log.standing, "broken": log.broken },
    }))
}
