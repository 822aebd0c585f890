//! Searches in what is not digitised: the archivist's list, and one search with where to look.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::fault::PageFault;
use super::labels::Names;
use super::layout::{Frame, shown};
use super::session::{Form, Signed};
use crate::access::Act;
use crate::copy_request::Reason;
use crate::search_case::{self, SearchCase, SearchState, SearchView};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/tim-kho", get(list))
        .route("/tim-kho/{id}", get(one))
        .route("/tim-kho/{id}/thay", post(found))
        .route("/tim-kho/{id}/khong-thay", post(not_found))
        .route("/cap-ban-sao/{id}/tim-kho", post(open))
}

/// How far a field agrees: shade and words.
pub fn agreement(f: &Frame, reason: &Reason) -> (&'static str, &'static str) {
    match reason.agrees.as_str() {
        "exact" => ("good", f.t("search_cases.agrees.exact")),
        "folded" => ("doubt", f.t("search_cases.agrees.folded")),
        _ => ("bad", f.t("search_cases.agrees.different")),
    }
}

fn state_in_words(f: &Frame, state: SearchState) -> &'static str {
    f.word("search_cases.state", state.as_str())
}

#[derive(Template)]
#[template(path = "search_cases.html")]
struct Searches {
    f: Frame,
    cases: Vec<SearchCase>,
}

impl Searches {
    fn state(&self, state: &SearchState) -> &'static str {
        state_in_words(&self.f, *state)
    }
}

async fn list(signed: Signed) -> Result<Response, PageFault> {
    let page = Searches {
        cases: search_case::list(&signed.archive, &signed.caller, true).await?,
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

#[derive(Template)]
#[template(path = "search_case.html")]
struct One {
    f: Frame,
    names: Names,
    view: SearchView,
}

impl One {
    fn state(&self) -> &'static str {
        state_in_words(&self.f, self.view.case.state)
    }

    fn open(&self) -> bool {
        self.f.may(Act::EndSearches) && self.view.case.state == "open"
    }

    fn agreement(&self, reason: &Reason) -> (&'static str, &'static str) {
        agreement(&self.f, reason)
    }
}

async fn one(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let page = One {
        view: search_case::get(&signed.archive, &signed.caller, &id).await?,
        names: Names::of(&signed.archive),
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

#[derive(serde::Deserialize)]
struct Words {
    #[serde(default)]
    record_id: String,
    #[serde(default)]
    note: String,
}

async fn open(Path(id): Path<String>, form: Form<Words>) -> Result<Redirect, PageFault> {
    search_case::open(&form.archive, &form.caller, &id, &form.given.note).await?;
    Ok(Redirect::to(&format!("/cap-ban-sao/{id}")))
}

async fn found(Path(id): Path<String>, form: Form<Words>) -> Result<Redirect, PageFault> {
    let Words { record_id, note } = &form.given;
    search_case::found(&form.archive, &form.caller, &id, record_id.trim(), note).await?;
    Ok(Redirect::to("/tim-kho"))
}

async fn not_found(Path(id): Path<String>, form: Form<Words>) -> Result<Redirect, PageFault> {
    search_case::not_found(&form.archive, &form.caller, &id, &form.given.note).await?;
    Ok(Redirect::to("/tim-kho"))
}
