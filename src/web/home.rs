//! The first page of the public, and of those who work here: what waits for me.

use askama::Template;
use axum::Router;
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::fault::PageFault;
use super::intake::Underway;
use super::layout::{Frame, shown};
use super::session::{Signed, Visitor};
use crate::access::{Act, Caller, may};
use crate::batch::{self, OpenInBatches};
use crate::copy_request::{self, Office, RequestFilter, RequestView};
use crate::error::Result;
use crate::queue::{self, Chosen};
use crate::{reuse, review};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/", get(welcome))
        .route("/viec", get(my_work))
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    f: Frame,
    /// Absent while the catalogue is away, which knows the fee: the rest of the page needs none.
    office: Option<Office>,
}

async fn welcome(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
) -> Result<Response, PageFault> {
    if f.caller.is_some() {
        return Ok(Redirect::to("/viec").into_response());
    }
    let office = tokio::select! {
        biased;
        office = copy_request::office(&archive) => office.ok(),
        () = archive.catalogue.until_down() => None,
    };
    Ok(shown(&Welcome { f, office })?.into_response())
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    underway: Vec<Underway>,
    /// Records at the desk.
    waiting: Option<i64>,
    to_confirm: Option<i64>,
    to_release: Option<i64>,
    /// Flags and quarantined files, over all batches.
    open: Option<OpenInBatches>,
    /// Work of the queue that stands still.
    stuck: Option<i64>,
    /// What the caller can settle, nearest term first.
    due: Vec<RequestView>,
    reused: Option<i64>,
}

/// Requests on the list by term.
const DUE: usize = 12;

async fn my_work(signed: Signed) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    let mut underway = match may(caller, Act::SeeBatches) {
        true => Underway::newest(archive, caller, 20).await?,
        false => Vec::new(),
    };
    underway.retain(Underway::busy);
    let (to_confirm, confirmable) =
        requests(archive, caller, Act::ConfirmCopies, "received").await?;
    let (to_release, mut due) = requests(archive, caller, Act::ReleaseCopies, "confirmed").await?;
    due.extend(confirmable);
    due.sort_by(|a, b| a.due_at.cmp(&b.due_at));
    due.truncate(DUE);
    let page = Home {
        underway,
        waiting: match may(caller, Act::CorrectRecords) {
            true => Some(review::waiting(archive, caller).await?),
            false => None,
        },
        to_confirm,
        to_release,
        open: match may(caller, Act::DeliverScans) || may(caller, Act::ResolveFlags) {
            true => Some(batch::open_in_all(archive, caller).await?),
            false => None,
        },
        stuck: match may(caller, Act::SeeQueue) {
            true => Some(queue::count(archive, caller, &Chosen::default()).await?),
            false => None,
        },
        due,
        reused: match may(caller, Act::SeeRequests) {
            true => Some(reuse::this_year(archive, caller).await?),
            false => None,
        },
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

/// How many requests are in this state, and the most pressing of them; nothing for who may not act on them.
async fn requests(
    archive: &State,
    caller: &Caller,
    act: Act,
    state: &str,
) -> Result<(Option<i64>, Vec<RequestView>)> {
    if !may(caller, act) {
        return Ok((None, Vec::new()));
    }
    let filter = RequestFilter {
        state: state.to_owned(),
        most: DUE,
        ..RequestFilter::default()
    };
    let count = copy_request::count(archive, caller, &filter).await?;
    let first = copy_request::page(archive, caller, &filter).await?;
    Ok((Some(count), first.rows))
}
