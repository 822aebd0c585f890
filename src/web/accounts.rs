//! The accounts to confirm each quarter; waking one that sleeps; taking off a second factor whose device is lost.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::fault::PageFault;
use super::layout::{Frame, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::{self, Account};

/// Path of the page that lists accounts for review.
const PAGE: &str = "/nguoi-dung/ra-soat";

/// Paths of this page and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route(PAGE, get(list).post(confirm))
        .route("/nguoi-dung/{id}/danh-thuc", post(wake))
        .route("/nguoi-dung/{id}/bo-xac-thuc", post(reset))
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct Accounts {
    f: Frame,
    accounts: Vec<Account>,
}

async fn list(signed: Signed) -> Result<Response, PageFault> {
    let page = Accounts {
        accounts: access::accounts(&signed.archive, &signed.caller).await?,
        f: signed.frame,
    };
    shown_form(&page, &[])
}

async fn confirm(form: Form<Pairs>) -> Result<Redirect, PageFault> {
    let chosen = form.given.iter().filter(|(key, _)| key == "person");
    let ids: Vec<String> = chosen.map(|(_, id)| id.clone()).collect();
    access::confirm_accounts(&form.archive, &form.caller, &ids).await?;
    Ok(Redirect::to(PAGE))
}

async fn wake(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    access::wake(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to(PAGE))
}

async fn reset(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    access::reset_second_factor(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to(PAGE))
}
