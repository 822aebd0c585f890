//! A clock that was set back: no line, no seal and no signature of the log is dated before the one before it; each says so by
//! name, and goes on when the clock is right. On both engines.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::clock::{Clock, StillClock, WallClock};
use sogoc::jobs::{self, Kind};
use sogoc::{audit, certified_copy, copy_request, issue_book, worker};

use crate::requests::asking;
use crate::support::archive::{caller, seen};
use crate::support::holdings::{approved_record, config};
use crate::support::postgres;

/// A clock that shows what it is set to, also less than before.
struct SetClock(Mutex<Timestamp>);

impl SetClock {
    fn turn(&self, seconds: i64) {
        let mut shown = self.0.lock().unwrap();
        *shown += SignedDuration::from_secs(seconds);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn new_id(&self) -> String {
        WallClock.new_id()
    }

    fn secret(&self) -> [u8; 32] {
        WallClock.secret()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_holds_up_book_seal_and_log_and_is_named_on_sqlite() {
    tell(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_holds_up_book_seal_and_log_and_is_named_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database);
    tell(Some(url.await.unwrap())).await;
}

async fn tell(catalogue: Option<String>) {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock(Mutex::new(
        "2026-03-02T01:00:00Z".parse().unwrap(),
    )));
    let settings = config(data.path(), catalogue);
    let archive = &Archive::open_with(settings, clock.clone()).await.unwrap();
    let record = approved_record(archive).await;
    clock.turn(10);
    worker::work_off(archive, &[Kind::PreserveRecords])
        .await
        .unwrap();
    let head = caller(Role::Approver);
    let issue = async || certified_copy::issue_now(archive, &head, &record, None).await;
    issue().await.unwrap();
    audit::publish(archive).await.unwrap();

    clock.turn(-3600);
    let refused = issue().await.unwrap_err();
    assert_eq!(refused.code(), "clock_behind");
    assert!(
        refused.vi().contains("2026-03-02T01:00:10"),
        "{}",
        refused.vi()
    );
    let portal = caller(Role::Portal);
    let asked = copy_request::ask(archive, &portal, &asking())
        .await
        .unwrap();
    let refused = audit::publish(archive).await.unwrap_err();
    assert_eq!(refused.code(), "clock_behind_log");
    clock.turn(3600);

    // The line is opened at the right time, and the clock set back before its seal.
    let saw = seen(archive, &record).await;
    let clerk_ = caller(Role::Reviewer);
    copy_request::confirm(archive, &clerk_, &asked.id, &record, &saw)
        .await
        .unwrap();
    copy_request::release(archive, &head, &asked.id, &saw)
        .await
        .unwrap();
    let ahead = StillClock::at(clock.now());
    ahead.advance(Duration::from_secs(1));
    clock.turn(-60);
    let job = jobs::lease(&archive.catalogue, &ahead, Kind::IssueCopy, "test")
        .await
        .unwrap()
        .unwrap();
    let refused = certified_copy::issue(archive, &job).await.unwrap_err();
    assert_eq!(refused.code(), "clock_behind");
    assert_eq!(issued(archive).await, 1);
    clock.turn(7200);
    worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    assert_eq!(issued(archive).await, 2);
    audit::publish(archive).await.unwrap();
}

async fn issued(archive: &Archive) -> usize {
    let head = caller(Role::Approver);
    let book = issue_book::of_year(archive, &head, 2026).await.unwrap();
    let lines = book.lines.iter();
    lines.filter(|line| line.state == "issued").count()
}
