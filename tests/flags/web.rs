//! The list of flags as people see it, and the API's answers to bad wishes.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::worker;

use super::{deliver, numbered, open_batch, open_flags};
use crate::support::server::{Client, Server};

async fn with_a_gap(server: &Server) -> (String, String) {
    let batch = open_batch(&server.archive, "Quyển 3", None).await;
    let pages = [("1.pdf", 1), ("2.pdf", 2), ("3.pdf", 3), ("4.pdf", 5)];
    deliver(&server.archive, &batch, &pages).await;
    let flags = open_flags(&server.archive, &batch).await;
    (batch, flags[0].id.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_works_the_list_down_without_scripts() {
    let server = Server::start().await;
    let (batch, flag) = with_a_gap(&server).await;
    server.person("luutru", &[Role::Archivist]).await;
    let client = server.anonymous();
    let (cookie, token) = client.sign_in("luutru").await;
    let list = format!("/lo/{batch}/canh-bao");
    let page = client.request(Method::GET, &list).header("cookie", &cookie);
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("thiếu 4."), "{page}");
    assert!(page.contains("anh.jpg") && page.contains("Tìm trang thiếu"));
    let silent = [
        ("form_token", token.as_str()),
        ("act", "accept"),
        ("reason", ""),
    ];
    let path = format!("/canh-bao/{flag}");
    let answer = client.form(&path, &cookie, &silent).await;
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("Hãy ghi lý do."));
    let boundary = "ranh-gioi";
    let scan = numbered(4, "quet lai");
    let body = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"moi.pdf\"\r\n\
         content-type: application/pdf\r\n\r\n{scan}\r\n--{boundary}--\r\n"
    );
    let send = |body: String| {
        let request = client.request(Method::POST, &format!("{path}/quet-lai"));
        let kind = format!("multipart/form-data; boundary={boundary}");
        let request = request
            .header("cookie", &cookie)
            .header("content-type", kind);
        request.body(body).send()
    };
    let forged = send(body.replace(&token, "another")).await.unwrap();
    assert_eq!(forged.status(), 409);
    let answer = send(body).await.unwrap();
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["location"].to_str().unwrap()
        ),
        (303, list.as_str())
    );
    worker::drain(&server.archive).await.unwrap();
    assert!(open_flags(&server.archive, &batch).await.is_empty());
}

async fn post(client: &Client, path: &str, body: Value) -> (u16, Value) {
    let answer = client.post(path, body).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_names_what_is_wrong_with_a_resolution() {
    let server = Server::start().await;
    let (batch, flag) = with_a_gap(&server).await;
    let client = server.someone(&[Role::Archivist]).await;
    let listed: Value = client
        .get(&format!("/api/v1/batches/{batch}/flags"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(listed[0]["code"], "pages_missing");
    assert_eq!(listed[0]["other"]["original_name"], "3.pdf");
    let batch: Value = client
        .get(&format!("/api/v1/batches/{batch}"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(batch["progress"]["flags_open"], 1);
    let path = format!("/api/v1/flags/{flag}");
    let (client, accept_at) = (&client, format!("{path}/accept"));
    let accept = |body: Value| post(client, &accept_at, body);
    assert_eq!(accept(json!({ "reason": "" })).await.0, 422);
    assert_eq!(accept(json!({})).await.0, 422);
    assert_eq!(accept(json!({ "reason": "x".repeat(501) })).await.0, 422);
    let wrong = post(
        client,
        &format!("{path}/replace"),
        json!({ "scan_id": "none" }),
    )
    .await;
    assert_eq!(wrong.0, 404);
    let unknown = post(
        client,
        "/api/v1/flags/none/accept",
        json!({ "reason": "x" }),
    );
    assert_eq!(unknown.await.0, 404);
    assert_eq!(accept(json!({ "reason": "sổ nhảy số" })).await.0, 200);
    let (status, problem) = accept(json!({ "reason": "sổ nhảy số" })).await;
    assert_eq!(status, 409);
    assert_eq!(problem["code"], "already_resolved");
}
