//! Why a candidate is not the one: said by the clerk who looked, for whoever looks after them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use utoipa::ToSchema;

use super::{RequestState, ensure_moved};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Tx, lock_in, text_enum};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::{self, Lang};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 300;
/// While a candidate may still be dismissed.
const UNDECIDED: [RequestState; 3] = [
    RequestState::Received,
    RequestState::Waiting,
    RequestState::Searching,
];

text_enum! {
    /// Why a candidate is not the one asked for.
    pub enum NotTheOne {
        /// Somebody else of the same name.
        AnotherPerson,
        /// The birth date speaks against it.
        AnotherBirth,
        /// The same person's other diploma: another year, school or kind.
        AnotherDiploma,
        /// The paper cannot be read well enough to say.
        Unreadable,
        /// As the note says.
        Other,
    }
}

impl NotTheOne {
    /// Its words for people.
    pub fn name(self, lang: Lang) -> &'static str {
        messages::text(lang, &format!("requests.not_the_one.{self}"))
    }
}

/// A word of a later version is some other reason.
impl From<String> for NotTheOne {
    fn from(word: String) -> Self {
        word.parse().unwrap_or(Self::Other)
    }
}

/// What a clerk said of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Dismissal {
    /// The record that is not the one.
    pub record_id: String,
    /// Why it is not the one: one of a closed list.
    #[sqlx(try_from = "String")]
    pub reason: NotTheOne,
    /// More of it, in words.
    pub note: String,
    /// Who said so: person id.
    pub person: String,
    /// When it was dismissed, RFC 3339 UTC.
    pub at: String,
}

/// A clerk says why a record is not the one asked for; saying it again replaces what was said. Confirming
/// the record takes it back.
///
/// # Errors
/// `Invalid` note, or none with `other`; `Refused` when the request is past this step; `NotFound`
/// record; `Forbidden`.
pub async fn dismiss(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    record_id: &str,
    reason: NotTheOne,
    note: &str,
) -> Result<()> {
    require(caller, Act::ConfirmCopies)?;
    let note = note.trim();
    // "Another reason" says nothing without a note.
    if note.chars().count() > LONGEST_NOTE || (reason == NotTheOne::Other && note.is_empty()) {
        return Err(Error::fault("/note", "faults.say_why"));
    }
    let record = crate::record::load(archive, record_id).await?;
    let mut tx = archive.begin(caller).await?;
    // Held, so that nobody confirms the record at the same moment as it is dismissed.
    ensure_moved(lock_in(&mut tx, id, &UNDECIDED).await?)?;
    let said = Dismissal {
        record_id: record.id,
        reason,
        note: note.to_owned(),
        person: caller.id.clone(),
        at: stamp(archive.clock.now()),
    };
    save(&mut tx, id, &said).await?;
    let details = json!({ "record": record_id, "reason": reason });
    tx.log(Action::CandidateDismissed, ("request", id), details)
        .await?;
    tx.keep_request(id).await?;
    tx.commit().await
}

pub(super) async fn save(tx: &mut Tx, request: &str, said: &Dismissal) -> Result<()> {
    sqlx::query(
        // Through the records, so that a restored request does not name one that the vault has
        // lost.
        "INSERT INTO request_dismissals (request_id, record_id, reason, note, person, at)
         SELECT $1, id, $3, $4, $5, $6 FROM records WHERE id = $2
         ON CONFLICT (request_id, record_id) DO UPDATE SET reason = EXCLUDED.reason,
            note = EXCLUDED.note, person = EXCLUDED.person, at = EXCLUDED.at",
    )
    .bind(request)
    .bind(&said.record_id)
    .bind(said.reason)
    .bind(&said.note)
    .bind(&said.person)
    .bind(&said.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Confirming a record takes back that it is not the one.
pub(super) async fn withdraw(tx: &mut Tx, request: &str, record_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM request_dismissals WHERE request_id = $1 AND record_id = $2")
        .bind(request)
        .bind(record_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What was said of the candidates of a request, oldest first.
pub(super) async fn of_request(archive: &Archive, request: &str) -> Result<Vec<Dismissal>> {
    Ok(sqlx::query_as(
        "SELECT * FROM request_dismissals WHERE request_id = $1 ORDER BY at, record_id",
    )
    .bind(request)
    .fetch_all(archive.catalogue.pool())
    .await?)
}
