//! Watching over the archive: what waits in the queue, and whether vault, seals and log are whole.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::access::{Act, require};
use crate::audit::{self, LogState};
use crate::backup::{self, Copies, CopyRule};
use crate::certified_copy::{self, Proofs};
use crate::fixity::{self, FondsCoverage, ScrubState};
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
    copies: Copies,
    /// Only where asked for: it counts all objects.
    coverage: Option<Vec<FondsCoverage>>,
}

impl Custody {
    fn kind<'a>(&self, word: &'a str) -> &'a str {
        self.f.word("custody.job", word)
    }

    fn copy_rule<'a>(&self, rule: &'a CopyRule) -> &'a str {
        self.f.word("custody.copy_rule", rule.as_str())
    }

    fn minutes(&self, seconds: &i64) -> i64 {
        // A drill of half a minute took one.
        (seconds + 59) / 60
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

#[derive(serde::Deserialize)]
struct CustodyAsked {
    #[serde(default)]
    phong: Option<String>,
}

async fn custody(signed: Signed, Asked(asked): Asked<CustodyAsked>) -> Result<Response, PageFault> {
    require(&signed.caller, Act::SeeQueue)?;
    let fault = signed.archive.ready().await.err();
    let coverage = match asked.phong {
        Some(_) => Some(fixity::coverage(&signed.archive, &signed.caller).await?),
        None => None,
    };
    let page = Custody {
        coverage,
        fault: fault.map(|fault| signed.frame.error(&fault)),
        f: signed.frame,
        backlog: jobs::backlog(&signed.archive.catalogue).await?,
        behind: search::lag(&signed.archive).await?,
        not_preserved: preservation::lag(&signed.archive).await?,
        scrub: fixity::state(&signed.archive, &signed.caller).await?,
        proofs: certified_copy::proofs(&signed.archive, &signed.caller).await?,
        log: audit::state(&signed.archive).await?,
        copies: backup::copies(&signed.archive, &signed.caller).await?,
    };
    Ok(shown(&page)?.into_response())
}
