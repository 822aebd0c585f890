//! Killed at each step of a scan's walk and of a copy's: nothing acknowledged is lost, nothing is done
//! twice, the vault stays valid. The killed processes are the real executable, killed by SIGKILL at
//! instants that sweep over the whole of their work.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::config::Config;
use sogoc::copy_request::{self, Applicant, AskGiven, Sought};
use sogoc::record::{self, RecordFilter};
use sogoc::{audit, certified_copy, jobs, review};
use sqlx::Row;

use crate::support::archive::{Ground, caller, log_is_whole, sample, seen, settings, shown};
use crate::support::ocfl_py;
use crate::support::wait::happens_within;

const FILES: [&str; 3] = [
    "bang-thpt-2008.jpg",
    "bang-ptth-1995.jpg",
    "quyet-dinh-cong-nhan-2008.tif",
];

/// What the vault holds in the end: the scans, the batch's receipt, one request and one copy.
const OBJECTS: usize = FILES.len() + 3;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_on_sqlite_and_a_folder() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_on_postgresql_and_s3() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(ground, data.path()).await;
    let place = Place::lay(data.path(), &config);
    let archive = Archive::open(config.clone()).await.unwrap(); // a witness beside the killed ones
    deliveries_cut_off(&place);
    everything_is_there_once(&archive).await;
    pages_cut_off(&place, &archive).await;
    approvals_cut_off(&place, &archive).await;
    copies_cut_off(&place, &archive).await;
    whole(&archive).await;
    if ground == Ground::Embedded {
        ocfl_py::assert_valid(&data.path().join("vault/ocfl"), OBJECTS);
    }
}

/// Where the killed processes find their settings and their scans.
struct Place {
    config: PathBuf,
    scans: PathBuf,
    receipt: PathBuf,
    /// The vault's storage root, where it is a folder.
    root: Option<PathBuf>,
}

impl Place {
    fn lay(data: &Path, config: &Config) -> Self {
        let place = Self {
            config: data.join("sogoc.toml"),
            scans: data.join("scans"),
            receipt: data.join("receipt.json"),
            root: config.vault.url.is_none().then(|| data.join("vault/ocfl")),
        };
        std::fs::create_dir(&place.scans).unwrap();
        for name in FILES {
            std::fs::copy(sample(name), place.scans.join(name)).unwrap();
        }
        let mut text = format!("data = {:?}\n", config.data);
        if let (Some(catalogue), Some(vault)) = (&config.catalogue.url, &config.vault.url) {
            let setting = |value: &Option<String>| value.clone().unwrap_or_default();
            text += &format!("[catalogue]\nurl = {catalogue:?}\n[vault]\nurl = {vault:?}\n");
            text += &format!("endpoint = {:?}\n", setting(&config.vault.endpoint));
            text += &format!("region = {:?}\n", setting(&config.vault.region));
            text += &format!("key_id = {:?}\n", setting(&config.vault.key_id));
            text += &format!(
                "secret_file = {:?}\n",
                config.vault.secret_file.clone().unwrap()
            );
        }
        std::fs::write(&place.config, text).unwrap();
        place
    }

    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_sogoc"))
            .arg("--config")
            .arg(&self.config)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn deliver(&self) -> Child {
        let (scans, receipt) = (self.scans.to_str().unwrap(), self.receipt.to_str().unwrap());
        self.start(&[
            "deliver",
            scans,
            "--batch",
            "Đợt bị cắt",
            "--receipt",
            receipt,
        ])
    }
}

/// Lets a process live for `life`; true when it ended by itself before.
fn kill_after(mut child: Child, life: Duration) -> bool {
    if happens_within(life, || child.try_wait().unwrap().is_some()) {
        let status = child.wait().unwrap();
        assert!(status.success(), "it ended by itself, but badly: {status}");
        return true;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

fn deliveries_cut_off(place: &Place) {
    let mut life = Duration::from_millis(40);
    let mut kills = 0;
    while !kill_after(place.deliver(), life) {
        kills += 1;
        life = life * 5 / 4; // sweeps over spooling, hashing, depositing and booking
        assert!(life < Duration::from_secs(120), "a delivery never ends");
    }
    assert!(kills >= 3, "killed only {kills} times");
    assert!(place.receipt.exists(), "the receipt is written at the end");
}

async fn everything_is_there_once(archive: &Archive) {
    let rows = sqlx::query("SELECT original_name, state FROM scans ORDER BY original_name")
        .fetch_all(archive.catalogue.pool())
        .await
        .unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.get("original_name")).collect();
    let expected: BTreeSet<_> = FILES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names.len(), FILES.len(), "nothing twice: {names:?}");
    assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), expected);
    assert!(
        rows.iter()
            .all(|row| row.get::<String, _>("state") == "received")
    );
}

