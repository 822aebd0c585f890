//! The public counter: ask for a copy, follow the request by its code, fetch the copy.

mod asks;
mod paper;
mod steps;
mod submit;
mod tracking;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

pub use paper::add_body;
pub use submit::{RequestForm, RequestPage, consent_today, relation_in_words, standing_in_words};
pub use tracking::{LARGEST_PAPER, event_in_words};

use super::State;
use super::client_ip::Public;
use crate::access;
use crate::copy_request;
use crate::error::{Error, Result};

pub fn routes() -> Router<State> {
    steps::routes().merge(tracking::routes())
}

/// A code typed into a box.
#[derive(serde::Deserialize)]
pub struct CodeAsked {
    /// The code as typed, blanks and small letters allowed.
    pub ma: Option<String>,
    moi: Option<String>,
}

/// A guessed code and an unknown one get the same answer, and guessing is slowed per caller.
pub async fn rate_limited<T>(
    public: &Public,
    scope: &str,
    answer: impl Future<Output = Result<T>>,
) -> Result<T> {
    let key = format!("{scope}:{}", public.address);
    let answer = answer.await;
    // Only wrong codes are slowed: whoever shares the address of a guesser still gets an answer to a right one.
    if matches!(answer, Err(Error::NotFound { .. })) {
        access::meter(&public.archive, &key, MOST_WRONG_CODES).await?;
        let wide = format!("{scope}:{}", public.network.wide);
        access::meter(&public.archive, &wide, MOST_WRONG_CODES_NEARBY).await?;
    }
    answer
}

/// Wrong codes within five minutes from one network, at one door.
const MOST_WRONG_CODES: i64 = 10;
/// The same from the /24 or /48 around it.
const MOST_WRONG_CODES_NEARBY: i64 = 100;

/// From the code typed to the page of that code.
pub fn redirect_to_code(base_path: &str, code: Option<&str>) -> Redirect {
    let code = copy_request::tidy(code.unwrap_or_default());
    match code.is_empty() {
        true => Redirect::to(base_path),
        false => Redirect::to(&format!("{base_path}/{code}")),
    }
}

/// A PDF to be saved under a name.
pub fn pdf(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
