//! Uploads under way: bytes wait in the spool until a file is whole, then it is received. An offset
//! is told only once its bytes are on disk, so what was acknowledged survives a power cut.

mod append;
mod parts;
mod spool;
mod sweep;

use std::path::Path;

use jiff::SignedDuration;

pub use append::{Checksum, append};
pub use sweep::sweep;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::batch::{check_digest, check_name, hold_open};
use crate::catalogue::Insert;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::scan::{self, Incoming, Scan};

/// How long an upload waits for its next byte.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Unfinished uploads one caller may have.
const MOST_OPEN: i64 = 1000;
/// Seconds to wait when there are too many.
const TOO_MANY_WAIT: u64 = 60;

/// A resumable upload (tus 1.0): a file on its way in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Upload {
    /// UUIDv7 as text; part of its address.
    pub id: String,
    /// Batch it is delivered to.
    pub batch_id: String,
    /// Name of the file, path inside the delivery.
    pub original_name: String,
    /// Bytes the whole file has.
    pub size: i64,
    /// Declared SHA-256, lower-case hex.
    pub sha256: Option<String>,
    /// Person or token id.
    #[serde(skip)]
    pub person: String,
    /// Bytes that are known to be on disk: the offset that is acknowledged.
    pub received: i64,
    /// Id of the scan it became, once whole.
    pub scan_id: Option<String>,
    /// When it was begun, RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC: when it is given up.
    pub expires_at: String,
}

/// What is said of a file before its first byte.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    /// Batch it is delivered to.
    pub batch_id: &'a str,
    /// Name of the file, path inside the delivery.
    pub name: &'a str,
    /// Bytes the whole file has.
    pub size: u64,
    /// SHA-256 its sender declares, lower-case hex.
    pub sha256: Option<&'a str>,
}

/// An upload and, once whole, what it became.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct UploadResult {
    /// How far it is.
    pub upload: Upload,
    /// What it became, once whole.
    pub scan: Option<Scan>,
}

/// Begins an upload; an empty file is received at once.
///
/// # Errors
/// `Invalid` name or digest, `NotFound` or `Refused` batch, `Refused` with `upload_too_large`,
/// `TooMany`, `Unavailable` when the disk has no room for it, `Forbidden`.
pub async fn create(archive: &Archive, caller: &Caller, given: &NewUpload<'_>) -> Result<Upload> {
    require(caller, Act::DeliverScans)?;
    check_name(given.name)?;
    if let Some(digest) = given.sha256 {
        check_digest(digest)?;
    }
    let size = check_size(archive, given.size)?;
    // Each open upload holds a file and promised disk space.
    check_open(archive, caller).await?;
    spool::check_room(archive, given.size).await?;
    let now = archive.clock.now();
    let upload = Upload {
        id: archive.clock.new_id(),
        batch_id: given.batch_id.into(),
        original_name: given.name.into(),
        size,
        sha256: given.sha256.map(str::to_owned),
        person: caller.id.clone(),
        received: 0,
        scan_id: None,
        created_at: stamp(now),
        expires_at: stamp(now + PATIENCE),
    };
    // The file first: a row without a file could not be told from bytes that were lost; the sweep finds a file without a row.
    spool::make(archive, &upload.id).await?;
    let mut tx = archive.begin(caller).await?;
    hold_open(&mut tx, &upload.batch_id).await?;
    Insert::into("uploads")
        .set("id", &upload.id)
        .set("batch_id", &upload.batch_id)
        .set("original_name", &upload.original_name)
        .set("size", upload.size)
        .set("sha256", &upload.sha256)
        .set("person", &upload.person)
        .set("received", 0_i64)
        .set("created_at", &upload.created_at)
        .set("expires_at", &upload.expires_at)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    // An empty file is whole from the start, and a client has nothing to send for it.
    if upload.size > 0 {
        return Ok(upload);
    }
    finish(archive, caller, upload).await
}

fn check_size(archive: &Archive, size: u64) -> Result<i64> {
    let most = archive.config.web.largest_upload_mib << 20;
    match i64::try_from(size) {
        Ok(bytes) if size <= most => Ok(bytes),
        _ => Err(Error::refuse(
            Message::new("errors.upload_too_large").with("most", most),
        )),
    }
}

