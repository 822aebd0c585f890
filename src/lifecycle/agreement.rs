//! What the processes over one catalogue must agree on: the key they seal with. Compared at start through the
//! catalogue; a process that differs says how and does not serve.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Catalogue, Tx, hold_agreement, set_agreement};
use crate::clock::stamp;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::seal::Seal;

/// How often a process says that it lives.
const BEAT: Duration = Duration::from_secs(30);
/// A process that has been silent for this long is taken to be gone.
const GONE: Duration = Duration::from_secs(90);
/// The setting that a person looks at when keys differ, and the name under which the key is recorded.
const SETTING: &str = "seal";

/// A process without a key of the office makes its own test authority once, for the archive as a whole: where another
/// one is recorded and its key is not here, none is made.
///
/// # Errors
/// `WrongSetting`, saying what to do.
pub(super) async fn may_make_a_key(catalogue: &Catalogue, config: &Config) -> Result<()> {
    let seal = &config.seal;
    let own = config.data.join("seal").join("test-authority.p12");
    let configured = seal.key_file.is_some() || seal.token.is_some() || seal.detached.is_some();
    if configured || own.exists() {
        return Ok(());
    }
    match recorded(catalogue).await? {
        None => Ok(()),
        Some(there) => {
            let message = Message::new("errors.setting.seal_of_another_process");
            let message = message.with("there", short(&there));
            let folder = config.data.join("seal");
            Err(Error::wrong_setting(
                SETTING,
                message.with("folder", folder.display()),
            ))
        }
    }
}

/// Compares the key with the recorded one, and records it where none is, or where it takes the place of one that no
/// living process uses any more.
///
/// # Errors
/// `WrongSetting` where another key is in force.
pub(super) async fn agree(catalogue: &Catalogue, seal: &Seal, accept: bool) -> Result<()> {
    // Compared by the certificate and not by the file: the same key may lie in different places on
    // two machines.
    let own = fingerprint(seal);
    let mut tx = catalogue.begin().await?;
    let there = hold_agreement(&mut tx, SETTING, &own).await?;
    if there == own {
        return tx.commit().await;
    }
    if !accept {
        let message = match living_other(&mut tx, &own).await? {
            Some((host, since)) => Message::new("errors.setting.seal_differs_from_living")
                .with("host", host)
                .with("since", since),
            // A key of the office may take the place of another; a test authority never does by itself.
            None if !seal.is_test_authority() => return replace(tx, &there, &own).await,
            None => Message::new("errors.setting.seal_differs"),
        };
        let message = message
            .with("own", short(&own))
            .with("there", short(&there));
        return Err(Error::wrong_setting(SETTING, message));
    }
    replace(tx, &there, &own).await
}

async fn replace(mut tx: Tx, there: &str, own: &str) -> Result<()> {
    set_agreement(&mut tx, SETTING, own).await?;
    let details = json!({ "before": there, "now": own });
    tx.log(Action::SealAccepted, ("seal", own), details).await?;
    tx.commit().await
}

/// Where a living process uses another key, and since when.
async fn living_other(tx: &mut Tx, own: &str) -> Result<Option<(String, String)>> {
    let lately = stamp(tx.clock().now() - GONE);
    Ok(sqlx::query_as(
        "SELECT host, started_at FROM processes WHERE seal <> $1 AND seen_at > $2
         ORDER BY started_at LIMIT 1",
    )
    .bind(own)
    .bind(lately)
    .fetch_optional(&mut **tx)
    .await?)
}

async fn recorded(catalogue: &Catalogue) -> Result<Option<String>> {
    let there = sqlx::query_scalar("SELECT value FROM agreements WHERE name = $1").bind(SETTING);
    Ok(there.fetch_optional(catalogue.pool()).await?)
}

/// Enters a serving or working process among those that live, until `stop`.
///
/// # Errors
/// As any statement.
pub async fn enter(
    archive: &Arc<Archive>,
    role: &'static str,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<()> {
    archive.check_fences().await?;
    let id = archive.clock.new_id();
    let now = stamp(archive.clock.now());
    let mut tx = archive.begin_as_machine().await?;
    // Entries of processes that were killed; their silence is what tells them from living ones.
    sqlx::query("DELETE FROM processes WHERE seen_at < $1")
        .bind(stamp(archive.clock.now() - GONE))
        .execute(&mut *tx)
        .await?;
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

fn fingerprint(seal: &Seal) -> String {
    hex::encode(Sha256::digest(seal.signer().der()))
}

/// Enough of a fingerprint to be read out over the telephone.
fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(16).collect()
}

/// The machine's name, for the person who looks for the other process.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    name.map_or_else(|_| "?".into(), |name| name.trim().to_owned())
}
