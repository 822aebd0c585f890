//! Watching over the archive: what waits in the queue, and the log with its chain.

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
use crate::audit::{self, Chain, Entry};
use crate::certified_copy::{self, Proofs};
use crate::fixity::{self, ScrubState};
use crate::jobs::{self, Backlog};
use crate::preservation;
use crate::search;

/// Entries on one page of the log.
const PAGE: i64 = 100;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/kho", get(custody))
        .route("/nhat-ky", get(log))
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
}

impl Custody {
    fn kind<'a>(&self, word: &'a str) -> &'a str {
        self.f.word("custody.job", word)
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
    };
    Ok(shown(&page)?.into_response())
}

#[derive(serde::Deserialize)]
struct LogAsked {
    after: Option<u32>,
    about: Option<String>,
    check: Option<String>,
}

#[derive(Template)]
#[template(path = "log.html")]
struct Log {
    f: Frame,
    entries: Vec<Entry>,
    about: String,
    newer: Option<i64>,
    chain: Option<Chain>,
}

async fn log(signed: Signed, Asked(asked): Asked<LogAsked>) -> Result<Response, PageFault> {
    require(&signed.caller, Act::SeeLog)?;
    let after = i64::from(asked.after.unwrap_or(0));
    let entries = match &asked.about {
        Some(thing) => audit::about(&signed.archive.catalogue, thing.trim()).await?,
        None => audit::after(&signed.archive.catalogue, after, PAGE).await?,
    };
    let chain = match asked.check {
        Some(_) => Some(audit::check(&signed.archive.catalogue).await?),
        None => None,
    };
    let full = asked.about.is_none() && i64::try_from(entries.len()).is_ok_and(|n| n == PAGE);
    let page = Log {
        newer: entries.last().filter(|_| full).map(|entry| entry.position),
        f: signed.frame,
        entries,
        about: asked.about.unwrap_or_default(),
        chain,
    };
    Ok(shown(&page)?.into_response())
}
