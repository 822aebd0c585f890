//! A token of SoftHSM2 in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::pip;

/// The library of SoftHSM2.
pub(super) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// Label of the token.
pub(super) const TOKEN: &str = "con-dau";
/// Label of its key.
pub(super) const LABEL: &str = "ky";
/// User PIN of the token.
pub(super) const PIN: &str = "271828";

/// The token; it is gone when dropped.
pub(super) struct SoftHsm {
    folder: TempDir,
}

impl SoftHsm {
    /// A fresh token with the key in this file (PKCS#8, PEM).
    pub(super) fn holding(key: &Path) -> SoftHsm {
        let folder = tempfile::tempdir().unwrap();
        let hsm = SoftHsm { folder };
        fs::create_dir(hsm.folder.path().join("tokens")).unwrap();
        let tokens = hsm.folder.path().join("tokens");
        let text = format!(
            "directories.tokendir = {}\nlog.level = ERROR\n",
            tokens.display()
        );
        fs::write(hsm.config(), text).unwrap();
        let key = key.display().to_string();
        let init = [
            "--init-token",
            "--free",
            "--label",
            TOKEN,
            "--so-pin",
            "314159",
            "--pin",
            PIN,
        ];
        let import = [
            "--import", &key, "--token", TOKEN, "--label", LABEL, "--id", "01", "--pin", PIN,
        ];
        for arguments in [&init[..], &import] {
            let mut command = Command::new("softhsm2-util");
            command.env("SOFTHSM2_CONF", hsm.config());
            pip::run(command.args(arguments));
        }
        hsm
    }

    /// Where SoftHSM2 reads its settings.
    pub(super) fn config(&self) -> PathBuf {
        self.folder.path().join("softhsm2.conf")
    }

    /// What docs/detached-signing.md wants to know of a token, PIN included.
    pub(super) fn describe_to(&self, command: &mut Command) {
        command.env("SOFTHSM2_CONF", self.config()).envs([
            ("MODULE", MODULE),
            ("TOKEN", TOKEN),
            ("LABEL", LABEL),
            ("PIN", PIN),
        ]);
    }
}
