//! The flags of a batch as a list a person works down: the page's picture, what is noticed, what to do
//! about it, and the buttons that do it. Works without scripts.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::layout::{Frame, shown_form};
use super::pager::Pager;
use super::scan_form::{LARGEST_SCAN, ScanForm};
use super::session::{Form, Signed};
use super::toast::Done;
use crate::access::{Act, Caller};
use crate::batch::{self, Batch, Progress};
use crate::catalogue::Slice;
use crate::error::{Error, Fault, Result};
use crate::inspection;
use crate::page_flag::{self, FlagFilter, MAYBE_RESCAN, PageFlag};

/// Flags on one page of the list.
const PAGE: i64 = 20;

pub fn routes() -> Router<State> {
    let rescan = post(rescan).layer(DefaultBodyLimit::max(LARGEST_SCAN));
    Router::new()
        .route("/lo/{id}/canh-bao", get(list))
        .route("/lo/{id}/canh-bao/ca-loai", post(accept_kind))
        .route("/canh-bao/{id}", post(act))
        .route("/canh-bao/{id}/quet-lai", rescan)
}

#[derive(Debug, Default, serde::Deserialize)]
struct FlagListQuery {
    /// Given to list what was resolved too.
    tat_ca: Option<String>,
    /// The last flag of the page before.
    sau: Option<String>,
    /// One kind of flag.
    loai: Option<String>,
}

/// A form that was not accepted, to be shown again at its flag.
#[derive(Default)]
struct Refused {
    flag_id: String,
    reason: String,
    faults: Vec<Fault>,
}

#[derive(Template)]
#[template(path = "flags.html")]
struct Flags {
    f: Frame,
    batch: Batch,
    progress: Progress,
    flags: Vec<PageFlag>,
    all: bool,
    pager: Pager,
    /// Kinds of flags and how many there are of each.
    kinds: Vec<(String, i64)>,
    /// The kind shown, or any.
    kind: String,
    refused: Refused,
}

impl Flags {
    async fn page(
        signed: Signed,
        batch_id: &str,
        asked: FlagListQuery,
        refused: Refused,
    ) -> Result<Response, PageFault> {
        let all = asked.tat_ca.is_some();
        let (archive, caller) = (&signed.archive, &signed.caller);
        let filter = FlagFilter {
            state: (!all).then(|| "open".to_owned()),
            notes: Some(all),
            limit: Some(PAGE),
            after: asked.sau.clone(),
            code: asked.loai.clone(),
        };
        let flags = page_flag::list(archive, caller, batch_id, &filter).await?;
        let kinds = page_flag::kinds(archive, caller, batch_id, !all).await?;
        let kind = asked.loai.unwrap_or_default();
        let counted = kinds
            .iter()
            .filter(|(code, _)| kind.is_empty() || *code == kind);
        let total = counted.map(|(_, count)| count).sum();
        let full = i64::try_from(flags.len()).unwrap_or(PAGE) == PAGE;
        let slice = Slice {
            before: asked.sau,
            after: flags.last().filter(|_| full).map(|flag| flag.id.clone()),
            rows: vec![(); flags.len()],
        };
        let path = format!("/lo/{batch_id}/canh-bao");
        let kept = [
            ("tat_ca", if all { "1" } else { "" }),
            ("loai", kind.as_str()),
        ];
        let page = Self {
            batch: batch::get(archive, caller, batch_id).await?,
            progress: batch::progress(archive, caller, batch_id).await?,
            pager: Pager::one_way(total, &slice, &path, &kept),
            flags,
            all,
            kinds,
            kind,
            f: signed.frame,
            refused,
        };
        shown_form(&page, &page.refused.faults)
    }

