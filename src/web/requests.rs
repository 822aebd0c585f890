//! The office's side of requests: those that press, each by its state, and a clerk's own entry for
//! somebody at the counter.

mod acts;
mod detail;

pub use detail::download;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::layout::{Frame, shown};
use super::public_requests::{RequestForm, RequestPage};
use super::session::{Form, Pairs, Signed};
use crate::access::{Act, require};
use crate::copy_request::{self, OpenRequests, Release, RequestView};
use crate::error::Error;
use crate::seen::{self, Seen};

/// Where a clerk enters a request for somebody.
const ENTRY: &str = "/cap-ban-sao/moi";

pub fn routes() -> Router<State> {
    Router::new()
        .route("/cap-ban-sao", get(queue))
        .route(ENTRY, get(blank).post(enter))
        .route("/cap-ban-sao/ky-nhieu", post(release_many))
        .merge(detail::routes())
        .merge(acts::routes())
}

/// The state of a request in words.
pub fn state_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    f.word("requests.state_of_request", word)
}

#[derive(Debug, Default, serde::Deserialize)]
struct QueueAsked {
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "copies.html")]
struct Queue {
    f: Frame,
    asked: String,
    requests: Vec<RequestView>,
    pressing: Vec<RequestView>,
    counts: OpenRequests,
    released: Vec<Release>,
    /// What the record of each confirmed request is now.
    shown: BTreeMap<String, Seen>,
}

impl Queue {
    fn states(&self) -> [(&'static str, &'static str); 7] {
        [
            "received",
            "waiting",
            "searching",
            "confirmed",
            "released",
            "issued",
            "refused",
        ]
        .map(|word| (word, state_in_words(&self.f, word)))
    }

    /// Chosen requests can be released in one act.
    fn many(&self) -> bool {
        self.asked == "confirmed" && self.f.may(Act::ReleaseCopies)
    }

    fn state<'a>(&self, word: &'a str) -> &'a str {
        state_in_words(&self.f, word)
    }
}

async fn queue(signed: Signed, Asked(asked): Asked<QueueAsked>) -> Result<Response, PageFault> {
    let asked = asked.state.unwrap_or_default();
    show(signed, asked, Vec::new()).await
}

async fn show(
    signed: Signed,
    asked: String,
    released: Vec<Release>,
) -> Result<Response, PageFault> {
    let requests = copy_request::list(&signed.archive, &signed.caller, Some(&asked)).await?;
    let mut shown_now = BTreeMap::new();
    if asked == "confirmed" && signed.frame.may(Act::ReleaseCopies) {
        for request in &requests {
            if let Some(record) = &request.record_id {
                shown_now.insert(
                    request.id.clone(),
                    seen::now(&signed.archive, &signed.caller, record).await?,
                );
            }
        }
    }
    let page = Queue {
        requests,
        shown: shown_now,
        pressing: copy_request::pressing(&signed.archive, &signed.caller).await?,
        counts: copy_request::open_requests(&signed.archive).await?,
        released,
        asked,
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

async fn release_many(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let chosen = given.iter().filter(|(key, _)| key == "ids");
    let ids: Vec<String> = chosen.map(|(_, id)| id.clone()).collect();
    let seen = given.iter().filter_map(seen_of).collect();
    let released = copy_request::release_many(&signed.archive, &signed.caller, &ids, &seen).await?;
    show(signed, "confirmed".into(), released).await
}

/// What a page showed of a record, as its form says it back beside other things.
#[derive(serde::Deserialize)]
pub struct Shown {
    record_version: i64,
    record_digest: String,
}

impl From<Shown> for Seen {
    fn from(shown: Shown) -> Self {
        Self {
            record_version: shown.record_version,
            record_digest: shown.record_digest,
        }
    }
}

/// `seen.REQUEST=VERSION:DIGEST`: what the list showed of a request's record.
fn seen_of((key, value): &(String, String)) -> Option<(String, Seen)> {
    let (version, digest) = value.split_once(':')?;
    let seen = Seen {
        record_version: version.parse().ok()?,
        record_digest: digest.to_owned(),
    };
    Some((key.strip_prefix("seen.")?.to_owned(), seen))
}

async fn blank(signed: Signed) -> Result<Response, PageFault> {
    require(&signed.caller, Act::ConfirmCopies)?;
    let form = RequestForm::blank(&signed.archive);
    RequestPage::show(&signed.archive, signed.frame, ENTRY, form, Vec::new()).await
}

async fn enter(form: Form<RequestForm>) -> Result<Response, PageFault> {
    match copy_request::ask(&form.archive, &form.caller, &form.given.given()).await {
        // The clerk reads the code to the applicant from there.
        Ok(asked) => Ok(Redirect::to(&format!("/yeu-cau/{}?moi=1", asked.code)).into_response()),
        Err(Error::Invalid(faults)) => {
            RequestPage::show(&form.archive, form.frame, ENTRY, form.given, faults).await
        }
        Err(error) => Err(error.into()),
    }
}
