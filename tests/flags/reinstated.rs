//! A page that was taken out comes back as it was: its records, what is found, what is asked; also from a
//! vault alone. While another scan stands at its place, it does not.

use std::collections::BTreeMap;

use reqwest::Method;
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::page_flag::{self, FlagFilter};
use sogoc::record::{self, RecordView};
use sogoc::search::{self, Wanted};
use sogoc::{fixity, inspection, page, review, worker};

use super::{codes, deliver, numbered, open_batch, open_flags};
use crate::support::archive::{Ground, Holdings, caller};
use crate::support::diploma;
use crate::support::server::Server;

const NAME: &str = "dang thi thuy duong";

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_page_comes_back_as_it_was_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_page_comes_back_as_it_was_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let approved = diploma::approved(archive).await;
    exclude(archive, &approved).await;
    assert_eq!(found(archive, NAME).await, 0);
    if ground == Ground::Embedded {
        holdings.preserve().await;
        let rebuilt = rebuilt(archive).await;
        assert_eq!(found(&rebuilt.0, NAME).await, 0);
        reinstate(&rebuilt.0, &approved).await;
        it_is_as_before(&rebuilt.0, &approved).await;
    }
    reinstate(archive, &approved).await;
    it_is_as_before(archive, &approved).await;
    let again = inspection::reinstate(archive, &caller(Role::Archivist), &approved.page_id).await;
    assert_eq!(
        again.map_err(|error| error.code()).err(),
        Some("page_not_withdrawn")
    );
    // Looking leaves entries too; those of what was done are asked for.
    let said: Vec<String> = sqlx::query_scalar(
        "SELECT action FROM log WHERE action NOT IN ('record_opened', 'searched')
         ORDER BY at DESC, id DESC",
    )
    .fetch_all(archive.catalogue.pool())
    .await
    .unwrap();
    assert!(said.starts_with(&["page_reinstated".into(), "record_restored".into()]));
    holdings.preserve().await;
    if ground == Ground::Embedded {
        let old = fixity::holdings(&archive.catalogue).await.unwrap();
        let rebuilt = rebuilt(archive).await;
        let new = fixity::holdings(&rebuilt.0.catalogue).await.unwrap();
        let differences = fixity::compare(&old, &new);
        assert!(differences.none(), "{differences:?}");
        assert_eq!(found(&rebuilt.0, NAME).await, 1);
    }
    what_a_person_did_stays(archive, &approved).await;
    holdings.preserve().await;
    holdings.check().await;
}

/// Through whatever flag the page bears.
async fn exclude(archive: &Archive, record: &RecordView) {
    let filter = FlagFilter {
        notes: Some(true),
        state: Some("open".into()),
        ..FlagFilter::default()
    };
    let me = caller(Role::Archivist);
    let flags = page_flag::list(archive, &me, &record.batch_id, &filter).await;
    let flag = flags.unwrap().remove(0);
    let done = inspection::exclude(archive, &me, &flag.id, "bản chụp thừa").await;
    assert!(done.unwrap().may_come_back);
    search::follow(archive).await.unwrap();
}

async fn reinstate(archive: &Archive, record: &RecordView) {
    for stranger in [Role::Auditor, Role::Portal] {
        let refused = inspection::reinstate(archive, &caller(stranger), &record.page_id).await;
        assert!(matches!(refused, Err(sogoc::error::Error::Forbidden)));
    }
    let me = caller(Role::Archivist);
    let page = inspection::reinstate(archive, &me, &record.page_id).await;
    let page = page.unwrap();
    assert_eq!(
        (page.state.as_str(), page.outcome.as_deref()),
        ("read", Some("read"))
    );
    worker::drain(archive).await.unwrap();
    search::follow(archive).await.unwrap();
}

async fn it_is_as_before(archive: &Archive, approved: &RecordView) {
    let now = now(archive, approved).await;
    assert_eq!(
        (now.state.as_str(), now.version),
        ("approved", approved.version + 2)
    );
    assert_eq!(now.fields, approved.fields);
    assert_eq!(found(archive, NAME).await, 1);
    let filter = FlagFilter {
        notes: Some(true),
        ..FlagFilter::default()
    };
    let me = caller(Role::Reviewer);
    let flags = page_flag::list(archive, &me, &approved.batch_id, &filter).await;
    let flags = flags.unwrap();
    assert!(
        flags
            .iter()
            .all(|flag| flag.state == "open" && flag.reason.is_none() && !flag.may_come_back),
        "{flags:?}"
    );
}

