//! Copies and corrections through the door: what a portal, a holder and a stranger see over HTTP.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::{Caller, Role};
use sogoc::batch::{self, NewBatch};
use sogoc::jobs::Kind;
use sogoc::review;
use sogoc::worker;

use crate::support::archive::caller;
use crate::support::holdings::{page, propose, receive};
use crate::support::server::{Client, Server};

const NAME: &str = "Lê Thị Mẫu";
const WORK: [Kind; 3] = [Kind::IssueCopy, Kind::TakeEffect, Kind::PreserveLine];

/// An approved record and the scan it stands on.
async fn record(server: &Server) -> (String, String) {
    let (archive, machine) = (&server.archive, Caller::machine());
    let fresh = NewBatch {
        name: "Hộp 1".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &machine, &fresh).await.unwrap();
    let scan = receive(archive, &batch.id, "trang-1.png", &page(10)).await;
    let id = propose(archive, &scan, 1, NAME).await;
    review::approve(archive, &caller(Role::Reviewer), &id, 1)
        .await
        .unwrap();
    (id, scan.id)
}

async fn body(client: &Client, path: &str, given: Value) -> Value {
    let answer = client.post(path, given).await;
    let status = answer.status();
    assert!(
        status.is_success(),
        "{path}: {status} {}",
        answer.text().await.unwrap()
    );
    answer.json().await.unwrap_or_default()
}

/// A request asked, confirmed and released; its tracking code.
async fn issued(server: &Server, record: &str) -> String {
    let portal = server.token(&[Role::Portal]).await;
    let asked = json!({
        "applicant": { "name": NAME, "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": NAME },
        "consent": "2026-01"
    });
    let asked = body(&portal, "/api/v1/copy-requests", asked).await;
    let id = asked["id"].as_str().unwrap();
    let clerk_ = server.someone(&[Role::Reviewer]).await;
    let path = format!("/api/v1/copy-requests/{id}/confirm");
    let shown = clerk_.get(&format!("/api/v1/records/{record}")).await;
    let shown: Value = shown.json().await.unwrap();
    let saw =
        json!({ "record_version": shown["version"], "record_digest": shown["record_digest"] });
    let mut confirmed = saw.clone();
    confirmed["record_id"] = json!(record);
    body(&clerk_, &path, confirmed).await;
    let head = server.someone(&[Role::Approver]).await;
    let given = json!({ "requests": [id, "none"], "seen": { id: saw.clone(), "none": saw } });
    let released = body(&head, "/api/v1/copy-requests/release", given).await;
    assert!(released[0]["copy_ids"][0].is_string(), "{released}");
    assert_eq!(released[1]["fault"], "wrong_state");
    worker::work_off(&server.archive, &WORK).await.unwrap();
    asked["code"].as_str().unwrap().to_owned()
}

