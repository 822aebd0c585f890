//! Issuing copies: requests by their term, the candidates for each, confirmation by a clerk, release
//! by another person.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::extract::Asked;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::reading_room::{Names, spoken};
use super::session::{Form, Signed};
use crate::access::Act;
use crate::copy_request::{self, RequestView};
use crate::record::{self, RecordView};
use crate::search::FoundHit;

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/cap-ban-sao", get(queue))
        .route("/cap-ban-sao/{id}", get(request))
        .route("/cap-ban-sao/{id}/xac-nhan", post(confirm))
        .route("/cap-ban-sao/{id}/tu-choi", post(refuse))
        .route("/cap-ban-sao/{id}/ky", post(release))
}

/// The state of a request in words.
pub fn state_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    match word {
        "received" => f.w("mới nhận", "received"),
        "confirmed" => f.w("chờ ký", "waits for release"),
        "released" => f.w("đang đóng dấu", "being sealed"),
        "issued" => f.w("đã cấp", "issued"),
        "refused" => f.w("từ chối", "refused"),
        "withdrawn" => f.w("đã rút", "withdrawn"),
        other => other,
    }
}

#[derive(Debug, Default, serde::Deserialize)]
struct QueueAsked {
    state: Option<String>,
}

#[derive(Template)]
#[template(path = "copies.html")]
struct Queue {
    f: Frame,
    asked: String,
    requests: Vec<RequestView>,
}

impl Queue {
    fn states(&self) -> [(&'static str, &'static str); 5] {
        ["received", "confirmed", "released", "issued", "refused"]
            .map(|word| (word, state_in_words(&self.f, word)))
    }

    fn state<'a>(&self, word: &'a str) -> &'a str {
        state_in_words(&self.f, word)
    }
}

async fn queue(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Asked(asked): Asked<QueueAsked>,
) -> Result<Response, PageFault> {
    let state = asked.state.as_deref();
    let page = Queue {
        requests: copy_request::list(&archive, &signed.caller, state).await?,
        asked: asked.state.unwrap_or_default(),
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

#[derive(Template)]
#[template(path = "copy_request.html")]
struct Request {
    f: Frame,
    names: Names,
    request: RequestView,
    candidates: Vec<FoundHit>,
    confirmed: Option<RecordView>,
}

impl Request {
    fn state<'a>(&self, word: &'a str) -> &'a str {
        state_in_words(&self.f, word)
    }

    fn open_for_clerk(&self) -> bool {
        self.f.may(Act::ConfirmCopies)
            && matches!(self.request.state.as_str(), "received" | "confirmed")
    }

    fn open_for_release(&self) -> bool {
        self.f.may(Act::ReleaseCopies) && self.request.state == "confirmed"
    }

    fn refusable(&self) -> bool {
        (self.f.may(Act::ConfirmCopies) || self.f.may(Act::ReleaseCopies))
            && matches!(self.request.state.as_str(), "received" | "confirmed")
    }

    fn standing<'a>(&self, word: &'a str) -> &'a str {
        match word {
            "self" => self.f.w("chính người được cấp bằng", "the holder"),
            "relative" => self.f.w("người thân, người thừa kế", "relative or heir"),
            "authorised" => self.f.w("được ủy quyền", "authorised"),
            "agency" => self.f.w("cơ quan, tổ chức", "agency"),
            other => other,
        }
    }

    /// The fields by which a clerk recognises the one asked for.
    fn facts(&self, fields: &BTreeMap<String, String>) -> Vec<(String, String)> {
        const SHOWN: [&str; 7] = [
            "ngay_sinh",
            "noi_sinh",
            "truong",
            "nam_tot_nghiep",
            "khoa_thi",
            "so_hieu",
            "so_vao_so",
        ];
        SHOWN
            .iter()
            .filter_map(|key| Some((*key, fields.get(*key)?)))
            .map(|(key, value)| {
                let name = self.names.field(&self.f, key).to_owned();
                (name, spoken(key, value))
            })
            .collect()
    }

    fn values(&self, record: &RecordView) -> BTreeMap<String, String> {
        let values = record.fields.iter();
        values
            .map(|(key, field)| (key.clone(), field.value.clone()))
            .collect()
    }

    fn name<'a>(&self, fields: &'a BTreeMap<String, String>) -> &'a str {
        fields.get("ho_ten").map_or("—", String::as_str)
    }
}

async fn request(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageFault> {
    let request = copy_request::get(&archive, &signed.caller, &id).await?;
    let confirmed = match &request.record_id {
        Some(record) => Some(record::get(&archive, &signed.caller, record).await?),
        None => None,
    };
    let open = matches!(request.state.as_str(), "received" | "confirmed");
    let candidates = match open {
        true => copy_request::candidates(&archive, &signed.caller, &id).await?,
        false => Vec::new(),
    };
    let page = Request {
        f: signed.frame,
        names: Names::of(&archive),
        request,
        candidates,
        confirmed,
    };
    Ok(shown(&page)?.into_response())
}

#[derive(serde::Deserialize)]
struct Confirmation {
    record_id: String,
}

async fn confirm(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Confirmation>,
) -> Result<Redirect, PageFault> {
    copy_request::confirm(&archive, &form.caller, &id, form.given.record_id.trim()).await?;
    Ok(Redirect::to(&format!("/cap-ban-sao/{id}")))
}

#[derive(serde::Deserialize)]
struct Refusal {
    reason: String,
}

async fn refuse(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Refusal>,
) -> Result<Redirect, PageFault> {
    copy_request::refuse(&archive, &form.caller, &id, &form.given.reason).await?;
    Ok(Redirect::to("/cap-ban-sao"))
}

async fn release(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Redirect, PageFault> {
    copy_request::release(&archive, &form.caller, &id).await?;
    Ok(Redirect::to(&format!("/cap-ban-sao/{id}")))
}
