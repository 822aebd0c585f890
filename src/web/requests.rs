//! The office's side of requests: those that press, each by its state, and a clerk's own entry for
//! somebody at the counter.

mod acts;
mod detail;
mod many;

pub use detail::download;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::layout::{Frame, shown_form};
use super::pager::{PAGE, Pager, TurnAsked};
use super::public_requests::{RequestForm, RequestPage};
use super::session::{Form, Signed};
use crate::access::{Act, require};
use crate::copy_request::{self, OpenRequests, Release, RequestFilter, RequestOrder, RequestView};
use crate::error::Fault;
use crate::seen::Seen;

/// Where a clerk enters a request for somebody.
const ENTRY: &str = "/cap-ban-sao/moi";

pub fn routes() -> Router<State> {
    Router::new()
        .route("/cap-ban-sao", get(queue))
        .route(ENTRY, get(blank).post(enter))
        .merge(many::routes())
        .merge(detail::routes())
        .merge(acts::routes())
}

/// The state of a request in words.
pub fn state_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    f.word("requests.state_of_request", word)
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct QueueAsked {
    state: String,
    /// Part of a name, or a code.
    tim: String,
    /// `newest`, or by term.
    sap: String,
    sau: Option<String>,
    truoc: Option<String>,
}

impl QueueAsked {
    fn filter(&self) -> RequestFilter {
        let turn = TurnAsked {
            sau: self.sau.clone(),
            truoc: self.truoc.clone(),
        };
        RequestFilter {
            state: self.state.clone(),
            text: self.tim.clone(),
            order: match self.sap.as_str() {
                "newest" => RequestOrder::Newest,
                _ => RequestOrder::Due,
            },
            turn: turn.turn(),
            most: PAGE,
        }
    }
}

#[derive(Template)]
#[template(path = "copies.html")]
struct Queue {
    f: Frame,
    asked: QueueAsked,
    requests: Vec<RequestView>,
    pager: Pager,
    pressing: Vec<RequestView>,
    counts: OpenRequests,
    released: Vec<Release>,
    faults: Vec<Fault>,
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
        self.asked.state == "confirmed" && self.f.may(Act::ReleaseCopies)
    }

    fn state<'a>(&self, word: &'a str) -> &'a str {
        state_in_words(&self.f, word)
    }
}

async fn queue(signed: Signed, Asked(asked): Asked<QueueAsked>) -> Result<Response, PageFault> {
    show(signed, asked, Vec::new(), Vec::new()).await
}

async fn show(
    signed: Signed,
    asked: QueueAsked,
    released: Vec<Release>,
    faults: Vec<Fault>,
) -> Result<Response, PageFault> {
    let (archive, caller, filter) = (&signed.archive, &signed.caller, asked.filter());
    let slice = copy_request::page(archive, caller, &filter).await?;
    let total = copy_request::count(archive, caller, &filter).await?;
    let kept = [
        ("state", asked.state.as_str()),
        ("tim", asked.tim.as_str()),
        ("sap", asked.sap.as_str()),
    ];
    let page = Queue {
        pager: Pager::of(total, &slice, "/cap-ban-sao", &kept),
        requests: slice.rows,
        pressing: copy_request::pressing(archive, caller).await?,
        counts: copy_request::open_requests(archive).await?,
        released,
        faults,
        asked,
        f: signed.frame,
    };
    shown_form(&page, &page.faults)
}

/// What a page showed of a record, as its form says it back beside other things.
#[derive(serde::Deserialize)]
pub struct RecordShown {
    record_version: i64,
    record_digest: String,
}

impl From<RecordShown> for Seen {
    fn from(shown: RecordShown) -> Self {
        Self {
            record_version: shown.record_version,
            record_digest: shown.record_digest,
        }
    }
}

async fn blank(signed: Signed) -> Result<Response, PageFault> {
    require(&signed.caller, Act::ConfirmCopies)?;
    let form = RequestForm::blank(&signed.archive);
    RequestPage::show(&signed.archive, signed.frame, ENTRY, form, Vec::new()).await
}

async fn enter(form: Form<RequestForm>) -> Result<Response, PageFault> {
    let asked = copy_request::ask(&form.archive, &form.caller, &form.given.given()).await;
    match or_faults(asked)? {
        // The clerk reads the code to the applicant from there.
        Ok(asked) => Ok(Redirect::to(&format!("/yeu-cau/{}?moi=1", asked.code)).into_response()),
        Err(faults) => {
            RequestPage::show(&form.archive, form.frame, ENTRY, form.given, faults).await
        }
    }
}
