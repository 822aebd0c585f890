//! Whoever has a whole network guesses no more by changing addresses in it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::clock::stamp;

use crate::support::server::{PASSWORD, Server};

/// A server behind a proxy that tells it whom it heard from.
async fn behind_a_proxy() -> Server {
    Server::set(|config| config.web.proxies = vec![[127, 0, 0, 1].into()]).await
}

async fn looked(server: &Server, from: &str, code: &str) -> StatusCode {
    let path = format!("/api/v1/track/{code}");
    let request = server.anonymous().request(Method::GET, &path);
    let answer = request.header("x-forwarded-for", from).send().await;
    answer.unwrap().status()
}

#[tokio::test]
async fn guesses_of_codes_from_ever_new_households_of_one_network_are_slowed() {
    let server = behind_a_proxy().await;
    let given = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": "Lê Văn Mẫu" },
        "consent": "2026-01"
    });
    let portal = server.token(&[Role::Portal]).await;
    let asked: Value = portal
        .post("/api/v1/copy-requests", given)
        .await
        .json()
        .await
        .unwrap();
    let mut last = StatusCode::OK;
    for guess in 0..101 {
        let household = format!("2001:db8:9:{guess:x}::1");
        last = looked(&server, &household, "AAAAA-AAAAA-AAAAA-AAAAA").await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let elsewhere = looked(&server, "2001:db8:a::1", "AAAAA-AAAAA-AAAAA-AAAAA").await;
    assert_eq!(elsewhere, StatusCode::NOT_FOUND, "another network");
    let right = asked["code"].as_str().unwrap();
    assert_eq!(
        looked(&server, "2001:db8:9:ffff::1", right).await,
        StatusCode::OK
    );
}

#[tokio::test]
async fn guesses_of_passwords_are_counted_by_the_network_around_too() {
    let server = behind_a_proxy().await;
    server.person("lan", &[Role::Reviewer]).await;
    let mut tx = server.archive.begin_as_machine().await.unwrap();
    sqlx::query("INSERT INTO throttle (key, window_start, failures) VALUES ($1, $2, 200)")
        .bind("sign-in-wide:2001:db8:9::/48")
        .bind(stamp(server.archive.clock.now()))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let names = json!({ "login": "lan", "password": PASSWORD });
    for (from, status) in [
        ("2001:db8:9:77::1", StatusCode::TOO_MANY_REQUESTS),
        ("2001:db8:a::1", StatusCode::OK),
        ("203.0.113.9", StatusCode::OK),
    ] {
        let request = server.anonymous().request(Method::POST, "/api/v1/session");
        let request = request.header("x-forwarded-for", from).json(&names);
        assert_eq!(request.send().await.unwrap().status(), status, "{from}");
    }
}
