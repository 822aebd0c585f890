//! Finding aids to take away: lists of files and documents, covers.

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::super::State;
use super::super::fault::PageFault;
use super::super::session::Signed;
use crate::error::{Error, Result};
use crate::finding_aid::{self, Listing};

/// Paths of these pages and the handlers behind them.
pub(super) fn routes() -> Router<State> {
    Router::new()
        .route("/phong/{id}/{list}", get(of_fonds))
        .route("/ho-so/{id}/{list}", get(of_file))
}

async fn of_fonds(
    signed: Signed,
    Path((id, list)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    match list.rsplit_once('.') {
        Some(("muc-luc-ho-so", form)) => {
            let listing = finding_aid::files(archive, caller, &id).await?;
            Ok(given(&signed, &listing, "muc-luc-ho-so", form)?)
        }
        _ => Err(no_such().into()),
    }
}

async fn of_file(
    signed: Signed,
    Path((id, list)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    match list.rsplit_once('.') {
        Some(("muc-luc-van-ban", form)) => {
            let listing = finding_aid::documents(archive, caller, &id).await?;
            Ok(given(&signed, &listing, "muc-luc-van-ban", form)?)
        }
        Some(("to-bia", form)) => {
            let listing = finding_aid::cover(archive, caller, &id).await?;
            Ok(given(&signed, &listing, "to-bia", form)?)
        }
        _ => Err(no_such().into()),
    }
}

fn no_such() -> Error {
    Error::NotFound { what: "page" }
}

fn given(signed: &Signed, listing: &Listing, name: &str, form: &str) -> Result<Response> {
    let (kind, bytes) = listing.written(&signed.archive, form)?;
    let disposition = format!("attachment; filename=\"{name}.{form}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}
