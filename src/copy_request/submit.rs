//! Taking a request in: when the law wants it answered, one request a key.

use serde_json::json;

use super::deadlines::procedure_at;
use super::payment::{Payment, fee};
use super::preservation::{self, PreservedRequest};
use super::{AskGiven, Asked, RequestState, asked};
use crate::access::{Act, Caller, Daily, Network, count_today, digest_of, new_code, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::notify::Event;
use crate::reference_data;
use crate::sealed_value::code_place;

/// Takes a request from a portal or the counter.
///
/// # Errors
/// `Invalid` with a pointer for each fault; `Forbidden` without the role.
pub async fn ask(archive: &Archive, caller: &Caller, given: &AskGiven) -> Result<Asked> {
    require(caller, Act::AskCopies)?;
    take_in(archive, caller, None, given).await
}

/// Takes a request from anyone; it waits beside the vault until the office takes it up.
///
/// # Errors
/// `Invalid` with a pointer for each fault; `TooMany` when their network asked often enough today.
pub async fn ask_publicly(archive: &Archive, network: &Network, given: &AskGiven) -> Result<Asked> {
    take_in(archive, &Caller::public(), Some(network), given).await
}

async fn take_in(
    archive: &Archive,
    caller: &Caller,
    network: Option<&Network>,
    given: &AskGiven,
) -> Result<Asked> {
    asked::check(archive, caller, given).await?;
    // Before anything is made: a portal that repeats its request gets the same code back.
    if let Some(before) = asked_before(archive, caller, given).await? {
        return Ok(before);
    }
    let now = archive.clock.now();
    let procedure = archive.config.office.procedure.clone();
    // By the settings and not by the caller: which procedure an office offers is its own matter.
    let rule = procedure_at(archive, &procedure, now).await?;
    let due = reference_data::due_at(
        now,
        &rule,
        &reference_data::holidays(&archive.catalogue).await?,
    )?;
    let copies = given.wanted.number_of_copies();
    let (fee, source) = fee(archive, &procedure, copies, now).await?;
    let asked = Asked {
        id: archive.clock.new_id(),
        code: new_code(&*archive.clock),
        state: RequestState::Received,
        due_at: stamp(due),
        fee,
    };
    let mut tx = archive.begin(caller).await?;
    if let Some(network) = network {
        let most = i64::from(archive.config.web.requests_a_day);
        count_today(&mut tx, network, Daily::Requests, 1, most).await?;
    }
    if !put(archive, &mut tx, caller, given, &asked, &source).await? {
        // Rolled back first: the row that won is only visible outside this transaction.
        drop(tx); // the same key came in at the same moment: theirs counts
        let before = asked_before(archive, caller, given).await?;
        return before.ok_or(Error::NotFound { what: "request" });
    }
    tx.log(
        Action::CopyAsked,
        ("request", &asked.id),
        json!({ "procedure": procedure }),
    )
    .await?;
    tx.notify(&asked.id, Event::Received).await?;
    tx.commit().await?;
    Ok(asked)
}

/// False when the caller's key is taken.
async fn put(
    archive: &Archive,
    tx: &mut Tx,
    caller: &Caller,
    given: &AskGiven,
    asked: &Asked,
    fee_source: &str,
) -> Result<bool> {
    let payment = match asked.fee {
        // Without a fee there is nothing that could stay unpaid and hold the copy up.
        0 => Payment::Free,
        _ => Payment::Unpaid,
    };
    let (digest, key) = (digest_of(&asked.code), archive.value_key.as_ref());
    let request = PreservedRequest {
        format: 1,
        id: asked.id.clone(),
        code: digest.clone(),
        code_sealed: key
            .map(|key| key.seal(&code_place(&digest), &asked.code))
            .transpose()?,
        state: RequestState::Received,
        applicant: given.applicant.clone(),
        wanted: given.wanted.clone(),
        consent: given.consent.clone(),
        procedure_code: archive.config.office.procedure.clone(),
        record_id: None,
        record_version: None,
        record_digest: None,
        confirmed_by: None,
        confirmed_at: None,
        refusal: None,
        made_by: caller.id.clone(),
        idempotency_key: given.idempotency_key.clone(),
        created_at: stamp(archive.clock.now()),
        due_at: asked.due_at.clone(),
        extended_at: None,
        waits_until: None,
        settled_at: None,
        fee: asked.fee,
        fee_source: fee_source.to_owned(),
        payment: payment.to_string(),
        payment_reference: None,
        payment_at: None,
        messages: Vec::new(),
        taken_at: None,
        taken_by: None,
        standing_shown: None,
        standing_shown_by: None,
        searches: Vec::new(),
        dismissals: Vec::new(),
        history: Vec::new(),
    };
    preservation::insert(tx, &request, None).await
}

/// A request that was asked under the same key.
#[derive(sqlx::FromRow)]
struct Before {
    id: String,
    state: RequestState,
    due_at: String,
    fee: i64,
    wanted: String,
    code: String,
    code_sealed: Option<String>,
}

async fn asked_before(
    archive: &Archive,
    caller: &Caller,
    given: &AskGiven,
) -> Result<Option<Asked>> {
    let Some(key) = &given.idempotency_key else {
        return Ok(None);
    };
    let row: Option<Before> =
        sqlx::query_as("SELECT * FROM copy_requests WHERE made_by = $1 AND idempotency_key = $2")
            .bind(&caller.id)
            .bind(key)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let Some(before) = row else {
        return Ok(None);
    };
    // The same key for another request is a fault of the portal; answering with the old request would hide it.
    if before.wanted != serde_json::to_string(&given.wanted)? {
        return Err(Error::refuse("errors.key_reused"));
    }
    // After a rebuild without the key, or where this process has another, the code is known to the applicant alone.
    let sealed = before.code_sealed.as_deref();
    let key = archive.values()?;
    let code = sealed.and_then(|sealed| key.opened(&code_place(&before.code), sealed));
    let code = code.ok_or_else(|| Error::refuse("errors.code_not_told_again"))?;
    Ok(Some(Asked {
        id: before.id,
        code,
        state: before.state,
        due_at: before.due_at,
        fee: before.fee,
    }))
}
