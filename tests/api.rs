//! The JSON door as its users meet it: problems with pointers, hardened answers, sessions and forms.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;

use crate::support::schemathesis;
use crate::support::server::{PASSWORD, Server};

#[tokio::test]
async fn the_service_says_it_is_alive_ready_and_how_much_it_did() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    assert_eq!(anyone.get("/healthz").await.status(), 200);
    assert_eq!(anyone.get("/readyz").await.status(), 200);
    let measures = server.metrics().await;
    assert!(measures.contains("sogoc_http_requests_total"), "{measures}");
    assert!(measures.contains("sogoc_jobs"), "{measures}");
}

#[tokio::test]
async fn every_answer_carries_the_hardening_headers() {
    let server = Server::start().await;
    for path in [
        "/",
        "/dang-nhap",
        "/api/v1/people",
        "/nowhere",
        "/static/app.css",
    ] {
        let answer = server.anonymous().get(path).await;
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn a_bad_body_is_answered_with_a_pointer_and_never_with_500() {
    let server = Server::start().await;
    let administrator = server.token(&[Role::Administrator]).await;
    let wrong = json!({ "name": "cổng", "roles": ["king"] });
    let answer = administrator.post("/api/v1/tokens", wrong).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "#/roles/0");
    for (kind, body, status) in [
        ("application/json", "{", 422),
        ("application/json", "\u{0}", 422),
        ("text/plain", "{}", 415),
    ] {
        let request = administrator.request(Method::POST, "/api/v1/tokens");
        let answer = request.header("content-type", kind).body(body).send();
        assert_eq!(answer.await.unwrap().status(), status, "{body}");
    }
}

#[tokio::test]
async fn addresses_that_are_not_text_and_methods_unknown_are_refused_politely() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    assert_eq!(anyone.get("/api/v1/people/%00").await.status(), 400);
    assert_eq!(anyone.get("/api/v1/nowhere").await.status(), 404);
    let answer = anyone
        .request(Method::PATCH, "/api/v1/session")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_get_the_same_answer_and_are_slowed() {
    let server = Server::start().await;
    server.person("lan", &[Role::Reviewer]).await;
    let anyone = server.anonymous();
    let mut answers = Vec::new();
    for login in ["lan", "nobody"] {
        let names = json!({ "login": login, "password": "sai" });
        let answer = anyone.post("/api/v1/session", names).await;
        assert_eq!(answer.status(), 401);
        answers.push(answer.text().await.unwrap());
    }
    assert_eq!(answers[0], answers[1]);
    let mut last = 0;
    for _ in 0..12 {
        let names = json!({ "login": "lan", "password": "sai" });
        let answer = anyone.post("/api/v1/session", names).await;
        last = answer.status().as_u16();
        if last == 429 {
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_session_changes_nothing_without_its_form_token() {
    let server = Server::start().await;
    server.person("quan", &[Role::Administrator]).await;
    let anyone = server.anonymous();
    let (cookie, form_token) = anyone.sign_in("quan").await;
    let body = json!({ "name": "cổng", "roles": ["portal"] });
    let send = |token: Option<&str>| {
        let mut request = anyone
            .request(Method::POST, "/api/v1/tokens")
            .header("cookie", &cookie)
            .json(&body);
        if let Some(token) = token {
            request = request.header("x-form-token", token);
        }
        request.send()
    };
    assert_eq!(send(None).await.unwrap().status(), 409);
    assert_eq!(send(Some("guess")).await.unwrap().status(), 409);
    assert_eq!(send(Some(&form_token)).await.unwrap().status(), 201);

    let pairs = [("name", "khóa"), ("roles", "portal"), ("days", "3")];
    let forged = anyone.form("/khoa-truy-cap", &cookie, &pairs).await;
    assert_eq!(forged.status(), 409);
    let mut whole = pairs.to_vec();
    whole.push(("form_token", &form_token));
    let made = anyone.form("/khoa-truy-cap", &cookie, &whole).await;
    assert_eq!(made.status(), 200);
    assert!(made.text().await.unwrap().contains("fresh-token"));
}

#[tokio::test]
async fn signing_in_on_the_page_sets_a_cookie_scripts_cannot_read_and_leads_back() {
    let server = Server::start().await;
    server.person("mai", &[Role::Auditor]).await;
    let anyone = server.anonymous();
    let turned = anyone.get("/nhat-ky").await;
    assert_eq!(turned.status(), 303);
    let door = turned.headers()["location"].to_str().unwrap();
    assert_eq!(door, "/dang-nhap?ve=%2Fnhat-ky");
    let pairs = [("login", "mai"), ("password", PASSWORD), ("ve", "/nhat-ky")];
    let entered = anyone.form("/dang-nhap", "", &pairs).await;
    assert_eq!(entered.headers()["location"], "/nhat-ky");
    let cookie = entered.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let cookie = cookie.split(';').next().unwrap();
    let request = anyone.request(Method::GET, "/nhat-ky?check=1");
    let log = request.header("cookie", cookie).send().await.unwrap();
    let page = log.text().await.unwrap();
    assert!(page.contains("tất cả đều khớp"), "{page}");
    assert!(page.contains("signed_in"));
}

#[tokio::test]
async fn the_description_is_openapi_3_1_and_its_viewer_is_ours() {
    let server = Server::start().await;
    let answer = server.anonymous().get("/api/openapi.json").await;
    let document: Value = answer.json().await.unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/session"]["post"].is_object());
    let ids: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let different: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "operation ids must be unique");
    let viewer = server.anonymous().get("/api").await.text().await.unwrap();
    assert!(!viewer.contains("//cdn") && viewer.contains("/static/api.js"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_input_a_foreign_fuzzer_thinks_of_is_answered_with_a_server_error() {
    let server = Server::start().await;
    let token = server.bearer(Role::ALL).await;
    let url = server.url.clone();
    let fuzz = move || schemathesis::no_server_error(&url, &token, 12);
    let said = tokio::task::spawn_blocking(fuzz).await.unwrap();
    assert!(said.contains("/api/v1/records"), "{said}");
}

#[tokio::test]
async fn the_same_idempotency_key_asks_only_once() {
    let server = Server::start().await;
    let portal = server.token(&[Role::Portal]).await;
    let wanted = |name: &str| {
        json!({
            "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
            "wanted": { "ho_ten": name, "nam": "1993" },
            "consent": "2026-01"
        })
    };
    let ask = |body: Value| {
        let request = portal.request(Method::POST, "/api/v1/copy-requests");
        request
            .header("idempotency-key", "don-1")
            .json(&body)
            .send()
    };
    let first: Value = ask(wanted("Lê Văn Mẫu"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let again: Value = ask(wanted("Lê Văn Mẫu"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(first["code"], again["code"]);
    assert_eq!(ask(wanted("Lê Thị Khác")).await.unwrap().status(), 409);
    let track = format!("/api/v1/track/{}", first["code"].as_str().unwrap());
    let status: Value = server.anonymous().get(&track).await.json().await.unwrap();
    assert_eq!(status["state"], "received");
    assert!(!status.to_string().contains("Mẫu"), "{status}");
}

#[tokio::test]
async fn guessing_tracking_codes_is_slowed_and_tells_nothing() {
    let server = Server::start().await;
    let mut last = 0;
    for guess in 0..15 {
        let answer = server
            .anonymous()
            .get(&format!("/api/v1/track/AAAAA-AAAAA-AAAAA-{guess:05}"))
            .await;
        last = answer.status().as_u16();
        assert!(last == 404 || last == 429, "{last}");
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_file_that_is_no_copy_is_judged_and_not_refused_with_500() {
    let server = Server::start().await;
    for (bytes, verdict) in [
        (b"hello".as_slice(), "not_pdf"),
        (b"%PDF-1.7\n%%EOF\n".as_slice(), "unreadable"),
        (b"".as_slice(), "not_pdf"),
    ] {
        let request = server.anonymous().request(Method::POST, "/api/v1/verify");
        let request = request.header("content-type", "application/pdf");
        let answer = request.body(bytes).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let found: Value = answer.json().await.unwrap();
        assert_eq!(found["file"], verdict, "{found}");
        assert!(found["archive"].is_null());
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let server = Server::start().await;
    let administrator = server.token(&[Role::Administrator]).await;
    let long = json!({ "name": "x".repeat(2 << 20), "roles": ["portal"] });
    let answer = administrator.post("/api/v1/tokens", long).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
}
