//! Roles that must not meet in one person, and rights nobody gives themselves.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::{self, Caller, Credentials, Role};

use crate::support::server::{PASSWORD, Server};

#[tokio::test]
async fn an_administrator_is_neither_reviewer_nor_approver() {
    let server = Server::start().await;
    let administrator = server.someone(&[Role::Administrator]).await;
    let person = |login: &str, roles: &[&str]| json!({ "login": login, "name": "Lê Văn Mẫu", "password": PASSWORD, "roles": roles });
    for (at, role) in ["reviewer", "approver"].iter().enumerate() {
        let both = person(&format!("cahai{at}"), &["administrator", role]);
        let answer = administrator.post("/api/v1/people", both).await;
        assert_eq!(answer.status(), 422, "{role}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"][0]["pointer"], "#/roles");
    }
    let fine = person("ktv", &["administrator", "auditor", "archivist"]);
    let made = administrator.post("/api/v1/people", fine).await;
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    let path = format!("/api/v1/people/{}", made["id"].as_str().unwrap());
    let given = json!({ "roles": ["administrator", "approver"], "disabled": false });
    let changed = administrator.request(Method::PUT, &path).json(&given);
    assert_eq!(changed.send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn nobody_changes_their_own_rights() {
    let server = Server::start().await;
    let administrator = server.someone(&[Role::Administrator]).await;
    server.person("khac", &[Role::Administrator]).await;
    let me: Value = administrator
        .get("/api/v1/session")
        .await
        .json()
        .await
        .unwrap();
    let people: Value = administrator
        .get("/api/v1/people")
        .await
        .json()
        .await
        .unwrap();
    let mine = people
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["login"] != "khac")
        .unwrap();
    let path = format!("/api/v1/people/{}", mine["id"].as_str().unwrap());
    let given = json!({ "roles": ["approver"], "disabled": false });
    let changed = administrator.request(Method::PUT, &path).json(&given);
    let answer = changed.send().await.unwrap();
    assert_eq!(answer.status(), 409, "{me}");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "own_rights");
}

#[tokio::test]
async fn the_first_administrator_and_those_of_before_hold_no_other_power() {
    let server = Server::start().await;
    let archive = &server.archive;
    let file = access::first_run(archive).await.unwrap();
    // The server made its own first administrator when it started, unless this call was faster.
    drop(file);
    let people = access::list_people(archive, &Caller::machine())
        .await
        .unwrap();
    let first = people.iter().find(|one| one.login == "quantri").unwrap();
    assert_eq!(first.roles, [Role::Administrator]);
    server.person("cu", &[Role::Auditor]).await;
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query("UPDATE people SET roles = 'archivist,reviewer,approver,auditor,administrator' WHERE login = 'cu'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let given = Credentials {
        login: "cu",
        password: PASSWORD,
        code: "",
        peer: "test",
        program: "",
    };
    let caller = access::prove(archive, &given).await.unwrap();
    assert_eq!(
        caller.roles,
        [Role::Archivist, Role::Auditor, Role::Administrator]
    );
}

#[tokio::test]
async fn no_token_judges_whatever_its_roles() {
    let server = Server::start().await;
    let token = server.token(Role::ALL).await;
    let saw = json!({ "record_version": 1, "record_digest": "" });
    let mut confirmed = saw.clone();
    confirmed["record_id"] = json!("none");
    for (path, given) in [
        ("/api/v1/flags/none/accept", json!({ "reason": "rách" })),
        (
            "/api/v1/records/none/correct",
            json!({ "version": 1, "fields": {} }),
        ),
        ("/api/v1/records/none/approve", json!({ "version": 1 })),
        (
            "/api/v1/records/none/reject",
            json!({ "version": 1, "reason": "mờ" }),
        ),
        (
            "/api/v1/records/none/corrections",
            json!({ "ground": "ho_tich" }),
        ),
        ("/api/v1/corrections/none/approve", json!({})),
        (
            "/api/v1/corrections/none/reject",
            json!({ "reason": "thiếu" }),
        ),
        ("/api/v1/copy-requests/none/confirm", confirmed),
        (
            "/api/v1/copy-requests/none/refuse",
            json!({ "reason": "thiếu" }),
        ),
        ("/api/v1/copy-requests/none/release", saw),
        (
            "/api/v1/copy-requests/release",
            json!({ "requests": ["none"] }),
        ),
        ("/api/v1/copies", json!({ "records": ["none"] })),
        ("/api/v1/copies/none/withdraw", json!({ "reason": "nhầm" })),
        ("/api/v1/copies/none/reissue", json!({})),
        (
            "/api/v1/search-cases/none/found",
            json!({ "record_id": "none" }),
        ),
    ] {
        let answer = token.post(path, given).await;
        assert_eq!(answer.status(), 409, "{path}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "needs_person", "{path}");
    }
}
