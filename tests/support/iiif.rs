//! Judges of our viewer service by other people: the validator of the IIIF consortium for pictures, iiif-prezi3 for
//! manifests.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::pip;

const PICTURES: [&str; 2] = ["iiif-validator==1.0.5", "setuptools==80.9.0"];
const MANIFESTS: [&str; 1] = ["iiif-prezi3==3.1.1"];

fn script(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.join("tests/support").join(name)
}

fn pictures(act: &str) -> Command {
    let mut command = Command::new(pip::venv("iiif-pictures", &PICTURES).join("python"));
    command.arg(script("iiif_image_judge.py")).arg(act);
    command
}

/// Draws the picture that the validator knows, as a PNG of 1000 by 1000 pixels.
pub fn draw(path: &Path) {
    pip::run(pictures("picture").arg(path));
}

/// Runs the validator over the picture of a page; gives the number of its tests and what it finds wrong.
pub fn judge_pictures(host: &str, page_id: &str, token: &str) -> (usize, Vec<String>) {
    let said = pip::run(pictures("judge").args([host, "iiif/image/3", page_id, token]));
    let tests: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let wrong = tests.iter().filter(|test| !test["wrong"].is_null());
    (tests.len(), wrong.map(Value::to_string).collect())
}

/// Fails unless the manifest is valid; gives the number of its canvases.
pub fn judge_manifest(manifest: &str) -> usize {
    let mut command = Command::new(pip::venv("iiif-manifests", &MANIFESTS).join("python"));
    let mut child = command
        .arg(script("iiif_manifest_judge.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(manifest.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}\n{manifest}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.trim().parse().unwrap()
}
