//! Taking in the next bytes of an upload.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, SeekFrom};

use super::{PATIENCE, Upload, finish, get, parts, spool};
use crate::access::Caller;
use crate::archive::Archive;
use crate::catalogue::changed_one;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;

/// Bytes after which they are made durable and acknowledged, though more are coming.
const CHECKPOINT: i64 = 16 << 20;

/// What the sender says the digest of one request's bytes is (tus 1.0, extension `checksum`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1, 20 bytes; every tus server has to know it.
    Sha1(Vec<u8>),
    /// SHA-256 of the piece, 32 bytes.
    Sha256(Vec<u8>),
}

/// Appends `body` at `offset`; when the file is whole it is received. Bytes that came before a
/// connection broke are taken, except under a checksum, which speaks of all or nothing.
///
/// # Errors
/// `NotFound`; `Refused` with `upload_busy`, `offset_differs`, `checksum_differs` or
/// `upload_too_large`; `Invalid` when the connection broke or as receiving; `Unavailable`.
pub async fn append<E: std::fmt::Display>(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    offset: u64,
    checksum: Option<&Checksum>,
    body: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Upload> {
    let upload = get(archive, caller, id).await?;
    // The answer to the last piece may have been lost: who sends it again learns that all of it is here.
    if upload.scan_id.is_some() {
        check_offset(&upload, offset)?;
        return Ok(upload);
    }
    let held = spool::hold(archive, id).await?;
    // Looked at again under the lock: another request may have brought bytes meanwhile.
    let upload = get(archive, caller, id).await?;
    check_offset(&upload, offset)?;
    let mut taking = Taking::begin(archive, upload, held, checksum).await?;
    // What came before the connection broke counts, unless a checksum was to cover it.
    let came = taking.take(body).await;
    let upload = taking.end(came.is_ok()).await?;
    came?;
    if upload.received < upload.size {
        return Ok(upload);
    }
    finish(archive, caller, upload).await
}

fn check_offset(upload: &Upload, offset: u64) -> Result<()> {
    if u64::try_from(upload.received) == Ok(offset) {
        return Ok(());
    }
    Err(Error::refuse(
        Message::new("errors.offset_differs").with("received", upload.received),
    ))
}

/// One request's bytes on their way to the spool.
struct Taking<'a> {
    archive: &'a Archive,
    upload: Upload,
    file: tokio::fs::File,
    /// Where the file begins in the upload: at its first byte, or with shared parts at the first one not acknowledged.
    base: i64,
    checksum: Option<(&'a Checksum, Hashing)>,
    /// Bytes written to the file, acknowledged or not.
    written: i64,
}

enum Hashing {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl<'a> Taking<'a> {
    async fn begin(
        archive: &'a Archive,
        upload: Upload,
        held: std::fs::File,
        checksum: Option<&'a Checksum>,
    ) -> Result<Self> {
        let base = match parts::are_shared(archive) {
            true => upload.received,
            false => 0,
        };
        let checksum = checksum.map(|checksum| match checksum {
            Checksum::Sha1(_) => (checksum, Hashing::Sha1(Sha1::new())),
            Checksum::Sha256(_) => (checksum, Hashing::Sha256(Sha256::new())),
        });
        let mut taking = Self {
            archive,
            written: upload.received,
            upload,
            file: tokio::fs::File::from_std(held),
            base,
            checksum,
        };
        // A write that was cut off may have left anything behind the acknowledged end.
        taking.cut_back().await?;
        Ok(taking)
    }

    /// Forgets what lies behind the acknowledged bytes: it was never promised, and may be torn.
    async fn cut_back(&mut self) -> Result<()> {
        let start = u64::try_from(self.upload.received - self.base).unwrap_or(0);
        self.file.set_len(start).await?;
        self.file.seek(SeekFrom::Start(start)).await?;
        Ok(())
    }

    async fn take<E: std::fmt::Display>(
        &mut self,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<()> {
        let mut body = std::pin::pin!(body);
        while let Some(chunk) = body.next().await {
            let chunk =
                chunk.map_err(|_| Error::fault("", "faults.connection_broke_before_end"))?;
            let after = self.written.saturating_add_unsigned(chunk.len() as u64);
            // Whoever sends more than announced would fill the disk beyond what was checked.
            if after > self.upload.size {
                return Err(Error::refuse("errors.upload.upload_too_large"));
            }
            self.file.write_all(&chunk).await?;
            self.written = after;
            match &mut self.checksum {
                Some((_, Hashing::Sha1(hasher))) => hasher.update(&chunk),
                Some((_, Hashing::Sha256(hasher))) => hasher.update(&chunk),
                // Not where a checksum covers the whole piece: bytes that may yet be refused are not acknowledged.
                None if self.written - self.upload.received >= CHECKPOINT => {
                    self.acknowledge().await?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Makes what came durable, or forgets it when its checksum does not hold.
    async fn end(mut self, whole: bool) -> Result<Upload> {
        if let Some((declared, hashing)) = self.checksum.take() {
            // A checksum covers all or nothing: a part of the piece proves nothing.
            let holds = whole && matches(declared, hashing);
            if !holds {
                // So that the next piece begins where the acknowledged bytes end.
                self.cut_back().await?;
            }
            if whole && !holds {
                return Err(Error::refuse("errors.checksum_differs"));
            }
            if !holds {
                return Ok(self.upload);
            }
        }
        self.acknowledge().await?;
        Ok(self.upload)
    }

    async fn acknowledge(&mut self) -> Result<()> {
        self.file.flush().await?;
        // Before the row says so: an offset that is acknowledged must survive a power failure, and where nodes share
        // uploads the loss of this one.
        let parts = match parts::are_shared(self.archive) {
            true => {
                self.file.rewind().await?;
                let file = self.file.try_clone().await?.into_std().await;
                parts::put(self.archive, &self.upload.id, file, self.base).await?
            }
            false => {
                self.file.sync_data().await?;
                Vec::new()
            }
        };
        // Counted from the newest bytes, so that a slow line is not given up while it still brings some.
        let expires_at = stamp(self.archive.clock.now() + PATIENCE);
        let mut tx = self.archive.begin_as_machine().await?;
        // Only from where this request began: no lock of this machine keeps another node from the same upload.
        let statement =
            "UPDATE uploads SET received = $1, expires_at = $2 WHERE id = $3 AND received = $4
             AND scan_id IS NULL";
        let moved = sqlx::query(statement)
            .bind(self.written)
            .bind(&expires_at)
            .bind(&self.upload.id)
            .bind(self.upload.received);
        if !changed_one(&mut tx, moved).await? {
            return Err(Error::refuse("errors.upload_busy"));
        }
        parts::enter(&mut tx, &self.upload.id, &parts).await?;
        tx.commit().await?;
        self.upload.received = self.written;
        self.upload.expires_at = expires_at;
        if parts::are_shared(self.archive) {
            self.base = self.written;
            self.cut_back().await?;
        }
        Ok(())
    }
}

fn matches(declared: &Checksum, hashing: Hashing) -> bool {
    match (declared, hashing) {
        (Checksum::Sha1(digest), Hashing::Sha1(hasher)) => hasher.finalize()[..] == digest[..],
        (Checksum::Sha256(digest), Hashing::Sha256(hasher)) => hasher.finalize()[..] == digest[..],
        _ => false,
    }
}
