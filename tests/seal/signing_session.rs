//! One PIN for a signing session, given on the page of the seal or typed on the terminal: the real program, a SoftHSM2 token.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sogoc::archive::Archive;
use sogoc::config::Config;
use tempfile::TempDir;

use super::softhsm::{LABEL, MODULE, PIN, SoftHsm, TOKEN};
use crate::support::authority::{Authority, KeyKind, SIGNING, Wanted};
use crate::support::holdings::{approved_record, releaser};
use crate::support::server::PASSWORD;
use crate::support::wait::{until, until_within, wait_until};

/// A program whose token's PIN is written nowhere.
struct Office {
    authority: Authority,
    hsm: SoftHsm,
    data: TempDir,
    config: PathBuf,
    record: String,
    /// Who releases, as the command line names them.
    by: [String; 4],
}

impl Office {
    async fn new() -> Office {
        let authority = Authority::start();
        let (from, until) = authority.a_year();
        let wanted = Wanted {
            key: KeyKind::EcdsaP256,
            extensions: SIGNING,
            from,
            until,
        };
        authority.issue("signer", &wanted);
        let data = tempfile::tempdir().unwrap();
        let mut settings = Config::in_folder(data.path());
        settings.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
        let archive = Archive::open(settings).await.unwrap();
        let record = approved_record(&archive).await;
        let by = releaser(&archive, data.path()).await;
        let office = Office {
            hsm: SoftHsm::holding(&authority.at("signer.key")),
            config: data.path().join("sogoc.toml"),
            by,
            authority,
            data,
            record,
        };
        office.configure();
        office
    }

    fn configure(&self) {
        let chain =
            ["signer.pem", "root.pem"].map(|name| fs::read_to_string(self.authority.at(name)));
        let file = self.data.path().join("chain.pem");
        fs::write(&file, chain.map(Result::unwrap).concat()).unwrap();
        let text = format!(
            "data = {:?}\n[web]\nlisten = \"127.0.0.1:0\"\n[seal]\ncertificates = {file:?}\n\
             [seal.token]\nmodule = {MODULE:?}\ntoken = {TOKEN:?}\nkey = {LABEL:?}\n",
            self.data.path()
        );
        fs::write(&self.config, text).unwrap();
    }

    fn sogoc(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("SOFTHSM2_CONF", self.hsm.config());
        command
    }

    /// Serves until dropped; its log goes to a file.
    async fn serve(&self) -> Serving {
        let log = self.data.path().join("serve.log");
        let (out, err) = (
            fs::File::create(&log).unwrap(),
            fs::File::create(self.err()).unwrap(),
        );
        let child = self
            .sogoc(env!("CARGO_BIN_EXE_sogoc"))
            .arg("--config")
            .arg(&self.config)
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap();
        let (url, http) = (address(&log).await, reqwest::Client::new());
        let names = json!({ "login": "lanhdao", "password": PASSWORD });
        let door = http.post(format!("{url}/api/v1/session")).json(&names);
        let answer = door.send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let who: Value = answer.json().await.unwrap();
        Serving {
            child,
            url,
            cookie,
            form_token: who["form_token"].as_str().unwrap().to_owned(),
            http,
        }
    }

    fn err(&self) -> PathBuf {
        self.data.path().join("serve.err")
    }
}

async fn address(log: &Path) -> String {
    let mut url = None;
    until("the address of the service", async || {
        let said = fs::read_to_string(log).unwrap();
        let line = said.lines().find(|line| line.starts_with("http://"));
        url = line.map(str::to_owned);
        url.is_some()
    })
    .await;
    url.unwrap()
}

struct Serving {
    child: std::process::Child,
    url: String,
    cookie: String,
    form_token: String,
    http: reqwest::Client,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Serving {
    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, format!("{}{path}", self.url));
        let answer = request
            .header("cookie", &self.cookie)
            .header("x-form-token", &self.form_token)
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn token_state(&self) -> String {
        let (_, state) = self.call("GET", "/api/v1/seal", Value::Null).await;
        state["session"].as_str().unwrap().to_owned()
    }

    async fn pin(&self, pin: &str) -> (u16, Value) {
        self.call("POST", "/api/v1/seal/session", json!({ "pin": pin }))
            .await
    }

    /// How often the making of a copy was tried in vain.
    async fn tries(&self) -> u64 {
        let answer = self.http.get(format!("{}/metrics", self.url)).send().await;
        let text = answer.unwrap().text().await.unwrap();
        let tries = text.lines().filter(|line| {
            line.starts_with("sogoc_jobs_total{")
                && line.contains("kind=\"issue_copy\"")
                && !line.contains("outcome=\"done\"")
        });
        let count = |line: &str| line.rsplit(' ').next()?.parse::<u64>().ok();
        tries.filter_map(count).sum()
    }

