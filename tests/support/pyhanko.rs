//! pyHanko, a PDF signature library by other people, as judge of our seals.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::pip;

const REQUIREMENTS: [&str; 1] = ["pyHanko==0.38.0"];

fn script(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/support").join(name)
}

fn python() -> Command {
    Command::new(pip::venv("pyhanko", &REQUIREMENTS).join("python"))
}

/// What pyHanko finds in every signature of `pdf`, trusting only the roots in `trust` (PEM), as of `at` (RFC 3339).
pub fn judge(pdf: &Path, trust: &Path, at: &str) -> Vec<Value> {
    let mut command = python();
    command.arg(script("pyhanko_judge.py")).arg(pdf).arg(trust);
    let said = pip::run(command.arg(at));
    serde_json::from_str(&said).unwrap()
}

/// What pyHanko finds of the first signature of `pdf` by the rules of `level` (`B-B`, `B-T`, `B-LT`, `B-LTA`),
/// trusting only the roots in `trust` (PEM), fetching nothing, as of `at` (RFC 3339). `list` is a list of revoked
/// certificates to go by.
pub fn judge_level(pdf: &Path, trust: &Path, level: &str, at: &str, list: Option<&Path>) -> Value {
    let mut command = python();
    command.arg(script("pyhanko_level.py")).arg(pdf).arg(trust);
    let said = pip::run(command.args([level, at]).args(list));
    serde_json::from_str(&said).unwrap()
}

/// Appends an incremental update that puts a note on page 1, as an editor would.
pub fn append_update(pdf: &Path) {
    let mut command = python();
    pip::run(command.arg(script("pyhanko_append.py")).arg(pdf));
}

/// Signs `pdf` in place with the key in `key`, now.
pub fn sign(pdf: &Path, key: &Path, password: &str) {
    let mut command = python();
    command.arg(script("pyhanko_sign.py")).arg(pdf).arg(key);
    pip::run(command.arg(password));
}
