//! What the office does to one request: each form of its page, and back to the page.

use axum::Router;
use axum::extract::Path;
use axum::response::Redirect;
use axum::routing::post;

use crate::copy_request::{self, NotTheOne, Payment};
use crate::seen::Seen;
use crate::web::State;
use crate::web::fault::PageFault;
use crate::web::requests::RecordShown;
use crate::web::session::{Form, Pairs};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/cap-ban-sao/{id}/xac-nhan", post(confirm))
        .route("/cap-ban-sao/{id}/khong-phai", post(dismiss))
        .route("/cap-ban-sao/{id}/tu-choi", post(refuse))
        .route("/cap-ban-sao/{id}/ky", post(release))
        .route("/cap-ban-sao/{id}/tin-nhan", post(write))
        .route("/cap-ban-sao/{id}/gia-han", post(extend))
        .route("/cap-ban-sao/{id}/le-phi", post(set_payment))
        .route("/cap-ban-sao/{id}/nhan", post(take))
        .route("/cap-ban-sao/{id}/tu-cach", post(note_standing))
}

fn back_to(id: &str) -> Redirect {
    Redirect::to(&format!("/cap-ban-sao/{id}"))
}

#[derive(serde::Deserialize)]
struct Confirmation {
    record_id: String,
    record_version: i64,
    record_digest: String,
}

async fn confirm(Path(id): Path<String>, form: Form<Confirmation>) -> Result<Redirect, PageFault> {
    let Confirmation {
        record_id,
        record_version,
        record_digest,
    } = form.given;
    let saw = Seen {
        record_version,
        record_digest,
    };
    copy_request::confirm(&form.archive, &form.caller, &id, record_id.trim(), &saw).await?;
    Ok(back_to(&id))
}

#[derive(serde::Deserialize)]
struct Dismissal {
    record_id: String,
    reason: NotTheOne,
    #[serde(default)]
    note: String,
}

async fn dismiss(Path(id): Path<String>, form: Form<Dismissal>) -> Result<Redirect, PageFault> {
    let Dismissal {
        record_id,
        reason,
        note,
    } = &form.given;
    copy_request::dismiss(&form.archive, &form.caller, &id, record_id, *reason, note).await?;
    Ok(back_to(&id))
}

#[derive(serde::Deserialize)]
struct Refusal {
    reason: String,
}

async fn refuse(Path(id): Path<String>, form: Form<Refusal>) -> Result<Redirect, PageFault> {
    copy_request::refuse(&form.archive, &form.caller, &id, &form.given.reason).await?;
    Ok(Redirect::to("/cap-ban-sao"))
}

async fn release(Path(id): Path<String>, form: Form<RecordShown>) -> Result<Redirect, PageFault> {
    let (signed, shown) = form.parts();
    copy_request::release(&signed.archive, &signed.caller, &id, &shown.into()).await?;
    Ok(back_to(&id))
}

#[derive(serde::Deserialize)]
struct Words {
    text: String,
    wait: Option<String>,
}

async fn write(Path(id): Path<String>, form: Form<Words>) -> Result<Redirect, PageFault> {
    let Words { text, wait } = &form.given;
    copy_request::write(&form.archive, &form.caller, &id, text, wait.is_some()).await?;
    Ok(back_to(&id))
}

async fn extend(Path(id): Path<String>, form: Form<Words>) -> Result<Redirect, PageFault> {
    copy_request::extend(&form.archive, &form.caller, &id, &form.given.text).await?;
    Ok(back_to(&id))
}

async fn take(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    copy_request::take(&form.archive, &form.caller, &id).await?;
    Ok(back_to(&id))
}

#[derive(serde::Deserialize)]
struct StandingShown {
    shown: String,
}

async fn note_standing(
    Path(id): Path<String>,
    form: Form<StandingShown>,
) -> Result<Redirect, PageFault> {
    copy_request::note_standing(&form.archive, &form.caller, &id, &form.given.shown).await?;
    Ok(back_to(&id))
}

#[derive(serde::Deserialize)]
struct PaymentForm {
    payment: Payment,
    #[serde(default)]
    reference: String,
}

async fn set_payment(
    Path(id): Path<String>,
    form: Form<PaymentForm>,
) -> Result<Redirect, PageFault> {
    let PaymentForm { payment, reference } = &form.given;
    copy_request::set_payment(&form.archive, &form.caller, &id, *payment, reference).await?;
    Ok(back_to(&id))
}
