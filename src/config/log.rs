//! Configuration of the log's signed tree.

use std::path::PathBuf;

use serde::Deserialize;

use super::VaultConfig;

/// The key that signs the tree over the log, and the places outside that are shown it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// File of the key, readable by its owner only; `log/key` in the data folder when absent, made at first start.
    pub key_file: Option<PathBuf>,
    /// Places outside this machine and its vault that are shown each signed tree: a folder (a mounted share) or
    /// `s3://bucket/prefix`. Whoever keeps this archive should not be able to change what lies there.
    pub outside: Vec<VaultConfig>,
}
