//! Text as it came in the nineties or from other systems, and questions that mean nothing.

use std::path::Path;

use serde_json::Value;
use sogoc::access::Role;
use sogoc::{page, worker};

use super::{code, complaint, open_batch, receipt, said, sogoc, upload};
use crate::support::pdf::{Writing, one_line};
use crate::support::server::Server;

const DIPLOMA: &[u8] = include_bytes!("../fixtures/good/diploma.jpg");
/// `Bằng.jpg` as macOS writes it: letters and marks apart.
const DECOMPOSED: &str = "Ba\u{306}\u{300}ng.jpg";
const MEANT: &str = "Sở Giáo dục và Đào tạo Quảng Ngãi";

/// The same line in TCVN3, in VNI, and with marks apart.
fn legacy() -> [(&'static str, String); 3] {
    let tcvn3 = r"S\353 Gi\270o d\364c v\265 \247\265o t\271o Qu\266ng Ng\267i";
    let vni = r"S\364\373 Gia\371o du\357c va\370 \321a\370o ta\357o Qua\373ng Nga\365i";
    let marks = [
        (b'1', "\u{309}"),
        (b'2', "\u{301}"),
        (b'3', "\u{323}"),
        (b'4', "\u{300}"),
    ];
    let letters = [(b'5', "ơ"), (b'6', "Đ"), (b'7', "\u{303}")];
    let plain = (b' '..=b'z').filter(|byte| !byte.is_ascii_digit() && !b"\\()".contains(byte));
    let plain: Vec<(u8, String)> = plain.map(|byte| (byte, char::from(byte).into())).collect();
    let mut table: Vec<(u8, &str)> = plain.iter().map(|(byte, text)| (*byte, &**text)).collect();
    table.extend(marks.iter().chain(&letters));
    let apart = "S51 Gia2o du3c va4 6a4o ta3o Qua1ng Nga7i";
    [
        ("tcvn3.pdf", one_line(&Writing::Font(".VnTime"), tcvn3)),
        ("vni.pdf", one_line(&Writing::Font("VNI-Times"), vni)),
        ("nfd.pdf", one_line(&Writing::Table(&table), apart)),
    ]
}

#[test]
fn on_the_command_line_old_encodings_are_read_as_unicode() {
    let place = tempfile::tempdir().unwrap();
    for (name, pdf) in legacy() {
        let file = place.path().join(name);
        std::fs::write(&file, pdf).unwrap();
        let output = sogoc(&["read", "--json", file.to_str().unwrap()]);
        assert_eq!(code(&output), 0, "{name}: {}", complaint(&output));
        let text = said(&output)["text"].as_str().unwrap().to_owned();
        assert!(text.contains(MEANT), "{name}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_api_old_encodings_are_read_as_unicode_and_the_bytes_kept() {
    let server = Server::start().await;
    let client = server.token(&[Role::Archivist, Role::Reviewer]).await;
    let batch = open_batch(&client, "Công văn 1998", None).await;
    for (name, pdf) in legacy() {
        upload(&client, &batch, name, pdf.as_bytes()).await;
    }
    worker::drain(&server.archive).await.unwrap();
    let answer = receipt(&client, &batch).await;
    for file in answer["receipt"]["files"].as_array().unwrap() {
        let scan = file["scan_id"].as_str().unwrap();
        let pages = client.get(&format!("/api/v1/scans/{scan}/pages")).await;
        let pages: Value = pages.json().await.unwrap();
        let id = pages[0]["id"].as_str().unwrap();
        let reading = page::reading(&server.archive, id).await.unwrap().unwrap();
        let text = reading.text;
        assert!(text.contains(MEANT), "{}: {text}", file["name"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_marks_apart_stands_on_the_receipt_as_given_at_either_entrance() {
    let server = Server::start().await;
    let client = server.token(&[Role::Archivist]).await;
    let batch = open_batch(&client, "Hộp 1", None).await;
    upload(&client, &batch, DECOMPOSED, DIPLOMA).await;
    let answer = receipt(&client, &batch).await;
    assert_eq!(answer["receipt"]["files"][0]["name"], DECOMPOSED);

    let place = tempfile::tempdir().unwrap();
    let scans = place.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    std::fs::write(scans.join(DECOMPOSED), DIPLOMA).unwrap();
    let output = deliver(place.path(), &scans);
    assert_eq!(code(&output), 0, "{}", complaint(&output));
    let receipt = std::fs::read(said(&output)["receipt"].as_str().unwrap()).unwrap();
    let receipt: Value = serde_json::from_slice(&receipt).unwrap();
    assert_eq!(receipt["receipt"]["files"][0]["name"], DECOMPOSED);
}

fn deliver(place: &Path, scans: &Path) -> std::process::Output {
    let data = place.join("data").display().to_string();
    let scans = scans.display().to_string();
    sogoc(&["--data", &data, "--json", "deliver", &scans, "--batch", "X"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_means_nothing_is_told_where_at_either_entrance() {
    let server = Server::start().await;
    let client = server.token(&[Role::Reviewer]).await;
    let place = tempfile::tempdir().unwrap();
    let data = place.path().display().to_string();
    let long = "a ".repeat(600);
    for (question, place) in [
        ("nguyễn \"văn", "ký tự thứ 8"),
        ("sinh:31/02/1975", "ký tự thứ 6"),
        ("ten: mau:đỏ", "ký tự thứ"),
        ("nam:mười", "ký tự thứ 5"),
        ("so:", "ký tự thứ 1"),
        ("nam:1990 nam:1991", "ký tự thứ 10"),
        (long.trim(), "ký tự thứ"),
    ] {
        let asked = serde_urlencoded::to_string([("text", question)]).unwrap();
        let answer = client.get(&format!("/api/v1/search?{asked}")).await;
        assert_eq!(answer.status(), 422, "{question}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"][0]["pointer"], "#/text", "{problem}");
        let told = problem["errors"][0]["detail_vi"].as_str().unwrap();
        assert!(told.contains(place), "{question}: {told}");

        let output = sogoc(&["--data", &data, "search", question]);
        assert_eq!(code(&output), 65, "{question}: {}", complaint(&output));
        assert!(
            output.stdout.is_empty() && complaint(&output).contains(place),
            "{question}"
        );
    }
    let answer = client.get("/api/v1/search?nam=mười").await;
    assert_eq!(answer.status(), 422, "a parameter of another kind");
}