async fn code_of(server: &Server) -> String {
    let head = server.someone(&[Role::Approver]).await;
    let book: Value = head.get("/api/v1/copies").await.json().await.unwrap();
    book[0]["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_kept_a_minute_and_is_told_apart_once_it_changes() {
    let server = Server::start().await;
    let (record, scan) = record(&server).await;
    issued(&server, &record).await;
    let path = format!("/api/v1/verify/{}", code_of(&server).await);
    let anyone = server.anonymous();
    let first = anyone.get(&path).await;
    assert_eq!(first.headers()["cache-control"], "public, max-age=60");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let again = || {
        anyone
            .request(Method::GET, &path)
            .header("if-none-match", &tag)
    };
    let same = again().send().await.unwrap();
    assert_eq!(
        (same.status().as_u16(), same.bytes().await.unwrap().len()),
        (304, 0)
    );

    let entry = json!({
        "ground": "ho_tich",
        "decision": { "number": "15/QĐ-SGDĐT", "date": "1/3/2026", "agency": "Sở", "scan_id": scan },
        "changes": { "ho_ten": "Lê Thị Mới" }
    });
    let clerk_ = server.someone(&[Role::Reviewer]).await;
    let entry = body(
        &clerk_,
        &format!("/api/v1/records/{record}/corrections"),
        entry,
    )
    .await;
    let approve = format!(
        "/api/v1/corrections/{}/approve",
        entry["id"].as_str().unwrap()
    );
    body(
        &server.someone(&[Role::Approver]).await,
        &approve,
        json!({}),
    )
    .await;
    let changed = again().send().await.unwrap();
    assert_eq!(changed.status(), 200, "another answer now");
    let told: Value = changed.json().await.unwrap();
    assert_eq!(told["state"], "superseded");
    assert_eq!(told["decision"]["number"], "15/QĐ-SGDĐT");
    assert!(
        !told.to_string().contains("Mới") && !told.to_string().contains("Mẫu"),
        "{told}"
    );
    let unknown = anyone.get("/api/v1/verify/NOBOD-YSCOD-E0000-00000").await;
    assert_eq!(unknown.headers()["cache-control"], "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_ends_and_extends_the_code_on_a_plain_page() {
    let server = Server::start().await;
    let (record, _) = record(&server).await;
    let tracking = issued(&server, &record).await;
    let path = format!("/yeu-cau/{tracking}/ma-xac-minh");
    let verify = format!("/api/v1/verify/{}", code_of(&server).await);
    let anyone = server.anonymous();
    let state = async || {
        let told: Value = anyone.get(&verify).await.json().await.unwrap();
        told["state"].as_str().unwrap().to_owned()
    };
    let set = async |pairs: &[(&str, &str)]| anyone.form(&path, "", pairs).await.status().as_u16();
    let shown = anyone.get(&path).await.text().await.unwrap();
    assert!(
        shown.contains("data-expired=\"false\"") && !shown.contains(NAME),
        "{shown}"
    );
    assert_eq!(set(&[("act", "now")]).await, 303);
    assert_eq!(state().await, "expired");
    assert_eq!(set(&[("act", "day"), ("day", "hôm qua")]).await, 422);
    assert_eq!(set(&[("act", "day"), ("day", "2020-01-01")]).await, 422);
    assert_eq!(set(&[("act", "never")]).await, 303);
    assert_eq!(state().await, "valid");
    let guess = anyone
        .get("/yeu-cau/NOBOD-YSCOD-E0000-00000/ma-xac-minh")
        .await;
    assert_eq!(guess.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_code_costs_nothing_again_until_it_says_something_else() {
    let server = Server::start().await;
    let (record, _) = record(&server).await;
    let tracking = issued(&server, &record).await;
    let path = format!("/xac-minh/{}", code_of(&server).await);
    let anyone = server.anonymous();
    let first = anyone.get(&path).await;
    assert_eq!(first.headers()["cache-control"], "private, no-cache");
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let page = first.text().await.unwrap();
    assert!(
        page.contains("<title>đang có giá trị"),
        "said first: {page}"
    );
    assert!(!page.contains(NAME) && page.contains("L. T. M."), "{page}");
    let again = async || {
        let asked = anyone.request(Method::GET, &path);
        let asked = asked.header("if-none-match", &tag).send().await;
        asked.unwrap().status().as_u16()
    };
    assert_eq!(again().await, 304);
    let term = format!("/yeu-cau/{tracking}/ma-xac-minh");
    anyone.form(&term, "", &[("act", "now")]).await;
    assert_eq!(again().await, 200, "another answer now");
    let page = anyone.get(&path).await.text().await.unwrap();
    assert!(page.contains("<title>mã đã hết hạn"), "{page}");
    assert!(
        !page.contains("L. T. M."),
        "nothing of the person behind an expired code"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hands_in_file_after_file_is_slowed_on_the_page_and_the_api_together() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    let by_api = async || {
        let asked = anyone.request(Method::POST, "/api/v1/verify");
        let asked = asked.header("content-type", "application/pdf").body("x");
        asked.send().await.unwrap()
    };
    for _ in 0..60 {
        assert_eq!(by_api().await.status(), 200);
    }
    let slowed = by_api().await;
    assert_eq!(slowed.status(), 429);
    assert!(slowed.headers().contains_key("retry-after"));
    let form = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\nx\r\n--x--\r\n";
    let page = anyone.request(Method::POST, "/xac-minh").body(form);
    let page = page.header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(page.send().await.unwrap().status(), 429);
    let code = anyone.get("/api/v1/verify/NOBOD-YSCOD-E0000-00000").await;
    assert_eq!(code.status(), 404, "codes are counted by themselves");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_is_told_what_stands_in_the_way_instead_of_a_button_that_would_be_refused() {
    let server = Server::start().await;
    let (record, scan) = record(&server).await;
    let clerk_ = server.someone(&[Role::Reviewer]).await;
    let path = format!("/api/v1/records/{record}/corrections");
    let entry = json!({
        "ground": "ho_tich",
        "decision": { "number": "15/QĐ-SGDĐT", "date": "1/3/2026", "agency": "Sở" },
        "changes": { "ho_ten": "Lê Thị Mới" }
    });
    let entry = body(&clerk_, &path, entry).await;
    let id = entry["id"].as_str().unwrap();
    server.person("truong", &[Role::Approver]).await;
    let (cookie, _) = server.anonymous().sign_in("truong").await;
    let shown = async || {
        let asked = server
            .anonymous()
            .request(Method::GET, &format!("/phu-luc/{id}"));
        let page = asked.header("cookie", &cookie).send().await.unwrap();
        let page = page.text().await.unwrap();
        (
            page.contains("id=\"approve\""),
            page.contains("id=\"obstacle\""),
        )
    };
    assert_eq!(
        shown().await,
        (false, true),
        "the decision's scan is missing"
    );
    let attach = format!("/api/v1/corrections/{id}/decision");
    let named = clerk_
        .request(Method::PUT, &attach)
        .json(&json!({ "scan_id": scan }));
    let named = named.send().await.unwrap();
    assert!(
        named.status().is_success(),
        "{}",
        named.text().await.unwrap()
    );
    assert_eq!(shown().await, (true, false));
}
