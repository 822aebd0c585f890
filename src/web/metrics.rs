//! Metrics for Prometheus, at `/metrics`. What each figure means and what to do: docs/OPERATIONS.md, "Monitor".

use std::sync::{Arc, OnceLock};

use axum::extract::State as Extracted;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use jiff::Timestamp;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use sogoc_workers::limits::{Confinement, Fence};

use super::State;
use super::fault::told;
use super::single_flight::SingleFlight;
use crate::archive::Archive;
use crate::audit::{self, LogState, Standing};
use crate::backup;
use crate::certified_copy;
use crate::clock::parse_stamp;
use crate::copy_request;
use crate::error::{Error, Result};
use crate::fixity;
use crate::jobs;
use crate::notify;
use crate::preservation;
use crate::search;

/// What is counted where it happens and must be there, at zero, before it ever happened: an alert on a growing count
/// does not see one that begins above zero.
const COUNTED: [&str; 4] = [
    "sogoc_connections_refused_total",
    "sogoc_panics_total",
    "sogoc_reuse_fetches_total",
    "sogoc_uploads_expired_total",
];

pub fn routes() -> Router<State> {
    Router::new()
        .route("/metrics", get(metrics))
        .layer(Extension(Arc::<SingleFlight<String>>::default()))
}

/// The process's one recorder; a process may hold several servers in tests.
///
/// # Errors
/// `Internal` when another recorder was installed before ours.
pub fn recorder() -> Result<&'static PrometheusHandle> {
    static HANDLE: OnceLock<std::result::Result<PrometheusHandle, String>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .install_recorder()
                .map_err(|error| error.to_string())?;
            begin_counting();
            Ok(handle)
        })
        .as_ref()
        .map_err(|error| Error::Internal(error.clone()))
}

fn begin_counting() {
    let version = env!("CARGO_PKG_VERSION");
    metrics::gauge!("sogoc_build_info", "version" => version).set(1.0);
    for name in COUNTED {
        metrics::counter!(name).increment(0);
    }
    for outcome in ["delivered", "waiting", "dead"] {
        metrics::counter!("sogoc_notices_total", "outcome" => outcome).increment(0);
    }
    for found in ["none", "some"] {
        metrics::counter!("sogoc_reuse_lookups_total", "found" => found).increment(0);
    }
    for kind in jobs::Kind::ALL.iter().copied() {
        let labels = [("kind", kind.as_str()), ("outcome", "done")];
        metrics::counter!("sogoc_jobs_total", &labels).increment(0);
    }
}

async fn metrics(
    Extracted(archive): Extracted<State>,
    Extension(one): Extension<Arc<SingleFlight<String>>>,
) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    match &*one.find(|| measured(archive)).await {
        Ok(text) => (kind, text.clone()).into_response(),
        Err(error) => told(error),
    }
}

async fn measured(archive: State) -> Result<String> {
    let handle = recorder()?;
    let ready = f64::from(u8::from(archive.ready().await.is_ok()));
    metrics::gauge!("sogoc_ready").set(ready);
    job_metrics(&archive).await?;
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
    seal_metrics(&archive).await?;
    let (waiting, dead) = notify::counts(&archive.catalogue).await?;
    gauge("sogoc_notices_waiting", waiting);
    gauge("sogoc_notices_dead", dead);
    let now = archive.clock.now();
    log_metrics(&audit::state(&archive).await?, now);
    scrub_metrics(&fixity::marks(&archive).await?, now);
    copy_metrics(&backup::marks(&archive).await?, now);
    disk_metrics(&archive).await;
    pool_metrics(&archive);
    handle.run_upkeep();
    Ok(handle.render())
}

/// Jobs that are not done, by kind and state, and how long the oldest of them has been there.
async fn job_metrics(archive: &Archive) -> Result<()> {
    for kind in jobs::Kind::ALL.iter().copied() {
        // Every series is written at zero first: one that vanished when its queue emptied would keep its last value on a
        // chart, and an alarm on absence would ring.
        for state in ["ready", "leased", "failed", "held"] {
            let labels = [("kind", kind.as_str()), ("state", state)];
            metrics::gauge!("sogoc_jobs", &labels).set(0.0);
            metrics::gauge!("sogoc_jobs_oldest_seconds", &labels).set(0.0);
        }
    }
    let now = archive.clock.now();
    for row in jobs::backlog(&archive.catalogue).await? {
        let labels = [("kind", row.kind), ("state", row.state.to_string())];
        metrics::gauge!("sogoc_jobs", &labels).set(shown(row.count));
        let age = shown(age(Some(&row.oldest), now));
        metrics::gauge!("sogoc_jobs_oldest_seconds", &labels).set(age);
    }
    Ok(())
}

