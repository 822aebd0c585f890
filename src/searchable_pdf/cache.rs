//! Cache of documents that take long to make: a request waits a little, the work goes on without it, and the
//! next request finds the result. Made files stay in the spool of this process until they are fetched or expire.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::{Made, Order, assemble};
use crate::archive::Archive;
use crate::error::{Error, Result};

/// How long one request waits; proxies give up after a minute.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long a made document stays.
const LIFETIME: Duration = Duration::from_secs(900);
/// Most documents being made or waiting at the same time.
const CAPACITY: usize = 8;

struct Making {
    task: JoinHandle<Result<Made>>,
    since: Instant,
}

static CACHE: LazyLock<Mutex<HashMap<String, Making>>> = LazyLock::new(Mutex::default);

/// The document, if it is ready in time.
///
/// # Errors
/// As making it; `Blocked` while it is being made, or while too many are.
pub(super) async fn fetch(archive: &Arc<Archive>, order: Order) -> Result<Made> {
    // By archive, since tests run several in one process.
    let key = format!("{}/{}", archive.spool.display(), order.key());
    let mut making = match taken(&key)? {
        Some(making) => making,
        None => begin(archive, order),
    };
    match tokio::time::timeout(PATIENCE, &mut making.task).await {
        Ok(made) => made.map_err(|_| Error::Internal("making a document stopped short".into()))?,
        Err(_) => {
            // Left running: whoever asks again in a quarter of an hour takes it up where it is.
            cache().insert(key, making);
            Err(not_yet())
        }
    }
}

fn begin(archive: &Arc<Archive>, order: Order) -> Making {
    let archive = Arc::clone(archive);
    Making {
        task: tokio::spawn(async move { assemble::make(&archive, &order).await }),
        since: Instant::now(),
    }
}

/// Takes what is cached under this key, after removing what expired.
fn taken(key: &str) -> Result<Option<Making>> {
    let mut cache = cache();
    cache.retain(|_, making| {
        let fresh = making.since.elapsed() < LIFETIME;
        if !fresh {
            making.task.abort(); // dropping what it made removes the file
        }
        fresh
    });
    match cache.remove(key) {
        // Each document holds a file and a child; beyond that, people are asked to come back.
        None if cache.len() >= CAPACITY => Err(not_yet()),
        making => Ok(making),
    }
}

fn cache() -> std::sync::MutexGuard<'static, HashMap<String, Making>> {
    // The map is whole after every statement, so a panic elsewhere does not spoil it.
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_yet() -> Error {
    Error::block("errors.being_made")
}
