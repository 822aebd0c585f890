//! A page on the screen with everything that was read on it: the words of a question lit on the picture and in the text.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sogoc_workers::class::Layout;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::{Names, percent};
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::search::{self, LitPage, Wanted};

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new().route("/trang/{id}", get(open))
}

/// Which words are lit.
#[derive(Debug, Default, serde::Deserialize)]
struct Lit {
    text: Option<String>,
}

#[derive(Template)]
#[template(path = "page_words.html")]
struct PageWords {
    f: Frame,
    names: Names,
    lit: LitPage,
    question: String,
    /// Rows of a register stand on it, which can be keyed as a whole.
    of_rows: bool,
}

impl PageWords {
    fn percent(&self, share: &f64) -> String {
        percent(*share)
    }

    fn viewer(&self, document: &str) -> String {
        let begin = [("trang", &self.lit.page.page_id), ("text", &self.question)];
        let query = serde_urlencoded::to_string(begin).unwrap_or_default();
        format!("/van-ban/{document}/xem?{query}")
    }

    fn back(&self) -> String {
        let query = serde_urlencoded::to_string([("text", &self.question)]).unwrap_or_default();
        format!("/tra-cuu?{query}")
    }
}

async fn open(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<Lit>,
) -> Result<Response, PageFault> {
    let question = asked.text.unwrap_or_default();
    let wanted = Wanted {
        text: Some(question.clone()),
        ..Wanted::default()
    };
    let lit = search::on_page(&signed.archive, &signed.caller, &id, &wanted).await?;
    let class = signed.archive.classes.get(&lit.page.class);
    let page = PageWords {
        of_rows: class.is_some_and(|class| class.layout == Layout::Table),
        lit,
        names: Names::of(&signed.archive),
        f: signed.frame,
        question,
    };
    Ok(shown(&page)?.into_response())
}
