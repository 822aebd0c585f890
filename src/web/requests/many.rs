//! Many copies released in one act: each request that was chosen is shown with what would be sealed, and only what was shown
//! is released.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::{QueueAsked, show};
use crate::access::{Act, require};
use crate::certified_copy::few_enough;
use crate::copy_request::{self, RequestView};
use crate::error::{Error, Fault};
use crate::record::{self, RecordView};
use crate::seen::{self, Seen};
use crate::web::State;
use crate::web::fault::PageFault;
use crate::web::labels::{Names, spoken};
use crate::web::layout::{Frame, shown};
use crate::web::session::{Form, Pairs};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/cap-ban-sao/ky-nhieu/xem", post(look))
        .route("/cap-ban-sao/ky-nhieu", post(release))
}

/// One request and what would be sealed for it.
struct ToSeal {
    request: RequestView,
    record: RecordView,
    seen: Seen,
}

#[derive(Template)]
#[template(path = "release_many.html")]
struct Confirmation {
    f: Frame,
    names: Names,
    rows: Vec<ToSeal>,
}

impl Confirmation {
    /// Copies that would be sealed, over all requests.
    fn copies(&self) -> i64 {
        let rows = self.rows.iter();
        rows.map(|row| row.request.wanted.number_of_copies()).sum()
    }

    fn value(&self, row: &ToSeal, key: &str) -> String {
        let field = row.record.fields.get(key);
        field.map_or_else(String::new, |field| spoken(key, &field.value))
    }

    /// Whether the record says another name than was asked for.
    fn another_name(&self, row: &ToSeal) -> bool {
        let plain = sogoc_vietnamese::fold::letters;
        plain(&self.value(row, "ho_ten")) != plain(&row.request.wanted.ho_ten)
    }

    fn picture(&self, row: &ToSeal) -> String {
        let crop = row.record.bounds;
        let crop = crop.map(|[x, y, w, h]| format!("&crop={x},{y},{w},{h}"));
        let page = &row.record.page_id;
        format!("/trang/{page}/anh.jpg?max=1400{}", crop.unwrap_or_default())
    }
}

/// The list of confirmed requests, to which what was chosen leads back.
fn confirmed() -> QueueAsked {
    QueueAsked {
        state: "confirmed".into(),
        ..QueueAsked::default()
    }
}

fn chosen(given: &Pairs) -> Vec<String> {
    let chosen = given.iter().filter(|(key, _)| key == "ids");
    chosen.map(|(_, id)| id.clone()).collect()
}

async fn look(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    require(&signed.caller, Act::ReleaseCopies)?;
    let ids = chosen(&given);
    if ids.is_empty() {
        let fault = Fault::new("/requests", "faults.choose_requests_first");
        return show(signed, confirmed(), Vec::new(), vec![fault]).await;
    }
    few_enough("/requests", ids.len())?;
    let (archive, caller) = (&signed.archive, &signed.caller);
    let mut rows = Vec::with_capacity(ids.len());
    for id in &ids {
        let request = copy_request::get(archive, caller, id).await?;
        let record = request.record_id.as_ref();
        let record = record.ok_or_else(|| Error::refuse("errors.wrong_state"))?;
        rows.push(ToSeal {
            record: record::get(archive, caller, record).await?,
            seen: seen::now(archive, caller, record).await?,
            request,
        });
    }
    let page = Confirmation {
        names: Names::of(archive),
        f: signed.frame,
        rows,
    };
    Ok(shown(&page)?.into_response())
}

async fn release(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let ids = chosen(&given);
    let seen: BTreeMap<_, _> = given.iter().filter_map(seen_of).collect();
    let released = copy_request::release_many(&signed.archive, &signed.caller, &ids, &seen).await?;
    show(signed, confirmed(), released, Vec::new()).await
}

/// `seen.REQUEST=VERSION:DIGEST`: what the page showed of a request's record.
fn seen_of((key, value): &(String, String)) -> Option<(String, Seen)> {
    let (version, digest) = value.split_once(':')?;
    let seen = Seen {
        record_version: version.parse().ok()?,
        record_digest: digest.to_owned(),
    };
    Some((key.strip_prefix("seen.")?.to_owned(), seen))
}
