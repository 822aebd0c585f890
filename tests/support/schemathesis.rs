//! A foreign fuzzer of described APIs, from PyPI.

use std::process::Command;

use super::pip::{run, venv};

/// Package and version, as pip takes them.
const REQUIREMENT: &str = "schemathesis==4.32.5";

/// Calls every operation of `document` with a bounded number of made-up inputs, sound and unsound;
/// fails when any answer is a server error.
pub fn no_server_error(base: &str, token: &str, examples: u32) -> String {
    let tool = venv("schemathesis", &[REQUIREMENT]).join("schemathesis");
    let notes = tempfile::tempdir().unwrap(); // it leaves its notes where it stands
    run(Command::new(tool)
        .current_dir(notes.path())
        .arg("run")
        .arg(format!("{base}/api/openapi.json"))
        .args(["--url", base])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", "not_a_server_error"])
        .args(["--max-examples", &examples.to_string()])
        .args(["--phases", "examples,coverage,fuzzing"])
        // Bodies it cannot make (tus pieces, PDF), and the taking back of the token it works with.
        .args(["--exclude-operation-id", "patch_uploads_id"])
        .args(["--exclude-operation-id", "post_verify"])
        .args(["--exclude-operation-id", "delete_tokens_id"])
        .args(["--seed", "20261122", "--workers", "1", "--no-color"]))
}
