//! A place that holds a copy, as the settings name it.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cipher::Cipher;
use super::{FORMAT, HEADER, MANIFEST, Manifest, RUNS};
use crate::archive::location_of;
use crate::config::{Config, PlaceConfig};
use crate::error::{Error, Result};
use crate::messages::{Message, Value};
use crate::vault::{Files, Location};

/// A place of copies, opened for reading or adding: a folder or a bucket.
pub struct Place {
    /// What people call it.
    pub name: String,
    pub(super) files: Files,
}

/// What a place says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: u32,
    archive: String,
}

/// Name of a place that is not in the settings but was given on the command line.
pub const BY_HAND: &str = "by-hand";

/// The configured places, or the one that is `named`.
///
/// # Errors
/// `WrongSetting` where none is configured; `NotFound` where none has that name.
pub fn places(config: &Config, named: Option<&str>) -> Result<Vec<PlaceConfig>> {
    let all = config.backup.place.iter();
    let chosen: Vec<PlaceConfig> = all
        .filter(|place| named.is_none_or(|name| place.name == name))
        .cloned()
        .collect();
    match (chosen.is_empty(), named) {
        (false, _) => Ok(chosen),
        (true, None) => Err(Error::wrong_setting(
            "backup.place",
            "errors.setting.backup_no_place",
        )),
        (true, Some(_)) => Err(Error::NotFound { what: "place" }),
    }
}

/// Reaches a place to read from it.
///
/// # Errors
/// `WrongSetting`, naming the place; `Unavailable`.
pub fn place_of(place: &PlaceConfig) -> Result<Place> {
    reach(place, Files::reading)
}

/// Reaches a place to add to it.
pub(super) fn place_to_fill(place: &PlaceConfig) -> Result<Place> {
    reach(place, Files::at)
}

fn reach(place: &PlaceConfig, open: fn(&Location) -> crate::vault::Result<Files>) -> Result<Place> {
    let location = location_of(&place.store()).map_err(|error| told_of(place, error))?;
    let files = open(&location).map_err(|error| told_of(place, error.into()))?;
    Ok(Place {
        name: place.name.clone(),
        files,
    })
}

/// The same error, saying that it is about the place and not about the vault.
pub(super) fn told_of(place: &PlaceConfig, error: Error) -> Error {
    let (Error::WrongSetting { .. } | Error::NotFound { .. }) = error else {
        return error;
    };
    let message = Message::new("errors.setting.backup_place")
        .with("place", &place.name)
        .with("url", &place.url)
        .with("why", Value::pair(error.vi(), error.en()));
    Error::wrong_setting("backup.place", message)
}

/// How files are written to a place: encrypted, unless the administrator named it as one where they are not.
pub(super) fn cipher_of(config: &Config, place: &PlaceConfig) -> Result<Cipher> {
    let backup = &config.backup;
    if backup.unencrypted.contains(&place.name) {
        return Ok(Cipher::Plain);
    }
    if backup.recipients.is_empty() {
        let message = Message::new("errors.setting.backup_no_recipient");
        let message = message.with("place", &place.name);
        return Err(Error::wrong_setting("backup.recipients", message));
    }
    Cipher::to(&backup.recipients)
}

/// Refuses a folder on the disk of the archive: a disk that fails would take both.
pub(super) fn refuse_own_disk(config: &Config, place: &PlaceConfig) -> Result<()> {
    let folder = place.url.strip_prefix("file://").unwrap_or(&place.url);
    if place.same_disk || place.url.starts_with("s3:") || place.url == "memory:" {
        return Ok(());
    }
    let disk = |path: &Path| std::fs::metadata(path).map(|meta| meta.dev());
    let own = disk(&config.data)?;
    let vault = config.vault_folder().filter(|folder| folder.exists());
    let vault = vault.map_or(Ok(own), |folder| disk(&folder))?;
    let there = disk(Path::new(folder)).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => told_of(place, Error::NotFound { what: "folder" }),
        _ => error.into(),
    })?;
    if there != own && there != vault {
        return Ok(());
    }
    let message = Message::new("errors.setting.backup_same_disk");
    let message = message.with("place", &place.name).with("url", &place.url);
    Err(Error::wrong_setting("backup.place", message))
}

impl Place {
    /// Makes the place one of this archive, or sees that it is.
    pub(super) async fn belong_to(&self, archive: &str) -> Result<()> {
        let header = self.files.get(HEADER).await?;
        let Some(header) = header else {
            let ours = Header {
                format: FORMAT,
                archive: archive.to_owned(),
            };
            return Ok(self.files.put_once(HEADER, json(&ours)?.into()).await?);
        };
        let there: Header = parse(HEADER, &header)?;
        refuse_later(there.format)?;
        if there.archive != archive {
            let message = Message::new("errors.backup_of_another_archive");
            return Err(Error::refuse(message.with("place", &self.name)));
        }
        Ok(())
    }

    /// Names of the runs that ended, oldest first.
    pub(super) async fn finished(&self) -> Result<Vec<String>> {
        let mut finished = Vec::new();
        for run in self.files.folders(RUNS).await? {
            if self.manifest_bytes(&run).await?.is_some() {
                finished.push(run);
            }
        }
        Ok(finished)
    }

    /// What a run says it holds; the newest that ended where none is named.
    pub(super) async fn manifest(&self, named: Option<&str>) -> Result<(String, Manifest)> {
        let run = match named {
            Some(run) => run.to_owned(),
            None => self.finished().await?.pop().unwrap_or_default(),
        };
        let none = || Error::refuse(Message::new("errors.no_backup").with("place", &self.name));
        let bytes = match run.is_empty() {
            true => None,
            false => self.manifest_bytes(&run).await?,
        };
        let manifest: Manifest = parse(MANIFEST, &bytes.ok_or_else(none)?)?;
        refuse_later(manifest.format)?;
        Ok((run, manifest))
    }

    async fn manifest_bytes(&self, run: &str) -> Result<Option<bytes::Bytes>> {
        Ok(self.files.get(&format!("{RUNS}/{run}/{MANIFEST}")).await?)
    }
}

fn refuse_later(format: u32) -> Result<()> {
    if format <= FORMAT {
        return Ok(());
    }
    let message = Message::new("errors.export_of_later_version");
    Err(Error::refuse(
        message.with("there", format).with("known", FORMAT),
    ))
}

pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| Error::Internal(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::Corrupt {
        what: format!("{name} of the backup: {error}"),
    })
}
