//! Long lists: cut the same on both engines, counted honestly, found by a name however it is written.

use std::collections::BTreeSet;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::audit::{self, LogFilter};
use sogoc::batch::{self, BatchFilter};
use sogoc::catalogue::{Slice, Turn};
use sogoc::certified_copy::{self, BookFilter};
use sogoc::copy_request::{self, RequestFilter, RequestOrder};
use sogoc::issue_book;
use sogoc::review::{self, QueueFilter};

use crate::requests::asking;
use crate::support::archive::{Ground, Holdings, caller};
use crate::support::person::Person;
use crate::support::server::Server;

async fn ask(archive: &Archive, count: usize) {
    for number in 0..count {
        let mut given = asking();
        given.wanted.ho_ten = format!("Đặng Thị Thuỳ {number}");
        copy_request::ask(archive, &Caller::machine(), &given)
            .await
            .unwrap();
    }
}

/// Turns a list from its first page to its last and back; every row once, in the same order.
async fn turned<T, F: AsyncFn(Turn) -> Slice<T>>(list: F, id: fn(&T) -> String) -> usize {
    let (mut forth, mut turn) = (Vec::new(), Turn::default());
    let mut last = list(turn.clone()).await;
    loop {
        forth.extend(last.rows.iter().map(id));
        let Some(after) = last.after.clone() else {
            break;
        };
        turn.after = Some(after);
        last = list(turn.clone()).await;
    }
    let mut back: Vec<String> = last.rows.iter().rev().map(id).collect();
    while let Some(before) = last.before.clone() {
        last = list(Turn {
            after: None,
            before: Some(before),
        })
        .await;
        back.extend(last.rows.iter().rev().map(id));
    }
    back.reverse();
    assert_eq!(forth, back);
    assert_eq!(forth.iter().collect::<BTreeSet<_>>().len(), forth.len());
    forth.len()
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let (reviewer, archivist) = (caller(Role::Reviewer), caller(Role::Archivist));
    ask(archive, 23).await;
    for order in [RequestOrder::Due, RequestOrder::Newest] {
        let list = async |turn| {
            let filter = RequestFilter {
                state: "received".into(),
                text: "DANG THI thuỳ".into(),
                order,
                turn,
                most: 10,
            };
            let counted = copy_request::count(archive, &reviewer, &filter).await;
            assert_eq!(counted.unwrap(), 23);
            copy_request::page(archive, &reviewer, &filter)
                .await
                .unwrap()
        };
        assert_eq!(turned(list, |row| row.id.clone()).await, 23);
    }
    let nobody = RequestFilter {
        text: "%".into(),
        ..RequestFilter::default()
    };
    assert_eq!(
        copy_request::count(archive, &reviewer, &nobody)
            .await
            .unwrap(),
        0
    );

    let (batch, _) = holdings.deliver(&["so-goc-thpt-2008-trang-06.jpg"]).await;
    for order in [None, Some("oldest".to_owned())] {
        let list = async |turn: Turn| {
            let filter = QueueFilter {
                batch_id: Some(batch.clone()),
                limit: Some(7),
                order: order.clone(),
                after: turn.after,
                before: turn.before,
                ..QueueFilter::default()
            };
            review::queue_page(archive, &reviewer, &filter)
                .await
                .unwrap()
        };
        let all = review::waiting(archive, &reviewer).await.unwrap();
        assert!(all > 7, "a page of a register has rows: {all}");
        let listed = turned(list, |row| row.id.clone()).await;
        assert_eq!(i64::try_from(listed).unwrap(), all);
    }
    let batches = review::waiting_batches(archive, &reviewer).await.unwrap();
    assert_eq!(batches.len(), 1);

    for (state, text, count) in [
        ("", "dot SO-GOC-THPT", 1),
        ("closed", "", 0),
        ("quarantined", "", 0),
    ] {
        let filter = BatchFilter {
            state: state.into(),
            text: text.into(),
            turn: Turn::default(),
        };
        assert_eq!(
            batch::count(archive, &archivist, &filter).await.unwrap(),
            count
        );
        let listed = batch::page(archive, &archivist, &filter, 5).await.unwrap();
        assert_eq!(i64::try_from(listed.rows.len()).unwrap(), count);
    }
    batch::open_in_all(archive, &archivist).await.unwrap();

    let list = async |turn| {
        let filter = LogFilter {
            action: "copy_asked".into(),
            turn,
            ..LogFilter::default()
        };
        assert_eq!(audit::count(&archive.catalogue, &filter).await.unwrap(), 23);
        audit::newest(&archive.catalogue, &filter, 10)
            .await
            .unwrap()
    };
    assert_eq!(turned(list, |row| row.entry.id.clone()).await, 23);
    audit::actors(&archive.catalogue).await.unwrap();

    let book = BookFilter {
        year: 2026,
        text: "12/2026".into(),
        ..BookFilter::default()
    };
    let rows = certified_copy::book_page(archive, &reviewer, &book, 10)
        .await
        .unwrap();
    assert_eq!(rows.rows.len(), 0);
    assert_eq!(
        certified_copy::book_count(archive, &reviewer, &book)
            .await
            .unwrap(),
        0
    );
    issue_book::beside(archive, &reviewer, 2026, &rows.rows)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_turned_forth_and_back_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_turned_forth_and_back_on_postgresql() {
    tell(Ground::Scaled).await;
}

/// The address of the next page, as the page links it.
fn next(page: &str) -> Option<String> {
    let link = page.split("rel=\"next\" href=\"").nth(1)?;
    Some(link.split('"').next()?.replace("&#38;", "&"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_many_requests_says_how_many_and_leads_to_all_of_them() {
    let server = Server::start().await;
    ask(&server.archive, 120).await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let home = lan.page("/viec").await;
    assert!(home.contains("id=\"to-confirm\">120<"), "{home}");
    let (mut path, mut seen, mut pages) = (
        Some("/cap-ban-sao?state=received".to_owned()),
        BTreeSet::new(),
        0,
    );
    while let Some(at) = path {
        let page = lan.page(&at).await;
        assert!(page.contains("data-total=\"120\""), "{page}");
        let list = page.split("<tbody>").nth(1).unwrap();
        let links = list.split("href=\"/cap-ban-sao/").skip(1);
        seen.extend(
            links
                .map(|link| link.split('"').next().unwrap().to_owned())
                .filter(|id| id.len() == 36),
        );
        path = next(&page);
        pages += 1;
    }
    assert_eq!((seen.len(), pages), (120, 3));
    let found = lan.page("/cap-ban-sao?tim=thuy+77").await;
    assert!(found.contains("data-total=\"1\"") && found.contains("Đặng Thị Thuỳ 77"));
    assert_eq!(lan.open("/cap-ban-sao?sau=x").await.status(), 422);

    let auditor = Person::new(&server, "thanhtra", &[Role::Auditor]).await;
    let log = auditor.page("/nhat-ky").await;
    let newest = log.split("id=\"entries\"").nth(1).unwrap();
    let first = newest.split("</li>").next().unwrap();
    assert!(
        first.contains("Trần Thị Mẫu") && !first.contains("đã gửi yêu cầu"),
        "{first}"
    );
    let asked = auditor
        .page("/nhat-ky?action=copy_asked&actor=machine")
        .await;
    assert!(asked.contains("data-total=\"120\"") && asked.contains("đã gửi yêu cầu cấp bản sao"));
    assert_eq!(auditor.open("/nhat-ky?ngay=2026-02-31").await.status(), 422);
}
