//! The key of sealed values: made once for an archive, beside the catalogue and never in it, and replaced only by a person's
//! word. Processes that have not the key in use work on, but for what needs such a value.

mod convert;

use std::io::ErrorKind;
use std::path::PathBuf;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::archive::{Archive, secret_once};
use crate::audit::Action;
use crate::catalogue::{Catalogue, Tx, hold_agreement, set_agreement};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::sealed_value::ValueKey;

pub use convert::seal_stored;

const SETTING: &str = "catalogue.key_file";
/// Under which the catalogue knows which key is in use.
const AGREED: &str = "values";

/// The key in use, or none where this process has another or none; the first process over a catalogue makes one.
///
/// # Errors
/// `WrongSetting` for a file that holds no key; `Unavailable` disk.
pub async fn open_value_key(
    catalogue: &Catalogue,
    config: &Config,
    clock: &dyn Clock,
) -> Result<Option<ValueKey>> {
    let mut tx = catalogue.begin().await?;
    let agreed = agreed(&mut tx).await?;
    let key = match (read(config)?, &agreed) {
        (Some(key), _) => key,
        (None, Some(_)) => return Ok(None),
        (None, None) => make(config, clock)?,
    };
    if agreed.is_none() {
        set_agreement(&mut tx, AGREED, key.fingerprint()).await?;
        tx.commit().await?;
        return Ok(Some(key));
    }
    Ok((agreed.as_deref() == Some(key.fingerprint())).then_some(key))
}

/// Makes the key of this process, a new one where it has none, the one in use from now on, and forgets what it cannot open:
/// second factors and webhooks are set up again, tracking codes stay good but are not told again. Returns how many values
/// were forgotten.
///
/// # Errors
/// As [`open_value_key`].
pub async fn accept_value_key(archive: &Archive) -> Result<u64> {
    let key = match read(&archive.config)? {
        Some(key) => key,
        None => make(&archive.config, &*archive.clock)?,
    };
    let mut tx = archive.begin_as_machine().await?;
    agreed(&mut tx).await?;
    set_agreement(&mut tx, AGREED, key.fingerprint()).await?;
    let forgotten = convert::forget_unopened(&mut tx, &key).await?;
    let details = json!({ "now": key.fingerprint(), "forgotten": forgotten });
    tx.log(Action::ValueKeyAccepted, ("catalogue", "values"), details)
        .await?;
    tx.commit().await?;
    Ok(forgotten)
}

/// The fingerprint of the key in use. Its row is held until the transaction ends: two processes that start together do not
/// each bring a key.
async fn agreed(tx: &mut Tx) -> Result<Option<String>> {
    let held = hold_agreement(tx, AGREED, "").await?;
    Ok((!held.is_empty()).then_some(held))
}

/// Where the key lies, or will once it is made.
pub fn value_key_file(config: &Config) -> PathBuf {
    let own = config.data.join("keys").join("values");
    config.catalogue.key_file.clone().unwrap_or(own)
}

fn read(config: &Config) -> Result<Option<ValueKey>> {
    match std::fs::read_to_string(value_key_file(config)) {
        Ok(text) => ValueKey::from_hex(&text)
            .map(Some)
            .ok_or_else(|| Error::wrong_setting(SETTING, "errors.setting.value_key")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn make(config: &Config, clock: &dyn Clock) -> Result<ValueKey> {
    let fresh = Sha256::digest(clock.secret());
    secret_once(
        &value_key_file(config),
        &format!("{}\n", hex::encode(fresh)),
    )?;
    read(config)?.ok_or_else(|| Error::Internal("the key of values is not there".into()))
}
