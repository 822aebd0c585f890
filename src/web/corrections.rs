//! The appendix of the register: the list of its entries; entering one, and one entry by itself.

mod entering;
mod one;

use askama::Template;
use axum::Router;
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extract::Asked;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::reading_room::{Names, spoken_date};
use super::session::Signed;
use crate::correction::{self, Correction, CorrectionFilter};

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/phu-luc", get(list))
        .merge(entering::routes())
        .merge(one::routes())
}

/// The state of an entry in words, and its shade.
pub fn state_in_words(f: &Frame, entry: &Correction) -> (&'static str, &'static str) {
    match entry.state.as_str() {
        "entered" => ("doubt", f.w("chờ duyệt", "waits for approval")),
        "approved" => ("good", f.w("đã vào phụ lục", "in the appendix")),
        _ => ("bad", f.w("không duyệt", "rejected")),
    }
}

#[derive(Debug, Default, serde::Deserialize)]
struct ListAsked {
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "corrections.html")]
struct List {
    f: Frame,
    names: Names,
    asked: String,
    entries: Vec<Correction>,
}

impl List {
    fn state(&self, entry: &Correction) -> (&'static str, &'static str) {
        state_in_words(&self.f, entry)
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }
}

async fn list(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Asked(asked): Asked<ListAsked>,
) -> Result<Response, PageFault> {
    let filter = CorrectionFilter {
        state: asked.state.clone(),
        ..CorrectionFilter::default()
    };
    let page = List {
        entries: correction::list(&archive, &signed.caller, &filter).await?,
        names: Names::of(&archive),
        asked: asked.state.unwrap_or_default(),
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}
