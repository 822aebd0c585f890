//! What a person sees to of their own account: second factor, open sessions, proving again who sits there.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use qrcode::{Color, QrCode};

use super::State;
use super::client_ip::Public;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::kept_form::KeptForm;
use super::layout::{Frame, shown, shown_form};
use super::session::{Form, Pairs, Signed, session_token};
use super::sign_in::own_path;
use crate::access::{self, Enrolment, OwnSession};
use crate::error::Fault;

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/xac-thuc", get(second_factor).post(begin))
        .route("/xac-thuc/ma", post(confirm))
        .route("/phien", get(sessions))
        .route("/phien/khac/ket-thuc", post(end_others))
        .route("/phien/{id}/ket-thuc", post(end))
        .route("/xac-nhan", get(ask_proof).post(prove))
}

// Second factor ---------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactor {
    f: Frame,
    must_enrol: bool,
    begun: Option<Enrolment>,
    codes: Vec<String>,
    faults: Vec<Fault>,
}

impl SecondFactor {
    fn of(signed: Signed) -> Self {
        Self {
            must_enrol: signed.must_enrol,
            f: signed.frame,
            begun: None,
            codes: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The secret as a picture for a device's camera: side in modules, and the path of the dark ones.
    fn picture(&self) -> Option<(usize, String)> {
        let code = QrCode::new(self.begun.as_ref()?.url.as_bytes()).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate();
        let dark = dark.filter(|(_, colour)| *colour == Color::Dark);
        let path = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        Some((width + 8, path.collect()))
    }
}

async fn second_factor(signed: Signed) -> Result<Response, PageFault> {
    shown_form(&SecondFactor::of(signed), &[])
}

async fn begin(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, _) = form.parts();
    let begun = access::begin_second_factor(&signed.archive, &signed.caller).await?;
    let page = SecondFactor {
        begun: Some(begun),
        ..SecondFactor::of(signed)
    };
    shown_form(&page, &[])
}

#[derive(serde::Deserialize)]
struct CodeGiven {
    code: String,
}

async fn confirm(form: Form<CodeGiven>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let set = access::confirm_second_factor(&signed.archive, &signed.caller, &given.code).await;
    let page = match or_faults(set)? {
        Ok(set) => SecondFactor {
            codes: set.codes,
            must_enrol: false,
            ..SecondFactor::of(signed)
        },
        Err(faults) => SecondFactor {
            faults,
            ..SecondFactor::of(signed)
        },
    };
    shown_form(&page, &page.faults)
}

// Sessions --------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "sessions.html")]
struct Sessions {
    f: Frame,
    sessions: Vec<OwnSession>,
}

async fn sessions(headers: HeaderMap, signed: Signed) -> Result<Response, PageFault> {
    let token = session_token(&headers);
    let page = Sessions {
        sessions: access::own_sessions(&signed.archive, &signed.caller, token).await?,
        f: signed.frame,
    };
    shown_form(&page, &[])
}

async fn end(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    access::end_session(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to("/phien"))
}

async fn end_others(headers: HeaderMap, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    let token = session_token(&headers).unwrap_or_default();
    access::end_other_sessions(&form.archive, &form.caller, token).await?;
    Ok(Redirect::to("/phien"))
}

// Fresh proof -----------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "fresh_proof.html")]
struct FreshProof {
    f: Frame,
    back: String,
    /// The form that goes on once it is proven.
    kept: KeptForm,
    faults: Vec<Fault>,
}

/// Asks who sits there before a form goes on.
///
/// # Errors
/// As rendering.
pub fn ask_for_form(f: Frame, kept: KeptForm) -> Result<Response, PageFault> {
    let page = FreshProof {
        f,
        back: "/viec".into(),
        kept,
        faults: Vec::new(),
    };
    Ok((StatusCode::CONFLICT, shown(&page)?).into_response())
}

#[derive(serde::Deserialize)]
struct Back {
    ve: Option<String>,
}

async fn ask_proof(signed: Signed, Asked(back): Asked<Back>) -> Result<Response, PageFault> {
    let page = FreshProof {
        f: signed.frame,
        back: own_path(back.ve.as_deref().unwrap_or("/viec")).to_owned(),
        kept: KeptForm::default(),
        faults: Vec::new(),
    };
    shown_form(&page, &[])
}

#[derive(serde::Deserialize)]
struct ProofGiven {
    proof: String,
    #[serde(default)]
    ve: String,
    /// Where the form that waits is sent.
    #[serde(default)]
    giu_ve: String,
    /// Body of that form, as it was sent.
    #[serde(default)]
    giu: String,
}

async fn prove(
    headers: HeaderMap,
    public: Public,
    form: Form<ProofGiven>,
) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let token = session_token(&headers).unwrap_or_default();
    let (archive, caller) = (&signed.archive, &signed.caller);
    let back = own_path(&given.ve).to_owned();
    let proven = access::prove_session(archive, caller, token, &given.proof, &public.address).await;
    match or_faults(proven)? {
        Ok(()) => Ok(Redirect::to(&back).into_response()),
        Err(faults) => {
            let page = FreshProof {
                f: signed.frame,
                back,
                kept: KeptForm {
                    to: given.giu_ve,
                    body: given.giu,
                },
                faults,
            };
            shown_form(&page, &page.faults)
        }
    }
}
