//! The catalogue or the vault out of reach: 503 with Retry-After, nothing acknowledged, and the work
//! goes on by itself once they are back.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::error::Error;
use sogoc::scan::{self, Incoming};
use sogoc::worker;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::archive::{Ground, caller, sample, settings};
use crate::support::line::Line;
use crate::support::wait::until;

const SCAN: &str = "bang-ptth-1985.jpg";

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_loses_nothing_and_ends_by_itself() {
    let data = tempfile::tempdir().unwrap();
    let (mut config, _store) = settings(Ground::Scaled, data.path()).await;
    let vault = Line::to_vault(&mut config).await;
    let catalogue = Line::to_catalogue(&mut config).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.web.listen = listener.local_addr().unwrap().to_string();
    let address = format!("http://{}", config.web.listen);
    let archive = Arc::new(Archive::open(config).await.unwrap());
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let over = stop.clone();
    tokio::spawn(sogoc::web::serve(archive.clone(), listener, async move {
        over.cancelled().await;
    }));

    let me = caller(Role::Archivist);
    let fresh = NewBatch {
        name: "Đợt mất mạng".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(&archive, &me, &fresh).await.unwrap();
    let path = sample(SCAN);
    let file = Incoming {
        batch_id: &batch.id,
        name: SCAN,
        path: &path,
        declared_sha256: None,
    };

    vault.cut();
    let refused = scan::receive(&archive, &me, &file).await;
    assert!(
        matches!(refused, Err(Error::Unavailable { .. })),
        "{refused:?}"
    );
    assert_eq!(scans(&archive).await, 0, "nothing was acknowledged");
    unready(&address, Method::GET, "/readyz").await;
    vault.mend();
    let received = scan::receive(&archive, &me, &file).await.unwrap();
    assert_eq!(
        (received.state.as_str(), scans(&archive).await),
        ("received", 1)
    );

    vault.cut(); // the page waits to be read, and its bytes are out of reach
    let before = vault.refused();
    worker::start(&archive, &stop, &tasks);
    until("the page is tried in vain", async || {
        vault.refused() > before
    })
    .await;
    assert_eq!(read(&archive).await, 0);
    catalogue.cut();
    unready(&address, Method::POST, "/api/v1/session").await;
    let front = reqwest::get(&address).await.unwrap();
    assert_eq!(front.status(), 200, "the front page asks nothing it needs");
    catalogue.mend();
    vault.mend();
    until("the work goes on", async || read(&archive).await > 0).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

/// Asked now, the service says 503, when to come again, and what became of the request.
async fn unready(address: &str, method: Method, path: &str) {
    let body = serde_json::json!({ "login": "ai-do", "password": "mat khau nao do" });
    let http = reqwest::Client::new();
    let answer = http
        .request(method, format!("{address}{path}"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
    assert!(answer.headers().contains_key("retry-after"), "{path}");
    let told: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(told["code"], "unavailable", "{told}");
}

async fn scans(archive: &Archive) -> i64 {
    count(archive, "SELECT COUNT(*) FROM scans").await
}

async fn read(archive: &Archive) -> i64 {
    count(archive, "SELECT COUNT(*) FROM pages WHERE state = 'read'").await
}

/// Connections broken by the outage are found broken once each; asking again meets a good one.
async fn count(archive: &Archive, query: &'static str) -> i64 {
    for _ in 0..20 {
        if let Ok(count) = sqlx::query_scalar(query)
            .fetch_one(archive.catalogue.pool())
            .await
        {
            return count;
        }
    }
    panic!("the catalogue does not come back");
}
