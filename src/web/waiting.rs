//! What waits for a person, as counts: on their first page as it is now, and in the rail of every page as it was at most
//! some seconds ago, so that no page is slower for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::http::request::Parts;
use axum::http::{Method, header};
use jiff::Timestamp;

use super::State;
use crate::access::{Act, Caller, may};
use crate::batch::{self, OpenInBatches};
use crate::copy_request::{self, RequestFilter};
use crate::error::Result;
use crate::queue::{self, Chosen};
use crate::review;

/// How old the rail's counts may be. What a person does themselves shows on the next page all the same.
const FRESH: Duration = Duration::from_secs(15);
/// Longest time a page waits for its rail's counts.
const PATIENCE: Duration = Duration::from_millis(300);
/// People whose counts are held; more are forgotten all at once, which only costs their next look.
const MOST_PEOPLE: usize = 2000;

/// Counts of what a person may act on; `None` of what they may not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Records at the desk.
    pub desk: Option<i64>,
    /// Requests that want confirming.
    pub to_confirm: Option<i64>,
    /// Requests that want releasing.
    pub to_release: Option<i64>,
    /// Flags and quarantined files, over all batches.
    pub open: Option<OpenInBatches>,
    /// Jobs that stand still.
    pub stuck: Option<i64>,
}

impl Waiting {
    /// As it is now.
    ///
    /// # Errors
    /// As any statement.
    pub async fn of(archive: &State, caller: &Caller) -> Result<Self> {
        Ok(Self {
            desk: match may(caller, Act::CorrectRecords) {
                true => Some(review::waiting(archive, caller).await?),
                false => None,
            },
            to_confirm: requests(archive, caller, Act::ConfirmCopies, "received").await?,
            to_release: requests(archive, caller, Act::ReleaseCopies, "confirmed").await?,
            open: match may(caller, Act::DeliverScans) || may(caller, Act::ResolveFlags) {
                true => Some(batch::open_in_all(archive, caller).await?),
                false => None,
            },
            stuck: match may(caller, Act::SeeQueue) {
                true => Some(queue::count(archive, caller, &Chosen::default()).await?),
                false => None,
            },
        })
    }

    /// What waits behind an entry of the rail; `None` where nothing does.
    pub fn behind(&self, href: &str) -> Option<i64> {
        let open = self.open.as_ref();
        let count = match href {
            "/lo" => open.map_or(0, |open| open.flags + open.quarantined),
            "/ban-soat" => self.desk.unwrap_or(0),
            "/cap-ban-sao" => self.to_confirm.unwrap_or(0) + self.to_release.unwrap_or(0),
            "/kho" => self.stuck.unwrap_or(0),
            _ => 0,
        };
        Some(count).filter(|count| *count > 0)
    }
}

async fn requests(archive: &State, caller: &Caller, act: Act, state: &str) -> Result<Option<i64>> {
    if !may(caller, act) {
        return Ok(None);
    }
    let filter = RequestFilter {
        state: state.to_owned(),
        ..RequestFilter::default()
    };
    Ok(Some(copy_request::count(archive, caller, &filter).await?))
}

/// The rail's counts of everybody who is at work, by person.
#[derive(Default)]
pub struct RailCounts(Mutex<HashMap<String, Held>>);

struct Held {
    counts: Waiting,
    /// `None` once the person did something.
    since: Option<Timestamp>,
}

impl RailCounts {
    /// A layer that gives every page the same counts.
    pub fn layer() -> Extension<Arc<Self>> {
        Extension(Arc::default())
    }

    /// What the rail of this page says. Counts are an aid: where they cannot be had in time the last ones are shown.
    pub(super) async fn of(parts: &Parts, archive: &State, caller: &Caller) -> Waiting {
        let Some(all) = parts.extensions.get::<Arc<Self>>() else {
            return Waiting::default();
        };
        // Pictures have no rail.
        let accepted = parts.headers.get(header::ACCEPT);
        let is_page = accepted.is_some_and(|kinds| kinds.as_bytes().starts_with(b"text/html"));
        if !is_page && parts.method.is_safe() {
            return Waiting::default();
        }
        let now = archive.clock.now();
        let last = match all.held(&caller.id, &parts.method, now) {
            Ok(counts) => return counts,
            Err(last) if !is_page => return last,
            Err(last) => last,
        };
        let counts = tokio::time::timeout(PATIENCE, Waiting::of(archive, caller)).await;
        let Ok(Ok(counts)) = counts else {
            return last;
        };
        all.hold(&caller.id, &counts, now);
        counts
    }

    /// The counts that may be shown, or else the last ones.
    fn held(
        &self,
        person: &str,
        method: &Method,
        now: Timestamp,
    ) -> std::result::Result<Waiting, Waiting> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(person) else {
            return Err(Waiting::default());
        };
        if !method.is_safe() {
            // What is done now changes them; the page that answers shows the last ones.
            held.since = None;
            return Ok(held.counts.clone());
        }
        let is_fresh = held
            .since
            .is_some_and(|since| now.duration_since(since).unsigned_abs() <= FRESH);
        match is_fresh {
            true => Ok(held.counts.clone()),
            false => Err(held.counts.clone()),
        }
    }

    fn hold(&self, person: &str, counts: &Waiting, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_PEOPLE {
            all.clear();
        }
        let held = Held {
            counts: counts.clone(),
            since: Some(now),
        };
        all.insert(person.to_owned(), held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(count: i64) -> Waiting {
        Waiting {
            desk: Some(count),
            ..Waiting::default()
        }
    }

    #[test]
    fn counts_are_shown_until_they_are_old_or_the_person_did_something() {
        let all = RailCounts::default();
        let now: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
        assert_eq!(all.held("a", &Method::GET, now), Err(Waiting::default()));
        all.hold("a", &desk(3), now);
        assert_eq!(all.held("a", &Method::GET, now + FRESH), Ok(desk(3)));
        assert_eq!(all.held("b", &Method::GET, now), Err(Waiting::default()));
        let late = now + FRESH + Duration::from_secs(1);
        assert_eq!(all.held("a", &Method::GET, late), Err(desk(3)));
        all.hold("a", &desk(2), late);
        assert_eq!(all.held("a", &Method::POST, late), Ok(desk(2)));
        assert_eq!(all.held("a", &Method::GET, late), Err(desk(2)));
    }

    #[test]
    fn an_entry_of_the_rail_says_what_waits_behind_it_and_nothing_of_nothing() {
        let waiting = Waiting {
            to_confirm: Some(2),
            to_release: Some(5),
            stuck: Some(0),
            ..desk(10_003)
        };
        assert_eq!(waiting.behind("/ban-soat"), Some(10_003));
        assert_eq!(waiting.behind("/cap-ban-sao"), Some(7));
        assert_eq!(waiting.behind("/kho"), None);
        assert_eq!(waiting.behind("/lo"), None);
    }
}