    async fn issued(&self) -> usize {
        let (_, book) = self.call("GET", "/api/v1/copies", Value::Null).await;
        let book = book.as_array().unwrap();
        book.iter().filter(|line| line["state"] == "issued").count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_wait_for_the_pin_and_say_so_and_a_wrong_one_is_tried_once() {
    let office = Office::new().await;
    let serving = office.serve().await;
    assert_eq!(serving.token_state().await, "pin_needed");
    let given = json!({ "records": [office.record] });
    let (status, problem) = serving.call("POST", "/api/v1/copies", given.clone()).await;
    assert_eq!(status, 503, "{problem}");
    assert!(problem.to_string().contains("PIN"), "{problem}");

    let (status, problem) = serving.pin("999999").await;
    assert_eq!(
        (status, &problem["code"]),
        (503, &json!("token_pin_wrong")),
        "{problem}"
    );
    assert_eq!(serving.token_state().await, "pin_refused");
    let before = serving.tries().await;
    until("the job tries again", async || {
        serving.tries().await > before
    })
    .await;
    let log = fs::read_to_string(office.err()).unwrap();
    assert_eq!(
        log.matches("the token refuses").count(),
        1,
        "one try for one PIN: {log}"
    );
    assert!(!log.contains("999999"), "the PIN is never logged");
    assert_eq!(serving.issued().await, 0);

    let (status, problem) = serving.pin(PIN).await;
    assert_eq!(status, 204, "{problem}");
    assert_eq!(serving.token_state().await, "open");
    let at_once = Duration::from_secs(20);
    until_within(at_once, "the copy that waited for the PIN", async || {
        serving.issued().await > 0
    })
    .await;
    let (status, _) = serving.call("POST", "/api/v1/copies", given.clone()).await;
    assert_eq!(
        (status, serving.issued().await),
        (200, 2),
        "no PIN a second time"
    );

    let (status, _) = serving
        .call("DELETE", "/api/v1/seal/session", Value::Null)
        .await;
    assert_eq!(
        (status, serving.token_state().await),
        (204, "pin_needed".to_owned())
    );
    let (status, _) = serving.call("POST", "/api/v1/copies", given).await;
    assert_eq!((status, serving.issued().await), (503, 2));
    let log = fs::read_to_string(office.err()).unwrap();
    assert!(!log.contains(PIN), "the PIN is never logged");
}

/// Has the program under `script` switched off the echo of its terminal, as it does once its question stands?
fn echo_is_off(script: u32) -> bool {
    let children = format!("/proc/{script}/task/{script}/children");
    let children = fs::read_to_string(children).unwrap_or_default();
    let Some(program) = children.split_whitespace().next() else {
        return false;
    };
    let Ok(terminal) = fs::read_link(format!("/proc/{program}/fd/0")) else {
        return false;
    };
    let mut settings = Command::new("stty");
    let said = settings.arg("-a").arg("-F").arg(terminal).output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    said.split_whitespace().any(|setting| setting == "-echo")
}

/// Runs the program on a terminal of its own, on which somebody types.
fn on_a_terminal(office: &Office, line: &str, typed: &str) -> String {
    use std::io::Write;
    let mut child = office
        .sogoc("script")
        .args(["-qec", line, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let asks = || echo_is_off(child.id());
    wait_until(Duration::from_secs(60), asks, || {
        "it asks for nothing".into()
    });
    writeln!(stdin, "{typed}").unwrap();
    let said = child.wait_with_output().unwrap();
    drop(stdin);
    String::from_utf8_lossy(&said.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_asks_for_the_pin_once_without_echo() {
    let office = Office::new().await;
    let out = office.data.path().join("copies");
    let line = format!(
        "{} --config {} copy {} {} {} --out {}",
        env!("CARGO_BIN_EXE_sogoc"),
        office.config.display(),
        office.record,
        office.record,
        office.by.join(" "),
        out.display()
    );
    let said = on_a_terminal(&office, &line, PIN);
    assert!(said.contains("Mã PIN") && !said.contains(PIN), "{said}");
    let pdfs = fs::read_dir(&out).unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|ending| ending == "pdf")
    });
    assert_eq!(pdfs.count(), 2, "{said}");
    let said = on_a_terminal(&office, &line, "");
    assert!(said.contains("Chưa có mã PIN"), "{said}");
}
