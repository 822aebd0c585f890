//! From a scan to a sealed copy and its correction, on both grounds.

use std::collections::BTreeMap;

use sogoc::access::Role;
use sogoc::certified_copy;
use sogoc::copy_request::{self, Applicant, AskGiven, Sought};
use sogoc::error::Error;
use sogoc::page::{self, ImageOptions};
use sogoc::record::{self, RecordFilter, RecordView};
use sogoc::review;
use sogoc::search::{self, Wanted};
use sogoc::vault::ObjectId;
use sogoc::{preservation, worker};

use crate::support::archive::{Ground, Holdings, caller, seen, shown};

const DIPLOMA: &str = "bang-thpt-2008.jpg";
const NAME: &str = "Đặng Thị Thuỳ Dương";

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_becomes_a_sealed_copy_on_sqlite_and_a_folder() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_becomes_a_sealed_copy_on_postgresql_and_s3() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let (_, scans) = holdings.deliver(&[DIPLOMA]).await;
    let read = proposed(&holdings, &scans[0].id).await;
    let approved = correct_and_approve(&holdings, &read).await;
    it_is_kept(&holdings, &approved).await;
    it_is_found(&holdings, &approved).await;
    let copy = issue(&holdings, &approved.id).await;
    a_correction_supersedes(&holdings, &approved.id, &copy).await;
    holdings.check().await;
}

/// The one record read from a scan.
pub async fn proposed(holdings: &Holdings, scan: &str) -> RecordView {
    let filter = RecordFilter {
        scan_id: Some(scan.into()),
        ..RecordFilter::default()
    };
    let reviewer = caller(Role::Reviewer);
    let records = record::list(&holdings.archive, &reviewer, &filter)
        .await
        .unwrap();
    assert_eq!(records.len(), 1, "a diploma is one record");
    assert_eq!(records[0].class, "van_bang");
    assert_eq!(records[0].state, "proposed");
    let options = ImageOptions {
        max_side: 400,
        crop: None,
    };
    let jpeg = page::image(&holdings.archive, &reviewer, &records[0].page_id, options)
        .await
        .unwrap();
    assert!(
        jpeg.starts_with(&[0xFF, 0xD8, 0xFF]),
        "a picture for the desk"
    );
    records.into_iter().next().unwrap()
}

