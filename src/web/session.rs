//! The session's cookie, and the extractors that name the caller: [`Visitor`] for public pages,
//! [`Signed`] and [`Form`] for pages of people who signed in, [`Api`] for programs.

use axum::extract::{FromRequest, FromRequestParts, Multipart, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;

use super::State;
use super::cookies::{cookie, language, theme};
use super::fault::{PageFault, Problem, Undone};
use super::layout::Frame;
use super::toast;
use super::waiting::{RailCounts, Waiting};
use crate::access::{self, Caller};
use crate::error::{Error, Result};
use crate::messages::Message;

/// Name of the session's cookie.
pub(super) const COOKIE: &str = "sogoc";
/// Header in which programs of a signed-in page carry the form token.
const TOKEN_HEADER: &str = "x-form-token";

// Extractors ------------------------------------------------------------------------------------

/// Anyone on a page, signed in or not.
pub struct Visitor(pub Frame);

impl FromRequestParts<State> for Visitor {
    type Rejection = PageFault;

    async fn from_request_parts(parts: &mut Parts, archive: &State) -> Result<Self, PageFault> {
        let session = match cookie(&parts.headers, COOKIE) {
            Some(token) => match access::session(archive, token).await {
                Ok(session) => Some(session),
                // A session that has ended is the ordinary case of an old tab: the reader stays, as
                // a stranger, and is not shown a refusal. Any other fault, such as a catalogue that
                // is away, says nothing about who asks and is passed on.
                Err(Error::NotSignedIn) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        let (caller, form_token, must_enrol) = match session {
            Some(session) => (Some(session.caller), session.form_token, session.must_enrol),
            None => (None, String::new(), false),
        };
        let lang = language(&parts.headers);
        let here = parts.uri.path_and_query();
        let waiting = match &caller {
            Some(caller) => RailCounts::of(parts, archive, caller).await,
            None => Waiting::default(),
        };
        Ok(Self(Frame {
            lang,
            caller,
            form_token,
            must_enrol,
            path: parts.uri.path().to_owned(),
            here: here.map_or("/", |here| here.as_str()).to_owned(),
            toast: toast::of(&parts.headers, lang),
            theme: theme(&parts.headers),
            waiting,
        }))
    }
}

/// A person signed in, looking at a page. Others are sent to the sign-in page and back.
pub struct Signed {
    /// What they look into.
    pub archive: State,
    /// Who they are and what their roles allow.
    pub caller: Caller,
    /// The head of the page for them.
    pub frame: Frame,
    /// Whether their roles wait for a second factor.
    pub must_enrol: bool,
}

impl FromRequestParts<State> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, archive: &State) -> Result<Self, Response> {
        let Visitor(frame) =
            <Visitor as FromRequestParts<State>>::from_request_parts(parts, archive)
                .await
                .map_err(IntoResponse::into_response)?;
        match frame.caller.clone() {
            Some(caller) => Ok(Self {
                archive: archive.clone(),
                caller,
                must_enrol: frame.must_enrol,
                frame,
            }),
            None => {
                // The sign-in page sends the reader back to where they were going, question and all:
                // the address they came by held it already.
                let back = serde_urlencoded::to_string([("ve", &frame.here)]).unwrap_or_default();
                let mut door = Redirect::to(&format!("/dang-nhap?{back}")).into_response();
                door.extensions_mut().insert(Undone::SignIn);
                Err(door)
            }
        }
    }
}

/// The parts of a form with a file, sent by a person signed in; its token is still to be compared.
///
/// # Errors
/// The answer for somebody who is not signed in, or for a request that is not such a form.
pub async fn signed_parts(
    request: Request,
    archive: &State,
) -> Result<(Signed, Multipart), Response> {
    let (mut parts, body) = request.into_parts();
    // Who sends is asked before the body is read, so that a stranger cannot make the server take in
    // a file.
    let signed =
        <Signed as FromRequestParts<State>>::from_request_parts(&mut parts, archive).await?;
    let parts = Multipart::from_request(Request::from_parts(parts, body), archive)
        .await
        .map_err(IntoResponse::into_response)?;
    Ok((signed, parts))
}

/// What a form says, key by key; also a form that says nothing but its token.
pub type Pairs = Vec<(String, String)>;

/// A form sent by a person signed in, proven to come from one of our own pages.
pub struct Form<T> {
    /// The archive they act on.
    pub archive: State,
    /// Who sent it and what their roles allow.
    pub caller: Caller,
    /// Frame of the answer.
    pub frame: Frame,
    /// What the form says.
    pub given: T,
}

impl<T> Form<T> {
    /// Who sent it, and what it says.
    pub fn parts(self) -> (Signed, T) {
        let signed = Signed {
            archive: self.archive,
            caller: self.caller,
            must_enrol: self.frame.must_enrol,
            frame: self.frame,
        };
        (signed, self.given)
    }
}

impl<T: DeserializeOwned> FromRequest<State> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, archive: &State) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed =
            <Signed as FromRequestParts<State>>::from_request_parts(&mut parts, archive).await?;
        let bytes = bytes::Bytes::from_request(Request::from_parts(parts, body), archive)
            .await
            .map_err(IntoResponse::into_response)?;
        let pairs = pairs_of(&bytes).map_err(IntoResponse::into_response)?;
        // The token is compared before the fields are read: a forged form is refused without
        // telling the forger which of its fields were wrong.
        let token = pairs.iter().find(|(key, _)| key == "form_token");
        let token = token.map_or("", |(_, token)| token.as_str());
        if !same(token, &signed.frame.form_token) {
            // A form of a session that ended meanwhile is still their own.
            let own = access::is_own_form_token(archive, &signed.caller, token).await;
            if !own.map_err(|error| PageFault(error).into_response())? {
                return Err(PageFault(forged()).into_response());
            }
        }
        let given = read(pairs).map_err(IntoResponse::into_response)?;
        Ok(Self {
            archive: signed.archive,
            caller: signed.caller,
            frame: signed.frame,
            given,
        })
    }
}

