//! What bad input gets: every row of the table of promises, at the API and at the command line.
//!
//! | input | API | command line |
//! | --- | --- | --- |
//! | broken, encrypted, empty, hostile file; bomb | [`files`] | [`files`], [`damaged`], `intake::quarantine`, `cli` |
//! | same bytes again | [`files`] | [`files`] |
//! | file uploaded for verification that is made to stall | [`strangers_pdf`] | [`strangers_pdf`] |
//! | upload cut off, abandoned | `intake::tus` | `intake::server` |
//! | wrong declared count or digest | [`files`], `intake::tus` | [`files`] |
//! | NFD, TCVN3, VNI text | [`texts`] | [`texts`] |
//! | bad request | `api` | `cli` |
//! | bad query | [`texts`] | [`texts`] |
//! | vault or catalogue down | `outage` | [`out_of_reach`] |
//! | full disk | [`full_disk`] | [`full_disk`] |
//! | flag unknown, without a reason, resolved already, scan of another fonds | `flags` | – |
//! | wrong password, token or code, guessed id | `api`, `access`, `intake::tus` | `intake::server`, `cli` |

#[path = "../workers/tests/pool/damage.rs"]
mod damage;
mod damaged;
mod files;
mod full_disk;
#[path = "../workers/tests/pool/mutate.rs"]
mod mutate;
mod out_of_reach;
mod strangers_pdf;
mod texts;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::server::Client;

/// Runs the program, away from any data folder of the machine's own.
fn sogoc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sogoc"))
        .env_remove("SOGOC_DATA")
        .env_remove("SOGOC_CONFIG")
        .stdin(Stdio::null())
        .args(arguments)
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", complaint(output)))
}

/// The files nobody means well with, and what may become of each.
fn hostile() -> Vec<(PathBuf, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hostile");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let entries = manifest["files"].as_array().unwrap().iter();
    let files: Vec<_> = entries
        .map(|entry| {
            let outcomes = entry["outcomes"].as_array().unwrap().iter();
            let outcomes = outcomes.map(|word| word.as_str().unwrap().to_owned());
            let name = entry["file"].as_str().unwrap();
            (folder.join(name), outcomes.collect())
        })
        .collect();
    assert!(files.len() > 40);
    files
}

/// Opens a batch over the API.
async fn open_batch(client: &Client, name: &str, declared: Option<i64>) -> String {
    let body = json!({ "name": name, "declared_count": declared });
    let answer = client.post("/api/v1/batches", body).await;
    assert_eq!(answer.status(), 201);
    let batch: Value = answer.json().await.unwrap();
    batch["id"].as_str().unwrap().to_owned()
}

/// Uploads one file in one piece over tus.
async fn upload(client: &Client, batch: &str, name: &str, bytes: &[u8]) {
    let path = format!("/api/v1/batches/{batch}/uploads");
    let made = client
        .request(Method::POST, &path)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Length", bytes.len())
        .header(
            "Upload-Metadata",
            format!("filename {}", STANDARD.encode(name)),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 201, "{name}");
    if bytes.is_empty() {
        return; // received with its creation
    }
    let place = made.headers()["location"].to_str().unwrap();
    let sent = client
        .request(Method::PATCH, place)
        .header("Tus-Resumable", "1.0.0")
        .header("Upload-Offset", 0)
        .header("Content-Type", "application/offset+octet-stream")
        .body(bytes.to_vec())
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 204, "{name}");
}

/// The receipt of a batch over the API, as it stands.
async fn receipt(client: &Client, batch: &str) -> Value {
    let answer = client
        .get(&format!("/api/v1/batches/{batch}/receipt"))
        .await;
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}
