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
use super::waiting::Waiting;
use crate::access::{Act, Caller, may};
use crate::copy_request::{self, Office, RequestFilter, RequestView};
use crate::error::Result;
use crate::reuse;

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
    waiting: Waiting,
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
    let mut due = pressing(archive, caller, Act::ReleaseCopies, "confirmed").await?;
    due.extend(pressing(archive, caller, Act::ConfirmCopies, "received").await?);
    due.sort_by(|a, b| a.due_at.cmp(&b.due_at));
    due.truncate(DUE);
    let page = Home {
        underway,
        waiting: Waiting::of(archive, caller).await?,
        due,
        reused: match may(caller, Act::SeeRequests) {
            true => Some(reuse::this_year(archive, caller).await?),
            false => None,
        },
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

/// The most pressing requests in this state; none for who may not act on them.
async fn pressing(
    archive: &State,
    caller: &Caller,
    act: Act,
    state: &str,
) -> Result<Vec<RequestView>> {
    if !may(caller, act) {
        return Ok(Vec::new());
    }
    let filter = RequestFilter {
        state: state.to_owned(),
        most: DUE,
        ..RequestFilter::default()
    };
    Ok(copy_request::page(archive, caller, &filter).await?.rows)
}
