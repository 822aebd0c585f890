//! The archive's structure as an archivist keeps it, on both grounds: units, fonds, series, files and volumes made,
//! described, moved, merged, split and closed, each act with its trace; documents put together by hand; everything back
//! from the vault alone.

mod documents;
mod hostile;
mod pages;
mod several_pages;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, Belonging, NewBatch};
use sogoc::document::{self, VolumeSplit};
use sogoc::error::Error;
use sogoc::fonds::{
    self, Arrangement, Arranging, Closing, File, FileFields, Fonds, FondsClosing, Merger, NewFile,
    NewFonds, NewSeries, NewVolume, Relocation, Shelf,
};
use sogoc::holding::{self, Edit};
use sogoc::unit::{self, NewUnit, UnitKind};
use sogoc::{fixity, worker};

use crate::support::archive::{Ground, Holdings, caller};

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_described_and_comes_back_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_described_and_comes_back_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let me = caller(Role::Archivist);
    units(archive, &me).await;
    let (old, new) = two_fonds(archive, &me).await;
    files(archive, &me, &old, &new).await;
    volumes(&holdings, &me, &old).await;
    worker::drain(archive).await.unwrap();
    holdings.check().await;
    all_is_in_the_vault(archive).await;
    if ground == Ground::Embedded {
        comes_back(archive).await;
    }
}

fn school(code: &str, name: &str) -> NewUnit {
    NewUnit {
        code: code.into(),
        name: name.into(),
        kind: UnitKind::School,
        parent: Some("SGD".into()),
        valid_from: None,
        valid_to: None,
        successor: None,
        basis: String::new(),
    }
}

async fn units(archive: &Archive, me: &Caller) {
    let default = unit::get(archive, me, unit::DEFAULT_ID).await.unwrap();
    let office = NewUnit {
        code: "SGD".into(),
        name: "Sở Giáo dục và Đào tạo Quảng Ngãi".into(),
        kind: UnitKind::Department,
        parent: None,
        valid_from: Some("1/7/1989".into()),
        valid_to: None,
        successor: None,
        basis: String::new(),
    };
    let edit = Edit {
        seen: default.version,
        description: office,
        reason: String::new(),
    };
    let named = unit::change(archive, me, unit::DEFAULT_ID, &edit)
        .await
        .unwrap();
    assert_eq!(named.valid_from.as_deref(), Some("1989-07-01"));
    let stale = unit::change(archive, me, unit::DEFAULT_ID, &edit).await;
    assert_eq!(stale.unwrap_err().code(), "stale");
    let one = unit::make(archive, me, &school("T01", "THPT Số 1 Nghĩa Hành"))
        .await
        .unwrap();
    unit::make(archive, me, &school("T02", "THPT Nghĩa Hành"))
        .await
        .unwrap();
    let merged = NewUnit {
        valid_to: Some("2025-07-01".into()),
        successor: Some("T02".into()),
        basis: "QĐ 715/QĐ-SGDĐT".into(),
        ..school("T01", "THPT Số 1 Nghĩa Hành")
    };
    let edit = Edit {
        seen: one.version,
        description: merged,
        reason: "sáp nhập".into(),
    };
    let merged = unit::change(archive, me, &one.id, &edit).await.unwrap();
    assert_eq!(merged.successor.as_deref(), Some("T02"));
    let traces = holding::history(archive, me, &one.id).await.unwrap();
    let acts: Vec<&str> = traces.iter().map(|line| line.act.as_str()).collect();
    assert_eq!(acts, ["unit_made", "unit_changed"]);
}

/// The fonds of a department that was merged, and the one that goes on.
async fn two_fonds(archive: &Archive, me: &Caller) -> (Fonds, Fonds) {
    let give = |code: &str, name: &str, agency: &str| NewFonds {
        code: code.into(),
        name: name.into(),
        agency_code: Some(agency.into()),
        unit: Some("SGD".into()),
        history: "Thành lập năm 1989.\nTừ Sở Giáo dục Nghĩa Bình.".into(),
        ..NewFonds::default()
    };
    let old = fonds::make(archive, me, &give("SGD-KT", "Sở GDĐT Kon Tum", "H34.5"))
        .await
        .unwrap();
    let new = fonds::make(archive, me, &give("SGD-QN", "Sở GDĐT Quảng Ngãi", "H48.5"))
        .await
        .unwrap();
    let again = fonds::make(archive, me, &give("SGD-QN", "x", "H48")).await;
    assert!(matches!(again, Err(Error::AlreadyExists { .. })));
    let closing = FondsClosing {
        seen: old.version,
        day: "30/6/2025".into(),
        reason: "Nghị quyết 202/2025/QH15".into(),
        successor: Some("SGD-QN".into()),
    };
    let old = fonds::close(archive, me, &old.id, &closing).await.unwrap();
    assert_eq!(old.closed_on.as_deref(), Some("2025-06-30"));
    assert_eq!(old.successor.as_deref(), Some("SGD-QN"));
    let wish = Arranging {
        seen: old.version,
        arrangement: Arrangement::UnderWay,
        reason: "Kế hoạch chỉnh lý 2026".into(),
    };
    let old = fonds::arrange(archive, me, &old.id, &wish).await.unwrap();
    (old, new)
}

