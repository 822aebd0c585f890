//! The public counter: ask for a copy, follow the request by its code, fetch the copy.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::extract::Asked;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::peer::Peer;
use super::session::{OpenForm, Visitor};
use crate::access::{self, Caller, fresh_secret};
use crate::archive::Archive;
use crate::copy_request::{self, Applicant, AskGiven, Sought, Status};
use crate::error::{Error, Fault, Result};

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/yeu-cau", get(blank_request).post(send_request))
        .route("/yeu-cau/theo-doi", get(find_request))
        .route("/yeu-cau/{code}", get(follow))
        .route("/yeu-cau/{code}/ban-sao.pdf", get(fetch))
}

// Asking ----------------------------------------------------------------------------------------

#[derive(Debug, Default, serde::Deserialize)]
struct RequestForm {
    name: String,
    contact: String,
    standing: String,
    ho_ten: String,
    #[serde(default)]
    ngay_sinh: String,
    #[serde(default)]
    truong: String,
    #[serde(default)]
    nam: String,
    #[serde(default)]
    so_hieu: String,
    #[serde(default)]
    so_vao_so: String,
    #[serde(default)]
    purpose: String,
    key: String,
}

impl RequestForm {
    fn given(&self) -> AskGiven {
        AskGiven {
            applicant: Applicant {
                name: self.name.clone(),
                contact: self.contact.clone(),
                standing: self.standing.clone(),
            },
            wanted: Sought {
                ho_ten: self.ho_ten.clone(),
                ngay_sinh: self.ngay_sinh.clone(),
                truong: self.truong.clone(),
                nam: self.nam.clone(),
                so_hieu: self.so_hieu.clone(),
                so_vao_so: self.so_vao_so.clone(),
                purpose: self.purpose.clone(),
            },
            // Fresh with every blank form: pressing the button twice asks once.
            idempotency_key: Some(self.key.clone()),
        }
    }
}

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    f: Frame,
    form: RequestForm,
    faults: Vec<Fault>,
}

impl RequestPage {
    fn standings(&self) -> [(&'static str, &'static str); 4] {
        let w = |vi, en| self.f.w(vi, en);
        [
            (
                "self",
                w("Chính tôi là người được cấp bằng", "I am the holder"),
            ),
            (
                "relative",
                w(
                    "Cha, mẹ, con, vợ, chồng, anh, chị, em ruột; người thừa kế",
                    "Close relative or heir",
                ),
            ),
            (
                "authorised",
                w(
                    "Người được ủy quyền, người đại diện",
                    "Authorised or legal representative",
                ),
            ),
            ("agency", w("Cơ quan, tổ chức", "Agency or organisation")),
        ]
    }
}

async fn blank_request(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
) -> Result<Response, PageFault> {
    let form = RequestForm {
        key: fresh_secret(&*archive.clock),
        standing: "self".into(),
        ..RequestForm::default()
    };
    let page = RequestPage {
        f,
        form,
        faults: Vec::new(),
    };
    Ok(shown(&page)?.into_response())
}

async fn send_request(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    OpenForm(form): OpenForm<RequestForm>,
) -> Result<Response, PageFault> {
    // On this page everybody is the public, whoever may be signed in.
    match copy_request::ask(&archive, &Caller::public(), &form.given()).await {
        Ok(asked) => Ok(Redirect::to(&format!("/yeu-cau/{}?moi=1", asked.code)).into_response()),
        Err(Error::Invalid(faults)) => {
            let page = RequestPage { f, form, faults };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

// Following -------------------------------------------------------------------------------------

#[derive(serde::Deserialize)]
pub struct CodeAsked {
    /// The code typed.
    pub ma: Option<String>,
    moi: Option<String>,
}

#[derive(Template)]
#[template(path = "tracking.html")]
struct Tracking {
    f: Frame,
    code: String,
    fresh: bool,
    status: Status,
}

impl Tracking {
    fn state(&self) -> &'static str {
        let f = &self.f;
        match self.status.state.as_str() {
            "received" => f.w(
                "Đã nhận, đang tìm trong sổ gốc",
                "Received; the register is being searched",
            ),
            "confirmed" => f.w("Đã tìm thấy, chờ lãnh đạo ký", "Found; waits for the seal"),
            "released" => f.w(
                "Đang đóng dấu số, xin đợi vài giây",
                "Being sealed; a few seconds",
            ),
            "issued" => f.w("Đã cấp bản sao", "The copy is issued"),
            "refused" => f.w("Không cấp được", "Refused"),
            _ => f.w("Đã rút", "Withdrawn"),
        }
    }

    fn shade(&self) -> &'static str {
        match self.status.state.as_str() {
            "issued" => "good",
            "refused" | "withdrawn" => "bad",
            _ => "doubt",
        }
    }
}

/// What happened to a request, in words.
pub fn event_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    match word {
        "received" => f.w("Đã nhận đơn", "Received"),
        "message" => f.w("Có tin nhắn", "A message"),
        "waiting_for_applicant" => f.w("Chờ người xin bổ sung", "Waits for the applicant"),
        "extended" => f.w("Gia hạn để tìm thêm", "Extended for a longer search"),
        "confirmed" => f.w("Đã tìm thấy trong sổ gốc", "Found in the register"),
        "refused" => f.w("Không cấp được", "Refused"),
        "issued" => f.w("Đã cấp bản sao", "Issued"),
        "superseded" => f.w("Bản sao đã bị thay thế", "The copy is superseded"),
        "withdrawn" => f.w("Đã rút", "Withdrawn"),
        "expired" => f.w("Hết hạn chờ bổ sung", "The wait ran out"),
        "payment_changed" => f.w("Cập nhật lệ phí", "Payment changed"),
        other => other,
    }
}

/// A guessed code and an unknown one get the same answer, and guessing is slowed per caller.
pub async fn guarded<T>(
    archive: &Archive,
    door: &str,
    peer: &str,
    answer: impl Future<Output = Result<T>>,
) -> Result<T> {
    let key = format!("{door}:{peer}");
    access::admit(archive, &key).await?;
    let answer = answer.await;
    if matches!(answer, Err(Error::NotFound { .. })) {
        access::count_failure(archive, &key).await?;
    }
    answer
}

async fn find_request(Asked(asked): Asked<CodeAsked>) -> Redirect {
    lead_to("/yeu-cau", asked.ma.as_deref())
}

/// From the code typed to the page of that code.
pub fn lead_to(room: &str, code: Option<&str>) -> Redirect {
    let code = copy_request::tidy(code.unwrap_or_default());
    match code.is_empty() {
        true => Redirect::to(room),
        false => Redirect::to(&format!("{room}/{code}")),
    }
}

async fn follow(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    Peer(peer): Peer,
    Path(code): Path<String>,
    Asked(asked): Asked<CodeAsked>,
) -> Result<Response, PageFault> {
    let answer = copy_request::status(&archive, &code);
    let status = guarded(&archive, "follow", &peer, answer).await?;
    let page = Tracking {
        f,
        code: copy_request::tidy(&code),
        fresh: asked.moi.is_some(),
        status,
    };
    Ok(shown(&page)?.into_response())
}

async fn fetch(
    Extracted(archive): Extracted<State>,
    Peer(peer): Peer,
    Path(code): Path<String>,
) -> Result<Response, PageFault> {
    let answer = copy_request::fetch(&archive, &code);
    let (name, bytes) = guarded(&archive, "follow", &peer, answer).await?;
    Ok(pdf(&name, bytes))
}

/// A PDF to be saved under a name.
pub fn pdf(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
