//! The loop behind `work`: leases a job, calls the verb it names, completes it. Each kind has its own
//! queue and width, so that pages never hold up a citizen's copy.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::jobs::{self, End, Kind, Leased};
use crate::{
    audit, certified_copy, column_map, copy_request, discrepancy, document, fonds, import,
    inspection, notify, page, preservation, search, unit, upload,
};

/// How long an idle queue waits before it looks again.
const IDLE: Duration = Duration::from_millis(250);
/// Longest pause of a queue while the world is wrong; begun with [`IDLE`] and doubled.
const SLOWEST: Duration = Duration::from_secs(15);
/// The same where a citizen waits.
const SLOWEST_FOR_CITIZENS: Duration = Duration::from_secs(2);
/// How often the log's new entries are put into the signed tree.
const SEQUENCE: Duration = Duration::from_secs(1);
/// How often abandoned uploads, unanswered requests and seals to be renewed are looked for.
const SWEEP: Duration = Duration::from_secs(600);

/// How many jobs of a kind this process works on at once.
fn width(archive: &Archive, kind: Kind) -> usize {
    match kind {
        Kind::ReadPage => archive.config.readers(),
        // Two, so that one copy whose time authority is slow, or one portal that hangs, does not stop the
        // next.
        Kind::IssueCopy | Kind::NotifyPortal => 2,
        // One at a time: they write to the vault or sweep, where side by side they would only wait
        // for each other.
        Kind::PreserveRecords
        | Kind::PreserveLine
        | Kind::PreserveRequest
        | Kind::PreserveMap
        | Kind::ReadDocument
        | Kind::InspectBatch
        | Kind::PreserveFlags
        | Kind::TakeEffect
        | Kind::RenewSeal
        | Kind::SweepSeals
        | Kind::SweepUploads
        | Kind::SweepRequests
        | Kind::PreserveUnit
        | Kind::PreserveFonds
        | Kind::PreserveFile
        | Kind::PreserveVolume
        | Kind::PreserveDocument
        | Kind::TakeInList
        | Kind::CompareLists
        | Kind::PreserveImport
        | Kind::PreserveAnswers => 1,
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

/// Puts the log's new entries into the signed tree until `stop`, and compares the whole log with it now and then.
pub fn sequence(archive: &Arc<Archive>, stop: &CancellationToken, tasks: &TaskTracker) {
    let (archive, stop) = (archive.clone(), stop.clone());
    tasks.spawn(async move {
        let mut slowed = SEQUENCE;
        loop {
            match sequence_once(&archive).await {
                Ok(()) => slowed = SEQUENCE,
                Err(error) => {
                    tracing::warn!(code = error.code(), "the log waits; trying again");
                    slowed = (slowed * 2).min(SLOWEST);
                }
            }
            if pause(&stop, slowed).await {
                return;
            }
        }
    });
}

async fn sequence_once(archive: &Archive) -> Result<()> {
    audit::publish(archive).await?;
    audit::check_if_due(archive).await
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
            // Worked off kind by kind, again until nothing is found: one job's end enqueues the
            // next kind.
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

/// While a part of the world is wrong, the queue is slowed down: each of its jobs would only meet the same.
async fn work(archive: Arc<Archive>, kind: Kind, stop: CancellationToken) {
    let holder = archive.clock.new_id();
    let mut slowed = IDLE;
    let slowest = match kind {
        Kind::IssueCopy => SLOWEST_FOR_CITIZENS,
        _ => SLOWEST,
    };
    while !stop.is_cancelled() {
        let met = match jobs::lease(&archive.catalogue, &*archive.clock, kind, &holder).await {
            Ok(Some(job)) => held(&archive, &job).await,
            // The short pause keeps an idle archive quiet and a citizen's copy waiting for a
            // quarter of a second at most.
            Ok(None) => {
                pause(&stop, IDLE).await;
                continue;
            }
            Err(error) => {
                let (kind, code) = (kind.as_str(), error.code());
                tracing::warn!(kind, code, "the queue does not answer");
                // The queue out of reach is a fault of the world like any other: slow down instead
                // of asking in a tight loop.
                Some(End::World)
            }
        };
        if met == Some(End::World) {
            slowed = (slowed * 2).min(slowest);
            pause(&stop, slowed).await;
        } else {
            // One job that went through shows that the world is right again.
            slowed = IDLE;
        }
    }
}

/// Runs a job while prolonging its lease; drops it when the lease is lost, for then it is another's.
async fn held(archive: &Archive, job: &Leased) -> Option<End> {
    let (catalogue, clock) = (&archive.catalogue, &*archive.clock);
    let ended = jobs::while_held(catalogue, clock, job, run(archive, job)).await;
    ended.flatten()
}

/// Runs a job to its end: none when it is done, else what it met, with which it was given back.
async fn run(archive: &Archive, job: &Leased) -> Option<End> {
    // A panic is a fault of the program in this job; the queue's other jobs go on.
    let outcome = AssertUnwindSafe(verb(archive, job)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Error::Internal("a job panicked".into())));
    let word = outcome.as_ref().err().map_or("done", Error::code);
    metrics::counter!("sogoc_jobs_total", "kind" => job.kind.as_str(), "outcome" => word)
        .increment(1);
    // Only the word: an error may name what the log must not.
    let error = outcome.err()?;
    let (end, kind) = (End::of(&error), job.kind.as_str());
    tracing::warn!(job = job.id, kind, code = word, ?end, "job given back");
    let back = jobs::give_back(&archive.catalogue, &*archive.clock, job, end, word).await;
    if let Err(error) = back {
        // The lease runs out by itself; nothing is lost.
        tracing::warn!(
            job = job.id,
            code = error.code(),
            "a job could not be given back"
        );
    }
    Some(end)
}

async fn verb(archive: &Archive, job: &Leased) -> Result<()> {
    match job.kind {
        Kind::ReadPage => page::read(archive, job).await,
        Kind::ReadDocument => page::read_document(archive, job).await,
        Kind::PreserveRecords => preservation::preserve(archive, job).await,
        Kind::IssueCopy => certified_copy::issue(archive, job).await,
        Kind::PreserveLine => certified_copy::preserve(archive, job).await,
        Kind::PreserveRequest => copy_request::preserve(archive, job).await,
        Kind::PreserveMap => column_map::preserve(archive, job).await,
        Kind::InspectBatch => inspection::inspect(archive, job).await,
        Kind::PreserveFlags => inspection::preserve(archive, job).await,
        Kind::TakeEffect => certified_copy::take_effect(archive, job).await,
        Kind::RenewSeal => certified_copy::renew(archive, job).await,
        Kind::SweepSeals => certified_copy::sweep_seals(archive, job).await,
        Kind::SweepUploads => upload::sweep(archive, job).await,
        Kind::NotifyPortal => notify::deliver(archive, job).await,
        Kind::SweepRequests => copy_request::sweep(archive, job).await,
        Kind::PreserveUnit => unit::preserve(archive, job).await,
        Kind::PreserveFonds => fonds::preserve(archive, job).await,
        Kind::PreserveFile => fonds::preserve_file(archive, job).await,
        Kind::PreserveVolume => fonds::preserve_volume(archive, job).await,
        Kind::PreserveDocument => document::preserve(archive, job).await,
        Kind::TakeInList => import::take_in(archive, job).await,
        Kind::CompareLists => import::compare(archive, job).await,
        Kind::PreserveImport => import::preserve(archive, job).await,
        Kind::PreserveAnswers => discrepancy::preserve(archive, job).await,
    }
}

async fn ask_for_sweeps(archive: Arc<Archive>, stop: CancellationToken) {
    loop {
        let asked = async {
            let mut tx = archive.begin_as_machine().await?;
            // The unique key of a waiting job makes this harmless when several processes ask at
            // once.
            for kind in [Kind::SweepUploads, Kind::SweepRequests, Kind::SweepSeals] {
                tx.enqueue(kind, "all", jobs::PRIORITY_UPKEEP).await?;
            }
            import::ask_to_compare(&mut tx).await?;
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
