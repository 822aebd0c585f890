//! Signing in and out, and choosing the language.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use super::State;
use super::client_ip::Public;
use super::extractors::Asked;
use super::fault::PageFault;
use super::kept_form::KeptForm;
use super::layout::{Frame, shown};
use super::session::{Form, OpenForm, Pairs, Visitor, ended_cookie, session_cookie, session_token};
use crate::access::{self, Credentials};
use crate::error::Error;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/dang-nhap", get(sign_in).post(enter))
        .route("/dang-xuat", post(leave))
        .route("/ngon-ngu/{lang}", get(choose_language))
        .route("/giao-dien/{theme}", get(choose_theme))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    f: Frame,
    back: String,
    login: String,
    said: Option<String>,
    /// Whether the code of the second factor is asked for.
    asks_code: bool,
    /// The form that goes on once they have signed in.
    kept: KeptForm,
}

/// Asks who sends a form; it goes on once they have signed in.
///
/// # Errors
/// As rendering.
pub fn ask(f: Frame, kept: KeptForm) -> Result<Response, PageFault> {
    let page = SignInPage {
        f,
        back: "/viec".into(),
        login: String::new(),
        said: None,
        asks_code: false,
        kept,
    };
    Ok((StatusCode::UNAUTHORIZED, shown(&page)?).into_response())
}

#[derive(serde::Deserialize)]
struct Back {
    ve: Option<String>,
}

#[derive(serde::Deserialize)]
struct Names {
    login: String,
    password: String,
    /// Of the second factor.
    #[serde(default)]
    code: String,
    #[serde(default)]
    ve: String,
    /// Where the form that waits is sent.
    #[serde(default)]
    giu_ve: String,
    /// Body of that form, as it was sent.
    #[serde(default)]
    giu: String,
}

async fn sign_in(Visitor(f): Visitor, Asked(back): Asked<Back>) -> Result<Response, PageFault> {
    let back = own_path(back.ve.as_deref().unwrap_or("/viec")).to_owned();
    if f.caller.is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let page = SignInPage {
        f,
        back,
        login: String::new(),
        said: None,
        asks_code: false,
        kept: KeptForm::default(),
    };
    Ok(shown(&page)?.into_response())
}

async fn enter(
    Visitor(f): Visitor,
    public: Public,
    headers: HeaderMap,
    OpenForm(names): OpenForm<Names>,
) -> Result<Response, PageFault> {
    let back = own_path(&names.ve).to_owned();
    let given = Credentials {
        login: names.login.trim(),
        password: &names.password,
        code: &names.code,
        peer: &public.address,
        program: program(&headers),
    };
    match access::sign_in(&public.archive, &given).await {
        Ok((token, caller)) => {
            // Whose roles wait for a second factor sets it up first.
            let back = match caller.roles.is_empty() {
                true => "/xac-thuc".to_owned(),
                false => back,
            };
            let cookie =
                AppendHeaders([(header::SET_COOKIE, session_cookie(&public.archive, &token))]);
            Ok((cookie, Redirect::to(&back)).into_response())
        }
        Err(
            error @ (Error::NotSignedIn
            | Error::TooMany { .. }
            | Error::Refused {
                code: "second_factor" | "account_asleep",
                ..
            }),
        ) => {
            let said = f.lang.pick(error.vi(), error.en());
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            let page = SignInPage {
                f,
                back,
                asks_code: error.code() == "second_factor" || !names.code.is_empty(),
                login: names.login,
                said: Some(said),
                kept: KeptForm {
                    to: names.giu_ve,
                    body: names.giu,
                },
            };
            Ok((status, shown(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What the browser calls itself.
pub fn program(headers: &HeaderMap) -> &str {
    let named = headers.get(header::USER_AGENT);
    named
        .and_then(|named| named.to_str().ok())
        .unwrap_or_default()
}

async fn leave(
    Extracted(archive): Extracted<State>,
    headers: HeaderMap,
    _form: Form<Pairs>,
) -> Result<Response, PageFault> {
    if let Some(token) = session_token(&headers) {
        access::sign_out(&archive, token).await?;
    }
    let cookie = AppendHeaders([(header::SET_COOKIE, ended_cookie(&archive))]);
    Ok((cookie, Redirect::to("/")).into_response())
}

async fn choose_language(Path(lang): Path<String>, Asked(back): Asked<Back>) -> Response {
    let lang = if lang == "en" { "en" } else { "vi" };
    remembered("lang", lang, &back)
}

/// Light, dark, or as the device is set.
async fn choose_theme(Path(theme): Path<String>, Asked(back): Asked<Back>) -> Response {
    let theme = match theme.as_str() {
        "sang" => "sang",
        "toi" => "toi",
        _ => "may",
    };
    remembered("giaodien", theme, &back)
}

/// Remembers a choice of the reader for a year and leads back.
fn remembered(name: &'static str, value: &'static str, back: &Back) -> Response {
    let cookie = Cookie::build((name, value))
        .path("/")
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .build()
        .to_string();
    let back = own_path(back.ve.as_deref().unwrap_or("/")).to_owned();
    (
        AppendHeaders([(header::SET_COOKIE, cookie)]),
        Redirect::to(&back),
    )
        .into_response()
}

/// A path of this site, so that nobody can be led to another site through our sign-in page.
pub fn own_path(path: &str) -> &str {
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
}