/// A form anyone may send.
pub struct OpenForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<State> for OpenForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, archive: &State) -> Result<Self, Response> {
        let bytes = bytes::Bytes::from_request(request, archive)
            .await
            .map_err(IntoResponse::into_response)?;
        pairs_of(&bytes)
            .and_then(read)
            .map(Self)
            .map_err(IntoResponse::into_response)
    }
}

fn pairs_of(bytes: &[u8]) -> Result<Pairs, PageFault> {
    let pairs: Pairs = serde_urlencoded::from_bytes(bytes)
        .map_err(|_| Error::fault("", "faults.form_cannot_read"))?;
    // PostgreSQL refuses a zero byte in any text; caught here it is the sender's fault and not a
    // fault of the server's.
    if pairs.iter().any(|(_, value)| value.contains('\0')) {
        return Err(Error::fault("", "faults.form_holds_character").into());
    }
    Ok(pairs)
}

fn read<T: DeserializeOwned>(mut pairs: Pairs) -> Result<T, PageFault> {
    pairs.retain(|(key, _)| key != "form_token");
    let text = serde_urlencoded::to_string(&pairs).unwrap_or_default();
    serde_urlencoded::from_str(&text).map_err(|error| {
        let message = Message::new("faults.form_incomplete").with("error", error);
        PageFault(Error::fault("", message))
    })
}

/// A program, or a script on one of our pages: `Authorization: Bearer …`, or the session's cookie
/// with the form token in `X-Form-Token` for whatever changes something.
pub struct Api {
    /// The archive it calls.
    pub archive: State,
    /// Who calls, and what their roles or token allow.
    pub caller: Caller,
}

impl FromRequestParts<State> for Api {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, archive: &State) -> Result<Self, Problem> {
        Ok(Self {
            archive: archive.clone(),
            caller: caller_of(parts, archive).await?,
        })
    }
}

async fn caller_of(parts: &Parts, archive: &State) -> Result<Caller, Problem> {
    // A token in the header wins over a cookie and needs no form token: a browser adds cookies by
    // itself to what another site makes it send, but never this header.
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let bearer = value.to_str().ok().and_then(bearer_of);
        let token = bearer.ok_or(Error::NotSignedIn)?;
        return Ok(access::bearer(archive, token).await?);
    }
    let token = cookie(&parts.headers, COOKIE).ok_or(Error::NotSignedIn)?;
    let session = access::session(archive, token).await?;
    // A session's cookie may travel with requests that pages of a sibling site cause, which `Lax`
    // does not bar, so whatever changes something must also carry the token that only our own pages
    // know.
    if !parts.method.is_safe() {
        let sent = parts.headers.get(TOKEN_HEADER);
        let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
        if !same(sent, &session.form_token) {
            return Err(forged().into());
        }
    }
    Ok(session.caller)
}

impl OptionalFromRequestParts<State> for Api {
    type Rejection = Problem;

    /// Nobody when nothing was shown; a wrong token is still refused.
    async fn from_request_parts(
        parts: &mut Parts,
        archive: &State,
    ) -> Result<Option<Self>, Problem> {
        let shown = parts.headers.contains_key(header::AUTHORIZATION)
            || cookie(&parts.headers, COOKIE).is_some();
        if !shown {
            return Ok(None);
        }
        <Self as FromRequestParts<State>>::from_request_parts(parts, archive)
            .await
            .map(Some)
    }
}

fn bearer_of(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether the token a form carries is its session's.
pub(super) fn same(given: &str, expected: &str) -> bool {
    // Compared in constant time: how long the refusal takes must not tell how much of a guess was
    // right. An empty expectation is no session, which no token matches.
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

/// The refusal of a form that did not come from one of our pages.
pub(super) fn forged() -> Error {
    Error::refuse("errors.form_token")
}

// Cookies ---------------------------------------------------------------------------------------

/// The `Set-Cookie` that opens a session; `Secure` where the site is reached by https.
pub fn session_cookie(archive: &State, token: &str) -> HeaderValue {
    header_of(&cookie_of(archive, token))
}

/// The `Set-Cookie` that ends it.
pub fn ended_cookie(archive: &State) -> HeaderValue {
    let mut cookie = cookie_of(archive, "");
    cookie.set_max_age(Duration::ZERO);
    header_of(&cookie)
}

fn cookie_of<'a>(archive: &State, token: &'a str) -> Cookie<'a> {
    Cookie::build((COOKIE, token))
        .path("/")
        // No script reads it, and other sites send it only with a link that is followed; `Strict`
        // would sign people out on a link from an e-mail.
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(archive.config.public_url().starts_with("https:"))
        .build()
}

fn header_of(cookie: &Cookie<'_>) -> HeaderValue {
    HeaderValue::from_str(&cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token of this request's session, if it carries one.
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_form_token_matches_nothing() {
        assert!(!same("", ""));
        assert!(same("abc", "abc"));
        assert!(!same("abd", "abc"));
    }
}
