//! What counts for every process is compared when one starts: settings, vault and time. One that differs says how and does
//! not serve.

use std::sync::Arc;
use std::time::Duration;

use sogoc::archive::Archive;
use sogoc::clock::{Clock, StillClock, WallClock};
use sogoc::config::Config;
use sogoc::error::{Error, Result};
use sogoc::lifecycle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::archive::{Ground, settings};
use crate::support::holdings;

/// A process that lives until it is stopped.
struct Process {
    archive: Arc<Archive>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Process {
    async fn start(config: Config) -> Result<Self> {
        Self::start_at(config, Arc::new(WallClock)).await
    }

    async fn start_at(config: Config, clock: Arc<dyn Clock>) -> Result<Self> {
        let archive = Arc::new(Archive::open_with(config, clock).await?);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        lifecycle::enter(&archive, "serve", &stop, &tasks).await?;
        Ok(Self {
            archive,
            stop,
            tasks,
        })
    }

    async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn told<T>(outcome: Result<T>) -> (&'static str, String) {
    match outcome {
        Err(error @ Error::WrongSetting { setting, .. }) => {
            (setting, format!("{}\n{}", error.vi(), error.en()))
        }
        Err(other) => panic!("told as {other:?}"),
        Ok(_) => panic!("it serves"),
    }
}

/// Settings of a second process over the same catalogue and vault, on another machine as far as it can tell.
fn beside(config: &Config, data: &std::path::Path) -> Config {
    super::agreement::copy_folder(&config.data.join("seal"), &data.join("seal"));
    let mut other = config.clone();
    other.data = data.to_path_buf();
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_other_settings_does_not_serve_beside_one_that_lives_on_postgresql() {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(Ground::Scaled, data.path()).await;
    other_settings(config).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_with_other_settings_does_not_serve_beside_one_that_lives_on_sqlite() {
    let data = tempfile::tempdir().unwrap();
    let mut config = holdings::config(data.path(), None);
    config.catalogue.url = Some(config.catalogue_url());
    config.vault.url = Some(data.path().join("vault").display().to_string());
    other_settings(config).await;
}

async fn other_settings(mut config: Config) {
    config.web.public_url = Some("https://so-goc.example".into());
    config.office.signer_name = "Người Ký Một".into();
    let first = Process::start(config.clone()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let second = beside(&config, folder.path());
    Process::start(second.clone()).await.unwrap().end().await;

    let other = |change: &dyn Fn(&mut Config)| {
        let mut other = second.clone();
        change(&mut other);
        Process::start(other)
    };
    let (setting, said) =
        told(other(&|c| c.web.public_url = Some("https://khac.example".into())).await);
    assert_eq!(setting, "web.public_url");
    assert!(
        said.contains("https://khac.example") && said.contains("https://so-goc.example"),
        "{said}"
    );
    let (setting, said) = told(other(&|c| c.office.signer_name = "Người Ký Hai".into()).await);
    assert_eq!(setting, "office.signer_name");
    assert!(!said.contains("Người Ký"), "names are not told: {said}");

    let classes = tempfile::tempdir().unwrap();
    std::fs::copy("classes/so_goc.toml", classes.path().join("so_goc.toml")).unwrap();
    let own = classes.path().to_path_buf();
    let (setting, _) = told(other(&|c| c.classes = Some(own.clone())).await);
    assert_eq!(setting, "classes");

    // Once the other has gone, settings may change.
    first.end().await;
    let changed = other(&|c| c.web.public_url = Some("https://khac.example".into())).await;
    changed.unwrap().end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_far_from_the_database_servers_is_told_and_nearly_the_same_time_serves() {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(Ground::Scaled, data.path()).await;
    let at = |seconds: i64| {
        let now = WallClock.now() + jiff::SignedDuration::from_secs(seconds);
        Arc::new(StillClock::at(now))
    };
    let start = |seconds| Process::start_at(config.clone(), at(seconds));
    start(5).await.unwrap().end().await;
    let (setting, said) = told(start(600).await);
    assert_eq!(setting, "clock");
    assert!(
        said.contains("timedatectl") && said.contains("nhanh hơn"),
        "{said}"
    );
    let (_, said) = told(start(-600).await);
    assert!(said.contains("chậm hơn"), "{said}");

    let clock = at(0);
    let living = Process::start_at(config.clone(), clock.clone())
        .await
        .unwrap();
    living.archive.ready().await.unwrap();
    clock.advance(Duration::from_secs(600));
    assert_eq!(told(living.archive.ready().await).0, "clock");
    living.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_archives_vault_is_no_vault_of_this_catalogue() {
    let data = tempfile::tempdir().unwrap();
    let config = holdings::config(data.path(), None);
    let first = Process::start(config.clone()).await.unwrap();
    let machine = sogoc::access::Caller::machine();
    let new = sogoc::batch::NewBatch {
        name: "Hộp".into(),
        ..Default::default()
    };
    let batch = sogoc::batch::open(&first.archive, &machine, &new)
        .await
        .unwrap();
    holdings::receive(&first.archive, &batch.id, "trang.png", &holdings::page(1)).await;
    first.end().await;

    let elsewhere = tempfile::tempdir().unwrap();
    let other = Archive::open(holdings::config(elsewhere.path(), None))
        .await
        .unwrap();
    let batch = sogoc::batch::open(&other, &machine, &new).await.unwrap();
    holdings::receive(&other, &batch.id, "khac.png", &holdings::page(2)).await;
    let mut wrong = config.clone();
    wrong.vault.url = Some(elsewhere.path().join("vault").display().to_string());
    let (setting, said) = told(Process::start(wrong).await);
    assert_eq!(setting, "vault.url", "{said}");
    Process::start(config).await.unwrap().end().await;
}
