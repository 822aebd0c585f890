//! A bound volume and its column map, on both grounds: held until a person confirms, read again by it,
//! a page of another layout left to people, everything back from the vault alone.

use std::collections::BTreeMap;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::column_map::{self, NewMap};
use sogoc::error::Error;
use sogoc::fonds::{self, NewVolume};
use sogoc::page;
use sogoc::record::{self, RecordFilter, RecordView};
use sogoc::vault::ObjectId;
use sogoc::{fixity, review, worker};

use crate::support::archive::{Ground, Holdings, caller};

/// Two pages of one layout, the second upside down and on other paper, and one that is no such page.
const PAGES: [&str; 3] = [
    "so-goc-thpt-2008-trang-07.jpg",
    "so-goc-thpt-2015-trang-01.jpg",
    "so-cap-bang-1985-trang-05.jpg",
];
const ROWS: [usize; 3] = [14, 12, 14];

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_waits_for_its_map_and_is_read_by_it_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_waits_for_its_map_and_is_read_by_it_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let (volume, scans) = deliver_volume(&holdings).await;
    let touched = nothing_is_accepted_before(&holdings, &volume, &scans).await;
    a_wrong_map_is_refused(&holdings, &volume).await;
    let map = confirm(&holdings, &volume).await;
    every_page_is_read_again(&holdings, &volume, &scans, &touched).await;
    a_second_person_is_told(&holdings, &volume, &map).await;
    holdings.check().await;
    let agreed = fixity::reconcile(&holdings.archive, false).await.unwrap();
    assert_eq!(agreed.exit_code(), 0, "{agreed:?}");
    if ground == Ground::Embedded {
        it_comes_back_from_the_vault(&holdings, &volume).await;
    }
}

async fn deliver_volume(holdings: &Holdings) -> (String, Vec<String>) {
    let me = caller(Role::Archivist);
    let fresh = NewVolume {
        fonds: fonds::DEFAULT_CODE.into(),
        code: "Q-2008".into(),
        title: "Sổ gốc THPT 2008".into(),
        ..NewVolume::default()
    };
    let volume = fonds::make_volume(&holdings.archive, &me, &fresh)
        .await
        .unwrap();
    let fresh = NewBatch {
        name: "Quyển 2008".into(),
        volume: Some("Q-2008".into()),
        ..NewBatch::default()
    };
    let batch = batch::open(&holdings.archive, &me, &fresh).await.unwrap();
    let scans = holdings.receive(&batch.id, &PAGES).await;
    (volume.id, scans.into_iter().map(|scan| scan.id).collect())
}

async fn rows(archive: &Archive, scan: &str) -> Vec<RecordView> {
    let filter = RecordFilter {
        scan_id: Some(scan.into()),
        limit: Some(200),
        ..RecordFilter::default()
    };
    let reviewer = caller(Role::Reviewer);
    record::list(archive, &reviewer, &filter).await.unwrap()
}

fn accepted(rows: &[RecordView]) -> usize {
    let fields = rows.iter().flat_map(|row| row.fields.values());
    fields.filter(|field| field.accepted).count()
}

async fn flags(archive: &Archive, scan: &str) -> Vec<String> {
    let pages = page::of_scan(archive, &caller(Role::Reviewer), scan).await;
    pages.unwrap().remove(0).flags
}

/// Gives the one row that a person corrects before the map is confirmed.
async fn nothing_is_accepted_before(
    holdings: &Holdings,
    volume: &str,
    scans: &[String],
) -> RecordView {
    let archive = &holdings.archive;
    let reviewer = caller(Role::Reviewer);
    for (scan, count) in scans.iter().zip(ROWS) {
        let rows = rows(archive, scan).await;
        assert_eq!((rows.len(), accepted(&rows)), (count, 0));
        assert!(rows.iter().all(|row| row.doubtful > 0));
        let flags = flags(archive, scan).await;
        assert!(flags.contains(&"map_unconfirmed".to_owned()), "{flags:?}");
    }
    let batch = &rows(archive, &scans[0]).await[0].batch_id;
    let approver = caller(Role::Approver);
    let clear = review::approve_clear(archive, &approver, batch).await;
    assert_eq!(clear.unwrap(), 0, "nothing is clear");
    let waiting = column_map::unconfirmed(archive, &reviewer).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].pages), (1, 3));
    assert_eq!(waiting[0].volume_id, volume);
    let first = rows(archive, &scans[0]).await.remove(0);
    let typed = BTreeMap::from([("ho_ten".to_owned(), "Lê Thị Mẫu".to_owned())]);
    review::correct(archive, &reviewer, &first.id, 1, &typed, "")
        .await
        .unwrap()
}

