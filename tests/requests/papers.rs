//! Papers that come with a request: caged like scans, kept on their own, seen only by those who handle
//! requests; on both grounds.

use sogoc::access::Role;
use sogoc::copy_request::{self, Evidence};
use sogoc::error::Error;
use sogoc::{fixity, worker};

use super::{add_paper, asking};
use crate::support::archive::{Ground, Holdings, caller, sample};

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_kept_apart_on_sqlite_and_a_folder() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_kept_apart_on_postgresql_and_s3() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let asked = copy_request::ask(archive, &caller(Role::Portal), &asking())
        .await
        .unwrap();
    let bytes = std::fs::read(sample("bang-thpt-2008.jpg")).unwrap();
    let paper = add_paper(archive, &asked.code, "../giấy ủy quyền.jpg", &bytes)
        .await
        .unwrap();
    assert_eq!((paper.name.as_str(), paper.pages), ("giấy ủy quyền.jpg", 1));
    assert_eq!(paper.media_type, "image/jpeg");
    only_the_office_sees_it(&holdings, &asked.id, &paper, &bytes).await;
    bad_papers_are_refused_with_their_reason(&holdings, &asked.code).await;
    let status = copy_request::status(archive, &asked.code).await.unwrap();
    assert_eq!(status.papers, ["giấy ủy quyền.jpg"]);
    copy_request::withdraw(archive, &asked.code).await.unwrap();
    let late = add_paper(archive, &asked.code, "a.jpg", &bytes).await;
    assert!(matches!(late, Err(Error::Refused { .. })), "{late:?}");
    let unknown = add_paper(archive, "00000-00000", "a.jpg", &bytes).await;
    assert!(matches!(unknown, Err(Error::NotFound { .. })));
    worker::drain(archive).await.unwrap();
    let held = fixity::reconcile(archive, false).await.unwrap();
    assert!(
        held.only_in_catalogue.is_empty() && held.only_in_vault.is_empty(),
        "{held:?}"
    );
    holdings.check().await;
}

async fn only_the_office_sees_it(
    holdings: &Holdings,
    request: &str,
    paper: &Evidence,
    bytes: &[u8],
) {
    let archive = &holdings.archive;
    let (_, kept) =
        copy_request::open_evidence(archive, &caller(Role::Approver), request, &paper.id)
            .await
            .unwrap();
    assert_eq!(kept, bytes, "the bytes given are the bytes kept");
    for role in [Role::Archivist, Role::Administrator, Role::Portal] {
        let refused = copy_request::open_evidence(archive, &caller(role), request, &paper.id).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role:?}");
    }
    let other = copy_request::ask(archive, &caller(Role::Portal), &asking())
        .await
        .unwrap();
    let clerk_ = caller(Role::Reviewer);
    let elsewhere = copy_request::open_evidence(archive, &clerk_, &other.id, &paper.id).await;
    assert!(matches!(elsewhere, Err(Error::NotFound { .. })));
    let looked: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM log WHERE action = 'evidence_opened'")
            .fetch_one(archive.catalogue.pool())
            .await
            .unwrap();
    assert_eq!(looked, 1, "each look is in the log");
}

async fn bad_papers_are_refused_with_their_reason(holdings: &Holdings, code: &str) {
    for (name, bytes) in [
        ("hỏng.jpg", b"\xFF\xD8\xFFnot a picture".as_slice()),
        ("rỗng.pdf", b""),
        ("chương-trình.pdf", b"MZ\x90\x00 this is no paper"),
        ("trang.html", b"<script>alert(1)</script>"),
    ] {
        let refused = add_paper(&holdings.archive, code, name, bytes).await;
        let Err(Error::Invalid(faults)) = refused else {
            panic!("{name}: {refused:?}")
        };
        assert_eq!(faults[0].pointer, "/file", "{name}");
    }
}
