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
use super::pager::{PAGE, Pager};
use super::session::Signed;
use crate::access::{Act, require};
use crate::audit::{self, Action, Broken, Entry, LogFilter, LogState, NamedEntry, Standing};
use crate::catalogue::Turn;
use crate::clock::{midnight_in_vietnam, stamp};
use crate::error::{Error, Result};

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/nhat-ky", get(log))
        .route("/log/{*name}", get(file))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct LogAsked {
    about: String,
    actor: String,
    action: String,
    /// A day in Viet Nam, `2026-11-30`.
    ngay: String,
    sau: Option<String>,
    truoc: Option<String>,
    check: Option<String>,
}

impl LogAsked {
    fn filter(&self) -> Result<LogFilter> {
        let day = match self.ngay.is_empty() {
            true => None,
            false => {
                let day: jiff::civil::Date = self
                    .ngay
                    .parse()
                    .map_err(|_| Error::fault("/ngay", "faults.there_no_such_day"))?;
                let wrong = |_| Error::fault("/ngay", "faults.there_no_such_day");
                let from = midnight_in_vietnam(day).map_err(wrong)?;
                Some((stamp(from), stamp(from + jiff::Span::new().hours(24))))
            }
        };
        let (from, to) = day.unwrap_or_default();
        Ok(LogFilter {
            about: self.about.trim().to_owned(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            from,
            to,
            turn: Turn {
                after: self.sau.clone(),
                before: self.truoc.clone(),
            },
        })
    }
}

#[derive(Template)]
#[template(path = "log.html")]
struct Log {
    f: Frame,
    entries: Vec<NamedEntry>,
    pager: Pager,
    asked: LogAsked,
    actors: Vec<(String, String)>,
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

    /// What may be chosen to be listed alone.
    fn actions(&self) -> impl Iterator<Item = &'static str> {
        Action::ALL.iter().map(|action| action.as_str())
    }

    /// What was done, in the words of the office.
    fn did<'a>(&self, action: &'a str) -> &'a str {
        self.f.word("log_tree.did", action)
    }

    fn who<'a>(&self, row: &'a NamedEntry) -> &'a str {
        match row.entry.actor.as_str() {
            "machine" | "public" => self.f.word("log_tree.actor", &row.entry.actor),
            actor if row.actor_name.is_empty() => actor,
            _ => &row.actor_name,
        }
    }

    fn thing<'a>(&self, kind: &'a str) -> &'a str {
        self.f.word("log_tree.thing", kind)
    }

    /// The page of what an entry is about, where it has one.
    fn page_of(&self, entry: &Entry) -> Option<String> {
        let room = match entry.subject_kind.as_str() {
            "record" => "ban-ghi",
            "batch" => "lo",
            "request" => "cap-ban-sao",
            "copy" => "so-cap-ban-sao",
            "correction" => "phu-luc",
            "volume" => "quyen",
            "file" => "ho-so",
            "page" => "trang",
            _ => return None,
        };
        Some(format!("/{room}/{}", entry.subject_id))
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
    let filter = asked.filter()?;
    let slice = audit::newest(&archive.catalogue, &filter, PAGE).await?;
    let total = audit::count(&archive.catalogue, &filter).await?;
    let compared = asked.check.is_some();
    let (state, silent) = match compared {
        true => {
            let checked = audit::check(archive).await?;
            (checked.state, checked.silent)
        }
        false => (audit::state(archive).await?, Vec::new()),
    };
    let kept = [
        ("about", asked.about.as_str()),
        ("actor", asked.actor.as_str()),
        ("action", asked.action.as_str()),
        ("ngay", asked.ngay.as_str()),
    ];
    let page = Log {
        pager: Pager::of(total, &slice, "/nhat-ky", &kept),
        entries: slice.rows,
        actors: audit::actors(&archive.catalogue).await?,
        f: signed.frame,
        asked,
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
