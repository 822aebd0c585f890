//! The first page of the public, and of those who work here: what waits for me.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::session::{Signed, Visitor};

/// The routes.
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
}

async fn my_work(signed: Signed) -> Result<Response, PageFault> {
    Ok(shown(&Home { f: signed.frame })?.into_response())
}
