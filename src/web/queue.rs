//! Stuck work (`/kho/viec`): what failed, is held or is put off, why, and what is to be done about it.

use askama::Template;
use axum::Router;
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::layout::{Frame, shown};
use super::pager::Pager;
use super::session::{Form, Signed};
use crate::access::Act;
use crate::catalogue::Slice;
use crate::jobs::{JobState, Stuck};
use crate::messages::{self, Lang};
use crate::queue::{self, Chosen, JobAction};

pub fn routes() -> Router<State> {
    Router::new().route("/kho/viec", get(list).post(steer))
}

#[derive(serde::Deserialize)]
struct JobListQuery {
    kind: Option<String>,
    code: Option<String>,
    #[serde(rename = "sau")]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue {
    f: Frame,
    rows: Vec<Stuck>,
    kind: String,
    code: String,
    pager: Pager,
}

impl Queue {
    fn kind_of<'a>(&self, row: &'a Stuck) -> &'a str {
        self.f.word("custody.job", &row.kind)
    }

    fn state_of<'a>(&self, row: &'a Stuck) -> &'a str {
        match row.state {
            JobState::Ready => self.f.t("custody.goes_on_by_itself"),
            state => self.f.word("custody.job_state", state.as_str()),
        }
    }

    /// What it met, in words where there are any.
    fn why<'a>(&self, row: &'a Stuck) -> &'a str {
        let code = row.error_code.as_deref().unwrap_or_default();
        let lang = if self.f.pick("vi", "en") == "vi" {
            Lang::Vi
        } else {
            Lang::En
        };
        messages::find(lang, &format!("custody.job_met.{code}")).unwrap_or(code)
    }

    fn goes_on(&self, row: &Stuck) -> bool {
        row.state == JobState::Ready
    }
}

async fn list(
    Extracted(archive): Extracted<State>,
    signed: Signed,
    Asked(asked): Asked<JobListQuery>,
) -> Result<Response, PageFault> {
    let chosen = Chosen {
        id: None,
        kind: asked.kind.clone(),
        code: asked.code.clone(),
    };
    let after = asked.after.as_deref();
    let rows = queue::stuck(&archive, &signed.caller, &chosen, after).await?;
    let slice = Slice {
        before: asked.after.clone(),
        after: rows
            .last()
            .filter(|_| rows.len() >= queue::MOST_ROWS)
            .map(|row| row.id.clone()),
        rows: vec![(); rows.len()],
    };
    let total = queue::count(&archive, &signed.caller, &chosen).await?;
    let (kind, code) = (
        asked.kind.unwrap_or_default(),
        asked.code.unwrap_or_default(),
    );
    let kept = [("kind", kind.as_str()), ("code", code.as_str())];
    let page = Queue {
        pager: Pager::one_way(total, &slice, "/kho/viec", &kept),
        f: signed.frame,
        rows,
        kind,
        code,
    };
    Ok(shown(&page)?.into_response())
}

/// Which jobs, and what is wanted of them.
#[derive(serde::Deserialize)]
struct Given {
    action: JobAction,
    #[serde(default)]
    id: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    code: String,
}

async fn steer(
    Extracted(archive): Extracted<State>,
    form: Form<Given>,
) -> Result<Redirect, PageFault> {
    let given = form.given;
    let chosen = Chosen {
        id: Some(given.id),
        kind: Some(given.kind),
        code: Some(given.code),
    };
    queue::steer(&archive, &form.caller, &chosen, given.action).await?;
    Ok(Redirect::to("/kho/viec"))
}
