//! The upkeep of deliveries: finishes uploads that are whole, gives up abandoned ones and says so in
//! the log, removes what a crash left in the spool, brings late receipts into the vault.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{PATIENCE, Upload, blocking, finish, parts, spool};
use crate::access::{Caller, CallerKind, Role};
use crate::archive::Archive;
use crate::audit::Action;
use crate::batch;
use crate::catalogue::changed_one;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::scan::MASTER_PREFIX;

/// A file of the spool this old belongs to nobody who still lives.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How long whoever took the last byte has for receiving the file.
const BEING_FINISHED: Duration = Duration::from_secs(60);
/// Uploads looked at in one sweep.
const MOST_ROWS: i64 = 1000;

/// The job behind `sweep_uploads`.
///
/// # Errors
/// `Unavailable`.
pub async fn sweep(archive: &Archive, job: &Leased) -> Result<()> {
    // First of all: a file that is whole is not given up because a part was away when its last byte
    // came.
    finish_whole(archive).await?;
    expire(archive).await?;
    forget_received(archive).await?;
    // After the rows: a file is a stray only when no row knows it any more.
    remove_strays(archive).await?;
    batch::preserve_receipts(archive).await?;
    let tx = archive.begin_as_machine().await?;
    tx.complete_and_commit(job).await
}

/// Uploads whose last byte came while a part was out of reach.
async fn finish_whole(archive: &Archive) -> Result<()> {
    let statement =
        "SELECT * FROM uploads WHERE scan_id IS NULL AND received = size AND expires_at <= $2
         ORDER BY id LIMIT $1";
    // Each byte that came put its end off. Where nodes share uploads, one whose last byte has just come is being
    // finished, and no lock of this machine says so.
    let begun = match parts::are_shared(archive) {
        true => archive.clock.now() - BEING_FINISHED,
        false => archive.clock.now(),
    };
    let before = stamp(begun + PATIENCE);
    for upload in rows(archive, statement, Some(&before)).await? {
        let Some(_held) = hold_free(archive, &upload.id).await? else {
            continue;
        };
        // The scan is still its sender's delivery, so the log and the receipt name them and not the machine.
        let sender = Caller {
            id: upload.person.clone(),
            name: String::new(),
            roles: vec![Role::Archivist],
            kind: CallerKind::Machine,
            fresh: true,
        };
        match finish(archive, &sender, upload).await {
            Err(error) if error.is_transient() => return Err(error),
            // A fault of the file or its batch: it stays until it expires, and is reported then.
            _ => {}
        }
    }
    Ok(())
}

async fn expire(archive: &Archive) -> Result<()> {
    let statement = "SELECT * FROM uploads WHERE scan_id IS NULL AND expires_at < $2
         ORDER BY expires_at LIMIT $1";
    let now = stamp(archive.clock.now());
    for upload in rows(archive, statement, Some(&now)).await? {
        let Some(_held) = hold_free(archive, &upload.id).await? else {
            continue;
        };
        let mut tx = archive.begin_as_machine().await?;
        let gone = sqlx::query(
            // The bytes may have arrived between the list and the lock.
            "DELETE FROM uploads WHERE id = $1 AND scan_id IS NULL AND expires_at < $2",
        )
        .bind(&upload.id)
        .bind(&now);
        if !changed_one(&mut tx, gone).await? {
            continue;
        }
        let details = serde_json::json!({
            "batch": upload.batch_id, "received": upload.received, "size": upload.size,
        });
        tx.log(Action::UploadExpired, ("upload", &upload.id), details)
            .await?;
        tx.commit().await?;
        // After the row is gone: a file without a row is swept, a row without a file would be a
        // broken promise.
        spool::remove(archive, &upload.id).await?;
        metrics::counter!("sogoc_uploads_expired_total").increment(1);
    }
    Ok(())
}

/// The answer of a finished upload was there to be asked for until it expired.
async fn forget_received(archive: &Archive) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("DELETE FROM uploads WHERE scan_id IS NOT NULL AND expires_at < $1")
        .bind(stamp(archive.clock.now()))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Files of the spool that nothing in the catalogue speaks of.
async fn remove_strays(archive: &Archive) -> Result<()> {
    let uploads = spool::folder(archive);
    for name in stale_files(uploads.clone(), "").await? {
        let known = sqlx::query("SELECT id FROM uploads WHERE id = $1")
            .bind(&name)
            // By age and name only: a fresh file may belong to a row that is just being written.
            .fetch_optional(archive.catalogue.pool())
            .await?;
        if known.is_none() {
            spool::remove(archive, &name).await?;
        }
    }
    for prefix in [MASTER_PREFIX, parts::WHOLE_PREFIX] {
        for name in stale_files(archive.spool.clone(), prefix).await? {
            std::fs::remove_file(archive.spool.join(name))?;
        }
    }
    remove_stray_parts(archive).await
}

/// Parts of uploads that no row knows any more: whoever gave one up was cut off before they were gone.
async fn remove_stray_parts(archive: &Archive) -> Result<()> {
    if !parts::are_shared(archive) {
        return Ok(());
    }
    for id in parts::uploads(archive).await? {
        let waiting = sqlx::query("SELECT 1 FROM uploads WHERE id = $1 AND scan_id IS NULL")
            .bind(&id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
        if waiting.is_none() {
            parts::remove(archive, &id).await?;
        }
    }
    Ok(())
}

async fn stale_files(folder: std::path::PathBuf, prefix: &'static str) -> Result<Vec<String>> {
    blocking(move || {
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(prefix) && is_stale(&entry.path()) {
                names.push(name);
            }
        }
        Ok(names)
    })
    .await
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with a file's time, which is the machine's"
)]
fn is_stale(path: &Path) -> bool {
    let metadata = std::fs::metadata(path).ok();
    let touched = metadata
        .filter(|metadata| metadata.is_file())
        .and_then(|metadata| metadata.modified().ok());
    let age = touched.and_then(|touched| SystemTime::now().duration_since(touched).ok());
    age.is_some_and(|age| age > STALE)
}

/// The lock on an upload nobody is writing to; `None` when somebody is. A file that is gone needs
/// no lock, so an empty one stands in for it.
async fn hold_free(archive: &Archive, id: &str) -> Result<Option<std::fs::File>> {
    match spool::hold(archive, id).await {
        Ok(held) => Ok(Some(held)),
        Err(Error::Refused { .. }) => Ok(None),
        // Its file is gone, so nobody can be writing it; the row has to go all the same.
        Err(Error::NotFound { .. }) => Ok(Some(tempfile::tempfile()?)),
        Err(error) => Err(error),
    }
}

async fn rows(
    archive: &Archive,
    statement: &'static str,
    before: Option<&str>,
) -> Result<Vec<Upload>> {
    let mut query = sqlx::query_as(statement).bind(MOST_ROWS);
    if let Some(before) = before {
        query = query.bind(before);
    }
    Ok(query.fetch_all(archive.catalogue.pool()).await?)
}
