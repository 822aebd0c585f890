//! Verification of a copy by anyone: by its code, by the file itself. Plain separate verdicts, and no
//! more of a person than initials and a year of birth unless the file itself is presented.

mod arrival;
mod code_term;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use arrival::{ARRIVAL, LARGEST_COPY, admit_file, file_of, slot};
pub use arrival::{NotArrived, verify_body};

use super::State;
use super::client_ip::Public;
use super::etag::ETag;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::spoken_date;
use super::layout::{Frame, shown};
use super::public_requests::{CodeAsked, rate_limited, redirect_to_code};
use super::session::Visitor;
use crate::certified_copy::{self, FileVerified, SignatureListed, Verified};
use crate::error::Error;

pub fn routes() -> Router<State> {
    let verify = get(verify_door).post(verify_file);
    // A form is a little larger than the file in it.
    let verify = verify.layer(DefaultBodyLimit::max(LARGEST_COPY + (64 << 10)));
    Router::new()
        .route("/xac-minh", verify)
        .route("/xac-minh/{code}", get(verify_code))
        .merge(code_term::routes())
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verification {
    f: Frame,
    by_code: Option<Verified>,
    by_file: Option<FileVerified>,
    unknown_code: bool,
}

impl Verification {
    fn blank(f: Frame) -> Self {
        Self {
            f,
            by_code: None,
            by_file: None,
            unknown_code: false,
        }
    }

    /// What the archive knows, by whichever way it was asked.
    fn known(&self) -> Vec<&Verified> {
        let by_file = self
            .by_file
            .as_ref()
            .and_then(|found| found.archive.as_ref());
        self.by_code.as_ref().or(by_file).into_iter().collect()
    }

    /// The outcome in the page's title, which a screen reader says first.
    fn outcome(&self) -> String {
        let title = self.f.t("layout.verify_copy");
        let word = match self.known().first() {
            Some(known) => self.f.word("verification.state", known.state.as_str()),
            None if self.unknown_code => self.f.t("verification.no_such_code"),
            None if self.by_file.is_some() => self.f.t("verification.not_issued_here"),
            None => return title.to_owned(),
        };
        format!("{word} – {title}")
    }

    /// Shade and sentence of what the archive says now.
    fn now(&self, known: &Verified) -> (&'static str, &'static str) {
        match known.state.as_str() {
            "valid" => ("good", self.f.t("verification.now.valid")),
            "superseded" => ("doubt", self.f.t("verification.now.superseded")),
            "expired" => ("doubt", self.f.t("verification.now.expired")),
            "revoked" => ("bad", self.f.t("verification.now.revoked")),
            "withdrawn" => ("bad", self.f.t("verification.now.withdrawn")),
            _ => ("bad", self.f.t("verification.now.void")),
        }
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }

    fn file_shade(&self, found: &FileVerified) -> &'static str {
        match found.file.as_str() {
            "unchanged" => "good",
            "added_to" | "encrypted" | "unreadable" | "too_large" | "too_complex"
            | "check_failed" => "doubt",
            _ => "bad",
        }
    }

    fn seal_shade(&self, found: &FileVerified) -> &'static str {
        match (found.key.as_str(), found.trust.as_str()) {
            // A time that cannot be relied on spoils every other verdict: the key's state is judged
            // at that time.
            _ if !found.time_good => "bad",
            // A sound seal of somebody else's proves nothing about a copy of this office.
            _ if found.office == "somebody_else" => "bad",
            ("good_then", "trusted") if found.office == "others_too" => "doubt",
            ("good_then", "trusted") => "good",
            // The test authority is trusted by the program but by nobody outside, so it is never
            // shown as good.
            ("good_then", "test_authority") => "doubt",
            _ => "bad",
        }
    }

    /// What a signature is for, and how much of the file it covers.
    fn reach(&self, one: &SignatureListed) -> String {
        let what = match one.purpose {
            "seal" => self.f.t("verification.seal"),
            _ => self.f.t("verification.time_stamp"),
        };
        let reach = match (one.file.as_str(), one.added) {
            ("unchanged", _) => self.f.t("verification.whole_file").to_owned(),
            ("added_to", added) => {
                let text = self.f.t("verification.added_after");
                format!("{text} {added} byte")
            }
            ("weak", _) => self.f.t("verification.too_weak").to_owned(),
            _ => self.f.t("verification.does_not_fit_file").to_owned(),
        };
        format!("{what}, {reach}")
    }

    fn sign(&self, shade: &str) -> &'static str {
        match shade {
            "good" => "✓",
            "doubt" => "!",
            _ => "✗",
        }
    }
}

async fn verify_door(
    Visitor(f): Visitor,
    Asked(asked): Asked<CodeAsked>,
) -> Result<Response, PageFault> {
    if asked.ma.is_some() {
        return Ok(redirect_to_code("/xac-minh", asked.ma.as_deref()).into_response());
    }
    Ok(shown(&Verification::blank(f))?.into_response())
}

async fn verify_code(
    Visitor(f): Visitor,
    public: Public,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, PageFault> {
    let mut page = Verification::blank(f);
    let answer = certified_copy::verify_code(&public.archive, &code);
    match rate_limited(&public, "verify", answer).await {
        Ok(known) => page.by_code = Some(known),
        Err(Error::NotFound { .. }) => {
            page.unknown_code = true;
            return Ok((StatusCode::NOT_FOUND, shown(&page)?).into_response());
        }
        Err(error) => return Err(error.into()),
    }
    let Html(text) = shown(&page)?;
    // Kept by the visitor's own browser, and asked for again each time: a page in another language or
    // with another verdict is another page.
    let held = ETag::of(&headers, text.as_bytes(), "private, no-cache");
    Ok(held.or(Html(text)))
}

async fn verify_file(
    Visitor(f): Visitor,
    public: Public,
    parts: Multipart,
) -> Result<Response, PageFault> {
    // The address is metered, and a place taken, before a single byte of the file is read.
    admit_file(&public.archive, &public.address).await?;
    let _slot = slot(&public.archive)?;
    let arrived = tokio::time::timeout(ARRIVAL, file_of(&public.archive, parts)).await;
    let file = match arrived.unwrap_or(Err(NotArrived::TooLarge)) {
        Ok(file) => file.ok_or_else(no_file)?,
        Err(NotArrived::TooLarge) => return Err(did_not_arrive().into()),
        Err(NotArrived::Fault(error)) => return Err(error.into()),
    };
    let mut page = Verification::blank(f);
    page.by_file = Some(certified_copy::verify_uploaded(&public.archive, file).await?);
    Ok(shown(&page)?.into_response())
}

fn did_not_arrive() -> Error {
    Error::fault("/file", "faults.file_did_not_arrive_must_smaller")
}

fn no_file() -> Error {
    Error::fault("/file", "faults.choose_file_of_copy")
}
