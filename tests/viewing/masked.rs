//! What a reader without standing sees: masked values, no pictures, and no way to guess what is masked.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::clock::StillClock;
use sogoc::error::Error;
use sogoc::masking::MASK;
use sogoc::page::{self, ImageOptions};
use sogoc::search::{self, Wanted};
use sogoc::{alto, certified_copy, copy_request, issue_book, record, review, seen, viewing};

use crate::requests::asking;
use crate::support::archive::caller;
use crate::support::holdings::{Holdings, STEADY, approved_record, config};
use crate::support::server::Server;

#[tokio::test]
async fn an_auditor_sees_hints_where_the_class_says_so() {
    let holdings = Holdings::lived(None).await;
    let (archive, auditor) = (&holdings.archive, caller(Role::Auditor));
    let id = &holdings.valid.record_id;
    let seen = record::get(archive, &auditor, id).await.unwrap();
    assert_eq!(seen.fields["ho_ten"].value, STEADY);
    for field in [
        &seen.fields["ngay_sinh"].value,
        &seen.fields["ngay_sinh"].raw,
    ] {
        assert_eq!(field, "1977");
    }
    assert_eq!(seen.fields["so_hieu"].value, format!("{MASK}111"));
    for version in record::history(archive, &auditor, id).await.unwrap() {
        assert_eq!(version.fields["ngay_sinh"].value, "1977");
    }
    let filter = record::RecordFilter::default();
    for listed in record::list(archive, &auditor, &filter).await.unwrap() {
        assert_eq!(listed.fields["ngay_sinh"].value, "1977");
    }
    let book = issue_book::of_year(archive, &auditor, 2026).await.unwrap();
    assert!(
        book.lines
            .iter()
            .all(|line| line.ngay_sinh == "1977" && line.so_hieu.starts_with(MASK))
    );
    let clerk = record::get(archive, &caller(Role::Reviewer), id)
        .await
        .unwrap();
    assert_eq!(clerk.fields["ngay_sinh"].value, "1977-05-19");
}

#[tokio::test]
async fn what_is_masked_cannot_be_seen_another_way() {
    let holdings = Holdings::lived(None).await;
    let (archive, auditor) = (&holdings.archive, caller(Role::Auditor));
    let record = record::get(archive, &auditor, &holdings.valid.record_id)
        .await
        .unwrap();
    let options = ImageOptions {
        max_side: 64,
        crop: None,
    };
    let forbidden = [
        page::image(archive, &auditor, &record.page_id, options)
            .await
            .map(drop),
        alto::of_page(archive, &auditor, &record.page_id)
            .await
            .map(drop),
        certified_copy::bytes(archive, &auditor, &holdings.valid.id)
            .await
            .map(drop),
    ];
    for outcome in forbidden {
        assert!(matches!(outcome, Err(Error::Forbidden)), "{outcome:?}");
    }
    // The digest binds a version and says nothing of its values.
    seen::now(archive, &auditor, &record.id).await.unwrap();
}

#[tokio::test]
async fn a_question_of_an_auditor_guesses_nothing_that_is_masked() {
    let holdings = Holdings::lived(None).await;
    let (archive, auditor) = (&holdings.archive, caller(Role::Auditor));
    search::follow(archive).await.unwrap();
    let ask = async |wanted: Wanted| search::find(archive, &auditor, &wanted).await;
    let text = |text: &str| Wanted {
        text: Some(text.into()),
        ..Wanted::default()
    };
    let found = ask(text("nguyen thi hong hanh")).await.unwrap();
    assert_eq!(found.hits[0].fields["ngay_sinh"], "1977");
    assert!(!found.facets.contains_key("ethnic") && !found.facets.contains_key("sex"));
    let guesses = [
        text("hanh 1977"),
        text("\"nguyễn thị\""),
        text("A 001111"),
        Wanted {
            ngay_sinh: Some("1977".into()),
            ..Wanted::default()
        },
        Wanted {
            so: Some("001".into()),
            ..Wanted::default()
        },
    ];
    for guess in guesses {
        let outcome = ask(guess.clone()).await;
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{guess:?}");
    }
}

