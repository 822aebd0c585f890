//! The appendix of the register: the list of its entries; entering one, and one entry by itself.

mod detail;
mod entry;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::{Names, spoken_date};
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::correction::{self, Correction, CorrectionFilter};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/phu-luc", get(list))
        .merge(entry::routes())
        .merge(detail::routes())
}

/// The state of an entry in words, and its shade.
pub fn state_in_words(f: &Frame, entry: &Correction) -> (&'static str, &'static str) {
    match entry.state.as_str() {
        "entered" => ("doubt", f.t("corrections.state.entered")),
        "approved" => ("good", f.t("corrections.state.approved")),
        _ => ("bad", f.t("corrections.state.rejected")),
    }
}

#[derive(Debug, Default, serde::Deserialize)]
struct CorrectionListQuery {
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "corrections.html")]
struct List {
    f: Frame,
    names: Names,
    asked: String,
    entries: Vec<Correction>,
    /// Class of each record, by its id.
    classes: BTreeMap<String, String>,
}

impl List {
    fn state(&self, entry: &Correction) -> (&'static str, &'static str) {
        state_in_words(&self.f, entry)
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }

    fn class_of(&self, entry: &Correction) -> &str {
        let class = self.classes.get(&entry.record_id);
        class.map_or("", String::as_str)
    }
}

async fn list(
    signed: Signed,
    Asked(asked): Asked<CorrectionListQuery>,
) -> Result<Response, PageFault> {
    let filter = CorrectionFilter {
        state: asked.state.clone(),
        ..CorrectionFilter::default()
    };
    let entries = correction::list(&signed.archive, &signed.caller, &filter).await?;
    let page = List {
        classes: correction::classes_of(&signed.archive, &entries).await?,
        entries,
        names: Names::of(&signed.archive),
        asked: asked.state.unwrap_or_default(),
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}