async fn proposed(holdings: &Holdings, volume: &str) -> NewMap {
    let reviewer = caller(Role::Reviewer);
    let map = column_map::get(&holdings.archive, &reviewer, volume).await;
    let map = map.unwrap();
    assert!(map.confirmed.is_empty() && map.sheets.len() == 3);
    let proposal = map.proposal.unwrap();
    let keys: Vec<&str> = proposal
        .fields
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let printed = [
        "stt",
        "ho_ten",
        "ngay_sinh",
        "noi_sinh",
        "gioi_tinh",
        "dan_toc",
        "xep_loai",
        "so_hieu",
        "so_vao_so",
    ];
    assert_eq!(keys, printed);
    NewMap {
        seen: 0,
        class: proposal.class,
        edges: proposal.edges,
        fields: proposal.fields,
        page_id: Some(map.sheets[0].page_id.clone()),
        note: String::new(),
    }
}

async fn a_wrong_map_is_refused(holdings: &Holdings, volume: &str) {
    let good = proposed(holdings, volume).await;
    let reviewer = caller(Role::Reviewer);
    let mut wrong = good.clone();
    wrong.edges[3] = wrong.edges[2];
    let refused = column_map::confirm(&holdings.archive, &reviewer, volume, &wrong).await;
    let Err(Error::Invalid(faults)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(faults[0].pointer, "/edges/3");
    let auditor = caller(Role::Auditor);
    let refused = column_map::confirm(&holdings.archive, &auditor, volume, &good).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

async fn confirm(holdings: &Holdings, volume: &str) -> NewMap {
    let good = proposed(holdings, volume).await;
    let reviewer = caller(Role::Reviewer);
    let map = column_map::confirm(&holdings.archive, &reviewer, volume, &good).await;
    let map = map.unwrap();
    assert_eq!((map.confirmed.len(), map.confirmed[0].version), (1, 1));
    assert_eq!((map.pages.all, map.pages.waiting), (3, 3));
    worker::drain(&holdings.archive).await.unwrap();
    holdings.check().await;
    good
}

async fn every_page_is_read_again(
    holdings: &Holdings,
    volume: &str,
    scans: &[String],
    touched: &RecordView,
) {
    let archive = &holdings.archive;
    let reviewer = caller(Role::Reviewer);
    let map = column_map::get(archive, &reviewer, volume).await.unwrap();
    let pages = (map.pages.fitting, map.pages.misfits, map.pages.waiting);
    assert_eq!(pages, (2, 1, 0));
    for (scan, count) in scans.iter().zip(ROWS).take(2) {
        let rows = rows(archive, scan).await;
        assert_eq!(rows.len(), count, "no row is doubled");
        assert!(accepted(&rows) > count, "{}", accepted(&rows));
    }
    let kept = record::get(archive, &reviewer, &touched.id).await.unwrap();
    assert_eq!(kept.version, touched.version, "what a person touched stays");
    assert_eq!(kept.fields["ho_ten"].value, "Lê Thị Mẫu");
    let misfit = rows(archive, &scans[2]).await;
    assert_eq!((misfit.len(), accepted(&misfit)), (ROWS[2], 0));
    let flags = flags(archive, &scans[2]).await;
    assert!(flags.contains(&"map_misfit".to_owned()), "{flags:?}");
    assert!(
        column_map::unconfirmed(archive, &reviewer)
            .await
            .unwrap()
            .is_empty()
    );
    let object = ObjectId::new(format!("urn:sogoc:volume:{volume}")).unwrap();
    assert!(archive.vault.exists(&object).await.unwrap());
}

async fn a_second_person_is_told(holdings: &Holdings, volume: &str, map: &NewMap) {
    let approver = caller(Role::Approver);
    let late = column_map::confirm(&holdings.archive, &approver, volume, map).await;
    assert_eq!(late.map_err(|error| error.code()), Err("stale"));
}

async fn it_comes_back_from_the_vault(holdings: &Holdings, volume: &str) {
    let old = fixity::holdings(&holdings.archive.catalogue).await.unwrap();
    let new = tempfile::tempdir().unwrap();
    let settings = fixity::beside(&holdings.archive.config, new.path()).unwrap();
    let archive = Archive::open(settings).await.unwrap();
    let rebuilt = fixity::rebuild(&archive, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!((rebuilt.column_maps, rebuilt.pages_to_read), (1, 0));
    let said = fixity::holdings(&archive.catalogue).await.unwrap();
    let differences = fixity::compare(&old, &said);
    assert!(differences.none(), "{differences:?}");
    let reviewer = caller(Role::Reviewer);
    let map = column_map::get(&archive, &reviewer, volume).await.unwrap();
    assert_eq!((map.pages.fitting, map.pages.misfits), (2, 1));
    let agreed = fixity::reconcile(&archive, false).await.unwrap();
    assert_eq!(agreed.exit_code(), 0, "{agreed:?}");
}
