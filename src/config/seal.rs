//! Configuration of the seal: where its key is, how long its files must be provable, and which authorities
//! are trusted.

use std::path::PathBuf;

use serde::Deserialize;

use super::level::{Level, Padding};
use crate::error::{Error, Result};
use crate::messages::Message;

/// The digital seal of the office.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealConfig {
    /// PKCS#12 file of the key. When absent, a key of a test authority is made at the first start and named so.
    pub key_file: Option<PathBuf>,
    /// File holding the key's password, readable by its owner only.
    pub key_password_file: Option<PathBuf>,
    /// The token that holds the key, instead of a key file.
    pub token: Option<TokenConfig>,
    /// The key is on the approver's own machine, instead of a key file or a token.
    pub detached: Option<DetachedConfig>,
    /// The key's certificate, then its issuers up to the root (PEM); needed with a token and a detached key.
    pub certificates: Option<PathBuf>,
    /// Padding of RSA signatures: `pkcs1` or `pss`.
    pub rsa_padding: Padding,
    /// `B-B`, `B-T`, `B-LT` or `B-LTA`. A copy that cannot reach it now waits; it is never sealed at a lower level.
    pub level: Level,
    /// Address of the time authority (RFC 3161 over HTTP), such as `http://tsa.example.vn`; needed from B-T on.
    pub time_authority: Option<String>,
    /// True where the network does not reach the issuer of the key: below B-LT the revocation of the key is then not
    /// checked before each seal.
    pub closed_network: bool,
    /// Authorities trusted for seals (PEM), beside the root of the key's own chain: those of keys used before, for
    /// example.
    pub trust_file: Option<PathBuf>,
    /// Certificates the office sealed with before its present one (PEM): their seals are still the office's own.
    pub earlier_certificates: Option<PathBuf>,
    /// Authorities trusted for time stamps (PEM); those for seals when absent.
    pub time_trust_file: Option<PathBuf>,
    /// A seal of level B-LTA gets a fresh time stamp this many days before the certificate behind its newest one ends.
    pub renew_before_days: u16,
}

impl Default for SealConfig {
    fn default() -> Self {
        Self {
            key_file: None,
            key_password_file: None,
            token: None,
            detached: None,
            certificates: None,
            rsa_padding: Padding::default(),
            level: Level::default(),
            time_authority: None,
            closed_network: false,
            trust_file: None,
            earlier_certificates: None,
            time_trust_file: None,
            renew_before_days: 90,
        }
    }
}

/// A PKCS#11 token or HSM that holds the key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// PKCS#11 library of the manufacturer (`.so`).
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the key; may be left out where there is only one.
    pub key: Option<String>,
    /// File holding the user PIN, readable by its owner only; `SOGOC_SEAL_PIN` overrides. Without either, the PIN is
    /// entered on the terminal or on the page of the seal and kept in memory.
    pub pin_file: Option<PathBuf>,
}

/// A key whose signatures are made on another machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetachedConfig {
    /// Days a released copy waits for its signature; then its line is void and the request can be released again.
    pub wait_days: u16,
}

impl Default for DetachedConfig {
    fn default() -> Self {
        Self { wait_days: 3 }
    }
}

impl SealConfig {
    /// [`DetachedConfig::wait_days`], or its default.
    pub fn detached_days(&self) -> u16 {
        let detached = self.detached.clone().unwrap_or_default();
        detached.wait_days
    }

    /// Checks what can be checked before anything opens.
    ///
    /// # Errors
    /// `Invalid`, naming the setting.
    pub fn check(&self) -> Result<()> {
        let url = self.time_authority.as_deref().unwrap_or_default();
        // From B-T on a copy without a time stamp must not be issued, so an archive without an
        // authority would never issue any.
        if self.level >= Level::BT && !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err(Error::fault(
                "/seal/time_authority",
                Message::new("faults.seal_level_needs_seal").with("level", self.level.code()),
            ));
        }
        let keys = [
            self.key_file.is_some(),
            self.token.is_some(),
            self.detached.is_some(),
        ];
        let remote = self.token.is_some() || self.detached.is_some();
        // A key outside this process does not bring its certificate along, and the signed data
        // contains it.
        if keys.iter().filter(|key| **key).count() > 1 || (remote && self.certificates.is_none()) {
            return Err(Error::fault("/seal", "faults.one_of_seal_keyfile"));
        }
        Ok(())
    }
}
