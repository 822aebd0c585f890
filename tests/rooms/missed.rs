//! A row that reading missed is added where it stands, keyed by one person and approved by another; nothing is added twice,
//! and nothing to a page that was set aside.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::record;

use super::register::register;
use super::told;
use crate::support::archive::caller;
use crate::support::person::Person;
use crate::support::server::{Client, Server};

async fn add(client: &Client, page: &str, given: Value) -> (u16, Value) {
    let answer = client
        .post(&format!("/api/v1/pages/{page}/records"), given)
        .await;
    (
        answer.status().as_u16(),
        answer.json().await.unwrap_or_default(),
    )
}

async fn rows(client: &Client, page: &str) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/pages/{page}/rows")).await;
    let mut told: Value = answer.json().await.unwrap();
    serde_json::from_value(told["rows"].take()).unwrap()
}

/// Gives each row of a page its place, one below the other.
async fn place(archive: &Archive, ids: &[String]) {
    for (at, id) in ids.iter().enumerate() {
        let place = json!([100, 200 + 40 * at, 900, 36]).to_string();
        sqlx::query("UPDATE records SET bounds = $1 WHERE id = $2")
            .bind(place)
            .bind(id)
            .execute(archive.catalogue.pool())
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_row_stands_where_it_belongs_and_another_person_approves_it() {
    let server = Server::start().await;
    let lan = server.someone(&[Role::Reviewer]).await;
    let minh = server.someone(&[Role::Reviewer]).await;
    let one = register(&server.archive, "Quyển A", 3, &[]).await;
    place(&server.archive, &one.ids).await;
    let given =
        json!({ "after": one.ids[0], "fields": { "ho_ten": "Lê Thị Sót" }, "note": "mờ mực" });
    let (status, added) = add(&lan, &one.page, given.clone()).await;
    assert_eq!(status, 201, "{added}");
    assert_eq!(added["bounds"], json!([100, 220, 900, 36]));
    let (status, again) = add(&lan, &one.page, given).await;
    assert_eq!(
        (status, &again["id"]),
        (201, &added["id"]),
        "a button pressed twice adds once"
    );
    let shown = rows(&lan, &one.page).await;
    let order: Vec<&str> = shown
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    let id = added["id"].as_str().unwrap();
    assert_eq!(order, [&one.ids[0], id, &one.ids[1], &one.ids[2]]);
    assert_eq!(
        shown[1]["fields"]["quyet_dinh"], shown[0]["fields"]["quyet_dinh"],
        "printed once"
    );
    assert_eq!(shown[1]["needs_another"], true);

    let class = server
        .archive
        .classes
        .get(added["class"].as_str().unwrap())
        .unwrap();
    let missing = class.fields.iter().filter(|field| field.mandatory);
    let first = &shown[0]["fields"];
    let values: serde_json::Map<String, Value> = missing
        .filter(|field| {
            added["fields"]
                .get(&field.key)
                .is_none_or(|own| own["value"] == "")
        })
        .map(|field| (field.key.clone(), first[&field.key]["value"].clone()))
        .collect();
    let path = format!("/api/v1/records/{id}/correct");
    let keyed = lan
        .post(&path, json!({ "version": 1, "fields": values }))
        .await;
    assert_eq!(keyed.status(), 200);
    let approve = format!("/api/v1/records/{id}/approve");
    let own = lan.post(&approve, json!({ "version": 2 })).await;
    assert_eq!(own.status(), 409);
    assert_eq!(own.json::<Value>().await.unwrap()["code"], "same_person");
    assert_eq!(
        minh.post(&approve, json!({ "version": 2 })).await.status(),
        200
    );
    let by: String =
        sqlx::query_scalar("SELECT COUNT(*) || '' FROM log WHERE action = 'record_added'")
            .fetch_one(server.archive.catalogue.pool())
            .await
            .unwrap();
    assert_eq!(by, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_added_is_told_at_its_place() {
    let server = Server::start().await;
    let lan = server.someone(&[Role::Reviewer]).await;
    let one = register(&server.archive, "Quyển A", 2, &[]).await;
    let other = register(&server.archive, "Quyển B", 1, &[]).await;
    for (given, pointer) in [
        (json!({ "class": "khong_co" }), "#/class"),
        (json!({ "after": other.ids[0] }), "#/after"),
        (
            json!({ "fields": { "khong_co": "x" } }),
            "#/fields/khong_co",
        ),
    ] {
        let (status, problem) = add(&lan, &one.page, given).await;
        assert_eq!(
            (status, &problem["errors"][0]["pointer"]),
            (422, &pointer.into()),
            "{problem}"
        );
    }
    assert_eq!(add(&lan, "none", json!({})).await.0, 404);
    sqlx::query("UPDATE pages SET outcome = 'excluded' WHERE id = $1")
        .bind(&one.page)
        .execute(server.archive.catalogue.pool())
        .await
        .unwrap();
    let (status, problem) = add(&lan, &one.page, json!({})).await;
    assert_eq!((status, &problem["code"]), (409, &"page_set_aside".into()));
    let everything = record::RecordFilter::default();
    let here = record::list(&server.archive, &caller(Role::Reviewer), &everything).await;
    assert_eq!(here.unwrap().len(), 3, "nothing was added");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_added_in_the_grid_and_a_record_on_a_page_without_any() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let one = register(&server.archive, "Quyển A", 2, &[]).await;
    let answer = lan
        .send(&one.path(), &[("act", "add"), ("after", &one.ids[1])])
        .await;
    assert_eq!(
        (answer.status().as_u16(), told(&answer).as_str()),
        (303, "row_added")
    );
    let page = lan.page(&one.path()).await;
    assert_eq!(page.matches("tbody class=\"line").count(), 3, "{page}");
    // A page on which nothing was read offers the same.
    sqlx::query("UPDATE records SET state = 'rejected' WHERE page_id = $1")
        .bind(&one.page)
        .execute(server.archive.catalogue.pool())
        .await
        .unwrap();
    let empty = lan.page(&one.path()).await;
    assert!(empty.contains("id=\"missed\""), "{empty}");
    let path = format!("/trang/{}/ban-ghi", one.page);
    let answer = lan.send(&path, &[("class", "van_bang")]).await;
    assert_eq!(answer.status(), 303);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(place.starts_with("/ban-ghi/"), "{place}");
    assert!(lan.page(&place).await.contains("name=\"f.ho_ten\""));
    let wrong = lan.send(&path, &[("class", "khong_co")]).await;
    assert_eq!(wrong.status(), 422);
    let auditor = server.someone(&[Role::Auditor]).await;
    let refused = auditor.request(Method::POST, &format!("/api/v1/pages/{}/records", one.page));
    assert_eq!(refused.json(&json!({})).send().await.unwrap().status(), 403);
}