#[tokio::test]
async fn a_request_and_its_candidates_say_no_more_than_the_record_does() {
    let holdings = Holdings::lived(None).await;
    let (archive, auditor) = (&holdings.archive, caller(Role::Auditor));
    search::follow(archive).await.unwrap();
    let mut given = asking();
    given.wanted.ho_ten = STEADY.into();
    given.wanted.ngay_sinh = "19/05/1977".into();
    given.wanted.so_dinh_danh = "051077001234".into();
    let asked = copy_request::ask(archive, &caller(Role::Reviewer), &given)
        .await
        .unwrap();
    let said = "Tôi sinh ngày 19/05/1977";
    copy_request::answer(archive, &asked.code, said)
        .await
        .unwrap();
    let seen_by = async |who: &Caller| {
        let request = copy_request::get(archive, who, &asked.id).await.unwrap();
        let all = copy_request::list(archive, who, None).await.unwrap();
        let candidates = copy_request::candidates(archive, who, &asked.id)
            .await
            .unwrap();
        let messages = copy_request::messages(archive, who, &asked.id)
            .await
            .unwrap();
        assert!(!candidates.is_empty());
        let parts = (request, all, candidates, messages);
        serde_json::to_string(&parts).unwrap()
    };
    let clerk = seen_by(&caller(Role::Reviewer)).await;
    let masked = seen_by(&auditor).await;
    for secret in ["1977-05-19", "19/05/1977", "051077001234", "0900 000 000"] {
        assert!(clerk.contains(secret), "{secret}");
        assert!(!masked.contains(secret), "{secret} in {masked}");
    }
    assert!(masked.contains("1977"), "a hint stays");
}

#[tokio::test]
async fn the_auditors_pages_show_hints_and_no_pictures() {
    let server = Server::start().await;
    let id = approved_record(&server.archive).await;
    let auditor = server.someone(&[Role::Auditor]).await;
    let page = auditor
        .get(&format!("/ban-ghi/{id}"))
        .await
        .text()
        .await
        .unwrap();
    assert!(page.contains(STEADY) && page.contains("1977"));
    assert!(
        !page.contains("1977-05-19") && !page.contains("19/05/1977"),
        "{page}"
    );
    assert!(!page.contains("anh.jpg") && !page.contains("A 001111"));
    let api: Value = auditor
        .get(&format!("/api/v1/records/{id}"))
        .await
        .json()
        .await
        .unwrap();
    assert!(!api.to_string().contains("05-19"), "{api}");
}

/// Classes as shipped, but that one of them asks for a reason.
fn classes_asking(folder: &Path) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("classes");
    for entry in std::fs::read_dir(&shipped).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let mut text = std::fs::read_to_string(&path).unwrap();
            if path.ends_with("van_bang.toml") {
                text = text.replacen("access = { ", "access = { reason = true, ", 1);
                assert!(text.contains("reason = true"));
            }
            std::fs::write(folder.join(path.file_name().unwrap()), text).unwrap();
        }
    }
    let lexicons = folder.join("lexicons");
    std::fs::create_dir(&lexicons).unwrap();
    for entry in std::fs::read_dir(shipped.join("lexicons")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, lexicons.join(path.file_name().unwrap())).unwrap();
    }
}

#[tokio::test]
async fn a_class_that_asks_for_a_reason_opens_for_none_without() {
    let (data, classes) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    classes_asking(classes.path());
    let mut settings = config(data.path(), None);
    settings.classes = Some(classes.path().to_owned());
    let clock = Arc::new(StillClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
    let archive = Archive::open_with(settings, clock.clone()).await.unwrap();
    let id = approved_record(&archive).await;
    let (lan, vinh) = (caller(Role::Reviewer), caller(Role::Approver));
    let page_id = record::get(&archive, &caller(Role::Archivist), &id).await;
    assert_eq!(page_id.unwrap_err().code(), "reason_needed");
    search::follow(&archive).await.unwrap();
    let wanted = Wanted {
        ho_ten: Some(STEADY.into()),
        ..Wanted::default()
    };
    let hits = search::find(&archive, &lan, &wanted).await.unwrap().hits;
    assert_eq!(
        hits[0].fields["ngay_sinh"], "1977",
        "a list is opened without a reason"
    );

    let short = viewing::give_reason(&archive, &lan, &id, "xem").await;
    assert!(matches!(short, Err(Error::Invalid(_))));
    viewing::give_reason(&archive, &lan, &id, "theo đơn số 12")
        .await
        .unwrap();
    let record = record::get(&archive, &lan, &id).await.unwrap();
    let options = ImageOptions {
        max_side: 64,
        crop: None,
    };
    page::image(&archive, &lan, &record.page_id, options)
        .await
        .unwrap();
    let other = page::image(&archive, &vinh, &record.page_id, options).await;
    assert_eq!(
        other.unwrap_err().code(),
        "reason_needed",
        "a reason is one person's"
    );
    clock.advance(std::time::Duration::from_secs(86_400));
    let tomorrow = record::get(&archive, &lan, &id).await;
    assert_eq!(
        tomorrow.unwrap_err().code(),
        "reason_needed",
        "and one day's"
    );
    // Work in hand needs none: a rejected record is no longer public.
    review::reject(&archive, &lan, &id, record.version, "thử")
        .await
        .unwrap();
    record::get(&archive, &vinh, &id).await.unwrap();
}
