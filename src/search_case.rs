//! When nothing is found: a case that goes to the archivist with the volumes that may hold the row,
//! and whose finding is decided at the desk, from where it reaches the index like any other record.

mod places;

use serde_json::json;

pub use crate::copy_request::SearchState;
pub use places::{Hint, VolumeToSearch};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{JsonText, Move};
use crate::copy_request::{self, PreservedSearch, Sought};
use crate::error::{Error, Result};
use crate::masking;
use crate::viewing::{self, View};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 2000;

/// A search, with what is sought but not who asks.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct SearchCase {
    /// UUIDv7 as text: sorts by the time it was opened.
    pub id: String,
    /// Id of the copy request nothing was found for.
    pub request_id: String,
    /// How it ended, or that it has not.
    pub state: SearchState,
    /// What the applicant wants, without who they are.
    #[sqlx(try_from = "JsonText")]
    pub wanted: Sought,
    /// What the clerk adds.
    pub note: String,
    /// When the request is due, RFC 3339 UTC.
    pub due_at: String,
    /// When it was opened, RFC 3339 UTC.
    pub opened_at: String,
    /// What the archivist found, in words.
    pub finding: Option<String>,
    /// Id of the record that was found, once it is.
    pub record_id: Option<String>,
    /// When it ended, RFC 3339 UTC; none while it is open.
    pub ended_at: Option<String>,
}

/// A search with the places to look in.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SearchView {
    /// What is sought, and how it ended.
    pub case: SearchCase,
    /// Volumes of that school and year with pages nobody scanned, read or decided yet.
    pub places: Vec<VolumeToSearch>,
    /// Undecided records that are like the one sought, nearest first.
    pub hints: Vec<Hint>,
}

const SELECT: &str = "SELECT c.*, q.wanted, q.due_at FROM search_cases c
     JOIN copy_requests q ON q.id = c.request_id";

/// A clerk who finds nothing hands the request to the archivist; its term is extended where the law
/// allows, and the applicant is told.
///
/// # Errors
/// `Refused` unless the request is newly received; `Invalid` note; `NotFound`, `Forbidden`.
pub async fn open(archive: &Archive, caller: &Caller, request: &str, note: &str) -> Result<String> {
    require(caller, Act::ConfirmCopies)?;
    // Checked before the request is touched: a search without its note would be opened half.
    if note.chars().count() > LONGEST_NOTE {
        return Err(too_long());
    }
    let id = archive.clock.new_id();
    let later = copy_request::extended_due(archive, request).await?;
    let mut tx = archive.begin(caller).await?;
    // The request's own state decides whether it can still be handed over.
    copy_request::begin_search(&mut tx, request, later).await?;
    let search = PreservedSearch {
        id: id.clone(),
        state: SearchState::Open,
        note: note.trim().to_owned(),
        opened_by: caller.id.clone(),
        opened_at: tx.now(),
        finding: None,
        record_id: None,
        ended_by: None,
        ended_at: None,
    };
    copy_request::insert_search(&mut tx, request, &search).await?;
    let details = json!({ "search": id });
    tx.log(Action::SearchOpened, ("request", request), details)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Searches, the most urgent first: those open, or all.
///
/// # Errors
/// `Forbidden`.
pub async fn list(archive: &Archive, caller: &Caller, all: bool) -> Result<Vec<SearchCase>> {
    require(caller, Act::SeeSearches)?;
    let query = format!(
        "{SELECT} WHERE ($1 = 'all' OR c.state = 'open') ORDER BY c.ended_at DESC, q.due_at LIMIT 200"
    );
    let cases: Vec<SearchCase> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(if all { "all" } else { "open" })
        .fetch_all(archive.catalogue.pool())
        .await?;
    if !cases.is_empty() {
        let view = View::of(Action::RequestsListed, ("requests", "requests"), Vec::new());
        viewing::note(archive, caller, view.about("searches")).await?;
    }
    Ok(masked(caller, cases))
}

/// The cases as this caller may see them.
fn masked(caller: &Caller, mut cases: Vec<SearchCase>) -> Vec<SearchCase> {
    if masking::applies_to(caller) {
        cases.iter_mut().for_each(|case| case.wanted.mask());
    }
    cases
}

/// The searches made for one request, newest first.
///
/// # Errors
/// `Forbidden`.
pub async fn of_request(
    archive: &Archive,
    caller: &Caller,
    request: &str,
) -> Result<Vec<SearchCase>> {
    require(caller, Act::SeeSearches)?;
    let query = format!("{SELECT} WHERE c.request_id = $1 ORDER BY c.opened_at DESC, c.id DESC");
    let cases = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(request)
        .fetch_all(archive.catalogue.pool())
        .await?;
    Ok(masked(caller, cases))
}

/// One search, with the places to look in and undecided records that are like it.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<SearchView> {
    require(caller, Act::SeeSearches)?;
    let query = format!("{SELECT} WHERE c.id = $1");
    let mut case: SearchCase = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "search" })?;
    let places = places::unindexed(archive, &case.wanted).await?;
    let mut hints = places::undecided(archive, &case.wanted).await?;
    let records = hints.iter().map(|hint| hint.record_id.clone()).collect();
    let view = View::of(
        Action::RequestOpened,
        ("request", &case.request_id),
        records,
    );
    viewing::note(archive, caller, view.about("search")).await?;
    for hint in &mut hints {
        copy_request::mask_reasons(archive, caller, &hint.class, &mut hint.reasons);
    }
    if masking::applies_to(caller) {
        case.wanted.mask();
    }
    Ok(SearchView {
        case,
        places,
        hints,
    })
}