fn file(fonds: &str, series: Option<&str>, code: &str, title: &str) -> NewFile {
    NewFile {
        fonds: fonds.into(),
        series: series.map(str::to_owned),
        code: code.into(),
        title: title.into(),
        retention: Some("van-bang".into()),
        mode: "02".into(),
        shelf: Shelf {
            room: "1".into(),
            rack: "2".into(),
            box_number: "12".into(),
            file_number: "5".into(),
            sheet: String::new(),
        },
        ..NewFile::default()
    }
}

async fn files(archive: &Archive, me: &Caller, old: &Fonds, new: &Fonds) {
    for (fonds, code) in [(old, "ML1"), (old, "ML2"), (new, "ML1")] {
        let series = NewSeries {
            fonds: fonds.code.clone(),
            code: code.into(),
            title: format!("Mục lục {code}"),
            note: String::new(),
        };
        fonds::make_series(archive, me, &series).await.unwrap();
    }
    let coded = fonds::make_code(archive, me, &old.code, 2001)
        .await
        .unwrap();
    assert_eq!(coded.code, "H34.5.2001.1");
    let first = file(
        &old.code,
        Some("ML1"),
        &coded.code,
        "Hồ sơ thi tốt nghiệp 2001",
    );
    let first = fonds::make_file(archive, me, &first).await.unwrap();
    assert_eq!(first.maintenance, "01", "by the seeded rule");
    assert_eq!(first.shelf_code.as_deref(), Some("H34.5.1/2/12.5"));
    let next = fonds::make_code(archive, me, &old.code, 2001)
        .await
        .unwrap();
    assert_eq!(next.code, "H34.5.2001.2");
    let second = file(&old.code, Some("ML1"), &next.code, "Hồ sơ thi, phần hai");
    let second = fonds::make_file(archive, me, &second).await.unwrap();
    closed_only_when_whole(archive, me, &first).await;
    let to = Relocation {
        seen: second.version,
        fonds: None,
        series: Some("ML2".into()),
        reason: "xếp lại".into(),
    };
    let second = fonds::move_file(archive, me, &second.id, &to)
        .await
        .unwrap();
    assert_eq!(second.series.as_deref(), Some("ML2"));
    let merger = Merger {
        seen: second.version,
        into: first.code.clone(),
        reason: "cùng một hồ sơ".into(),
    };
    let second = fonds::merge_file(archive, me, &second.id, &merger)
        .await
        .unwrap();
    assert_eq!(second.merged_into.as_deref(), Some(first.code.as_str()));
    let listed = fonds::list_series(archive, me, &old.code).await.unwrap();
    let into = Merger {
        seen: listed[1].version,
        into: "ML1".into(),
        reason: "gộp mục lục".into(),
    };
    let merged = fonds::merge_series(archive, me, &listed[1].id, &into)
        .await
        .unwrap();
    assert_eq!((merged.files, merged.state.as_str()), (0, "merged"));
    let traces = holding::history(archive, me, &second.id).await.unwrap();
    let acts: Vec<&str> = traces.iter().map(|line| line.act.as_str()).collect();
    let told = [
        "file_made",
        "holding_moved",
        "holding_merged",
        "holding_moved",
    ];
    assert_eq!(acts, told);
}

async fn closed_only_when_whole(archive: &Archive, me: &Caller, first: &File) {
    let closing = Closing {
        seen: first.version,
        reason: String::new(),
    };
    let Err(Error::Invalid(missing)) = fonds::close_file(archive, me, &first.id, &closing).await
    else {
        panic!("a file without dates is not closed")
    };
    assert_eq!(missing.len(), 4, "{missing:?}");
    let mut whole = file(
        &first.fonds,
        first.series.as_deref(),
        &first.code,
        &first.title,
    );
    whole.fields = FileFields {
        languages: vec!["01".into()],
        start_date: Some("10/2001".into()),
        end_date: Some("2002".into()),
        sheets: Some(120),
        ..FileFields::default()
    };
    let edit = Edit {
        seen: first.version,
        description: whole,
        reason: "kiểm đếm".into(),
    };
    let described = fonds::change_file(archive, me, &first.id, &edit)
        .await
        .unwrap();
    assert_eq!(described.fields.start_date.as_deref(), Some("2001-10"));
    let closing = Closing {
        seen: described.version,
        reason: String::new(),
    };
    fonds::close_file(archive, me, &first.id, &closing)
        .await
        .unwrap();
}

