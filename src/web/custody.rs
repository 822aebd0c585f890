//! Watching over the archive: what waits in the queue, and whether vault, seals and log are whole.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::fault::PageFault;
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::access::{Act, require};
use crate::audit::{self, LogState};
use crate::certified_copy::{self, Proofs};
use crate::fixity::{self, ScrubState};
use crate::jobs::{self, Backlog};
use crate::preservation;
use crate::search;

pub fn routes() -> Router<State> {
    Router::new().route("/kho", get(custody))
}

#[derive(Template)]
#[template(path = "custody.html")]
struct Custody {
    f: Frame,
    backlog: Vec<Backlog>,
    /// What keeps the archive from being ready now, in words.
    fault: Option<String>,
    behind: i64,
    not_preserved: i64,
    scrub: ScrubState,
    proofs: Proofs,
    log: LogState,
}

impl Custody {
    fn kind<'a>(&self, word: &'a str) -> &'a str {
        self.f.word("custody.job", word)
    }

    fn log_standing(&self) -> (&'static str, String) {
        super::log::standing(&self.f, &self.log)
    }

    fn log_broken(&self, broken: &audit::Broken) -> String {
        super::log::broken_in(&self.f, broken)
    }

    fn state<'a>(&self, word: &'a str) -> &'a str {
        self.f.word("custody.job_state", word)
    }
}

async fn custody(signed: Signed) -> Result<Response, PageFault> {
    require(&signed.caller, Act::SeeQueue)?;
    let fault = signed.archive.ready().await.err();
    let page = Custody {
        fault: fault.map(|fault| signed.frame.error(&fault)),
        f: signed.frame,
        backlog: jobs::backlog(&signed.archive.catalogue).await?,
        behind: search::lag(&signed.archive).await?,
        not_preserved: preservation::lag(&signed.archive).await?,
        scrub: fixity::state(&signed.archive, &signed.caller).await?,
        proofs: certified_copy::proofs(&signed.archive, &signed.caller).await?,
        log: audit::state(&signed.archive).await?,
    };
    Ok(shown(&page)?.into_response())
}
