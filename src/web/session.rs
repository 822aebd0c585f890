//! Signing in and out, and the extractors that name the caller: [`Visitor`] for public pages,
//! [`Signed`] and [`Form`] for pages behind the door, [`Api`] for programs.

use std::net::SocketAddr;

use askama::Template;
use axum::Router;
use axum::extract::State as Extracted;
use axum::extract::{
    ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequestParts, Path, Request,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;

use super::State;
use super::extract::Asked;
use super::fault::{PageFault, Problem};
use super::frame::{Frame, Lang, cookie, shown};
use crate::access::{self, Caller};
use crate::error::{Error, Result};

/// Name of the session's cookie.
const COOKIE: &str = "sogoc";
/// Header in which programs of a signed-in page carry the form token.
const TOKEN_HEADER: &str = "x-form-token";

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/dang-nhap", get(door).post(enter))
        .route("/dang-xuat", post(leave))
        .route("/ngon-ngu/{lang}", get(choose_language))
}

// Extractors ------------------------------------------------------------------------------------

/// Anyone on a page, signed in or not.
pub struct Visitor(pub Frame);

impl FromRequestParts<State> for Visitor {
    type Rejection = PageFault;

    async fn from_request_parts(parts: &mut Parts, archive: &State) -> Result<Self, PageFault> {
        let session = match cookie(&parts.headers, COOKIE) {
            Some(token) => match access::session(archive, token).await {
                Ok(session) => Some(session),
                Err(Error::NotSignedIn) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        let (caller, form_token) = match session {
            Some(session) => (Some(session.caller), session.form_token),
            None => (None, String::new()),
        };
        Ok(Self(Frame {
            lang: Lang::of(&parts.headers),
            caller,
            form_token,
            path: parts.uri.path().to_owned(),
        }))
    }
}

/// A person signed in, looking at a page. Others are led to the door and back.
pub struct Signed {
    /// Who.
    pub caller: Caller,
    /// The page's frame.
    pub frame: Frame,
}

impl FromRequestParts<State> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, archive: &State) -> Result<Self, Response> {
        let Visitor(frame) =
            <Visitor as FromRequestParts<State>>::from_request_parts(parts, archive)
                .await
                .map_err(IntoResponse::into_response)?;
        match frame.caller.clone() {
            Some(caller) => Ok(Self { caller, frame }),
            None => {
                let back = serde_urlencoded::to_string([("ve", &frame.path)]).unwrap_or_default();
                Err(Redirect::to(&format!("/dang-nhap?{back}")).into_response())
            }
        }
    }
}

/// A form sent by a person signed in, proven to come from one of our own pages.
pub struct Form<T> {
    /// Who.
    pub caller: Caller,
    /// Frame of the answer.
    pub frame: Frame,
    /// What the form says.
    pub given: T,
}

impl<T: DeserializeOwned> FromRequest<State> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, archive: &State) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Signed { caller, frame } =
            <Signed as FromRequestParts<State>>::from_request_parts(&mut parts, archive).await?;
        let bytes = bytes::Bytes::from_request(Request::from_parts(parts, body), archive)
            .await
            .map_err(IntoResponse::into_response)?;
        let pairs = pairs_of(&bytes).map_err(IntoResponse::into_response)?;
        let token = pairs.iter().find(|(key, _)| key == "form_token");
        if !token.is_some_and(|(_, token)| same(token, &frame.form_token)) {
            return Err(PageFault(forged()).into_response());
        }
        let given = read(pairs).map_err(IntoResponse::into_response)?;
        Ok(Self {
            caller,
            frame,
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

fn pairs_of(bytes: &[u8]) -> Result<Vec<(String, String)>, PageFault> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes)
        .map_err(|_| Error::invalid("", "Không đọc được biểu mẫu.", "The form cannot be read."))?;
    if pairs.iter().any(|(_, value)| value.contains('\0')) {
        return Err(Error::invalid(
            "",
            "Biểu mẫu chứa ký tự không phải văn bản.",
            "The form holds a character that is not text.",
        )
        .into());
    }
    Ok(pairs)
}

fn read<T: DeserializeOwned>(mut pairs: Vec<(String, String)>) -> Result<T, PageFault> {
    pairs.retain(|(key, _)| key != "form_token");
    let text = serde_urlencoded::to_string(&pairs).unwrap_or_default();
    serde_urlencoded::from_str(&text).map_err(|error| {
        let en = format!("The form is not complete: {error}.");
        PageFault(Error::invalid(
            "",
            format!("Biểu mẫu chưa đủ: {error}."),
            en,
        ))
    })
}

/// A program, or a script on one of our pages: `Authorization: Bearer …`, or the session's cookie
/// with the form token in `X-Form-Token` for whatever changes something.
pub struct Api(pub Caller);

