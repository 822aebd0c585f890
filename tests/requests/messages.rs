//! What a request must say, and the pages on which it is said.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;

use crate::support::archive::sample;
use crate::support::server::Server;

#[tokio::test]
async fn every_fault_of_a_request_is_named_by_its_place() {
    let server = Server::start().await;
    let portal = server.token(&[Role::Portal]).await;
    let bad = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "friend" },
        "wanted": { "ho_ten": " ", "so_dinh_danh": "12345", "copies": 0 },
        "consent": "1999-01"
    });
    let answer = portal.post("/api/v1/copy-requests", bad).await;
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.unwrap();
    let places: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "#/applicant/standing",
            "#/wanted/ho_ten",
            "#/wanted/so_dinh_danh",
            "#/wanted/copies",
            "#/consent"
        ]
    );
    let text: Value = server
        .anonymous()
        .get("/api/v1/consent")
        .await
        .json()
        .await
        .unwrap();
    let good = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "heir",
            "owner_died": "2019" },
        "wanted": { "ho_ten": "Lê Văn Mẫu", "so_dinh_danh": "051 190 000 001", "copies": 2,
            "delivery": "post", "hoi_dong": "Tư Nghĩa", "noi_o": "Nghĩa Hành" },
        "consent": text["version"]
    });
    let answer = portal.post("/api/v1/copy-requests", good).await;
    assert_eq!(answer.status(), 201);
}

#[tokio::test]
async fn a_citizen_asks_writes_adds_a_paper_and_withdraws_without_an_account() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    let mut pairs = vec![
        ("name", "Lê Văn Mẫu"),
        ("contact", "0900000000"),
        ("standing", "authorised"),
        ("ho_ten", "Lê Văn Mẫu"),
        ("copies", "2"),
        ("key", "mot-lan-ma-khong-ai-doan-ra"),
    ];
    let unasked = anyone.form("/yeu-cau", "", &pairs).await;
    assert_eq!(unasked.status(), 422);
    let page = unasked.text().await.unwrap();
    assert!(page.contains("Hãy đánh dấu đồng ý") && page.contains("Lê Văn Mẫu"));
    pairs.push(("consent", "2026-01"));
    let sent = anyone.form("/yeu-cau", "", &pairs).await;
    assert_eq!(sent.status(), 303);
    let place = sent.headers()["location"].to_str().unwrap();
    let place = place.split('?').next().unwrap().to_owned();
    let said = anyone
        .form(
            &format!("{place}/tra-loi"),
            "",
            &[("text", "Học lớp 12A <b>")],
        )
        .await;
    assert_eq!(said.status(), 303);
    let scan = std::fs::read(sample("bang-thpt-2008.jpg")).unwrap();
    for (bytes, status) in [(scan.as_slice(), 303), (b"hello".as_slice(), 422)] {
        let mut body = b"--x\r\ncontent-disposition: form-data; name=\"file\"; \
            filename=\"uy-quyen.jpg\"\r\n\r\n"
            .to_vec();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let request = anyone.request(Method::POST, &format!("{place}/giay-to"));
        let request = request.header("content-type", "multipart/form-data; boundary=x");
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), status);
    }
    let page = anyone.get(&place).await.text().await.unwrap();
    assert!(
        page.contains("uy-quyen.jpg") && page.contains("Học lớp 12A &#60;b&#62;"),
        "{page}"
    );
    let gone = anyone.form(&format!("{place}/rut"), "", &[]).await;
    assert_eq!(gone.status(), 303);
    let page = anyone.get(&place).await.text().await.unwrap();
    assert!(page.contains("data-state=\"withdrawn\"") && !page.contains("id=\"withdraw\""));
}

#[tokio::test]
async fn a_clerk_enters_asks_and_reads_papers_on_one_page() {
    let server = Server::start().await;
    server.person("lan", &[Role::Reviewer]).await;
    let anyone = server.anonymous();
    let (cookie, token) = anyone.sign_in("lan").await;
    let entry = [
        ("form_token", token.as_str()),
        ("name", "Lê Văn Mẫu"),
        ("contact", "tại quầy"),
        ("standing", "relative"),
        ("relation", "child"),
        ("owner_died", "3/2/2019"),
        ("ho_ten", "Lê Văn Mẫu"),
        ("copies", "1"),
        ("key", "quay-1"),
    ];
    let entered = anyone.form("/cap-ban-sao/moi", &cookie, &entry).await;
    assert_eq!(entered.status(), 303, "consent is on the paper form");
    let clerk_ = server.token(&[Role::Reviewer]).await;
    let requests: Value = clerk_
        .get("/api/v1/copy-requests")
        .await
        .json()
        .await
        .unwrap();
    let id = requests[0]["id"].as_str().unwrap();
    let write = format!("/cap-ban-sao/{id}/tin-nhan");
    let words = [
        ("form_token", token.as_str()),
        ("text", "Xin giấy khai sinh."),
        ("wait", "yes"),
    ];
    let written = anyone.form(&write, &cookie, &words).await;
    assert_eq!(written.status(), 303);
    let request = anyone.request(Method::GET, &format!("/cap-ban-sao/{id}"));
    let page = request.header("cookie", &cookie).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("chưa có giấy chứng minh tư cách"), "{page}");
    assert!(page.contains("Xin giấy khai sinh.") && page.contains("data-state=\"waiting\""));
}
