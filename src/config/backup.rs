//! Configuration of copies elsewhere.

use std::path::PathBuf;

use serde::Deserialize;

use super::VaultConfig;
use crate::error::{Error, Result};
use crate::messages::Message;

/// Who can read backups, and the places they go to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupConfig {
    /// Public keys (`age1…`) that backups are encrypted to; whoever has the identity of one of them can restore.
    pub recipients: Vec<String>,
    /// Names of places whose backups anybody may read who gets hold of them.
    pub unencrypted: Vec<String>,
    /// What the archive itself lies on, such as `disk`.
    pub archive_media: String,
    /// Table `[[backup.place]]`: one for each further copy.
    pub place: Vec<PlaceConfig>,
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self {
            recipients: Vec::new(),
            unencrypted: Vec::new(),
            archive_media: "disk".into(),
            place: Vec::new(),
        }
    }
}

/// One place that holds a copy of the archive.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceConfig {
    /// What people call it: letters, digits, `-` and `_`.
    pub name: String,
    /// A folder (a mounted disk or share) or `s3://bucket/prefix`.
    pub url: String,
    /// S3 endpoint, as in `[vault]`.
    pub endpoint: Option<String>,
    /// S3 region, as in `[vault]`.
    pub region: Option<String>,
    /// S3 access key id, as in `[vault]`.
    pub key_id: Option<String>,
    /// File holding the S3 secret, readable by its owner only.
    pub secret_file: Option<PathBuf>,
    /// What it lies on, such as `disk`, `tape`, `optical` or `object_store`.
    pub media: String,
    /// Whether it is in another building, out of reach of a fire here.
    pub elsewhere: bool,
    /// Whether nothing there can be changed or removed, by nobody: a tape ejected, a disc, a bucket under object lock.
    pub write_once: bool,
    /// A folder on the very disk of the archive is refused unless this says that it is meant.
    pub same_disk: bool,
    /// Days after which a backup no longer counts as a copy.
    pub days: u32,
}

impl Default for PlaceConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            endpoint: None,
            region: None,
            key_id: None,
            secret_file: None,
            media: "disk".into(),
            elsewhere: false,
            write_once: false,
            same_disk: false,
            days: 2,
        }
    }
}

impl PlaceConfig {
    /// Where its files are.
    pub fn store(&self) -> VaultConfig {
        VaultConfig {
            url: Some(self.url.clone()),
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            key_id: self.key_id.clone(),
            secret_file: self.secret_file.clone(),
        }
    }
}

impl BackupConfig {
    /// Checks names and addresses.
    ///
    /// # Errors
    /// `Invalid`, naming the setting.
    pub fn check(&self) -> Result<()> {
        let plain = |name: &str| {
            let proper = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            !name.is_empty() && name.chars().all(proper)
        };
        for (at, place) in self.place.iter().enumerate() {
            let again = self.place[..at]
                .iter()
                .any(|other| other.name == place.name);
            if again || place.url.is_empty() || !plain(&place.name) {
                let message = Message::new("faults.backup_place").with("name", &place.name);
                return Err(Error::fault("/backup/place", message));
            }
        }
        let known = |name: &&String| self.place.iter().any(|place| place.name == **name);
        match self.unencrypted.iter().find(|name| !known(name)) {
            Some(name) => {
                let message = Message::new("faults.backup_unencrypted").with("name", name);
                Err(Error::fault("/backup/unencrypted", message))
            }
            None => Ok(()),
        }
    }
}
