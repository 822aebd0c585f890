//! What a request may say: each fault is told at its place, over the API and beside the box of the page; who may ask is
//! the law's.

use reqwest::header;
use serde_json::{Value, json};
use sogoc::access::{Network, Role};
use sogoc::copy_request::{self, AskGiven};
use sogoc::error::Error;

use super::{add_paper, asking};
use crate::support::archive::{caller, seen};
use crate::support::holdings::{Holdings, page};
use crate::support::server::Server;

fn places(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    let pointer = |fault: &Value| fault["pointer"].as_str().unwrap().to_owned();
    errors.iter().map(pointer).collect()
}

#[tokio::test]
async fn bad_fields_are_refused_at_their_place_by_portal_and_page() {
    let server = Server::start().await;
    let portal = server.token(&[Role::Portal]).await;
    let long = "a".repeat(301);
    for (part, field, bad) in [
        ("applicant", "name", "Lê\u{202e}Mẫu"),
        ("applicant", "contact", "abc"),
        ("applicant", "standing", "friend"),
        ("applicant", "owner_died", "2019"),
        ("applicant", "relation", "child"),
        ("wanted", "ho_ten", "a\u{7}b"),
        ("wanted", "ngay_sinh", "abc"),
        ("wanted", "ngay_sinh", "31/2/1990"),
        ("wanted", "ngay_sinh", "1/1/2999"),
        ("wanted", "so_dinh_danh", "123"),
        ("wanted", "nam", "năm 93"),
        ("wanted", "truong", long.as_str()),
        ("wanted", "hoi_dong", "a\u{85}b"),
        ("wanted", "noi_o", "\u{feff}"),
        ("wanted", "so_hieu", &long[..51]),
        ("wanted", "so_vao_so", &long[..51]),
        ("wanted", "ten_van_bang", long.as_str()),
        ("wanted", "purpose", "x\u{1b}[2J"),
    ] {
        let mut given = json!({
            "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
            "wanted": { "ho_ten": "Lê Văn Mẫu" },
            "consent": "2026-01"
        });
        given[part][field] = bad.into();
        let answer = portal.post("/api/v1/copy-requests", given).await;
        assert_eq!(answer.status(), 422, "{field}: {bad}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(places(&problem), [format!("#/{part}/{field}")], "{bad}");

        let mut pairs = vec![
            ("name", "Lê Văn Mẫu"),
            ("contact", "0900000000"),
            ("standing", "self"),
            ("ho_ten", "Lê Văn Mẫu"),
            ("copies", "1"),
            ("consent", "2026-01"),
            ("key", "mot-lan-ma-khong-ai-doan-ra"),
        ];
        pairs.retain(|(name, _)| *name != field);
        pairs.push((field, bad));
        let sent = server.anonymous().form("/yeu-cau", "", &pairs).await;
        assert_eq!(sent.status(), 422, "{field}: {bad}");
        let page = sent.text().await.unwrap();
        assert!(
            page.contains(&format!("id=\"fault-{field}\"")),
            "{field}: {page}"
        );
        assert_eq!(page.matches("class=\"fault\"").count(), 1, "{field}: {bad}");
    }
    let none: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM copy_requests")
        .fetch_one(server.archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(none, 0);
}

#[tokio::test]
async fn consent_is_missing_only_where_it_stands_on_paper() {
    let server = Server::start().await;
    let given = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": "Lê Văn Mẫu" }
    });
    let portal = server.token(&[Role::Portal]).await;
    let answer = portal.post("/api/v1/copy-requests", given.clone()).await;
    assert_eq!(answer.status(), 422);
    assert_eq!(places(&answer.json().await.unwrap()), ["#/consent"]);
    let clerk_ = server.someone(&[Role::Reviewer]).await;
    assert_eq!(
        clerk_.post("/api/v1/copy-requests", given).await.status(),
        201
    );
}

#[tokio::test]
async fn a_network_that_asked_often_enough_keeps_what_it_wrote() {
    let server = Server::set(|config| config.web.requests_a_day = 1).await;
    let anyone = server.anonymous();
    let pairs = |key: &'static str| {
        [
            ("name", "Lê Văn Mẫu"),
            ("contact", "0900000000"),
            ("standing", "self"),
            ("ho_ten", "Trần Thị Giữ Lại"),
            ("copies", "1"),
            ("consent", "2026-01"),
            ("key", key),
        ]
    };
    let first = pairs("khoa-thu-nhat-0001");
    assert_eq!(anyone.form("/yeu-cau", "", &first).await.status(), 303);
    // Pressed twice, it is the same request and no second one.
    assert_eq!(anyone.form("/yeu-cau", "", &first).await.status(), 303);
    let refused = anyone
        .form("/yeu-cau", "", &pairs("khoa-thu-hai-00002"))
        .await;
    assert_eq!(refused.status(), 429);
    let wait = refused.headers()[header::RETRY_AFTER].to_str().unwrap();
    assert!(
        (1..=86_400).contains(&wait.parse::<i64>().unwrap()),
        "{wait}"
    );
    assert!(refused.text().await.unwrap().contains("Trần Thị Giữ Lại"));
}

fn by(standing: &str, relation: &str, owner_died: &str) -> AskGiven {
    let mut given = asking();
    given.applicant.standing = standing.into();
    given.applicant.relation = relation.into();
    given.applicant.owner_died = owner_died.into();
    given
}

#[tokio::test(flavor = "multi_thread")]
async fn relatives_ask_only_after_the_owners_death_and_nobody_decides_before_papers_were_shown() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let (portal, clerk_) = (caller(Role::Portal), caller(Role::Reviewer));
    for (standing, relation, died) in [
        ("relative", "child", ""),
        ("relative", "", "2019"),
        ("relative", "friend", "2019"),
        ("relative", "child", "2999"),
        ("heir", "", ""),
        ("heir", "child", "2019"),
        ("self", "", "2019"),
        ("authorised", "", "2019"),
    ] {
        let refused = copy_request::ask(archive, &portal, &by(standing, relation, died)).await;
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{standing} {relation} {died}"
        );
        let network = Network::unknown();
        let given = by(standing, relation, died);
        let refused = copy_request::ask_publicly(archive, &network, &given).await;
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{standing} {relation} {died}"
        );
    }
    let record = &holdings.valid.record_id;
    let saw = seen(archive, record).await;
    for (standing, relation, died) in [
        ("relative", "child", "3/2/2019"),
        ("heir", "", "2019"),
        ("authorised", "", ""),
        ("agency", "", ""),
    ] {
        let asked = copy_request::ask(archive, &portal, &by(standing, relation, died)).await;
        let asked = asked.unwrap();
        let early = copy_request::confirm(archive, &clerk_, &asked.id, record, &saw).await;
        assert_eq!(
            early.unwrap_err().code(),
            "standing_not_shown",
            "{standing}"
        );
        if standing == "heir" {
            add_paper(archive, &asked.code, "chứng tử.png", &page(40))
                .await
                .unwrap();
        } else {
            for bad in ["", " ", "a\u{202e}b"] {
                let noted = copy_request::note_standing(archive, &clerk_, &asked.id, bad).await;
                assert!(matches!(noted, Err(Error::Invalid(_))), "{bad:?}");
            }
            let noted = copy_request::note_standing(archive, &clerk_, &asked.id, "giấy chứng tử");
            noted.await.unwrap();
        }
        copy_request::confirm(archive, &clerk_, &asked.id, record, &saw)
            .await
            .unwrap();
    }
}
