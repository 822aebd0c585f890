//! The matrix of rights: every route of the API and every page, for nobody, for a portal and for
//! each role. The table is written out, not computed, so that a slip in the code shows.

mod doors;
mod matrix;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role::{self, Administrator};

use crate::support::server::{Client, Server};
use matrix::Open::{self, Everyone, Known, To};
use matrix::{PAGES, ROUTES, body};

async fn answer(client: &Client, method: &str, path: &str) -> u16 {
    let verb = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    let filled = path
        .replace("{id}", "none")
        .replace("{code}", "none")
        .replace("{year}", "2026")
        .replace("{form}", "xlsx")
        .replace("/grouping", "/grouping?by=name")
        .replace("/file-code", "/file-code?year=2001");
    let mut request = client.request(verb, &filled);
    if let Some(body) = body(path).filter(|_| method != "get") {
        request = request.json(&body);
    }
    if path.ends_with("/uploads") || path.contains("/uploads/") {
        request = request
            .header("tus-resumable", "1.0.0")
            .header("upload-length", "3")
            .header("upload-offset", "0")
            .header("upload-metadata", "filename YS5wbmc=")
            .header("x-http-method-override", "PATCH")
            .header("content-type", "application/offset+octet-stream");
    }
    request.send().await.unwrap().status().as_u16()
}

fn expected(open: Open, role: Option<Role>, status: u16) -> bool {
    let inside = status != 401 && status != 403 && status < 500;
    match (open, role) {
        (Everyone, _) | (Known, Some(_)) => inside,
        (Known | To(_), None) => status == 401,
        (To(roles), Some(role)) if roles.contains(&role) => inside,
        (To(_), Some(_)) => status == 403,
    }
}

#[tokio::test]
async fn every_api_route_opens_to_exactly_the_roles_it_is_for() {
    let server = Server::start().await;
    let mut callers = vec![(None, server.anonymous())];
    for role in Role::ALL.iter().copied() {
        callers.push((Some(role), server.token(&[role]).await));
        callers.push((Some(role), server.someone(&[role]).await));
    }
    let mut wrong = Vec::new();
    for (method, path, open) in ROUTES {
        // Whoever ends their session is nobody to the routes after it.
        let ends = (*method, *path) == ("delete", "/api/v1/session");
        // A wrong sign-in is 401 for everyone by its nature; it is tested by itself.
        if ends || (*method, *path) == ("post", "/api/v1/session") {
            continue;
        }
        for (role, client) in &callers {
            let status = answer(client, method, path).await;
            // Guessing codes from one address is slowed, which is an answer of its own.
            let slowed = status == 429 && path.contains("{code}");
            if !slowed && !expected(*open, *role, status) {
                wrong.push(format!("{method} {path} as {role:?}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn no_route_of_the_api_is_missing_from_the_matrix() {
    let server = Server::start().await;
    let answer = server.anonymous().get("/api/openapi.json").await;
    let document: Value = answer.json().await.unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| (method.clone(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<(String, String)> = ROUTES
        .iter()
        .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, listed);
}

#[tokio::test]
async fn every_page_opens_to_exactly_the_roles_it_is_for() {
    let server = Server::start().await;
    let anyone = server.anonymous();
    let mut callers = vec![(None, String::new())];
    for role in Role::ALL.iter().copied() {
        server.person(role.as_str(), &[role]).await;
        callers.push((Some(role), anyone.sign_in(role.as_str()).await.0));
    }
    let mut wrong = Vec::new();
    for (path, open) in PAGES {
        for (role, cookie) in &callers {
            let request = anyone.request(Method::GET, path).header("cookie", cookie);
            let status = request.send().await.unwrap().status().as_u16();
            // A page leads the unknown to the door instead of refusing them.
            let met = match (open, role) {
                (Known | To(_), None) => status == 303,
                _ => expected(*open, *role, status) || (status == 429 && path.contains("NOBOD")),
            };
            if !met {
                wrong.push(format!("{path} as {role:?}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_revoked_token_and_a_shut_out_person_are_strangers() {
    let server = Server::start().await;
    server.person("quantri", &[Administrator]).await;
    let administrator = server.token(&[Administrator]).await;
    let made = administrator
        .post(
            "/api/v1/tokens",
            json!({ "name": "cổng", "roles": ["auditor"] }),
        )
        .await;
    let made: Value = made.json().await.unwrap();
    let token = made["token"].as_str().unwrap();
    let log = |token: &str| {
        let request = server.anonymous().request(Method::GET, "/api/v1/log");
        request.bearer_auth(token).send()
    };
    assert_eq!(log(token).await.unwrap().status(), 200);
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    let revoked = administrator.request(Method::DELETE, &path).send().await;
    assert_eq!(revoked.unwrap().status(), 204);
    assert_eq!(log(token).await.unwrap().status(), 401);

    let person = json!({
        "login": "thuy", "name": "Phạm Thị Thuỳ",
        "password": crate::support::server::PASSWORD, "roles": ["auditor"]
    });
    let made: Value = administrator
        .post("/api/v1/people", person)
        .await
        .json()
        .await
        .unwrap();
    let (cookie, _) = server.anonymous().sign_in("thuy").await;
    let path = format!("/api/v1/people/{}", made["id"].as_str().unwrap());
    let shut = administrator
        .request(Method::PUT, &path)
        .json(&json!({ "roles": ["auditor"], "disabled": true }))
        .send();
    assert_eq!(shut.await.unwrap().status(), 204);
    let request = server.anonymous().request(Method::GET, "/api/v1/session");
    let who = request.header("cookie", cookie).send().await.unwrap();
    assert_eq!(who.status(), 401);
}
