//! Showing the tree to places outside: another bucket, a file share. Whoever changes the log afterwards, even with the
//! key, the catalogue and the vault in hand, is contradicted there.

use std::time::Duration;

use crate::archive::{Archive, location_of};
use crate::catalogue::Insert;
use crate::clock::{parse_stamp, stamp};
use crate::config::VaultConfig;
use crate::error::{Error, Result};
use crate::tlog::{self, CHECKPOINT, Head};
use crate::vault::Files;

/// How often a place is shown the tree at most.
const EVERY: Duration = Duration::from_secs(60);

/// Shows the newest tree to every place that has not seen it for a while.
pub(super) async fn show_due(archive: &Archive) -> Result<()> {
    if archive.config.log.outside.is_empty() {
        return Ok(());
    }
    let size = super::state::tree(&archive.catalogue).await?.size;
    let mut due = Vec::new();
    for place in &archive.config.log.outside {
        if is_due(archive, place, size).await? {
            due.push(place);
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let files = archive.vault.log_files();
    let known = super::keys::known(&archive.catalogue).await?;
    let Some(note) = files.get(CHECKPOINT).await? else {
        return Ok(());
    };
    let Ok(head) = tlog::open_checkpoint(&note, &known) else {
        return Ok(());
    };
    for place in due {
        let shown = show(archive, place, &files, &head, &note, &known).await;
        let failure = shown.err().map(|error| error.code().to_owned());
        remember(archive, place, &head, failure).await?;
    }
    Ok(())
}

/// The trees that the places outside were shown, and the places that could not be asked.
pub(super) async fn shown(archive: &Archive, known: &[String]) -> Result<(Vec<Head>, Vec<String>)> {
    let (mut heads, mut silent) = (Vec::new(), Vec::new());
    for place in &archive.config.log.outside {
        match read(place, known).await {
            Ok(found) => heads.extend(found),
            Err(_) => silent.push(place.url.clone().unwrap_or_default()),
        }
    }
    Ok((heads, silent))
}

async fn read(place: &VaultConfig, known: &[String]) -> Result<Option<Head>> {
    let files = files_of(place)?;
    let Some(note) = files.get(CHECKPOINT).await? else {
        return Ok(None);
    };
    let foreign = |_| Error::refuse("errors.log_outside_foreign");
    tlog::open_checkpoint(&note, known)
        .map(Some)
        .map_err(foreign)
}

fn files_of(place: &VaultConfig) -> Result<Files> {
    Ok(Files::at(&location_of(place)?)?)
}

async fn is_due(archive: &Archive, place: &VaultConfig, size: i64) -> Result<bool> {
    let row: Option<(i64, String, Option<String>)> =
        sqlx::query_as("SELECT size, tried_at, failure FROM log_outside WHERE place = $1")
            .bind(place.url.as_deref().unwrap_or_default())
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let Some((shown, tried, failure)) = row else {
        return Ok(size > 0);
    };
    let rested = parse_stamp(&tried).is_none_or(|tried| archive.clock.now() >= tried + EVERY);
    Ok(rested && (shown != size || failure.is_some()))
}

/// Writes the checkpoint, unless what the place holds contradicts it: that is evidence and stays.
async fn show(
    archive: &Archive,
    place: &VaultConfig,
    ours: &Files,
    head: &Head,
    note: &[u8],
    known: &[String],
) -> Result<()> {
    let there = files_of(place)?;
    if let Some(before) = read(place, known).await?
        && !tlog::continues(ours, head, &before).await?
    {
        return Err(Error::refuse("errors.log_contradicted"));
    }
    // One of each hour stays, so that a changed log is contradicted for every hour of its past.
    let hour = stamp(archive.clock.now())
        .chars()
        .take(13)
        .collect::<String>();
    let kept = format!("checkpoints/{}", hour.replace(':', ""));
    if there.get(&kept).await?.is_none() {
        there.put_once(&kept, note.to_vec().into()).await?;
    }
    for verifier in known {
        tlog::publish_key(&there, verifier).await?;
    }
    there.put(CHECKPOINT, note.to_vec().into()).await?;
    Ok(())
}

async fn remember(
    archive: &Archive,
    place: &VaultConfig,
    head: &Head,
    failure: Option<String>,
) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    let (address, now) = (place.url.clone().unwrap_or_default(), tx.now());
    let row = Insert::into("log_outside").set("place", address.clone());
    let row = row.set("tried_at", now.clone());
    if let Some(failure) = failure {
        let row = row.set("size", 0_i64).set("root", "").or_ignore("(place)");
        row.run(&mut tx).await?;
        sqlx::query("UPDATE log_outside SET failure = $1, tried_at = $2 WHERE place = $3")
            .bind(failure)
            .bind(now)
            .bind(address)
            .execute(&mut *tx)
            .await?;
    } else {
        row.set("size", i64::try_from(head.size).unwrap_or(i64::MAX))
            .set("root", head.root.to_string())
            .set("failure", None::<String>)
            .set("shown_at", now)
            .or_replace("(place)")
            .run(&mut tx)
            .await?;
    }
    tx.commit().await
}
