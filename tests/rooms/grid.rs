//! A register's page keyed as one grid, without scripts: nothing is approved that was not shown, two people lose nothing of each
//! other, sent twice it is done once.

mod disturbed;

use sogoc::access::Role;
use sogoc::record::{self, RecordView};
use sogoc::review;

use super::register::{Register, register};
use super::{input, told};
use crate::support::archive::caller;
use crate::support::person::Person;
use crate::support::server::Server;

async fn now(server: &Server, id: &str) -> RecordView {
    let me = caller(Role::Reviewer);
    record::get(&server.archive, &me, id).await.unwrap()
}

/// Every box of a grid as a browser without scripts would send it, nothing ticked.
fn boxes(page: &str) -> Vec<(String, String)> {
    let marks = ["f.", "o.", "n.", "g."];
    let named = page.split("name=\"").skip(1);
    let names = named.map(|rest| rest.split('"').next().unwrap());
    let kept = names.filter(|name| marks.iter().any(|mark| name.starts_with(mark)));
    kept.map(|name| (name.to_owned(), input(page, name)))
        .collect()
}

/// The form of a grid with changes over what it showed.
fn form(page: &str, changes: &[(String, &str)], act: &str) -> Vec<(String, String)> {
    let mut pairs = boxes(page);
    for (name, value) in changes {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => (*value).clone_into(old),
            None => pairs.push((name.clone(), (*value).to_owned())),
        }
    }
    pairs.push(("act".into(), act.into()));
    pairs
}

async fn send(person: &Person, path: &str, pairs: &[(String, String)]) -> reqwest::Response {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    person.send(path, &pairs).await
}

fn cell(mark: &str, id: &str, key: &str) -> String {
    format!("{mark}.{id}.{key}")
}

