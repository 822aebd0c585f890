//! Long documents: the asker waits a little, the making goes on without them, and whoever asks again
//! finds it. Made files lie in the spool of this process until they are fetched or grow old.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::{Made, Wish, assemble};
use crate::archive::Archive;
use crate::error::{Error, Result};

/// How long one request waits; proxies give up after a minute.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long a made document waits to be fetched.
const KEPT: Duration = Duration::from_secs(900);
/// Documents being made or waiting at the same time.
const ROOM: usize = 8;

struct Making {
    task: JoinHandle<Result<Made>>,
    since: Instant,
}

static SHELF: LazyLock<Mutex<HashMap<String, Making>>> = LazyLock::new(Mutex::default);

/// The document, if it is ready in time.
///
/// # Errors
/// As making it; `Blocked` while it is being made, or while too many are.
pub(super) async fn fetch(archive: &Arc<Archive>, wish: Wish) -> Result<Made> {
    let key = format!("{}/{}", archive.spool.display(), wish.key());
    let mut making = match taken(&key)? {
        Some(making) => making,
        None => begin(archive, wish),
    };
    match tokio::time::timeout(PATIENCE, &mut making.task).await {
        Ok(made) => made.map_err(|_| Error::Internal("making a document stopped short".into()))?,
        Err(_) => {
            shelf().insert(key, making);
            Err(not_yet())
        }
    }
}

fn begin(archive: &Arc<Archive>, wish: Wish) -> Making {
    let archive = Arc::clone(archive);
    Making {
        task: tokio::spawn(async move { assemble::make(&archive, &wish).await }),
        since: Instant::now(),
    }
}

/// What is on the shelf under this key, after what grew old is gone.
fn taken(key: &str) -> Result<Option<Making>> {
    let mut shelf = shelf();
    shelf.retain(|_, making| {
        let fresh = making.since.elapsed() < KEPT;
        if !fresh {
            making.task.abort(); // dropping what it made removes the file
        }
        fresh
    });
    match shelf.remove(key) {
        None if shelf.len() >= ROOM => Err(not_yet()),
        making => Ok(making),
    }
}

fn shelf() -> std::sync::MutexGuard<'static, HashMap<String, Making>> {
    // The map is whole after every statement, so a panic elsewhere does not spoil it.
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_yet() -> Error {
    Error::Blocked {
        code: "being_made",
        vi: "Tài liệu dài đang được lập; hãy mở lại sau ít phút.".into(),
        en: "A long document is being made; open it again in a few minutes.".into(),
    }
}