/// A correction that waits for approval waits again, and what was approved before it is found; what is
/// rejected for a reason of its own stays so.
async fn what_a_person_did_stays(archive: &Archive, approved: &RecordView) {
    let me = caller(Role::Reviewer);
    let seen = now(archive, approved).await;
    let typed: BTreeMap<_, _> = [("ho_ten".to_owned(), "Đặng Thị Khác".to_owned())].into();
    let corrected = review::correct(archive, &me, &seen.id, seen.version, &typed, "").await;
    let corrected = corrected.unwrap();
    exclude(archive, approved).await;
    assert_eq!(found(archive, NAME).await, 0);
    reinstate(archive, approved).await;
    let back = now(archive, approved).await;
    assert_eq!(
        (back.state.as_str(), back.doubtful),
        ("corrected", corrected.doubtful)
    );
    assert_eq!(back.fields, corrected.fields);
    assert_eq!(found(archive, NAME).await, 1);
    exclude(archive, approved).await;
    let seen = now(archive, approved).await;
    review::reject(archive, &me, &seen.id, seen.version, "không phải văn bằng")
        .await
        .unwrap();
    reinstate(archive, approved).await;
    assert_eq!(now(archive, approved).await.state, "rejected");
    assert_eq!(found(archive, NAME).await, 0);
}

async fn now(archive: &Archive, record: &RecordView) -> RecordView {
    let me = caller(Role::Reviewer);
    record::get(archive, &me, &record.id).await.unwrap()
}

async fn found(archive: &Archive, text: &str) -> usize {
    let wanted = Wanted {
        text: Some(text.into()),
        ..Wanted::default()
    };
    let found = search::find(archive, &caller(Role::Reviewer), &wanted).await;
    found.unwrap().total
}

async fn rebuilt(archive: &Archive) -> (Archive, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&archive.config, folder.path()).unwrap();
    let rebuilt = Archive::open(settings).await.unwrap();
    let said = fixity::rebuild(&rebuilt, |_, _| {}).await.unwrap();
    assert_eq!(said.damaged, [""; 0]);
    (rebuilt, folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_scans_of_one_place_only_one_stands() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let me = caller(Role::Archivist);
    let batch = open_batch(archive, "Quyển 5", None).await;
    let pages = [("1.pdf", 1), ("2.pdf", 2), ("3.pdf", 3), ("4.pdf", 8)];
    let scans = deliver(archive, &batch, &pages).await;
    let missing = open_flags(archive, &batch).await.remove(0);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nham.pdf");
    std::fs::write(&file, numbered(3, "quet lai nham to")).unwrap();
    let done = inspection::rescan(archive, &me, &missing.id, &file).await;
    assert!(!done.unwrap().may_come_back, "the new scan stands there");
    worker::drain(archive).await.unwrap();
    let old = page::of_scan(archive, &me, &scans[3].id).await.unwrap();
    let refused = async |page_id: &str| {
        let back = inspection::reinstate(archive, &me, page_id).await;
        assert_eq!(
            back.map_err(|error| error.code()).err(),
            Some("another_scan_stands")
        );
    };
    refused(&old[0].id).await;
    let flags = open_flags(archive, &batch).await;
    assert_eq!(codes(&flags), [("page_doubled", "quet-lai/1/4.pdf")]);
    let wrong = inspection::exclude(archive, &me, &flags[0].id, "quét nhầm tờ")
        .await
        .unwrap();
    inspection::reinstate(archive, &me, &old[0].id)
        .await
        .unwrap();
    worker::drain(archive).await.unwrap();
    assert_eq!(
        codes(&open_flags(archive, &batch).await),
        [("pages_missing", "4.pdf")]
    );
    refused(&wrong.page_id).await;
    holdings.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_reinstated_where_it_was_excluded_without_scripts() {
    let server = Server::start().await;
    let archive = &server.archive;
    let batch = open_batch(archive, "Quyển 6", None).await;
    let pages = [("1.pdf", 1), ("2.pdf", 2), ("3.pdf", 3), ("4.pdf", 5)];
    deliver(archive, &batch, &pages).await;
    let flag = open_flags(archive, &batch).await.remove(0);
    server.person("luutru", &[Role::Archivist]).await;
    let client = server.anonymous();
    let (cookie, token) = client.sign_in("luutru").await;
    let send = async |act: &str| {
        let fields = [
            ("form_token", token.as_str()),
            ("act", act),
            ("reason", "thừa"),
        ];
        let path = format!("/canh-bao/{}", flag.id);
        let answer = client.form(&path, &cookie, &fields).await;
        answer.status().as_u16()
    };
    let open = async |path: &str| {
        let page = client.request(Method::GET, path).header("cookie", &cookie);
        page.send().await.unwrap().text().await.unwrap()
    };
    let list = format!("/lo/{batch}/canh-bao?tat_ca=1");
    let listed = async || open(&list).await;
    assert!(!listed().await.contains("Lấy lại trang này"));
    assert_eq!(send("exclude").await, 303);
    let leads_there = format!("<a href=\"{list}\" data-count=\"pages_withdrawn\">1</a>");
    assert!(open(&format!("/lo/{batch}")).await.contains(&leads_there));
    assert!(listed().await.contains("Lấy lại trang này"));
    assert_eq!(send("reinstate_this").await, 303);
    worker::drain(archive).await.unwrap();
    assert!(!listed().await.contains("Lấy lại trang này"));
    assert_eq!(open_flags(archive, &batch).await[0].id, flag.id);
    assert_eq!(send("reinstate_this").await, 409);
}