/// The archivist names the record; decided at the desk, it is found by everybody from then on.
///
/// # Errors
/// `Refused` when the search has ended, or the record was rejected; `Invalid` note; `NotFound`,
/// `Forbidden`.
pub async fn found(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    record_id: &str,
    note: &str,
) -> Result<()> {
    require(caller, Act::EndSearches)?;
    let record = crate::record::get(archive, caller, record_id).await?;
    // A rejected row is none; naming it would send the clerk in a circle.
    if record.state == "rejected" {
        return Err(Error::refuse("errors.rejected"));
    }
    end(
        archive,
        caller,
        id,
        SearchState::Found,
        Some(record_id),
        note,
    )
    .await
}

/// The archivist looked and did not find; what was looked through is said.
///
/// # Errors
/// As [`found`].
pub async fn not_found(archive: &Archive, caller: &Caller, id: &str, note: &str) -> Result<()> {
    require(caller, Act::EndSearches)?;
    if note.trim().is_empty() {
        return Err(Error::fault("/note", "faults.say_volumes_were_looked"));
    }
    end(archive, caller, id, SearchState::NotFound, None, note).await
}

async fn end(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    state: SearchState,
    record_id: Option<&str>,
    note: &str,
) -> Result<()> {
    if note.chars().count() > LONGEST_NOTE {
        return Err(too_long());
    }
    let mut tx = archive.begin(caller).await?;
    let ended = Move::to(state)
        .set("record_id", record_id)
        .set("finding", note.trim())
        .set("ended_by", &caller.id)
        .set("ended_at", tx.now());
    if !ended.run(&mut tx, id).await? {
        return Err(Error::refuse("errors.search_ended"));
    }
    let request: String = sqlx::query_scalar("SELECT request_id FROM search_cases WHERE id = $1")
        .bind(id)
        .fetch_one(&mut *tx)
        .await?;
    copy_request::end_search(&mut tx, &request).await?;
    let details = json!({ "search": id, "record": record_id, "outcome": state });
    tx.log(Action::SearchEnded, ("request", &request), details)
        .await?;
    tx.commit().await
}

fn too_long() -> Error {
    Error::fault("/note", "faults.note_too_long")
}
