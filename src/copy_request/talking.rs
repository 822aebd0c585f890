//! Messages both ways: the office asks, the applicant answers under the tracking code. A request that
//! waits for its applicant does not run against the office.

use jiff::Timestamp;
use serde_json::json;

use super::deadlines::{next_deadline, procedure_of};
use super::{ensure_one_row, id_behind};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::notify::Event;
use crate::reference_data;

/// Longest message, in characters.
const LONGEST: usize = 2000;
/// Most messages with one request.
const MOST: i64 = 100;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Message {
    /// office | applicant.
    #[sqlx(rename = "sender")]
    pub from: String,
    /// What it says.
    pub text: String,
    /// RFC 3339 UTC.
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
    let text = text_of(text)?;
    let days = procedure_of(archive, id).await?.wait_days;
    let holidays = reference_data::holidays(&archive.catalogue).await?;
    let until = reference_data::later(archive.clock.now(), days, &holidays)?;
    let mut tx = archive.begin(caller).await?;
    if wait {
        let moved = sqlx::query(
            "UPDATE copy_requests SET state = 'waiting', waits_until = $1
             WHERE id = $2 AND state = 'received'",
        )
        .bind(stamp(until))
        .bind(id)
        .execute(&mut *tx)
        .await?;
        ensure_one_row(moved.rows_affected())?;
    } else {
        still_open(&mut tx, id).await?;
    }
    put(&mut tx, id, "office", text).await?;
    let event = match wait {
        true => Event::WaitingForApplicant,
        false => Event::Message,
    };
    tx.notify(id, event).await?;
    tx.commit().await?;
    Ok(())
}

/// The applicant writes under the tracking code; a request that waited for it goes on, its term counted
/// anew from now, when it is complete.
///
/// # Errors
/// `NotFound` code; `Invalid` text; `Refused` when the request is settled.
pub async fn answer(archive: &Archive, code: &str, text: &str) -> Result<()> {
    let text = text_of(text)?;
    let id = id_behind(archive, code).await?;
    let due = next_deadline(archive, &id).await?;
    let mut tx = archive.begin(&Caller::public()).await?;
    take_answer(&mut tx, &id, due).await?;
    put(&mut tx, &id, "applicant", text).await?;
    tx.notify(&id, Event::Message).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) fn text_of(text: &str) -> Result<&str> {
    let text = text.trim();
    if (1..=LONGEST).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(Error::fault("/text", "faults.write_something_at_most"))
}

/// Takes an answer of the applicant's side: refused once the request is settled; one that waited for
/// it goes on until `due`.
pub(super) async fn take_answer(tx: &mut Tx, id: &str, due: Timestamp) -> Result<()> {
    let resumed = sqlx::query(
        "UPDATE copy_requests SET state = 'received', waits_until = NULL, due_at = $1
         WHERE id = $2 AND state = 'waiting'",
    )
    .bind(stamp(due))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    match resumed.rows_affected() {
        0 => still_open(tx, id).await,
        _ => Ok(()),
    }
}

async fn still_open(tx: &mut Tx, id: &str) -> Result<()> {
    let open = sqlx::query_scalar::<_, String>(
        "SELECT id FROM copy_requests WHERE id = $1 AND settled_at IS NULL",
    )
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?;
    ensure_one_row(u64::from(open.is_some()))
}

/// Stores a message `from` the office or the applicant, in the name of the transaction's actor.
pub(super) async fn put(tx: &mut Tx, id: &str, from: &str, text: &str) -> Result<()> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM request_messages WHERE request_id = $1")
            .bind(id)
            .fetch_one(&mut **tx)
            .await?;
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
    sqlx::query(
        "INSERT INTO request_messages (id, request_id, sender, person, text, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&message.id)
    .bind(request)
    .bind(&message.sender)
    .bind(&message.person)
    .bind(&message.text)
    .bind(&message.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The messages of a request, oldest first, for the office.
///
/// # Errors
/// `Forbidden`.
pub async fn messages(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<Message>> {
    require(caller, Act::SeeRequests)?;
    said(archive, id).await
}

pub(super) async fn said(archive: &Archive, id: &str) -> Result<Vec<Message>> {
    Ok(sqlx::query_as(
        "SELECT sender, text, at FROM request_messages WHERE request_id = $1 ORDER BY at, id",
    )
    .bind(id)
    .fetch_all(archive.catalogue.pool())
    .await?)
}
