//! The legal clock: terms, the one extension, the wait for the applicant; fees.

use std::sync::Arc;
use std::time::Duration;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::clock::StillClock;
use sogoc::config::Config;
use sogoc::copy_request::{self, AskGiven, Asked, Payment, Sought};
use sogoc::error::Error;
use sogoc::jobs::Kind;
use sogoc::worker;
use tempfile::TempDir;

use super::asking;
use crate::support::archive::{ask_as, caller, shown};

/// An office whose hands can be moved: Monday 2 March 2026, 08:00 in Viet Nam.
struct Office {
    archive: Archive,
    clock: Arc<StillClock>,
    _data: TempDir,
}

impl Office {
    async fn open(fee_place: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(data.path());
        config.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
        config.office.fee_place = fee_place.into();
        let clock = Arc::new(StillClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        Self {
            archive,
            clock,
            _data: data,
        }
    }

    fn hours(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * 3600));
    }

    async fn ask(&self, who: &Caller, given: &AskGiven) -> Asked {
        ask_as(&self.archive, who, given).await.unwrap()
    }

    async fn state(&self, asked: &Asked) -> String {
        let status = copy_request::status(&self.archive, &asked.code)
            .await
            .unwrap();
        status.state.to_string()
    }

    async fn due(&self, asked: &Asked) -> String {
        let status = copy_request::status(&self.archive, &asked.code)
            .await
            .unwrap();
        status.due_at
    }

    async fn sweep(&self) {
        let mut tx = self.archive.catalogue.begin().await.unwrap();
        tx.enqueue(Kind::SweepRequests, "all", 5).await.unwrap();
        tx.commit().await.unwrap();
        worker::drain(&self.archive).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_waits_for_its_applicant_is_never_late_and_is_counted_anew_from_the_answer()
{
    let office = Office::open("").await;
    let clerk_ = caller(Role::Reviewer);
    let asked = office.ask(&caller(Role::Portal), &asking()).await;
    assert_eq!(asked.due_at, "2026-03-02T10:00:00.000Z", "the same day");
    copy_request::write(&office.archive, &clerk_, &asked.id, "Năm nào ạ?", true)
        .await
        .unwrap();
    office.hours(48);
    let standing = copy_request::open_requests(&office.archive).await.unwrap();
    assert_eq!((standing.late, standing.waiting), (0, 1));
    let status = copy_request::status(&office.archive, &asked.code)
        .await
        .unwrap();
    assert_eq!(status.messages[0].text, "Năm nào ạ?");
    assert!(status.waits_until.is_some());
    copy_request::answer(&office.archive, &asked.code, "Năm 1993.")
        .await
        .unwrap();
    assert_eq!(office.state(&asked).await, "received");
    assert_eq!(office.due(&asked).await, "2026-03-04T10:00:00.000Z");
    let said = copy_request::messages(&office.archive, &clerk_, &asked.id)
        .await
        .unwrap();
    let from: Vec<&str> = said.iter().map(|message| message.from.as_str()).collect();
    assert_eq!(from, ["office", "applicant"]);
    let log: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM log WHERE details LIKE '%1993%'")
        .fetch_one(office.archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(log, 0, "what was said is not in the log");
}

#[tokio::test]
async fn a_request_whose_applicant_never_answers_ends_and_stays_ended() {
    let office = Office::open("").await;
    let clerk_ = caller(Role::Reviewer);
    let asked = office.ask(&caller(Role::Portal), &asking()).await;
    copy_request::write(&office.archive, &clerk_, &asked.id, "Thiếu năm.", true)
        .await
        .unwrap();
    office.hours(24 * 13);
    office.sweep().await;
    assert_eq!(office.state(&asked).await, "waiting", "ten working days");
    office.hours(24 * 2);
    office.sweep().await;
    assert_eq!(office.state(&asked).await, "expired");
    let late = copy_request::answer(&office.archive, &asked.code, "Tôi đây.").await;
    assert!(matches!(late, Err(Error::Refused { .. })), "{late:?}");
}

#[tokio::test]
async fn a_term_is_extended_once_with_a_reason_the_applicant_reads() {
    let office = Office::open("").await;
    let clerk_ = caller(Role::Reviewer);
    let asked = office.ask(&Caller::public(), &asking()).await;
    let silent = copy_request::extend(&office.archive, &clerk_, &asked.id, " ").await;
    assert!(matches!(silent, Err(Error::Invalid(_))), "{silent:?}");
    copy_request::extend(&office.archive, &clerk_, &asked.id, "Sổ ở kho xa.")
        .await
        .unwrap();
    assert_eq!(office.due(&asked).await, "2026-03-03T10:00:00.000Z");
    let again = copy_request::extend(&office.archive, &clerk_, &asked.id, "Nữa.").await;
    assert!(matches!(again, Err(Error::Refused { .. })), "{again:?}");
    let status = copy_request::status(&office.archive, &asked.code)
        .await
        .unwrap();
    assert_eq!(status.messages.last().unwrap().text, "Sổ ở kho xa.");
    assert_eq!(status.history.last().unwrap().event, "extended");
}

#[tokio::test]
async fn what_is_about_to_be_late_and_what_is_late_is_named_before_all_else() {
    let office = Office::open("").await;
    let clerk_ = caller(Role::Reviewer);
    let asked = office.ask(&Caller::public(), &asking()).await;
    let pressing = async || {
        let rows = copy_request::pressing(&office.archive, &clerk_)
            .await
            .unwrap();
        let row = rows.into_iter().next()?;
        Some((row.id, row.due_soon, row.overdue))
    };
    assert_eq!(pressing().await, None);
    office.hours(8); // 16:00
    assert_eq!(pressing().await, Some((asked.id.clone(), true, false)));
    office.hours(2);
    assert_eq!(pressing().await, Some((asked.id.clone(), false, true)));
    copy_request::withdraw(&office.archive, &asked.code)
        .await
        .unwrap();
    assert_eq!(pressing().await, None);
    assert_eq!(office.state(&asked).await, "withdrawn");
}

#[tokio::test]
async fn a_fee_is_that_of_the_province_and_the_day_and_no_copy_leaves_unpaid() {
    let office = Office::open("H26").await;
    let (portal, approver) = (caller(Role::Portal), caller(Role::Approver));
    let three = AskGiven {
        wanted: Sought {
            copies: Some(3),
            ..asking().wanted
        },
        ..asking()
    };
    let asked = office.ask(&portal, &three).await;
    assert_eq!(asked.fee, 27_000, "nine thousand a copy");
    let archive = &office.archive;
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query("UPDATE copy_requests SET state = 'confirmed', confirmed_by = 'clerk'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let unpaid = copy_request::release(
        archive,
        &approver,
        &asked.id,
        &shown(archive, &asked.id).await,
    )
    .await;
    let Err(Error::Refused { code, .. }) = unpaid else {
        panic!("{unpaid:?}")
    };
    assert_eq!(code, "unpaid");
    let set = async |who: &Caller, payment, reference: &str| {
        copy_request::set_payment(archive, who, &asked.id, payment, reference).await
    };
    let stranger = Caller {
        id: "another-portal".into(),
        ..portal.clone()
    };
    let foreign = set(&stranger, Payment::Paid, "GD 1").await;
    assert!(matches!(foreign, Err(Error::NotFound { .. })));
    let waived = set(&portal, Payment::Waived, "").await;
    assert!(matches!(waived, Err(Error::Invalid(_))));
    let unproven = set(&portal, Payment::Paid, " ").await;
    assert!(matches!(unproven, Err(Error::Invalid(_))));
    set(&portal, Payment::Paid, "GD 20260302-7").await.unwrap();
    let status = copy_request::status(archive, &asked.code).await.unwrap();
    assert_eq!(status.payment, "paid");
    assert_eq!(status.payment_reference.as_deref(), Some("GD 20260302-7"));
    set(&caller(Role::Reviewer), Payment::Waived, "")
        .await
        .unwrap();
}

#[tokio::test]
async fn where_nothing_is_charged_nothing_can_be_paid() {
    let office = Office::open("H38").await;
    let portal = caller(Role::Portal);
    let asked = office.ask(&portal, &asking()).await;
    assert_eq!(asked.fee, 0);
    let paid =
        copy_request::set_payment(&office.archive, &portal, &asked.id, Payment::Paid, "1").await;
    assert!(matches!(paid, Err(Error::Refused { .. })), "{paid:?}");
}
