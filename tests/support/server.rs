//! A real server on a free port over a fresh archive, and callers of each kind.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sogoc::access::{self, Caller, Role};
use sogoc::archive::Archive;
use sogoc::config::Config;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The password of everyone made here.
pub const PASSWORD: &str = "mat khau du dai 2026";

/// The server; it stops when dropped.
pub struct Server {
    /// Base address, no trailing slash.
    pub url: String,
    /// The archive behind it.
    pub archive: Arc<Archive>,
    http: reqwest::Client,
    _stop: oneshot::Sender<()>,
    _data: TempDir,
}

/// Somebody who calls the server: with a token, signed in, or anonymous.
#[derive(Clone)]
pub struct Client {
    url: String,
    http: reqwest::Client,
    token: Option<String>,
    /// Cookie and form token of somebody signed in.
    session: Option<(String, String)>,
}

impl Server {
    /// Starts one over an empty archive.
    pub async fn start() -> Self {
        Self::set(|_| {}).await
    }

    /// Starts one with settings of the test's own.
    pub async fn set(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = Config::in_folder(data.path());
        // Pages are read by children of the program, never of this test.
        config.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
        config.web.listen = listener.local_addr().unwrap().to_string();
        change(&mut config);
        let url = format!("http://{}", config.web.listen);
        let archive = Arc::new(Archive::open(config).await.unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let served = sogoc::web::serve(archive.clone(), listener, async move {
            stopped.await.ok();
        });
        tokio::spawn(served);
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            url,
            archive,
            http,
            _stop: stop,
            _data: data,
        }
    }

    /// All its metrics, as a monitor is told them.
    pub async fn metrics(&self) -> String {
        let answer = self.anonymous().get("/metrics").await;
        answer.text().await.unwrap()
    }

    /// A client without token and session.
    pub fn anonymous(&self) -> Client {
        Client {
            url: self.url.clone(),
            http: self.http.clone(),
            token: None,
            session: None,
        }
    }

    /// A program whose token has these roles.
    pub async fn token(&self, roles: &[Role]) -> Client {
        Client {
            token: Some(self.bearer(roles).await),
            ..self.anonymous()
        }
    }

    /// Somebody new with these roles, signed in.
    pub async fn someone(&self, roles: &[Role]) -> Client {
        let login = self.archive.clock.new_id();
        self.person(&login, roles).await;
        let anyone = self.anonymous();
        Client {
            session: Some(anyone.sign_in(&login).await),
            ..anyone
        }
    }

    /// A token with these roles.
    pub async fn bearer(&self, roles: &[Role]) -> String {
        let machine = Caller::machine();
        let made = access::make_token(&self.archive, &machine, "test", roles, None).await;
        made.unwrap().token
    }

    /// A person with these roles; sign in with [`PASSWORD`].
    pub async fn person(&self, login: &str, roles: &[Role]) {
        let machine = Caller::machine();
        access::make_person(
            &self.archive,
            &machine,
            login,
            "Trần Thị Mẫu",
            PASSWORD,
            roles,
        )
        .await
        .unwrap();
    }
}

impl Client {
    /// A request by this caller.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match (&self.token, &self.session) {
            (Some(token), _) => request.bearer_auth(token),
            (None, Some((cookie, form_token))) => request
                .header("cookie", cookie)
                .header("x-form-token", form_token),
            (None, None) => request,
        }
    }

    /// Answer to a GET of a path.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// Answer to a POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Response {
        let request = self.request(Method::POST, path).json(&body);
        request.send().await.unwrap()
    }

    /// Answer to a POST of form fields.
    pub async fn form(&self, path: &str, cookie: &str, pairs: &[(&str, &str)]) -> Response {
        let body = serde_urlencoded::to_string(pairs).unwrap();
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Signs a person in; returns the cookie and the form token.
    pub async fn sign_in(&self, login: &str) -> (String, String) {
        let names = json!({ "login": login, "password": PASSWORD });
        let answer = self.post("/api/v1/session", names).await;
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let who: Value = answer.json().await.unwrap();
        (cookie, who["form_token"].as_str().unwrap().to_owned())
    }
}
