//! The same through the pages and the API: hits with their snippet, counts as links that show what they count, the page with
//! its words lit, and what was near where nothing is found.

use reqwest::Method;
use serde_json::Value;
use sogoc::access::Role;
use sogoc::batch::{self, NewBatch};
use sogoc::scan::{self, Incoming};
use sogoc::{search, worker};

use crate::support::archive::{caller, sample};
use crate::support::server::{Client, Server};

async fn with_a_decision() -> Server {
    let server = Server::start().await;
    let (archive, me) = (&server.archive, caller(Role::Archivist));
    let fresh = NewBatch {
        name: "Hộp 1".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &me, &fresh).await.unwrap();
    for name in ["quyet-dinh-cong-nhan-2008.tif", "bang-thpt-2008.jpg"] {
        let path = sample(name);
        let file = Incoming {
            batch_id: &batch.id,
            name,
            path: &path,
            declared_sha256: None,
        };
        scan::receive(archive, &me, &file).await.unwrap();
    }
    worker::drain(archive).await.unwrap();
    search::follow(archive).await.unwrap();
    server
}

async fn see(http: &Client, cookie: &str, path: &str) -> String {
    let request = http.request(Method::GET, path).header("cookie", cookie);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// The first address in a page that begins so, as the browser asks for it.
fn link(page: &str, begins: &str) -> String {
    let (_, rest) = page.split_once(&format!("href=\"{begins}")).unwrap();
    let (rest, _) = rest.split_once('"').unwrap();
    format!(
        "{begins}{}",
        rest.replace("&#38;", "&").replace("&amp;", "&")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_lit_and_narrowed_on_the_pages() {
    let server = with_a_decision().await;
    server.person("soat", &[Role::Reviewer]).await;
    let http = server.anonymous();
    let (cookie, _) = http.sign_in("soat").await;
    let question = "/tra-cuu?text=quy%E1%BA%BFt+%C4%91%E1%BB%8Bnh+715%2FQ%C4%90-SGD%C4%90T";
    let hits = see(&http, &cookie, question).await;
    assert!(hits.contains("<mark>715</mark>"), "{hits}");
    let lit = see(&http, &cookie, &link(&hits, "/trang/")).await;
    assert!(lit.contains("<rect ") && lit.contains("<mark>"), "{lit}");
    let all = see(&http, &cookie, "/tra-cuu?text=%22gi%C3%A1o+d%E1%BB%A5c%22").await;
    let narrowed = see(&http, &cookie, &link(&all, "/tra-cuu?text=%22gi")).await;
    assert!(narrowed.contains("<mark>"), "{narrowed}");
    let none = see(
        &http,
        &cookie,
        "/tra-cuu?text=715%2FQ%C4%90-SGD%C4%90T+nam%3A1801",
    )
    .await;
    let near = see(&http, &cookie, &link(&none, "/tra-cuu?text=715")).await;
    assert!(near.contains("<mark>715</mark>"), "{near}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_gives_snippet_boxes_and_what_was_understood() {
    let server = with_a_decision().await;
    let reader = server.token(&[Role::Reviewer]).await;
    let path = "/api/v1/search?text=c%C3%B4ng+nh%E1%BA%ADn+t%E1%BB%91t+nghi%E1%BB%87p+s%E1%BB%91+715%2FQ%C4%90-SGD%C4%90T";
    let found: Value = reader.get(path).await.json().await.unwrap();
    let hit = &found["pages"]["hits"][0];
    assert!(hit["words"][0]["box"][3].as_i64().unwrap() > 0, "{found}");
    assert!(
        hit["snippet"]
            .as_array()
            .unwrap()
            .iter()
            .any(|piece| piece["marked"] == true)
    );
    assert_eq!(found["understood"][0]["key"], "words", "{found}");
    let page = hit["page_id"].as_str().unwrap();
    let words: Value = reader
        .get(&format!("/api/v1/pages/{page}/words?text=715"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(words["page_id"], page);
    assert!(words["text"].as_array().unwrap().len() > 1, "{words}");
    let records = reader.get(&format!("{path}&of=records")).await;
    let records: Value = records.json().await.unwrap();
    assert_eq!(records["pages"]["total"], 0);
    let wrong = reader.get("/api/v1/search?text=an&of=everything").await;
    assert!(wrong.status().is_client_error());
}
