//! Configuration: one documented struct for each part, checked before anything opens.

mod backup;
mod level;
mod log;
mod named_file;
mod seal;
mod sign_in;
mod web;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sogoc_workers::limits::FenceName;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::messages::Message;

pub use backup::{BackupConfig, PlaceConfig};
pub use level::{Level, Padding};
pub use log::LogConfig;
pub use named_file::{read_named, wrong_file};
pub use seal::{DetachedConfig, SealConfig, TokenConfig};
pub use sign_in::{SecondFactor, SignInConfig};
pub use web::WebConfig;

/// All settings, from `--config FILE` (TOML), or the defaults for a data folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder of whatever is not configured elsewhere: catalogue, vault, index, spool, key.
    pub data: PathBuf,
    /// Table `[catalogue]`: which database holds the rows.
    pub catalogue: CatalogueConfig,
    /// Table `[vault]`: where preserved bytes lie.
    pub vault: VaultConfig,
    /// Table `[log]`: the key of the log, and places outside that are shown each signed tree.
    pub log: LogConfig,
    /// Table `[reading]`: children, limits, classes and models of reading.
    pub reading: ReadingConfig,
    /// Table `[web]`: address, proxies, limits of requests.
    pub web: WebConfig,
    /// Table `[office]`: names and words that copies bear.
    pub office: OfficeConfig,
    /// Table `[seal]`: key, certificates, level and time authorities.
    pub seal: SealConfig,
    /// Table `[sign_in]`: how people sign in.
    pub sign_in: SignInConfig,
    /// Table `[backup]`: copies elsewhere, and who can read them.
    pub backup: BackupConfig,
    /// Folder of record classes (`*.toml`); the built-in ones when absent.
    pub classes: Option<PathBuf>,
}

/// The database of the catalogue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatalogueConfig {
    /// `sqlite:` or `postgres:` URL; a file in the data folder when absent.
    pub url: Option<String>,
    /// File with the key of sealed values (secrets of second factors and webhooks), readable by its owner only; made in
    /// `keys/values` of the data folder when absent. Processes over one catalogue share it.
    pub key_file: Option<PathBuf>,
}

/// A place for files: the storage of the vault, or one outside that is shown the log.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultConfig {
    /// `s3://bucket/prefix`, `memory:` or a folder; `vault/` in the data folder when absent.
    pub url: Option<String>,
    /// S3 endpoint, such as `http://127.0.0.1:8333`.
    pub endpoint: Option<String>,
    /// S3 region, such as `us-east-1`.
    pub region: Option<String>,
    /// S3 key id; `SOGOC_S3_KEY_ID` overrides.
    pub key_id: Option<String>,
    /// File holding the S3 secret, readable by its owner only; `SOGOC_S3_SECRET` overrides.
    pub secret_file: Option<PathBuf>,
}

/// The pool of child processes that read pages, and their limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadingConfig {
    /// Number of children; one for each core when 0.
    pub children: usize,
    /// Memory of all children together, in MiB: a page waits until what it needs is free.
    pub ceiling_mib: u64,
    /// Pages after which a child is replaced by a new one.
    pub pages_per_child: u32,
    /// Longest time for one page, in seconds.
    pub page_seconds: u64,
    /// Folder of Tesseract models; the system's when absent.
    pub tessdata: Option<PathBuf>,
    /// The `sogoc` executable to start as child; the running one when absent.
    pub program: Option<PathBuf>,
    /// Fences of children that this machine's kernel does not have and the administrator goes without.
    pub without_fences: Vec<FenceName>,
}

impl Default for ReadingConfig {
    fn default() -> Self {
        Self {
            children: 0,
            ceiling_mib: 2048,
            pages_per_child: 200,
            page_seconds: 180,
            tessdata: None,
            program: None,
            without_fences: Vec::new(),
        }
    }
}

/// The office that issues copies: its words on a certified copy, its procedure and its fees.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeConfig {
    /// Name of the agency, such as `Sở Giáo dục và Đào tạo …`.
    pub agency: String,
    /// Place printed before the date.
    pub place: String,
    /// Title of the signer, as printed: `GIÁM ĐỐC`.
    pub signer_title: String,
    /// Name of the signer; empty prints the title alone.
    pub signer_name: String,
    /// Code of the administrative procedure under which copies are requested.
    pub procedure: String,
    /// Agency code of the province whose fees apply, such as `H26`; the national rule when empty.
    pub fee_place: String,
}

