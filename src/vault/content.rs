//! Content on its way in: small files in one piece, big ones in parts, all read back and hashed.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path as Key;
use object_store::{ObjectStore, PutMode, WriteMultipart};
use tokio::io::AsyncReadExt;

use super::SMALL;
use super::change_set::{Source, Upload};
use super::digest::{Digest, Hasher};
use super::error::{Result, VaultError};
use super::paths::below;
use super::read::hash_stored;
use super::read_inventory::{self, Put};

/// Parts of a big file, and how many are on their way at a time. S3 wants 5 MiB at least.
const PART: usize = 8 * 1024 * 1024;
const PARTS_AT_A_TIME: usize = 3;

/// Writes a file under its content path, create-only, and reads it back.
pub(super) async fn store_content(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    upload: &Upload,
) -> Result<()> {
    let key = below(root, &upload.content_path);
    match &upload.source {
        Source::Bytes(bytes) => store_small(store, &key, bytes.clone(), upload.digest).await?,
        Source::File { path, digest, size } if *size <= SMALL => {
            let bytes = Bytes::from(tokio::fs::read(path).await.map_err(source_unreadable)?);
            // The spool is an ordinary folder: what was hashed on receipt may have been cut short
            // since, and the vault must not take over other bytes under the old digest.
            if Digest::of(&bytes) != *digest {
                return Err(source_changed(*digest));
            }
            store_small(store, &key, bytes, *digest).await?;
        }
        Source::File { path, digest, .. } => {
            // A retry after a crash finds the whole file already there; reading it is cheaper than
            // sending gigabytes again.
            if hash_stored(store, &key)
                .await?
                .is_none_or(|(found, _)| found != *digest)
            {
                store_big(store, &key, path, *digest).await?;
            }
        }
    }
    check_written(store, root, upload).await
}

/// Create-only. A key that is taken already holds these bytes, since it is named by their digest;
/// if it does not, nothing refers to it yet and it is replaced.
async fn store_small(
    store: &Arc<dyn ObjectStore>,
    key: &Key,
    bytes: Bytes,
    digest: Digest,
) -> Result<()> {
    let put = read_inventory::put(store, key, bytes.clone(), PutMode::Create).await?;
    if put == Put::Exists
        && hash_stored(store, key)
            .await?
            .is_none_or(|(found, _)| found != digest)
    {
        read_inventory::put(store, key, bytes, PutMode::Overwrite).await?;
    }
    Ok(())
}

async fn store_big(
    store: &Arc<dyn ObjectStore>,
    key: &Key,
    path: &std::path::Path,
    expected: Digest,
) -> Result<()> {
    let failed = |error| VaultError::unavailable(format!("writing {key}"), error);
    let mut file = tokio::fs::File::open(path)
        .await
        .map_err(source_unreadable)?;
    let upload = store
        .put_multipart_opts(key, Default::default())
        .await
        .map_err(failed)?;
    // Sent in parts while it is hashed: a register of two gigabytes must not lie in memory, and is
    // read from the disk only once.
    let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
    let mut hasher = Hasher::default();
    let mut chunk = vec![0; 256 * 1024];
    loop {
        let read = match file.read(&mut chunk).await {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) => {
                // Best effort: the error that matters is the one being returned, and an aborted
                // upload costs at most space at the store.
                let _ = writer.abort().await;
                return Err(source_unreadable(error));
            }
        };
        hasher.update(&chunk[..read]);
        // Back pressure: a disk reads faster than a line sends, and unsent parts would pile up in
        // memory.
        if let Err(error) = writer.wait_for_capacity(PARTS_AT_A_TIME).await {
            let _ = writer.abort().await;
            return Err(failed(error));
        }
        writer.write(&chunk[..read]);
    }
    // The object appears only with `finish`, so bytes that changed on the way are dropped before
    // anybody can see them.
    if hasher.finish().0 != expected {
        let _ = writer.abort().await;
        return Err(source_changed(expected));
    }
    writer.finish().await.map(drop).map_err(failed)
}

/// Reads back what was written: the receipt is given for stored bytes, not for sent ones.
pub(super) async fn check_written(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    upload: &Upload,
) -> Result<()> {
    let key = below(root, &upload.content_path);
    match hash_stored(store, &key).await? {
        Some((found, _)) if found == upload.digest => Ok(()),
        Some((found, _)) => Err(VaultError::differs(key.to_string(), upload.digest, found)),
        None => Err(VaultError::corrupt(key.to_string(), "missing")),
    }
}

fn source_changed(expected: Digest) -> VaultError {
    VaultError::invalid(format!(
        "a source file that no longer has SHA-256 {expected}"
    ))
}

fn source_unreadable(error: std::io::Error) -> VaultError {
    VaultError::unavailable("reading a source file", error)
}
