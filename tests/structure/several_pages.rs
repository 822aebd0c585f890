//! Documents of several pages are read together: one record, which says of each value on which page it stands; and
//! when a person parts them or puts them together, they are read together anew.

use sogoc::access::Role;
use sogoc::document::{self, GroupBy, Join, Split};
use sogoc::record::{self, RecordFilter, RecordView};
use sogoc::{page, worker};

use super::all_is_in_the_vault;
use crate::support::archive::{Ground, Holdings, caller};

/// Two pages: whose it is, and the marks of a year.
const SCHOOL_RECORD: &str = "hoc-ba-2008.pdf";

#[tokio::test(flavor = "multi_thread")]
async fn a_school_record_of_two_pages_is_one_record_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_record_of_two_pages_is_one_record_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let (_, scans) = holdings.deliver(&[SCHOOL_RECORD]).await;
    let scan = &scans[0].id;
    let pages = page::of_scan(&holdings.archive, &caller(Role::Auditor), scan)
        .await
        .unwrap();
    let [record] = &proposed(&holdings, scan).await[..] else {
        panic!("one record for both pages");
    };
    assert_eq!(record.page_id, pages[0].id);
    let year = &record.fields["nam_hoc"];
    assert_eq!(year.page.as_ref(), Some(&pages[1].id), "where it stands");
    assert_eq!(
        record.fields["ho_ten"].page, None,
        "on the record's own page"
    );

    let rest = part(&holdings, scan, 1, &pages[1].id).await;
    let apart = proposed(&holdings, scan).await;
    assert_eq!(apart.len(), 2, "each page speaks for itself");
    assert!(!apart[0].fields.contains_key("nam_hoc"));
    assert_eq!(apart[1].fields["nam_hoc"].page, None);

    let both = [scan.clone(), rest];
    put_together(&holdings, &both).await;
    assert_eq!(proposed(&holdings, scan).await.len(), 1, "one again");
    let seen = document::get(&holdings.archive, &caller(Role::Auditor), scan).await;
    let rest = part(&holdings, scan, seen.unwrap().version, &pages[1].id).await;
    assert_ne!(rest, both[1], "a joined document stays what it is");
    assert_eq!(
        proposed(&holdings, scan).await.len(),
        2,
        "proposed anew, though taken back before"
    );
    holdings.check().await;
    all_is_in_the_vault(&holdings.archive).await;
}

/// Records that wait at the desk, by page.
async fn proposed(holdings: &Holdings, scan: &str) -> Vec<RecordView> {
    let filter = RecordFilter {
        scan_id: Some(scan.into()),
        ..RecordFilter::default()
    };
    let reviewer = caller(Role::Reviewer);
    let all = record::list(&holdings.archive, &reviewer, &filter)
        .await
        .unwrap();
    all.into_iter()
        .filter(|one| one.state == "proposed")
        .collect()
}

async fn part(holdings: &Holdings, document: &str, seen: i64, page: &str) -> String {
    let wish = Split {
        seen,
        page: page.into(),
        reason: "tách thử".into(),
    };
    let me = caller(Role::Archivist);
    let fresh = document::split(&holdings.archive, &me, document, &wish).await;
    worker::drain(&holdings.archive).await.unwrap();
    fresh.unwrap().id
}

async fn put_together(holdings: &Holdings, documents: &[String; 2]) {
    let me = caller(Role::Archivist);
    let wish = Join {
        seen: 2,
        documents: vec![documents[1].clone()],
        reason: "ghép lại".into(),
    };
    document::join(&holdings.archive, &me, &documents[0], &wish)
        .await
        .unwrap();
    worker::drain(&holdings.archive).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_loose_sheets_is_put_together_by_what_they_say() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let names = ["quyet-dinh-cong-nhan-2008.tif", "cong-van-2025.pdf"];
    let (batch, _) = holdings.deliver(&names).await;
    let (archive, me) = (&holdings.archive, caller(Role::Archivist));
    let shown = document::preview(archive, &me, &batch, GroupBy::Content)
        .await
        .unwrap();
    let sizes: Vec<usize> = shown.iter().map(|group| group.pages.len()).collect();
    assert_eq!(sizes, [1, 2], "a letter, and a decision of two pages");
    let made = document::group(archive, &me, &batch, GroupBy::Content)
        .await
        .unwrap();
    assert_eq!(made, 0, "they are parted so already");
}
