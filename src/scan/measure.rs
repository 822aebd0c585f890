//! What a file is before it is preserved: its digest and size in one pass, its pages as the reading pool
//! sees them from the headers.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::probe::Probe;
use tokio::sync::{Mutex, MutexGuard};

use crate::archive::Archive;
use crate::error::{Error, Result};

/// Media type of bytes nobody could name.
pub(super) const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Files up to this size are read once and then hashed, preserved and compared from memory.
const HELD: u64 = 8 * 1024 * 1024;

/// Ways in which equal bytes wait for each other; more than files are received at a time.
static TURNS: [Mutex<()>; 256] = [const { Mutex::const_new(()) }; 256];

/// Digest and size of a file, and its bytes when they are few.
pub(crate) struct Measured {
    pub sha256: String,
    pub size: i64,
    pub held: Option<Bytes>,
}

/// What the reading pool says of a file.
pub(crate) enum Probed {
    /// Pages to be read.
    Sound(Probe),
    /// A reason why not.
    Broken(FailureKind),
}

/// Hashes the file, off the threads that serve others.
pub(crate) async fn measure(path: &Path) -> Result<Measured> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || measure_now(&path))
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}

fn measure_now(path: &Path) -> Result<Measured> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    // A folder or a device of that name would be read without end.
    if !metadata.is_file() {
        return Err(Error::fault("/name", "faults.not_regular_file"));
    }
    // Small files are read once; hashing, preserving and comparing then work on the same bytes.
    if metadata.len() <= HELD {
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        return Ok(Measured {
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: size_of(bytes.len() as u64)?,
            held: Some(bytes.into()),
        });
    }
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hasher.update(&chunk[..read]);
        size += read as u64;
    }
    Ok(Measured {
        sha256: hex::encode(hasher.finalize()),
        size: size_of(size)?,
        held: None,
    })
}

fn size_of(bytes: u64) -> Result<i64> {
    i64::try_from(bytes).map_err(|_| Error::Internal("a file beyond any disk".into()))
}

/// Waits until nobody else in this process is receiving these bytes.
pub(super) async fn lock_digest(sha256: &str) -> MutexGuard<'static, ()> {
    // By the first byte of the digest: different files seldom wait for each other, equal ones
    // always do.
    let first = sha256.get(..2).unwrap_or_default();
    let way = usize::from_str_radix(first, 16).unwrap_or(0);
    TURNS[way].lock().await
}

/// Asks the reading pool. Only what speaks of the file quarantines it; a pool that is out of reach
/// makes the sender come again.
pub(crate) async fn probe(archive: &Archive, path: &Path) -> Result<Probed> {
    match archive.pool.probe(path).await {
        Ok(probe) => Ok(Probed::Sound(probe)),
        Err(failure) => match failure.kind {
            // Neither speaks of the file: the pool is away, or the program asked wrongly.
            FailureKind::Unavailable | FailureKind::Refused => {
                Err(Error::unavailable("reading pool", failure.detail))
            }
            kind => Ok(Probed::Broken(kind)),
        },
    }
}
