//! The form by which a copy is asked for: by anyone, or by a clerk for somebody at the counter.

use askama::Template;
use axum::Router;
use axum::extract::State as Extracted;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::access::new_secret;
use crate::archive::Archive;
use crate::clock::vietnam;
use crate::copy_request::{self, Applicant, AskGiven, Delivery, Sought};
use crate::error::{Error, Fault, Result};
use crate::reference_data::{self, Consent};
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::fault::PageFault;
use crate::web::layout::{Frame, shown_form};
use crate::web::session::{OpenForm, Visitor};

pub fn routes() -> Router<State> {
    Router::new().route("/yeu-cau", get(blank).post(send))
}

/// What the form holds; everything may be left out, what is missing is said.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct RequestForm {
    name: String,
    contact: String,
    standing: String,
    owner_died: String,
    relation: String,
    ho_ten: String,
    ngay_sinh: String,
    so_dinh_danh: String,
    ten_van_bang: String,
    truong: String,
    nam: String,
    hoi_dong: String,
    noi_o: String,
    so_hieu: String,
    so_vao_so: String,
    copies: String,
    delivery: String,
    purpose: String,
    consent: Option<String>,
    key: String,
}

impl RequestForm {
    /// An empty form with a key of its own: pressing the button twice asks once.
    pub fn blank(archive: &Archive) -> Self {
        Self {
            key: new_secret(&*archive.clock),
            standing: "self".into(),
            delivery: "online".into(),
            copies: "1".into(),
            ..Self::default()
        }
    }

    /// The request it makes.
    pub fn given(&self) -> AskGiven {
        let delivery = match self.delivery.as_str() {
            "counter" => Delivery::Counter,
            "post" => Delivery::Post,
            _ => Delivery::Online,
        };
        AskGiven {
            applicant: Applicant {
                name: self.name.clone(),
                contact: self.contact.clone(),
                standing: self.standing.clone(),
                owner_died: self.owner_died.clone(),
                relation: self.relation.clone(),
            },
            wanted: Sought {
                ho_ten: self.ho_ten.clone(),
                ngay_sinh: self.ngay_sinh.clone(),
                so_dinh_danh: self.so_dinh_danh.clone(),
                ten_van_bang: self.ten_van_bang.clone(),
                truong: self.truong.clone(),
                nam: self.nam.clone(),
                hoi_dong: self.hoi_dong.clone(),
                noi_o: self.noi_o.clone(),
                so_hieu: self.so_hieu.clone(),
                so_vao_so: self.so_vao_so.clone(),
                // What is no number is told as a wrong number, not as one copy.
                copies: Some(self.copies.trim().parse().unwrap_or(0)),
                delivery,
                purpose: self.purpose.clone(),
            },
            consent: self.consent.clone(),
            idempotency_key: Some(self.key.clone()),
        }
    }
}

/// The form as shown.
#[derive(Template)]
#[template(path = "request.html")]
pub struct RequestPage {
    f: Frame,
    action: &'static str,
    form: RequestForm,
    consent: Consent,
    faults: Vec<Fault>,
}

impl RequestPage {
    /// Shows the form, sent to `action`, with what was wrong in it.
    ///
    /// # Errors
    /// As reading the consent text.
    pub async fn show(
        archive: &Archive,
        f: Frame,
        action: &'static str,
        form: RequestForm,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        let page = Self {
            consent: consent_today(archive).await?,
            f,
            action,
            form,
            faults,
        };
        shown_form(&page, &page.faults)
    }

    fn standings(&self) -> [(&'static str, &'static str); 5] {
        copy_request::STANDINGS.map(|word| (word, standing_in_words(&self.f, word)))
    }

    /// What a relative may be of the owner, each with its words.
    fn relations(&self) -> [(&'static str, &'static str); 4] {
        copy_request::RELATIONS.map(|word| (word, relation_in_words(&self.f, word)))
    }

    /// What is wrong in one box; its faults stand beside it.
    fn at(&self, pointer: &str) -> Option<&Fault> {
        self.faults.iter().find(|fault| fault.pointer == pointer)
    }

    fn deliveries(&self) -> [(&'static str, &'static str); 3] {
        [
            ("online", self.f.t("public_requests.delivery.online")),
            ("counter", self.f.t("public_requests.delivery.counter")),
            ("post", self.f.t("public_requests.delivery.post")),
        ]
    }
}

/// A standing in words.
pub fn standing_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    f.word("public_requests.standing_of_applicant", word)
}

/// What a relative is of the owner, in words.
pub fn relation_in_words<'a>(f: &Frame, word: &'a str) -> &'a str {
    f.word("public_requests.relation_to_owner", word)
}

/// The consent text in force today.
///
/// # Errors
/// As reading it.
pub async fn consent_today(archive: &Archive) -> Result<Consent> {
    let today = vietnam(archive.clock.now()).date();
    reference_data::consent_on(&archive.catalogue, today).await
}

async fn blank(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
) -> Result<Response, PageFault> {
    let form = RequestForm::blank(&archive);
    RequestPage::show(&archive, f, "/yeu-cau", form, Vec::new()).await
}

async fn send(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    public: Public,
    OpenForm(form): OpenForm<RequestForm>,
) -> Result<Response, PageFault> {
    // On this page everybody is the public, whoever may be signed in.
    match copy_request::ask_publicly(&archive, &public.network, &form.given()).await {
        Ok(asked) => Ok(Redirect::to(&format!("/yeu-cau/{}?moi=1", asked.code)).into_response()),
        Err(Error::Invalid(faults)) => {
            RequestPage::show(&archive, f, "/yeu-cau", form, faults).await
        }
        // What was written stays written: tomorrow, or from elsewhere, it is sent again.
        Err(error @ Error::TooMany { .. }) => {
            let said = PageFault(error).into_response();
            let fault = Fault::new("", "faults.request.enough_today");
            let mut page = RequestPage::show(&archive, f, "/yeu-cau", form, vec![fault]).await?;
            *page.status_mut() = said.status();
            let wait = said.headers().get(header::RETRY_AFTER).cloned();
            page.headers_mut()
                .extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
            Ok(page)
        }
        Err(error) => Err(error.into()),
    }
}
