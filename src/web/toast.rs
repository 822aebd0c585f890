//! What an act did, told on the page that follows it: carried over the redirect in a cookie which that page uses up.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use super::cookies::cookie;
use crate::messages::{Lang, find};

/// Name of the cookie.
pub const COOKIE: &str = "bao";

/// What a page tells of the act before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// In the page's language.
    pub text: String,
    /// How it is taken back.
    pub undo: Option<Undo>,
}

/// The form that takes an act back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// Path it is sent to.
    pub action: String,
    /// Version that the act made.
    pub version: String,
}

/// What was done: a word of `layout.toast`, and what goes with it.
#[derive(Debug, Clone)]
pub struct Done {
    word: &'static str,
    count: usize,
    undo: Option<(String, i64)>,
}

impl Done {
    /// Nothing goes with it.
    pub fn new(word: &'static str) -> Self {
        let (count, undo) = (0, None);
        Self { word, count, undo }
    }

    /// Done to this many.
    pub fn to(mut self, count: usize) -> Self {
        self.count = count;
        self
    }

    /// It is taken back by a form sent to `action`, as long as this version is the newest.
    pub fn undone_by(mut self, action: String, version: i64) -> Self {
        self.undo = Some((action, version));
        self
    }

    /// Leads to `path`, where it is told.
    pub fn at(self, path: &str) -> Response {
        let (action, version) = self.undo.unwrap_or_default();
        let said = format!("{}~{}~{action}~{version}", self.word, self.count);
        let cookie = Cookie::build((COOKIE, said))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(Duration::minutes(2));
        let mut answer = Redirect::to(path).into_response();
        // A word and paths of our own: a value that is no header is no word of ours, and is not told.
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            answer.headers_mut().append(header::SET_COOKIE, value);
        }
        answer
    }
}

/// What the request brings to be told.
pub fn of(headers: &HeaderMap, lang: Lang) -> Option<Toast> {
    let mut parts = cookie(headers, COOKIE)?.split('~');
    let (word, count) = (parts.next()?, parts.next()?);
    let text = find(lang, &format!("layout.toast.{word}"))?.replace("{count}", count);
    let (action, version) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let undo = ["/ban-ghi/", "/trang/"]
        .iter()
        .any(|room| action.starts_with(room));
    let undo = undo.then_some(Undo { action, version });
    Some(Toast { text, undo })
}

/// The `Set-Cookie` that uses it up.
pub const USED_UP: &str = "bao=; Path=/; HttpOnly; Max-Age=0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_a_word_of_ours_and_nothing_that_a_cookie_brings() {
        let told = |value: &str| {
            let mut headers = HeaderMap::new();
            let value = format!("{COOKIE}={value}");
            headers.insert(header::COOKIE, value.parse().unwrap());
            of(&headers, Lang::Vi)
        };
        assert_eq!(told("<b>~1~~0"), None);
        let saved = told("noted~0~https://evil.example~3").unwrap();
        assert_eq!(saved.undo, None);
        let undo = told("approved~0~/ban-ghi/a/hoan-tac~3").unwrap().undo;
        assert_eq!(undo.unwrap().version, "3");
    }
}
