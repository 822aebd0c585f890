//! Settings that every process over one catalogue must have alike, because they change what is recorded, printed on
//! copies or allowed. Compared at start with those of the processes that live.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::agreement::{living, short};
use crate::audit::Action;
use crate::catalogue::{Tx, hold_agreement, set_agreement};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::Message;

/// Under this name they stand among the agreements.
const NAME: &str = "settings";
/// Value of a setting that is not given.
const USUAL: &str = "-";

/// Compares the settings with the recorded ones; where none lives that has others, ours are recorded.
///
/// # Errors
/// `WrongSetting`, naming the first that differs, where a living process has another value.
pub(super) async fn agree(tx: &mut Tx, config: &Config) -> Result<()> {
    let own = of(config)?;
    let text = serde_json::to_string(&own)?;
    let recorded = hold_agreement(tx, NAME, &text).await?;
    if recorded == text {
        return Ok(());
    }
    let there: BTreeMap<String, String> = serde_json::from_str(&recorded)?;
    // Only what both know: while nodes are upgraded one after another, the newer one may know more settings.
    let differing = own
        .iter()
        .find(|(name, value)| there.get(**name).is_some_and(|there| there != *value));
    if let Some((name, value)) = differing
        && let Some((host, since)) = living(tx).await?
    {
        let message = Message::new("errors.setting.differs_from_living")
            .with("own", value)
            .with("there", &there[*name])
            .with("host", host)
            .with("since", since);
        return Err(Error::wrong_setting(name, message));
    }
    set_agreement(tx, NAME, &text).await?;
    let names: Vec<_> = differing.iter().map(|(name, _)| **name).collect();
    let details = json!({ "changed": names });
    tx.log(Action::SettingsAgreed, ("settings", NAME), details)
        .await
}

/// Each by its name in the settings file.
fn of(config: &Config) -> Result<BTreeMap<&'static str, String>> {
    let (web, office, seal) = (&config.web, &config.office, &config.seal);
    let given = |value: &Option<String>| value.clone().unwrap_or_else(|| USUAL.into());
    Ok(BTreeMap::from([
        ("classes", classes(config.classes.as_deref())?),
        ("office.agency", office.agency.clone()),
        ("office.place", office.place.clone()),
        ("office.procedure", office.procedure.clone()),
        // A person's name is compared and not told.
        ("office.signer_name", digest(office.signer_name.as_bytes())),
        ("office.signer_title", office.signer_title.clone()),
        ("seal.closed_network", seal.closed_network.to_string()),
        ("seal.level", word(&seal.level)?),
        ("seal.renew_before_days", seal.renew_before_days.to_string()),
        ("seal.rsa_padding", word(&seal.rsa_padding)?),
        ("seal.time_authority", given(&seal.time_authority)),
        (
            "sign_in.second_factor",
            word(&config.sign_in.second_factor)?,
        ),
        (
            "web.largest_evidence_mib",
            web.largest_evidence_mib.to_string(),
        ),
        ("web.largest_upload_mib", web.largest_upload_mib.to_string()),
        ("web.papers_a_day", web.papers_a_day.to_string()),
        ("web.papers_mib_a_day", web.papers_mib_a_day.to_string()),
        ("web.public_url", given(&web.public_url)),
        ("web.requests_a_day", web.requests_a_day.to_string()),
    ]))
}

fn word(setting: &impl serde::Serialize) -> Result<String> {
    Ok(match serde_json::to_value(setting)? {
        serde_json::Value::String(word) => word,
        serde_json::Value::Null => USUAL.into(),
        other => other.to_string(),
    })
}

/// The office's own classes by a digest of their files; those that come with the program by a word, so that another
/// version of it is no difference.
fn classes(folder: Option<&Path>) -> Result<String> {
    let Some(folder) = folder else {
        return Ok(USUAL.into());
    };
    let mut whole = Sha256::new();
    let lexicons = folder.join("lexicons");
    let parts = [(folder, "toml"), (lexicons.as_path(), "txt")];
    for (part, kind) in parts.into_iter().filter(|(part, _)| part.is_dir()) {
        for path in files_of(part, kind)? {
            whole.update(path.file_name().unwrap_or_default().as_encoded_bytes());
            whole.update(Sha256::digest(std::fs::read(&path)?));
        }
    }
    Ok(short(&hex::encode(whole.finalize())))
}

fn files_of(folder: &Path, kind: &str) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == kind) {
            paths.push(path);
        }
    }
    // Folders are listed in an order of their own on each machine.
    paths.sort();
    Ok(paths)
}

fn digest(bytes: &[u8]) -> String {
    short(&hex::encode(Sha256::digest(bytes)))
}
