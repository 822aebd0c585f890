//! What a description must not be: every wrong thing is named, nothing is half done.

use sogoc::access::Role;
use sogoc::error::Error;
use sogoc::fonds::{self, FondsClosing, NewFile, NewFonds, NewSeries, NewVolume};
use sogoc::holding::Edit;
use sogoc::unit::{self, NewUnit, UnitKind};

use crate::support::archive::{Ground, Holdings, caller};

fn invalid<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_description_is_named_all_at_once() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let (archive, me) = (&holdings.archive, caller(Role::Archivist));
    let mut wrong = NewFile {
        fonds: fonds::DEFAULT_CODE.into(),
        code: "x".repeat(101),
        title: "a\u{7}b".into(),
        maintenance: "08".into(),
        mode: "2".into(),
        ..NewFile::default()
    };
    wrong.fields.start_date = Some("31/2/1990".into());
    wrong.fields.sheets = Some(-1);
    wrong.fields.languages = vec!["12".into()];
    wrong.fields.note = Some("n".repeat(2001));
    wrong.shelf.box_number = "b".repeat(61);
    let named = invalid(fonds::make_file(archive, &me, &wrong).await);
    for pointer in [
        "/code",
        "/title",
        "/maintenance",
        "/mode",
        "/fields/start_date",
        "/fields/sheets",
        "/fields/languages",
        "/fields/note",
        "/shelf/box",
    ] {
        assert!(
            named.iter().any(|one| one == pointer),
            "{pointer}: {named:?}"
        );
    }
    let files: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM files")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(files, 0);
    let blank = NewSeries {
        fonds: fonds::DEFAULT_CODE.into(),
        code: " ".into(),
        title: String::new(),
        note: "\u{0}".into(),
    };
    assert_eq!(
        invalid(fonds::make_series(archive, &me, &blank).await).len(),
        3
    );
    let absurd = NewVolume {
        fonds: fonds::DEFAULT_CODE.into(),
        code: "Q".into(),
        title: "Q".into(),
        year: Some(99_999),
        ..NewVolume::default()
    };
    assert_eq!(
        invalid(fonds::make_volume(archive, &me, &absurd).await),
        ["/year"]
    );
}

#[tokio::test]
async fn the_code_of_an_agency_is_never_rewritten_and_codes_follow_the_rule_of_their_day() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let (archive, me) = (&holdings.archive, caller(Role::Archivist));
    let give = |agency: Option<&str>| NewFonds {
        code: "P1".into(),
        name: "Phông một".into(),
        agency_code: agency.map(str::to_owned),
        ..NewFonds::default()
    };
    let bad = fonds::make(archive, &me, &give(Some("h48-nhỏ"))).await;
    assert_eq!(invalid(bad), ["/agency_code"]);
    let made = fonds::make(archive, &me, &give(Some("H48.64")))
        .await
        .unwrap();
    for agency in [None, Some("H21.64")] {
        let edit = Edit {
            seen: made.version,
            description: give(agency),
            reason: "sửa".into(),
        };
        let refused = fonds::change(archive, &me, &made.id, &edit).await;
        assert_eq!(refused.unwrap_err().code(), "agency_code_stays");
    }
    let mut file = NewFile {
        fonds: "P1".into(),
        code: "H21.64.2001.1".into(),
        title: "Hồ sơ".into(),
        maintenance: "01".into(),
        mode: "02".into(),
        ..NewFile::default()
    };
    assert_eq!(
        invalid(fonds::make_file(archive, &me, &file).await),
        ["/code"]
    );
    file.code = "H48.64.2001.160".into();
    fonds::make_file(archive, &me, &file).await.unwrap();
    let itself = FondsClosing {
        seen: made.version,
        day: "30/6/2025".into(),
        reason: "nhập".into(),
        successor: Some("P1".into()),
    };
    assert_eq!(
        invalid(fonds::close(archive, &me, &made.id, &itself).await),
        ["/successor"]
    );
    let half = FondsClosing {
        day: "6/2025".into(),
        successor: None,
        ..itself
    };
    assert_eq!(
        invalid(fonds::close(archive, &me, &made.id, &half).await),
        ["/day"]
    );
}

#[tokio::test]
async fn units_do_not_lead_to_themselves_and_only_an_archivist_or_administrator_makes_them() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let (archive, me) = (&holdings.archive, caller(Role::Archivist));
    let give = |code: &str, parent: Option<&str>| NewUnit {
        code: code.into(),
        name: code.into(),
        kind: UnitKind::School,
        parent: parent.map(str::to_owned),
        valid_from: None,
        valid_to: None,
        successor: None,
        basis: String::new(),
    };
    let first = unit::make(archive, &me, &give("A", None)).await.unwrap();
    unit::make(archive, &me, &give("B", Some("A")))
        .await
        .unwrap();
    let circle = Edit {
        seen: first.version,
        description: give("A", Some("B")),
        reason: String::new(),
    };
    assert_eq!(
        invalid(unit::change(archive, &me, &first.id, &circle).await),
        ["/parent"]
    );
    let taken = unit::make(archive, &me, &give("A", None)).await;
    assert!(matches!(taken, Err(Error::AlreadyExists { .. })));
    for role in [Role::Reviewer, Role::Approver, Role::Auditor, Role::Portal] {
        let refused = unit::make(archive, &caller(role), &give("C", None)).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{role}");
    }
}
