//! Three ends of a job: done, wrong itself, put off. However long the world is wrong, no page and no request pays for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch, Progress};
use sogoc::copy_request;
use sogoc::jobs::{self, JobState, Kind, Stuck};
use sogoc::page;
use sogoc::queue::{self, Chosen, JobAction};
use sogoc::{certified_copy, worker};

use crate::desk::asking;
use crate::support::archive::{Ground, caller, seen, settings, shown};
use crate::support::clock::AheadClock;
use crate::support::holdings::{self, Holdings, approved_record, receive};
use crate::support::line::Line;
use crate::support::server::Server;

/// Longer than any job waits for the world.
const LATER: Duration = Duration::from_secs(31);
/// Longer than a lease.
const SILENT: Duration = Duration::from_secs(61);

fn administrator() -> Caller {
    caller(Role::Administrator)
}

async fn stuck(archive: &Archive) -> Vec<Stuck> {
    let all = Chosen::default();
    queue::stuck(archive, &administrator(), &all, None)
        .await
        .unwrap()
}

async fn progress(archive: &Archive, batch: &str) -> Progress {
    batch::progress(archive, &Caller::machine(), batch)
        .await
        .unwrap()
}

async fn pages(archive: &Archive, count: u8) -> String {
    let fresh = NewBatch {
        name: "Hộp trong cơn mất điện".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &Caller::machine(), &fresh)
        .await
        .unwrap();
    for number in 0..count {
        let name = format!("trang-{number}.png");
        receive(archive, &batch.id, &name, &holdings::page(number)).await;
    }
    batch.id
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_wait_out_a_storage_that_is_away_and_use_up_no_try() {
    let data = tempfile::tempdir().unwrap();
    let (mut config, _store) = settings(Ground::Scaled, data.path()).await;
    let vault = Line::to_vault(&mut config).await;
    let clock = Arc::new(AheadClock::default());
    let archive = Archive::open_with(config, clock.clone()).await.unwrap();
    let batch = pages(&archive, 3).await;
    vault.cut();
    for _ in 0..4 {
        worker::work_off(&archive, &[Kind::ReadPage]).await.unwrap();
        clock.advance(LATER);
    }
    for job in stuck(&archive).await {
        assert_eq!((job.state, job.attempts), (JobState::Ready, 0), "{job:?}");
        assert_eq!(
            (job.faults, job.error_code.as_deref()),
            (4, Some("unavailable"))
        );
    }
    let told = progress(&archive, &batch).await;
    assert_eq!(
        (told.pages_waiting, told.pages_put_off, told.pages_stuck),
        (3, 3, 0)
    );
    assert_eq!(
        told.seconds_left, None,
        "nobody knows how long the world takes"
    );
    vault.mend();
    clock.advance(LATER);
    worker::drain(&archive).await.unwrap();
    let told = progress(&archive, &batch).await;
    assert_eq!((told.pages_read, told.pages_waiting), (3, 0));
}

/// The disk of the vault is not mounted: the folder is there, and nothing in it.
#[tokio::test(flavor = "multi_thread")]
async fn pages_wait_for_a_disk_that_is_not_mounted_and_nothing_is_written_where_it_was() {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(AheadClock::default());
    let config = holdings::config(data.path(), None);
    let archive = Archive::open_with(config, clock.clone()).await.unwrap();
    let batch = pages(&archive, 2).await;
    let (mounted, away) = (data.path().join("vault/ocfl"), data.path().join("away"));
    std::fs::rename(&mounted, &away).unwrap();
    for _ in 0..12 {
        worker::work_off(&archive, &[Kind::ReadPage]).await.unwrap();
        clock.advance(LATER);
    }
    let jobs = stuck(&archive).await;
    let put_off = |job: &Stuck| job.state == JobState::Ready && job.attempts == 0;
    assert!(jobs.len() == 2 && jobs.iter().all(put_off), "{jobs:?}");
    assert!(!mounted.exists());
    std::fs::rename(&away, &mounted).unwrap();
    clock.advance(LATER);
    worker::drain(&archive).await.unwrap();
    assert_eq!(progress(&archive, &batch).await.pages_read, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_that_die_over_a_page_again_and_again_cost_it_nothing_on_sqlite() {
    holders_die(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_that_die_over_a_page_again_and_again_cost_it_nothing_on_postgresql() {
    holders_die(Ground::Scaled).await;
}

async fn holders_die(ground: Ground) {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(ground, data.path()).await;
    let clock = Arc::new(AheadClock::default());
    let archive = Archive::open_with(config, clock.clone()).await.unwrap();
    let batch = pages(&archive, 1).await;
    let (mut taken, mut put_off) = (0, 0);
    for holder in 0..12 {
        let name = format!("dead-{holder}");
        let job = jobs::lease(&archive.catalogue, &*clock, Kind::ReadPage, &name).await;
        match job.unwrap() {
            Some(job) => {
                assert_eq!(job.attempt, 1, "no try is counted");
                taken += 1;
            }
            None => put_off += 1,
        }
        clock.advance(SILENT);
    }
    assert!(
        taken >= 6 && put_off >= 1,
        "{taken} taken, {put_off} put off"
    );
    clock.advance(Duration::from_secs(700));
    worker::drain(&archive).await.unwrap();
    let told = progress(&archive, &batch).await;
    assert_eq!((told.pages_read, told.pages_stuck), (1, 0));
}

/// The first bytes of a stored file, changed; what puts them right again.
struct Garbled {
    file: PathBuf,
    right: Vec<u8>,
}

impl Garbled {
    fn over(file: PathBuf) -> Self {
        let right = std::fs::read(&file).unwrap();
        let mut wrong = right.clone();
        wrong[0] ^= 1;
        std::fs::write(&file, wrong).unwrap();
        Self { file, right }
    }

    fn mend(self) {
        std::fs::write(self.file, self.right).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_are_read_again_later_and_a_released_request_is_never_refused_for_them() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let portal = caller(Role::Portal);
    let asked = copy_request::ask(archive, &portal, &asking("k1"))
        .await
        .unwrap();
    let saw = seen(archive, &record).await;
    let clerk = caller(Role::Reviewer);
    copy_request::confirm(archive, &clerk, &asked.id, &record, &saw)
        .await
        .unwrap();
    let head = caller(Role::Approver);
    let shown = shown(archive, &asked.id).await;
    let ids = copy_request::release(archive, &head, &asked.id, &shown)
        .await
        .unwrap();
    // The copy was sealed before a kill, and comes back garbled from the vault.
    let issued = holdings.object_of_copy(&holdings.valid.id);
    let object = holdings.object_of_copy(&ids[0]);
    let (from, to) = (holdings.folder(&issued), holdings.folder(&object));
    assert!(from.exists() && !to.exists());
    worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    let file = holdings.stored(&object, "copy.pdf").await;
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query(
        "UPDATE copies SET state = 'opening', sha256 = NULL, object_id = NULL WHERE id = $1",
    )
    .bind(&ids[0])
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query("UPDATE copy_requests SET state = 'released' WHERE id = $1")
        .bind(&asked.id)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.enqueue(Kind::IssueCopy, &ids[0], jobs::PRIORITY_CITIZEN)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let garbled = Garbled::over(file);
    for _ in 0..12 {
        worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
        holdings.clock.advance(Duration::from_secs(301));
    }
    let line = certified_copy::line(archive, &clerk, &ids[0])
        .await
        .unwrap();
    assert_eq!((line.state.as_str(), line.void_code), ("opening", None));
    let request = copy_request::get(archive, &clerk, &asked.id).await.unwrap();
    assert_eq!(request.state.as_str(), "released");
    let told = stuck(archive).await;
    let met = |job: &Stuck| (job.kind.clone(), job.state, job.error_code.clone());
    let told: Vec<_> = told.iter().map(met).collect();
    let expected = (
        "issue_copy".into(),
        JobState::Failed,
        Some("corrupt".into()),
    );
    assert_eq!(told, [expected], "after many looks a person is told");

    garbled.mend();
    let chosen = Chosen {
        code: Some("corrupt".into()),
        ..Chosen::default()
    };
    let again = queue::steer(archive, &administrator(), &chosen, JobAction::Retry).await;
    assert_eq!(again.unwrap(), 1);
    worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    let line = certified_copy::line(archive, &clerk, &ids[0])
        .await
        .unwrap();
    assert_eq!(line.state.as_str(), "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zero_byte_in_the_text_of_a_page_fails_it_on_neither_engine() {
    for ground in [Ground::Embedded, Ground::Scaled] {
        let data = tempfile::tempdir().unwrap();
        let (config, _store) = settings(ground, data.path()).await;
        let archive = Archive::open(config).await.unwrap();
        let batch = pages(&archive, 1).await;
        worker::drain(&archive).await.unwrap();
        let machine = Caller::machine();
        let scans = sogoc::scan::list(&archive, &machine, &batch, None, None, 10).await;
        let scan = scans.unwrap().items.remove(0);
        let id = sogoc::scan::page_id(&scan.id, 1);
        let reading = page::reading(&archive, &id).await.unwrap().unwrap();
        let mut written = serde_json::to_value(&reading).unwrap();
        written["text"] = json!("Nguyễn\u{0} Văn A");
        let key = format!("readings/{id}.json");
        let bytes = serde_json::to_vec(&written).unwrap();
        archive.vault.put_cache(&key, bytes.into()).await.unwrap();
        let reading = page::reading(&archive, &id).await.unwrap().unwrap();
        assert_eq!(reading.text, "Nguyễn Văn A", "{ground:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_tried_again_held_and_given_up_one_by_one_and_all() {
    let server = Server::start().await;
    let archive = &server.archive;
    let batch = pages(archive, 3).await;
    fail_all(archive, "unavailable").await; // as an earlier release left them
    let told = progress(archive, &batch).await;
    assert_eq!(
        (told.pages_waiting, told.pages_stuck),
        (0, 3),
        "nobody waits for these"
    );
    let administrator = server.someone(&[Role::Administrator]).await;
    let listed: Value = administrator
        .get("/api/v1/jobs/stuck")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed}");
    let page = administrator.get("/kho/viec").await.text().await.unwrap();
    assert!(page.contains("không trả lời"), "{page}");

    let steer = async |action: &str, jobs: Value| -> Value {
        let given = json!({ "action": action, "jobs": jobs });
        let answer = administrator.post("/api/v1/jobs/stuck", given).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    };
    let one = listed[0]["id"].as_str().unwrap();
    assert_eq!(steer("give_up", json!({ "id": one })).await["count"], 1);
    assert_eq!(
        steer("hold", json!({ "kind": "read_page" })).await["count"],
        2
    );
    worker::work_off(archive, &[Kind::ReadPage]).await.unwrap();
    let told = progress(archive, &batch).await;
    assert_eq!(
        (told.pages_failed, told.pages_stuck, told.pages_read),
        (1, 2, 0)
    );
    assert_eq!(steer("retry", json!({})).await["count"], 2);
    worker::work_off(archive, &[Kind::ReadPage]).await.unwrap();
    let told = progress(archive, &batch).await;
    assert_eq!(
        (told.pages_read, told.pages_stuck, told.pages_failed),
        (2, 0, 1)
    );
    let again = steer("retry", json!({ "code": "unavailable" })).await;
    assert_eq!(
        again["count"], 1,
        "the page that was given up is wanted after all"
    );
    worker::work_off(archive, &[Kind::ReadPage]).await.unwrap();
    let told = progress(archive, &batch).await;
    assert_eq!((told.pages_read, told.pages_failed), (3, 0));
    let unknown = json!({ "action": "retry", "jobs": { "kind": "no_such_kind" } });
    let refused = administrator.post("/api/v1/jobs/stuck", unknown).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

async fn fail_all(archive: &Archive, code: &str) {
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query("UPDATE jobs SET state = 'failed', once_key = NULL, error_code = $1 WHERE kind = 'read_page'")
        .bind(code)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The first records of a scan are decided while the vault is away: they reach it by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn decided_records_reach_the_vault_once_it_is_back() {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(AheadClock::default());
    let config = holdings::config(data.path(), None);
    let archive = Archive::open_with(config, clock.clone()).await.unwrap();
    approved_record(&archive).await;
    clock.advance(Duration::from_secs(5));
    let (mounted, away) = (data.path().join("vault/ocfl"), data.path().join("away"));
    std::fs::rename(&mounted, &away).unwrap();
    worker::work_off(&archive, &[Kind::PreserveRecords])
        .await
        .unwrap();
    assert_eq!(sogoc::preservation::lag(&archive).await.unwrap(), 1);
    std::fs::rename(&away, &mounted).unwrap();
    clock.advance(LATER);
    worker::work_off(&archive, &[Kind::PreserveRecords])
        .await
        .unwrap();
    assert_eq!(sogoc::preservation::lag(&archive).await.unwrap(), 0);
}
