//! The request in the vault: what was asked, said, decided and refused outlives the catalogue, whether a
//! copy came of it or not. One object a request, so that what the law lets an office keep only for a
//! time can be taken out whole.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::dismissing::{self, Dismissal};
use super::{Applicant, Sought};
use crate::archive::Archive;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::{self, Leased};
use crate::notify::{self, Happened};
use crate::vault::{Content, ObjectId, Provenance};

/// Name of the request inside its object.
pub const REQUEST_FILE: &str = "request.json";

/// Everything the catalogue knows of a request, but for its papers, which are objects of their own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)] // the columns of `copy_requests`, under their names
pub struct KeptRequest {
    /// Format of this file.
    pub format: u32,
    pub id: String,
    pub code: String,
    pub state: String,
    pub applicant: Applicant,
    pub wanted: Sought,
    pub consent: Option<String>,
    pub procedure_code: String,
    pub record_id: Option<String>,
    #[serde(default)]
    pub record_version: Option<i64>,
    #[serde(default)]
    pub record_digest: Option<String>,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<String>,
    pub refusal: Option<String>,
    pub made_by: String,
    pub idempotency_key: Option<String>,
    pub created_at: String,
    pub due_at: String,
    pub extended_at: Option<String>,
    pub waits_until: Option<String>,
    pub settled_at: Option<String>,
    pub fee: i64,
    pub fee_source: String,
    pub payment: String,
    pub payment_reference: Option<String>,
    pub payment_at: Option<String>,
    /// Messages both ways, oldest first.
    pub messages: Vec<KeptMessage>,
    /// The archivist's searches, oldest first.
    pub searches: Vec<KeptSearch>,
    /// Why candidates are not the one, oldest first.
    #[serde(default)]
    pub dismissals: Vec<Dismissal>,
    /// What happened, oldest first.
    pub history: Vec<Happened>,
}

/// A message as kept.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)] // the columns of `request_messages`, under their names
pub struct KeptMessage {
    pub id: String,
    pub sender: String,
    pub person: String,
    pub text: String,
    pub at: String,
}

/// A search as kept.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)] // the columns of `search_cases`, under their names
pub struct KeptSearch {
    pub id: String,
    pub state: String,
    pub note: String,
    pub opened_by: String,
    pub opened_at: String,
    pub finding: Option<String>,
    pub record_id: Option<String>,
    pub ended_by: Option<String>,
    pub ended_at: Option<String>,
}

/// Object id of a request in the vault.
pub fn object_id(request_id: &str) -> String {
    format!("urn:sogoc:request:{request_id}")
}

/// The verb behind the job `keep_request`, asked for with every step of a request.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn keep(archive: &Archive, job: &Leased) -> Result<()> {
    let object = ObjectId::new(object_id(&job.subject))?;
    // The head before the rows: whoever writes in between is then not written over with older ones.
    let head = archive.vault.head(&object).await?;
    let request = load(archive, &job.subject).await?;
    let last = request.history.last().map_or("", |step| step.at.as_str());
    let who = Provenance {
        user_name: request.made_by.clone(),
        user_address: String::new(),
        message: "Request for a copy".into(),
        at: parse_stamp(last).unwrap_or_else(|| archive.clock.now()),
    };
    let file = Content::bytes(REQUEST_FILE, serde_json::to_vec_pretty(&request)?);
    archive.vault.put_newest(&object, head, file, &who).await?;
    let mut tx = archive.catalogue.begin().await?;
    sqlx::query("UPDATE copy_requests SET object_id = $1 WHERE id = $2")
        .bind(object.as_str())
        .bind(&request.id)
        .execute(&mut *tx)
        .await?;
    if jobs::settle(&mut tx, &*archive.clock, job).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn load(archive: &Archive, id: &str) -> Result<KeptRequest> {
    let pool = archive.catalogue.pool();
    let row = sqlx::query("SELECT * FROM copy_requests WHERE id = $1")
        .bind(id)
        .fetch_optional(pool)
        .await?
        .ok_or(Error::NotFound { what: "request" })?;
    let messages =
        sqlx::query("SELECT * FROM request_messages WHERE request_id = $1 ORDER BY at, id")
            .bind(id)
            .fetch_all(pool)
            .await?;
    let searches =
        sqlx::query("SELECT * FROM search_cases WHERE request_id = $1 ORDER BY opened_at, id")
            .bind(id)
            .fetch_all(pool)
            .await?;
    Ok(KeptRequest {
        messages: messages.iter().map(message_of).collect::<Result<_>>()?,
        searches: searches.iter().map(search_of).collect::<Result<_>>()?,
        dismissals: dismissing::said(archive, id).await?,
        history: notify::history(&archive.catalogue, id).await?,
        ..request_of(&row)?
    })
}

fn request_of(row: &AnyRow) -> Result<KeptRequest> {
    Ok(KeptRequest {
        format: 1,
        id: row.try_get("id")?,
        code: row.try_get("code")?,
        state: row.try_get("state")?,
        applicant: serde_json::from_str(&row.try_get::<String, _>("applicant")?)?,
        wanted: serde_json::from_str(&row.try_get::<String, _>("wanted")?)?,
        consent: row.try_get("consent")?,
        procedure_code: row.try_get("procedure_code")?,
        record_id: row.try_get("record_id")?,
        record_version: row.try_get("record_version")?,
        record_digest: row.try_get("record_digest")?,
        confirmed_by: row.try_get("confirmed_by")?,
        confirmed_at: row.try_get("confirmed_at")?,
        refusal: row.try_get("refusal")?,
        made_by: row.try_get("made_by")?,
        idempotency_key: row.try_get("idempotency_key")?,
        created_at: row.try_get("created_at")?,
        due_at: row.try_get("due_at")?,
        extended_at: row.try_get("extended_at")?,
        waits_until: row.try_get("waits_until")?,
        settled_at: row.try_get("settled_at")?,
        fee: row.try_get("fee")?,
        fee_source: row.try_get("fee_source")?,
        payment: row.try_get("payment")?,
        payment_reference: row.try_get("payment_reference")?,
        payment_at: row.try_get("payment_at")?,
        messages: Vec::new(),
        searches: Vec::new(),
        dismissals: Vec::new(),
        history: Vec::new(),
    })
}

fn message_of(row: &AnyRow) -> Result<KeptMessage> {
    Ok(KeptMessage {
        id: row.try_get("id")?,
        sender: row.try_get("sender")?,
        person: row.try_get("person")?,
        text: row.try_get("text")?,
        at: row.try_get("at")?,
    })
}

fn search_of(row: &AnyRow) -> Result<KeptSearch> {
    Ok(KeptSearch {
        id: row.try_get("id")?,
        state: row.try_get("state")?,
        note: row.try_get("note")?,
        opened_by: row.try_get("opened_by")?,
        opened_at: row.try_get("opened_at")?,
        finding: row.try_get("finding")?,
        record_id: row.try_get("record_id")?,
        ended_by: row.try_get("ended_by")?,
        ended_at: row.try_get("ended_at")?,
    })
}
