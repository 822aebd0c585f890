//! The office's seal: whose it is, the PIN of its token, and the copies that wait for a signature made on the
//! approver's own machine.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use zeroize::Zeroizing;

use super::State;
use super::fault::PageFault;
use super::file_form::FileForm;
use super::layout::{Frame, shown};
use super::session::{Form, Signed};
use crate::access::{Act, Caller};
use crate::certified_copy::{self, HandedIn, SealState, Signatures, Waiting};
use crate::error::Error;

/// Name of the file of what is to be signed.
const TO_SIGN: &str = "can-ky.txt";

/// The routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/con-dau", get(seal))
        .route("/con-dau/pin", post(give_pin))
        .route("/con-dau/ket-thuc", post(end))
        .route("/con-dau/can-ky", get(to_sign))
        .route("/con-dau/chu-ky", post(signatures))
        .route("/con-dau/cho-ky/{id}/bo", post(give_up))
}

#[derive(Template)]
#[template(path = "seal.html")]
struct SealPage {
    f: Frame,
    seal: SealState,
    waiting: Vec<Waiting>,
    handed: Vec<HandedIn>,
    fault: Option<Error>,
}

impl SealPage {
    async fn page(
        archive: &State,
        caller: &Caller,
        f: Frame,
        handed: Vec<HandedIn>,
        fault: Option<Error>,
    ) -> Result<Response, PageFault> {
        let seal = certified_copy::seal_state(archive, caller).await?;
        let waiting = match seal.place == "elsewhere" && f.may(Act::ReleaseCopies) {
            true => certified_copy::waiting(archive, caller).await?,
            false => Vec::new(),
        };
        let status = fault.as_ref().map(Error::status);
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        let page = Self {
            f,
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
            "elsewhere" => self.f.t("seal.place.elsewhere"),
            _ => self.f.t("seal.place.file"),
        }
    }

    /// The state of the token in words, and its shade.
    fn sitting(&self, word: &str) -> (&'static str, &'static str) {
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

async fn seal(Extracted(archive): Extracted<State>, signed: Signed) -> Result<Response, PageFault> {
    SealPage::page(&archive, &signed.caller, signed.frame, Vec::new(), None).await
}

#[derive(serde::Deserialize)]
struct PinForm {
    pin: Zeroizing<String>,
}

async fn give_pin(
    Extracted(archive): Extracted<State>,
    form: Form<PinForm>,
) -> Result<Response, PageFault> {
    let (caller, frame) = (form.caller, form.frame);
    match certified_copy::open_sitting(&archive, &caller, form.given.pin).await {
        Ok(()) => Ok(Redirect::to("/con-dau").into_response()),
        Err(error @ Error::Blocked { .. }) => {
            SealPage::page(&archive, &caller, frame, Vec::new(), Some(error)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn end(
    Extracted(archive): Extracted<State>,
    form: Form<Vec<(String, String)>>,
) -> Result<Redirect, PageFault> {
    certified_copy::end_sitting(&archive, &form.caller).await?;
    Ok(Redirect::to("/con-dau"))
}

async fn to_sign(
    Extracted(archive): Extracted<State>,
    signed: Signed,
) -> Result<Response, PageFault> {
    let waiting = certified_copy::to_sign(&archive, &signed.caller).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{TO_SIGN}\""),
        ),
    ];
    Ok((headers, certified_copy::to_sign_text(&waiting)).into_response())
}

async fn signatures(
    Extracted(archive): Extracted<State>,
    form: FileForm,
) -> Result<Response, PageFault> {
    let handed = async {
        let given = Signatures::parse(&form.text)?;
        certified_copy::hand_in(&archive, &form.caller, &given).await
    };
    let (handed, fault) = match handed.await {
        Ok(handed) => (handed, None),
        Err(error @ (Error::Invalid(_) | Error::Refused { .. } | Error::Blocked { .. })) => {
            (Vec::new(), Some(error))
        }
        Err(error) => return Err(error.into()),
    };
    SealPage::page(&archive, &form.caller, form.frame, handed, fault).await
}

async fn give_up(
    Extracted(archive): Extracted<State>,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Redirect, PageFault> {
    certified_copy::give_up(&archive, &form.caller, &id).await?;
    Ok(Redirect::to("/con-dau"))
}
