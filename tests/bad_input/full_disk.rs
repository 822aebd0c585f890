//! A disk that fills up in the middle: nothing is acknowledged that is not kept, the sentence says so,
//! and the work goes on once there is room. The disk is a small one in memory, in a namespace of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::child::TiedChild;
use crate::support::server::PASSWORD;
use crate::support::wait::until;

const DIPLOMA: &[u8] = include_bytes!("../fixtures/good/diploma.jpg");

/// A disk of some megabytes that only one shell and its children see.
struct SmallDisk {
    outside: TempDir,
    log: PathBuf,
    _shell: TiedChild,
}

impl SmallDisk {
    /// Runs `script` on a disk of `megabytes`. In it `$disk` is the disk, `$sogoc` the program, and
    /// `told` waits until a file of that name appears in `$outside`.
    fn running(megabytes: u32, script: &str) -> Self {
        let outside = tempfile::tempdir().unwrap();
        let disk = outside.path().join("disk");
        std::fs::create_dir(&disk).unwrap();
        std::fs::write(outside.path().join("bằng.jpg"), DIPLOMA).unwrap();
        let prelude = format!(
            "set -u; outside='{}'; disk='{}'; sogoc='{}'
             mount -t tmpfs -o size={megabytes}m tmpfs \"$disk\" || exit 99
             fill() {{ cat /dev/zero >\"$disk/filler\" 2>/dev/null; }}
             room() {{ rm \"$disk/filler\"; }}
             told() {{ while [ ! -e \"$outside/$1\" ]; do sleep 0.1; done; }}\n",
            outside.path().display(),
            disk.display(),
            env!("CARGO_BIN_EXE_sogoc"),
        );
        let mut shell = Command::new("setpriv");
        shell.args([
            "--pdeathsig",
            "KILL",
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
        ]);
        shell.args([
            "--pid",
            "--mount-proc",
            "--kill-child",
            "--fork",
            "sh",
            "-c",
            &(prelude + script),
        ]);
        let log = outside.path().join("log");
        let shell = TiedChild::spawn(shell, &log);
        Self {
            outside,
            log,
            _shell: shell,
        }
    }

    fn tell(&self, word: &str) {
        std::fs::write(self.outside.path().join(word), "").unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.outside.path().join(name)
    }

    async fn wait_for(&self, what: &str, found: impl Fn(&str) -> Option<String>) -> String {
        let mut seen = None;
        until(what, async || {
            seen = found(&read(&self.log));
            seen.is_some()
        })
        .await;
        seen.unwrap()
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_command_line_a_disk_that_fills_up_acknowledges_nothing() {
    let disk = SmallDisk::running(
        24,
        r#"
        mkdir "$outside/scans"; cp "$outside/bằng.jpg" "$outside/scans"
        "$sogoc" --data "$disk/data" user list >/dev/null || exit 98
        deliver() {
          "$sogoc" --data "$disk/data" --json deliver "$outside/scans" --batch X >"$outside/$1.out" 2>"$outside/$1.err"
          echo "$1 ended with $?"
        }
        fill; deliver full; room; deliver roomy
        "#,
    );
    let ended = |name: &'static str| {
        move |log: &str| {
            let line = log.lines().find(|line| line.starts_with(name))?;
            line.rsplit(' ').next().map(str::to_owned)
        }
    };
    let full = disk.wait_for("the full disk", ended("full")).await;
    let complaint = read(&disk.path("full.err"));
    assert_eq!(full, "75", "{complaint}");
    assert!(complaint.contains("Chưa có gì bị mất"), "{complaint}");
    assert_eq!(read(&disk.path("full.out")), "", "nothing was acknowledged");
    let roomy = disk.wait_for("the roomy disk", ended("roomy")).await;
    assert_eq!(roomy, "0", "{}", read(&disk.path("roomy.err")));
    let told: Value = serde_json::from_str(&read(&disk.path("roomy.out"))).unwrap();
    assert_eq!(told["totals"]["received"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_api_a_disk_that_fills_up_is_503_and_the_upload_goes_on_afterwards() {
    let disk = SmallDisk::running(
        400,
        r#"
        printf 'mat khau du dai 2026\n' |
          "$sogoc" --data "$disk/data" user add luutru --name "Trần Thị Mẫu" --role archivist >/dev/null || exit 98
        "$sogoc" serve --data "$disk/data" --listen 127.0.0.1:0 &
        told fill; fill; touch "$outside/filled"
        told room; room; touch "$outside/roomy"
        wait
        "#,
    );
    let url = disk
        .wait_for("the service", |log| {
            log.lines()
                .find(|line| line.starts_with("http://"))
                .map(str::to_owned)
        })
        .await;
    let sender = Sender::sign_in(&url).await;
    let upload = sender.create(DIPLOMA.len()).await;

    disk.tell("fill");
    disk.wait_for("the filler", |_| {
        disk.path("filled").exists().then(String::new)
    })
    .await;
    assert_eq!(sender.readiness().await, 503, "a full disk takes nothing");
    let refused = sender.append(&upload, DIPLOMA).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "unavailable", "{problem}");

    disk.tell("room");
    disk.wait_for("room", |_| disk.path("roomy").exists().then(String::new))
        .await;
    assert_eq!(sender.readiness().await, 200);
    let offset = sender.offset(&upload).await;
    let sent = sender.append_at(&upload, offset, &DIPLOMA[offset..]).await;
    let status = sent.status();
    assert_eq!(
        status,
        204,
        "{}\n{}",
        sent.text().await.unwrap(),
        read(&disk.log)
    );
    let became = sender.get(&upload).await;
    assert_eq!(became["scan"]["state"], "received", "{became}");
}

/// An archivist who is signed in and uploads into a batch.
struct Sender {
    url: String,
    cookie: String,
    form_token: String,
    batch: String,
    http: reqwest::Client,
}

impl Sender {
    async fn sign_in(url: &str) -> Self {
        let http = reqwest::Client::new();
        let names = json!({ "login": "luutru", "password": PASSWORD });
        let answer = http
            .post(format!("{url}/api/v1/session"))
            .json(&names)
            .send()
            .await
            .unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let who: Value = answer.json().await.unwrap();
        let form_token = who["form_token"].as_str().unwrap().to_owned();
        let mut sender = Self {
            url: url.into(),
            cookie,
            form_token,
            batch: String::new(),
            http,
        };
        let batch = sender.call(reqwest::Method::POST, "/api/v1/batches");
        let batch = batch
            .json(&json!({ "name": "Hộp 1" }))
            .send()
            .await
            .unwrap();
        let batch: Value = batch.json().await.unwrap();
        sender.batch = batch["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{batch}"))
            .to_owned();
        sender
    }

    fn call(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .header("cookie", &self.cookie)
            .header("x-form-token", &self.form_token)
            .header("tus-resumable", "1.0.0")
    }

    async fn create(&self, size: usize) -> String {
        let path = format!("/api/v1/batches/{}/uploads", self.batch);
        let made = self
            .call(reqwest::Method::POST, &path)
            .header("upload-length", size)
            .header(
                "upload-metadata",
                format!("filename {}", STANDARD.encode("bằng.jpg")),
            )
            .send()
            .await
            .unwrap();
        assert_eq!(made.status(), 201);
        made.headers()["location"].to_str().unwrap().to_owned()
    }

    async fn append(&self, upload: &str, bytes: &[u8]) -> reqwest::Response {
        self.append_at(upload, 0, bytes).await
    }

    async fn append_at(&self, upload: &str, offset: usize, bytes: &[u8]) -> reqwest::Response {
        let request = self
            .call(reqwest::Method::PATCH, upload)
            .header("upload-offset", offset);
        let request = request.header("content-type", "application/offset+octet-stream");
        request.body(bytes.to_vec()).send().await.unwrap()
    }

    async fn readiness(&self) -> u16 {
        let asked = self.http.get(format!("{}/readyz", self.url)).send();
        asked.await.unwrap().status().as_u16()
    }

    async fn offset(&self, upload: &str) -> usize {
        let answer = self
            .call(reqwest::Method::HEAD, upload)
            .send()
            .await
            .unwrap();
        answer.headers()["upload-offset"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    async fn get(&self, upload: &str) -> Value {
        let answer = self
            .call(reqwest::Method::GET, upload)
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }
}
