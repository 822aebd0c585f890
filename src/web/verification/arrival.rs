//! A file uploaded for verification, on its way in: it waits in the spool, nameless, and never in memory.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Multipart;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use crate::access;
use crate::certified_copy::{self, FileVerified, UploadedFile};
use crate::error::Error;
use crate::seal::VerificationSlot;
use crate::web::State;

/// Largest copy that may be uploaded for verification, in bytes.
pub(super) const LARGEST_COPY: usize = 32 << 20;

/// Files that one address may upload within five minutes: each is read and judged in full.
const MOST_FILES: i64 = 60;

/// Slows an address that hands in file after file.
///
/// # Errors
/// `TooMany`, with the seconds to wait.
pub(super) async fn admit_file(archive: &State, peer: &str) -> Result<(), Error> {
    access::meter(archive, &format!("verify_file:{peer}"), MOST_FILES).await
}

/// A file may take this long to arrive.
pub(super) const ARRIVAL: Duration = Duration::from_secs(60);

/// A file on its way in: it waits in the spool, nameless, and never in memory.
pub struct Arriving {
    file: tokio::fs::File,
    hash: Sha256,
    length: usize,
}

/// Why a file did not arrive.
pub enum NotArrived {
    /// Larger than [`LARGEST_COPY`], cut off, or too slow.
    TooLarge,
    /// A fault of ours.
    Fault(Error),
}

impl<E: Into<Error>> From<E> for NotArrived {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Arriving {
    fn new(archive: &State) -> Result<Self, Error> {
        Ok(Self {
            // The file has no name in the spool, so that it is gone when the process ends, however
            // it ends.
            file: tokio::fs::File::from_std(tempfile::tempfile_in(&archive.spool)?),
            hash: Sha256::new(),
            length: 0,
        })
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<(), NotArrived> {
        // Counted as it comes: a length announced in a header is only the sender's word.
        self.length += bytes.len();
        if self.length > LARGEST_COPY {
            return Err(NotArrived::TooLarge);
        }
        self.hash.update(bytes);
        Ok(self.file.write_all(bytes).await?)
    }

    async fn arrived(mut self) -> Result<UploadedFile, NotArrived> {
        self.file.rewind().await?; // flushes first
        Ok(UploadedFile {
            file: self.file.into_std().await,
            sha256: hex::encode(self.hash.finalize()),
        })
    }
}

/// Takes in the body of a request, which is the file, and says what is to be said of it.
///
/// # Errors
/// `TooLarge`; `TooMany`, `Unavailable`.
pub async fn verify_body(
    archive: &State,
    peer: &str,
    body: Body,
) -> Result<FileVerified, NotArrived> {
    admit_file(archive, peer).await?;
    // The place is taken before the bytes come and held until the verdict, so that slow senders
    // cannot pile up files that wait.
    let _slot = slot(archive)?;
    let arriving = async {
        let mut file = Arriving::new(archive)?;
        let mut parts = body.into_data_stream();
        while let Some(bytes) = parts.next().await {
            file.take(&bytes.map_err(|_| NotArrived::TooLarge)?).await?;
        }
        file.arrived().await
    };
    let arrived = tokio::time::timeout(ARRIVAL, arriving).await;
    // A sender too slow gets the same answer as one too large: what they can do about it is alike.
    let file = arrived.map_err(|_| NotArrived::TooLarge)??;
    Ok(certified_copy::verify_uploaded(archive, file).await?)
}

/// A place among the files that are judged at the same time, free again when it is dropped.
pub(super) fn slot(archive: &State) -> Result<VerificationSlot, Error> {
    let slot = archive.cage.slot();
    slot.map_err(|why| Error::unavailable("verification", why))
}

/// The file among the parts of a form; none when the form holds none.
pub(super) async fn file_of(
    archive: &State,
    mut parts: Multipart,
) -> Result<Option<UploadedFile>, NotArrived> {
    let cut_off = |_| NotArrived::TooLarge;
    while let Some(mut part) = parts.next_field().await.map_err(cut_off)? {
        if part.name() != Some("file") {
            continue;
        }
        let mut file = Arriving::new(archive)?;
        while let Some(bytes) = part.chunk().await.map_err(cut_off)? {
            file.take(&bytes).await?;
        }
        return match file.length {
            // Browsers send an empty part where no file was chosen.
            0 => Ok(None),
            _ => file.arrived().await.map(Some),
        };
    }
    Ok(None)
}
