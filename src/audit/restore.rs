//! The log brought back from the vault, where it lies as bundles of entries.

use serde_json::json;

use super::{Action, Entry, insert, keys, leaf};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::tlog::{self, CHECKPOINT, Head, TILE_WIDTH};
use crate::vault::Files;

/// Fills the log of a catalogue that has none yet. How many entries, and whether a key that this archive knows signed
/// them; where it knows none, the keys beside the tree are believed, and it says so.
///
/// # Errors
/// `Corrupt` when the bundles are not what was signed; `Refused` when the log has entries with positions.
pub async fn restore_whole(archive: &Archive) -> Result<(u64, bool)> {
    let files = archive.vault.log_files();
    let Some(note) = files.get(CHECKPOINT).await? else {
        return Ok((0, true));
    };
    let known = keys::known(&archive.catalogue).await?;
    let (head, vouched) = match tlog::open_checkpoint(&note, &known) {
        Ok(head) => (head, true),
        Err(tlog::NotGenuine) => {
            let beside = tlog::published_keys(&files).await?;
            let head = tlog::open_checkpoint(&note, &beside).map_err(|_| damaged())?;
            (head, false)
        }
    };
    let mut tx = archive.begin_as_machine().await?;
    let sequenced: i64 =
        sqlx::query_scalar("UPDATE log_tree SET id = id WHERE id = 1 RETURNING sequenced")
            .fetch_one(&mut *tx)
            .await?;
    if sequenced > 0 {
        return Err(Error::refuse("errors.catalogue_not_empty"));
    }
    bring_back(&mut tx, &files, &head).await?;
    restore_keys(&mut tx, &files).await?;
    set_tree(&mut tx, &head).await?;
    tx.commit().await?;
    Ok((head.size, vouched))
}

/// Brings back the entries that the signed tree has and the catalogue has not, or has otherwise: after a restored
/// backup, or after a hand in the catalogue. How many.
///
/// # Errors
/// `Corrupt` when no known key signed the tree, or when the bundles are not what was signed.
pub async fn restore_missing(archive: &Archive) -> Result<u64> {
    let files = archive.vault.log_files();
    let note = files.get(CHECKPOINT).await?;
    let note = note.ok_or(Error::NotFound { what: "tree" })?;
    let known = keys::known(&archive.catalogue).await?;
    let head = tlog::open_checkpoint(&note, &known).map_err(|_| damaged())?;
    let mut tx = archive.begin_as_machine().await?;
    // Entries that were given a position beyond the signed tree, or that the tree does not have, wait again.
    sqlx::query("UPDATE log SET position = NULL WHERE position > $1")
        .bind(i64::try_from(head.size).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
    let restored = bring_back(&mut tx, &files, &head).await?;
    set_tree(&mut tx, &head).await?;
    let details = json!({ "size": head.size, "restored": restored });
    tx.log(Action::LogRestored, ("log", "log"), details).await?;
    tx.commit().await?;
    Ok(restored)
}

/// Writes every entry of the tree that is not in the catalogue as it was signed.
async fn bring_back(tx: &mut Tx, files: &Files, head: &Head) -> Result<u64> {
    if !tlog::read_root(files, head).await? {
        return Err(damaged());
    }
    let mut restored = 0;
    for number in 0..head.size.div_ceil(TILE_WIDTH) {
        let leaves = tlog::bundle_of(files, head, number).await?;
        let first = i64::try_from(number * TILE_WIDTH).unwrap_or(i64::MAX) + 1;
        for (position, bytes) in (first..).zip(leaves) {
            restored += u64::from(bring_back_one(tx, &bytes, position).await?);
        }
    }
    Ok(restored)
}

async fn bring_back_one(tx: &mut Tx, bytes: &[u8], position: i64) -> Result<bool> {
    let entry = leaf::entry(bytes, position).ok_or_else(damaged)?;
    let held: Option<Entry> = sqlx::query_as("SELECT * FROM log WHERE position = $1 OR id = $2")
        .bind(position)
        .bind(&entry.id)
        .fetch_optional(&mut **tx)
        .await?;
    if held.is_some_and(|held| leaf::bytes(&held) == bytes && held.position == Some(position)) {
        return Ok(false);
    }
    sqlx::query("DELETE FROM log WHERE position = $1 OR id = $2")
        .bind(position)
        .bind(&entry.id)
        .execute(&mut **tx)
        .await?;
    insert(tx, &entry).await?;
    Ok(true)
}

async fn restore_keys(tx: &mut Tx, files: &Files) -> Result<()> {
    for verifier in tlog::published_keys(files).await? {
        keys::add_former(tx, &verifier).await?;
    }
    Ok(())
}

async fn set_tree(tx: &mut Tx, head: &Head) -> Result<()> {
    sqlx::query(
        "UPDATE log_tree SET sequenced = $1, size = $1, root = $2, signed_at = $3, broken = NULL WHERE id = 1",
    )
    .bind(i64::try_from(head.size).unwrap_or(i64::MAX))
    .bind(head.root.to_string())
    .bind(tx.now())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn damaged() -> Error {
    Error::Corrupt {
        what: "the tree of the log".into(),
    }
}
