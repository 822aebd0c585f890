//! One request on one screen: what is asked, by whom with what papers, what was said, the records it
//! may mean beside the same diploma on other paper, and the acts that are open.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::state_in_words;
use crate::access::{Act, Caller};
use crate::copy_request::{
    self, Candidate, Counterpart, Delivery, Earlier, Evidence, Message, NotTheOne, Reason,
    RequestView,
};
use crate::correction::{self, Correction};
use crate::error::Result;
use crate::notify::{self, Happened};
use crate::record::{self, RecordView};
use crate::search_case::{self, SearchCase};
use crate::seen::{self, Seen};
use crate::web::State;
use crate::web::fault::PageFault;
use crate::web::labels::{Names, spoken};
use crate::web::layout::{Frame, shown};
use crate::web::public_requests::{event_in_words, relation_in_words, standing_in_words};
use crate::web::search_cases::agreement;
use crate::web::session::Signed;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/cap-ban-sao/{id}", get(request))
        .route("/cap-ban-sao/{id}/giay-to/{paper}", get(paper))
}

/// What became of a record before: decisions that changed it, copies issued of it.
#[derive(Default)]
struct Past {
    appendix: Vec<Correction>,
    copies: Vec<Earlier>,
}

impl Past {
    async fn of(archive: &State, caller: &Caller, record_id: &str) -> Result<Self> {
        Ok(Self {
            appendix: correction::of_record(archive, caller, record_id).await?,
            copies: copy_request::earlier(archive, caller, record_id).await?,
        })
    }
}

#[derive(Template)]
#[template(path = "copy_request.html")]
struct Request {
    f: Frame,
    names: Names,
    request: RequestView,
    candidates: Vec<(Candidate, Past)>,
    confirmed: Option<RecordView>,
    /// What the confirmed record is now.
    stands: Option<Seen>,
    /// Records that searches found and somebody approved since, as they are now.
    found: BTreeMap<String, Seen>,
    counterparts: Vec<Counterpart>,
    past: Past,
    searches: Vec<SearchCase>,
    papers: Vec<Evidence>,
    messages: Vec<Message>,
    history: Vec<Happened>,
}

