//! The same through the door: pages without scripts, and the API.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::config::SecondFactor;

use super::code_at;
use crate::support::server::{Client, PASSWORD, Server};

/// The form token of a page.
fn form_token(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"form_token\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn page(client: &Client, cookie: &str, path: &str) -> String {
    let request = client.request(Method::GET, path).header("cookie", cookie);
    request.send().await.unwrap().text().await.unwrap()
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[tokio::test]
async fn where_it_is_required_roles_wait_for_the_second_factor() {
    let change = |config: &mut sogoc::config::Config| {
        config.sign_in.second_factor = Some(SecondFactor::Required);
    };
    let server = Server::set(change).await;
    server.person("vinh", &[Role::Approver]).await;
    let anyone = server.anonymous();
    let names = [
        ("login", "vinh"),
        ("password", PASSWORD),
        ("ve", "/tra-cuu"),
    ];
    let answer = anyone.form("/dang-nhap", "", &names).await;
    assert_eq!(answer.headers()["location"], "/xac-thuc");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with = |path: &str| {
        let request = anyone.request(Method::GET, path).header("cookie", &cookie);
        request.send()
    };
    let who: Value = with("/api/v1/session").await.unwrap().json().await.unwrap();
    assert_eq!(
        (&who["roles"], &who["must_enrol"]),
        (&json!([]), &json!(true))
    );
    assert_eq!(with("/tra-cuu").await.unwrap().status(), 403);

    let shown = page(&anyone, &cookie, "/xac-thuc").await;
    let token = form_token(&shown);
    let begun = anyone
        .form("/xac-thuc", &cookie, &[("form_token", &token)])
        .await;
    let begun = begun.text().await.unwrap();
    assert!(begun.contains("<svg"), "{begun}");
    let secret = begun.split("id=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    let wrong = [("form_token", token.as_str()), ("code", "12")];
    assert_eq!(
        anyone.form("/xac-thuc/ma", &cookie, &wrong).await.status(),
        422
    );
    let code = code_at(secret, now());
    let right = [("form_token", token.as_str()), ("code", &code)];
    let set = anyone.form("/xac-thuc/ma", &cookie, &right).await;
    let set = set.text().await.unwrap();
    let recovery = set.split("<li class=\"code\">").nth(1).unwrap();
    let recovery = recovery.split('<').next().unwrap().to_owned();
    assert_eq!(with("/tra-cuu").await.unwrap().status(), 200);

    let refused = anyone.form("/dang-nhap", "", &names).await;
    assert_eq!(refused.status(), 409);
    assert!(refused.text().await.unwrap().contains("name=\"code\""));
    let with_code = [
        ("login", "vinh"),
        ("password", PASSWORD),
        ("code", &recovery),
    ];
    let answer = anyone.form("/dang-nhap", "", &with_code).await;
    assert_eq!(answer.status(), 303);
    let by_api = json!({ "login": "vinh", "password": PASSWORD });
    assert_eq!(anyone.post("/api/v1/session", by_api).await.status(), 409);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    let server = Server::start().await;
    server.person("lan", &[Role::Reviewer]).await;
    let anyone = server.anonymous();
    let (first, first_token) = anyone.sign_in("lan").await;
    let (second, _) = anyone.sign_in("lan").await;
    let stranger = server.someone(&[Role::Reviewer]).await;
    let listed = anyone
        .request(Method::GET, "/api/v1/sessions")
        .header("cookie", &first);
    let listed: Value = listed.send().await.unwrap().json().await.unwrap();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|one| one.get("digest").is_none()));
    let other = listed.iter().find(|one| one["current"] == false).unwrap();
    let path = format!("/api/v1/sessions/{}", other["id"].as_str().unwrap());
    let theirs = stranger
        .request(Method::DELETE, &path)
        .send()
        .await
        .unwrap();
    assert_eq!(theirs.status(), 404);

    let shown = page(&anyone, &first, "/phien").await;
    assert!(shown.contains("phiên này"), "{shown}");
    let end = format!("/phien/{}/ket-thuc", other["id"].as_str().unwrap());
    let ended = anyone
        .form(&end, &first, &[("form_token", &first_token)])
        .await;
    assert_eq!(ended.status(), 303);
    let gone = anyone
        .request(Method::GET, "/api/v1/session")
        .header("cookie", &second);
    assert_eq!(gone.send().await.unwrap().status(), 401);
    let (third, _) = anyone.sign_in("lan").await;
    let all = anyone
        .form(
            "/phien/khac/ket-thuc",
            &first,
            &[("form_token", &first_token)],
        )
        .await;
    assert_eq!(all.status(), 303);
    let gone = anyone
        .request(Method::GET, "/api/v1/session")
        .header("cookie", &third);
    assert_eq!(gone.send().await.unwrap().status(), 401);
    let here = anyone
        .request(Method::GET, "/api/v1/session")
        .header("cookie", &first);
    assert_eq!(here.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_session_left_open_is_asked_who_sits_there() {
    let server = Server::start().await;
    server.person("hanh", &[Role::Administrator]).await;
    let anyone = server.anonymous();
    let (cookie, token) = anyone.sign_in("hanh").await;
    let mut tx = server.archive.begin_as_machine().await.unwrap();
    sqlx::query("UPDATE sessions SET proven_at = '2020-01-01T00:00:00.000Z'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let made = [
        ("form_token", token.as_str()),
        ("name", "cổng"),
        ("roles", "portal"),
    ];
    let asked = anyone.form("/khoa-truy-cap", &cookie, &made).await;
    assert_eq!(asked.status(), 409);
    let asked = asked.text().await.unwrap();
    assert!(asked.contains("name=\"proof\""), "{asked}");
    assert!(
        asked.contains("name=\"giu_ve\" value=\"/khoa-truy-cap\""),
        "{asked}"
    );
    let by_api = anyone
        .request(Method::POST, "/api/v1/tokens")
        .header("cookie", &cookie)
        .header("x-form-token", &token)
        .json(&json!({ "name": "cổng", "roles": ["portal"] }));
    let problem: Value = by_api.send().await.unwrap().json().await.unwrap();
    assert_eq!(problem["code"], "fresh_proof");
    let wrong = [
        ("form_token", token.as_str()),
        ("proof", "sai"),
        ("ve", "/nguoi-dung"),
    ];
    assert_eq!(
        anyone.form("/xac-nhan", &cookie, &wrong).await.status(),
        422
    );
    let right = [
        ("form_token", token.as_str()),
        ("proof", PASSWORD),
        ("ve", "/nguoi-dung"),
    ];
    let proven = anyone.form("/xac-nhan", &cookie, &right).await;
    assert_eq!(proven.headers()["location"], "/nguoi-dung");
    let body = serde_urlencoded::to_string(made).unwrap();
    let mut with_form = right.to_vec();
    with_form.extend([("giu_ve", "/khoa-truy-cap"), ("giu", body.as_str())]);
    let gone_on = anyone.form("/xac-nhan", &cookie, &with_form).await;
    assert_eq!(gone_on.status(), 200);
    let gone_on = gone_on.text().await.unwrap();
    assert!(
        gone_on.contains("fresh-token"),
        "the form that waited goes on: {gone_on}"
    );
    assert_eq!(
        anyone.form("/khoa-truy-cap", &cookie, &made).await.status(),
        200
    );
    let review = page(&anyone, &cookie, "/nguoi-dung/ra-soat").await;
    assert!(
        review.contains("hanh") && review.contains("đang dùng"),
        "{review}"
    );
}
