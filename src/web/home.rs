//! The first page of the public, and of those who work here: what waits for me.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::fault::PageFault;
use super::intake::Underway;
use super::layout::{Frame, shown};
use super::session::{Signed, Visitor};
use crate::access::{Act, Caller, may};
use crate::copy_request::{self, RequestView};
use crate::error::Result;
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
}

async fn welcome(Visitor(f): Visitor) -> Result<Response, PageFault> {
    if f.caller.is_some() {
        return Ok(Redirect::to("/viec").into_response());
    }
    Ok(shown(&Welcome { f })?.into_response())
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    underway: Vec<Underway>,
    waiting: Option<i64>,
    to_confirm: Vec<RequestView>,
    to_release: Vec<RequestView>,
    reused: Option<i64>,
}

impl Home {
    /// What the caller can settle, nearest term first.
    fn due(&self) -> Vec<&RequestView> {
        let mut due: Vec<_> = self.to_confirm.iter().chain(&self.to_release).collect();
        due.sort_by(|a, b| a.due_at.cmp(&b.due_at));
        due.truncate(12);
        due
    }
}

async fn my_work(signed: Signed) -> Result<Response, PageFault> {
    let mut underway = match may(&signed.caller, Act::SeeBatches) {
        true => Underway::newest(&signed.archive, &signed.caller, 20).await?,
        false => Vec::new(),
    };
    underway.retain(Underway::busy);
    let waiting = match may(&signed.caller, Act::CorrectRecords) {
        true => Some(review::waiting(&signed.archive, &signed.caller).await?),
        false => None,
    };
    let page = Home {
        underway,
        waiting,
        to_confirm: requests(
            &signed.archive,
            &signed.caller,
            Act::ConfirmCopies,
            "received",
        )
        .await?,
        to_release: requests(
            &signed.archive,
            &signed.caller,
            Act::ReleaseCopies,
            "confirmed",
        )
        .await?,
        reused: match may(&signed.caller, Act::SeeRequests) {
            true => Some(reuse::this_year(&signed.archive, &signed.caller).await?),
            false => None,
        },
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

async fn requests(
    archive: &State,
    caller: &Caller,
    act: Act,
    state: &str,
) -> Result<Vec<RequestView>> {
    match may(caller, act) {
        true => copy_request::list(archive, caller, Some(state)).await,
        false => Ok(Vec::new()),
    }
}
