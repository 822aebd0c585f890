//! `/readyz` is true, and nobody waits for what is known to be away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use sogoc::archive::Archive;
use tokio::net::TcpListener;

use crate::support::archive::{Ground, settings};
use crate::support::line::Line;
use crate::support::wait::until;

/// What an answer may take: two seconds, and what a busy machine adds.
const SOON: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_storage_and_a_database_that_is_away_are_told_at_once() {
    let data = tempfile::tempdir().unwrap();
    let (mut config, _store) = settings(Ground::Scaled, data.path()).await;
    let vault = Line::to_vault(&mut config).await;
    let catalogue = Line::to_catalogue(&mut config).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.web.listen = listener.local_addr().unwrap().to_string();
    let address = format!("http://{}", config.web.listen);
    let archive = Arc::new(Archive::open(config).await.unwrap());
    tokio::spawn(sogoc::web::serve(
        archive.clone(),
        listener,
        std::future::pending(),
    ));

    assert_eq!(asked(&address, "/readyz").await.0, StatusCode::OK);
    vault.freeze();
    let (status, told) = asked(&address, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}");
    assert!(told["title_vi"].as_str().unwrap().contains("Kho"), "{told}");
    vault.mend();
    until("storage is back", async || {
        asked(&address, "/readyz").await.0 == StatusCode::OK
    })
    .await;

    catalogue.freeze();
    for path in ["/readyz", "/api/v1/track/AAAA-AAAA-AAAA-AAAA-AAAA"] {
        let (status, told) = asked(&address, path).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {told}");
        assert_eq!(told["code"], "unavailable", "{path}: {told}");
    }
    let start = Instant::now();
    let (status, _) = asked(&address, "/api/v1/track/BBBB-BBBB-BBBB-BBBB-BBBB").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "known to be away: {:?}",
        start.elapsed()
    );
    assert_eq!(asked(&address, "/healthz").await.0, StatusCode::OK);
    catalogue.mend();
    until("the database is back", async || {
        asked(&address, "/readyz").await.0 == StatusCode::OK
    })
    .await;
}

/// Status and problem document, within [`SOON`].
async fn asked(address: &str, path: &str) -> (StatusCode, Value) {
    let http = reqwest::Client::new();
    let sent = http
        .get(format!("{address}{path}"))
        .timeout(SOON)
        .send()
        .await;
    let answer = sent.unwrap_or_else(|error| panic!("{path}: {error}"));
    (answer.status(), answer.json().await.unwrap_or_default())
}
