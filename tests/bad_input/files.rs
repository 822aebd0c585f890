//! Files that are broken, hostile, delivered twice, or other than declared.

use std::collections::BTreeMap;

use serde_json::Value;
use sogoc::access::Role;

use super::{code, complaint, hostile, open_batch, receipt, said, sogoc, upload};
use crate::support::archive::sample;
use crate::support::server::Server;

const DIPLOMA: &[u8] = include_bytes!("../fixtures/good/diploma.jpg");
const REGISTER: &[u8] = include_bytes!("../fixtures/good/register.png");

#[tokio::test(flavor = "multi_thread")]
async fn over_the_api_a_hostile_file_harms_only_itself_and_can_be_replaced() {
    let server = Server::start().await;
    let client = server.token(&[Role::Archivist]).await;
    let batch = open_batch(&client, "Hộp 1", None).await;
    let files = hostile();
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    for (path, _) in &files {
        let bytes = std::fs::read(path).unwrap();
        upload(&client, &batch, &name(path), &bytes).await;
    }
    upload(&client, &batch, "bằng.jpg", DIPLOMA).await;
    let answer = receipt(&client, &batch).await;
    let known: BTreeMap<&str, &Value> = answer["receipt"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["name"].as_str().unwrap(), file))
        .collect();
    assert_eq!(known.len(), files.len() + 1);
    assert_eq!(known["bằng.jpg"]["outcome"], "received");
    for (path, outcomes) in &files {
        if let Some(reason) = known[name(path).as_str()]["reason"].as_str() {
            assert!(
                outcomes.iter().any(|word| word == reason),
                "{path:?}: {reason}"
            );
        }
    }
    let broken = answer["receipt"]["totals"]["quarantined"].as_u64().unwrap();
    assert!(broken > 10, "{broken}");
    let first = known.values().find(|file| file["reason"].is_string());
    let first = first.unwrap()["name"].as_str().unwrap();
    upload(&client, &batch, first, REGISTER).await;
    let after = receipt(&client, &batch).await;
    let replaced = after["receipt"]["files"].as_array().unwrap().iter();
    let replaced = replaced.filter(|file| file["name"] == first);
    let outcomes: Vec<&str> = replaced
        .filter_map(|file| file["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["quarantined", "received"]);
}

#[test]
fn on_the_command_line_every_hostile_file_is_read_to_a_named_outcome() {
    let files = hostile();
    let good = sample("bang-ptth-1985.jpg").display().to_string();
    let paths: Vec<String> = files
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    let mut arguments = vec!["read", "--json"];
    arguments.extend(paths.iter().map(String::as_str));
    arguments.push(&good);
    let output = sogoc(&arguments);
    assert_eq!(code(&output), 1, "{}", complaint(&output));
    let mut outcomes = BTreeMap::<String, Vec<String>>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let page: Value = serde_json::from_str(line).unwrap();
        let word = page["outcome"].as_str().unwrap().to_owned();
        outcomes
            .entry(page["file"].as_str().unwrap().into())
            .or_default()
            .push(word);
    }
    assert_eq!(outcomes[&good], ["read"]);
    for ((_, allowed), path) in files.iter().zip(&paths) {
        for word in &outcomes[path] {
            assert!(allowed.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn on_the_command_line_a_good_file_in_the_place_of_a_broken_one_closes_the_batch() {
    let place = tempfile::tempdir().unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("a.jpg"), &DIPLOMA[..DIPLOMA.len() / 3]).unwrap();
    std::fs::write(scans.join("b.png"), REGISTER).unwrap();
    let data = place.path().join("data").display().to_string();
    let scans_name = scans.display().to_string();
    let deliver = || {
        sogoc(&[
            "--data",
            &data,
            "--json",
            "deliver",
            &scans_name,
            "--batch",
            "X",
        ])
    };
    let first = deliver();
    assert_eq!(code(&first), 3, "{}", complaint(&first));
    assert!(said(&first)["batch"]["closed_at"].is_null());
    std::fs::write(scans.join("a.jpg"), DIPLOMA).unwrap();
    let second = deliver();
    assert_eq!(code(&second), 0, "{}", complaint(&second));
    let second = said(&second);
    assert!(second["batch"]["closed_at"].is_string());
    assert_eq!(
        second["totals"]["quarantined"], 1,
        "what came first stays on the receipt"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_named_and_kept_once_at_either_entrance() {
    let server = Server::start().await;
    let client = server.token(&[Role::Archivist]).await;
    let batch = open_batch(&client, "Hộp 1", None).await;
    upload(&client, &batch, "một.jpg", DIPLOMA).await;
    upload(&client, &batch, "hai.jpg", DIPLOMA).await;
    let answer = receipt(&client, &batch).await;
    let files = answer["receipt"]["files"].as_array().unwrap();
    let again = files
        .iter()
        .find(|file| file["outcome"] == "duplicate")
        .unwrap();
    assert_eq!(again["duplicate_of_name"], "một.jpg");

    let place = tempfile::tempdir().unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    for name in ["1.jpg", "2.jpg"] {
        std::fs::write(scans.join(name), DIPLOMA).unwrap();
    }
    let data = place.path().join("data").display().to_string();
    let output = sogoc(&[
        "--data",
        &data,
        "deliver",
        scans.to_str().unwrap(),
        "--batch",
        "X",
    ]);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("giống hệt"), "{told}");
    let objects = walkdir(&place.path().join("data/vault"));
    let kept = objects.iter().filter(|path| path.ends_with(".jpg"));
    assert_eq!(kept.count(), 1, "{objects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_other_than_declared_stays_open_and_says_why_at_either_entrance() {
    let server = Server::start().await;
    let client = server.token(&[Role::Archivist]).await;
    let batch = open_batch(&client, "Hộp 1", Some(3)).await;
    upload(&client, &batch, "một.jpg", DIPLOMA).await;
    let close = format!("/api/v1/batches/{batch}/close");
    let answer = client.post(&close, serde_json::json!({})).await;
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(
        problem["errors"][0]["pointer"], "#/declared_count",
        "{problem}"
    );
    assert_eq!(
        receipt(&client, &batch).await["receipt"]["batch"]["state"],
        "open"
    );

    let place = tempfile::tempdir().unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join("1.jpg"), DIPLOMA).unwrap();
    let (data, scans) = (place.path().join("data"), scans.display().to_string());
    let data = data.display().to_string();
    let output = sogoc(&[
        "--data",
        &data,
        "--json",
        "deliver",
        &scans,
        "--batch",
        "X",
        "--declared",
        "3",
    ]);
    assert_eq!(code(&output), 65, "{}", complaint(&output));
    let told = said(&output);
    assert_eq!(
        told["differences"][0]["pointer"], "/declared_count",
        "{told}"
    );
    assert!(told["batch"]["closed_at"].is_null());
}

fn walkdir(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path.display().to_string());
            }
        }
    }
    found
}
