//! The loop behind `work`: leases a job, calls the verb it names, completes it. Each kind has its own
//! queue and width, so that pages never hold up a citizen's copy.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::archive::Archive;
use crate::error::Result;
use crate::jobs::{self, Kind, Leased};
use crate::{
    certified_copy, column_map, copy_request, inspection, notify, page, preservation, search,
    upload,
};

/// How long an idle queue waits before it looks again.
const IDLE: Duration = Duration::from_millis(250);
/// How often a lease is prolonged.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often abandoned uploads, unanswered requests and seals to be renewed are looked for.
const SWEEP: Duration = Duration::from_secs(600);

/// How many jobs of a kind this process works on at once.
fn width(archive: &Archive, kind: Kind) -> usize {
    match kind {
        Kind::ReadPage => archive.config.readers(),
        Kind::IssueCopy | Kind::TellPortal => 2,
        Kind::KeepRecords
        | Kind::KeepLine
        | Kind::KeepRequest
        | Kind::KeepMap
        | Kind::InspectBatch
        | Kind::KeepFlags
        | Kind::TakeEffect
        | Kind::RenewSeal
        | Kind::SweepSeals
        | Kind::SweepUploads
        | Kind::SweepRequests => 1,
    }
}

/// Works all queues until `stop`; jobs under way are finished first.
pub fn start(archive: &Arc<Archive>, stop: &CancellationToken, tasks: &TaskTracker) {
    for kind in Kind::ALL.iter().copied() {
        for _ in 0..width(archive, kind) {
            tasks.spawn(work(archive.clone(), kind, stop.clone()));
        }
    }
    tasks.spawn(ask_for_sweeps(archive.clone(), stop.clone()));
}

/// Follows the publication sequence into this process's index until `stop`.
pub fn follow(archive: &Arc<Archive>, stop: &CancellationToken, tasks: &TaskTracker) {
    let (archive, stop) = (archive.clone(), stop.clone());
    tasks.spawn(async move {
        loop {
            if let Err(error) = search::follow(&archive).await {
                tracing::warn!(
                    code = error.code(),
                    "the index could not follow; trying again"
                );
            }
            if pause(&stop, IDLE).await {
                return;
            }
        }
    });
}

/// Works until every queue is empty; for the command line and for tests.
///
/// # Errors
/// As leasing.
pub async fn drain(archive: &Archive) -> Result<u64> {
    work_off(archive, Kind::ALL).await
}

/// Works until the queues of these kinds are empty.
///
/// # Errors
/// As leasing.
pub async fn work_off(archive: &Archive, kinds: &[Kind]) -> Result<u64> {
    let holder = archive.clock.new_id();
    let mut done = 0;
    loop {
        let before = done;
        for &kind in kinds {
            while let Some(job) =
                jobs::lease(&archive.catalogue, &*archive.clock, kind, &holder).await?
            {
                run(archive, &job).await;
                done += 1;
            }
        }
        if done == before {
            return Ok(done);
        }
    }
}

async fn work(archive: Arc<Archive>, kind: Kind, stop: CancellationToken) {
    let holder = archive.clock.new_id();
    while !stop.is_cancelled() {
        match jobs::lease(&archive.catalogue, &*archive.clock, kind, &holder).await {
            Ok(Some(job)) => with_heartbeat(&archive, &job).await,
            Ok(None) => {
                pause(&stop, IDLE).await;
            }
            Err(error) => {
                tracing::warn!(
                    kind = kind.as_str(),
                    code = error.code(),
                    "the queue does not answer"
                );
                pause(&stop, IDLE * 8).await;
            }
        }
    }
}

/// Runs a job while prolonging its lease; drops it when the lease is lost, for then it is another's.
async fn with_heartbeat(archive: &Archive, job: &Leased) {
    tokio::select! {
        () = run(archive, job) => {}
        () = until_lost(archive, job) => {
            tracing::warn!(job = job.id, kind = job.kind.as_str(), "lease lost; dropped");
        }
    }
}

/// Prolongs the lease again and again; ends only when it is no longer ours.
async fn until_lost(archive: &Archive, job: &Leased) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let ours = jobs::heartbeat(&archive.catalogue, &*archive.clock, job).await;
        if matches!(ours, Ok(false)) {
            return;
        }
    }
}

async fn run(archive: &Archive, job: &Leased) {
    if job.attempt > job.kind.most_attempts() {
        // Its holders died again and again; one more try would only take the next one along.
        give_back(archive, job, "holder_lost", false).await;
        return;
    }
    let outcome = match job.kind {
        Kind::ReadPage => page::read(archive, job).await,
        Kind::KeepRecords => preservation::preserve(archive, job).await,
        Kind::IssueCopy => certified_copy::issue(archive, job).await,
        Kind::KeepLine => certified_copy::preserve(archive, job).await,
        Kind::KeepRequest => copy_request::preserve(archive, job).await,
        Kind::KeepMap => column_map::preserve(archive, job).await,
        Kind::InspectBatch => inspection::inspect(archive, job).await,
        Kind::KeepFlags => inspection::preserve(archive, job).await,
        Kind::TakeEffect => certified_copy::take_effect(archive, job).await,
        Kind::RenewSeal => certified_copy::renew(archive, job).await,
        Kind::SweepSeals => certified_copy::sweep_seals(archive, job).await,
        Kind::SweepUploads => upload::sweep(archive, job).await,
        Kind::TellPortal => notify::deliver(archive, job).await,
        Kind::SweepRequests => copy_request::sweep(archive, job).await,
    };
    let word = outcome
        .as_ref()
        .err()
        .map_or("done", crate::error::Error::code);
    metrics::counter!("sogoc_jobs_total", "kind" => job.kind.as_str(), "outcome" => word)
        .increment(1);
    if let Err(error) = outcome {
        tracing::warn!(
            job = job.id,
            kind = job.kind.as_str(),
            code = error.code(),
            "job given back"
        );
        give_back(archive, job, error.code(), error.is_transient()).await;
    }
}

async fn give_back(archive: &Archive, job: &Leased, code: &str, retry: bool) {
    let back = jobs::give_back(&archive.catalogue, &*archive.clock, job, code, retry).await;
    if let Err(error) = back {
        // The lease runs out by itself; nothing is lost.
        tracing::warn!(
            job = job.id,
            code = error.code(),
            "a job could not be given back"
        );
    }
}

async fn ask_for_sweeps(archive: Arc<Archive>, stop: CancellationToken) {
    loop {
        let asked = async {
            let mut tx = archive.begin_as_machine().await?;
            for kind in [Kind::SweepUploads, Kind::SweepRequests, Kind::SweepSeals] {
                tx.enqueue(kind, "all", jobs::PRIORITY_UPKEEP).await?;
            }
            tx.commit().await
        };
        if let Err(error) = asked.await {
            tracing::warn!(code = error.code(), "sweeping could not be asked for");
        }
        if pause(&stop, SWEEP).await {
            return;
        }
    }
}

/// True when told to stop.
async fn pause(stop: &CancellationToken, length: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => true,
        () = tokio::time::sleep(length) => false,
    }
}