/// Kills `sogoc work` again and again until `done` says so.
async fn work_cut_off(place: &Place, archive: &Archive, kind: &str) {
    let started = Instant::now();
    let mut life = Duration::from_millis(150);
    while waiting(archive, kind).await > 0 {
        let ended = kill_after(place.start(&["work"]), life);
        if let Some(root) = &place.root
            && !ended
        {
            ocfl_py::assert_all_valid(root); // at the instant of the kill, before anybody finishes anything
        }
        life = (life * 3 / 2).min(Duration::from_secs(20));
        expire_leases(archive).await;
        assert!(
            started.elapsed() < Duration::from_secs(300),
            "{kind} never gets done"
        );
    }
}

async fn waiting(archive: &Archive, kind: &str) -> i64 {
    let rows = jobs::backlog(&archive.catalogue).await.unwrap();
    assert!(
        !rows
            .iter()
            .any(|row| row.kind == kind && row.state == "failed"),
        "{rows:?}"
    );
    rows.iter()
        .filter(|row| row.kind == kind)
        .map(|row| row.count)
        .sum()
}

/// What a minute of waiting does: the dead holder's lease runs out. An attempt cut off by our own
/// killing does not count against the page.
async fn expire_leases(archive: &Archive) {
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query(
        "UPDATE jobs SET lease_until = '2000-01-01T00:00:00.000Z', attempts = 0
         WHERE state = 'leased'",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn pages_cut_off(place: &Place, archive: &Archive) {
    work_cut_off(place, archive, "read_page").await;
    let unread: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pages WHERE state <> 'read'")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(unread, 0);
    let entries = audit::after(&archive.catalogue, 0, 10_000).await.unwrap();
    let read: Vec<_> = entries
        .iter()
        .filter(|entry| entry.action == "page_read")
        .collect();
    let pages: BTreeSet<_> = read.iter().map(|entry| &entry.subject_id).collect();
    assert_eq!(read.len(), pages.len(), "no page is booked twice");
}

async fn approvals_cut_off(place: &Place, archive: &Archive) {
    let reviewer = caller(Role::Reviewer);
    for row in record::list(archive, &reviewer, &RecordFilter::default())
        .await
        .unwrap()
    {
        let class = archive.classes.get(&row.class).unwrap();
        let missing = |key: &str| {
            row.fields
                .get(key)
                .is_none_or(|f| f.value.trim().is_empty())
        };
        let mandatory = class
            .fields
            .iter()
            .filter(|field| field.mandatory && missing(&field.key));
        let fill = mandatory
            .map(|field| (field.key.clone(), "-".to_owned()))
            .collect();
        let seen = review::correct(archive, &reviewer, &row.id, row.version, &fill, "")
            .await
            .unwrap();
        review::approve(archive, &reviewer, &seen.id, seen.version)
            .await
            .unwrap();
    }
    work_cut_off(place, archive, "preserve_records").await;
    let lag: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM records WHERE preserved_version IS NULL OR preserved_version <> version",
    )
    .fetch_one(archive.catalogue.pool())
    .await
    .unwrap();
    assert_eq!(lag, 0, "every approval reached the vault");
}

async fn copies_cut_off(place: &Place, archive: &Archive) {
    let (reviewer, approver) = (caller(Role::Reviewer), caller(Role::Approver));
    let filter = RecordFilter {
        class: Some("van_bang".into()),
        ..RecordFilter::default()
    };
    let diploma = record::list(archive, &reviewer, &filter)
        .await
        .unwrap()
        .remove(0);
    let given = AskGiven {
        applicant: Applicant {
            name: "Người xin".into(),
            contact: "0905 000 000".into(),
            standing: "self".into(),
            ..Applicant::default()
        },
        wanted: Sought {
            ho_ten: "Người xin".into(),
            ..Sought::default()
        },
        consent: None,
        idempotency_key: None,
    };
    let asked = copy_request::ask(archive, &reviewer, &given).await.unwrap();
    copy_request::confirm(
        archive,
        &reviewer,
        &asked.id,
        &diploma.id,
        &seen(archive, &diploma.id).await,
    )
    .await
    .unwrap();
    copy_request::release(
        archive,
        &approver,
        &asked.id,
        &shown(archive, &asked.id).await,
    )
    .await
    .unwrap();
    work_cut_off(place, archive, "issue_copy").await;
    let (_, bytes) = copy_request::fetch(archive, &asked.code, None)
        .await
        .unwrap();
    let answer = certified_copy::verify_file(archive, &bytes).await.unwrap();
    assert_eq!(
        (answer.file.as_str(), answer.archive.unwrap().state.as_str()),
        ("unchanged", "valid")
    );
    let copies: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM copies WHERE state = 'issued'")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(copies, 1, "one request, one copy");
}

async fn whole(archive: &Archive) {
    log_is_whole(archive).await;
    let objects: Vec<_> = archive.vault.walk().try_collect().await.unwrap();
    assert_eq!(
        objects.len(),
        OBJECTS,
        "no object without its file: {objects:?}"
    );
    for object in objects {
        let id = object.id.unwrap();
        let report = archive.vault.verify(&id).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
    }
    let positions: Vec<i64> =
        sqlx::query_scalar("SELECT position FROM publications ORDER BY position")
            .fetch_all(archive.catalogue.pool())
            .await
            .unwrap();
    assert!(
        positions
            .iter()
            .zip(1..)
            .all(|(position, expected)| *position == expected)
    );
}
