//! What the processes over one catalogue must agree on stands in the catalogue, each thing in its row: first of all the
//! key they seal with.

use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::audit::Action;
use crate::catalogue::{Catalogue, Tx, hold_agreement, set_agreement};
use crate::clock::stamp;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::seal::Seal;

/// A process that has been silent for this long is taken to be gone.
pub(super) const GONE: Duration = Duration::from_secs(90);
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
            None if !seal.is_test_authority() => return accept_key(tx, &there, &own).await,
            None => Message::new("errors.setting.seal_differs"),
        };
        let message = message
            .with("own", short(&own))
            .with("there", short(&there));
        return Err(Error::wrong_setting(SETTING, message));
    }
    accept_key(tx, &there, &own).await
}

async fn accept_key(mut tx: Tx, there: &str, own: &str) -> Result<()> {
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

/// Where a process lives, and since when; the oldest.
pub(super) async fn living(tx: &mut Tx) -> Result<Option<(String, String)>> {
    let lately = stamp(tx.clock().now() - GONE);
    Ok(sqlx::query_as(
        "SELECT host, started_at FROM processes WHERE seen_at > $1 ORDER BY started_at LIMIT 1",
    )
    .bind(lately)
    .fetch_optional(&mut **tx)
    .await?)
}

async fn recorded(catalogue: &Catalogue) -> Result<Option<String>> {
    let there = sqlx::query_scalar("SELECT value FROM agreements WHERE name = $1").bind(SETTING);
    Ok(there.fetch_optional(catalogue.pool()).await?)
}

pub(super) fn fingerprint(seal: &Seal) -> String {
    hex::encode(Sha256::digest(seal.signer().der()))
}

/// Enough of a fingerprint to be read out over the telephone.
pub(super) fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(16).collect()
}
