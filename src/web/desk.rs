//! The desk: what waits for a person, in the order in which it is worked.

mod grid;
mod grid_sent;
mod grid_view;
mod one;
mod sent;
pub(super) mod sheet;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::Names;
use super::layout::{Frame, shown};
use super::pager::{PAGE, Pager};
use super::session::{Form, Pairs, Signed};
use super::toast::Done;
use crate::column_map::{self, Unconfirmed};
use crate::review::{self, QueueFilter, QueueRow};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/ban-soat", get(queue))
        .route("/ban-soat/duyet-lo/{batch}", post(approve_clear))
        .merge(one::routes())
        .merge(grid::routes())
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Desk {
    f: Frame,
    names: Names,
    rows: Vec<QueueRow>,
    pager: Pager,
    /// All that waits, whatever the filter.
    waiting: i64,
    batches: Vec<(String, String)>,
    volumes: Vec<Unconfirmed>,
    asked: QueueAsked,
}

impl Desk {
    fn place(&self, row: &QueueRow) -> String {
        place_of(row)
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct QueueAsked {
    batch: String,
    /// Id of the one volume wanted.
    quyen: String,
    class: String,
    /// `1` for those with a field in doubt alone.
    ngo: String,
    /// `oldest`, or in the order of the paper.
    sap: String,
    sau: Option<String>,
    truoc: Option<String>,
}

impl QueueAsked {
    /// Whether it leaves anything out.
    fn narrows(&self) -> bool {
        [&self.batch, &self.quyen, &self.class, &self.ngo]
            .iter()
            .any(|part| !part.is_empty())
    }
}

/// Where what waits is worked: a register's page as one grid, anything else at its own sheet.
fn place_of(row: &QueueRow) -> String {
    match row.page_rows {
        0 => format!("/ban-ghi/{}", row.id),
        _ => format!("/trang/{}/bang-nhap", row.page_id),
    }
}

async fn queue(signed: Signed, Asked(asked): Asked<QueueAsked>) -> Result<Response, PageFault> {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let filter = QueueFilter {
        batch_id: given(&asked.batch),
        volume_id: given(&asked.quyen),
        class: given(&asked.class),
        limit: i64::try_from(PAGE).ok(),
        doubtful: Some(!asked.ngo.is_empty()),
        by_page: Some(true),
        order: given(&asked.sap),
        after: asked.sau.clone(),
        before: asked.truoc.clone(),
    };
    let (archive, caller) = (&signed.archive, &signed.caller);
    let slice = review::queue_page(archive, caller, &filter).await?;
    let total = review::queue_count(archive, caller, &filter).await?;
    let kept = [
        ("batch", asked.batch.as_str()),
        ("quyen", asked.quyen.as_str()),
        ("class", asked.class.as_str()),
        ("ngo", asked.ngo.as_str()),
        ("sap", asked.sap.as_str()),
    ];
    let page = Desk {
        pager: Pager::of(total, &slice, "/ban-soat", &kept),
        rows: slice.rows,
        waiting: review::waiting(archive, caller).await?,
        batches: review::waiting_batches(archive, caller).await?,
        volumes: column_map::unconfirmed(archive, caller).await?,
        names: Names::of(archive),
        f: signed.frame,
        asked,
    };
    Ok(shown(&page)?.into_response())
}

/// Approves every record of a batch in which nothing is in doubt.
async fn approve_clear(
    Path(batch): Path<String>,
    form: Form<Pairs>,
) -> Result<Response, PageFault> {
    let approved = review::approve_clear(&form.archive, &form.caller, &batch).await?;
    let done = Done::new("approved_clear").to(usize::try_from(approved).unwrap_or_default());
    Ok(done.at(&format!("/lo/{batch}")))
}
