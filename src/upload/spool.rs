//! Where bytes wait on this machine: one file an upload, held by one writer at a time, on a disk that is asked for
//! room before anything is promised. Where nodes share uploads it holds only the piece that is coming in.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{blocking, parts};
use crate::archive::Archive;
use crate::error::{Error, Result};

/// Room left free for catalogue, index and log.
const RESERVE: u64 = 64 << 20;

/// Folder of all uploads.
pub(super) fn folder(archive: &Archive) -> PathBuf {
    archive.spool.join("uploads")
}

/// File of one upload; ids are made by us, never by the sender.
pub(super) fn path(archive: &Archive, id: &str) -> PathBuf {
    folder(archive).join(id)
}

/// Makes the empty file, and makes sure that it will still be there after a power cut.
pub(super) async fn make(archive: &Archive, id: &str) -> Result<()> {
    if parts::are_shared(archive) {
        return Ok(());
    }
    let (folder, path) = (folder(archive), path(archive, id));
    blocking(move || {
        std::fs::create_dir_all(&folder)?;
        // Created new: ids are ours, so a file of that name would be somebody's bytes.
        File::create_new(&path)?.sync_all()?;
        // The folder too: after a power failure the row would otherwise name a file that is not there.
        File::open(&folder)?.sync_all()?;
        Ok(())
    })
    .await
}

/// Opens the file for the one writer it may have, in this process or another on this disk; where nodes share uploads,
/// an empty one for what comes next.
pub(super) async fn hold(archive: &Archive, id: &str) -> Result<File> {
    if parts::are_shared(archive) {
        let folder = archive.spool.clone();
        return blocking(move || Ok(tempfile::tempfile_in(folder)?)).await;
    }
    let path = path(archive, id);
    blocking(move || {
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Error::NotFound { what: "upload" });
            }
            other => other?,
        };
        // A lock of the system and not a row: it ends with its process, however that dies.
        file.try_lock()
            .map_err(|_| Error::refuse("errors.upload_busy"))?;
        Ok(file)
    })
    .await
}

/// Removes the file, or the shared parts; what is gone already is fine.
pub(super) async fn remove(archive: &Archive, id: &str) -> Result<()> {
    if parts::are_shared(archive) {
        return parts::remove(archive, id).await;
    }
    let path = path(archive, id);
    blocking(move || match std::fs::remove_file(&path) {
        // An earlier try may have removed it already.
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    })
    .await
}

/// Refuses what the disk cannot take: the bytes themselves, their copy in the vault, and what other
/// uploads were promised.
pub(super) async fn check_room(archive: &Archive, size: u64) -> Result<()> {
    // What is promised to uploads under way is not free, although the disk says so.
    let promised: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(size - received), 0) AS BIGINT) FROM uploads
         WHERE scan_id IS NULL",
    )
    .fetch_one(archive.catalogue.pool())
    .await?;
    let promised = u64::try_from(promised).unwrap_or(0);
    let spool = archive.spool.clone();
    let free = blocking(move || free_bytes(&spool)).await?;
    let needed = match parts::are_shared(archive) {
        // Only once it is whole, on the machine that receives it.
        true => size,
        // Twice, because the vault's copy is written while the spool still holds the file.
        false => size.saturating_add(promised).saturating_mul(2),
    };
    if needed.saturating_add(RESERVE) <= free {
        return Ok(());
    }
    Err(Error::unavailable(
        "disk",
        std::io::Error::from(ErrorKind::StorageFull),
    ))
}

fn free_bytes(folder: &Path) -> Result<u64> {
    let disk = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}
