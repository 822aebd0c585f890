//! The public form in four short steps: who asks, which diploma, how many and how, check and send. What is written is kept
//! under a secret of the browser, so that Back, another tab and sending twice lose nothing and ask once.

use askama::Template;
use axum::Router;
use axum::extract::State as Extracted;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use super::asks::{ASKS, Ask};
use super::submit::{
    DIPLOMAS, RequestForm, consent_today, enough_today, relation_in_words, send_whole,
    standing_in_words, told_to_wait,
};
use crate::access::{self, Caller, new_secret};
use crate::archive::Archive;
use crate::copy_request::{self, Draft, Office, RELATIONS, STANDINGS};
use crate::error::{Error, Fault, Result};
use crate::reference_data::Consent;
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::cookies::cookie;
use crate::web::extractors::Asked;
use crate::web::fault::{PageFault, or_faults};
use crate::web::layout::{Frame, shown_form};
use crate::web::session::{OpenForm, Visitor};

pub(super) fn routes() -> Router<State> {
    Router::new().route("/yeu-cau", get(show).post(receive))
}

/// Name of the cookie with the secret of what is being written.
const COOKIE: &str = "yeucau";
/// The last step: check and send.
const LAST: usize = 4;
/// Steps that one address may send within five minutes.
const MOST_STEPS: i64 = 300;

/// A box as the page shows it.
struct Answer {
    ask: &'static Ask,
    value: String,
    fault: Option<Fault>,
}

#[derive(Template)]
#[template(path = "request_step.html")]
struct Step {
    f: Frame,
    step: usize,
    boxes: Vec<Answer>,
    faults: Vec<Fault>,
    consent: Consent,
    office: Office,
    /// What all copies together cost today, in đồng.
    fee: i64,
    /// Code of the request that this browser sent with these answers.
    sent: Option<String>,
}

impl Step {
    async fn page(
        archive: &Archive,
        f: Frame,
        step: usize,
        mut form: RequestForm,
        (sent, faults): (Option<String>, Vec<Fault>),
    ) -> Result<Response, PageFault> {
        let office = copy_request::office(archive).await?;
        let copies: i64 = form
            .part("copies")
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(1);
        let all = ASKS.iter().filter(|ask| ask.step == step || step == LAST);
        let boxes = all.map(|ask| Answer {
            ask,
            value: form.part(ask.name).cloned().unwrap_or_default(),
            fault: faults
                .iter()
                .find(|fault| fault.pointer == ask.pointer)
                .cloned(),
        });
        let page = Self {
            fee: office.fee.saturating_mul(copies),
            office,
            boxes: boxes.collect(),
            consent: consent_today(archive).await?,
            f,
            step,
            faults,
            sent,
        };
        shown_form(&page, &page.faults)
    }

