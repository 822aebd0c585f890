//! A document in the viewer: its pages one after another, enlarged, turned, darkened; words in it found and lit. Without
//! scripts its pages stand below one another.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::access::{Act, require};
use crate::document::{self, Document, DocumentPage};
use crate::error::Result;
use crate::search::may_see_words;

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new().route("/van-ban/{id}/xem", get(open))
}

/// Where the viewer begins.
#[derive(Debug, Default, serde::Deserialize)]
struct Begin {
    /// Id of a page; the first one when absent.
    trang: Option<String>,
    /// Words to be lit.
    text: Option<String>,
}

#[derive(Template)]
#[template(path = "viewer.html")]
struct Viewer {
    f: Frame,
    document: Document,
    pages: Vec<DocumentPage>,
    first: String,
    question: String,
    /// Whether its words may be searched.
    words: bool,
}

async fn open(
    signed: Signed,
    Path(id): Path<String>,
    Asked(begin): Asked<Begin>,
) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    require(caller, Act::SeeImages)?;
    let document = document::get(archive, caller, &id).await?;
    let mut pages = document::pages(archive, caller, &id).await?;
    pages.retain(|page| !page.withdrawn);
    let viewer = Viewer {
        words: may_see_words(caller),
        f: signed.frame,
        document,
        pages,
        first: begin.trang.unwrap_or_default(),
        question: begin.text.unwrap_or_default(),
    };
    Ok(shown(&viewer)?.into_response())
}
