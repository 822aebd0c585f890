//! Other systems fetch a result with its holder's consent instead of asking for paper; counted.

use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::{certified_copy, seal};

use crate::support::archive::caller;
use crate::support::diploma::{self, BORN, NUMBER};
use crate::support::server::Server;

fn asking(number: &str, consent: &str) -> Value {
    json!({
        "holder": { "ho_ten": "dang thi thuy duong", "ngay_sinh": BORN, "so": number },
        "purpose": "1.004889",
        "consent": { "reference": consent, "given_at": "2026-01-02T03:04:05Z" }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_looked_up_listed_and_fetched_with_consent_and_counted() {
    let server = Server::start().await;
    let archive = &server.archive;
    let record = diploma::approved(archive).await;
    let system = server.token(&[Role::Reuser]).await;
    let look_up = async |body: Value| {
        let answer = system.post("/api/v1/reuse", body).await;
        assert_eq!(answer.status(), 201);
        answer.json::<Value>().await.unwrap()
    };
    let before = look_up(asking(NUMBER, "DY-2026-1")).await;
    assert_eq!(before["results"], json!([]), "nothing was issued yet");
    let copy = certified_copy::issue_now(archive, &caller(Role::Approver), &record.id, None)
        .await
        .unwrap();
    let other = look_up(asking("A0000000", "DY-2026-1")).await;
    assert_eq!(other["results"], json!([]), "a wrong number finds nobody");
    let offer = look_up(asking(NUMBER, "DY-2026-1")).await;
    assert_eq!(offer["results"][0]["id"], copy.id.as_str());
    assert!(
        !offer.to_string().contains("Dương"),
        "no more than initials"
    );

    let place = format!(
        "/api/v1/reuse/{}/results/{}",
        offer["id"].as_str().unwrap(),
        copy.id
    );
    let bytes = system.get(&place).await.bytes().await.unwrap();
    let trust = seal::Trust::from_pem(&archive.seal.trust_file()).unwrap();
    assert!(seal::verify(&bytes, &trust, archive.clock.now()).holds());
    let stranger = server.token(&[Role::Reuser]).await;
    assert_eq!(stranger.get(&place).await.status(), 404, "not its look-up");
    let never = format!("/api/v1/reuse/none/results/{}", copy.id);
    assert_eq!(system.get(&never).await.status(), 404);
    counted(&server).await;
}

async fn counted(server: &Server) {
    let auditor = server.token(&[Role::Auditor]).await;
    let report = "/api/v1/reports/reuse?from=2026-01-01&to=2099-12-31";
    let report: Value = auditor.get(report).await.json().await.unwrap();
    assert_eq!(
        (&report["lookups"], &report["answered"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(report["fetches"], 1);
    assert_eq!(report["purposes"][0]["purpose"], "1.004889");
    let wrong = "/api/v1/reports/reuse?from=2026-12-31&to=2026-01-01";
    assert_eq!(auditor.get(wrong).await.status(), 422);
    let metrics = server.metrics().await;
    assert!(metrics.contains("sogoc_reuse_fetches_total"), "{metrics}");
    let entry: String =
        sqlx::query_scalar("SELECT details FROM log WHERE action = 'reuse_fetched'")
            .fetch_one(server.archive.catalogue.pool())
            .await
            .unwrap();
    assert!(
        entry.contains("DY-2026-1") && entry.contains("1.004889"),
        "{entry}"
    );
    server.person("kiemtra", &[Role::Auditor]).await;
    let anyone = server.anonymous();
    let (cookie, _) = anyone.sign_in("kiemtra").await;
    let home = anyone.request(reqwest::Method::GET, "/viec");
    let home = home.header("cookie", cookie).send().await.unwrap();
    let home = home.text().await.unwrap();
    assert!(home.contains("id=\"reused\">1<"), "{home}");
}

#[tokio::test]
async fn a_look_up_without_purpose_or_consent_is_refused_by_its_place() {
    let server = Server::start().await;
    let system = server.token(&[Role::Reuser]).await;
    let mut bad = asking(NUMBER, "Lê Văn Mẫu đồng ý");
    bad["holder"]["ngay_sinh"] = "1990".into();
    bad["purpose"] = "".into();
    bad["consent"]["given_at"] = "2099-01-01T00:00:00Z".into();
    let answer = system.post("/api/v1/reuse", bad).await;
    assert_eq!(answer.status(), 422);
    let problem: Value = answer.json().await.unwrap();
    let faults = problem["errors"].as_array().unwrap();
    let places: Vec<&str> = faults
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    let expected = [
        "#/holder/ngay_sinh",
        "#/purpose",
        "#/consent/reference",
        "#/consent/given_at",
    ];
    assert_eq!(places, expected);
}

#[tokio::test]
async fn trying_names_is_slowed_and_the_right_one_is_answered_all_the_same() {
    let server = Server::start().await;
    let archive = &server.archive;
    let record = diploma::approved(archive).await;
    certified_copy::issue_now(archive, &caller(Role::Approver), &record.id, None)
        .await
        .unwrap();
    let system = server.token(&[Role::Reuser]).await;
    let mut last = 0;
    for number in 0..15 {
        let body = asking(&format!("A{number:07}"), "DY-1");
        last = system.post("/api/v1/reuse", body).await.status().as_u16();
    }
    assert_eq!(last, 429);
    let right = system.post("/api/v1/reuse", asking(NUMBER, "DY-1")).await;
    assert_eq!(right.status(), 201);
}