impl Default for OfficeConfig {
    fn default() -> Self {
        Self {
            agency: "Sở Giáo dục và Đào tạo (thử nghiệm)".into(),
            place: "Quảng Ngãi".into(),
            signer_title: "GIÁM ĐỐC".into(),
            signer_name: String::new(),
            procedure: "3.000465".into(),
            fee_place: String::new(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            catalogue: CatalogueConfig::default(),
            vault: VaultConfig::default(),
            log: LogConfig::default(),
            reading: ReadingConfig::default(),
            web: WebConfig::default(),
            office: OfficeConfig::default(),
            seal: SealConfig::default(),
            sign_in: SignInConfig::default(),
            backup: BackupConfig::default(),
            classes: None,
        }
    }
}

impl Config {
    /// The defaults, with everything in one data folder.
    pub fn in_folder(data: &Path) -> Self {
        Self {
            data: data.to_path_buf(),
            ..Self::default()
        }
    }

    /// Parses and checks a configuration file.
    ///
    /// # Errors
    /// `Invalid`, naming the file and the line.
    pub fn from_file(path: &Path) -> Result<Self> {
        let fault = |why: String| {
            Error::fault(
                "/config",
                Message::new("faults.configuration_file")
                    .with("path", path.display())
                    .with("why", why),
            )
        };
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let config: Self = toml::from_str(&text).map_err(|error| fault(error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// Checks what can be checked before anything opens.
    ///
    /// # Errors
    /// `Invalid`, naming the setting.
    pub fn check(&self) -> Result<()> {
        self.web.check()?;
        // Below this a page of A3 at 300 dpi would never be admitted: the children's own memory is
        // counted too.
        if self.reading.ceiling_mib < 700 {
            return Err(Error::fault(
                "/reading/ceiling_mib",
                "faults.reading_ceilingmib_must",
            ));
        }
        let places = self.backup.place.iter();
        let outside = self.log.outside.iter();
        let token = self.seal.token.as_ref();
        let named = [
            ("vault.secret_file", &self.vault.secret_file),
            ("seal.key_password_file", &self.seal.key_password_file),
        ]
        .into_iter()
        .chain(outside.map(|place| ("log.outside.secret_file", &place.secret_file)))
        .chain(places.map(|place| ("backup.place.secret_file", &place.secret_file)))
        .chain(token.map(|token| ("seal.token.pin_file", &token.pin_file)));
        for (setting, file) in named {
            file.as_ref()
                .map_or(Ok(()), |file| owner_only(setting, file))?;
        }
        // Made at the first start, so before that there is nothing whose mode could be wrong.
        let kept = [
            ("log.key_file", &self.log.key_file),
            ("catalogue.key_file", &self.catalogue.key_file),
        ];
        for (setting, file) in kept {
            let file = file.as_ref().filter(|file| file.exists());
            file.map_or(Ok(()), |file| owner_only(setting, file))?;
        }
        self.backup.check()?;
        self.seal.check()?;
        Ok(())
    }

    /// Number of pages read at once: as configured, else one for each core.
    pub fn readers(&self) -> usize {
        match self.reading.children {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            set => set,
        }
    }

    /// `sqlite:` or `postgres:` URL of the catalogue.
    pub fn catalogue_url(&self) -> String {
        self.catalogue
            .url
            .clone()
            .unwrap_or_else(|| Catalogue::embedded_url(&self.data))
    }

    /// The folder of the vault, where it is one.
    pub fn vault_folder(&self) -> Option<PathBuf> {
        match self.vault.url.as_deref() {
            None => Some(self.data.join("vault")),
            // A bucket is backed up, and its room watched, with the tools of its provider.
            Some(url) if url == "memory:" || url.starts_with("s3:") => None,
            Some(url) => Some(url.strip_prefix("file://").unwrap_or(url).into()),
        }
    }

    /// Base of the addresses printed in QR codes, without a trailing slash.
    pub fn public_url(&self) -> String {
        let url = self.web.public_url.clone();
        let url = url.unwrap_or_else(|| format!("http://{}", self.web.listen));
        url.trim_end_matches('/').to_owned()
    }
}

/// Refuses a secret file whose mode lets group or others read it.
#[cfg(unix)]
fn owner_only(setting: &'static str, path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let facts = std::fs::metadata(path).map_err(|error| wrong_file(setting, path, error))?;
    let mode = facts.permissions().mode();
    // Group bits count as well: a service account often shares its group with people.
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Error::fault(
        "/config",
        Message::new("faults.secret_file_can_read").with("path", path.display()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sogoc.toml");
        std::fs::write(
            &file,
            "data = \"x\"\n[web]\nlisten = \"127.0.0.1:1\"\nlistn = 3\n",
        )
        .unwrap();
        let error = Config::from_file(&file).unwrap_err();
        assert!(error.en().contains("line 4"), "{}", error.en());
        assert!(error.en().contains("listn"));
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "s").unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
        let mut config = Config::default();
        config.vault.secret_file = Some(secret.clone());
        assert!(config.check().is_err());
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(config.check().is_ok());
        std::fs::remove_file(&secret).unwrap();
        let gone = config.check().unwrap_err();
        assert_eq!(gone.code(), "wrong_setting");
        assert!(gone.en().contains("vault.secret_file"), "{}", gone.en());
    }
}
