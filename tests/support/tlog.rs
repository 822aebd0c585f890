//! The log's tree judged by a foreign implementation: Go's golang.org/x/mod/sumdb, from Debian.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::child::tools_folder;

/// Where Debian keeps Go packages.
const PACKAGES: &str = "/usr/share/gocode";

/// What the judge says to a question: "size root", or its complaint.
pub fn judge(question: &Value) -> Result<String, String> {
    let mut child = Command::new(program())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = question.to_string();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(said(&output.stdout)),
        false => Err(said(&output.stderr)),
    }
}

/// Built on first use, also when several test processes ask at the same time.
fn program() -> PathBuf {
    let program = tools_folder().join("tlog-judge");
    let lock = std::fs::File::create(tools_folder().join("tlog-judge.lock")).unwrap();
    lock.lock().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/tlog_judge/main.go");
    let of = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified());
    if of(&program).is_ok_and(|made| made >= of(&source).unwrap()) {
        return program;
    }
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &source])
        .env("GO111MODULE", "off")
        .env("GOPATH", PACKAGES)
        .env("GOCACHE", tools_folder().join("go-cache"))
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    program
}
