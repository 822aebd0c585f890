//! Graceful shutdown: the first signal lets running work finish, a second one, or thirty seconds, ends it
//! at once. Every spawned task is tracked.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time that running work has to finish after the first signal.
const GRACE_PERIOD: Duration = Duration::from_secs(30);

/// Cancels `stop` at the first SIGINT or SIGTERM, then waits for `tasks`; false when some had to be cut off.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub async fn until_stopped(stop: CancellationToken, tasks: TaskTracker) -> std::io::Result<bool> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = stop.cancelled() => {}
    }
    tracing::info!("stopping: finishing running work");
    stop.cancel();
    tasks.close();
    let graceful = tokio::select! {
        () = tasks.wait() => true,
        _ = interrupt.recv() => false,
        _ = terminate.recv() => false,
        () = tokio::time::sleep(GRACE_PERIOD) => false,
    };
    if !graceful {
        // Nothing acknowledged depends on what is cut off here: its leases expire and another worker
        // takes over.
        tracing::warn!("stopped hard");
    }
    Ok(graceful)
}