/// What a clerk types beside the image, whatever the machine made of it.
pub fn truth() -> BTreeMap<String, String> {
    [
        ("ho_ten", NAME),
        ("ngay_sinh", "05/06/1990"),
        ("truong", "THPT Số 1 Tư Nghĩa"),
        ("nam_tot_nghiep", "2008"),
        ("xep_loai", "Khá"),
        ("so_hieu", "A0123456"),
        ("so_vao_so", "217/THPT"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

/// Corrects a record to the truth and approves it.
pub async fn correct_and_approve(holdings: &Holdings, read: &RecordView) -> RecordView {
    let archive = &holdings.archive;
    let reviewer = caller(Role::Reviewer);
    let bad: BTreeMap<_, _> = [("ngay_sinh".to_owned(), "31/02/1990".to_owned())].into();
    let refused = review::correct(archive, &reviewer, &read.id, read.version, &bad, "").await;
    let Err(Error::Invalid(faults)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(faults[0].pointer, "/fields/ngay_sinh");
    let corrected = review::correct(archive, &reviewer, &read.id, read.version, &truth(), "")
        .await
        .unwrap();
    assert_eq!(corrected.fields["ngay_sinh"].value, "1990-06-05");
    if let Some(before) = read.fields.get("ho_ten") {
        assert_eq!(
            corrected.fields["ho_ten"].raw, before.raw,
            "as printed stays as it was read"
        );
    }
    let stale = review::approve(archive, &reviewer, &read.id, read.version).await;
    assert!(
        matches!(stale, Err(Error::Refused { code: "stale", .. })),
        "{stale:?}"
    );
    let mut seen = corrected;
    for (key, field) in &archive
        .classes
        .get("van_bang")
        .unwrap()
        .fields
        .iter()
        .map(|f| (f.key.clone(), f))
        .collect::<Vec<_>>()
    {
        if field.mandatory && !seen.fields.contains_key(key) {
            let fill: BTreeMap<_, _> = [(key.clone(), "-".to_owned())].into();
            seen = review::correct(archive, &reviewer, &seen.id, seen.version, &fill, "")
                .await
                .unwrap();
        }
    }
    let approved = review::approve(archive, &reviewer, &seen.id, seen.version)
        .await
        .unwrap();
    assert_eq!(
        (approved.state.as_str(), approved.doubtful),
        ("approved", 0)
    );
    approved
}

async fn it_is_kept(holdings: &Holdings, approved: &RecordView) {
    let archive = &holdings.archive;
    holdings.preserve().await;
    let now = record::get(archive, &caller(Role::Reviewer), &approved.id)
        .await
        .unwrap();
    assert_eq!(now.preserved_version, Some(approved.version));
    let object: String = sqlx::query_scalar("SELECT object_id FROM scans WHERE id = $1")
        .bind(&approved.scan_id)
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    let object = ObjectId::new(object).unwrap();
    let file = archive
        .vault
        .read(&object, preservation::RECORDS_FILE, None)
        .await
        .unwrap();
    let kept: preservation::PreservedRecords =
        serde_json::from_slice(&file.into_bytes().await.unwrap()).unwrap();
    assert_eq!(kept.records[0].fields["ho_ten"].value, NAME);
    let words = archive
        .vault
        .read(&object, "words/page-00001.alto.xml", None)
        .await
        .unwrap();
    let words = words.into_bytes().await.unwrap();
    assert!(
        words.windows(8).any(|window| window == b"CONTENT="),
        "the words are kept too"
    );
}

async fn it_is_found(holdings: &Holdings, approved: &RecordView) {
    let archive = &holdings.archive;
    search::follow(archive).await.unwrap();
    let find = |text: &str| Wanted {
        text: Some(text.into()),
        ..Wanted::default()
    };
    let reviewer = caller(Role::Reviewer);
    for text in [
        "dang thi thuy duong 1990",
        "Đặng Thị Thùy Dương",
        "217/THPT",
        "duong dang thi thuy",
    ] {
        let found = search::find(archive, &reviewer, &find(text)).await.unwrap();
        assert_eq!(
            found.hits.first().map(|hit| &hit.record_id),
            Some(&approved.id),
            "{text}"
        );
    }
    let broken = search::find(archive, &reviewer, &find("\"mở mà không đóng")).await;
    assert!(matches!(broken, Err(Error::Invalid(_))), "{broken:?}");
    let portal = search::find(archive, &caller(Role::Portal), &find("duong")).await;
    assert!(matches!(portal, Err(Error::Forbidden)));
}

/// A request for the sample diploma under one key.
pub fn asking(key: &str) -> AskGiven {
    AskGiven {
        applicant: Applicant {
            name: NAME.into(),
            contact: "0905 000 000".into(),
            standing: "self".into(),
            ..Applicant::default()
        },
        wanted: Sought {
            ho_ten: "dang thi thuy duong".into(),
            ngay_sinh: "1990".into(),
            ..Sought::default()
        },
        consent: Some("2026-01".into()),
        idempotency_key: Some(key.into()),
    }
}

async fn issue(holdings: &Holdings, record: &str) -> Vec<u8> {
    let archive = &holdings.archive;
    let (portal, clerk_, approver) = (
        caller(Role::Portal),
        caller(Role::Reviewer),
        caller(Role::Approver),
    );
    let asked = copy_request::ask(archive, &portal, &asking("k1"))
        .await
        .unwrap();
    let again = copy_request::ask(archive, &portal, &asking("k1"))
        .await
        .unwrap();
    assert_eq!(
        (&asked.id, &asked.code),
        (&again.id, &again.code),
        "one key, one request"
    );
    let candidates = copy_request::candidates(archive, &clerk_, &asked.id)
        .await
        .unwrap();
    assert_eq!(candidates[0].record_id, record);
    let early = copy_request::release(
        archive,
        &approver,
        &asked.id,
        &shown(archive, &asked.id).await,
    )
    .await;
    assert!(matches!(
        early,
        Err(Error::Refused {
            code: "wrong_state",
            ..
        })
    ));
    copy_request::confirm(
        archive,
        &clerk_,
        &asked.id,
        record,
        &seen(archive, record).await,
    )
    .await
    .unwrap();
    let saw = shown(archive, &asked.id).await;
    let both = sogoc::access::Caller {
        roles: vec![Role::Approver],
        ..clerk_.clone()
    };
    let alone = copy_request::release(archive, &both, &asked.id, &saw).await;
    assert!(
        matches!(
            alone,
            Err(Error::Refused {
                code: "same_person",
                ..
            })
        ),
        "{alone:?}"
    );
    copy_request::release(archive, &approver, &asked.id, &saw)
        .await
        .unwrap();
    worker::drain(archive).await.unwrap();
    let status = copy_request::status(archive, &asked.code).await.unwrap();
    assert_eq!((status.state.as_str(), status.copy_ready), ("issued", true));
    let nobody = copy_request::status(archive, "00000-00000-00000-00000").await;
    assert!(matches!(nobody, Err(Error::NotFound { .. })));
    let (_, bytes) = copy_request::fetch(archive, &asked.code, None)
        .await
        .unwrap();
    let book = certified_copy::book(archive, &approver, this_year())
        .await
        .unwrap();
    assert_eq!(
        (book.len(), book[0].number, book[0].state.as_str()),
        (1, 1, "issued")
    );
    bytes
}

fn this_year() -> i64 {
    let now = jiff::tz::Offset::constant(7).to_datetime(jiff::Timestamp::now());
    i64::from(now.year())
}

async fn a_correction_supersedes(holdings: &Holdings, record: &str, copy: &[u8]) {
    let archive = &holdings.archive;
    let (clerk_, approver) = (caller(Role::Reviewer), caller(Role::Approver));
    let code = certified_copy::book(archive, &approver, this_year())
        .await
        .unwrap()[0]
        .code
        .clone();
    let answer = certified_copy::verify_file(archive, copy).await.unwrap();
    assert_eq!(
        (answer.file.as_str(), answer.key.as_str()),
        ("unchanged", "good_then")
    );
    assert_eq!(answer.trust, "test_authority");
    assert_eq!(answer.archive.as_ref().unwrap().state, "valid");
    assert_eq!(
        answer.archive.as_ref().unwrap().initials,
        "Đ. T. T. D.",
        "no more than initials"
    );
    let mut changed = copy.to_vec();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let answer = certified_copy::verify_file(archive, &changed)
        .await
        .unwrap();
    assert_ne!(answer.file, "unchanged");
    assert!(
        answer.archive.is_none(),
        "this archive never issued those bytes"
    );

    let before = record::get(archive, &clerk_, record).await.unwrap();
    let change: BTreeMap<_, _> = [("ho_ten".to_owned(), "Đặng Thị Thùy Dương".to_owned())].into();
    let seen = review::correct(
        archive,
        &clerk_,
        record,
        before.version,
        &change,
        "cải chính",
    )
    .await
    .unwrap();
    assert_eq!(
        certified_copy::verify_code(archive, &code)
            .await
            .unwrap()
            .state,
        "valid"
    );
    let alone = review::approve(archive, &clerk_, record, seen.version).await;
    assert_eq!(alone.unwrap_err().code(), "same_person");
    review::approve(archive, &approver, record, seen.version)
        .await
        .unwrap();
    assert_eq!(
        certified_copy::verify_code(archive, &code)
            .await
            .unwrap()
            .state,
        "superseded"
    );
    holdings.preserve().await;
}
