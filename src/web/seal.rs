//! The office's seal: whose it is, the PIN of its token, and the copies that wait for a signature made on the
//! approver's own machine.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use zeroize::Zeroizing;

use super::State;
use super::fault::PageFault;
use super::file_form::FileForm;
use super::layout::{Frame, shown};
use super::public_requests::pdf;
use super::session::{Form, Pairs, Signed};
use crate::access::Act;
use crate::certified_copy::{self, SealState, Signatures, Submitted, Waiting};
use crate::error::Error;

/// Name of the file of what is to be signed.
const TO_SIGN: &str = "can-ky.txt";

pub fn routes() -> Router<State> {
    Router::new()
        .route("/con-dau", get(seal))
        .route("/con-dau/pin", post(give_pin))
        .route("/con-dau/ket-thuc", post(end))
        .route("/con-dau/can-ky", get(to_sign))
        .route("/con-dau/chu-ky", post(signatures))
        .route("/con-dau/cho-ky/{id}/bo", post(give_up))
        .route("/con-dau/cho-ky/{id}/giay.pdf", get(paper))
}

#[derive(Template)]
#[template(path = "seal.html")]
struct SealPage {
    f: Frame,
    seal: SealState,
    waiting: Vec<Waiting>,
    handed: Vec<Submitted>,
    fault: Option<Error>,
}

impl SealPage {
    async fn page(
        signed: Signed,
        handed: Vec<Submitted>,
        fault: Option<Error>,
    ) -> Result<Response, PageFault> {
        let seal = certified_copy::seal_state(&signed.archive, &signed.caller).await?;
        let waiting = match seal.place == "remote" && signed.frame.may(Act::ReleaseCopies) {
            true => certified_copy::waiting(&signed.archive, &signed.caller).await?,
            false => Vec::new(),
        };
        let status = fault.as_ref().map(Error::status);
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let page = Self {
            f: signed.frame,
            seal,
            waiting,
            handed,
            fault,
        };
        Ok((status.unwrap_or(StatusCode::OK), shown(&page)?).into_response())
    }

    fn place(&self) -> &'static str {
        match self.seal.place.as_str() {
            "token" => self.f.t("seal.place.token"),
            "remote" => self.f.t("seal.place.remote"),
            _ => self.f.t("seal.place.file"),
        }
    }

    /// The state of the token in words, and its shade.
    fn token_state(&self, word: &str) -> (&'static str, &'static str) {
        match word {
            "open" => ("good", self.f.t("seal.token_state.open")),
            "ready" => ("good", self.f.t("seal.token_state.ready")),
            "pin_refused" => ("bad", self.f.t("seal.token_state.pin_refused")),
            _ => ("doubt", self.f.t("seal.token_state.waiting_for_pin")),
        }
    }

    /// Whether the caller has anything to sign.
    fn to_sign(&self) -> usize {
        let mine = self.waiting.iter().filter(|one| one.mine && !one.signed);
        mine.count()
    }
}

async fn seal(signed: Signed) -> Result<Response, PageFault> {
    SealPage::page(signed, Vec::new(), None).await
}

#[derive(serde::Deserialize)]
struct PinForm {
    pin: Zeroizing<String>,
}

async fn give_pin(form: Form<PinForm>) -> Result<Response, PageFault> {
    let (signed, PinForm { pin }) = form.parts();
    match certified_copy::open_session(&signed.archive, &signed.caller, pin).await {
        Ok(()) => Ok(Redirect::to("/con-dau").into_response()),
        Err(error @ Error::Blocked { .. }) => SealPage::page(signed, Vec::new(), Some(error)).await,
        Err(error) => Err(error.into()),
    }
}

async fn end(form: Form<Pairs>) -> Result<Redirect, PageFault> {
    certified_copy::end_session(&form.archive, &form.caller).await?;
    Ok(Redirect::to("/con-dau"))
}

async fn to_sign(signed: Signed) -> Result<Response, PageFault> {
    let waiting = certified_copy::to_sign(&signed.archive, &signed.caller).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{TO_SIGN}\""),
        ),
    ];
    Ok((headers, certified_copy::to_sign_text(&waiting)).into_response())
}

async fn paper(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let paper = certified_copy::paper_to_sign(&signed.archive, &signed.caller, &id).await?;
    Ok(pdf(&paper.0, paper.1))
}

async fn signatures(FileForm { signed, text }: FileForm) -> Result<Response, PageFault> {
    let handed = async {
        let given = Signatures::parse(&text)?;
        certified_copy::submit(&signed.archive, &signed.caller, &given).await
    };
    let (handed, fault) = match handed.await {
        Ok(handed) => (handed, None),
        Err(error @ (Error::Invalid(_) | Error::Refused { .. } | Error::Blocked { .. })) => {
            (Vec::new(), Some(error))
        }
        Err(error) => return Err(error.into()),
    };
    SealPage::page(signed, handed, fault).await
}

async fn give_up(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    certified_copy::give_up(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to("/con-dau"))
}
