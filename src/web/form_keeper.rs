//! What was typed into a form is not lost when its act cannot be done at once: whoever has to sign in or to prove who they
//! are does so on a page that carries the form, which then goes on; what is refused is shown with what was typed.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use tower::ServiceExt;

use super::State;
use super::extractors::too_large;
use super::fault::{self, Retold, ToldFault, Undone};
use super::kept_form::{KeptForm, is_secret};
use super::session::{COOKIE, Pairs, Visitor};
use super::sign_in::own_path;
use super::{own_account, sign_in};

/// Pages that may carry a form of another page.
const DOORS: [&str; 2] = ["/dang-nhap", "/xac-nhan"];
/// Parts of forms that nobody types, by the end or the beginning of their names.
const NOT_TYPED: [&str; 9] = [
    "form_token",
    "act",
    "action",
    "version",
    "key",
    "ids",
    "id",
    "kind",
    "ve",
];

/// A form on its way.
struct Sent {
    head: Parts,
    pairs: Pairs,
}

impl Sent {
    fn path(&self) -> &str {
        self.head.uri.path()
    }

    fn text(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// The form that a door carries.
    fn carried(&self) -> Option<KeptForm> {
        let (to, body) = (own_path(self.text("giu_ve")), self.text("giu"));
        let there = DOORS.contains(&self.path()) && !self.text("giu_ve").is_empty();
        there.then(|| KeptForm {
            to: to.to_owned(),
            body: body.to_owned(),
        })
    }
}

/// Passes a request on; a form whose act is not done now comes back with what is needed for it.
pub async fn keep(again: Router, archive: State, request: Request, next: Next) -> Response {
    if !is_form(&request) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let bytes = match to_bytes(body, super::LARGEST_FORM).await {
        Ok(bytes) => bytes,
        Err(error) if is_too_long(&error) => return too_large(),
        // It broke off or came too slowly: nobody is there to read more than the number.
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let pairs = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    let sent = Sent {
        head: head.clone(),
        pairs,
    };
    let answer = next.run(Request::from_parts(head, Body::from(bytes))).await;
    match sent.carried() {
        Some(kept) if answer.status().is_redirection() => {
            go_on(again, &archive, sent, kept, answer).await
        }
        _ => told(&archive, sent, answer).await,
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let page = !fault::for_programs(request.uri().path());
    request.method() == Method::POST
        && page
        && kind.starts_with("application/x-www-form-urlencoded")
}

/// The door has opened: the form it carried is sent as its sender meant it. Its own token decides whether it is theirs.
async fn go_on(
    again: Router,
    archive: &State,
    door: Sent,
    kept: KeptForm,
    opened: Response,
) -> Response {
    let mut head = door.head;
    let Ok(uri) = kept.to.parse() else {
        return opened;
    };
    head.uri = uri;
    head.headers.remove(header::CONTENT_LENGTH);
    let cookies: Vec<HeaderValue> = opened
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    for cookie in &cookies {
        take_cookie(&mut head.headers, cookie);
    }
    let pairs = serde_urlencoded::from_str(&kept.body).unwrap_or_default();
    let sent = Sent {
        head: head.clone(),
        pairs,
    };
    let request = Request::from_parts(head, Body::from(kept.body));
    let answer = match again.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    let mut answer = told(archive, sent, answer).await;
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// Puts the session that was just opened in place of the one the request came with.
fn take_cookie(headers: &mut HeaderMap, set: &HeaderValue) {
    let new = set.to_str().ok().and_then(|set| Cookie::parse(set).ok());
    let Some(new) = new.filter(|new| new.name() == COOKIE) else {
        return;
    };
    let all = headers.get_all(header::COOKIE).iter();
    let others = all
        .filter_map(|text| text.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .filter(|one| one.name() != COOKIE);
    let all = others.chain([new]).map(|one| one.stripped().to_string());
    let joined = all.collect::<Vec<_>>().join("; ");
    if let Ok(value) = HeaderValue::from_str(&joined) {
        headers.insert(header::COOKIE, value);
    }
}

/// The answer as it is where the act was done; else the page on which nothing of the form is lost.
async fn told(archive: &State, sent: Sent, mut answer: Response) -> Response {
    let Some(undone) = answer.extensions_mut().remove::<Undone>() else {
        return answer;
    };
    let to = sent.head.uri.path_and_query();
    let to = to.map_or("/", |to| to.as_str()).to_owned();
    let kept = KeptForm::of(&to, &sent.pairs);
    let mut head = sent.head.clone();
    let frame = <Visitor as FromRequestParts<State>>::from_request_parts(&mut head, archive).await;
    let Ok(Visitor(frame)) = frame else {
        return answer; // the catalogue is away: the fault page says so
    };
    let page = match undone {
        Undone::SignIn => sign_in::ask(frame, kept),
        Undone::Proof => own_account::ask_for_form(frame, kept),
        Undone::Fault(fault) => return refused(&sent, &to, &frame.form_token, &fault, answer),
    };
    page.unwrap_or_else(IntoResponse::into_response)
}

/// The fault's page with what was typed, to be mended and sent again.
fn refused(
    sent: &Sent,
    to: &str,
    form_token: &str,
    fault: &ToldFault,
    answer: Response,
) -> Response {
    let is_typed = |key: &str| {
        let apart = ["_id", "_version", "_digest"];
        !NOT_TYPED.contains(&key)
            && !key.starts_with("giu")
            && !apart.iter().any(|end| key.ends_with(end))
            // Of a sheet's boxes `f.KEY` is what a person typed, the others what the page showed.
            && key.split_once('.').is_none_or(|(head, _)| head == "f")
    };
    let shown = sent.pairs.iter().filter(|(key, _)| !is_secret(key));
    let (typed, hidden): (Vec<_>, Vec<_>) = shown
        .filter(|(key, _)| key != "form_token")
        .cloned()
        .partition(|(key, value)| is_typed(key) && !value.trim().is_empty());
    if typed.is_empty() {
        return answer;
    }
    let retold = Retold {
        // A form that is not known to be from our own pages is shown to be copied, and sent by nobody's click.
        action: (fault.code != "form_token").then(|| to.to_owned()),
        form_token: form_token.to_owned(),
        typed,
        hidden,
    };
    let (status, old) = (answer.status(), answer.headers().clone());
    let mut page = fault::page(status, fault, Some(&retold));
    if let Some(wait) = old.get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, wait.clone());
    }
    page
}
