//! Numbers that do not agree, on both grounds: found by volume and year, shown under everybody's rights, answered, kept in the
//! vault; a second record of one diploma number asks first; a copy is made of the register before the diploma.

mod web;

use std::collections::BTreeMap;

use serde_json::json;
use sogoc::access::{Caller, CallerKind, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::clock::stamp;
use sogoc::discrepancy::{
    self, AnswerGiven, AnswerState, Discrepancies, Discrepancy, DiscrepancyFilter, DiscrepancyKind,
    DiscrepancyVerdict, PlaceFilter,
};
use sogoc::error::Error;
use sogoc::jobs::Kind;
use sogoc::review::{self, PageGiven, RowGiven, Said};
use sogoc::scan::{self, Scan};
use sogoc::{certified_copy, fixity, import, record, worker};

use crate::support::archive::{Ground, Holdings, caller, seen};
use crate::support::holdings::{page, receive};

/// A row of a register: name, diploma number, number in the register.
pub(crate) type Row = (&'static str, &'static str, &'static str);

const FIRST_PAGE: &[Row] = &[
    ("Nguyễn Thị An", "A 0001001", "1/95"),
    ("Trần Văn Bình", "A 0001002", "2/95"),
    ("Lê Thị Chi", "A 0001003", "3/95"),
    ("Phạm Văn Dũng", "A 0001004", "4/95"),
    ("Võ Thị Em", "A 0001005", "5/95"),
    ("Đỗ Văn Giang", "A 0001006", "6/95"),
];
const SECOND_PAGE: &[Row] = &[
    ("Hồ Thị Hạnh", "A 0001007", "8/95"),
    ("Bùi Văn Kiên", "A 0001008", "9/95"),
    ("Ngô Thị Lan", "A 0001009", "10/95"),
    ("Lý Văn Minh", "A 0001010", "10/95"),
    ("Mai Thị Nga", "A 0001003", "11/95"),
];
const DIPLOMAS: &[Row] = &[
    ("Trần Văn Bình", "A 0001002", "2/59"),
    ("Cao Thị Oanh", "B 0777777", "15/95"),
];

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_reconciled_and_answers_stay_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_reconciled_and_answers_stay_on_postgresql() {
    tell(Ground::Scaled).await;
}

/// Opens a batch and delivers as many pages into it.
pub(crate) async fn batch_of(archive: &Archive, name: &str, shades: &[u8]) -> (String, Vec<Scan>) {
    let fresh = NewBatch {
        name: name.into(),
        ..NewBatch::default()
    };
    let machine = Caller::machine();
    let batch = batch::open(archive, &machine, &fresh).await.unwrap();
    let mut scans = Vec::new();
    for (at, shade) in shades.iter().enumerate() {
        let file = format!("{:02}.png", at + 1);
        scans.push(receive(archive, &batch.id, &file, &page(*shade)).await);
    }
    (batch.id, scans)
}

/// Books rows as read, in the place of the reading pool, without keys: as a catalogue of an earlier version has them.
pub(crate) async fn rows(archive: &Archive, scan: &Scan, class: &str, rows: &[Row]) -> Vec<String> {
    let now = stamp(archive.clock.now());
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query("UPDATE pages SET state = 'read', outcome = 'read' WHERE scan_id = $1")
        .bind(&scan.id)
        .execute(&mut *tx)
        .await
        .unwrap();
    let mut ids = Vec::new();
    for (at, (name, serial, entry)) in rows.iter().enumerate() {
        let field = |value: &str| json!({ "raw": value, "value": value, "confidence": 0.9, "accepted": true });
        let fields = json!({
            "ho_ten": field(name), "ngay_sinh": field("1977-05-19"), "so_hieu": field(serial),
            "so_vao_so": field(entry), "nam_tot_nghiep": field("1995"),
        });
        let id = archive.clock.new_id();
        sqlx::query(
            "INSERT INTO records (id, scan_id, page_id, ordinal, class, state, version, doubtful, updated_at)
             VALUES ($1, $2, $3, $4, $5, 'proposed', 1, 0, $6)",
        )
        .bind(&id)
        .bind(&scan.id)
        .bind(scan::page_id(&scan.id, 1))
        .bind(i64::try_from(at + 1).unwrap())
        .bind(class)
        .bind(&now)
        .execute(&mut *tx)
        .await
        .unwrap();
        crate::support::holdings::first_version(&mut tx, &id, &fields, &now).await;
        ids.push(id);
    }
    tx.commit().await.unwrap();
    ids
}

/// Makes the keys of records that have none, as the job after an upgrade does.
pub(crate) async fn make_keys(archive: &Archive) {
    let mut tx = archive.begin_as_machine().await.unwrap();
    import::ask_to_compare(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    worker::work_off(archive, &[Kind::CompareLists])
        .await
        .unwrap();
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let (register, pages) = batch_of(archive, "Sổ gốc 1995", &[10, 90]).await;
    let (loose, papers) = batch_of(archive, "Bằng chưa nhận", &[170, 230]).await;
    worker::drain(archive).await.unwrap();
    let mut ids = rows(archive, &pages[0], "so_goc", FIRST_PAGE).await;
    ids.extend(rows(archive, &pages[1], "so_goc", SECOND_PAGE).await);
    let mut diplomas = rows(archive, &papers[0], "van_bang", &DIPLOMAS[..1]).await;
    diplomas.extend(rows(archive, &papers[1], "van_bang", &DIPLOMAS[1..]).await);
    make_keys(archive).await;
    everything_is_found(archive, (&register, &loose), (&ids, &diplomas)).await;
    rights_come_first(archive, &register).await;
    it_is_turned_by_pages(archive, &register).await;
    a_second_record_of_a_number_asks_first(archive, (&ids[2], &ids[10]), &register).await;
    the_grid_asks_at_the_row(archive, &pages[1], &ids).await;
    an_answer_stays(archive, &register, &ids).await;
    the_register_comes_before_the_diploma(archive, &ids[1], &diplomas[0]).await;
    holdings.preserve().await;
    holdings.check().await;
    if ground == Ground::Embedded {
        answers_come_back(archive, &register).await;
    }
}

async fn found(archive: &Archive, place: &str, state: AnswerState) -> Discrepancies {
    let filter = DiscrepancyFilter {
        state,
        ..DiscrepancyFilter::default()
    };
    let me = caller(Role::Archivist);
    discrepancy::discrepancies(archive, &me, place, &filter)
        .await
        .unwrap()
}

fn one(found: &Discrepancies, kind: DiscrepancyKind) -> &Discrepancy {
    let mut same = found.rows.iter().filter(|one| one.kind == kind);
    let first = same.next().unwrap();
    assert!(same.next().is_none(), "{kind} comes once");
    first
}

fn records(one: &Discrepancy) -> Vec<&str> {
    one.records
        .iter()
        .map(|record| record.record_id.as_str())
        .collect()
}

async fn everything_is_found(
    archive: &Archive,
    (register, loose): (&str, &str),
    (ids, diplomas): (&[String], &[String]),
) {
    let here = found(archive, register, AnswerState::Open).await;
    let gap = one(&here, DiscrepancyKind::Gap);
    assert_eq!((gap.first.as_deref(), gap.count), (Some("7/95"), Some(1)));
    assert_eq!(gap.field, Some("so_vao_so"));
    assert_eq!(
        records(gap),
        [&ids[5], &ids[6]],
        "those before and after it"
    );
    let repeat = one(&here, DiscrepancyKind::Repeat);
    assert_eq!(repeat.first.as_deref(), Some("10/95"));
    assert_eq!(records(repeat), [&ids[8], &ids[9]]);
    let same = one(&here, DiscrepancyKind::SameSerial);
    assert_eq!(records(same), [&ids[2], &ids[10]]);
    assert_eq!(same.records[0].fields["ho_ten"], "Lê Thị Chi");
    let differs = one(&here, DiscrepancyKind::DiplomaDiffers);
    assert_eq!(
        records(differs),
        [&ids[1], &diplomas[0]],
        "the register first"
    );
    assert_eq!(differs.differing, ["so_vao_so"]);
    assert_eq!(
        one(&here, DiscrepancyKind::Order).first.as_deref(),
        Some("A0001003")
    );
    assert_eq!(here.rows.len(), 5, "{:?}", here.rows);
    let there = found(archive, loose, AnswerState::Open).await;
    let alone = one(&there, DiscrepancyKind::NoRegisterRow);
    assert_eq!(records(alone), [&diplomas[1]]);
    assert_eq!(there.rows.len(), 2, "and the one that differs");
    let handed_out = DiscrepancyFilter {
        kind: Some(DiscrepancyKind::NoDiploma),
        ..DiscrepancyFilter::default()
    };
    let me = caller(Role::Archivist);
    let handed_out = discrepancy::discrepancies(archive, &me, register, &handed_out).await;
    assert_eq!(
        handed_out.unwrap().rows.len(),
        ids.len() - 1,
        "only when asked for"
    );
    let of_year = async |year| {
        let filter = PlaceFilter {
            year: Some(year),
            ..PlaceFilter::default()
        };
        discrepancy::places(archive, &me, &filter)
            .await
            .unwrap()
            .places
    };
    let places = of_year(1995).await;
    let open: BTreeMap<&str, usize> = places
        .iter()
        .map(|one| (one.code.as_str(), one.open()))
        .collect();
    assert_eq!(open, [("Bằng chưa nhận", 2), ("Sổ gốc 1995", 5)].into());
    assert!(of_year(1980).await.is_empty());
}

async fn rights_come_first(archive: &Archive, register: &str) {
    let all = DiscrepancyFilter::default();
    for role in [Role::Administrator, Role::Portal, Role::Reuser] {
        let me = caller(role);
        let refused = discrepancy::discrepancies(archive, &me, register, &all).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role}");
        let refused = discrepancy::places(archive, &me, &PlaceFilter::default()).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role}");
    }
    let auditor = caller(Role::Auditor);
    let seen = discrepancy::discrepancies(archive, &auditor, register, &all)
        .await
        .unwrap();
    let text = serde_json::to_string(&seen.rows).unwrap();
    for said in ["0001003", "10/95", "7/95", "1977-05-19"] {
        assert!(!text.contains(said), "{said} is masked: {text}");
    }
    let nothing = discrepancy::discrepancies(archive, &auditor, "none", &all).await;
    assert!(matches!(nothing, Err(Error::NotFound { .. })));
}

async fn it_is_turned_by_pages(archive: &Archive, register: &str) {
    for role in [Role::Archivist, Role::Auditor] {
        let mut filter = DiscrepancyFilter {
            limit: Some(2),
            ..DiscrepancyFilter::default()
        };
        let mut sizes = Vec::new();
        loop {
            let page = discrepancy::discrepancies(archive, &caller(role), register, &filter).await;
            let page = page.unwrap();
            sizes.push(page.rows.len());
            filter.after = page.after;
            if filter.after.is_none() {
                break;
            }
        }
        assert_eq!(sizes, [2, 2, 1], "{role}");
        filter.after = Some("gap nowhere".into());
        let lost = discrepancy::discrepancies(archive, &caller(role), register, &filter).await;
        assert!(matches!(lost, Err(Error::Invalid(_))), "{lost:?}");
    }
}

async fn a_second_record_of_a_number_asks_first(
    archive: &Archive,
    (first, second): (&str, &str),
    register: &str,
) {
    let clerk = caller(Role::Reviewer);
    review::approve(archive, &clerk, first, 1).await.unwrap();
    let twins = discrepancy::same_serial(archive, &clerk, second)
        .await
        .unwrap();
    assert_eq!(twins, [first]);
    let refused = review::approve(archive, &clerk, second, 1).await;
    assert_eq!(refused.unwrap_err().code(), "same_serial");
    let say = async |same_serial: &str| {
        let said = Said {
            same_serial,
            ..Said::default()
        };
        review::approve_saying(archive, &clerk, second, 1, said).await
    };
    let blank = say("  ").await;
    assert_eq!(blank.unwrap_err().code(), "same_serial");
    let endless = say(&"x".repeat(1001)).await;
    assert!(matches!(endless, Err(Error::Invalid(_))), "{endless:?}");
    let still = record::get(archive, &clerk, second).await.unwrap();
    assert_eq!(
        (still.version, still.state.as_str()),
        (1, "proposed"),
        "nothing was kept of it"
    );
    say("Sổ ghi nhầm, hai người").await.unwrap();
    assert!(
        discrepancy::same_serial(archive, &clerk, second)
            .await
            .unwrap()
            .is_empty()
    );
    // Who stands behind it as well is not asked again.
    let head = caller(Role::Approver);
    review::approve(archive, &head, second, 2).await.unwrap();
    let answered = found(archive, register, AnswerState::Answered).await;
    let answer = one(&answered, DiscrepancyKind::SameSerial)
        .answer
        .clone()
        .unwrap();
    assert_eq!(answer.note, "Sổ ghi nhầm, hai người");
    assert_eq!(answer.answered_by, clerk.id);
}

async fn the_grid_asks_at_the_row(archive: &Archive, page: &Scan, ids: &[String]) {
    let clerk = caller(Role::Reviewer);
    let page_id = scan::page_id(&page.id, 1);
    // The row says the number of a record that is approved already.
    let change = [("so_hieu".to_owned(), "A 0001003".to_owned())].into();
    let id = &ids[9];
    let given = async |same_serial: &str| {
        let saw = seen(archive, id).await;
        PageGiven {
            rows: vec![RowGiven {
                id: id.clone(),
                record_version: saw.record_version,
                record_digest: saw.record_digest,
                approve: true,
                same_serial: same_serial.into(),
                ..RowGiven::default()
            }],
            ..PageGiven::default()
        }
    };
    let seen = review::correct(archive, &clerk, id, 1, &change, "")
        .await
        .unwrap();
    let refused = review::save_page(archive, &clerk, &page_id, &given("").await).await;
    let Err(Error::Invalid(faults)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(faults[0].pointer, "/rows/0/approve");
    assert_eq!(faults[0].message.code(), "same_serial");
    let saved =
        review::save_page(archive, &clerk, &page_id, &given("ba người cùng số").await).await;
    assert_eq!(saved.unwrap().approved, 1);
    let approved = record::get(archive, &clerk, id).await.unwrap();
    assert_eq!(approved.version, seen.version + 1);
}

async fn an_answer_stays(archive: &Archive, register: &str, ids: &[String]) {
    let open = found(archive, register, AnswerState::Open).await;
    let gap = one(&open, DiscrepancyKind::Gap);
    let given = AnswerGiven {
        key: gap.key.clone(),
        records: records(gap).into_iter().map(str::to_owned).collect(),
        verdict: DiscrepancyVerdict::Skipped,
        note: "Trang 2, số 7 gạch bỏ".into(),
    };
    let answer = async |who: &Caller, given: &AnswerGiven| {
        discrepancy::answer(archive, who, register, given).await
    };
    let archivist = caller(Role::Archivist);
    let auditor = answer(&caller(Role::Auditor), &given).await;
    assert!(matches!(auditor, Err(Error::Forbidden)), "{auditor:?}");
    let token = Caller {
        kind: CallerKind::Token,
        ..caller(Role::Archivist)
    };
    assert_eq!(
        answer(&token, &given).await.unwrap_err().code(),
        "needs_person"
    );
    let mut other = given.clone();
    other.records = [ids[0].clone()].into();
    let gone = answer(&archivist, &other).await;
    assert_eq!(
        gone.unwrap_err().code(),
        "discrepancy_gone",
        "of other records than were seen"
    );
    let mut endless = given.clone();
    endless.note = "x".repeat(1001);
    assert!(matches!(
        answer(&archivist, &endless).await,
        Err(Error::Invalid(_))
    ));
    answer(&archivist, &given).await.unwrap();
    let answered = found(archive, register, AnswerState::Answered).await;
    let kept = one(&answered, DiscrepancyKind::Gap).answer.clone().unwrap();
    assert_eq!(
        (kept.verdict, kept.note.as_str()),
        (DiscrepancyVerdict::Skipped, given.note.as_str())
    );
    let open = found(archive, register, AnswerState::Open).await;
    assert!(open.rows.iter().all(|one| one.kind != DiscrepancyKind::Gap));
}

async fn the_register_comes_before_the_diploma(archive: &Archive, row: &str, diploma: &str) {
    let (clerk, head) = (caller(Role::Reviewer), caller(Role::Approver));
    review::approve(archive, &clerk, diploma, 1).await.unwrap();
    review::approve(archive, &clerk, row, 1).await.unwrap();
    let refused = certified_copy::issue_now(archive, &head, diploma, None)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "register_row_first");
    assert!(refused.en().contains(row), "it names the row");
    certified_copy::issue_now(archive, &head, row, None)
        .await
        .unwrap();
}

async fn answers_come_back(archive: &Archive, register: &str) {
    let folder = tempfile::tempdir().unwrap();
    let config = fixity::beside(&archive.config, folder.path()).unwrap();
    let again = Archive::open(config).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, Vec::<String>::new());
    let before = fixity::holdings(&archive.catalogue).await.unwrap();
    let after = fixity::holdings(&again.catalogue).await.unwrap();
    let differences = fixity::compare(&before, &after);
    assert!(differences.none(), "{differences:?}");
    let answered: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM discrepancy_answers WHERE place_id = $1")
            .bind(register)
            .fetch_one(again.catalogue.pool())
            .await
            .unwrap();
    assert_eq!(answered, 2);
}
