//! Signals: the first asks for a soft stop (finish what is under way), the second, or thirty seconds,
//! ends it hard. Everything spawned is tracked.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long work under way may take to finish after a soft stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// Cancels `stop` at the first SIGINT or SIGTERM, then waits for `tasks`; false when it had to stop hard.
///
/// # Errors
/// When the process may not listen for signals.
pub async fn until_stopped(stop: CancellationToken, tasks: TaskTracker) -> std::io::Result<bool> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = stop.cancelled() => {}
    }
    tracing::info!("stopping: finishing what is under way");
    stop.cancel();
    tasks.close();
    let soft = tokio::select! {
        () = tasks.wait() => true,
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        () = tokio::time::sleep(PATIENCE) => false,
    };
    if !soft {
        // Leases run out and others take over; nothing acknowledged depends on what is cut here.
        tracing::warn!("stopped hard");
    }
    Ok(soft)
}
