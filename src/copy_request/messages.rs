//! Messages both ways: the office asks, the applicant answers under the tracking code. A request that
//! waits for its applicant does not run against the office.

use jiff::Timestamp;
use serde_json::json;

use super::deadlines::{next_deadline, procedure_of};
use super::plain_text::has_hidden_in_lines;
use super::{RequestState, ensure_moved, id_by_code};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Move, State, Tx, lock};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::masking;
use crate::notify::Event;
use crate::reference_data;

/// Longest message, in characters.
const LONGEST: usize = 2000;
/// Most messages with one request.
const MOST: i64 = 100;

/// A message between office and applicant, shown under the tracking code.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Message {
    /// Which side wrote it: `office` or `applicant`.
    #[sqlx(rename = "sender")]
    pub from: String,
    /// Plain text as written, line breaks included.
    pub text: String,
    /// When it was sent, RFC 3339 UTC.
    pub at: String,
}

/// The office writes to the applicant; with `wait`, the request waits for the answer and its term
/// stands still until then, at most as long as the procedure allows.
///
/// # Errors
/// `Invalid` text; `Refused` when the request is settled, or asked to wait past the search;
/// `NotFound`, `Forbidden`.
pub async fn write(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    text: &str,
    wait: bool,
) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let text = checked(text)?;
    let days = procedure_of(archive, id).await?.wait_days;
    let holidays = reference_data::holidays(&archive.catalogue).await?;
    // Working days, since the applicant may have to fetch a paper from another office.
    let until = reference_data::later(archive.clock.now(), days, &holidays)?;
    let mut tx = archive.begin(caller).await?;
    if wait {
        let waiting = Move::to(RequestState::Waiting).set("waits_until", stamp(until));
        ensure_moved(waiting.run(&mut tx, id).await?)?;
    } else {
        still_open(&mut tx, id).await?;
    }
    add(&mut tx, id, "office", text).await?;
    let event = match wait {
        true => Event::WaitingForApplicant,
        false => Event::Message,
    };
    tx.notify(id, event).await?;
    tx.commit().await
}

/// The applicant writes under the tracking code; a request that waited for it goes on, its term counted
/// again from now, when it is complete.
///
/// # Errors
/// `NotFound` code; `Invalid` text; `Refused` when the request is settled.
pub async fn answer(archive: &Archive, code: &str, text: &str) -> Result<()> {
    let text = checked(text)?;
    let id = id_by_code(archive, code).await?;
    // Counted from now: the law counts from a complete file.
    let due = next_deadline(archive, &id).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    take_answer(&mut tx, &id, due).await?;
    add(&mut tx, &id, "applicant", text).await?;
    tx.notify(&id, Event::Message).await?;
    tx.commit().await
}

pub(super) fn checked(text: &str) -> Result<&str> {
    let text = text.trim();
    if has_hidden_in_lines(text) {
        return Err(Error::fault("/text", "faults.request.hidden_characters"));
    }
    if (1..=LONGEST).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(Error::fault("/text", "faults.write_something_at_most"))
}

/// Takes an answer of the applicant's side: refused once the request is settled; one that waited for
/// it goes on until `due`.
pub(super) async fn take_answer(tx: &mut Tx, id: &str, due: Timestamp) -> Result<()> {
    let resumed = Move::to(RequestState::Received)
        .from(&[RequestState::Waiting])
        .set("due_at", stamp(due))
        .clear(&["waits_until"]);
    match resumed.run(tx, id).await? {
        true => Ok(()),
        false => still_open(tx, id).await,
    }
}

async fn still_open(tx: &mut Tx, id: &str) -> Result<()> {
    // Locked, which keeps others from it: what is counted next is then counted by one at a time.
    let state = lock::<RequestState>(tx, id).await?;
    ensure_moved(state.is_some_and(|state| !state.is_final()))
}

/// Stores a message `from` the office or the applicant, in the name of the transaction's actor.
pub(super) async fn add(tx: &mut Tx, id: &str, from: &str, text: &str) -> Result<()> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM request_messages WHERE request_id = $1")
            .bind(id)
            .fetch_one(&mut **tx)
            .await?;
    // A tracking code is enough to write here, so there has to be an end.
    if count >= MOST {
        return Err(Error::refuse("errors.enough_messages"));
    }
    let message = PreservedMessage {
        id: tx.new_id(),
        sender: from.into(),
        person: tx.actor().into(),
        text: text.into(),
        at: tx.now(),
    };
    insert(tx, id, &message).await?;
    let details = json!({ "message": message.id });
    tx.log(Action::RequestMessage, ("request", id), details)
        .await
}

/// A message as preserved.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
#[allow(missing_docs)] // the columns of `request_messages`, under their names
pub struct PreservedMessage {
    pub id: String,
    pub sender: String,
    pub person: String,
    pub text: String,
    pub at: String,
}

pub(super) async fn insert(tx: &mut Tx, request: &str, message: &PreservedMessage) -> Result<()> {
    Insert::into("request_messages")
        .set("id", &message.id)
        .set("request_id", request)
        .set("sender", &message.sender)
        .set("person", &message.person)
        .set("text", &message.text)
        .set("at", &message.at)
        .run(tx)
        .await?;
    Ok(())
}

/// The messages of a request, oldest first, for the office.
///
/// # Errors
/// `Forbidden`.
pub async fn messages(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<Message>> {
    require(caller, Act::SeeRequests)?;
    let mut messages = of_request(archive, id).await?;
    if masking::applies_to(caller) {
        // Free words of a citizen may say anything of anybody.
        let theirs = messages.iter_mut().filter(|one| one.from == "applicant");
        theirs.for_each(|one| one.text = masking::MASK.to_owned());
    }
    Ok(messages)
}

pub(super) async fn of_request(archive: &Archive, id: &str) -> Result<Vec<Message>> {
    Ok(sqlx::query_as(
        "SELECT sender, text, at FROM request_messages WHERE request_id = $1 ORDER BY at, id",
    )
    .bind(id)
    .fetch_all(archive.catalogue.pool())
    .await?)
}