/// Copies whose time stamp ends, and how long the certificate of the key, or the first of its issuers, still holds.
async fn seal_metrics(archive: &Archive) -> Result<()> {
    let (due, late) = certified_copy::seals_due(archive).await?;
    gauge("sogoc_seals_due", due);
    gauge("sogoc_seals_late", late);
    let end = archive.seal.chain_ends();
    let left = end.duration_since(archive.clock.now()).as_secs();
    gauge("sogoc_seal_certificate_seconds_left", left);
    Ok(())
}

/// Entries in the signed tree and before it, when they were last compared, places outside that could not be shown it,
/// and one standing of the log at 1.
fn log_metrics(log: &LogState, now: Timestamp) {
    gauge("sogoc_log_signed", log.size);
    gauge("sogoc_log_waiting", log.waiting);
    let checked = log.checked_at.as_deref().or(log.signed_at.as_deref());
    gauge("sogoc_log_checked_seconds", age(checked, now));
    let failing = log.outside.iter().filter(|place| place.failure.is_some());
    metrics::gauge!("sogoc_log_outside_failing").set(failing.count() as f64);
    for standing in Standing::ALL {
        // One series a standing, exactly one of them at 1, is how Prometheus shows an enumeration.
        let stands = if *standing == log.standing { 1.0 } else { 0.0 };
        metrics::gauge!("sogoc_log_standing", "standing" => standing.as_str()).set(stands);
    }
}

/// What the newest scrubs found, and how long ago all of the vault was last looked at.
fn scrub_metrics(marks: &fixity::ScrubMarks, now: Timestamp) {
    gauge("sogoc_scrub_damaged", marks.damaged);
    gauge("sogoc_scrub_unreadable", marks.unreadable);
    let whole_since = marks.whole_since.as_deref();
    gauge("sogoc_scrub_age_seconds", age(whole_since, now));
}

/// How old the copies elsewhere are, when a restore was last tried, and how much of what is asked of them is not so.
fn copy_metrics(marks: &backup::CopyMarks, now: Timestamp) {
    let oldest = age(marks.oldest.as_deref(), now);
    gauge("sogoc_backup_age_seconds", oldest);
    let drilled = age(marks.drilled.as_deref(), now);
    gauge("sogoc_backup_drill_age_seconds", drilled);
    gauge("sogoc_backup_drill_differences", marks.differences);
    gauge("sogoc_copies_unmet", marks.unmet);
}

/// Room on the disks; not a number while a disk does not answer, which `sogoc_ready` says.
async fn disk_metrics(archive: &Archive) {
    let disks = archive.space().await.unwrap_or_default();
    for place in ["data", "vault"] {
        let disk = disks.iter().find(|disk| disk.place == place);
        let (free, size) = disk.map_or((f64::NAN, f64::NAN), |disk| {
            (disk.free as f64, disk.size as f64)
        });
        metrics::gauge!("sogoc_disk_free_bytes", "place" => place).set(free);
        metrics::gauge!("sogoc_disk_bytes", "place" => place).set(size);
    }
}

fn gauge(name: &'static str, value: i64) {
    metrics::gauge!(name).set(shown(value));
}

/// Seconds since an instant of the catalogue; 0 where there is none yet.
fn age(since: Option<&str>, now: Timestamp) -> i64 {
    since
        .and_then(parse_stamp)
        .map_or(0, |since| now.duration_since(since).as_secs())
}

/// A count as a gauge holds it; above 4,294,967,295 it stays there, below 0 it is 0.
fn shown(value: i64) -> f64 {
    f64::from(u32::try_from(value.max(0)).unwrap_or(u32::MAX))
}

/// What the reading pool of this process holds, how its pages ended, by outcome, and which fences stand around its
/// youngest child.
fn pool_metrics(archive: &State) {
    let stats = archive.pool.stats();
    metrics::gauge!("sogoc_reading_busy").set(stats.busy as f64);
    metrics::gauge!("sogoc_reading_bytes_admitted").set(stats.bytes_admitted as f64);
    metrics::gauge!("sogoc_reading_bytes_ceiling").set(stats.ceiling_bytes as f64);
    metrics::gauge!("sogoc_reading_child_bytes_highest").set(stats.highest_child_bytes as f64);
    metrics::counter!("sogoc_reading_outcomes_total", "outcome" => "done").absolute(0);
    for (outcome, count) in stats.outcomes {
        metrics::counter!("sogoc_reading_outcomes_total", "outcome" => outcome).absolute(count);
    }
    let stands = |fence: fn(Confinement) -> Fence| match stats.confinement.map(fence) {
        Some(Fence::Full) => 1.0,
        Some(Fence::Partial) => 0.5,
        Some(Fence::Absent) => 0.0,
        None => f64::NAN, // no child was started yet
    };
    let landlock = stands(|cage| cage.landlock);
    metrics::gauge!("sogoc_reading_fence", "fence" => "landlock").set(landlock);
    let seccomp = stands(|cage| cage.seccomp);
    metrics::gauge!("sogoc_reading_fence", "fence" => "seccomp").set(seccomp);
}
