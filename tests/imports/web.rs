//! The same walk through pages and the API: a list brought in and mapped by one person, confirmed by another, found, answered,
//! written out and taken out; what is wrong is said beside what was typed.

use reqwest::Method;
use serde_json::{Value, json};
use sogoc::access::Role;
use sogoc::{search, worker};

use crate::support::person::Person;
use crate::support::server::{Client, Server};

const LIST: &str = "STT,Họ và tên,Ngày sinh,Số hiệu bằng\n1,Trần Thị Mẫu Đơn,5/9/1974,D000001\n2,Lê Văn Mẫu,1/1/1975,D000002\n";

/// What a form is answered: its status and the page.
async fn send(person: &Person, path: &str, given: &[(&str, &str)]) -> (u16, String) {
    let answer = person.send(path, given).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Sends a file by the form of the page; where it leads.
async fn bring(person: &Person, name: &str, text: &str) -> String {
    let part = |head: &str, body: &str| {
        format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let body = part("name=\"form_token\"", &person.token)
        + &part(&format!("name=\"file\"; filename=\"{name}\""), text)
        + "--x--\r\n";
    let request = person
        .client
        .request(Method::POST, "/danh-sach")
        .header("cookie", &person.cookie)
        .header("content-type", "multipart/form-data; boundary=x");
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_walks_through_the_pages() {
    let server = Server::start().await;
    let archivist = Person::new(&server, "luutru", &[Role::Archivist]).await;
    let approver = Person::new(&server, "lanhdao", &[Role::Approver]).await;
    let at = bring(&archivist, "TN 1974.csv", LIST).await;
    let page = archivist.page(&at).await;
    assert!(
        page.contains("Trần Thị Mẫu Đơn")
            && page.contains("TN 1974.csv")
            && page.contains("1974-09-05")
    );
    let boxes = [
        ("act", "map"),
        ("seen", "1"),
        ("sheet", ""),
        ("class", "so_goc"),
        ("first_row", "2"),
        ("field_1", "ho_ten"),
        ("field_2", "ngay_sinh"),
        ("field_3", "so_hieu"),
        ("encoding_1", "auto"),
        ("once_truong", "THPT Số 1 Nghĩa Hành"),
        ("once_nam_tot_nghiep", "1993"),
    ];
    let mut wrong = boxes.to_vec();
    wrong[7] = ("field_3", "ho_ten");
    let (status, page) = send(&archivist, &at, &wrong).await;
    assert!(
        status == 422
            && page.contains("Trường này đã chọn cho cột khác")
            && page.contains("THPT Số 1 Nghĩa Hành")
    );
    assert_eq!(send(&archivist, &at, &boxes).await.0, 303);
    assert!(!archivist.page(&at).await.contains("value=\"confirm\""));
    let page = approver.page(&at).await;
    let digest = page
        .split("name=\"digest\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let confirm = [("act", "confirm"), ("seen", "2"), ("digest", digest)];
    assert_eq!(send(&approver, &at, &confirm).await.0, 303);
    worker::drain(&server.archive).await.unwrap();
    search::follow(&server.archive).await.unwrap();
    let rows = approver.page(&format!("{at}/dong")).await;
    assert!(
        rows.contains("Lê Văn Mẫu")
            && rows.contains("THPT Số 1 Nghĩa Hành")
            && rows.contains("từ danh sách")
    );
    let found = approver.page("/tra-cuu?text=mau+don+1974").await;
    let row = at.clone() + "/dong/2";
    assert!(found.contains(&row), "a hit leads to its row");
    assert!(approver.page(&row).await.contains("Trần Thị Mẫu Đơn"));
    assert!(
        approver
            .page(&format!("{at}/khac"))
            .await
            .contains("Không có dòng nào")
    );
    assert!(
        approver
            .page(&format!("{at}/xuat/csv"))
            .await
            .contains("D000001")
    );
    assert!(archivist.page("/danh-sach").await.contains("Đã nhập"));
    let undo = [("act", "undo"), ("seen", "4"), ("reason", "nhập nhầm")];
    let (status, page) = send(&approver, &at, &undo).await;
    assert_eq!(status, 303, "{page}");
    assert!(approver.page(&at).await.contains("nhập nhầm"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_walks_through_the_api() {
    let server = Server::start().await;
    let (archivist, approver) = (
        server.someone(&[Role::Archivist]).await,
        server.someone(&[Role::Approver]).await,
    );
    let station = server.token(&[Role::Archivist]).await;
    let request = station
        .request(Method::POST, "/api/v1/imports?name=TN.csv")
        .body(LIST);
    let import: Value = request.send().await.unwrap().json().await.unwrap();
    let at = format!("/api/v1/imports/{}", import["id"].as_str().unwrap());
    let mapping = import["mapping"].clone();
    let shown: Value = archivist
        .post(&format!("{at}/preview"), mapping.clone())
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(shown[0]["fields"]["ngay_sinh"]["value"], "1974-09-05");
    let map = json!({ "seen": 1, "mapping": mapping, "keep_as": "Mẫu" });
    let put = async |client: &Client| {
        let request = client
            .request(Method::PUT, &format!("{at}/mapping"))
            .json(&map);
        request.send().await.unwrap()
    };
    assert_eq!(
        put(&station).await.status(),
        409,
        "a program answers for nothing"
    );
    let mapped: Value = put(&archivist).await.json().await.unwrap();
    let confirm = json!({ "seen": 2, "digest": mapped["digest"] });
    assert_eq!(
        approver
            .post(&format!("{at}/confirm"), confirm)
            .await
            .status(),
        200
    );
    worker::drain(&server.archive).await.unwrap();
    let rows: Value = approver
        .get(&format!("{at}/rows?limit=1"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (
            rows["items"].as_array().unwrap().len(),
            rows["next"].as_i64()
        ),
        (1, Some(2))
    );
    let row: Value = approver
        .get(&format!("{at}/rows/3"))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(row["fields"]["ho_ten"]["value"], "Lê Văn Mẫu");
    let kept: Value = approver
        .get("/api/v1/import-mappings")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(kept[0]["name"], "Mẫu");
    let file = approver.get(&format!("{at}/export/xlsx")).await;
    assert_eq!(file.status(), 200);
    assert!(file.bytes().await.unwrap().starts_with(b"PK"));
    for (path, status) in [
        ("/rows/nothing", 404),
        ("/rows?only=x", 422),
        ("/export/pdf", 422),
    ] {
        assert_eq!(
            approver.get(&format!("{at}{path}")).await.status(),
            status,
            "{path}"
        );
    }
}
