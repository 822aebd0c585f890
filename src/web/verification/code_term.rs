//! Until when the code of a copy answers: set by whoever holds the tracking code of its request.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::certified_copy::{self, CopyRow};
use crate::clock::midnight_in_vietnam;
use crate::error::{Error, Fault};
use crate::web::State;
use crate::web::client_ip::Public;
use crate::web::extractors::Asked;
use crate::web::fault::{PageFault, or_faults};
use crate::web::layout::{Frame, shown_form};
use crate::web::public_requests::rate_limited;
use crate::web::session::{OpenForm, Visitor};

pub(super) fn routes() -> Router<State> {
    Router::new().route("/yeu-cau/{code}/ma-xac-minh", get(term).post(set_term))
}

#[derive(Template)]
#[template(path = "code_term.html")]
struct Term {
    f: Frame,
    tracking_code: String,
    /// Each with whether its code has expired.
    copies: Vec<(bool, CopyRow)>,
    done: bool,
    faults: Vec<Fault>,
}

#[derive(Debug, Default, serde::Deserialize)]
struct TermAsked {
    xong: Option<String>,
}

async fn term_page(
    public: &Public,
    f: Frame,
    code: &str,
    faults: Vec<Fault>,
    done: bool,
) -> Result<Response, PageFault> {
    let answer = certified_copy::by_tracking_code(&public.archive, code, None);
    let copies = rate_limited(public, "follow", answer).await?;
    let with_end = |copy: CopyRow| (certified_copy::code_expired(&public.archive, &copy), copy);
    let page = Term {
        f,
        tracking_code: certified_copy::tidy(code),
        copies: copies.into_iter().map(with_end).collect(),
        done,
        faults,
    };
    shown_form(&page, &page.faults)
}

async fn term(
    Visitor(f): Visitor,
    public: Public,
    Path(code): Path<String>,
    Asked(asked): Asked<TermAsked>,
) -> Result<Response, PageFault> {
    term_page(&public, f, &code, Vec::new(), asked.xong.is_some()).await
}

#[derive(serde::Deserialize)]
struct TermForm {
    act: String,
    #[serde(default)]
    day: String,
    /// Number of one copy; empty for all.
    #[serde(default)]
    number: String,
}

impl TermForm {
    /// The instant until which the code is to answer: the end of the day given, in Viet Nam.
    fn until(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        match self.act.as_str() {
            "now" => Ok(Some(now)),
            "never" => Ok(None),
            _ => {
                let last = self.day.trim().parse::<Date>().ok();
                // The day given is the last on which the code answers, so the end is the midnight
                // after it.
                let next = last.and_then(|day| day.tomorrow().ok());
                let until = next.map(midnight_in_vietnam);
                until
                    .and_then(Result::ok)
                    .map(Some)
                    .ok_or_else(|| Error::fault("/day", "faults.choose_day"))
            }
        }
    }
}

async fn set_term(
    Visitor(f): Visitor,
    public: Public,
    Path(code): Path<String>,
    OpenForm(form): OpenForm<TermForm>,
) -> Result<Response, PageFault> {
    let set = async {
        let until = form.until(public.archive.clock.now())?;
        // An empty field means every copy of the request, not a copy without a number.
        let number = Some(form.number.as_str()).filter(|number| !number.is_empty());
        certified_copy::set_code_until(&public.archive, &code, number, until).await
    };
    match or_faults(rate_limited(&public, "follow", set).await)? {
        Ok(_) => {
            // Back to the page by redirect, so that reloading it does not send the form again.
            let code = certified_copy::tidy(&code);
            let to = format!("/yeu-cau/{code}/ma-xac-minh?xong=1");
            Ok(Redirect::to(&to).into_response())
        }
        Err(faults) => term_page(&public, f, &code, faults, false).await,
    }
}
