//! The processes that serve and work over one catalogue, while they live. At start each is compared with the others in
//! the settings that count for all, the vault and the time; one that differs says how and does not serve.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::agreement::{GONE, fingerprint};
use super::settings;
use crate::archive::Archive;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// How often a process says that it lives.
const BEAT: Duration = Duration::from_secs(30);
/// Preserved files of the catalogue that are looked for in the vault.
const LOOKED_FOR: i64 = 3;

/// Enters a serving or working process among those that live, until `stop`.
///
/// # Errors
/// `WrongSetting` where it differs from the others in a setting that counts for all, in its vault or in its clock.
pub async fn enter(
    archive: &Arc<Archive>,
    role: &'static str,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<()> {
    archive.check_fences().await?;
    archive.catalogue.check_clock().await?;
    check_vault(archive).await?;
    let id = archive.clock.new_id();
    let now = stamp(archive.clock.now());
    let mut tx = archive.begin_as_machine().await?;
    // Entries of processes that were killed; their silence is what tells them from living ones.
    sqlx::query("DELETE FROM processes WHERE seen_at < $1")
        .bind(stamp(archive.clock.now() - GONE))
        .execute(&mut *tx)
        .await?;
    // Under the lock of its row until ours is entered: of two that start at once the second sees the first.
    settings::agree(&mut tx, &archive.config).await?;
    sqlx::query(
        "INSERT INTO processes (id, role, host, seal, started_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(&id)
    .bind(role)
    .bind(host())
    .bind(fingerprint(&archive.seal))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    tasks.spawn(live(archive.clone(), id, stop.clone()));
    Ok(())
}

/// Whether the vault is the one the catalogue speaks of: of the newest preserved files at least one is there. A single
/// one may be damaged, which is the scrub's to tell.
async fn check_vault(archive: &Archive) -> Result<()> {
    let newest: Vec<String> = sqlx::query_scalar(
        "SELECT object_id FROM scans WHERE object_id IS NOT NULL ORDER BY id DESC LIMIT $1",
    )
    .bind(LOOKED_FOR)
    .fetch_all(archive.catalogue.pool())
    .await?;
    for object in &newest {
        if archive
            .vault
            .exists(&ObjectId::new(object.clone())?)
            .await?
        {
            return Ok(());
        }
    }
    match newest.is_empty() {
        true => Ok(()),
        false => Err(Error::wrong_setting(
            "vault.url",
            "errors.setting.vault_of_another_archive",
        )),
    }
}

async fn live(archive: Arc<Archive>, id: String, stop: CancellationToken) {
    loop {
        let over = tokio::select! {
            // Says good-bye, so that a restart with another key need not wait until the entry has
            // grown old.
            () = stop.cancelled() => true,
            () = tokio::time::sleep(BEAT) => false,
        };
        if let Err(error) = say(&archive, &id, over).await {
            // Only a debug line: a database that is away is reported by everything else already.
            tracing::debug!(
                code = error.code(),
                "the catalogue did not hear that this process lives"
            );
        }
        if over {
            return;
        }
    }
}

async fn say(archive: &Archive, id: &str, over: bool) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    let statement = match over {
        true => sqlx::query("DELETE FROM processes WHERE id = $1").bind(id),
        false => sqlx::query("UPDATE processes SET seen_at = $2 WHERE id = $1")
            .bind(id)
            .bind(stamp(archive.clock.now())),
    };
    statement.execute(&mut *tx).await?;
    tx.commit().await
}

/// The machine's name, for the person who looks for the other process.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    name.map_or_else(|_| "?".into(), |name| name.trim().to_owned())
}
