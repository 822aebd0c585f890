//! The web entrance: pages for people, JSON for programs, both calling the same verbs. This file holds
//! the router and the layers every request passes; each room is a file of `web/`.

pub mod accounts;
mod api;
mod assets;
mod bodies;
mod client_ip;
mod connections;
mod cookies;
mod corrections;
mod cross_origin;
mod custody;
mod desk;
mod discrepancies;
mod document_form;
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
mod metrics;
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
mod single_flight;
mod structure;
mod toast;
mod tus;
mod units;
mod verification;
mod viewer;
mod views;
mod volumes;
mod waiting;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use bodies::Bodies;

use crate::archive::Archive;
use crate::error::Result;

/// What every handler is given.
pub type State = Arc<Archive>;

/// Largest body of a form or a JSON document. Files travel through resumable uploads, and a copy
/// uploaded for verification has its own limit.
const LARGEST_FORM: usize = 1 << 20;

/// Everything that is served: pages, API, static files; health and metrics unless they have an address of their own.
pub fn router(archive: State) -> Router {
    let rooms = rooms(archive.clone());
    let again = rooms.clone();
    let web = &archive.config.web;
    let bodies = Bodies::at_most(web.bodies_mib, Duration::from_secs(web.head_seconds));
    let keeper = archive.clone();
    rooms
        // A form that waited for its sender is sent through all layers below once more.
        .layer(from_fn(move |request, next| {
            form_keeper::keep(again.clone(), keeper.clone(), request, next)
        }))
        // Before anybody reads a body, the keeper of forms too.
        .layer(from_fn_with_state(bodies, bodies::watch))
        .layer(from_fn_with_state(archive, middleware::harden))
        .layer(from_fn(cross_origin::allow_viewers))
        .layer(from_fn(middleware::observe))
}

/// All rooms with the layers that every act passes.
fn rooms(archive: State) -> Router {
    let (api, document) = api::router();
    let web = &archive.config.web;
    let watch = match web.watch_listen {
        Some(_) => Router::new(),
        None => watch_routes(),
    };
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
        .merge(viewer::routes())
        .merge(structure::routes())
        .merge(imports::routes())
        .merge(discrepancies::routes())
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
        .merge(watch)
        .merge(assets::routes())
        .merge(api::viewer_routes(document))
        .merge(api)
        .fallback(fault::no_such_page)
        .method_not_allowed_fallback(fault::no_such_method)
        .layer(waiting::RailCounts::layer())
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(
            archive.clone(),
            middleware::refuse_while_full,
        ))
        .layer(from_fn_with_state(
            archive.clone(),
            middleware::answer_while_down,
        ))
        .layer(CatchPanicLayer::custom(fault::panicked))
        .layer(from_fn(middleware::refuse_unreadable_paths))
        .with_state(archive)
}

/// What those who run the machine ask: alive, ready, how much of what.
fn watch_routes() -> Router<State> {
    Router::new()
        .merge(health::routes())
        .merge(metrics::routes())
}

/// Serves until `stop` resolves, then lets requests under way finish.
///
/// # Errors
/// `Internal` when the recorder of metrics is taken.
pub async fn serve(
    archive: State,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    metrics::recorder()?; // counting starts before the first request
    let app = router(archive.clone());
    tokio::select! {
        () = connections::serve(listener, app, &archive.config.web, stop) => Ok(()),
        () = archive.catalogue.watch_over() => Ok(()), // which never ends
    }
}

/// Serves health and metrics alone, on the address that `web.watch_listen` gives them, until `stop` resolves.
///
/// # Errors
/// As [`serve`].
pub async fn serve_watch(
    archive: State,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    metrics::recorder()?;
    let app = watch_routes()
        .fallback(fault::no_such_page)
        .method_not_allowed_fallback(fault::no_such_method)
        .layer(CatchPanicLayer::custom(fault::panicked))
        .layer(from_fn_with_state(archive.clone(), middleware::harden))
        .layer(from_fn(middleware::observe))
        .with_state(archive.clone());
    connections::serve(listener, app, &archive.config.web, stop).await;
    Ok(())
}
