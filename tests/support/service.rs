//! The program itself, serving and working its queue over a fresh data folder.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::child::TiedChild;
use super::server::PASSWORD;
use super::wait::until;

/// A service with one person for each role that a story needs.
pub struct Service {
    /// Base address, such as `http://127.0.0.1:PORT`.
    pub url: String,
    process: TiedChild,
    _data: TempDir,
}

impl Service {
    /// Starts it and makes `people`: login, name, roles.
    pub async fn start(people: &[(&str, &str, &[&str])]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let log = data.path().join("service.log");
        let folder = data.path().display().to_string();
        let arguments = ["serve", "--data", &folder, "--listen", "127.0.0.1:0"];
        let process = TiedChild::start(
            Path::new(env!("CARGO_BIN_EXE_sogoc")),
            &arguments.map(String::from),
            &log,
        );
        let url = address(&log).await;
        let service = Self {
            url,
            process,
            _data: data,
        };
        let first = Path::new(&folder).join("first-password.txt");
        let first = std::fs::read_to_string(first).unwrap();
        service
            .make_people(first.lines().nth(1).unwrap(), people)
            .await;
        service
    }

    /// Process id (PID) of the service.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    async fn make_people(&self, password: &str, people: &[(&str, &str, &[&str])]) {
        let http = reqwest::Client::new();
        let names = json!({ "login": "quantri", "password": password });
        let session = format!("{}/api/v1/session", self.url);
        let answer = http.post(session).json(&names).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let who: Value = answer.json().await.unwrap();
        for (login, name, roles) in people {
            let person =
                json!({ "login": login, "name": name, "password": PASSWORD, "roles": roles });
            let made = http
                .post(format!("{}/api/v1/people", self.url))
                .header("cookie", &cookie)
                .header("x-form-token", who["form_token"].as_str().unwrap())
                .json(&person)
                .send()
                .await
                .unwrap();
            assert_eq!(made.status(), 201);
        }
    }
}

async fn address(log: &Path) -> String {
    let mut url = None;
    until("the address of the service", async || {
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let mut lines = said.lines();
        url = lines
            .find(|line| line.starts_with("http://"))
            .map(str::to_owned);
        url.is_some()
    })
    .await;
    url.unwrap()
}
