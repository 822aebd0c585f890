//! The request in the vault: what was asked, said, decided and refused outlives the catalogue, whether a
//! copy came of it or not. One object a request, so that what the law lets an office keep only for a
//! time can be taken out whole.

use super::archive_search::{PreservedSearch, insert_search};
use super::dismissal::{self, Dismissal};
use super::messages::{self, PreservedMessage};
use super::{Applicant, RequestState, Sought, names, taking_up};
use crate::access::digest_of;
use crate::archive::{Archive, Restoration};
use crate::catalogue::{Insert, JsonText, Move, Tx, json_column};
use crate::certified_copy;
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::jobs::Leased;
use crate::notify::{self, Happened};
use crate::vault::{Content, ObjectId, Provenance};

/// Name of the request inside its object.
pub const REQUEST_FILE: &str = "request.json";

json_column!(Applicant, Sought);

/// Everything the catalogue knows of a request, except for its papers, which are objects of their own.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, sqlx::FromRow)]
#[allow(missing_docs)] // the columns of `copy_requests`, under their names
pub struct PreservedRequest {
    /// Format of this file.
    #[sqlx(skip)]
    pub format: u32,
    pub id: String,
    /// SHA-256 of the tracking code, in hex; objects of before hold the code.
    pub code: String,
    #[serde(default)]
    pub code_sealed: Option<String>,
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
    #[serde(default)]
    pub taken_at: Option<String>,
    #[serde(default)]
    pub taken_by: Option<String>,
    #[serde(default)]
    pub standing_shown: Option<String>,
    #[serde(default)]
    pub standing_shown_by: Option<String>,
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

/// Prefix of the object ids of requests.
pub(crate) const PREFIX: &str = "urn:sogoc:request:";

/// Object id of a request in the vault.
pub fn object_id(request_id: &str) -> String {
    format!("{PREFIX}{request_id}")
}

/// The verb behind the job `preserve_request`, asked for with every step of a request. One that nobody took up stays
/// beside the vault, and leaves nothing when its applicant takes it back.
///
/// # Errors
/// A passing fault puts the job back.
pub async fn preserve(archive: &Archive, job: &Leased) -> Result<()> {
    let request = load(archive, &job.subject).await?;
    if request.taken_at.is_none() {
        if request.settled_at.is_some() {
            taking_up::forget(archive, &request.id).await?;
        }
        return archive
            .begin_as_machine()
            .await?
            .complete_and_commit(job)
            .await;
    }
    let object = ObjectId::new(object_id(&job.subject))?;
    // The head before the rows: whoever writes in between is then not written over with older ones.
    let head = archive.vault.head(&object).await?;
    let request = load(archive, &job.subject).await?;
    // The last step dates the version, so that a repeated job writes the same one.
    let last = request.history.last().map_or("", |step| step.at.as_str());
    let who = Provenance {
        user_name: request.made_by.clone(),
        user_address: String::new(),
        message: "Request for a copy".into(),
        at: parse_stamp(last).unwrap_or_else(|| archive.clock.now()),
    };
    let file = Content::bytes(REQUEST_FILE, serde_json::to_vec_pretty(&request)?);
    archive.vault.put_newest(&object, head, file, &who).await?;
    // After the request, so that one damaged paper does not keep it out.
    taking_up::preserve(archive, &request.id).await?;
    let mut tx = archive.begin_as_machine().await?;
    tx.set("copy_requests", &request.id, "object_id", object.as_str())
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
        dismissals: dismissal::of_request(archive, id).await?,
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
    // An object that holds another request was moved by hand; believing it would mix two people's
    // data.
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
    if !insert(tx, request, Some(object_id(&request.id))).await? {
        return Err(Error::AlreadyExists { what: "request" });
    }
    for message in &request.messages {
        messages::insert(tx, &request.id, message).await?;
    }
    for search in &request.searches {
        insert_search(tx, &request.id, search).await?;
    }
    for said in &request.dismissals {
        dismissal::save(tx, &request.id, said).await?;
    }
    for step in &request.history {
        notify::restore(tx, &request.id, step).await?;
    }
    Ok(())
}

/// Writes the row of a request, `object` being the one it has in the vault; false where its maker's key is taken.
pub(super) async fn insert(
    tx: &mut Tx,
    request: &PreservedRequest,
    object: Option<String>,
) -> Result<bool> {
    let code = match request.code.len() {
        64 => request.code.clone(),
        _ => digest_of(&request.code),
    };
    let preserved = object.as_ref().map(|_| &request.created_at);
    let taken_at = request.taken_at.as_ref().or(preserved);
    Insert::into("copy_requests")
        .set("id", &request.id)
        .set("code", code)
        .set("code_sealed", &request.code_sealed)
        .set("state", request.state)
        .set("applicant", serde_json::to_string(&request.applicant)?)
        .set("wanted", serde_json::to_string(&request.wanted)?)
        .set("procedure_code", &request.procedure_code)
        // A record that is lost leaves the request without one; the applicant's part is worth
        // having back all the same.
        .set_known("record_id", "records", &request.record_id)
        .set("confirmed_by", &request.confirmed_by)
        .set("confirmed_at", &request.confirmed_at)
        .set("refusal", &request.refusal)
        .set("made_by", &request.made_by)
        .set("idempotency_key", &request.idempotency_key)
        .set("created_at", &request.created_at)
        .set("due_at", &request.due_at)
        .set("settled_at", &request.settled_at)
        .set("consent", &request.consent)
        .set("extended_at", &request.extended_at)
        .set("waits_until", &request.waits_until)
        .set("fee", request.fee)
        .set("fee_source", &request.fee_source)
        .set("payment", &request.payment)
        .set("payment_reference", &request.payment_reference)
        .set("payment_at", &request.payment_at)
        .set("object_id", object)
        .set("record_version", request.record_version)
        .set("record_digest", &request.record_digest)
        .set("names", names::folded(&request.wanted, &request.applicant))
        // Whatever is in the vault was taken up, also what was preserved before that was written down.
        .set("taken_at", taken_at)
        .set("taken_by", &request.taken_by)
        .set("standing_shown", &request.standing_shown)
        .set("standing_shown_by", &request.standing_shown_by)
        // Unique for each maker: keys of two portals may be alike.
        .or_ignore("(made_by, idempotency_key)")
        .run(tx)
        .await
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
            // A line in the vault tells how the release ended; without one, nothing was issued and
            // it is released again.
            certified_copy::close_request(&mut tx, &id).await?;
            continue;
        }
        Move::to(RequestState::Confirmed).run(&mut tx, &id).await?;
    }
    tx.commit().await
}
