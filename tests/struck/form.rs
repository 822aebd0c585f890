//! The desk's form as a browser sends it: what is in the way is named and nothing is decided; with the tick
//! under it, the record is approved.

use reqwest::Method;
use sogoc::access::Role;
use sogoc::record::{self, RecordView};
use sogoc_workers::reading::FieldReading;

use super::{book, read, strike};
use crate::flags::{open_batch, receive};
use crate::support::archive::caller;
use crate::support::pdf;
use crate::support::server::{Client, Server};

/// A person at the desk, with a record before them.
struct AtTheDesk {
    server: Server,
    client: Client,
    cookie: String,
    record: String,
}

impl AtTheDesk {
    /// Before a record read from a page of print; its fields are booked by each test.
    async fn with_a_record() -> Self {
        let server = Server::start().await;
        let archive = &server.archive;
        let batch = open_batch(archive, "Bàn soát", None).await;
        let page = pdf::page(&[((72, 500), "BANG TOT NGHIEP")]);
        let scan = receive(archive, &batch, "to.pdf", &page).await;
        let record = archive.clock.new_id();
        sqlx::query(
            "INSERT INTO records (id, scan_id, page_id, ordinal, class, state, version, doubtful, updated_at)
             SELECT $1, scan_id, id, 1, 'van_bang', 'proposed', 1, 0, '2026-01-01T00:00:00.000Z'
             FROM pages WHERE scan_id = $2",
        )
        .bind(&record)
        .bind(&scan.id)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO record_versions (record_id, version, state, fields, author, at)
             VALUES ($1, 1, 'proposed', '{}', 'machine', '2026-01-01T00:00:00.000Z')",
        )
        .bind(&record)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
        server.person("soat", &[Role::Reviewer]).await;
        let client = server.anonymous();
        let (cookie, _) = client.sign_in("soat").await;
        Self {
            server,
            client,
            cookie,
            record,
        }
    }

    fn path(&self) -> String {
        format!("/ban-ghi/{}", self.record)
    }

    /// What a browser sends of the sheet when nobody touched it and nothing is ticked.
    async fn sheet(&self) -> Vec<(String, String)> {
        let page = self.client.request(Method::GET, &self.path());
        let page = page.header("cookie", &self.cookie).send().await.unwrap();
        assert_eq!(page.status(), 200);
        inputs(&page.text().await.unwrap())
    }

    async fn send(&self, sheet: &[(String, String)], more: &[(&str, &str)]) -> (u16, String) {
        let sheet = sheet.iter().map(|(key, value)| (&**key, &**value));
        let pairs: Vec<(&str, &str)> = sheet.chain(more.iter().copied()).collect();
        let answer = self.client.form(&self.path(), &self.cookie, &pairs).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn now(&self) -> RecordView {
        let me = caller(Role::Reviewer); // others see no note of the margin
        let record = record::get(&self.server.archive, &me, &self.record).await;
        record.unwrap()
    }

    async fn is_untouched(&self) {
        let now = self.now().await;
        assert_eq!((now.state.as_str(), now.version), ("proposed", 1));
    }
}

/// Name and value of the inputs of the sheet that are sent without a tick or a click.
fn inputs(page: &str) -> Vec<(String, String)> {
    let form = &page[page.find("id=\"fields\"").unwrap()..];
    let form = &form[..form.find("</form>").unwrap()];
    let tags = form.split("<input ").skip(1);
    tags.map(|tag| &tag[..tag.find('>').unwrap()])
        .filter(|tag| !tag.contains("type=\"checkbox\""))
        .map(|tag| (attribute(tag, "name"), attribute(tag, "value")))
        .collect()
}

fn attribute(tag: &str, name: &str) -> String {
    let opened = format!("{name}=\"");
    let from = tag.find(&opened).unwrap() + opened.len();
    let value = &tag[from..];
    let value = &value[..value.find('"').unwrap()];
    assert!(
        !value.contains('&'),
        "nothing escaped in this test: {value}"
    );
    value.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_struck_row_is_approved_at_the_desk_only_with_the_tick() {
    let desk = AtTheDesk::with_a_record().await;
    strike(&desk.server.archive, &desk.record).await;
    let sheet = desk.sheet().await;
    assert!(
        sheet.contains(&("s.ho_ten".into(), "1".into())),
        "{sheet:?}"
    );

    let (status, page) = desk.send(&sheet, &[("act", "approve")]).await;
    assert_eq!(status, 422);
    assert!(
        page.contains("Trên giấy có nét gạch bỏ ở: Họ và tên."),
        "{page}"
    );
    desk.is_untouched().await;
    assert!(desk.now().await.is_struck());

    let ticked = [("stands", "1"), ("act", "approve")];
    assert_eq!(desk.send(&sheet, &ticked).await.0, 303);
    let now = desk.now().await;
    assert_eq!((now.state.as_str(), now.is_struck()), ("approved", false));
    assert_eq!(now.fields["ho_ten"].value, "Lê Văn Gạch");
}

/// A note in the margin of which only the place was read.
fn note() -> FieldReading {
    FieldReading {
        accepted: false,
        confidence: 0.0,
        ..read("", Some([900, 40, 80, 20]))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_in_the_margin_that_was_not_read_is_not_passed_over_at_the_desk() {
    let desk = AtTheDesk::with_a_record().await;
    let archive = &desk.server.archive;
    book(archive, &desk.record, ("so_goc", "ghi_chu_le"), note()).await;
    let sheet = desk.sheet().await;
    let (status, page) = desk.send(&sheet, &[("act", "approve")]).await;
    assert_eq!(status, 422);
    assert!(
        page.contains("không đọc được ở: Ghi chú ngoài lề."),
        "{page}"
    );
    assert!(page.contains("id=\"nothing\""));
    assert!(
        page.contains("Cơ quan lập sổ") && !page.contains("Cơ quan ban hành"),
        "fields are called as the record's class calls them: {page}"
    );
    desk.is_untouched().await;

    let ticked = [("nothing", "1"), ("act", "approve")];
    assert_eq!(desk.send(&sheet, &ticked).await.0, 303);
    let now = desk.now().await;
    assert_eq!(now.state, "approved");
    assert_eq!(now.fields["ghi_chu_le"].value, "");
    assert_eq!(now.unread().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_in_the_margin_that_is_typed_in_needs_no_tick() {
    let desk = AtTheDesk::with_a_record().await;
    let archive = &desk.server.archive;
    book(archive, &desk.record, ("so_goc", "ghi_chu_le"), note()).await;
    let mut sheet = desk.sheet().await;
    let typed = "Cấp lại ngày 12/3/2018";
    for (key, value) in &mut sheet {
        if key == "f.ghi_chu_le" {
            *value = typed.to_owned();
        }
    }
    assert_eq!(desk.send(&sheet, &[("act", "approve")]).await.0, 303);
    let now = desk.now().await;
    assert_eq!(now.state, "approved");
    assert_eq!(now.fields["ghi_chu_le"].value, typed);
}
