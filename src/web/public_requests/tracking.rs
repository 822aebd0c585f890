//! Following a request under its code: what happened, messages both ways, papers, withdrawal, the copy.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::paper::add_part;
use super::{CodeAsked, pdf, rate_limited, redirect_to_code};
use crate::copy_request::{self, Status};
use crate::error::{Error, Result};
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::extractors::Asked;
use crate::web::fault::PageFault;
use crate::web::layout::{Frame, shown};
use crate::web::session::{OpenForm, Visitor};

/// Largest body with a paper in it, in bytes; the setting `web.largest_evidence_mib` decides below it.
pub const LARGEST_PAPER: usize = 64 << 20;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/yeu-cau/theo-doi", get(find))
        .route("/yeu-cau/{code}", get(follow))
        .route("/yeu-cau/{code}/ban-sao.pdf", get(fetch))
        .route("/yeu-cau/{code}/tra-loi", post(answer))
        .route("/yeu-cau/{code}/rut", post(withdraw))
        .route(
            "/yeu-cau/{code}/giay-to",
            post(add_paper).layer(DefaultBodyLimit::max(LARGEST_PAPER)),
        )
}

#[derive(Template)]
#[template(path = "tracking.html")]
struct Tracking {
    f: Frame,
    code: String,
    fresh: bool,
    status: Status,
}

/// Asks for the code again.
#[derive(Template)]
#[template(path = "find_request.html")]
struct Find {
    f: Frame,
    code: String,
}

impl Tracking {
    fn shade(&self) -> &'static str {
        match self.status.state.as_str() {
            "issued" => "good",
            "refused" | "withdrawn" | "expired" => "bad",
            _ => "doubt",
        }
    }

    fn event<'a>(&self, word: &'a str) -> &'a str {
        event_in_words(&self.f, word)
    }

    fn payment(&self) -> &'static str {
        match self.status.payment.as_str() {
            "paid" => self.f.t("public_requests.payment.paid"),
            "waived" => self.f.t("public_requests.payment.waived"),
            "unpaid" => self.f.t("public_requests.payment.unpaid"),
            _ => self.f.t("public_requests.payment.free"),
        }
    }
}

/// What happened to a request, in words.
pub fn event_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    f.word("public_requests.event", word)
}

async fn find(Asked(asked): Asked<CodeAsked>) -> Redirect {
    redirect_to_code("/yeu-cau", asked.ma.as_deref())
}

async fn follow(
    Visitor(f): Visitor,
    public: Public,
    Path(code): Path<String>,
    Asked(asked): Asked<CodeAsked>,
) -> Result<Response, PageFault> {
    let answer = copy_request::status(&public.archive, &code);
    let status = match rate_limited(&public, "follow", answer).await {
        Ok(status) => status,
        // A code that was mistyped stays in its box.
        Err(Error::NotFound { .. }) => {
            let page = Find {
                f,
                code: code.trim().chars().take(40).collect(),
            };
            return Ok((StatusCode::NOT_FOUND, shown(&page)?).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let page = Tracking {
        f,
        code: copy_request::tidy(&code),
        fresh: asked.moi.is_some(),
        status,
    };
    Ok(shown(&page)?.into_response())
}

/// Which of several copies, by its number in the issue book.
#[derive(serde::Deserialize)]
struct CopyAsked {
    so: Option<String>,
}

async fn fetch(
    public: Public,
    Path(code): Path<String>,
    Asked(asked): Asked<CopyAsked>,
) -> Result<Response, PageFault> {
    let answer = copy_request::fetch(&public.archive, &code, asked.so.as_deref());
    let (name, bytes) = rate_limited(&public, "follow", answer).await?;
    Ok(pdf(&name, bytes))
}

#[derive(serde::Deserialize)]
struct Answer {
    text: String,
}

async fn answer(
    public: Public,
    Path(code): Path<String>,
    OpenForm(given): OpenForm<Answer>,
) -> Result<Redirect, PageFault> {
    let done = copy_request::answer(&public.archive, &code, &given.text);
    rate_limited(&public, "follow", done).await?;
    Ok(redirect_to_code("/yeu-cau", Some(&code)))
}

async fn withdraw(public: Public, Path(code): Path<String>) -> Result<Redirect, PageFault> {
    let done = copy_request::withdraw(&public.archive, &code);
    rate_limited(&public, "follow", done).await?;
    Ok(redirect_to_code("/yeu-cau", Some(&code)))
}

async fn add_paper(
    public: Public,
    Path(code): Path<String>,
    parts: Multipart,
) -> Result<Redirect, PageFault> {
    add_part(&public, &code, parts).await?;
    Ok(redirect_to_code("/yeu-cau", Some(&code)))
}
