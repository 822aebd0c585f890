//! Why a candidate is not the one: said by the clerk who looked, for whoever looks after them.

use serde_json::json;
use sqlx::Row;

use super::deciding::one_moved;
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, PRIORITY_UPKEEP};
use crate::messages::{self, Lang};

/// Longest note, in characters.
const LONGEST_NOTE: usize = 300;

/// Why a candidate is not the one asked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
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

impl NotTheOne {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::AnotherPerson,
        Self::AnotherBirth,
        Self::AnotherDiploma,
        Self::Unreadable,
        Self::Other,
    ];

    /// Stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::AnotherPerson => "another_person",
            Self::AnotherBirth => "another_birth",
            Self::AnotherDiploma => "another_diploma",
            Self::Unreadable => "unreadable",
            Self::Other => "other",
        }
    }

    /// Its words for people.
    pub fn name(self, lang: Lang) -> &'static str {
        messages::text(lang, &format!("requests.not_the_one.{}", self.word()))
    }

    pub(super) fn parse(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|one| one.word() == word);
        known.unwrap_or(Self::Other)
    }
}

/// What a clerk said of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Dismissal {
    /// The record that is not the one.
    pub record_id: String,
    /// Why.
    pub reason: NotTheOne,
    /// More of it, in words.
    pub note: String,
    /// Who said so: person id.
    pub person: String,
    /// RFC 3339 UTC.
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
    if note.chars().count() > LONGEST_NOTE || (reason == NotTheOne::Other && note.is_empty()) {
        return Err(Error::fault("/note", "faults.say_why"));
    }
    let record = crate::record::load(archive, record_id).await?;
    let mut tx = archive.catalogue.begin().await?;
    let open = sqlx::query(
        "UPDATE copy_requests SET state = state
         WHERE id = $1 AND state IN ('received', 'waiting', 'searching')",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    one_moved(open.rows_affected())?;
    let said = Dismissal {
        record_id: record.id,
        reason,
        note: note.to_owned(),
        person: caller.id.clone(),
        at: stamp(archive.clock.now()),
    };
    save(&mut tx, id, &said).await?;
    let subject = Subject {
        kind: "request",
        id,
    };
    let details = json!({ "record": record_id, "reason": reason.word() });
    let deed = Deed::CandidateDismissed;
    audit::append(&mut tx, &*archive.clock, &caller.id, deed, subject, details).await?;
    let (clock, kind) = (&*archive.clock, Kind::KeepRequest);
    jobs::enqueue(&mut tx, clock, kind, id, PRIORITY_UPKEEP).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn save(tx: &mut Tx, request: &str, said: &Dismissal) -> Result<()> {
    sqlx::query(
        "INSERT INTO request_dismissals (request_id, record_id, reason, note, person, at)
         SELECT $1, id, $3, $4, $5, $6 FROM records WHERE id = $2
         ON CONFLICT (request_id, record_id) DO UPDATE SET reason = EXCLUDED.reason,
            note = EXCLUDED.note, person = EXCLUDED.person, at = EXCLUDED.at",
    )
    .bind(request)
    .bind(&said.record_id)
    .bind(said.reason.word())
    .bind(&said.note)
    .bind(&said.person)
    .bind(&said.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Confirming a record takes back that it is not the one.
pub(super) async fn take_back(tx: &mut Tx, request: &str, record_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM request_dismissals WHERE request_id = $1 AND record_id = $2")
        .bind(request)
        .bind(record_id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What was said of the candidates of a request, oldest first.
pub(super) async fn said(archive: &Archive, request: &str) -> Result<Vec<Dismissal>> {
    let rows = sqlx::query(
        "SELECT * FROM request_dismissals WHERE request_id = $1 ORDER BY at, record_id",
    )
    .bind(request)
    .fetch_all(archive.catalogue.pool())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Dismissal {
                record_id: row.try_get("record_id")?,
                reason: NotTheOne::parse(&row.try_get::<String, _>("reason")?),
                note: row.try_get("note")?,
                person: row.try_get("person")?,
                at: row.try_get("at")?,
            })
        })
        .collect()
}
