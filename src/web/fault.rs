//! An outcome as HTTP: a problem document (RFC 9457) for programs, a page for people.

use std::any::Any;
use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::extract::OriginalUri;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use utoipa::openapi::{self, Content, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

/// Media type of a problem document (RFC 9457, section 3).
const PROBLEM: &str = "application/problem+json";

use super::embedded;
use crate::error::{Error, Fault};
use crate::messages::{self, Lang, Message};

/// Body of a problem document, media type `application/problem+json` (RFC 9457 section 3).
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Stable address of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stable word, such as `not_found`.
    pub code: String,
    /// The sentence for people, in English.
    pub title: String,
    /// The same sentence in Vietnamese.
    pub title_vi: String,
    /// The status of the answer that carries this.
    pub status: u16,
    /// Faults by place, when the input was not acceptable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemPlace>,
}

/// One fault at one place of the input.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct ProblemPlace {
    /// JSON pointer as a URI fragment (RFC 6901 section 6), such as `#/declared_count`.
    pub pointer: String,
    /// What is wrong there, in English.
    pub detail: String,
    /// The same in Vietnamese.
    pub detail_vi: String,
}

/// The statuses with which an operation may answer a problem document, for its description in OpenAPI:
/// `responses(…, Problems<401, 403>)`.
pub struct Problems<
    const A: u16,
    const B: u16 = 0,
    const C: u16 = 0,
    const D: u16 = 0,
    const E: u16 = 0,
    const F: u16 = 0,
>;

impl<const A: u16, const B: u16, const C: u16, const D: u16, const E: u16, const F: u16>
    IntoResponses for Problems<A, B, C, D, E, F>
{
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let schema = Ref::from_schema_name(ProblemDocument::name());
        let content = Content::new(Some(schema));
        let response = ResponseBuilder::new().content(PROBLEM, content);
        let response = RefOr::T(response.build());
        let given = [A, B, C, D, E, F].into_iter().filter(|status| *status != 0);
        given
            .map(|status| (status.to_string(), response.clone()))
            .collect()
    }
}

/// What an operation of the API answers: a JSON document, or a problem.
pub type Answer<T> = Result<Json<T>, Problem>;

/// What an operation of the API answers when there is nothing to tell.
pub type Done = Result<StatusCode, Problem>;

impl From<&Fault> for ProblemPlace {
    fn from(fault: &Fault) -> Self {
        Self {
            pointer: format!("#{}", fault.pointer),
            detail: fault.message.en(),
            detail_vi: fault.message.vi(),
        }
    }
}

/// An outcome on its way to a program.
#[derive(Debug)]
pub struct Problem(pub Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        told(&self.0)
    }
}

/// An outcome that several are told of, as a problem document.
pub fn told(error: &Error) -> Response {
    note(error);
    let mut response = answer(status_of(error), error);
    add_headers(error, &mut response);
    response
}

/// An outcome on its way to a person. It carries no layout of a signed-in caller, because it must
/// also be shown when nothing else works.
#[derive(Debug)]
pub struct PageFault(pub Error);

impl<E: Into<Error>> From<E> for PageFault {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// Why what a form asks was not done, told inside the program along with the answer.
#[derive(Debug, Clone)]
pub enum Undone {
    /// Its sender is not signed in.
    SignIn,
    /// Who sits there is to be proven first.
    Proof,
    /// The verb refused it, with what the page says of it.
    Fault(ToldFault),
}

/// What a page tells of a fault.
#[derive(Debug, Clone)]
pub struct ToldFault {
    vi: String,
    en: String,
    /// Stable code, as in the answers of the API.
    pub code: &'static str,
    faults: Vec<Fault>,
    sign_in: bool,
}

/// What was typed into a form that was refused.
#[derive(Debug)]
pub struct Retold {
    /// Where it is sent again; none where it may only be copied.
    pub action: Option<String>,
    /// The token of its sender's session.
    pub form_token: String,
    /// Boxes and what was typed into them.
    pub typed: Vec<(String, String)>,
    /// What else the form said.
    pub hidden: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    told: &'a ToldFault,
    retold: Option<&'a Retold>,
}

/// It speaks both languages: the reader's choice may be what could not be read.
impl FaultPage<'_> {
    fn vi(&self, key: &str) -> &'static str {
        messages::text(Lang::Vi, key)
    }

    fn en(&self, key: &str) -> &'static str {
        messages::text(Lang::En, key)
    }

    fn asset(&self, name: &str) -> String {
        embedded::address(name)
    }

    /// What a box is called; a field of a sheet by its key.
    fn label<'b>(&self, key: &'b str) -> &'b str {
        let key = key.strip_prefix("f.").unwrap_or(key);
        messages::find(Lang::Vi, &format!("layout.typed.{key}")).unwrap_or(key)
    }
}

