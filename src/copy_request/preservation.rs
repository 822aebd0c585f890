//! The request in the vault: what was asked, said, decided and refused outlives the catalogue, whether a
//! copy came of it or not. One object a request, so that what the law lets an office keep only for a
//! time can be taken out whole.

use super::dismissing::{self, Dismissal};
use super::talking::{self, PreservedMessage};
use super::{Applicant, RequestState, Sought};
use crate::archive::{Archive, Restoration};
use crate::catalogue::{JsonText, Tx, json_column, transition};
use crate::certified_copy;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::notify::{self, Happened};
use crate::vault::{Content, ObjectId, Provenance};

/// Name of the request inside its object.
pub const REQUEST_FILE: &str = "request.json";

json_column!(Applicant, Sought);

/// Everything the catalogue knows of a request, but for its papers, which are objects of their own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
#[allow(missing_docs)] // the columns of `copy_requests`, under their names
pub struct PreservedRequest {
    /// Format of this file.
    #[sqlx(skip)]
    pub format: u32,
    pub id: String,
    pub code: String,
    pub state: RequestState,
    #[sqlx(try_from = "JsonText")]
    pub applicant: Applicant,
    #[sqlx(try_from = "JsonText")]
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
    #[sqlx(skip)]
    pub messages: Vec<PreservedMessage>,
    /// The archivist's searches, oldest first.
    #[sqlx(skip)]
    pub searches: Vec<PreservedSearch>,
    /// Why candidates are not the one, oldest first.
    #[serde(default)]
    #[sqlx(skip)]
    pub dismissals: Vec<Dismissal>,
    /// What happened, oldest first.
    #[sqlx(skip)]
    pub history: Vec<Happened>,
}

/// A search as preserved.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
#[allow(missing_docs)] // the columns of `search_cases`, under their names
pub struct PreservedSearch {
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

/// Prefix of the object ids of requests.
pub(crate) const PREFIX: &str = "urn:sogoc:request:";

/// Object id of a request in the vault.
pub fn object_id(request_id: &str) -> String {
    format!("{PREFIX}{request_id}")
}

/// The verb behind the job `keep_request`, asked for with every step of a request.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
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
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE copy_requests SET object_id = $1 WHERE id = $2")
        .bind(object.as_str())
        .bind(&request.id)
        .execute(&mut *tx)
        .await?;
    tx.complete_and_commit(job).await
}

async fn load(archive: &Archive, id: &str) -> Result<PreservedRequest> {
    let pool = archive.catalogue.pool();
    let request: Option<PreservedRequest> =
        sqlx::query_as("SELECT * FROM copy_requests WHERE id = $1")
            .bind(id)
            .fetch_optional(pool)
            .await?;
    let messages =
        sqlx::query_as("SELECT * FROM request_messages WHERE request_id = $1 ORDER BY at, id")
            .bind(id)
            .fetch_all(pool)
            .await?;
    let searches =
        sqlx::query_as("SELECT * FROM search_cases WHERE request_id = $1 ORDER BY opened_at, id")
            .bind(id)
            .fetch_all(pool)
            .await?;
    Ok(PreservedRequest {
        format: 1,
        messages,
        searches,
        dismissals: dismissing::said(archive, id).await?,
        history: notify::history(&archive.catalogue, id).await?,
        ..request.ok_or(Error::NotFound { what: "request" })?
    })
}

/// Brings one request back.
///
/// # Errors
/// A fault that passes; a damaged object is noted.
pub(crate) async fn restore(restoration: &mut Restoration<'_>, id: &ObjectId) -> Result<()> {
    let Some(bytes) = restoration.newest(id, REQUEST_FILE).await? else {
        return Ok(());
    };
    let request: Option<PreservedRequest> = serde_json::from_slice(&bytes).ok();
    let own = |request: &PreservedRequest| object_id(&request.id) == id.as_str();
    let Some(request) = request.filter(own) else {
        let what = REQUEST_FILE.into();
        restoration.note(id, &Error::Corrupt { what });
        return Ok(());
    };
    let mut tx = restoration.archive.begin_as_machine().await?;
    restore_rows(&mut tx, &request).await?;
    tx.commit().await
}

