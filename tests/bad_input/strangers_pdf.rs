//! One anonymous file must neither stall nor end the service: hostile PDFs at the library, the API, the page and the
//! command line, each answered within its budget, twice the same, while others are served.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use sogoc::seal::{FileCheck, Trust, verify};

use crate::support::hostile_pdf::{ALL, named};
use crate::support::service::Service;
use crate::support::wait::until_within;

/// A child is stopped after 20 seconds, and waits for its turn for 8; the rest is for a machine with much to do.
const ANSWER: Duration = Duration::from_secs(40);

/// What the three files of the attack and their nearest neighbours must be called.
const TOO_COMPLEX: [&str; 6] = [
    "dss_refers_199000_times",
    "many_objects_in_dss",
    "carries_200_certificates",
    "carries_5000_certificates",
    "dss_of_3000_lists",
    "fields_10000",
];

#[test]
fn every_hostile_file_is_judged_within_its_budget_and_always_the_same() {
    let now = "2026-11-30T00:00:00Z".parse().unwrap();
    for (name, make) in ALL {
        let bytes = make();
        let start = Instant::now();
        let verdict = verify(&bytes, &Trust::none(), now);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(15), "{name} took {took:?}");
        assert!(!verdict.holds(), "{name}");
        if TOO_COMPLEX.contains(&name) {
            assert_eq!(verdict.file, FileCheck::TooComplex, "{name}");
        }
        assert_eq!(verify(&bytes, &Trust::none(), now), verdict, "{name}");
    }
}

/// Resident bytes of a process.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

async fn post(url: &str, bytes: Vec<u8>) -> (StatusCode, Value) {
    let request = reqwest::Client::new().post(format!("{url}/api/v1/verify"));
    let request = request
        .header("content-type", "application/pdf")
        .body(bytes);
    let answer = request.timeout(ANSWER).send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap())
}

/// Asks for a page again and again until `sending` is over; the longest time that took.
async fn others(url: &str, sending: &tokio::task::JoinHandle<()>) -> Duration {
    let (http, mut longest) = (reqwest::Client::new(), Duration::ZERO);
    let all = ANSWER * u32::try_from(2 * ALL.len()).unwrap();
    until_within(all, "the end of the hostile files", async || {
        for path in ["/healthz", "/xac-minh"] {
            let start = Instant::now();
            let answer = http.get(format!("{url}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            longest = longest.max(start.elapsed());
        }
        sending.is_finished()
    })
    .await;
    longest
}

/// Sends every hostile file; those that are too complex once more, for the same answer.
async fn send_all(url: String) {
    for (name, make) in ALL {
        let bytes = make();
        let (status, said) = post(&url, bytes.clone()).await;
        assert_eq!(status, 200, "{name}: {said}");
        assert_ne!(said["file"], "check_failed", "{name}");
        assert_ne!(said["trust"], "trusted", "{name}");
        if TOO_COMPLEX.contains(&name) {
            assert_eq!(said["file"], "too_complex", "{name}");
            assert_eq!(post(&url, bytes).await, (status, said), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_over_the_api_leave_the_service_to_the_others() {
    let service = Service::start(&[]).await;
    post(&service.url, b"%PDF-1.7\n%%EOF\n".to_vec()).await; // what is loaded at the first is loaded
    let before = resident(service.pid());
    let sending = tokio::spawn(send_all(service.url.clone()));
    let longest = others(&service.url, &sending).await;
    sending.await.unwrap();
    assert!(
        longest < Duration::from_secs(5),
        "others waited {longest:?}"
    );
    let grown = resident(service.pid()).saturating_sub(before);
    assert!(grown < 200 << 20, "the service grew by {grown} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_hostile_files_at_once_wait_their_turn_or_are_sent_away() {
    let service = Service::start(&[]).await;
    let before = resident(service.pid());
    let bytes = named("fields_2000_of_one_array");
    let all: Vec<_> = (0..12)
        .map(|_| {
            let (url, bytes) = (service.url.clone(), bytes.clone());
            tokio::spawn(async move {
                let request = reqwest::Client::new().post(format!("{url}/api/v1/verify"));
                let answer = request.body(bytes).timeout(ANSWER).send().await.unwrap();
                let wait = answer.headers().contains_key("retry-after");
                (answer.status().as_u16(), wait)
            })
        })
        .collect();
    let start = Instant::now();
    let health = reqwest::get(format!("{}/healthz", service.url)).await;
    assert_eq!(health.unwrap().status(), 200);
    assert!(start.elapsed() < Duration::from_secs(5));
    for one in all {
        let answer = one.await.unwrap();
        assert!([(200, false), (503, true)].contains(&answer), "{answer:?}");
    }
    let grown = resident(service.pid()).saturating_sub(before);
    assert!(grown < 200 << 20, "the service grew by {grown} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_in_words_that_a_file_is_too_complex() {
    let service = Service::start(&[]).await;
    let mut body =
        b"--rand\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n"
            .to_vec();
    body.extend(named("dss_refers_199000_times"));
    body.extend(b"\r\n--rand--\r\n");
    let request = reqwest::Client::new().post(format!("{}/xac-minh", service.url));
    let request = request.header("content-type", "multipart/form-data; boundary=rand");
    let answer = request.body(body).timeout(ANSWER).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(page.contains(r#"data-code="too_complex""#) && page.contains("quá phức tạp"));
}

#[test]
fn the_command_line_names_what_it_does_not_judge() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    for name in TOO_COMPLEX {
        std::fs::write(&file, named(name)).unwrap();
        let start = Instant::now();
        let said = check(folder.path(), &file);
        assert!(start.elapsed() < ANSWER, "{name}");
        assert_eq!(said, (Some(2), Value::from("too_complex")), "{name}");
    }
}

fn check(nowhere: &Path, file: &Path) -> (Option<i32>, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
    command.arg("--data").arg(nowhere.join("none"));
    let output = command
        .args(["--json", "verify"])
        .arg(file)
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), said["verdict"]["file"].clone())
}