/// Two books were delivered as one volume; the second one's batch leaves it, and the volume goes to another fonds.
async fn volumes(holdings: &Holdings, me: &Caller, old: &Fonds) {
    let archive = &holdings.archive;
    let give = |code: &str| NewVolume {
        fonds: old.code.clone(),
        code: code.into(),
        title: format!("Sổ gốc {code}"),
        school: Some("THPT Nghĩa Hành".into()),
        year: Some(2008),
        council: Some("Hội đồng Nghĩa Hành".into()),
        first_number: Some("001/2008".into()),
        last_number: Some("245/2008".into()),
        ..NewVolume::default()
    };
    let volume = fonds::make_volume(archive, me, &give("Q1")).await.unwrap();
    let first = deliver(
        holdings,
        "Q1-a",
        Some("Q1"),
        "so-goc-thpt-2008-trang-07.jpg",
    )
    .await;
    let second = deliver(holdings, "Q1-b", None, "so-goc-thpt-2015-trang-01.jpg").await;
    let to = Belonging {
        volume: Some("Q1".into()),
        file: None,
        reason: "giao thiếu mã quyển".into(),
    };
    let moved = batch::assign(archive, me, &second, &to).await.unwrap();
    assert_eq!(moved.volume_id.as_deref(), Some(volume.id.as_str()));
    let again = batch::assign(archive, me, &second, &to).await;
    assert_eq!(again.unwrap_err().code(), "batch_belongs");
    let held = fonds::volume(archive, me, &volume.id).await.unwrap();
    assert_eq!((held.counted.documents, held.counted.pages), (1, 2));
    let split = VolumeSplit {
        seen: held.version,
        batches: vec!["Q1-b".into()],
        volume: give("Q2"),
        reason: "hai quyển quét chung".into(),
    };
    let made = document::split_volume(archive, me, &volume.id, &split)
        .await
        .unwrap();
    assert_eq!(made.counted.pages, 1);
    let to = Relocation {
        seen: made.version,
        fonds: Some("SGD-QN".into()),
        series: None,
        reason: "thuộc phông mới".into(),
    };
    let made = fonds::move_volume(archive, me, &made.id, &to)
        .await
        .unwrap();
    assert_eq!(made.fonds, "SGD-QN");
    for batch in [first, second] {
        batch::close(archive, me, &batch).await.unwrap();
    }
}

async fn deliver(holdings: &Holdings, name: &str, volume: Option<&str>, scan: &str) -> String {
    let fresh = NewBatch {
        name: name.into(),
        fonds: Some("SGD-KT".into()),
        volume: volume.map(str::to_owned),
        ..NewBatch::default()
    };
    let me = caller(Role::Archivist);
    let batch = batch::open(&holdings.archive, &me, &fresh).await.unwrap();
    assert_eq!(batch.unit_id, unit::DEFAULT_ID, "its fonds' unit");
    holdings.receive(&batch.id, &[scan]).await;
    batch.id
}

pub(super) async fn all_is_in_the_vault(archive: &Archive) {
    let agreed = fixity::reconcile(archive, false).await.unwrap();
    assert_eq!(agreed.exit_code(), 0, "{agreed:?}");
    for table in ["files", "register_volumes", "fonds", "documents"] {
        let behind: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT COUNT(*) FROM {table} WHERE version > 1 AND COALESCE(preserved_version, 0) <> version"
        )))
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
        assert_eq!(behind, 0, "{table} not in the vault");
    }
}

pub(super) async fn comes_back(archive: &Archive) -> (Archive, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&archive.config, folder.path()).unwrap();
    let again = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    let before = fixity::holdings(&archive.catalogue).await.unwrap();
    let after = fixity::holdings(&again.catalogue).await.unwrap();
    let differences = fixity::compare(&before, &after);
    assert!(differences.none(), "{differences:?}");
    let belonging =
        "SELECT b.name, COALESCE(v.code, ''), COALESCE(h.code, ''), b.unit_id FROM batches b
         LEFT JOIN register_volumes v ON v.id = b.volume_id LEFT JOIN files h ON h.id = b.file_id
         ORDER BY b.name";
    let rows = async |archive: &Archive| -> Vec<(String, String, String, String)> {
        sqlx::query_as(belonging)
            .fetch_all(archive.catalogue.pool())
            .await
            .unwrap()
    };
    assert_eq!(rows(archive).await, rows(&again).await);
    let pages = "SELECT page_id, document_id FROM document_pages ORDER BY page_id";
    let pages_of = async |archive: &Archive| -> Vec<(String, String)> {
        sqlx::query_as(pages)
            .fetch_all(archive.catalogue.pool())
            .await
            .unwrap()
    };
    assert_eq!(pages_of(archive).await, pages_of(&again).await);
    (again, folder)
}