    fn title(&self) -> &'static str {
        match self.step {
            1 => self.f.t("public_requests.step_who"),
            2 => self.f.t("public_requests.step_which"),
            3 => self.f.t("public_requests.step_how"),
            _ => self.f.t("public_requests.step_check"),
        }
    }

    fn standings(&self) -> [(&'static str, &'static str); 5] {
        STANDINGS.map(|word| (word, standing_in_words(&self.f, word)))
    }

    fn relations(&self) -> [(&'static str, &'static str); 4] {
        RELATIONS.map(|word| (word, relation_in_words(&self.f, word)))
    }

    fn deliveries(&self) -> [(&'static str, &'static str); 3] {
        ["online", "counter", "post"]
            .map(|word| (word, self.f.word("public_requests.delivery", word)))
    }

    fn diplomas(&self) -> [&'static str; 5] {
        DIPLOMAS
    }

    /// A value as the check before sending shows it.
    fn said<'a>(&'a self, one: &'a Answer) -> &'a str {
        match one.ask.kind {
            "standing" => standing_in_words(&self.f, &one.value),
            "relation" => relation_in_words(&self.f, &one.value),
            "delivery" => self.f.word("public_requests.delivery", &one.value),
            _ => &one.value,
        }
    }

    /// A fault that belongs to no box of this page.
    fn elsewhere(&self) -> Vec<&Fault> {
        let here = |fault: &&Fault| {
            self.boxes
                .iter()
                .all(|one| one.ask.pointer != fault.pointer)
        };
        self.faults.iter().filter(here).collect()
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct StepAsked {
    buoc: Option<usize>,
    /// Given to begin another request.
    moi: Option<String>,
}

async fn show(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    headers: HeaderMap,
    Asked(asked): Asked<StepAsked>,
) -> Result<Response, PageFault> {
    if asked.moi.is_some() {
        let mut fresh = Redirect::to("/yeu-cau").into_response();
        set(&mut fresh, &cookie_of(&archive, "", Duration::ZERO));
        return Ok(fresh);
    }
    let (form, code) = kept(&archive, &headers).await?.unwrap_or_default();
    let form = match form {
        Some(form) => form,
        None => RequestForm::blank(&archive),
    };
    let step = asked.buoc.unwrap_or(1).clamp(1, LAST);
    // Whoever comes by a link to a later step begins with what is missing.
    let step = match faults_before(&archive, &form, step).await?.first() {
        Some((first, _)) if *first < step => *first,
        _ => step,
    };
    Step::page(&archive, f, step, form, (code, Vec::new())).await
}

/// A step of the form, or the whole of it at once.
async fn receive(
    public: Public,
    Visitor(f): Visitor,
    headers: HeaderMap,
    OpenForm(form): OpenForm<RequestForm>,
) -> Result<Response, PageFault> {
    match form.buoc.is_empty() {
        true => send_whole(&public, f, form).await,
        false => take(&public, f, &headers, form).await,
    }
}

/// What is kept for this browser: the answers, and the code of the request they became.
async fn kept(
    archive: &Archive,
    headers: &HeaderMap,
) -> Result<Option<(Option<RequestForm>, Option<String>)>> {
    let Some(secret) = cookie(headers, COOKIE) else {
        return Ok(None);
    };
    let draft = copy_request::draft(archive, secret).await?;
    Ok(draft.map(|draft| (serde_json::from_str(&draft.body).ok(), draft.code)))
}

/// What is wrong in the answers of the steps up to this one, each with its step.
async fn faults_before(
    archive: &Archive,
    form: &RequestForm,
    until: usize,
) -> Result<Vec<(usize, Fault)>> {
    let faults = copy_request::faults_of(archive, &Caller::public(), &form.given()).await?;
    let mut placed: Vec<(usize, Fault)> = faults
        .into_iter()
        .filter(|fault| until == LAST || !fault.pointer.starts_with("/consent"))
        .map(|fault| {
            let ask = ASKS.iter().find(|ask| ask.pointer == fault.pointer);
            (ask.map_or(LAST, |ask| ask.step), fault)
        })
        .filter(|(step, _)| *step <= until)
        .collect();
    placed.sort_by_key(|(step, _)| *step);
    Ok(placed)
}

/// Takes the answers of a step and leads to the next; the last sends the request.
async fn take(
    public: &Public,
    f: Frame,
    headers: &HeaderMap,
    mut sent: RequestForm,
) -> Result<Response, PageFault> {
    let archive = &public.archive;
    access::meter(archive, &format!("draft:{}", public.address), MOST_STEPS).await?;
    let step = sent.buoc.parse().unwrap_or(1).clamp(1, LAST);
    let secret = cookie(headers, COOKIE).unwrap_or_default().to_owned();
    let (form, code) = kept(archive, headers).await?.unwrap_or_default();
    let begun = form.is_some();
    let mut form = form.unwrap_or_else(|| RequestForm::blank(archive));
    if let Some(code) = code {
        // Sent already, from here or from another tab: once is enough.
        return Ok(Redirect::to(&format!("/yeu-cau/{code}")).into_response());
    }
    let secret = match begun {
        true => secret,
        false => new_secret(&*archive.clock),
    };
    form.take_step(step, &mut sent);
    if step == 1 && form.standing == "self" && form.ho_ten.is_empty() {
        form.ho_ten.clone_from(&form.name);
    }
    form.consent = sent.consent.take();
    keep(archive, &secret, &form, None).await?;
    let kept_under = cookie_of(archive, &secret, Duration::days(1));
    let wrong = faults_before(archive, &form, step).await?;
    let first = wrong.first().map(|(first, _)| *first);
    let mut answer = match first {
        Some(first) => {
            let faults = wrong.into_iter().filter(|(step, _)| *step == first);
            let faults = faults.map(|(_, fault)| fault).collect();
            Step::page(archive, f, first, form, (None, faults)).await?
        }
        None if step < LAST => Redirect::to(&format!("/yeu-cau?buoc={}", step + 1)).into_response(),
        None => send(public, f, &secret, form).await?,
    };
    set(&mut answer, &kept_under);
    Ok(answer)
}

async fn send(
    public: &Public,
    f: Frame,
    secret: &str,
    form: RequestForm,
) -> Result<Response, PageFault> {
    let archive = &public.archive;
    // On this page everybody is the public, whoever may be signed in.
    let asked = copy_request::ask_publicly(archive, &public.network, &form.given()).await;
    // What was written stays written: tomorrow, or from elsewhere, it is sent again.
    if let Err(error @ Error::TooMany { .. }) = asked {
        let faults = (None, vec![enough_today()]);
        let page = Step::page(archive, f, LAST, form, faults).await?;
        return Ok(told_to_wait(page, error));
    }
    match or_faults(asked)? {
        Ok(asked) => {
            keep(archive, secret, &form, Some(asked.code.clone())).await?;
            Ok(Redirect::to(&format!("/yeu-cau/{}?moi=1", asked.code)).into_response())
        }
        Err(faults) => Step::page(archive, f, LAST, form, (None, faults)).await,
    }
}

async fn keep(
    archive: &Archive,
    secret: &str,
    form: &RequestForm,
    code: Option<String>,
) -> Result<()> {
    let body = serde_json::to_string(form)?;
    copy_request::keep_draft(archive, secret, &Draft { body, code }).await
}

fn cookie_of<'a>(archive: &Archive, secret: &'a str, age: Duration) -> Cookie<'a> {
    Cookie::build((COOKIE, secret))
        .path("/yeu-cau")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(archive.config.public_url().starts_with("https:"))
        .max_age(age)
        .build()
}

fn set(answer: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}
