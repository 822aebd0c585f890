//! The approver's machine, which runs the very commands of docs/detached-signing.md.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::softhsm::SoftHsm;
use crate::support::pip;

/// What the approver's machine runs: the block of docs/detached-signing.md that begins with this comment.
fn documented(first_line: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(folder.join("docs/detached-signing.md")).unwrap();
    let start = text.find(&format!("```sh\n{first_line}\n")).unwrap() + "```sh\n".len();
    let length = text[start..].find("```").unwrap();
    text[start..start + length].to_owned()
}

/// The approver's machine: a folder with a key or a token, and nothing of the archive.
pub(super) struct Machine {
    folder: TempDir,
    script: String,
    settings: Vec<(&'static str, PathBuf)>,
    token: Option<SoftHsm>,
}

impl Machine {
    /// With a key in a file.
    pub(super) fn with_key(key: PathBuf, chain: &str) -> Machine {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("chain.pem"), chain).unwrap();
        Machine {
            folder,
            script: documented("# openssl"),
            settings: vec![("KEY", key)],
            token: None,
        }
    }

    /// With a key in a PKCS#11 token.
    pub(super) fn with_token(token: SoftHsm) -> Machine {
        Machine {
            folder: tempfile::tempdir().unwrap(),
            script: documented("# pkcs11-tool"),
            settings: Vec::new(),
            token: Some(token),
        }
    }

    /// Signs everything the file asks for; the file that goes back.
    pub(super) fn sign(&self, to_sign: &str) -> String {
        fs::write(self.folder.path().join("can-ky.txt"), to_sign).unwrap();
        let mut shell = Command::new("bash");
        shell
            .args(["-eo", "pipefail", "-c", &self.script])
            .current_dir(self.folder.path());
        for (name, value) in &self.settings {
            shell.env(name, value);
        }
        if let Some(token) = &self.token {
            token.describe_to(&mut shell);
        }
        pip::run(&mut shell);
        fs::read_to_string(self.folder.path().join("chu-ky.txt")).unwrap()
    }
}
