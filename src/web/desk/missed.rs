//! A record that reading missed, begun on a page by hand and keyed at the desk.

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::post;
use sogoc_workers::class::Layout;

use crate::review::{self, MissedGiven};
use crate::web::State;
use crate::web::fault::PageFault;
use crate::web::session::Form;
use crate::web::toast::Done;

pub fn routes() -> Router<State> {
    Router::new().route("/trang/{id}/ban-ghi", post(add))
}

#[derive(serde::Deserialize)]
struct AddGiven {
    /// Id of its class.
    class: String,
}

async fn add(Path(id): Path<String>, form: Form<AddGiven>) -> Result<Response, PageFault> {
    let missed = MissedGiven {
        class: Some(form.given.class.clone()),
        ..MissedGiven::default()
    };
    let record = review::add_missed(&form.archive, &form.caller, &id, &missed).await?;
    let class = form.archive.classes.get(&record.class);
    let place = match class.is_some_and(|class| class.layout == Layout::Table) {
        true => format!("/trang/{id}/bang-nhap"),
        false => format!("/ban-ghi/{}", record.id),
    };
    Ok(Done::new("row_added").at(&place))
}
