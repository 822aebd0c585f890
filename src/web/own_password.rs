//! Changing one's own password.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::client_ip::Public;
use super::fault::{PageFault, or_faults};
use super::layout::{Frame, shown_form};
use super::session::{Form, Signed};
use crate::access;
use crate::error::{Error, Fault};

pub fn routes() -> Router<State> {
    Router::new().route("/mat-khau", get(show).post(change))
}

#[derive(Template)]
#[template(path = "own_password.html")]
struct OwnPassword {
    f: Frame,
    faults: Vec<Fault>,
}

#[derive(serde::Deserialize)]
struct Passwords {
    old: String,
    new: String,
    again: String,
}

async fn show(signed: Signed) -> Result<Response, PageFault> {
    let page = OwnPassword {
        f: signed.frame,
        faults: Vec::new(),
    };
    shown_form(&page, &page.faults)
}

async fn change(public: Public, form: Form<Passwords>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let (archive, caller) = (&signed.archive, &signed.caller);
    let changed = match given.new == given.again {
        false => Err(Error::fault("/again", "faults.passwords_differ")),
        true => {
            access::change_own_password(archive, caller, &given.old, &given.new, &public.address)
                .await
        }
    };
    let faults = match or_faults(changed)? {
        // Every session has ended, this one too.
        Ok(()) => return Ok(Redirect::to("/dang-nhap").into_response()),
        Err(faults) => faults,
    };
    let page = OwnPassword {
        f: signed.frame,
        faults,
    };
    shown_form(&page, &page.faults)
}
