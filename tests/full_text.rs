//! Everything findable, on both grounds: words on pages as they were read, phrases, notations and dates; year, school,
//! file, volume and box inherited and followed when they change; everything back from the vault alone. And nobody finds a
//! word they may not see.

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

const REGISTER: &str = "so-goc-thpt-2008-trang-07.jpg";
const DECISION: &str = "quyet-dinh-cong-nhan-2008.tif";

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

fn names(found: &SearchResult) -> Vec<(&str, i64)> {
    let hits = found.pages.hits.iter();
    hits.map(|hit| (hit.original_name.as_str(), hit.number))
        .collect()
}

async fn words_are_found(archive: &Archive) {
    for question in [
        "quyết định 715/QĐ-SGDĐT",
        "\"công nhận tốt nghiệp trung học phổ thông\" luật giáo dục",
        "so quyet dinh 0715/qd-sgddt",
        "tháng 7/2008 hội đồng thi quy chế",
        "ngày 14/6/2005",
        "QĐ SGD&ĐT luật giáo dục",
    ] {
        let found = ask(archive, question).await;
        let mut hits = found.pages.hits.iter();
        let hit = hits.find(|hit| hit.original_name == DECISION && hit.number == 1);
        let hit = hit.unwrap_or_else(|| panic!("{question}: {:?}", names(&found)));
        assert!(
            hit.snippet.iter().any(|piece| piece.marked),
            "{question}: {hit:?}"
        );
        assert!(
            !hit.words.is_empty() && hit.confidence.is_some(),
            "{question}: {hit:?}"
        );
        let inside = hit.words.iter().all(|word| {
            let [x, y, w, h] = word.bounds.map(i64::from);
            x >= 0 && y >= 0 && x + w <= hit.width && y + h <= hit.height
        });
        assert!(inside, "{question}: {hit:?}");
    }
    let scattered = ask(archive, "\"phổ thông công nhận\"").await;
    assert_eq!(
        scattered.pages.total, 0,
        "a phrase is one only in its order"
    );
    // Not approved, yet its words are on a page that everybody at the desk may see.
    let unapproved = ask(archive, "huynh thao nhung").await;
    assert_eq!(
        (unapproved.total, names(&unapproved)),
        (0, vec![(REGISTER, 1)])
    );
    let lit = search::on_page(
        archive,
        &caller(Role::Archivist),
        &unapproved.pages.hits[0].page_id,
        &Wanted {
            text: Some("huynh thao nhung".into()),
            ..Wanted::default()
        },
    )
    .await
    .unwrap();
    assert!(lit.page.words.len() >= 3, "{:?}", lit.page);
    assert!(lit.text.iter().filter(|piece| piece.marked).count() >= 3);
}

async fn a_row_is_found_by_what_its_volume_says(archive: &Archive, row: &str) {
    for question in [
        "huynh thanh son nam:2008",
        "sơn truong:Lê Văn Thọ",
        "truong:\"trung học phổ thông Lê Văn Thọ\" nam:2008",
        "huynhthanhson",
        "H.T.Sơn 1989",
        "so hieu A0417762",
        "A 0417762 huynh",
        "số vào sổ 1157/2008",
        "huynh thanh son 14/9/1989 nghia hanh",
        "noi:\"Nghĩa Bình\" sơn",
        "tinh:\"Quảng Ngãi\" sơn",
        "Huúnh Thanh S¬n",
    ] {
        let found = ask(archive, question).await;
        let ids: Vec<&str> = found
            .hits
            .iter()
            .map(|hit| hit.record_id.as_str())
            .collect();
        assert_eq!(ids, [row], "{question}");
    }
    let other = ask(archive, "huynh thanh son nam:2009").await;
    assert_eq!((other.total, other.pages.total), (0, 0));
}

async fn codes_and_boxes_lead_to_what_lies_there(archive: &Archive, row: &str) {
    for (question, records, pages) in [
        ("phong:SGD", 1, 3),
        ("quyen:Q-2008", 1, 1),
        ("quyen:q-2008 sơn", 1, 1),
        ("hoso:HS-01", 0, 2),
        ("hop:7", 1, 1),
        ("hop:12", 0, 2),
        ("hop:12 \"giáo dục\"", 0, 1),
        ("phong:MAC-DINH", 0, 0),
        ("quyen:Q-1999", 0, 0),
    ] {
        let found = ask(archive, question).await;
        // The letter's own record is not approved; its second page may hold few words.
        assert_eq!(found.total, records, "{question}");
        let enough = if pages > 1 {
            found.pages.total >= pages - 1
        } else {
            found.pages.total >= pages
        };
        assert!(enough, "{question}: {}", found.pages.total);
        assert!(pages > 0 || found.pages.total == 0, "{question}");
    }
    let found = ask(archive, "phong:SGD").await;
    let volumes: Vec<(&String, &usize)> = found.facets["volume"].iter().collect();
    assert_eq!(volumes.len(), 1);
    assert_eq!(found.names[volumes[0].0], "Q-2008 · Sổ gốc 2008");
    let by_volume: usize = found.pages.facets["volume"].values().sum();
    let by_file: usize = found.pages.facets["file"].values().sum();
    assert_eq!(
        by_volume + by_file,
        found.pages.total,
        "every page is counted once"
    );
    let narrowed = search::narrowed(&found.question, "volume", volumes[0].0);
    let again = ask(archive, &narrowed).await;
    assert_eq!(
        (again.total, again.hits[0].record_id.as_str()),
        (*volumes[0].1, row)
    );
    assert_eq!(
        again.pages.total, by_volume,
        "a count is what its link shows"
    );
}

async fn nothing_found_says_what_was_near(archive: &Archive) {
    let found = ask(archive, "huynh thanh son nam:1999").await;
    let understood: Vec<(&str, &str)> = found
        .understood
        .iter()
        .map(|part| (part.key.as_str(), part.value.as_str()))
        .collect();
    assert_eq!(understood, [("words", "huynh thanh son"), ("year", "1999")]);
    let near = found
        .near
        .iter()
        .find(|near| near.without.key == "year")
        .unwrap();
    assert_eq!(
        (near.records, near.question.as_str()),
        (1, "huynh thanh son")
    );
    let found = ask(archive, "qwrtzx huynh thanh son").await;
    assert!(
        found
            .near
            .iter()
            .any(|near| near.without.value == "qwrtzx" && near.records == 1)
    );
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
