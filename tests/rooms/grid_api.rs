//! The rows of a page through the API: bad input at each entrance, and, whatever is sent, nothing approved that was not shown.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::record;

use super::register::{Register, register};
use crate::support::archive::caller;
use crate::support::server::{Client, Server};

async fn rows(client: &Client, register: &Register) -> Vec<Value> {
    let answer = client
        .get(&format!("/api/v1/pages/{}/rows", register.page))
        .await;
    assert_eq!(answer.status(), 200);
    let mut page: Value = answer.json().await.unwrap();
    match page["rows"].take() {
        Value::Array(rows) => rows,
        other => panic!("{other}"),
    }
}

async fn put(client: &Client, register: &Register, body: &Value) -> (u16, Value) {
    let path = format!("/api/v1/pages/{}/rows", register.page);
    let answer = client
        .request(Method::PUT, &path)
        .json(body)
        .send()
        .await
        .unwrap();
    (
        answer.status().as_u16(),
        answer.json().await.unwrap_or_default(),
    )
}

fn row(of: &Value) -> Value {
    json!({ "id": of["id"], "record_version": of["version"], "record_digest": of["record_digest"] })
}

fn with(mut row: Value, key: &str, value: Value) -> Value {
    row[key] = value;
    row
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_refused_at_their_place_and_nothing_is_saved() {
    let server = Server::start().await;
    let lan = server.someone(&[Role::Reviewer]).await;
    let one = register(&server.archive, "Quyển A", 3, &[(0, "ho_ten")]).await;
    let other = register(&server.archive, "Quyển B", 1, &[]).await;
    let shown = rows(&lan, &one).await;
    assert_eq!(shown.len(), 3);
    let good = with(row(&shown[1]), "fields", json!({ "ho_ten": "Lê Thử" }));

    let foreign = row(&rows(&lan, &other).await[0]);
    let (status, said) = put(&lan, &one, &json!({ "rows": [good, foreign] })).await;
    assert_eq!((status, pointers(&said)), (422, vec!["#/rows/1/id"]));
    let (status, said) = put(&lan, &one, &json!({ "rows": [good, good] })).await;
    assert_eq!((status, pointers(&said)), (422, vec!["#/rows/1/id"]));
    let unknown = with(
        row(&shown[2]),
        "fields",
        json!({ "mau_mat": "nâu", "ngay_sinh": "hôm qua" }),
    );
    let (status, said) = put(&lan, &one, &json!({ "rows": [good, unknown] })).await;
    assert_eq!(status, 422);
    assert_eq!(
        pointers(&said),
        ["#/rows/1/fields/mau_mat", "#/rows/1/fields/ngay_sinh"]
    );
    let (status, said) = put(&lan, &one, &json!({ "rows": [good], "head": { "x": "y" } })).await;
    assert_eq!((status, pointers(&said)), (422, vec!["#/head/x"]));
    let extra = with(good.clone(), "ho_ten", json!("Lê"));
    let (status, said) = put(&lan, &one, &json!({ "rows": [extra] })).await;
    assert_eq!((status, pointers(&said)), (422, vec!["#/rows/0/ho_ten"]));
    let long = with(
        row(&shown[2]),
        "fields",
        json!({ "ho_ten": "ấ".repeat(2001) }),
    );
    assert_eq!(put(&lan, &one, &json!({ "rows": [long] })).await.0, 422);
    let note = json!({ "rows": [good], "note": "x".repeat(501) });
    assert_eq!(pointers(&put(&lan, &one, &note).await.1), ["#/note"]);

    let many: Vec<Value> = (0..10_000)
        .map(|_| json!({ "id": "x", "record_version": 1, "record_digest": "" }))
        .collect();
    let (status, said) = put(&lan, &one, &json!({ "rows": many })).await;
    assert_eq!((status, pointers(&said)), (422, vec!["#/rows"]));
    let heavy = with(
        row(&shown[2]),
        "fields",
        json!({ "ho_ten": "x".repeat(1 << 20) }),
    );
    assert_eq!(put(&lan, &one, &json!({ "rows": [heavy] })).await.0, 413);

    for wrong in [json!("00"), json!(shown[0]["record_digest"])] {
        let stale = with(good.clone(), "record_digest", wrong);
        let (status, said) = put(&lan, &one, &json!({ "rows": [stale] })).await;
        assert_eq!((status, &said["code"]), (409, &json!("rows_changed")));
        assert!(
            said["title"].as_str().unwrap().contains("rows: 2"),
            "{said}"
        );
    }
    let future = with(good.clone(), "record_version", json!(9));
    assert_eq!(put(&lan, &one, &json!({ "rows": [future] })).await.0, 409);
    let program = server.token(&[Role::Reviewer]).await;
    let (status, said) = put(&program, &one, &json!({ "rows": [good] })).await;
    assert_eq!((status, &said["code"]), (409, &json!("needs_person")));
    let auditor = server.someone(&[Role::Auditor]).await;
    assert_eq!(put(&auditor, &one, &json!({ "rows": [good] })).await.0, 403);
    let nowhere = Register {
        page: "none".into(),
        ids: Vec::new(),
    };
    assert_eq!(put(&lan, &nowhere, &json!({ "rows": [] })).await.0, 404);
    for row in rows(&lan, &one).await {
        assert_eq!(row["version"], 1, "nothing was saved");
    }

    let (status, said) = put(&lan, &one, &json!({ "rows": [good] })).await;
    assert_eq!(status, 200, "{said}");
    assert_eq!(said["rows"][1]["fields"]["ho_ten"]["value"], "Lê Thử");
    let (status, said) = put(&lan, &one, &json!({ "rows": [good] })).await;
    assert_eq!(
        (status, &said["rows"][1]["version"]),
        (200, &json!(2)),
        "sent twice, done once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_nothing_is_approved_that_was_not_shown_and_visited() {
    let server = Server::start().await;
    let lan = server.someone(&[Role::Reviewer]).await;
    let doubtful = [
        (0, "ho_ten"),
        (1, "noi_sinh"),
        (2, "truong"),
        (3, "so_hieu"),
        (3, "dan_toc"),
    ];
    let register = register(&server.archive, "Quyển C", 5, &doubtful).await;
    let me = caller(Role::Reviewer);
    let mut chance: u64 = 20_081_990;
    let mut draw = |most: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % most
    };
    let (mut done, mut refused) = (0, 0);
    for _ in 0..120 {
        let shown = rows(&lan, &register).await;
        let waiting: Vec<&Value> = shown
            .iter()
            .filter(|row| row["state"] != "approved")
            .collect();
        let mut given = Vec::new();
        let (mut bound, mut seen) = (true, true);
        let head = draw(2) == 0;
        for of in &waiting {
            if draw(3) > 0 {
                continue;
            }
            let mut row = with(row(of), "approve", json!(true));
            if draw(4) == 0 {
                let version = of["version"].as_i64().unwrap();
                row["record_version"] = json!(version - 1);
                bound = false;
            }
            if draw(4) == 0 {
                row["record_digest"] = json!("0".repeat(64));
                bound = false;
            }
            let mut visited = Vec::new();
            for (key, field) in of["fields"].as_object().unwrap() {
                let covered = draw(3) > 0;
                if covered {
                    visited.push(key.clone());
                }
                let unsure = field["accepted"] == false;
                seen &= !unsure || covered || (head && key == "truong");
            }
            row["visited"] = json!(visited);
            given.push(row);
        }
        let once: &[&str] = if head { &["truong"] } else { &[] };
        let body = json!({ "rows": given, "head_visited": once });
        let (status, said) = put(&lan, &register, &body).await;
        assert_eq!(status == 200, bound && seen, "{body}\n{said}");
        match status {
            200 => done += given.len(),
            _ => refused += 1,
        }
        let after = rows(&lan, &register).await;
        if status != 200 {
            assert_eq!(json!(after), json!(shown), "nothing was done");
        }
        if after.iter().all(|row| row["state"] == "approved") {
            break;
        }
    }
    assert!(
        done > 0 && refused > 3,
        "{done} approved, {refused} refused"
    );
    for id in &register.ids {
        let history = record::history(&server.archive, &me, id).await.unwrap();
        let approved = history.iter().filter(|one| one.state == "approved").count();
        assert!(approved <= 1);
    }
}
