//! Who has looked at whom, for those who watch; and the reason some records ask for.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::fault::{PageFault, or_faults};
use super::layout::{Frame, shown, shown_form};
use super::session::{Form, Signed};
use crate::access::{Act, require};
use crate::error::{Error, Fault};
use crate::search::records_of_person;
use crate::viewing::{self, ViewRow};

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/ban-ghi/{id}/ai-da-xem", get(of_record))
        .route("/ban-ghi/{id}/ly-do", post(give_reason))
        .route("/nguoi-dung/{id}/da-xem", get(by_actor))
        .route("/nguoi-dung/{id}/muc-xem", post(set_ceiling))
        .route("/nhat-ky/{entry}/loi", get(text))
}

#[derive(Template)]
#[template(path = "views.html")]
struct Views {
    f: Frame,
    rows: Vec<ViewRow>,
    /// Records that the list is about; none where it is about a person of the office.
    records: Vec<String>,
}

impl Views {
    fn action<'a>(&self, row: &'a ViewRow) -> &'a str {
        self.f.word("views.action", &row.action)
    }

    fn may_read(&self, row: &ViewRow) -> bool {
        row.words_kept.0 && self.f.may(Act::SeeQuestions)
    }
}

async fn of_record(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    require(&signed.caller, Act::SeeLog)?;
    let records = records_of_person(&signed.archive, &id).await?;
    let page = Views {
        rows: viewing::of_records(&signed.archive, &signed.caller, &records).await?,
        f: signed.frame,
        records,
    };
    Ok(shown(&page)?.into_response())
}

async fn by_actor(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let page = Views {
        rows: viewing::by_actor(&signed.archive, &signed.caller, &id).await?,
        f: signed.frame,
        records: Vec::new(),
    };
    Ok(shown(&page)?.into_response())
}

#[derive(Template)]
#[template(path = "view_text.html")]
struct Words {
    f: Frame,
    text: String,
}

async fn text(signed: Signed, Path(entry): Path<String>) -> Result<Response, PageFault> {
    let page = Words {
        text: viewing::text_of(&signed.archive, &signed.caller, &entry).await?,
        f: signed.frame,
    };
    Ok(shown(&page)?.into_response())
}

/// Asks why somebody opens a record.
#[derive(Template)]
#[template(path = "view_reason.html")]
struct ReasonAsked {
    f: Frame,
    id: String,
    reason: String,
    faults: Vec<Fault>,
}

/// The page that asks for the reason without which a record does not open.
pub fn ask_reason(f: Frame, id: &str) -> Result<Response, PageFault> {
    let page = ReasonAsked {
        f,
        id: id.to_owned(),
        reason: String::new(),
        faults: Vec::new(),
    };
    shown_form(&page, &page.faults)
}

#[derive(serde::Deserialize)]
struct ReasonGiven {
    #[serde(default)]
    reason: String,
}

async fn give_reason(
    Path(id): Path<String>,
    form: Form<ReasonGiven>,
) -> Result<Response, PageFault> {
    let reason = form.given.reason.clone();
    let given = viewing::give_reason(&form.archive, &form.caller, &id, &reason).await;
    match or_faults(given)? {
        Ok(()) => Ok(Redirect::to(&format!("/ban-ghi/{id}")).into_response()),
        Err(faults) => {
            let page = ReasonAsked {
                f: form.frame,
                id,
                reason,
                faults,
            };
            shown_form(&page, &page.faults)
        }
    }
}

#[derive(serde::Deserialize)]
struct CeilingGiven {
    #[serde(default)]
    views_a_day: String,
}

async fn set_ceiling(
    Path(id): Path<String>,
    form: Form<CeilingGiven>,
) -> Result<Redirect, PageFault> {
    let most = match form.given.views_a_day.trim() {
        "" => None,
        number => Some(
            number
                .parse()
                .map_err(|_| Error::fault("/views_a_day", "faults.views_a_day"))?,
        ),
    };
    viewing::set_ceiling(&form.archive, &form.caller, &id, most).await?;
    Ok(Redirect::to("/nguoi-dung"))
}