async fn check_open(archive: &Archive, caller: &Caller) -> Result<()> {
    let open: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM uploads WHERE person = $1 AND scan_id IS NULL")
            .bind(&caller.id)
            .fetch_one(archive.catalogue.pool())
            .await?;
    if open < MOST_OPEN {
        return Ok(());
    }
    Err(Error::TooMany {
        retry_after: TOO_MANY_WAIT,
    })
}

/// The caller's upload of that id; another's is not found.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Upload> {
    require(caller, Act::DeliverScans)?;
    sqlx::query_as("SELECT * FROM uploads WHERE id = $1 AND person = $2")
        .bind(id)
        .bind(&caller.id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "upload" })
}

/// The caller's unfinished uploads of a batch, oldest first.
///
/// # Errors
/// `NotFound` batch, `Forbidden`.
pub async fn unfinished(archive: &Archive, caller: &Caller, batch_id: &str) -> Result<Vec<Upload>> {
    require(caller, Act::DeliverScans)?;
    crate::batch::get(archive, caller, batch_id).await?;
    Ok(sqlx::query_as(
        "SELECT * FROM uploads WHERE batch_id = $1 AND person = $2 AND scan_id IS NULL ORDER BY id",
    )
    .bind(batch_id)
    .bind(&caller.id)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// The upload with the scan it became.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn result(archive: &Archive, caller: &Caller, id: &str) -> Result<UploadResult> {
    let upload = get(archive, caller, id).await?;
    let scan = match &upload.scan_id {
        Some(scan_id) => Some(scan::get(archive, caller, scan_id).await?),
        None => None,
    };
    Ok(UploadResult { upload, scan })
}

/// Gives an unfinished upload up, when its sender asks. What was received stays received.
///
/// # Errors
/// `NotFound`, `Refused` with `upload_busy` while bytes are coming in, `Forbidden`.
pub async fn cancel(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    let upload = get(archive, caller, id).await?;
    // While bytes are coming in, their writer has the file; giving up waits for nobody and is refused.
    // A finished upload has no file any more; only its row is left.
    let _held = match upload.scan_id {
        None => Some(spool::hold(archive, id).await?),
        Some(_) => None,
    };
    let mut tx = archive.begin(caller).await?;
    tx.delete("uploads", "id", id).await?;
    tx.commit().await?;
    spool::remove(archive, id).await
}

/// Receives a file whose bytes are all there. A fault of the file itself ends the upload; when a
/// part is out of reach it stays, to be finished later.
async fn finish(archive: &Archive, caller: &Caller, upload: Upload) -> Result<Upload> {
    let (own, put_together);
    let path: &Path = match parts::are_shared(archive) {
        true => {
            put_together = match parts::whole(archive, &upload).await {
                Ok(path) => path,
                // Another node may have finished it and taken its parts away.
                Err(error) => return finished(archive, caller, &upload.id, error).await,
            };
            &put_together
        }
        false => {
            own = spool::path(archive, &upload.id);
            &own
        }
    };
    let incoming = Incoming {
        batch_id: &upload.batch_id,
        name: &upload.original_name,
        path,
        declared_sha256: upload.sha256.as_deref(),
    };
    let scan_id = match scan::receive(archive, caller, &incoming).await {
        Ok(scan) => Some(scan.id),
        Err(error @ Error::Invalid(_)) => {
            // The same bytes would fail the same way again, so there is nothing to take up later.
            drop_row(archive, &upload.id).await?;
            spool::remove(archive, &upload.id).await?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    // After the scan is in the vault and the catalogue: killed before this, the sweep finds the
    // upload whole and finishes it.
    let mut tx = archive.begin(caller).await?;
    tx.set("uploads", &upload.id, "scan_id", &scan_id).await?;
    tx.commit().await?;
    spool::remove(archive, &upload.id).await?;
    Ok(Upload { scan_id, ..upload })
}

/// The upload, if it became a scan meanwhile; else what went wrong.
async fn finished(archive: &Archive, caller: &Caller, id: &str, error: Error) -> Result<Upload> {
    match get(archive, caller, id).await {
        Ok(upload) if upload.scan_id.is_some() => Ok(upload),
        _ => Err(error),
    }
}

async fn drop_row(archive: &Archive, id: &str) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    tx.delete("uploads", "id", id).await?;
    tx.commit().await
}

/// Runs file work off the threads that serve others.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
}
