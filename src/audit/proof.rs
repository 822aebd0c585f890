//! Proofs of single entries, and the files of the tree, for others to check.

use super::{Action, Entry, keys, leaf};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::tlog::{self, CHECKPOINT, Head};

/// That an entry is in the signed tree.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct EntryProof {
    /// Position of the entry, from 1.
    pub position: i64,
    /// The bytes that the tree holds: a line of JSON.
    pub entry: String,
    /// Entries in the tree.
    pub size: u64,
    /// Root of the tree, base64.
    pub root: String,
    /// Index, hashes and signed checkpoint, in the form of C2SP tlog-proof.
    pub proof: String,
}

/// The proof of an entry; `None` while it is not in the tree.
///
/// # Errors
/// `NotFound`; `Corrupt` when the tree is damaged.
pub async fn proof_of(archive: &Archive, id: &str) -> Result<Option<EntryProof>> {
    let entry = sqlx::query_as("SELECT * FROM log WHERE id = $1").bind(id);
    let entry: Option<Entry> = entry.fetch_optional(archive.catalogue.pool()).await?;
    prove(archive, &entry.ok_or(Error::NotFound { what: "entry" })?).await
}

/// The proof of the newest entry of an act on a thing; `None` where there is none in the tree.
///
/// # Errors
/// As [`proof_of`].
pub async fn proof_of_act(
    archive: &Archive,
    action: Action,
    subject_id: &str,
) -> Result<Option<EntryProof>> {
    let entry: Option<Entry> = sqlx::query_as(
        "SELECT * FROM log WHERE subject_id = $1 AND action = $2 ORDER BY at DESC, id DESC LIMIT 1",
    )
    .bind(subject_id)
    .bind(action.as_str())
    .fetch_optional(archive.catalogue.pool())
    .await?;
    match entry {
        Some(entry) => prove(archive, &entry).await,
        None => Ok(None),
    }
}

async fn prove(archive: &Archive, entry: &Entry) -> Result<Option<EntryProof>> {
    let Some(position) = entry.position else {
        return Ok(None);
    };
    let Some((note, head)) = signed(archive).await? else {
        return Ok(None);
    };
    let files = archive.vault.log_files();
    let index = position.unsigned_abs() - 1;
    let proof = tlog::inclusion(&files, &head, &note, index).await?;
    Ok(proof.map(|proof| EntryProof {
        position,
        entry: String::from_utf8_lossy(&leaf::bytes(entry)).into_owned(),
        size: head.size,
        root: head.root.to_string(),
        proof,
    }))
}

/// The hashes that show the tree of `size` entries to be the beginning of the newest one.
///
/// # Errors
/// `NotFound` where there is no such tree; `Corrupt` when it is damaged.
pub async fn consistency(archive: &Archive, size: u64) -> Result<String> {
    let none = || Error::NotFound { what: "tree" };
    let (_, head) = signed(archive).await?.ok_or_else(none)?;
    let files = archive.vault.log_files();
    tlog::consistency(&files, &head, size)
        .await?
        .ok_or_else(none)
}

/// The newest checkpoint, where a known key signed it.
async fn signed(archive: &Archive) -> Result<Option<(bytes::Bytes, Head)>> {
    let Some(note) = archive.vault.log_files().get(CHECKPOINT).await? else {
        return Ok(None);
    };
    let known = keys::known(&archive.catalogue).await?;
    let head = tlog::open_checkpoint(&note, &known).map_err(|_| Error::Corrupt {
        what: CHECKPOINT.into(),
    })?;
    Ok(Some((note, head)))
}

/// A file of the tree that anyone may have: the checkpoint, a public key, a tile of hashes. Entries are not among them.
///
/// # Errors
/// `NotFound` for every other name.
pub async fn published_file(archive: &Archive, name: &str) -> Result<bytes::Bytes> {
    let none = || Error::NotFound { what: "file" };
    let name = match name.strip_prefix("tile/") {
        Some(tile) => tlog::public_name(tile).ok_or_else(none)?,
        None if name == CHECKPOINT => name.to_owned(),
        None => match name.strip_prefix("keys/") {
            Some(id) if id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                name.to_owned()
            }
            _ => return Err(none()),
        },
    };
    archive.vault.log_files().get(&name).await?.ok_or_else(none)
}
