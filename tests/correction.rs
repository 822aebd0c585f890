//! A decision changes what the register says: entered, approved by another person, found by both values,
//! cited on copies, told to whoever checks an older copy, and brought back from the vault alone.

mod copies;

use std::time::Duration;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, CopyRow};
use sogoc::correction::{self, Correction, CorrectionGiven, DecisionGiven};
use sogoc::error::Error;
use sogoc::jobs::Kind;
use sogoc::search::{self, Wanted};
use sogoc::{audit, record, review, worker};

use crate::copy_pdf::text_of;
use crate::support::archive::caller;
use crate::support::holdings::{Holdings, STEADY};
use crate::support::postgres;

const BECAME: &str = "Nguyễn Thị Hồng Hân";
const DECISION: &str = "Quyết định số 15/QĐ-SGDĐT ngày 01/03/2026 của Sở Giáo dục và Đào tạo";

/// What follows from the changes, without reading pages.
const FOLLOWING: [Kind; 3] = [Kind::TakeEffect, Kind::PreserveLine, Kind::PreserveRecords];

struct Scene {
    holdings: Holdings,
    clerk: Caller,
    head: Caller,
}

impl Scene {
    async fn on(catalogue: Option<String>) -> Self {
        Self {
            holdings: Holdings::lived(catalogue).await,
            clerk: caller(Role::Reviewer),
            head: caller(Role::Approver),
        }
    }

    fn archive(&self) -> &Archive {
        &self.holdings.archive
    }

    /// The record of which a copy was issued and that nobody touched since.
    fn record(&self) -> &str {
        &self.holdings.valid.record_id
    }

    fn given(&self) -> CorrectionGiven {
        CorrectionGiven {
            ground: "ho_tich".into(),
            decision: DecisionGiven {
                number: "15/QĐ-SGDĐT".into(),
                date: "1/3/2026".into(),
                agency: "Sở Giáo dục và Đào tạo".into(),
                scan_id: Some(self.holdings.scans[1].id.clone()),
                record_id: None,
            },
            changes: [("ho_ten".to_owned(), BECAME.to_owned())].into(),
            ..CorrectionGiven::default()
        }
    }

    async fn enter(&self, given: &CorrectionGiven) -> Result<Correction, Error> {
        correction::enter(self.archive(), &self.clerk, self.record(), given).await
    }

    async fn approved(&self, given: &CorrectionGiven) -> Correction {
        let entry = self.enter(given).await.unwrap();
        let entry = correction::approve(self.archive(), &self.head, &entry.id)
            .await
            .unwrap();
        self.follow().await;
        entry
    }

    /// Works what follows, a little later.
    async fn follow(&self) {
        self.holdings.clock.advance(Duration::from_secs(10));
        worker::work_off(self.archive(), &FOLLOWING).await.unwrap();
        search::follow(self.archive()).await.unwrap();
    }

    async fn issue(&self) -> Result<CopyRow, Error> {
        certified_copy::issue_now(self.archive(), &self.head, self.record(), None).await
    }

    async fn text(&self, copy: &CopyRow) -> String {
        let bytes = certified_copy::bytes(self.archive(), &self.head, &copy.id)
            .await
            .unwrap();
        text_of(&bytes)
    }

    async fn found_by(&self, name: &str) -> usize {
        let wanted = Wanted {
            ho_ten: Some(name.into()),
            ..Wanted::default()
        };
        let found = search::find(self.archive(), &self.clerk, &wanted)
            .await
            .unwrap();
        let hits = found.hits.iter();
        hits.filter(|hit| hit.record_id == self.record() && hit.matched != "fuzzy")
            .count()
    }

    async fn state(&self, copy: &CopyRow) -> String {
        state_in(self.archive(), copy).await
    }
}

