//! The log and how its signed tree stands, for those who watch; and the files of the tree that anyone may have.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Extracted};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, Problem};
use super::layout::{Frame, shown};
use super::session::Signed;
use crate::access::{Act, require};
use crate::audit::{self, Broken, Entry, LogState, Standing};

/// Entries on one page of the log.
const PAGE: i64 = 100;

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/nhat-ky", get(log))
        .route("/log/{*name}", get(file))
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
    state: LogState,
    /// Whether everything was compared just now.
    compared: bool,
    silent: Vec<String>,
}

impl Log {
    fn broken(&self, broken: &Broken) -> String {
        broken_in(&self.f, broken)
    }

    fn stands(&self) -> (&'static str, String) {
        standing(&self.f, &self.state)
    }
}

/// What is broken, in a sentence.
pub fn broken_in(f: &Frame, broken: &Broken) -> String {
    let sentence = f.word("log_tree.broken", &broken.kind).to_owned();
    let position = broken.position.map(|position| position.to_string());
    [Some(sentence), position, broken.what.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Shade and word of the log's standing.
pub fn standing(f: &Frame, state: &LogState) -> (&'static str, String) {
    let shade = match state.standing {
        Standing::Witnessed => "good",
        Standing::Unwitnessed | Standing::Unsigned => "doubt",
        Standing::Broken => "bad",
    };
    (
        shade,
        f.word("log_tree.standing", state.standing.as_str())
            .to_owned(),
    )
}

async fn log(signed: Signed, Asked(asked): Asked<LogAsked>) -> Result<Response, PageFault> {
    require(&signed.caller, Act::SeeLog)?;
    let archive = &signed.archive;
    let after = i64::from(asked.after.unwrap_or(0));
    let entries = match &asked.about {
        Some(thing) => audit::about(&archive.catalogue, thing.trim()).await?,
        None => audit::after(&archive.catalogue, after, PAGE).await?,
    };
    let compared = asked.check.is_some();
    let (state, silent) = match compared {
        true => {
            let checked = audit::check(archive).await?;
            (checked.state, checked.silent)
        }
        false => (audit::state(archive).await?, Vec::new()),
    };
    let full = asked.about.is_none() && i64::try_from(entries.len()).is_ok_and(|n| n == PAGE);
    let page = Log {
        newer: entries
            .last()
            .filter(|_| full)
            .and_then(|entry| entry.position),
        f: signed.frame,
        entries,
        about: asked.about.unwrap_or_default(),
        state,
        compared,
        silent,
    };
    Ok(shown(&page)?.into_response())
}

/// Checkpoint, public keys and hash tiles, where C2SP tlog-tiles has them below `/log`.
async fn file(
    Extracted(archive): Extracted<State>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let bytes = audit::published_file(&archive, &name).await?;
    let (kind, keep) = match name.starts_with("tile/") {
        true => (
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        false => ("text/plain; charset=utf-8", "no-cache"),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)];
    Ok((headers, bytes).into_response())
}
