//! Everything findable, on both grounds: words on pages as they were read, phrases, notations and dates; year, school,
//! file, volume and box inherited and followed when they change; everything back from the vault alone. And nobody finds a
//! word they may not see.

mod questions;
mod rights;
mod web;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::error::Error;
use sogoc::fixity;
use sogoc::fonds::{self, NewFile, NewFonds, NewVolume, Shelf};
use sogoc::holding::Edit;
use sogoc::record::{self, RecordFilter};
use sogoc::review;
use sogoc::search::{self, Of, SearchResult, Wanted};
use sogoc::viewing;
use sogoc::worker;

use crate::support::archive::{Ground, Holdings, caller};
use questions::{
    a_row_is_found_by_what_its_volume_says, codes_and_boxes_lead_to_what_lies_there,
    nothing_found_says_what_was_near, words_are_found,
};

pub(super) const REGISTER: &str = "so-goc-thpt-2008-trang-07.jpg";
pub(super) const DECISION: &str = "quyet-dinh-cong-nhan-2008.tif";

#[tokio::test(flavor = "multi_thread")]
async fn words_on_pages_and_what_is_inherited_are_found_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_on_pages_and_what_is_inherited_are_found_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    describe(archive).await;
    deliver(&holdings, "Quyển", None, Some("Q-2008"), REGISTER).await;
    deliver(&holdings, "Hồ sơ", Some("HS-01"), None, DECISION).await;
    let row = approve_one(archive).await;
    search::follow(archive).await.unwrap();
    words_are_found(archive).await;
    a_row_is_found_by_what_its_volume_says(archive, &row).await;
    a_search_of_pages_is_a_look_at_their_rows(archive, &row).await;
    codes_and_boxes_lead_to_what_lies_there(archive, &row).await;
    nothing_found_says_what_was_near(archive).await;
    a_changed_description_is_followed(archive, &row).await;
    a_rebuilt_index_says_the_same(archive).await;
    holdings.preserve().await;
    holdings.check().await;
    if ground == Ground::Embedded {
        it_comes_back_from_the_vault(archive).await;
    }
}

async fn a_search_of_pages_is_a_look_at_their_rows(archive: &Archive, row: &str) {
    let wanted = Wanted {
        text: Some("huynh thanh son".into()),
        of: Of::Pages,
        ..Wanted::default()
    };
    let approver = caller(Role::Approver);
    let found = search::find(archive, &approver, &wanted).await.unwrap();
    assert!(found.hits.is_empty() && !found.pages.hits.is_empty());
    let seen = viewing::of_records(archive, &caller(Role::Auditor), &[row.to_owned()])
        .await
        .unwrap();
    let traced = |one: &viewing::ViewRow| one.action == "searched" && one.actor == approver.id;
    assert!(seen.iter().any(traced), "{seen:?}");
}

async fn describe(archive: &Archive) {
    let me = caller(Role::Archivist);
    let fonds = NewFonds {
        code: "SGD".into(),
        name: "Sở Giáo dục".into(),
        ..NewFonds::default()
    };
    fonds::make(archive, &me, &fonds).await.unwrap();
    fonds::make_volume(archive, &me, &volume(2008))
        .await
        .unwrap();
    let file = NewFile {
        fonds: "SGD".into(),
        code: "HS-01".into(),
        title: "Công nhận tốt nghiệp".into(),
        maintenance: "01".into(),
        mode: "01".into(),
        shelf: in_box("12"),
        ..NewFile::default()
    };
    fonds::make_file(archive, &me, &file).await.unwrap();
}

fn in_box(number: &str) -> Shelf {
    Shelf {
        box_number: number.into(),
        ..Shelf::default()
    }
}

fn volume(year: i64) -> NewVolume {
    NewVolume {
        fonds: "SGD".into(),
        code: "Q-2008".into(),
        title: "Sổ gốc 2008".into(),
        school: Some("Trường THPT Lê Văn Thọ".into()),
        year: Some(year),
        shelf: in_box("7"),
        ..NewVolume::default()
    }
}

async fn deliver(
    holdings: &Holdings,
    name: &str,
    file: Option<&str>,
    volume: Option<&str>,
    scan: &str,
) {
    let fresh = NewBatch {
        name: name.into(),
        fonds: Some("SGD".into()),
        file: file.map(str::to_owned),
        volume: volume.map(str::to_owned),
        ..NewBatch::default()
    };
    let me = caller(Role::Archivist);
    let batch = batch::open(&holdings.archive, &me, &fresh).await.unwrap();
    holdings.receive(&batch.id, &[scan]).await;
}

