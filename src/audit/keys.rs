//! The key that signs the tree: made once for an archive, and replaced only by a person's word.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::Action;
use crate::archive::{Archive, secret_once};
use crate::catalogue::{Catalogue, Insert, Tx};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::tlog::LogKey;

const SETTING: &str = "log.key_file";

/// The key of this process, where it is the one in use. The first process over a catalogue makes one; a process
/// without the key in use writes entries like any other and leaves the signing to those that have it.
///
/// # Errors
/// `WrongSetting` for a file that holds no key; `Unavailable` disk.
pub async fn open_key(
    catalogue: &Catalogue,
    config: &Config,
    clock: &dyn Clock,
) -> Result<Option<Arc<LogKey>>> {
    let file = file_of(config);
    let mut tx = catalogue.begin().await?;
    let in_use = in_use(&mut tx).await?;
    let key = match (read(&file)?, &in_use) {
        (Some(key), _) => key,
        (None, Some(_)) => return Ok(None),
        (None, None) => make(&file, clock)?,
    };
    if in_use.is_none() {
        add(&mut tx, &key).await?;
        tx.commit().await?;
        return Ok(Some(Arc::new(key)));
    }
    Ok((in_use.as_deref() == Some(key.verifier())).then(|| Arc::new(key)))
}

/// Makes the key of this process, a new one where it has none, the one in use from now on.
///
/// # Errors
/// As [`open_key`].
pub async fn accept_key(archive: &Archive) -> Result<String> {
    let file = file_of(&archive.config);
    let key = match read(&file)? {
        Some(key) => key,
        None => make(&file, &*archive.clock)?,
    };
    let mut tx = archive.begin_as_machine().await?;
    let before = in_use(&mut tx).await?;
    if before.as_deref() != Some(key.verifier()) {
        sqlx::query("UPDATE log_keys SET until = $1 WHERE until IS NULL")
            .bind(tx.now())
            .execute(&mut *tx)
            .await?;
        tx.delete("log_keys", "verifier", key.verifier()).await?;
        add(&mut tx, &key).await?;
        let details = json!({ "before": before, "now": key.verifier() });
        tx.log(Action::LogKeyAccepted, ("log", "log"), details)
            .await?;
    }
    tx.commit().await?;
    Ok(key.verifier().to_owned())
}

/// Every public key that checkpoints of this archive were signed with.
pub(super) async fn known(catalogue: &Catalogue) -> Result<Vec<String>> {
    let keys = sqlx::query_scalar("SELECT verifier FROM log_keys ORDER BY since");
    Ok(keys.fetch_all(catalogue.pool()).await?)
}

/// The public key in use, for whoever only wants to know.
///
/// # Errors
/// As any statement.
pub async fn key_in_use(catalogue: &Catalogue) -> Result<Option<String>> {
    let key = sqlx::query_scalar("SELECT verifier FROM log_keys WHERE until IS NULL");
    Ok(key.fetch_optional(catalogue.pool()).await?)
}

/// The public key in use. The row of the tree is held until the transaction ends: two processes that start together
/// do not each bring a key.
async fn in_use(tx: &mut Tx) -> Result<Option<String>> {
    sqlx::query("UPDATE log_tree SET id = id")
        .execute(&mut **tx)
        .await?;
    let key = sqlx::query_scalar("SELECT verifier FROM log_keys WHERE until IS NULL");
    Ok(key.fetch_optional(&mut **tx).await?)
}

async fn add(tx: &mut Tx, key: &LogKey) -> Result<()> {
    insert(tx, key.verifier(), None).run(tx).await?;
    Ok(())
}

/// Adds a public key found beside the tree, unless it is known: it signed before, and signs nothing from now on.
pub(super) async fn add_former(tx: &mut Tx, verifier: &str) -> Result<()> {
    let row = insert(tx, verifier, Some(tx.now()));
    row.or_ignore("(verifier)").run(tx).await?;
    Ok(())
}

/// The row of a public key, known since now.
fn insert(tx: &Tx, verifier: &str, until: Option<String>) -> Insert {
    Insert::into("log_keys")
        .set("verifier", verifier)
        .set("since", tx.now())
        .set("until", until)
}

fn file_of(config: &Config) -> PathBuf {
    let own = config.data.join("log").join("key");
    config.log.key_file.clone().unwrap_or(own)
}

fn read(file: &Path) -> Result<Option<LogKey>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let wrong = || {
        let message = Message::new("errors.setting.log_key").with("file", file.display());
        Error::wrong_setting(SETTING, message)
    };
    LogKey::from_text(&text).map(Some).ok_or_else(wrong)
}

fn make(file: &Path, clock: &dyn Clock) -> Result<LogKey> {
    let name = format!("sogoc-log/{}", hex::encode(&clock.secret()[..6]));
    let text = LogKey::fresh(&clock.secret(), &name);
    secret_once(file, &format!("{text}\n"))?;
    read(file)?.ok_or_else(|| Error::Internal("the log's key is not there".into()))
}
