//! A delivery goes on past what is odd in a folder, and a file that was still being written does not lock its batch.

use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sogoc::access::Role;

use crate::support::holdings::{Holdings, page};
use crate::support::server::Server;

fn sogoc() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
    command.env_remove("SOGOC_DATA").env_remove("SOGOC_CONFIG");
    command
}

#[test]
fn a_dangling_link_and_a_name_in_two_lines_are_refused_by_name_and_the_rest_is_delivered() {
    let place = tempfile::tempdir().unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("trang.png"), page(1)).unwrap();
    std::fs::write(scans.join("hai\ndòng.png"), page(2)).unwrap();
    std::fs::write(scans.join("có\ttab.png"), page(3)).unwrap();
    std::os::unix::fs::symlink("không-còn", scans.join("liên-kết.png")).unwrap();
    let output = sogoc()
        .args(["--json", "--data"])
        .arg(place.path().join("data"))
        .args(["deliver", scans.to_str().unwrap(), "--batch", "Hộp"])
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(65), "{told}");
    assert_eq!(told["totals"]["received"], 1, "{told}");
    let refused: Vec<&str> = told["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(refused, ["có\\ttab.png", "hai\\ndòng.png", "liên-kết.png"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_begun_while_it_was_written_does_not_keep_its_batch_open_once_it_came_whole() {
    let server = Server::start().await;
    let archivist = server.token(&[Role::Archivist]).await;
    let batch = archivist
        .post("/api/v1/batches", json!({ "name": "Hộp" }))
        .await;
    let batch: Value = batch.json().await.unwrap();
    let id = batch["id"].as_str().unwrap();
    // The first delivery began it when it was shorter, and was cut off.
    let begun = archivist
        .request(Method::POST, &format!("/api/v1/batches/{id}/uploads"))
        .header("tus-resumable", "1.0.0")
        .header("upload-length", "17")
        .header("upload-metadata", "filename dHJhbmcucG5n"); // trang.png
    assert_eq!(begun.send().await.unwrap().status(), StatusCode::CREATED);
    let close = format!("/api/v1/batches/{id}/close");
    let refused = archivist.post(&close, json!({})).await;
    assert_eq!(
        refused.status(),
        StatusCode::UNPROCESSABLE_ENTITY,
        "it may still come"
    );

    let token = server.bearer(&[Role::Archivist]).await;
    let place = tempfile::tempdir().unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("trang.png"), page(1)).unwrap();
    let url = server.url.clone();
    let output = tokio::task::spawn_blocking(move || {
        let arguments = ["deliver", scans.to_str().unwrap(), "--batch", "Hộp"];
        sogoc()
            .args(["--json", "--data"])
            .arg(place.path().join("data"))
            .args(arguments)
            .args(["--server", &url, "--token", &token])
            .output()
            .unwrap()
    });
    let output = output.await.unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told["batch"]["closed_at"].is_string(), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_ends_the_command_quietly() {
    let holdings = Holdings::lived(None).await;
    sogoc::search::follow(&holdings.archive).await.unwrap();
    let folder = holdings.data.path().to_path_buf();
    tokio::task::spawn_blocking(move || head_minus_one(&folder))
        .await
        .unwrap();
}

/// `sogoc user list | head -1`, with a pipe that is closed before everything is written.
fn head_minus_one(folder: &Path) {
    let ended_and_said = |arguments: [&str; 2]| {
        let mut child = sogoc()
            .args(arguments)
            .arg("--data")
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        (ended.status, String::from_utf8(ended.stderr).unwrap())
    };
    let (_, said) = ended_and_said(["completions", "bash"]);
    assert!(!said.contains("panicked"), "{said}");
    let (ended, said) = ended_and_said(["search", "nguyen"]);
    assert_eq!((said.as_str(), ended.code()), ("", Some(141)));
}