async fn state_in(archive: &Archive, copy: &CopyRow) -> String {
    certified_copy::verify_code(archive, &copy.code)
        .await
        .unwrap()
        .state
        .to_string()
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    outcome.unwrap_err().code()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_overlays_the_register_on_sqlite() {
    overlays(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_overlays_the_register_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    overlays(Some(url)).await;
}

async fn overlays(catalogue: Option<String>) {
    let scene = Scene::on(catalogue).await;
    let archive = scene.archive();
    let mut given = scene.given();
    given.decision.scan_id = None;
    let entry = scene.enter(&given).await.unwrap();
    assert_eq!(refusal(scene.enter(&given).await), "already_exists");
    assert_eq!(
        scene.found_by(BECAME).await,
        0,
        "nothing yet follows from entering"
    );
    let approve = async |who: &Caller| correction::approve(archive, who, &entry.id).await;
    assert_eq!(refusal(approve(&scene.clerk).await), "forbidden");
    assert_eq!(refusal(approve(&scene.head).await), "no_decision_scan");
    let named = scene.given().decision;
    correction::attach(archive, &scene.clerk, &entry.id, &named)
        .await
        .unwrap();
    let both = Caller {
        roles: vec![Role::Approver],
        ..scene.clerk.clone()
    };
    assert_eq!(refusal(approve(&both).await), "same_person");
    let entry = approve(&scene.head).await.unwrap();
    assert_eq!(entry.appendix_number().as_deref(), Some("1/2026"));
    assert_eq!(refusal(approve(&scene.head).await), "decided_already");
    scene.follow().await;

    assert_eq!(
        (scene.found_by(STEADY).await, scene.found_by(BECAME).await),
        (1, 1)
    );
    let record = record::get(archive, &scene.clerk, scene.record())
        .await
        .unwrap();
    assert_eq!(record.fields["ho_ten"].raw, STEADY, "what is printed stays");
    the_older_copy_says_by_which_decision(&scene).await;
    a_new_copy_shows_and_cites(&scene).await;
}

async fn the_older_copy_says_by_which_decision(scene: &Scene) {
    let (archive, older) = (scene.archive(), &scene.holdings.valid);
    let told = certified_copy::verify_code(archive, &older.code)
        .await
        .unwrap();
    assert_eq!(told.state, "superseded");
    let decision = told.decision.unwrap();
    assert_eq!(
        (decision.sentence.as_str(), decision.appendix.as_str()),
        (DECISION, "1/2026")
    );
    assert_eq!(
        told.initials, "N. T. H. H.",
        "no more than initials by the code"
    );
    assert_eq!(told.holder, None);
    let bytes = certified_copy::bytes(archive, &scene.head, &older.id)
        .await
        .unwrap();
    let by_file = certified_copy::verify_file(archive, &bytes).await.unwrap();
    let known = by_file.archive.unwrap();
    assert_eq!(
        (known.state.as_str(), known.holder.unwrap().ho_ten.as_str()),
        ("superseded", STEADY)
    );
    let log = audit::about(&archive.catalogue, &older.id).await.unwrap();
    assert!(
        log.iter().any(|entry| entry.action == "copy_superseded"),
        "its holder can be told"
    );
}

async fn a_new_copy_shows_and_cites(scene: &Scene) {
    let copy = scene.issue().await.unwrap();
    let text = scene.text(&copy).await;
    assert!(text.contains(&format!("Họ và tên: {BECAME}")), "{text}");
    assert!(
        text.contains(&format!(
            "Họ và tên: ghi theo {DECISION} (phụ lục sổ gốc số 1/2026)."
        )),
        "{text}"
    );
    assert!(!text.contains(STEADY), "{text}");
    assert_eq!(scene.state(&copy).await, "valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_in_force_from_its_day_and_not_before() {
    let scene = Scene::on(None).await;
    let given = CorrectionGiven {
        effective_from: "10/3/2026".into(),
        ..scene.given()
    };
    scene.approved(&given).await;
    let before = scene.issue().await.unwrap();
    assert!(scene.text(&before).await.contains(STEADY));
    assert_eq!(scene.state(&scene.holdings.valid).await, "valid");
    scene
        .holdings
        .clock
        .advance(Duration::from_secs(9 * 24 * 3600));
    scene.follow().await;
    let after = scene.issue().await.unwrap();
    assert!(scene.text(&after).await.contains(BECAME));
    let states = [scene.state(&before).await, scene.state(&after).await];
    assert_eq!(states, ["superseded", "valid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_diploma_is_copied_no_more() {
    let scene = Scene::on(None).await;
    let given = CorrectionGiven {
        kind: "revocation".into(),
        ground: "thu_hoi".into(),
        changes: Default::default(),
        ..scene.given()
    };
    scene.approved(&given).await;
    assert_eq!(refusal(scene.issue().await), "revoked");
    let told = certified_copy::verify_code(scene.archive(), &scene.holdings.valid.code)
        .await
        .unwrap();
    assert_eq!(
        (
            told.state.as_str(),
            told.decision.unwrap().sentence.as_str()
        ),
        ("revoked", DECISION)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_entry_leaves_everything_and_may_come_again() {
    let scene = Scene::on(None).await;
    let entry = scene.enter(&scene.given()).await.unwrap();
    let archive = scene.archive();
    let silent = correction::reject(archive, &scene.head, &entry.id, " ").await;
    assert_eq!(refusal(silent), "invalid");
    correction::reject(archive, &scene.head, &entry.id, "sai số quyết định")
        .await
        .unwrap();
    assert_eq!(scene.state(&scene.holdings.valid).await, "valid");
    scene.approved(&scene.given()).await;
    assert_eq!(scene.state(&scene.holdings.valid).await, "superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_entry_is_named_by_its_place() {
    let scene = Scene::on(None).await;
    let place = async |given: CorrectionGiven| match scene.enter(&given).await {
        Err(Error::Invalid(faults)) => faults[0].pointer.clone(),
        other => panic!("{other:?}"),
    };
    let change = |key: &str, value: &str| CorrectionGiven {
        changes: [(key.to_owned(), value.to_owned())].into(),
        ..scene.given()
    };
    let decided = |change: &dyn Fn(&mut DecisionGiven)| {
        let mut given = scene.given();
        change(&mut given.decision);
        given
    };
    assert_eq!(place(change("khong_co", "x")).await, "/changes/khong_co");
    assert_eq!(
        place(change("ngay_sinh", "hôm qua")).await,
        "/changes/ngay_sinh"
    );
    assert_eq!(
        place(change("ho_ten", "Lê\u{0}Mẫu")).await,
        "/changes/ho_ten"
    );
    assert_eq!(place(change("ho_ten", STEADY)).await, "/changes/ho_ten");
    let none = CorrectionGiven {
        changes: Default::default(),
        ..scene.given()
    };
    assert_eq!(place(none).await, "/changes");
    assert_eq!(
        place(decided(&|d| d.date = "3/3/2026".into())).await,
        "/decision/date"
    );
    assert_eq!(
        place(decided(&|d| d.date = "2026".into())).await,
        "/decision/date"
    );
    assert_eq!(
        place(decided(&|d| d.number.clear())).await,
        "/decision/number"
    );
    assert_eq!(
        place(decided(&|d| d.agency = "x".repeat(301))).await,
        "/decision/agency"
    );
    assert_eq!(
        place(decided(&|d| d.scan_id = Some("none".into()))).await,
        "/decision/scan_id"
    );
    let not_a_decision = decided(&|d| d.record_id = Some(scene.record().to_owned()));
    assert_eq!(place(not_a_decision).await, "/decision/record_id");
    let broken = scene.holdings.scans[3].id.clone();
    let quarantined = decided(&|d| d.scan_id = Some(broken.clone()));
    assert_eq!(place(quarantined).await, "/decision/scan_id");
    for (ground, kind) in [
        ("thu_hoi", "correction"),
        ("xac_dinh_lai", "correction"),
        ("x", ""),
    ] {
        let given = CorrectionGiven {
            ground: ground.into(),
            kind: kind.into(),
            changes: [("truong".to_owned(), "THPT Mẫu".to_owned())].into(),
            ..scene.given()
        };
        assert_eq!(place(given).await, "/ground");
    }
    let early = CorrectionGiven {
        effective_from: "28/2/2026".into(),
        ..scene.given()
    };
    assert_eq!(place(early).await, "/effective_from");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_under_change_at_the_desk_waits_with_its_correction() {
    let scene = Scene::on(None).await;
    let archive = scene.archive();
    let entry = scene.enter(&scene.given()).await.unwrap();
    let change = [("truong".to_owned(), "THPT Mẫu".to_owned())].into();
    review::correct(
        archive,
        &caller(Role::Reviewer),
        scene.record(),
        2,
        &change,
        "",
    )
    .await
    .unwrap();
    let outcome = correction::approve(archive, &scene.head, &entry.id).await;
    assert_eq!(refusal(outcome), "record_changing");
    review::approve(archive, &caller(Role::Approver), scene.record(), 3)
        .await
        .unwrap();
    let entry = correction::approve(archive, &scene.head, &entry.id)
        .await
        .unwrap();
    assert_eq!(
        entry.appendix_number().as_deref(),
        Some("1/2026"),
        "no number was lost"
    );
}
