//! The web entrance: pages for people, JSON for programs, both calling the same verbs. This file holds
//! the router and the layers every request passes; each room is a file of `web/`.

pub mod accounts;
mod api;
mod assets;
mod client_ip;
mod cookies;
mod corrections;
mod custody;
mod desk;
mod document_pages;
mod documents;
mod embedded;
mod etag;
mod extractors;
mod fault;
mod file_form;
mod flags;
mod form_keeper;
mod form_view;
mod health;
mod home;
mod imports;
mod intake;
mod issue_book;
mod kept_form;
mod labels;
mod layout;
mod log;
mod measures;
mod middleware;
mod notices;
mod own_account;
mod own_password;
mod page_image;
mod page_words;
mod pager;
mod people;
mod public_requests;
mod queue;
mod requests;
mod scan_form;
mod seal;
mod search;
mod search_cases;
mod session;
mod sign_in;
mod structure;
mod toast;
mod tus;
mod units;
mod verification;
mod views;
mod volumes;

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use crate::archive::Archive;
use crate::error::{Error, Result};

/// What every handler is given.
pub type State = Arc<Archive>;

/// Largest body of a form or a JSON document. Files travel through resumable uploads, and a copy
/// uploaded for verification has its own limit.
const LARGEST_FORM: usize = 1 << 20;

/// Everything that is served: pages, API, static files, health.
pub fn router(archive: State) -> Router {
    let rooms = rooms(archive.clone());
    let again = rooms.clone();
    // Around everything: a form that waited for its sender is sent through all the layers once more.
    rooms.layer(from_fn(move |request, next| {
        form_keeper::keep(again.clone(), archive.clone(), request, next)
    }))
}

/// All rooms with the layers that every request passes.
fn rooms(archive: State) -> Router {
    let (api, document) = api::router();
    Router::new()
        .merge(sign_in::routes())
        .merge(home::routes())
        .merge(public_requests::routes())
        .merge(verification::routes())
        .merge(intake::routes())
        .merge(flags::routes())
        .merge(desk::routes())
        .merge(volumes::routes())
        .merge(search::routes())
        .merge(page_image::routes())
        .merge(page_words::routes())
        .merge(documents::routes())
        .merge(document_pages::routes())
        .merge(structure::routes())
        .merge(imports::routes())
        .merge(units::routes())
        .merge(requests::routes())
        .merge(search_cases::routes())
        .merge(seal::routes())
        .merge(issue_book::routes())
        .merge(corrections::routes())
        .merge(custody::routes())
        .merge(log::routes())
        .merge(views::routes())
        .merge(queue::routes())
        .merge(people::routes())
        .merge(accounts::routes())
        .merge(own_account::routes())
        .merge(own_password::routes())
        .merge(notices::routes())
        .merge(health::routes())
        .merge(measures::routes())
        .merge(assets::routes())
        .merge(api::viewer_routes(document))
        .merge(api)
        .fallback(fault::no_such_page)
        .method_not_allowed_fallback(fault::no_such_method)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(
            archive.clone(),
            middleware::answer_while_down,
        ))
        .layer(CatchPanicLayer::custom(fault::panicked))
        .layer(from_fn(middleware::refuse_unreadable_paths))
        .layer(from_fn_with_state(archive.clone(), middleware::harden))
        .layer(from_fn(middleware::observe))
        .with_state(archive)
}

/// Serves until `stop` resolves, then lets requests under way finish.
///
/// # Errors
/// `Unavailable` when the address is taken or the socket fails.
pub async fn serve(
    archive: State,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    measures::recorder()?; // counting starts before the first request
    let service = router(archive.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop);
    tokio::select! {
        served = served.into_future() => served.map_err(|error| Error::unavailable("web", error)),
        () = archive.catalogue.watch_over() => Ok(()), // which never ends
    }
}
