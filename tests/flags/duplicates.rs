//! A sheet scanned twice is asked about, also over batches; pages of one form are not.

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::scan::Scan;
use sogoc::{fixity, inspection, page, worker};

use super::{codes, open_batch, open_flags, receive};
use crate::support::archive::{Ground, Holdings, caller};
use crate::support::pdf;

/// What each page of the form says by itself.
const OWN: [&str; 5] = [
    "mua ba chiec quat tran cho lop hoc phia dong",
    "sua mai ngoi day nha cu sau tran bao muoi",
    "thay cua go phong thi nghiem da muc tu lau",
    "trong them cay xanh quanh san choi truong moi",
    "lap den chieu sang doc loi vao cong chinh truoc",
];

/// A page of the form; laid a little aside, and with one word otherwise, where it is scanned again.
fn sheet(says: &str, again: bool) -> String {
    let aside = if again { 7 } else { 0 };
    let word = if again { "Phieu" } else { "Phieu," };
    let head = format!("{word} de nghi cua nha truong gui ve co quan quan ly");
    let lines = [
        (72, 760, head.as_str()),
        (72, 700, "Noi dung viec can lam trong nam hoc nay"),
        (72, 640, says),
        (
            72,
            560,
            "De nghi co quan xem xet va tra loi som bang van ban",
        ),
        (300, 420, "Nguoi viet phieu ky ten va ghi ro ho ten"),
    ];
    let placed: Vec<((u32, u32), &str)> = lines
        .iter()
        .map(|(x, y, text)| ((x + aside, y - aside), *text))
        .collect();
    pdf::page(&placed)
}

async fn deliver(archive: &Archive, batch_id: &str, name: &str, pdf: &str) -> Scan {
    let scan = receive(archive, batch_id, name, pdf).await;
    worker::drain(archive).await.unwrap();
    scan
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_scanned_twice_is_told_from_pages_of_one_form_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_scanned_twice_is_told_from_pages_of_one_form_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let batch = open_batch(archive, "Phiếu", None).await;
    let mut first = Vec::new();
    for (place, own) in (1..).zip(OWN) {
        let name = format!("phieu-{place}.pdf");
        first.push(deliver(archive, &batch, &name, &sheet(own, false)).await);
    }
    assert_eq!(
        codes(&open_flags(archive, &batch).await),
        [],
        "one form, five sheets"
    );
    deliver(archive, &batch, "phieu-1-lai.pdf", &sheet(OWN[0], true)).await;
    let flags = open_flags(archive, &batch).await;
    assert_eq!(codes(&flags), [("maybe_rescan", "phieu-1-lai.pdf")]);
    assert_eq!(
        flags[0].vi,
        "Có thể là cùng một tờ đã quét ở ảnh «phieu-1.pdf»."
    );
    assert_eq!(
        flags[0].other.clone().unwrap().batch,
        None,
        "the same batch"
    );
    let reviewer = caller(Role::Reviewer);
    let stranger = page::of_scan(archive, &reviewer, &first[3].id)
        .await
        .unwrap();
    let wrong = inspection::same_sheet(archive, &reviewer, &flags[0].id, &stranger[0].id).await;
    assert!(
        matches!(wrong, Err(sogoc::error::Error::Invalid(_))),
        "{wrong:?}"
    );
    let earlier = flags[0].other.clone().unwrap().page_id;
    let done = inspection::same_sheet(archive, &reviewer, &flags[0].id, &earlier).await;
    assert_eq!(done.unwrap().state, "excluded");
    worker::drain(archive).await.unwrap();
    let aside = page::of_scan(archive, &reviewer, &first[0].id)
        .await
        .unwrap();
    assert_eq!(aside[0].outcome.as_deref(), Some("excluded"));
    assert_eq!(codes(&open_flags(archive, &batch).await), []);
    reinstated_and_excluded_anew(archive, &batch, &earlier).await;
    in_another_batch(archive).await;
    holdings.check().await;
    if ground == Ground::Embedded {
        it_comes_back_from_the_vault(&holdings).await;
    }
}

/// The pair is asked about again, by the flag it was excluded with.
async fn reinstated_and_excluded_anew(archive: &Archive, batch: &str, earlier: &str) {
    let reviewer = caller(Role::Reviewer);
    let back = inspection::reinstate(archive, &reviewer, earlier).await;
    assert_eq!(back.unwrap().state, "read");
    worker::drain(archive).await.unwrap();
    let flags = open_flags(archive, batch).await;
    assert_eq!(codes(&flags), [("maybe_rescan", "phieu-1-lai.pdf")]);
    let done = inspection::same_sheet(archive, &reviewer, &flags[0].id, earlier).await;
    let other = done.unwrap().other.unwrap();
    assert!(other.may_come_back);
    worker::drain(archive).await.unwrap();
    assert_eq!(codes(&open_flags(archive, batch).await), []);
}

async fn in_another_batch(archive: &Archive) {
    let reviewer = caller(Role::Reviewer);
    let batch = open_batch(archive, "Phiếu nộp sau", None).await;
    deliver(archive, &batch, "2.pdf", &sheet(OWN[1], true)).await;
    let flags = open_flags(archive, &batch).await;
    assert_eq!(codes(&flags), [("maybe_rescan", "2.pdf")]);
    assert_eq!(
        flags[0].vi,
        "Có thể là cùng một tờ đã quét ở ảnh «phieu-2.pdf» ở lô «Phiếu»."
    );
    let there = flags[0].other.clone().unwrap().batch.unwrap();
    assert_ne!(there.id, batch);
    let done = inspection::different_sheets(archive, &reviewer, &flags[0].id).await;
    assert_eq!(done.unwrap().state, "different");
    deliver(
        archive,
        &batch,
        "3.pdf",
        &sheet("noi dung khac han cac phieu kia ve sach", false),
    )
    .await;
    assert_eq!(
        codes(&open_flags(archive, &batch).await),
        [],
        "never asked again"
    );
    let late = inspection::different_sheets(archive, &reviewer, &flags[0].id).await;
    assert_eq!(late.map_err(|error| error.code()), Err("already_resolved"));
}

async fn it_comes_back_from_the_vault(holdings: &Holdings) {
    let old = fixity::holdings(&holdings.archive.catalogue).await.unwrap();
    let new = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&holdings.archive.config, new.path()).unwrap();
    let archive = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&archive, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    let said = fixity::holdings(&archive.catalogue).await.unwrap();
    let differences = fixity::compare(&old, &said);
    assert!(differences.none(), "{differences:?}");
    let open: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM page_flags WHERE state = 'open' AND severity > 1")
            .fetch_one(archive.catalogue.pool())
            .await
            .unwrap();
    assert_eq!(open, 0, "what was resolved is not asked again");
    let agreed = fixity::reconcile(&archive, false).await.unwrap();
    assert_eq!(agreed.exit_code(), 0, "{agreed:?}");
}