async fn states(server: &Server, register: &Register) -> Vec<String> {
    let mut states = Vec::new();
    for id in &register.ids {
        states.push(now(server, id).await.state.as_str().to_owned());
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_once_is_keyed_once_and_every_doubtful_cell_is_visited() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let doubtful = [
        (1, "ho_ten"),
        (2, "ngay_sinh"),
        (0, "truong"),
        (3, "truong"),
    ];
    let register = register(&server.archive, "Quyển 1", 4, &doubtful).await;
    let path = register.path();
    let page = lan.page(&path).await;
    let [a, b, c, _] = &register.ids[..] else {
        panic!()
    };
    assert_eq!(input(&page, "f.trang.truong"), "THPT Số 1 Tư Nghĩa");
    assert_eq!(input(&page, &cell("f", c, "ngay_sinh")), "03/03/1990");
    assert!(
        !page.contains(&cell("f", a, "truong")),
        "it stands once on the page"
    );
    assert!(
        !page.contains(&cell("f", a, "ghi_chu")),
        "no row has a note"
    );
    let all = lan.page(&format!("{path}?cot=1")).await;
    assert!(all.contains(&cell("f", a, "ghi_chu")));

    // Nobody went anywhere: each doubtful cell is told where it is, and nothing is done.
    let refused = send(&lan, &path, &form(&page, &[], "approve_page")).await;
    assert_eq!(refused.status(), 422);
    let said = refused.text().await.unwrap();
    for at in [
        cell("e", b, "ho_ten"),
        cell("e", c, "ngay_sinh"),
        "e.trang.truong".into(),
    ] {
        assert!(said.contains(&format!("id=\"{at}\"")), "{at}");
    }
    assert_eq!(
        said.matches("Ô này chưa ai xem").count(),
        3,
        "once for the head"
    );
    assert_eq!(states(&server, &register).await, ["proposed"; 4]);

    let visited = [
        (cell("v", b, "ho_ten"), "1"),
        (cell("v", c, "ngay_sinh"), "1"),
        ("f.trang.truong".into(), "THPT Số 2 Tư Nghĩa"),
        (cell("f", a, "ho_ten"), "Nguyễn Văn Ân"),
    ];
    let form = form(&page, &visited, "approve_page");
    let approved = send(&lan, &path, &form).await;
    assert_eq!(
        (approved.status().as_u16(), told(&approved)),
        (303, "approved_rows".into())
    );
    assert_eq!(states(&server, &register).await, ["approved"; 4]);
    for id in &register.ids {
        assert_eq!(
            now(&server, id).await.fields["truong"].value,
            "THPT Số 2 Tư Nghĩa"
        );
    }
    assert_eq!(
        now(&server, a).await.fields["ho_ten"].value,
        "Nguyễn Văn Ân"
    );

    // Sent twice it is done once, and taken back as a whole.
    let again = send(&lan, &path, &form).await;
    assert_eq!(told(&again), "approved_rows");
    assert_eq!(
        now(&server, a).await.version,
        3,
        "corrected, approved, and no more"
    );
    let cookie = again.headers()["set-cookie"].to_str().unwrap().to_owned();
    let since = cookie
        .split(';')
        .next()
        .unwrap()
        .rsplit('~')
        .next()
        .unwrap();
    assert!(cookie.contains("approved_rows~4~"), "{cookie}");
    let undone = lan
        .send(&format!("{path}/hoan-tac"), &[("version", since)])
        .await;
    assert_eq!(told(&undone), "rows_taken_back");
    let waits = states(&server, &register).await;
    assert!(waits.iter().all(|state| state == "corrected"), "{waits:?}");
    let late = lan
        .send(&format!("{path}/hoan-tac"), &[("version", since)])
        .await;
    assert_eq!(late.status(), 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_approved_one_by_one_and_a_ditto_mark_says_what_stands_above() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let register = register(&server.archive, "Quyển 2", 3, &[]).await;
    let path = register.path();
    let page = lan.page(&path).await;
    let [a, b, c] = &register.ids[..] else {
        panic!()
    };
    let none = send(&lan, &path, &form(&page, &[], "approve")).await;
    assert_eq!(none.status(), 422);
    assert!(
        none.text()
            .await
            .unwrap()
            .contains("Chưa có dòng nào được đánh dấu Đúng")
    );
    let changes = [
        (cell("f", a, "noi_sinh"), "Mộ Đức"),
        (cell("f", b, "noi_sinh"), "nt"),
        (cell("f", c, "noi_sinh"), "-nt-"),
        (format!("d.{a}"), "1"),
        (format!("d.{b}"), "1"),
    ];
    let approved = send(&lan, &path, &form(&page, &changes, "approve")).await;
    assert_eq!(told(&approved), "approved_rows");
    assert_eq!(
        approved.headers()["location"],
        path.as_str(),
        "a row is left"
    );
    assert_eq!(
        states(&server, &register).await,
        ["approved", "approved", "corrected"]
    );
    for id in &register.ids {
        assert_eq!(now(&server, id).await.fields["noi_sinh"].value, "Mộ Đức");
    }
    let page = lan.page(&path).await;
    assert!(
        !page.contains(&format!("n.{a}")),
        "what is decided is not keyed here"
    );
    assert!(page.contains("Mộ Đức"));

    // A date that is none stays in its box, with what is wrong beside it.
    let wrong = [
        (cell("f", c, "ngay_sinh"), "31/02/1990"),
        (cell("f", c, "ho_ten"), "Ai đó"),
    ];
    let refused = send(&lan, &path, &form(&page, &wrong, "save")).await;
    assert_eq!(refused.status(), 422);
    let said = refused.text().await.unwrap();
    assert_eq!(input(&said, &cell("f", c, "ngay_sinh")), "31/02/1990");
    assert_eq!(input(&said, &cell("f", c, "ho_ten")), "Ai đó");
    assert!(said.contains(&format!("id=\"{}\"", cell("e", c, "ngay_sinh"))));
    let saved = send(&lan, &path, &form(&page, &wrong[1..], "save")).await;
    assert_eq!(told(&saved), "saved_rows");
    let same = lan.page(&path).await;
    assert_eq!(
        told(&send(&lan, &path, &form(&same, &[], "save")).await),
        "rows_kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_offers_the_page_and_a_jump_in_its_numbers_is_told() {
    let server = Server::start().await;
    let archive = &server.archive;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let register = register(archive, "Quyển 6", 6, &[(2, "ho_ten"), (4, "dan_toc")]).await;
    let single = super::record(archive, "Lê Thử", &[]).await;
    let queue = lan.page("/ban-soat").await;
    assert_eq!(queue.matches("<tbody>").count(), 1);
    let rows = queue.split_once("<tbody>").unwrap().1;
    assert_eq!(
        rows.matches("<tr>").count(),
        2,
        "one for the page, one for the diploma"
    );
    assert!(
        rows.contains("6 dòng") && rows.contains(&register.path()),
        "{rows}"
    );
    assert!(rows.contains(&format!("/ban-ghi/{single}")));
    let by_record = server.token(&[Role::Reviewer]).await;
    let rows: serde_json::Value = by_record.get("/api/v1/desk").await.json().await.unwrap();
    assert_eq!(
        rows.as_array().unwrap().len(),
        7,
        "programs list records as before"
    );
    let record = lan.page(&format!("/ban-ghi/{}", register.ids[0])).await;
    assert!(record.contains("id=\"whole-page\""));
    let of_none = lan.page("/ban-soat?quyen=none").await;
    assert!(!of_none.contains("<tbody>"));

    let page = lan.page(&register.path()).await;
    assert!(!page.contains("class=\"warn\""));
    let changes = [
        (cell("f", &register.ids[3], "stt"), "5"),
        (cell("f", &register.ids[5], "ngay_sinh"), "06/06/1909"),
    ];
    let path = register.path();
    assert_eq!(
        told(&send(&lan, &path, &form(&page, &changes, "save")).await),
        "saved_rows"
    );
    let page = lan.page(&path).await;
    assert!(page.contains("data-code=\"gap\"") && page.contains("data-code=\"far_year\""));
    let far = page.split("data-code=\"far_year\"").nth(1).unwrap();
    assert!(far.starts_with(">Năm 1909"), "{}", &far[..80]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_struck_out_or_unread_is_confirmed_and_not_only_looked_at() {
    let server = Server::start().await;
    let archive = &server.archive;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let register = register(archive, "Quyển 7", 2, &[]).await;
    let (path, id) = (register.path(), &register.ids[0]);
    let mut fields = now(&server, id).await.fields;
    fields.get_mut("so_hieu").unwrap().strike();
    let unread = fields.get_mut("noi_sinh").unwrap();
    (unread.value, unread.accepted) = (String::new(), false);
    sqlx::query("UPDATE record_versions SET fields = $1 WHERE record_id = $2")
        .bind(serde_json::to_string(&fields).unwrap())
        .bind(id)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
    let page = lan.page(&path).await;
    let looked = [
        (cell("v", id, "so_hieu"), "1"),
        (cell("v", id, "noi_sinh"), "1"),
    ];
    let refused = send(&lan, &path, &form(&page, &looked, "approve_page")).await;
    assert_eq!(refused.status(), 422);
    let said = refused.text().await.unwrap();
    assert!(said.contains("Bị gạch trên giấy:") && said.contains("Có chữ chưa đọc được:"));
    let confirmed = [
        (cell("c", id, "so_hieu"), "1"),
        (cell("c", id, "noi_sinh"), "1"),
    ];
    let approved = send(&lan, &path, &form(&page, &confirmed, "approve_page")).await;
    assert_eq!(told(&approved), "approved_rows");
    let record = now(&server, id).await;
    assert!(!record.is_struck() && record.fields["noi_sinh"].value.is_empty());
    let rows = review::page_rows(archive, &caller(Role::Auditor), &register.page)
        .await
        .unwrap();
    let masked = &rows.rows[0].record.fields["noi_sinh"];
    assert_eq!(masked.value, "", "nothing stays nothing");
    assert_eq!(
        rows.rows[1].record.fields["noi_sinh"].value, "•••",
        "a reader without standing"
    );
}
