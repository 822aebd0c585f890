//! The doors: guesses, tokens of the shut out, one's own password, and what a stranger can fill memory with.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use sogoc::access::Role::{Administrator, Portal, Reviewer};

use crate::support::server::{Client, PASSWORD, Server};

async fn put(client: &Client, path: &str, body: Value) -> Response {
    let request = client.request(Method::PUT, path).json(&body);
    request.send().await.unwrap()
}

/// The status of one guess.
async fn try_to_sign_in(server: &Server, login: &str, password: &str) -> u16 {
    let names = json!({ "login": login, "password": password });
    let answer = server.anonymous().post("/api/v1/session", names).await;
    answer.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_sent_at_once_are_not_all_tried() {
    let server = Server::start().await;
    server.person("lan", &[Reviewer]).await;
    let tries = (0..40).map(|_| try_to_sign_in(&server, "lan", "sai sai sai sai sai"));
    let answers = futures::future::join_all(tries).await;
    let tried = answers.iter().filter(|status| **status == 401).count();
    assert!(tried <= 10, "{tried} of 40 were tried");
    assert!(answers.iter().all(|status| [401, 429].contains(status)));
}

#[tokio::test]
async fn signing_in_rightly_uses_up_no_guess() {
    let server = Server::start().await;
    server.person("lan", &[Reviewer]).await;
    for _ in 0..15 {
        let password = PASSWORD;
        assert_eq!(try_to_sign_in(&server, "lan", password).await, 200);
    }
}

#[tokio::test]
async fn somebody_elses_wrong_codes_keep_no_right_code_from_its_answer() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    let wanted = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": "Lê Văn Mẫu" },
        "consent": "2026-01"
    });
    let portal = server.token(&[Portal]).await;
    let asked = portal.post("/api/v1/copy-requests", wanted).await;
    assert_eq!(asked.status(), 201);
    let asked: Value = asked.json().await.unwrap();
    let mut last = 0;
    for guess in 0..20 {
        let path = format!("/api/v1/track/AAAAA-AAAAA-AAAAA-{guess:05}");
        last = anyone.get(&path).await.status().as_u16();
    }
    assert_eq!(last, 429);
    let right = format!("/api/v1/track/{}", asked["code"].as_str().unwrap());
    assert_eq!(anyone.get(&right).await.status(), 200);
}

#[tokio::test]
async fn a_token_rests_while_its_maker_is_shut_out() {
    let server = Server::start().await;
    let first = server.someone(&[Administrator]).await;
    let second = server.someone(&[Administrator]).await;
    let made: Value = second
        .post(
            "/api/v1/tokens",
            json!({ "name": "cổng", "roles": ["portal"] }),
        )
        .await
        .json()
        .await
        .unwrap();
    let who: Value = second.get("/api/v1/session").await.json().await.unwrap();
    let session = async || {
        let request = server.anonymous().request(Method::GET, "/api/v1/session");
        let request = request.bearer_auth(made["token"].as_str().unwrap());
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(session().await, 200);
    let person = format!("/api/v1/people/{}", who["id"].as_str().unwrap());
    let change = |disabled: bool| json!({ "roles": ["administrator"], "disabled": disabled });
    assert!(
        put(&first, &person, change(true))
            .await
            .status()
            .is_success()
    );
    assert_eq!(session().await, 401);
    assert!(
        put(&first, &person, change(false))
            .await
            .status()
            .is_success()
    );
    assert_eq!(session().await, 200);
}

#[tokio::test]
async fn a_made_up_method_makes_no_new_label_of_metrics() {
    let server = Server::start().await;
    for n in 0..50 {
        let method = Method::from_bytes(format!("MADEUP{n}").as_bytes()).unwrap();
        server
            .anonymous()
            .request(method, "/")
            .send()
            .await
            .unwrap();
    }
    let metrics = server.metrics().await;
    assert!(metrics.contains("method=\"other\""));
    assert!(!metrics.contains("MADEUP"));
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_old_one_and_every_session_ends() {
    let server = Server::start().await;
    let lan = server.someone(&[Reviewer]).await;
    let old = PASSWORD;
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    let path = "/api/v1/session/password";
    let new = "bon chu khong quen nhau 27";
    assert_eq!(
        put(&lan, path, change("khong phai", new)).await.status(),
        422
    );
    for easy in ["ngan", "aaaaaaaaaaaaaa", "12345678901234"] {
        assert_eq!(
            put(&lan, path, change(old, easy)).await.status(),
            422,
            "{easy}"
        );
    }
    assert_eq!(lan.get("/api/v1/session").await.status(), 200);
    assert_eq!(put(&lan, path, change(old, new)).await.status(), 204);
    assert_eq!(lan.get("/api/v1/session").await.status(), 401);
    let portal = server.token(&[Portal]).await;
    assert_eq!(put(&portal, path, change(old, new)).await.status(), 409);
}
