//! The sequencer: gives waiting entries their positions and puts them into the signed tree. One process at a time holds
//! it; no act ever waits for it.

use std::time::Duration;

use super::state::{self, Broken};
use super::{keys, leaf, outside, sequenced_after};
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::tlog::{self, CHECKPOINT, Head, LogKey};
use crate::vault::{Files, VaultError};

/// Entries that get their positions at once.
const SEQUENCED_AT_ONCE: i64 = 2048;
/// Entries that go into the tree under one signature.
const SIGNED_AT_ONCE: i64 = 1024;
/// A holder that has said nothing for this long is taken to be gone.
const HELD: Duration = Duration::from_secs(60);

/// Puts what waits into the tree, signs it, and shows it to the places outside. How many entries it put in; none where
/// another process is at it, or where this one has not the key.
///
/// # Errors
/// `Corrupt` when the tree in the vault is not the one that was signed last: nothing is put over it. `Unavailable`:
/// everything waits, and the next call goes on.
pub async fn publish(archive: &Archive) -> Result<u64> {
    let Some(key) = &archive.log_key else {
        return Ok(0);
    };
    let put_in = match anything_waits(archive).await? {
        true => publish_waiting(archive, key).await?,
        false => 0,
    };
    outside::show_due(archive).await?;
    Ok(put_in)
}

async fn publish_waiting(archive: &Archive, key: &LogKey) -> Result<u64> {
    let holder = archive.clock.new_id();
    if !take(archive, &holder).await? {
        return Ok(0);
    }
    let outcome = put_into_tree(archive, key).await;
    release(archive, &holder).await?;
    if let Err(Error::Corrupt { what }) = &outcome {
        let broken = Broken::of("checkpoint", Some(what.clone()));
        let checked = state::tree(&archive.catalogue).await?.checked;
        state::record(archive, checked, Some(&broken)).await?;
    }
    outcome
}

async fn anything_waits(archive: &Archive) -> Result<bool> {
    let waiting: i64 = sqlx::query_scalar(
        "SELECT sequenced - size + (SELECT COUNT(*) FROM log WHERE position IS NULL)
         FROM log_tree WHERE id = 1",
    )
    .fetch_one(archive.catalogue.pool())
    .await?;
    Ok(waiting > 0)
}