/// Approves the row of Huỳnh Thanh Sơn and gives its id.
async fn approve_one(archive: &Archive) -> String {
    let reviewer = caller(Role::Reviewer);
    let filter = RecordFilter {
        class: Some("so_goc".into()),
        limit: Some(200),
        ..RecordFilter::default()
    };
    let rows = record::list(archive, &reviewer, &filter).await.unwrap();
    let row = rows
        .into_iter()
        .find(|row| {
            row.fields
                .get("ho_ten")
                .is_some_and(|name| name.value == "Huỳnh Thanh Sơn")
        })
        .unwrap();
    let all = row.fields.iter();
    let accepted = all
        .map(|(key, field)| (key.clone(), field.value.clone()))
        .collect();
    let row = review::correct(archive, &reviewer, &row.id, row.version, &accepted, "")
        .await
        .unwrap();
    let approver = caller(Role::Approver);
    let row = review::approve(archive, &approver, &row.id, row.version)
        .await
        .unwrap();
    row.id
}

pub(super) async fn ask(archive: &Archive, text: &str) -> SearchResult {
    let wanted = Wanted {
        text: Some(text.into()),
        ..Wanted::default()
    };
    search::find(archive, &caller(Role::Reviewer), &wanted)
        .await
        .unwrap_or_else(|error| panic!("{text}: {}", error.en()))
}

pub(super) fn names(found: &SearchResult) -> Vec<(&str, i64)> {
    let hits = found.pages.hits.iter();
    hits.map(|hit| (hit.original_name.as_str(), hit.number))
        .collect()
}

async fn a_changed_description_is_followed(archive: &Archive, row: &str) {
    let me = caller(Role::Archivist);
    let held = fonds::volumes(archive, &me, "SGD").await.unwrap().remove(0);
    let edit = Edit {
        seen: held.version,
        description: volume(2007),
        reason: "năm sai".into(),
    };
    fonds::change_volume(archive, &me, &held.id, &edit)
        .await
        .unwrap();
    search::follow(archive).await.unwrap();
    assert_eq!(search::lag(archive).await.unwrap(), 0);
    let found = ask(archive, "sơn nam:2007").await;
    assert_eq!(found.hits[0].record_id, row);
    let found = ask(archive, "huynh thanh son nam:2008").await;
    assert_eq!((found.total, found.pages.total), (0, 0));
    worker::drain(archive).await.unwrap();
}

/// Everything a few questions find, in order.
async fn answers(archive: &Archive) -> Vec<(Vec<String>, Vec<String>)> {
    let mut all = Vec::new();
    for question in [
        "sơn nam:2007",
        "quyết định 715/QĐ-SGDĐT",
        "\"giáo dục\"",
        "phong:SGD",
    ] {
        let found = ask(archive, question).await;
        let records = found.hits.iter().map(|hit| hit.record_id.clone());
        let mut pages: Vec<String> = found
            .pages
            .hits
            .iter()
            .map(|hit| hit.page_id.clone())
            .collect();
        pages.sort();
        all.push((records.collect(), pages));
    }
    all
}

async fn a_rebuilt_index_says_the_same(archive: &Archive) {
    let before = answers(archive).await;
    search::reindex(archive, |_, _| {}).await.unwrap();
    assert_eq!(answers(archive).await, before);
    assert_eq!(search::lag(archive).await.unwrap(), 0);
}

/// From the vault alone: the words of the page with a decision come from its ALTO, the others are read again.
async fn it_comes_back_from_the_vault(archive: &Archive) {
    worker::drain(archive).await.unwrap();
    let expected = answers(archive).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&archive.config, folder.path()).unwrap();
    let vault = std::path::PathBuf::from(settings.vault.url.clone().unwrap());
    let readings = vault.join("cache/readings");
    assert!(readings.is_dir(), "{}", readings.display());
    std::fs::remove_dir_all(&readings).unwrap();
    let again = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!(rebuilt.pages_without_reading, 1);
    let found = ask(&again, "huynh thao nhung").await;
    assert_eq!(names(&found), [(REGISTER, 1)], "from the vault");
    assert!(
        found.pages.hits[0].words.len() >= 3,
        "{:?}",
        found.pages.hits[0]
    );
    worker::drain(&again).await.unwrap();
    search::follow(&again).await.unwrap();
    assert_eq!(answers(&again).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_said_and_records_alone_can_be_asked_for() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let reviewer = caller(Role::Reviewer);
    let empty = search::find(archive, &reviewer, &Wanted::default()).await;
    assert!(matches!(empty, Err(Error::Invalid(_))));
    let unknown = Wanted {
        text: Some("quê:huế".into()),
        ..Wanted::default()
    };
    let outcome = search::find(archive, &reviewer, &unknown).await;
    assert!(matches!(outcome, Err(Error::Invalid(_))));
    holdings.deliver(&[DECISION]).await;
    search::follow(archive).await.unwrap();
    for (of, pages) in [(Of::All, true), (Of::Pages, true), (Of::Records, false)] {
        let wanted = Wanted {
            text: Some("luật giáo dục".into()),
            of,
            ..Wanted::default()
        };
        let found = search::find(archive, &reviewer, &wanted).await.unwrap();
        assert_eq!(found.pages.total > 0, pages, "{of}");
    }
}
