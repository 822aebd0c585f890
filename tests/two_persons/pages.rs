//! The same through pages and API: what is shown comes back with the decision.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::{Caller, Role};
use sogoc::batch::{self, NewBatch};

use crate::support::holdings::{page, propose, receive};
use crate::support::server::{Client, Server};

const NAME: &str = "Lê Thị Mẫu";

async fn proposed(server: &Server) -> String {
    let (archive, machine) = (&server.archive, Caller::machine());
    let fresh = NewBatch {
        name: "Hộp 1".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &machine, &fresh).await.unwrap();
    let scan = receive(archive, &batch.id, "trang-1.png", &page(10)).await;
    propose(archive, &scan, 1, NAME).await
}

async fn json_of(client: &Client, path: &str) -> Value {
    client.get(path).await.json().await.unwrap()
}

async fn post(client: &Client, path: &str, given: Value) -> (u16, Value) {
    let answer = client.post(path, given).await;
    (
        answer.status().as_u16(),
        answer.json().await.unwrap_or_default(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_api_one_person_makes_no_copy_and_a_change_is_told() {
    let server = Server::start().await;
    let record = proposed(&server).await;
    let both = [Role::Reviewer, Role::Approver];
    let (an, binh) = (server.someone(&both).await, server.someone(&both).await);
    let place = format!("/api/v1/records/{record}");
    let (status, _) = post(&an, &format!("{place}/approve"), json!({ "version": 1 })).await;
    assert_eq!(status, 200);
    let (_, outcome) = post(&an, "/api/v1/copies", json!({ "records": [record] })).await;
    assert_eq!(outcome[0]["fault"], "same_person");

    let fixed = json!({ "version": 2, "fields": { "ho_ten": "Tên Giả" } });
    post(&an, &format!("{place}/correct"), fixed).await;
    let (status, said) = post(&an, &format!("{place}/approve"), json!({ "version": 3 })).await;
    assert_eq!((status, &said["code"]), (409, &json!("same_person")));
    let waiting = json_of(&binh, &place).await;
    assert_eq!(
        waiting["pending"]["ho_ten"],
        json!({ "before": NAME, "after": "Tên Giả" })
    );
    let back = json!({ "version": 3, "fields": { "ho_ten": NAME } });
    post(&binh, &format!("{place}/correct"), back).await;
    let chi = server.someone(&[Role::Reviewer]).await;
    let (status, _) = post(&chi, &format!("{place}/approve"), json!({ "version": 4 })).await;
    assert_eq!(status, 200);

    let now = json_of(&an, &place).await;
    let stale = json!({ "records": [record], "seen": { &record: { "record_version": 2, "record_digest": now["record_digest"] } } });
    let (_, outcome) = post(&an, "/api/v1/copies", stale).await;
    assert_eq!(outcome[0]["fault"], "changed_since");
    let saw = json!({ &record: { "record_version": now["version"], "record_digest": now["record_digest"] } });
    let fresh = json!({ "records": [record], "seen": saw });
    let (_, outcome) = post(&an, "/api/v1/copies", fresh).await;
    assert_eq!(outcome[0]["copy"]["state"], "issued", "{outcome}");
    assert_eq!(outcome[0]["copy"]["record_digest"], now["record_digest"]);
    let id = outcome[0]["copy"]["id"].as_str().unwrap();
    let again = format!("/api/v1/copies/{id}/reissue?record_version=1&record_digest=x");
    let (status, said) = post(&an, &again, json!({})).await;
    assert_eq!((status, &said["code"]), (409, &json!("changed_since")));
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, after) = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {name}: {page}"));
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_pages_the_release_carries_what_was_shown() {
    let server = Server::start().await;
    let record = proposed(&server).await;
    let both = [Role::Reviewer, Role::Approver];
    for login in ["an", "binh"] {
        server.person(login, &both).await;
    }
    let anyone = server.anonymous();
    let (an, an_token) = anyone.sign_in("an").await;
    let (binh, binh_token) = anyone.sign_in("binh").await;
    let page = async |cookie: &str, path: &str| {
        let asked = anyone.request(Method::GET, path).header("cookie", cookie);
        asked.send().await.unwrap().text().await.unwrap()
    };
    let sheet = format!("/ban-ghi/{record}");
    let act = |token: &str, version: &str, act: &str| {
        [("form_token", token), ("version", version), ("act", act)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
    };
    let send = async |cookie: &str, path: &str, pairs: &[(String, String)]| {
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        anyone.form(path, cookie, &pairs).await
    };
    assert_eq!(
        send(&an, &sheet, &act(&an_token, "1", "approve"))
            .await
            .status(),
        303
    );
    let mut changed = act(&an_token, "2", "approve").to_vec();
    changed.push(("o.ho_ten".into(), NAME.into()));
    changed.push(("f.ho_ten".into(), "Tên Giả".into()));
    let refused = send(&an, &sheet, &changed).await;
    assert_eq!(refused.status(), 422);
    let said = refused.text().await.unwrap();
    assert!(
        said.contains("Cần một người khác") && said.contains("id=\"pending\""),
        "{said}"
    );
    assert!(said.contains(&format!("<s>{NAME}</s>")) && said.contains("<strong>Tên Giả</strong>"));
    assert_eq!(
        send(&binh, &sheet, &act(&binh_token, "3", "approve"))
            .await
            .status(),
        303
    );

    let portal = server.token(&[Role::Portal]).await;
    let asked = json!({
        "applicant": { "name": NAME, "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": "Tên Giả" },
        "consent": "2026-01"
    });
    let (_, asked) = post(&portal, "/api/v1/copy-requests", asked).await;
    sogoc::search::follow(&server.archive).await.unwrap();
    let request = format!("/cap-ban-sao/{}", asked["id"].as_str().unwrap());
    let shown = page(&an, &request).await;
    let saw = |page: &str, token: &str| {
        ["record_version", "record_digest"]
            .map(|name| (name.to_owned(), hidden(page, name)))
            .into_iter()
            .chain([
                ("form_token".to_owned(), token.to_owned()),
                ("record_id".to_owned(), record.clone()),
            ])
            .collect::<Vec<_>>()
    };
    let confirmed = send(&an, &format!("{request}/xac-nhan"), &saw(&shown, &an_token)).await;
    assert_eq!(
        confirmed.status(),
        303,
        "{}",
        confirmed.text().await.unwrap()
    );
    let open = page(&binh, &request).await;
    assert!(open.contains("id=\"release\""), "{open}");
    let mut forged = saw(&open, &binh_token);
    forged[1].1 = "0".repeat(64);
    let stale = send(&binh, &format!("{request}/ky"), &forged).await;
    assert_eq!(stale.status(), 409);
    let own = send(&an, &format!("{request}/ky"), &saw(&open, &an_token)).await;
    assert_eq!(own.status(), 409);
    let released = send(&binh, &format!("{request}/ky"), &saw(&open, &binh_token)).await;
    assert_eq!(released.status(), 303);
}
