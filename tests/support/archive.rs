//! A whole archive on either ground: SQLite and a folder, or PostgreSQL and S3.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sogoc::access::{Caller, CallerKind, Network, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::config::Config;
use sogoc::copy_request::{AskGiven, Asked};
use sogoc::error::Result;
use sogoc::messages::Lang;
use sogoc::scan::{self, Incoming, Scan};
use sogoc::seen::{self, Seen};
use sogoc::{audit, copy_request, jobs, worker};
use tempfile::TempDir;

use super::clock::AheadClock;
use super::seaweed::Seaweed;

/// Longer than approvals of one scan are gathered before they go to the vault together.
const GATHERED: Duration = Duration::from_secs(4);

/// What an archive stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// SQLite and a folder.
    Embedded,
    /// PostgreSQL and a real S3 server (SeaweedFS).
    Scaled,
}

/// An archive with the servers it needs; all end with it.
pub struct Holdings {
    /// The archive, open, on a clock that the test moves ahead.
    pub archive: Archive,
    clock: Arc<AheadClock>,
    _data: TempDir,
    _store: Option<Seaweed>,
}

/// Settings for a fresh archive on `ground`.
pub async fn settings(ground: Ground, data: &Path) -> (Config, Option<Seaweed>) {
    let mut config = Config::in_folder(data);
    config.reading.program = Some(PathBuf::from(env!("CARGO_BIN_EXE_sogoc")));
    if ground == Ground::Embedded {
        return (config, None);
    }
    let (url, store) =
        tokio::task::spawn_blocking(|| (super::postgres::create_database(), Seaweed::start()))
            .await
            .unwrap();
    let location = store.vault("archive");
    let access = location.s3.unwrap();
    let secret = data.join("s3.secret");
    std::fs::write(&secret, access.secret_access_key).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    config.catalogue.url = Some(url);
    config.vault.url = Some(location.url);
    config.vault.endpoint = Some(access.endpoint);
    config.vault.region = Some(access.region);
    config.vault.key_id = Some(access.access_key_id);
    config.vault.secret_file = Some(secret);
    (config, Some(store))
}

impl Holdings {
    /// An archive with settings of its own, as it was opened.
    pub fn of(archive: Archive, data: TempDir, store: Option<Seaweed>) -> Self {
        Self {
            archive,
            clock: Arc::default(),
            _data: data,
            _store: store,
        }
    }

    /// A fresh, empty archive with its servers.
    pub async fn on(ground: Ground) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (config, store) = settings(ground, data.path()).await;
        let clock = Arc::new(AheadClock::default());
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        Self {
            archive,
            clock,
            _data: data,
            _store: store,
        }
    }

    /// Delivers sample scans as one batch and works until nothing is left to do.
    pub async fn deliver(&self, names: &[&str]) -> (String, Vec<Scan>) {
        let me = caller(Role::Archivist);
        let fresh = NewBatch {
            name: format!("Đợt {}", names.join("+")),
            ..NewBatch::default()
        };
        let batch = batch::open(&self.archive, &me, &fresh).await.unwrap();
        let scans = self.receive(&batch.id, names).await;
        (batch.id, scans)
    }

    /// Delivers sample scans into an open batch and works until nothing is left to do.
    pub async fn receive(&self, batch_id: &str, names: &[&str]) -> Vec<Scan> {
        let me = caller(Role::Archivist);
        let mut scans = Vec::new();
        for name in names {
            let path = sample(name);
            let file = Incoming {
                batch_id,
                name,
                path: &path,
                declared_sha256: None,
            };
            scans.push(scan::receive(&self.archive, &me, &file).await.unwrap());
        }
        worker::drain(&self.archive).await.unwrap();
        scans
    }

    /// Lets the time pass in which decisions are gathered; then the vault has them.
    pub async fn preserve(&self) {
        self.clock.advance(GATHERED);
        worker::drain(&self.archive).await.unwrap();
    }

    /// What must hold at the end of every test: no job left over or failed, and the log's chain whole.
    pub async fn check(&self) {
        all_done(&self.archive).await;
    }
}

/// No job is left over or failed, and the log's chain is whole.
pub async fn all_done(archive: &Archive) {
    let left = jobs::backlog(&archive.catalogue).await.unwrap();
    let left: Vec<_> = left
        .iter()
        .filter(|row| row.kind != "sweep_uploads")
        .collect();
    assert!(left.is_empty(), "jobs left over: {left:?}");
    log_is_whole(archive).await;
}

/// Every entry is in the signed tree and fits it. How many they are.
pub async fn log_is_whole(archive: &Archive) -> i64 {
    // A killed process holds the sequencer for a minute more, which nobody waits for here.
    let mut tx = archive.begin_as_machine().await.unwrap();
    sqlx::query("UPDATE log_tree SET holder = NULL, held_until = NULL")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut waiting = i64::MAX;
    while waiting > 0 {
        audit::publish(archive).await.unwrap();
        let left = audit::state(archive).await.unwrap().waiting;
        assert!(left < waiting, "{left} entries wait and do not get fewer");
        waiting = left;
    }
    let checked = audit::check(archive).await.unwrap();
    assert!(checked.whole, "{checked:?}");
    checked.state.checked
}

/// One of the scans the repository ships.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples/scans")
        .join(name)
}

/// Someone with one role; the id is the role's word.
pub fn caller(role: Role) -> Caller {
    Caller {
        id: role.as_str().into(),
        name: role.name(Lang::Vi).into(),
        roles: vec![role],
        kind: CallerKind::Person,
        fresh: true,
    }
}

/// Asks for a copy as whoever it is: the public by its own door, from no network in particular.
pub async fn ask_as(archive: &Archive, who: &Caller, given: &AskGiven) -> Result<Asked> {
    match who.kind {
        CallerKind::Public => copy_request::ask_publicly(archive, &Network::unknown(), given).await,
        _ => copy_request::ask(archive, who, given).await,
    }
}

/// What the office is shown of a record now.
pub async fn seen(archive: &Archive, record_id: &str) -> Seen {
    seen::now(archive, &caller(Role::Auditor), record_id)
        .await
        .unwrap()
}

/// What an approver is shown of the record of a request; of nothing while none is confirmed.
pub async fn shown(archive: &Archive, request_id: &str) -> Seen {
    let request = copy_request::get(archive, &caller(Role::Auditor), request_id).await;
    match request.ok().and_then(|request| request.record_id) {
        Some(record_id) => seen(archive, &record_id).await,
        None => Seen {
            record_version: 0,
            record_digest: String::new(),
        },
    }
}
