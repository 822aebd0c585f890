//! Settings of the seal: where its key lives, how long its files are to be provable, and whom they trust.

use std::path::PathBuf;

use serde::Deserialize;

use super::level::{Level, Padding};
use crate::error::{Error, Result};

/// The office's seal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealConfig {
    /// PKCS#12 file of the key; one made at first start, clearly a test authority, when absent.
    pub key_file: Option<PathBuf>,
    /// File holding the key's password, readable by its owner only.
    pub key_password_file: Option<PathBuf>,
    /// How an RSA key pads: `pkcs1` or `pss`.
    pub rsa_padding: Padding,
    /// `B-B`, `B-T`, `B-LT` or `B-LTA`; what cannot be reached waits, and is never sealed at a lower level.
    pub level: Level,
    /// Address of the time authority (RFC 3161 over HTTP), such as `http://tsa.example.vn`; needed from B-T on.
    pub time_authority: Option<String>,
    /// Authorities trusted for seals (PEM), beside the one at the end of the key's own chain: for one, those of
    /// keys used before.
    pub trust_file: Option<PathBuf>,
    /// Authorities trusted for time stamps (PEM); those for seals when absent.
    pub time_trust_file: Option<PathBuf>,
}

impl SealConfig {
    /// Checks what can be checked before anything opens.
    ///
    /// # Errors
    /// `Invalid`, naming the setting.
    pub fn check(&self) -> Result<()> {
        let url = self.time_authority.as_deref().unwrap_or_default();
        if self.level >= Level::BT && !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Error::invalid(
                "/seal/time_authority",
                format!(
                    "seal.level {} cần seal.time_authority là địa chỉ http của tổ chức cấp dấu thời gian",
                    self.level.code()
                ),
                format!(
                    "seal.level {} needs seal.time_authority, the http address of a time authority",
                    self.level.code()
                ),
            ));
        }
        Ok(())
    }
}
