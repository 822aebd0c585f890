//! The form by which a copy is asked for: by anyone, or by a clerk for somebody at the counter.

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use crate::access::new_secret;
use crate::archive::Archive;
use crate::clock::vietnam;
use crate::copy_request::{self, Applicant, AskGiven, Delivery, Sought};
use crate::error::{Error, Fault, Result};
use crate::reference_data::{self, Consent};
use crate::web::client_ip::Public;
use crate::web::fault::{PageFault, or_faults};
use crate::web::layout::{Frame, shown_form};

/// Diplomas that are asked for most, to choose from; any other is typed.
pub const DIPLOMAS: [&str; 5] = [
    "Bằng tốt nghiệp trung học phổ thông",
    "Bằng tốt nghiệp bổ túc trung học phổ thông",
    "Bằng tốt nghiệp trung học cơ sở",
    "Bằng tốt nghiệp bổ túc trung học cơ sở",
    "Chứng chỉ nghề phổ thông",
];

/// What the form holds; everything may be left out, what is missing is said.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct RequestForm {
    pub(super) name: String,
    pub(super) contact: String,
    pub(super) standing: String,
    pub(super) owner_died: String,
    pub(super) relation: String,
    pub(super) ho_ten: String,
    pub(super) ngay_sinh: String,
    pub(super) so_dinh_danh: String,
    pub(super) ten_van_bang: String,
    pub(super) truong: String,
    pub(super) nam: String,
    pub(super) hoi_dong: String,
    pub(super) noi_o: String,
    pub(super) so_hieu: String,
    pub(super) so_vao_so: String,
    pub(super) copies: String,
    pub(super) delivery: String,
    pub(super) purpose: String,
    pub(super) consent: Option<String>,
    pub(super) key: String,
    /// Step of the public pages that is sent; empty where the whole form is.
    #[serde(skip_serializing)]
    pub(super) buoc: String,
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

    fn diplomas(&self) -> [&'static str; 5] {
        DIPLOMAS
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

/// How the applicant stands to the person named, as the page says it.
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

/// Sends the whole form at once, as a page without steps does.
///
/// # Errors
/// As [`copy_request::ask_publicly`].
pub(super) async fn send_whole(
    public: &Public,
    f: Frame,
    form: RequestForm,
) -> Result<Response, PageFault> {
    let archive = &public.archive;
    // On this page everybody is the public, whoever may be signed in.
    let asked = copy_request::ask_publicly(archive, &public.network, &form.given()).await;
    // What was written stays written: tomorrow, or from elsewhere, it is sent again.
    if let Err(error @ Error::TooMany { .. }) = asked {
        let faults = vec![enough_today()];
        let page = RequestPage::show(archive, f, "/yeu-cau", form, faults).await?;
        return Ok(told_to_wait(page, error));
    }
    match or_faults(asked)? {
        Ok(asked) => Ok(Redirect::to(&format!("/yeu-cau/{}?moi=1", asked.code)).into_response()),
        Err(faults) => RequestPage::show(archive, f, "/yeu-cau", form, faults).await,
    }
}

/// What is said when a network asked often enough today.
pub(super) fn enough_today() -> Fault {
    Fault::new("", "faults.request.enough_today")
}

/// A page with the status and the waiting time of a refusal; what was written stands in it.
pub(super) fn told_to_wait(mut page: Response, error: Error) -> Response {
    let said = PageFault(error).into_response();
    *page.status_mut() = said.status();
    let wait = said.headers().get(header::RETRY_AFTER).cloned();
    page.headers_mut()
        .extend(wait.map(|wait| (header::RETRY_AFTER, wait)));
    page
}