/// Writes a request with its messages, searches and steps. What the vault no longer has is left out: a
/// record that is lost, and who listens for notices, for tokens are not in the vault.
async fn restore_rows(tx: &mut Tx, request: &PreservedRequest) -> Result<()> {
    restore_head(tx, request).await?;
    for message in &request.messages {
        talking::insert(tx, &request.id, message).await?;
    }
    for search in &request.searches {
        restore_search(tx, &request.id, search).await?;
    }
    for said in &request.dismissals {
        dismissing::save(tx, &request.id, said).await?;
    }
    for step in &request.history {
        notify::restore(tx, &request.id, step).await?;
    }
    Ok(())
}

async fn restore_head(tx: &mut Tx, request: &PreservedRequest) -> Result<()> {
    sqlx::query(
        "INSERT INTO copy_requests (id, code, state, applicant, wanted, procedure_code, record_id,
            confirmed_by, confirmed_at, refusal, made_by, idempotency_key, created_at, due_at,
            settled_at, consent, extended_at, waits_until, fee, fee_source, payment,
            payment_reference, payment_at, object_id, record_version, record_digest)
         VALUES ($1, $2, $3, $4, $5, $6, (SELECT id FROM records WHERE id = $7), $8, $9, $10, $11,
            $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
    )
    .bind(&request.id)
    .bind(&request.code)
    .bind(request.state)
    .bind(serde_json::to_string(&request.applicant)?)
    .bind(serde_json::to_string(&request.wanted)?)
    .bind(&request.procedure_code)
    .bind(&request.record_id)
    .bind(&request.confirmed_by)
    .bind(&request.confirmed_at)
    .bind(&request.refusal)
    .bind(&request.made_by)
    .bind(&request.idempotency_key)
    .bind(&request.created_at)
    .bind(&request.due_at)
    .bind(&request.settled_at)
    .bind(&request.consent)
    .bind(&request.extended_at)
    .bind(&request.waits_until)
    .bind(request.fee)
    .bind(&request.fee_source)
    .bind(&request.payment)
    .bind(&request.payment_reference)
    .bind(&request.payment_at)
    .bind(object_id(&request.id))
    .bind(request.record_version)
    .bind(&request.record_digest)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn restore_search(tx: &mut Tx, request: &str, search: &PreservedSearch) -> Result<()> {
    sqlx::query(
        "INSERT INTO search_cases (id, request_id, state, note, opened_by, opened_at, finding,
            record_id, ended_by, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT id FROM records WHERE id = $8), $9, $10)",
    )
    .bind(&search.id)
    .bind(request)
    .bind(&search.state)
    .bind(&search.note)
    .bind(&search.opened_by)
    .bind(&search.opened_at)
    .bind(&search.finding)
    .bind(&search.record_id)
    .bind(&search.ended_by)
    .bind(&search.ended_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Requests whose copies were being made when the catalogue was lost: those of which a line is in the
/// vault end with it, the others wait for their release again, under new numbers.
///
/// # Errors
/// As any statement.
pub(crate) async fn resolve_released(archive: &Archive) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    let released: Vec<(String, i64)> = sqlx::query_as(
        "SELECT id, (SELECT COUNT(*) FROM copies c WHERE c.request_id = q.id)
         FROM copy_requests q WHERE state = 'released' ORDER BY id",
    )
    .fetch_all(&mut *tx)
    .await?;
    for (id, lines) in released {
        if lines > 0 {
            certified_copy::close_request(&mut tx, &id).await?;
            continue;
        }
        transition(&mut tx, &id, RequestState::Confirmed, &[]).await?;
    }
    tx.commit().await
}