/// Becomes the one that writes tiles, and gives waiting entries their positions; false while another holds it.
async fn take(archive: &Archive, holder: &str) -> Result<bool> {
    let mut tx = archive.begin_as_machine().await?;
    let sequenced: Option<i64> = sqlx::query_scalar(
        "UPDATE log_tree SET holder = $1, held_until = $2
         WHERE id = 1 AND (holder IS NULL OR held_until < $3) RETURNING sequenced",
    )
    .bind(holder)
    .bind(stamp(archive.clock.now() + HELD))
    .bind(tx.now())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(mut sequenced) = sequenced else {
        return Ok(false);
    };
    let waiting = "SELECT id FROM log WHERE position IS NULL ORDER BY at, id LIMIT $1";
    let waiting: Vec<String> = sqlx::query_scalar(waiting)
        .bind(SEQUENCED_AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
    for id in waiting {
        sequenced += 1;
        tx.set("log", &id, "position", sequenced).await?;
    }
    sqlx::query("UPDATE log_tree SET sequenced = $1 WHERE id = 1")
        .bind(sequenced)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

async fn release(archive: &Archive, holder: &str) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE log_tree SET holder = NULL, held_until = NULL WHERE holder = $1")
        .bind(holder)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

async fn put_into_tree(archive: &Archive, key: &LogKey) -> Result<u64> {
    let files = archive.vault.log_files();
    let row = state::tree(&archive.catalogue).await?;
    refuse_earlier(archive, row.signed_at.as_deref())?;
    let recorded = recorded(&row)?;
    let signed = signed(archive, &files, key, &recorded).await?;
    let sequenced = row.sequenced.unsigned_abs();
    let mut head = recorded;
    while head.size < sequenced {
        // A crash may have come after the signature and before the catalogue knew: that very tree is made again first.
        let end = if signed.size > head.size {
            signed.size
        } else {
            sequenced
        };
        head = grow(archive, &files, &head, end).await?;
        if head.size == signed.size && head != signed {
            return Err(broken("another tree was signed").into());
        }
        let note = key.sign(&head);
        let note =
            note.ok_or_else(|| Error::Internal("a checkpoint could not be signed".into()))?;
        files.put(CHECKPOINT, note.into()).await?;
        record(archive, &head).await?;
    }
    Ok(head.size - recorded.size)
}

fn recorded(row: &state::TreeRow) -> Result<Head> {
    let root = tlog::parse_root(&row.root).ok_or_else(|| broken("the recorded root is no hash"))?;
    Ok(Head {
        size: row.size.unsigned_abs(),
        root,
    })
}

/// No tree is signed before the one that it grows from.
fn refuse_earlier(archive: &Archive, newest: Option<&str>) -> Result<()> {
    match newest {
        Some(newest) if stamp(archive.clock.now()).as_str() < newest => Err(Error::block(
            Message::new("errors.clock_behind_log").with("newest", newest),
        )),
        _ => Ok(()),
    }
}

/// The tree that was signed last; refused unless it is the recorded one or goes on from it.
async fn signed(archive: &Archive, files: &Files, key: &LogKey, recorded: &Head) -> Result<Head> {
    let Some(note) = files.get(CHECKPOINT).await? else {
        if recorded.size > 0 {
            return Err(broken("the checkpoint is missing").into());
        }
        tlog::publish_key(files, key.verifier()).await?;
        return Ok(Head::EMPTY);
    };
    let own = [key.verifier().to_owned()];
    if let Ok(head) = tlog::open_checkpoint(&note, &own) {
        return goes_on(head, recorded);
    }
    // The first tree under another key.
    let known = keys::known(&archive.catalogue).await?;
    let head = tlog::open_checkpoint(&note, &known);
    let head = head.map_err(|_| broken("no known key signed the checkpoint"))?;
    tlog::publish_key(files, key.verifier()).await?;
    goes_on(head, recorded)
}

fn goes_on(head: Head, recorded: &Head) -> Result<Head> {
    if head.size < recorded.size {
        return Err(broken("the checkpoint is older than the newest one").into());
    }
    if head.size == recorded.size && head != *recorded {
        return Err(broken("another tree was signed").into());
    }
    Ok(head)
}

/// Puts the next entries into the tree, none beyond `end`.
async fn grow(archive: &Archive, files: &Files, head: &Head, end: u64) -> Result<Head> {
    let from = i64::try_from(head.size).unwrap_or(i64::MAX);
    let room = i64::try_from(end).unwrap_or(i64::MAX) - from;
    let entries = sequenced_after(&archive.catalogue, from, room.min(SIGNED_AT_ONCE)).await?;
    let mut leaves = Vec::with_capacity(entries.len());
    for (position, entry) in (from + 1..).zip(&entries) {
        if entry.position != Some(position) {
            return Err(broken(&format!("entry {position} is missing")).into());
        }
        leaves.push(leaf::bytes(entry));
    }
    if leaves.is_empty() {
        return Err(broken(&format!("entry {} is missing", from + 1)).into());
    }
    Ok(tlog::grow(files, head, &leaves).await?)
}

async fn record(archive: &Archive, head: &Head) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE log_tree SET size = $1, root = $2, signed_at = $3 WHERE id = 1")
        .bind(i64::try_from(head.size).unwrap_or(i64::MAX))
        .bind(head.root.to_string())
        .bind(tx.now())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

fn broken(detail: &str) -> VaultError {
    VaultError::corrupt("the tree of the log", detail)
}