impl Request {
    fn state<'a>(&self, word: &'a str) -> &'a str {
        state_in_words(&self.f, word)
    }

    fn open_for_clerk(&self) -> bool {
        self.f.may(Act::ConfirmCopies)
            && matches!(
                self.request.state.as_str(),
                "received" | "searching" | "confirmed"
            )
    }

    fn open_for_release(&self) -> bool {
        self.f.may(Act::ReleaseCopies) && self.request.state == "confirmed"
    }

    /// What was confirmed is no longer what the record says.
    fn changed(&self) -> bool {
        let stands = self.stands.as_ref().map(|stands| &stands.record_digest);
        self.request.state == "confirmed" && stands != self.request.record_digest.as_ref()
    }

    fn refusable(&self) -> bool {
        (self.f.may(Act::ConfirmCopies) || self.f.may(Act::ReleaseCopies))
            && self.request.settled_at.is_none()
            && self.request.state != "released"
    }

    fn standing<'a>(&self, word: &'a str) -> &'a str {
        standing_in_words(&self.f, word)
    }

    fn delivery(&self) -> &'static str {
        match self.request.wanted.delivery {
            Delivery::Online => self.f.t("requests.delivery.online"),
            Delivery::Counter => self.f.t("requests.delivery.counter"),
            Delivery::Post => self.f.t("requests.delivery.post"),
        }
    }

    fn payment(&self) -> &'static str {
        match self.request.payment.as_str() {
            "paid" => self.f.t("requests.payment.paid"),
            "waived" => self.f.t("requests.payment.waived"),
            "unpaid" => self.f.t("requests.payment.unpaid"),
            _ => self.f.t("requests.payment.free"),
        }
    }

    /// Somebody asks for another and has shown nothing yet.
    fn unproven(&self) -> bool {
        let shown = self.request.standing_shown.is_some() || !self.papers.is_empty();
        self.request.applicant.standing != "self" && !shown
    }

    fn relation<'a>(&self, word: &'a str) -> &'a str {
        relation_in_words(&self.f, word)
    }

    /// A stranger's, which nobody took up yet.
    fn takable(&self) -> bool {
        self.open() && self.request.taken_at.is_none()
    }

    /// Not settled: messages may go out, the fee may change.
    fn open(&self) -> bool {
        self.f.may(Act::ConfirmCopies) && self.request.settled_at.is_none()
    }

    fn extendable(&self) -> bool {
        self.open() && self.request.extended_at.is_none() && self.request.state != "waiting"
    }

    fn agreement(&self, reason: &Reason) -> (&'static str, &'static str) {
        agreement(&self.f, reason)
    }

    /// The row on its page, or the whole page where it is one record.
    fn picture(&self, page_id: &str, bounds: &Option<[i32; 4]>) -> String {
        let crop = bounds.map(|[x, y, w, h]| format!("&crop={x},{y},{w},{h}"));
        format!(
            "/trang/{page_id}/anh.jpg?max=1400{}",
            crop.unwrap_or_default()
        )
    }

    /// Why a candidate is not the one, to choose from: stable word and words.
    fn reasons(&self) -> Vec<(&'static str, &'static str)> {
        let named = |reason: &NotTheOne| (reason.as_str(), self.why(reason));
        NotTheOne::ALL.iter().map(named).collect()
    }

    fn why(&self, reason: &NotTheOne) -> &'static str {
        reason.name(self.f.lang)
    }

    /// Candidates nobody said anything against.
    fn left(&self) -> usize {
        let open = |(candidate, _): &&(Candidate, Past)| candidate.dismissed.is_none();
        self.candidates.iter().filter(open).count()
    }

    /// What may be said against a candidate, while none is confirmed.
    fn dismissable(&self) -> bool {
        self.open_for_clerk() && self.request.state != "confirmed"
    }

    /// A search can begin only for what is newly received.
    fn searchable(&self) -> bool {
        self.f.may(Act::ConfirmCopies) && self.request.state == "received"
    }

    fn event<'a>(&self, word: &'a str) -> &'a str {
        event_in_words(&self.f, word)
    }

    /// The fields by which a clerk recognises the one asked for.
    fn facts(&self, class: &str, fields: &BTreeMap<String, String>) -> Vec<(String, String)> {
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
                let name = self.names.field(&self.f, class, key).to_owned();
                (name, spoken(key, value))
            })
            .collect()
    }

    /// Those of [`Self::facts`] that its reasons do not tell already.
    fn other_facts(&self, hit: &Candidate) -> Vec<(String, String)> {
        let mut fields = hit.fields.clone();
        fields.retain(|key, _| hit.reasons.iter().all(|reason| reason.field != *key));
        self.facts(&hit.class, &fields)
    }

    fn said(&self, key: &str, value: &str) -> String {
        spoken(key, value)
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

async fn request(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let request = copy_request::get(&signed.archive, &signed.caller, &id).await?;
    let confirmed = match &request.record_id {
        Some(record) => Some(record::get(&signed.archive, &signed.caller, record).await?),
        None => None,
    };
    let open = matches!(
        request.state.as_str(),
        "received" | "waiting" | "searching" | "confirmed"
    );
    let candidates = match open {
        true => copy_request::candidates(&signed.archive, &signed.caller, &id).await?,
        false => Vec::new(),
    };
    let mut beside = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let past = Past::of(&signed.archive, &signed.caller, &candidate.record_id).await?;
        beside.push((candidate, past));
    }
    let (past, counterparts) = match &request.record_id {
        Some(record) => (
            Past::of(&signed.archive, &signed.caller, record).await?,
            copy_request::counterparts(&signed.archive, &signed.caller, record).await?,
        ),
        None => (Past::default(), Vec::new()),
    };
    let searches = match signed.frame.may(Act::SeeSearches) {
        true => search_case::of_request(&signed.archive, &signed.caller, &id).await?,
        false => Vec::new(),
    };
    let stands = match &request.record_id {
        Some(record) => Some(seen::now(&signed.archive, &signed.caller, record).await?),
        None => None,
    };
    let mut found = BTreeMap::new();
    for record in searches.iter().filter_map(|one| one.record_id.as_ref()) {
        found.insert(
            record.clone(),
            seen::now(&signed.archive, &signed.caller, record).await?,
        );
    }
    let page = Request {
        papers: copy_request::evidence(&signed.archive, &signed.caller, &id).await?,
        messages: copy_request::messages(&signed.archive, &signed.caller, &id).await?,
        history: notify::history(&signed.archive.catalogue, &id).await?,
        f: signed.frame,
        names: Names::of(&signed.archive),
        request,
        candidates: beside,
        confirmed,
        stands,
        found,
        counterparts,
        past,
        searches,
    };
    Ok(shown(&page)?.into_response())
}

async fn paper(
    signed: Signed,
    Path((id, paper)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let opened = copy_request::open_evidence(&signed.archive, &signed.caller, &id, &paper).await;
    Ok(download(opened?))
}

/// A paper to be saved, never shown in our own pages: its bytes are a stranger's.
pub fn download((paper, bytes): (Evidence, Vec<u8>)) -> Response {
    let name =
        percent_encoding::utf8_percent_encode(&paper.name, percent_encoding::NON_ALPHANUMERIC);
    let headers = [
        (header::CONTENT_TYPE, paper.media_type),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
    ];
    (headers, bytes).into_response()
}
