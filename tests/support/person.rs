//! Somebody signed in, as their browser is: without scripts.

use reqwest::{Method, Response};
use sogoc::access::Role;

use super::server::{Client, Server};

/// Somebody signed in, as their browser is.
pub struct Person {
    /// Without a session: what it sends bears the cookie by hand.
    pub client: Client,
    /// As the browser sends it back.
    pub cookie: String,
    /// That every form of theirs bears.
    pub token: String,
}

impl Person {
    /// Made with those roles, and signed in.
    pub async fn new(server: &Server, login: &str, roles: &[Role]) -> Self {
        server.person(login, roles).await;
        Self::again(server, login).await
    }

    /// Signed in once more.
    pub async fn again(server: &Server, login: &str) -> Self {
        let client = server.anonymous();
        let (cookie, token) = client.sign_in(login).await;
        Self {
            client,
            cookie,
            token,
        }
    }

    pub async fn open(&self, path: &str) -> Response {
        let request = self.client.request(Method::GET, path);
        request.header("cookie", &self.cookie).send().await.unwrap()
    }

    /// A page that is there.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.open(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    pub async fn send(&self, path: &str, pairs: &[(&str, &str)]) -> Response {
        let mut all = vec![("form_token", self.token.as_str())];
        all.extend(pairs);
        self.client.form(path, &self.cookie, &all).await
    }
}