impl IntoResponse for PageFault {
    fn into_response(self) -> Response {
        note(&self.0);
        // Who sits there is asked on a page of its own; the act is then done again.
        if self.0.code() == "fresh_proof" {
            let mut door = Redirect::to("/xac-nhan").into_response();
            door.extensions_mut().insert(Undone::Proof);
            return door;
        }
        let told = ToldFault {
            vi: self.0.vi(),
            en: self.0.en(),
            code: self.0.code(),
            faults: match &self.0 {
                Error::Invalid(faults) => faults.clone(),
                _ => Vec::new(),
            },
            sign_in: matches!(self.0, Error::NotSignedIn),
        };
        let mut response = page(status_of(&self.0), &told, None);
        response.extensions_mut().insert(Undone::Fault(told));
        add_headers(&self.0, &mut response);
        response
    }
}

/// What was done, or the faults of what was typed, with which the form is shown again; any other error is a page of its own.
///
/// # Errors
/// The outcome, unless it is a fault of what was typed.
pub fn or_faults<T>(outcome: Result<T, Error>) -> Result<Result<T, Vec<Fault>>, Error> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Error::Invalid(faults)) => Ok(Err(faults)),
        Err(error) => Err(error),
    }
}

/// Whether an address answers programs: with problem documents, not with pages.
pub fn for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/iiif/")
}

/// Answer to an address nobody lives at.
pub async fn no_such_page(OriginalUri(uri): OriginalUri) -> Response {
    let error = Error::NotFound { what: "page" };
    if for_programs(uri.path()) {
        Problem(error).into_response()
    } else {
        PageFault(error).into_response()
    }
}

/// Answer to a method the address does not know.
pub async fn no_such_method(_method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let message = Message::from("errors.method_not_allowed");
    if uri.path().starts_with("/api/") {
        problem(status, message)
    } else {
        let told = ToldFault {
            vi: message.vi(),
            en: message.en(),
            code: message.code(),
            faults: Vec::new(),
            sign_in: false,
        };
        page(status, &told, None)
    }
}

/// A fault of the program: said so, without its inside. The panic itself is already in the log.
pub fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    // The panic is counted, so that an alarm can hear of it, and answered without its text, which
    // may hold data of a record.
    metrics::counter!("sogoc_panics_total").increment(1);
    Problem(Error::Internal("a handler panicked".into())).into_response()
}

/// A problem document for a fault that is HTTP's own; its stable word is the last part of the key.
pub fn problem(status: StatusCode, message: impl Into<Message>) -> Response {
    let message = message.into();
    document(
        status,
        message.code(),
        (message.vi(), message.en()),
        Vec::new(),
    )
}

/// An outcome as a problem document, with a status that the protocol asks for.
pub fn answer(status: StatusCode, error: &Error) -> Response {
    let places = match error {
        Error::Invalid(faults) => faults.iter().map(ProblemPlace::from).collect(),
        _ => Vec::new(),
    };
    document(status, error.code(), (error.vi(), error.en()), places)
}

fn document(
    status: StatusCode,
    code: &str,
    (vi, en): (String, String),
    errors: Vec<ProblemPlace>,
) -> Response {
    let document = ProblemDocument {
        kind: format!("/api#problem-{code}"),
        code: code.into(),
        title: en,
        title_vi: vi,
        status: status.as_u16(),
        errors,
    };
    let mut response = (status, Json(document)).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    response
}

/// The page of a fault, with what was typed where a form was refused.
pub fn page(status: StatusCode, told: &ToldFault, retold: Option<&Retold>) -> Response {
    match (FaultPage { told, retold }).render() {
        Ok(html) => (status, Html(html)).into_response(),
        // A fault that cannot be shown as a page is still told, as bare text.
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, told.en.clone()).into_response(),
    }
}

fn status_of(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Only what the operator must act on is logged here; the caller's own faults are in the request log.
fn note(error: &Error) {
    match error {
        Error::Internal(cause) => tracing::error!(cause, "internal fault"),
        Error::Corrupt { what } => tracing::error!(what, "damage met while serving"),
        Error::Unavailable { part, source } => tracing::warn!(part, %source, "part unavailable"),
        Error::WrongSetting { setting, message } => {
            tracing::error!(setting, said = message.en(), "wrong setting");
        }
        _ => {}
    }
}

fn add_headers(error: &Error, response: &mut Response) {
    let wait = match error {
        Error::TooMany { retry_after } => *retry_after,
        Error::Unavailable { .. } | Error::Blocked { .. } | Error::WrongSetting { .. } => 10,
        // RFC 9110 demands a challenge with 401, and waiting does not help somebody who is not
        // signed in.
        Error::NotSignedIn => {
            let challenge = HeaderValue::from_static("Bearer realm=\"sogoc\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
            return;
        }
        _ => return,
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(wait));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_invalid_input_names_its_place_as_a_pointer() {
        let error = Error::fault("/declared_count", "faults.number_of_files_must");
        let response = Problem(error).into_response();
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let body = axum::body::to_bytes(response.into_body(), 10_000)
            .await
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["errors"][0]["pointer"], "#/declared_count");
        assert_eq!(document["code"], "invalid");
    }

    #[test]
    fn a_fault_of_the_program_does_not_show_its_inside() {
        let response = PageFault(Error::Internal("SELECT secret".into())).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            !Error::Internal("SELECT secret".into())
                .vi()
                .contains("SELECT")
        );
    }

    #[test]
    fn an_unavailable_part_says_when_to_come_back() {
        let error = Error::unavailable("vault", std::io::Error::other("disk full"));
        let response = Problem(error).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
