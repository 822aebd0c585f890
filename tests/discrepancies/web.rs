//! The same through pages, API and command.

use serde_json::{Value, json};
use sogoc::access::Role;

use super::{FIRST_PAGE, SECOND_PAGE, batch_of, make_keys, rows};
use crate::support::person::Person;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn an_archivist_works_through_them_on_the_page() {
    let server = Server::start().await;
    let archive = &server.archive;
    let (register, pages) = batch_of(archive, "Sổ gốc 1995", &[10, 90]).await;
    let mut ids = rows(archive, &pages[0], "so_goc", FIRST_PAGE).await;
    ids.extend(rows(archive, &pages[1], "so_goc", SECOND_PAGE).await);
    make_keys(archive).await;
    let archivist = Person::new(&server, "luutru", &[Role::Archivist]).await;
    let list = archivist.page("/doi-chieu").await;
    assert!(
        list.contains("Sổ gốc 1995") && list.contains("Thiếu số"),
        "{list}"
    );
    assert_eq!(archivist.open("/doi-chieu?nam=mười").await.status(), 422);
    let place = format!("/doi-chieu/{register}");
    let page = archivist.page(&place).await;
    assert!(
        page.contains("7/95") && page.contains("Đỗ Văn Giang") && page.contains("Ghi câu trả lời")
    );
    for wrong in ["loai=none", "trang_thai=none", "nam=x", "sau=none"] {
        let status = archivist.open(&format!("{place}?{wrong}")).await.status();
        assert_eq!(status, 422, "{wrong}");
    }
    let records = format!("{} {}", ids[5], ids[6]);
    let key = "gap so_vao_so 1995 7/95..7/95";
    let long = "x".repeat(1001);
    let send = async |verdict: &str, note: &str| {
        let pairs = [
            ("key", key),
            ("records", &records),
            ("verdict", verdict),
            ("note", note),
        ];
        archivist.send(&place, &pairs).await
    };
    assert_eq!(send("none", "").await.status(), 422);
    let refused = send("skipped", &long).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused.text().await.unwrap().contains(&long),
        "what was typed is shown again"
    );
    assert_eq!(send("skipped", "số 7 gạch bỏ").await.status(), 303);
    let page = archivist
        .page(&format!("{place}?trang_thai=answered"))
        .await;
    assert!(page.contains("số 7 gạch bỏ") && page.contains("Sổ bỏ qua số này"));
    let auditor = Person::new(&server, "thanhtra", &[Role::Auditor]).await;
    let page = auditor.page(&place).await;
    assert!(!page.contains("Ghi câu trả lời") && !page.contains("10/95"));
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_a_second_record_of_a_number_asks_on_the_sheet_and_by_the_api() {
    let server = Server::start().await;
    let archive = &server.archive;
    let (register, pages) = batch_of(archive, "Sổ gốc 1995", &[10, 90]).await;
    let ids = rows(archive, &pages[0], "so_goc", &FIRST_PAGE[2..3]).await;
    let twin = rows(archive, &pages[1], "so_goc", &SECOND_PAGE[4..]).await;
    make_keys(archive).await;
    let clerk = Person::new(&server, "chuyenvien", &[Role::Reviewer]).await;
    let sheet = |version: &'static str| [("act", "approve"), ("version", version)];
    let first = format!("/ban-ghi/{}", ids[0]);
    assert!(!clerk.page(&first).await.contains("same-serial"));
    assert_eq!(clerk.send(&first, &sheet("1")).await.status(), 303);
    let second = format!("/ban-ghi/{}", twin[0]);
    let page = clerk.page(&second).await;
    assert!(
        page.contains("same-serial") && page.contains(&first),
        "it says so before"
    );
    let refused = clerk.send(&second, &sheet("1")).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("Số hiệu này đã có ở 1 bản ghi khác")
    );
    let mut said = sheet("1").to_vec();
    said.push(("same_serial", "sổ ghi nhầm"));
    assert_eq!(clerk.send(&second, &said).await.status(), 303);

    let program = server.token(&[Role::Archivist]).await;
    let listed: Value = program
        .get("/api/v1/discrepancies?year=1995")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(listed["places"][0]["id"], json!(register));
    let of_place = format!("/api/v1/discrepancies/{register}?state=answered");
    let found: Value = program.get(&of_place).await.json().await.unwrap();
    assert_eq!(found["rows"][0]["answer"]["note"], "sổ ghi nhầm");
    for wrong in ["kind=none", "state=none", "year=x", "after=none", "other=1"] {
        let path = format!("/api/v1/discrepancies/{register}?{wrong}");
        assert_eq!(program.get(&path).await.status(), 422, "{wrong}");
    }
    let path = format!("/api/v1/records/{}/same-serial", twin[0]);
    let twins: Value = program.get(&path).await.json().await.unwrap();
    assert_eq!(twins, json!([]), "somebody said why");
}
