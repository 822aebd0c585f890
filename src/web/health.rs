//! For whoever runs the machine: alive, ready, and how much of what (Prometheus text).

use std::sync::OnceLock;

use axum::extract::State as Extracted;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde_json::{Value, json};

use super::State;
use super::fault::Problem;
use crate::audit::{self, LogState, Standing};
use crate::certified_copy;
use crate::clock::parse_stamp;
use crate::copy_request;
use crate::error::{Error, Result};
use crate::jobs;
use crate::notify;
use crate::preservation;
use crate::search;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(measures))
}

/// The process's one recorder; a process may hold several servers in tests.
///
/// # Errors
/// `Internal` when another recorder was installed before ours.
pub fn recorder() -> Result<&'static PrometheusHandle> {
    static HANDLE: OnceLock<std::result::Result<PrometheusHandle, String>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            PrometheusBuilder::new()
                .install_recorder()
                .map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|error| Error::Internal(error.clone()))
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

async fn measures(Extracted(archive): Extracted<State>) -> Result<impl IntoResponse, Problem> {
    let handle = recorder()?;
    for kind in jobs::Kind::ALL.iter().copied() {
        // Every series is written at zero first: one that vanished when its queue emptied would
        // keep its last value on a chart, and an alarm on absence would ring.
        for state in ["ready", "leased", "failed", "held"] {
            let labels = [("kind", kind.as_str()), ("state", state)];
            metrics::gauge!("sogoc_jobs", &labels).set(0.0);
            metrics::gauge!("sogoc_jobs_oldest_seconds", &labels).set(0.0);
        }
    }
    let now = archive.clock.now();
    for row in jobs::backlog(&archive.catalogue).await? {
        // A time that cannot be read counts as no age: one row must not fail the whole page of
        // measures.
        let age = parse_stamp(&row.oldest).map_or(0, |since| now.duration_since(since).as_secs());
        let labels = [("kind", row.kind), ("state", row.state.to_string())];
        metrics::gauge!("sogoc_jobs", &labels).set(shown(row.count));
        metrics::gauge!("sogoc_jobs_oldest_seconds", &labels).set(shown(age));
    }
    gauge("sogoc_index_lag", search::lag(&archive).await?);
    gauge(
        "sogoc_records_not_preserved",
        preservation::lag(&archive).await?,
    );
    let requests = copy_request::open_requests(&archive).await?;
    for (name, count) in [
        ("sogoc_requests_open", requests.open),
        ("sogoc_requests_late", requests.late),
        ("sogoc_requests_due_soon", requests.soon),
        ("sogoc_requests_waiting", requests.waiting),
    ] {
        gauge(name, count);
    }
    let (due, late) = certified_copy::seals_due(&archive).await?;
    gauge("sogoc_seals_due", due);
    gauge("sogoc_seals_late", late);
    let (waiting, dead) = notify::counts(&archive.catalogue).await?;
    gauge("sogoc_notices_waiting", waiting);
    gauge("sogoc_notices_dead", dead);
    log_measures(&audit::state(&archive).await?);
    pool_measures(&archive);
    handle.run_upkeep();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((kind, handle.render()))
}

/// Entries in the signed tree and before it, and one standing of the log at 1.
fn log_measures(log: &LogState) {
    gauge("sogoc_log_signed", log.size);
    gauge("sogoc_log_waiting", log.waiting);
    for standing in Standing::ALL {
        // One series a standing, exactly one of them at 1, is how Prometheus shows an enumeration.
        let now = if *standing == log.standing { 1.0 } else { 0.0 };
        metrics::gauge!("sogoc_log_standing", "standing" => standing.as_str()).set(now);
    }
}

fn gauge(name: &'static str, value: i64) {
    metrics::gauge!(name).set(shown(value));
}

/// A count as a gauge holds it; above 4,294,967,295 it stays there, below 0 it is 0.
fn shown(value: i64) -> f64 {
    f64::from(u32::try_from(value.max(0)).unwrap_or(u32::MAX))
}

/// What the reading pool of this process holds and how its pages ended, by outcome.
fn pool_measures(archive: &State) {
    let stats = archive.pool.stats();
    metrics::gauge!("sogoc_reading_busy").set(stats.busy as f64);
    metrics::gauge!("sogoc_reading_bytes_admitted").set(stats.bytes_admitted as f64);
    metrics::gauge!("sogoc_reading_bytes_ceiling").set(stats.ceiling_bytes as f64);
    metrics::gauge!("sogoc_reading_child_bytes_highest").set(stats.highest_child_bytes as f64);
    for (outcome, count) in stats.outcomes {
        metrics::counter!("sogoc_reading_outcomes_total", "outcome" => outcome).absolute(count);
    }
}
