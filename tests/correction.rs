//! A decision changes what the register says: entered, approved by another person, found by both values,
//! cited on copies, told to whoever checks an older copy, and brought back from the vault alone.

use std::sync::Arc;
use std::time::Duration;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, CopyRow};
use sogoc::clock::StillClock;
use sogoc::correction::{self, Correction, CorrectionGiven, DecisionGiven};
use sogoc::error::Error;
use sogoc::jobs::Kind;
use sogoc::search::{self, Wanted};
use sogoc::{audit, clerk, copy_request, fixity, notify, record, review};
use tempfile::TempDir;

use crate::copy_paper::text_of;
use crate::desk::asking;
use crate::support::archive::caller;
use crate::support::holdings::{Holdings, STEADY};
use crate::support::postgres;

const BECAME: &str = "Nguyễn Thị Hồng Hân";
const DECISION: &str = "Quyết định số 15/QĐ-SGDĐT ngày 01/03/2026 của Sở Giáo dục và Đào tạo";

/// What follows from the changes, without reading pages.
const FOLLOWING: [Kind; 3] = [Kind::TakeEffect, Kind::KeepLine, Kind::KeepRecords];

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
        clerk::work_off(self.archive(), &FOLLOWING).await.unwrap();
        search::follow(self.archive()).await.unwrap();
    }

    async fn issue(&self) -> Result<CopyRow, Error> {
        certified_copy::issue_now(self.archive(), &self.head, self.record()).await
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
        log.iter().any(|entry| entry.deed == "copy_superseded"),
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
    let (archive, machine) = (scene.archive(), Caller::machine());
    let entry = scene.enter(&scene.given()).await.unwrap();
    let change = [("truong".to_owned(), "THPT Mẫu".to_owned())].into();
    review::correct(archive, &machine, scene.record(), 2, &change, "")
        .await
        .unwrap();
    let outcome = correction::approve(archive, &scene.head, &entry.id).await;
    assert_eq!(refusal(outcome), "record_changing");
    review::approve(archive, &machine, scene.record(), 3)
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

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_copy_says_so_and_why() {
    let scene = Scene::on(None).await;
    let (archive, copy) = (scene.archive(), &scene.holdings.valid);
    let withdraw =
        async |reason: &str| certified_copy::withdraw(archive, &scene.head, &copy.id, reason).await;
    assert_eq!(refusal(withdraw("").await), "invalid");
    withdraw("in nhầm người").await.unwrap();
    assert_eq!(refusal(withdraw("lần nữa").await), "not_issued");
    let told = certified_copy::verify_code(archive, &copy.code)
        .await
        .unwrap();
    assert_eq!(
        (told.state.as_str(), told.reason.as_deref()),
        ("withdrawn", Some("in nhầm người"))
    );
    let again = certified_copy::reissue(archive, &scene.head, &copy.id)
        .await
        .unwrap();
    let text = scene.text(&again).await;
    assert!(
        text.contains("Bản sao này cấp lại bản sao số 1/2026."),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_holder_lets_a_code_expire_extends_it_and_is_told_of_a_correction() {
    let scene = Scene::on(None).await;
    let (archive, portal) = (scene.archive(), caller(Role::Portal));
    let asked = copy_request::ask(archive, &portal, &asking("k"))
        .await
        .unwrap();
    copy_request::confirm(archive, &scene.clerk, &asked.id, scene.record())
        .await
        .unwrap();
    let id = copy_request::release(archive, &scene.head, &asked.id)
        .await
        .unwrap()
        .remove(0);
    clerk::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    let copy = certified_copy::line(archive, &scene.head, &id)
        .await
        .unwrap();
    let set =
        async |code: &str, until| certified_copy::set_code_until(archive, code, None, until).await;
    let now = archive.clock.now();
    let past = now - Duration::from_secs(600);
    assert_eq!(refusal(set(&asked.code, Some(past)).await), "invalid");
    let guess = set("NOBOD-YSCOD-E0000-00000", None).await;
    assert_eq!(refusal(guess), "not_found");
    set(&asked.code, Some(now)).await.unwrap();
    let told = certified_copy::verify_code(archive, &copy.code)
        .await
        .unwrap();
    assert_eq!(
        (told.state.as_str(), told.initials.as_str()),
        ("expired", "")
    );
    assert_eq!((told.birth_year, told.sha256.as_str()), (None, ""));
    let bytes = certified_copy::bytes(archive, &scene.head, &id)
        .await
        .unwrap();
    let by_file = certified_copy::verify_file(archive, &bytes).await.unwrap();
    assert_eq!(
        by_file.archive.unwrap().state,
        "valid",
        "the file itself still proves itself"
    );
    set(&asked.code, Some(now + Duration::from_secs(3600)))
        .await
        .unwrap();
    assert_eq!(scene.state(&copy).await, "valid");
    set(&asked.code, None).await.unwrap();
    assert_eq!(scene.state(&copy).await, "valid");
    scene.approved(&scene.given()).await;
    let told = notify::history(&archive.catalogue, &asked.id)
        .await
        .unwrap();
    assert_eq!(told.last().unwrap().event, "superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_issues_many_and_one_that_fails_harms_only_itself() {
    let scene = Scene::on(None).await;
    let records = [
        scene.record().to_owned(),
        "none".into(),
        scene.record().to_owned(),
    ];
    let outcomes = certified_copy::issue_many(scene.archive(), &scene.head, &records)
        .await
        .unwrap();
    let numbers: Vec<_> = outcomes
        .iter()
        .map(|one| one.copy.as_ref().map(|copy| copy.number))
        .collect();
    assert_eq!(numbers, [Some(3), None, Some(4)]);
    assert_eq!(outcomes[1].fault.as_deref(), Some("not_approved"));
    let none = certified_copy::issue_many(scene.archive(), &scene.head, &[]).await;
    assert_eq!(refusal(none), "invalid");
}

/// A correction in force, one to come, a revocation's worth of book: all of it from the vault alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_appendix_and_every_line_of_the_book_come_back_from_the_vault() {
    let scene = Scene::on(None).await;
    let (archive, machine) = (scene.archive(), Caller::machine());
    scene.approved(&scene.given()).await;
    let corrected = scene.issue().await.unwrap();
    certified_copy::withdraw(
        archive,
        &scene.head,
        &scene.holdings.superseded.id,
        "in nhầm",
    )
    .await
    .unwrap();
    // The last number of the book is void: its record has a letter no typeface of ours can print.
    let other = &scene.holdings.superseded.record_id;
    let seen = record::get(archive, &machine, other).await.unwrap().version;
    let change = [("truong".to_owned(), "中".to_owned())].into();
    review::correct(archive, &machine, other, seen, &change, "")
        .await
        .unwrap();
    review::approve(archive, &machine, other, seen + 1)
        .await
        .unwrap();
    let void = certified_copy::issue_now(archive, &scene.head, other)
        .await
        .unwrap();
    assert_eq!((void.number, void.state.as_str()), (4, "void"));
    scene.follow().await;

    let old = fixity::holdings(&archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let settings = fixity::beside(&archive.config, new.path()).unwrap();
    let clock = Arc::new(StillClock::at("2026-03-05T01:00:00Z".parse().unwrap()));
    let again = Archive::open_with(settings, clock).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!((rebuilt.corrections, rebuilt.copies), (1, 4));
    assert_eq!(rebuilt.numbers_without_copy, [""; 0]);
    let differences = fixity::compare(&old, &fixity::holdings(&again.catalogue).await.unwrap());
    assert!(differences.none(), "{differences:?}");
    for (copy, state) in [
        (&scene.holdings.valid, "superseded"),
        (&scene.holdings.superseded, "withdrawn"),
        (&corrected, "valid"),
        (&void, "void"),
    ] {
        assert_eq!(state_in(&again, copy).await, state);
    }
    let next = certified_copy::issue_now(&again, &scene.head, scene.record())
        .await
        .unwrap();
    assert_eq!(next.number, 5, "a void number is never given again");
}
