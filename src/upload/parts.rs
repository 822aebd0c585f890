//! Bytes of uploads where every node reaches them: parts beside the vault, so that the next piece may go to another
//! node than the last, and a node that is gone takes nothing with it. On one machine they stay in its spool.

use std::io::Read;

use bytes::Bytes;
use tempfile::TempPath;

use super::{Upload, blocking};
use crate::archive::Archive;
use crate::catalogue::{Engine, Insert, Tx};
use crate::error::{Error, Result};
use crate::vault::Digest;

/// Most bytes of one part; held in memory while it is written.
const LARGEST: u64 = 16 << 20;
/// What files are named by that are put together from parts; the sweep knows strays by it.
pub(super) const WHOLE_PREFIX: &str = "upload-";

/// A part that is durably beside the vault.
#[derive(sqlx::FromRow)]
pub(super) struct Part {
    first_byte: i64,
    size: i64,
    sha256: String,
    name: String,
}

/// Whether other machines may serve this archive too: both its catalogue and its vault are reached over the network.
pub(super) fn are_shared(archive: &Archive) -> bool {
    archive.catalogue.engine() == Engine::Postgres && !archive.vault.is_folder()
}

/// Writes what `file` holds beside the vault, as parts that begin at `first_byte`.
///
/// # Errors
/// `Unavailable` when the store or the disk fails.
pub(super) async fn put(
    archive: &Archive,
    upload: &str,
    file: std::fs::File,
    first_byte: i64,
) -> Result<Vec<Part>> {
    let files = archive.vault.upload_files();
    let (mut parts, mut at, mut file) = (Vec::new(), first_byte, file);
    loop {
        let (bytes, rest) = blocking(move || next_part(file)).await?;
        file = rest;
        if bytes.is_empty() {
            return Ok(parts);
        }
        // Named by chance and not by its place: of two nodes that take the same piece only one is acknowledged, and
        // the other must not have written over it.
        let name = format!("{upload}/{at:020}-{}", archive.clock.new_id());
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let sha256 = Digest::of(&bytes).to_string();
        files.put_once(&name, bytes).await?;
        parts.push(Part {
            first_byte: at,
            size,
            sha256,
            name,
        });
        at = at.saturating_add(size);
    }
}

fn next_part(mut file: std::fs::File) -> Result<(Bytes, std::fs::File)> {
    let mut bytes = Vec::new();
    (&mut file).take(LARGEST).read_to_end(&mut bytes)?;
    Ok((bytes.into(), file))
}

/// Enters parts in the transaction that acknowledges them.
pub(super) async fn enter(tx: &mut Tx, upload: &str, parts: &[Part]) -> Result<()> {
    for part in parts {
        Insert::into("upload_parts")
            .set("upload_id", upload)
            .set("first_byte", part.first_byte)
            .set("size", part.size)
            .set("sha256", &part.sha256)
            .set("name", &part.name)
            .run(tx)
            .await?;
    }
    Ok(())
}

/// The whole file, put together from its parts in the spool of this machine; it goes with the answer.
///
/// # Errors
/// `Unavailable` when a part cannot be had as it was written: nothing is lost, and the sweep tries again.
pub(super) async fn whole(archive: &Archive, upload: &Upload) -> Result<TempPath> {
    let parts: Vec<Part> = sqlx::query_as(
        "SELECT first_byte, size, sha256, name FROM upload_parts WHERE upload_id = $1 ORDER BY first_byte",
    )
    .bind(&upload.id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let folder = archive.spool.clone();
    let make = move || {
        let file = tempfile::Builder::new()
            .prefix(WHOLE_PREFIX)
            .tempfile_in(folder)?;
        Ok(file.into_parts())
    };
    let (mut file, path) = blocking(make).await?;
    let (files, mut end) = (archive.vault.upload_files(), 0);
    for part in parts {
        let came = files.fetch(&part.name, &mut file).await?;
        let is_as_written = part.first_byte == end
            && came.is_some_and(|(digest, size)| {
                digest.to_string() == part.sha256 && i64::try_from(size) == Ok(part.size)
            });
        if !is_as_written {
            return Err(incomplete(&upload.id));
        }
        end += part.size;
    }
    match end == upload.size {
        true => Ok(path),
        false => Err(incomplete(&upload.id)),
    }
}

fn incomplete(upload: &str) -> Error {
    let why = format!("a part of upload {upload} is not as it was written");
    Error::unavailable("vault", std::io::Error::other(why))
}

/// Removes the parts of an upload that is received or given up.
///
/// # Errors
/// `Unavailable` when the store fails.
pub(super) async fn remove(archive: &Archive, upload: &str) -> Result<()> {
    archive.vault.upload_files().remove_below(upload).await?;
    let mut tx = archive.begin_as_machine().await?;
    tx.delete("upload_parts", "upload_id", upload).await?;
    tx.commit().await
}

/// Uploads that have parts beside the vault.
///
/// # Errors
/// `Unavailable` when the store fails.
pub(super) async fn uploads(archive: &Archive) -> Result<Vec<String>> {
    Ok(archive.vault.upload_files().folders("").await?)
}
