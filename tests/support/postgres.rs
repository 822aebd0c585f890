//! A private PostgreSQL cluster for this run of the tests, and a database for each test in it.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::child::{TiedChild, free_ports};
use super::pip::run;
use super::wait::wait_until;

const USER: &str = "sogoc";
/// Held while a run lives, so that the next one can tell what a dead one left behind.
const LOCK: &str = "run.lock";

struct Cluster {
    tools: PathBuf,
    folder: PathBuf,
    port: u16,
    _server: TiedChild,
    _lock: File,
}

/// Makes an empty database, starting the cluster when it is the first, and returns its URL. The
/// server ends with the test process, however that ends.
pub fn create_database() -> String {
    let (cluster, name) = fresh_database();
    cluster.url(&name)
}

/// A database with what a dump of plain SQL holds; its URL.
pub fn restore_database(dump: &Path) -> String {
    let (cluster, name) = fresh_database();
    let mut restore = cluster.client("psql");
    restore.args(["--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", &name]);
    run(restore.arg("--file").arg(dump));
    cluster.url(&name)
}

fn fresh_database() -> (&'static Cluster, String) {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let cluster = CLUSTER.get_or_init(Cluster::start);
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::SeqCst));
    run(cluster.client("createdb").arg(&name));
    (cluster, name)
}

impl Cluster {
    fn start() -> Self {
        let tools = tools();
        // Short, because a socket's path may have 107 bytes; and open to the server's own user.
        let places = std::env::temp_dir().join("sogoc-test-postgres");
        std::fs::create_dir_all(&places).unwrap();
        clear_abandoned(&places);
        let place = tempfile::TempDir::with_prefix_in("run", &places)
            .unwrap()
            .keep();
        let lock = File::create(place.join(LOCK)).unwrap();
        lock.lock().unwrap();
        give_to_server_user(&place);
        let folder = place.join("data");
        run(as_server_user().arg(tools.join("initdb")).args([
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            &format!("--username={USER}"),
            &format!("--pgdata={}", folder.display()),
        ]));
        let [port] = free_ports();
        let server = start_server(&tools, &place, port);
        let cluster = Self {
            tools,
            folder: place,
            port,
            _server: server,
            _lock: lock,
        };
        cluster.wait_until_ready();
        cluster
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    fn wait_until_ready(&self) {
        let ready = || self.client("pg_isready").output().unwrap().status.success();
        let log = self.folder.join("log");
        let explain = || std::fs::read_to_string(&log).unwrap_or_default();
        wait_until(Duration::from_secs(60), ready, explain);
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.tools.join(program));
        command
            .arg("--host")
            .arg(&self.folder)
            .arg("--username")
            .arg(USER);
        command.arg("--port").arg(self.port.to_string());
        command
    }
}

fn start_server(tools: &Path, place: &Path, port: u16) -> TiedChild {
    let mut command = as_server_user();
    // An interrupt is PostgreSQL's fast, orderly shutdown.
    command
        .args(["--pdeathsig", "INT"])
        .arg(tools.join("postgres"))
        .args([
            "-D",
            &place.join("data").display().to_string(),
            "-k",
            &place.display().to_string(),
            "-h",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-c",
            "fsync=off",
            "-c",
            "max_connections=200",
        ]);
    TiedChild::spawn(command, &place.join("log"))
}

/// PostgreSQL refuses to run as root; then it runs as the user its package makes.
fn as_server_user() -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--init-groups",
        ]);
    }
    command
}

fn give_to_server_user(place: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres:").arg(place));
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The folder of the newest PostgreSQL's programs, installed through apt when there is none.
fn tools() -> PathBuf {
    if let Some(found) = newest_tools() {
        return found;
    }
    let package = "postgresql";
    assert!(
        is_root(),
        "the tests need PostgreSQL: sudo apt-get install {package}"
    );
    let apt = || {
        let mut command = Command::new("apt-get");
        command
            .args(["-o", "DPkg::Lock::Timeout=300"])
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt().arg("update"));
    run(apt().args(["install", "--yes", "--no-install-recommends", package]));
    newest_tools().expect("the package brings initdb")
}

fn newest_tools() -> Option<PathBuf> {
    let releases = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let usable = releases
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bin/initdb").exists() && path.join("bin/postgres").exists());
    usable
        .max_by_key(|path| number(path))
        .map(|path| path.join("bin"))
}

/// Removes the folders of runs that are over.
fn clear_abandoned(places: &Path) {
    for entry in std::fs::read_dir(places).unwrap() {
        let place = entry.unwrap().path();
        let over = File::open(place.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok());
        if over {
            let _ = std::fs::remove_dir_all(place);
        }
    }
}