    fn shade(&self, flag: &PageFlag) -> &'static str {
        match (flag.state.as_str(), flag.severity.as_str()) {
            ("open", "grave") => "bad",
            ("open", "warning") => "doubt",
            ("open", _) => "idle",
            _ => "good",
        }
    }

    fn severity(&self, flag: &PageFlag) -> &'static str {
        match flag.severity.as_str() {
            "grave" => self.f.t("flags.severity.grave"),
            "warning" => self.f.t("flags.severity.warning"),
            _ => self.f.t("flags.severity.note"),
        }
    }

    fn state<'a>(&self, flag: &'a PageFlag) -> &'a str {
        self.f.word("flags.state", flag.state.as_str())
    }

    fn faults_of(&self, flag: &PageFlag) -> &[Fault] {
        match self.refused.flag_id == flag.id {
            true => &self.refused.faults,
            false => &[],
        }
    }

    fn typed(&self, flag: &PageFlag) -> &str {
        match self.refused.flag_id == flag.id {
            true => &self.refused.reason,
            false => "",
        }
    }

    fn may_resolve(&self, flag: &PageFlag) -> bool {
        flag.state == "open" && self.f.may(Act::ResolveFlags)
    }

    fn may_reinstate(&self, flag: &PageFlag) -> bool {
        let other = flag.other.as_ref();
        let any = flag.may_come_back || other.is_some_and(|other| other.may_come_back);
        any && self.f.may(Act::ResolveFlags)
    }

    /// Whether the two pictures may show one sheet.
    fn is_pair(&self, flag: &PageFlag) -> bool {
        flag.code == MAYBE_RESCAN
    }

    /// All of the kind shown can be left as they are for one reason.
    fn in_bulk(&self) -> bool {
        let one = !self.kind.is_empty() && self.kind != MAYBE_RESCAN && !self.all;
        one && self.pager.total > 1 && self.f.may(Act::ResolveFlags)
    }

    fn may_rescan(&self) -> bool {
        self.f.may(Act::DeliverScans)
    }
}

async fn list(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<FlagListQuery>,
) -> Result<Response, PageFault> {
    Flags::page(signed, &id, asked, Refused::default()).await
}

#[derive(serde::Deserialize)]
struct Resolution {
    act: String,
    #[serde(default)]
    reason: String,
}

async fn act(Path(id): Path<String>, form: Form<Resolution>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let flag = page_flag::get(&signed.archive, &signed.caller, &id).await?;
    let done = carry_out(&signed.archive, &signed.caller, &flag, &given).await;
    match or_faults(done)? {
        Ok(()) => Ok(back_to(&flag).into_response()),
        Err(faults) => {
            let refused = Refused {
                flag_id: id,
                reason: given.reason,
                faults,
            };
            let asked = FlagListQuery::default();
            Flags::page(signed, &flag.batch_id, asked, refused).await
        }
    }
}

#[derive(serde::Deserialize)]
struct KindGiven {
    code: String,
    #[serde(default)]
    reason: String,
}

async fn accept_kind(Path(id): Path<String>, form: Form<KindGiven>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let (archive, caller) = (&signed.archive, &signed.caller);
    let done = inspection::accept_kind(archive, caller, &id, &given.code, &given.reason).await;
    match or_faults(done)? {
        Ok(count) => {
            let done = Done::new("flags_accepted").to(count);
            Ok(done.at(&format!("/lo/{id}/canh-bao")))
        }
        Err(faults) => {
            let refused = Refused {
                flag_id: String::new(),
                reason: given.reason,
                faults,
            };
            let asked = FlagListQuery {
                loai: Some(given.code),
                ..FlagListQuery::default()
            };
            Flags::page(signed, &id, asked, refused).await
        }
    }
}

async fn carry_out(
    archive: &State,
    caller: &Caller,
    flag: &PageFlag,
    given: &Resolution,
) -> Result<()> {
    let id = flag.id.as_str();
    let other = flag.other.as_ref().map_or("", |other| &other.page_id);
    match given.act.as_str() {
        "accept" => inspection::accept(archive, caller, id, &given.reason).await?,
        "exclude" => inspection::exclude(archive, caller, id, &given.reason).await?,
        "same_this" => inspection::same_sheet(archive, caller, id, &flag.page_id).await?,
        "same_other" => inspection::same_sheet(archive, caller, id, other).await?,
        "different" => inspection::different_sheets(archive, caller, id).await?,
        "reinstate_this" => return reinstate(archive, caller, &flag.page_id).await,
        "reinstate_other" => return reinstate(archive, caller, other).await,
        _ => {
            return Err(Error::fault("/act", "faults.choose_how_resolved"));
        }
    };
    Ok(())
}

async fn reinstate(archive: &State, caller: &Caller, page_id: &str) -> Result<()> {
    inspection::reinstate(archive, caller, page_id).await?;
    Ok(())
}

async fn rescan(Path(id): Path<String>, form: ScanForm) -> Result<Redirect, PageFault> {
    let flag = inspection::rescan(&form.archive, &form.caller, &id, form.file.path()).await?;
    Ok(back_to(&flag))
}

fn back_to(flag: &PageFlag) -> Redirect {
    Redirect::to(&format!("/lo/{}/canh-bao", flag.batch_id))
}