impl FromRequestParts<State> for Api {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, archive: &State) -> Result<Self, Problem> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let bearer = value.to_str().ok().and_then(bearer_of);
            let token = bearer.ok_or(Error::NotSignedIn)?;
            return Ok(Self(access::bearer(archive, token).await?));
        }
        let token = cookie(&parts.headers, COOKIE).ok_or(Error::NotSignedIn)?;
        let session = access::session(archive, token).await?;
        if !parts.method.is_safe() {
            let sent = parts.headers.get(TOKEN_HEADER);
            let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
            if !same(sent, &session.form_token) {
                return Err(forged().into());
            }
        }
        Ok(Self(session.caller))
    }
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

fn same(given: &str, expected: &str) -> bool {
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

fn forged() -> Error {
    Error::refused(
        "form_token",
        "Biểu mẫu đã cũ hoặc không đến từ trang này. Hãy tải lại trang rồi làm lại.",
        "The form is stale or did not come from this site. Reload the page and try again.",
    )
}

/// Where the request came from, for counting failed guesses.
pub struct Peer(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(address.map_or_else(
            || "unknown".into(),
            |ConnectInfo(address)| address.ip().to_string(),
        )))
    }
}

// Cookies ---------------------------------------------------------------------------------------

/// The cookie that opens a session; `Secure` where the world reaches us by https.
pub fn session_cookie(archive: &State, token: &str) -> HeaderValue {
    cookie_of(archive, token, "")
}

/// The cookie that ends it.
pub fn ended_cookie(archive: &State) -> HeaderValue {
    cookie_of(archive, "", "; Max-Age=0")
}

fn cookie_of(archive: &State, token: &str, more: &str) -> HeaderValue {
    let secure = match archive.config.public_url().starts_with("https:") {
        true => "; Secure",
        false => "",
    };
    let text = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token of this request's session, if it carries one.
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

// Pages -----------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Door {
    f: Frame,
    back: String,
    login: String,
    said: Option<String>,
}

#[derive(serde::Deserialize)]
struct Back {
    ve: Option<String>,
}

#[derive(serde::Deserialize)]
struct Names {
    login: String,
    password: String,
    #[serde(default)]
    ve: String,
}

async fn door(Visitor(f): Visitor, Asked(back): Asked<Back>) -> Result<Response, PageFault> {
    let back = own_path(back.ve.as_deref().unwrap_or("/viec")).to_owned();
    if f.caller.is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let page = Door {
        f,
        back,
        login: String::new(),
        said: None,
    };
    Ok(shown(&page)?.into_response())
}

async fn enter(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    Peer(peer): Peer,
    OpenForm(names): OpenForm<Names>,
) -> Result<Response, PageFault> {
    let back = own_path(&names.ve).to_owned();
    match access::sign_in(&archive, names.login.trim(), &names.password, &peer).await {
        Ok((token, _)) => {
            let cookie = AppendHeaders([(header::SET_COOKIE, session_cookie(&archive, &token))]);
            Ok((cookie, Redirect::to(&back)).into_response())
        }
        Err(error @ (Error::NotSignedIn | Error::TooMany { .. })) => {
            let said = match f.lang {
                Lang::Vi => error.vi(),
                Lang::En => error.en(),
            };
            let status = axum::http::StatusCode::from_u16(error.status())
                .unwrap_or(axum::http::StatusCode::UNAUTHORIZED);
            let page = Door {
                f,
                back,
                login: names.login,
                said: Some(said),
            };
            Ok((status, shown(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn leave(
    Extracted(archive): Extracted<State>,
    headers: HeaderMap,
    _form: Form<Vec<(String, String)>>,
) -> Result<Response, PageFault> {
    if let Some(token) = session_token(&headers) {
        access::sign_out(&archive, token).await?;
    }
    let cookie = AppendHeaders([(header::SET_COOKIE, ended_cookie(&archive))]);
    Ok((cookie, Redirect::to("/")).into_response())
}

async fn choose_language(Path(lang): Path<String>, Asked(back): Asked<Back>) -> Response {
    let lang = if lang == "en" { "en" } else { "vi" };
    let cookie = format!("lang={lang}; Path=/; SameSite=Lax; Max-Age=31536000");
    let back = own_path(back.ve.as_deref().unwrap_or("/")).to_owned();
    (
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        Redirect::to(&back),
    )
        .into_response()
}

/// A path of this site, so that nobody can be led elsewhere through our door.
fn own_path(path: &str) -> &str {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.chars().all(|letter| !letter.is_control())
        && path.is_ascii();
    if own { path } else { "/viec" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_leads_back_only_to_our_own_pages() {
        assert_eq!(own_path("/lo/12"), "/lo/12");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "",
            "/a\r\nX: y",
        ] {
            assert_eq!(own_path(elsewhere), "/viec");
        }
    }

    #[test]
    fn an_empty_form_token_matches_nothing() {
        assert!(!same("", ""));
        assert!(same("abc", "abc"));
        assert!(!same("abd", "abc"));
    }
}
