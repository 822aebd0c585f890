//! Signatures that come back: each is held against what it was to sign before anything is done with it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Signatures, Waits, not_waiting, not_yours};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::changed_one;
use crate::certified_copy::{few_enough, make_now, register};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::{Kind, Leased, PRIORITY_CITIZEN};
use crate::messages::Message;
use crate::seal::SealError;

/// What became of one signature.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Submitted {
    /// The copy it was submitted for.
    pub copy_id: String,
    /// `issued` when the copy is finished; `opening` when its signature is stored and something else is waited for; none
    /// when the signature was refused.
    pub state: Option<String>,
    /// Stable word of what stood or stands in the way.
    pub fault: Option<&'static str>,
    /// The same in Vietnamese.
    pub fault_vi: Option<String>,
    /// The same in English.
    pub fault_en: Option<String>,
}

/// Takes signatures of many copies in one act; each stands for itself.
///
/// # Errors
/// `Invalid` for none or more than 500; `Refused` when the key is not remote, or the certificate is another's; `Blocked`
/// when the certificate may not seal, saying why; `Forbidden`.
pub async fn submit(
    archive: &Archive,
    caller: &Caller,
    given: &Signatures,
) -> Result<Vec<Submitted>> {
    require(caller, Act::SignCopies)?;
    few_enough("/signatures", given.signatures.len())?;
    if !archive.seal.signs_remotely() {
        return Err(Error::refuse("errors.not_remote_signing"));
    }
    let signer = archive.seal.signer().der();
    if given
        .certificates
        .first()
        // A chain that came along is only compared: seals are made with the configured certificate.
        .is_some_and(|one| one.der() != signer)
    {
        return Err(other_certificate());
    }
    // Whoever does not answer now is asked again when the copy is finished.
    let fit = archive.seal.may_seal(archive.clock.now()).await;
    // Only what is certain refuses: an authority that does not answer now must not cost the
    // approver their work.
    if let Err(unfit @ SealError::Unfit(_)) = fit {
        return Err(unfit.into());
    }
    let mut outcomes = Vec::with_capacity(given.signatures.len());
    for (copy_id, signature) in &given.signatures {
        outcomes.push(one(archive, caller, copy_id, signature).await?);
    }
    Ok(outcomes)
}

async fn one(
    archive: &Archive,
    caller: &Caller,
    copy_id: &str,
    signature: &[u8],
) -> Result<Submitted> {
    let (state, error) = match take(archive, caller, copy_id, signature).await {
        Ok(job) => {
            let finished = finish(archive, copy_id, job).await;
            let line = register::row(archive, copy_id).await?;
            (Some(line.state.to_string()), finished.err())
        }
        Err(error) => (None, Some(error)),
    };
    // A mistake of the caller is an answer; these two mean that something in the house is broken.
    if let Some(Error::Internal(_) | Error::Corrupt { .. }) = &error {
        tracing::error!(copy = copy_id, "a submitted signature could not be used");
    }
    Ok(Submitted {
        copy_id: copy_id.to_owned(),
        state,
        fault: error.as_ref().map(Error::code),
        fault_vi: error.as_ref().map(Error::vi),
        fault_en: error.as_ref().map(Error::en),
    })
}

/// Keeps the signature if it is the right one, and asks for the copy to be finished, in one transaction.
async fn take(
    archive: &Archive,
    caller: &Caller,
    copy_id: &str,
    signature: &[u8],
) -> Result<Option<Leased>> {
    let waits = Waits::load(archive, copy_id).await?;
    let waits = waits.filter(|waits| waits.signature.is_none());
    let waits = waits.ok_or_else(not_waiting)?;
    if !waits.belongs_to(caller) {
        return Err(not_yours());
    }
    if waits.ends_at <= stamp(archive.clock.now()) {
        return Err(too_late());
    }
    // Checked before it is stored: a signature that fits nothing would block the copy until
    // somebody noticed.
    let Some(signature) = archive.seal.fitting(&waits.to_sign()?, signature) else {
        return Err(why_not(archive, caller, copy_id, signature).await?);
    };
    let mut tx = archive.begin(caller).await?;
    let kept = sqlx::query(
        // Still unsigned and still the same draft: of two submissions at once, one counts.
        "UPDATE seals_waiting SET signature = $1
         WHERE copy_id = $2 AND signature IS NULL AND attributes = $3",
    )
    .bind(STANDARD.encode(&signature))
    .bind(copy_id)
    .bind(&waits.attributes);
    if !changed_one(&mut tx, kept).await? {
        return Err(not_waiting());
    }
    let holder = archive.clock.new_id();
    let job = tx
        .enqueue_held(Kind::IssueCopy, copy_id, PRIORITY_CITIZEN, &holder)
        .await?;
    tx.log(Action::SealSubmitted, ("copy", copy_id), json!({}))
        .await?;
    tx.commit().await?;
    Ok(job)
}

/// Finishes the copy at once; what cannot be now the queue does later.
async fn finish(archive: &Archive, copy_id: &str, job: Option<Leased>) -> Result<()> {
    make_now(archive, job).await?;
    let anew = Waits::load(archive, copy_id).await?;
    // The draft was gone, so the copy was composed again and this signature belongs to the earlier
    // bytes.
    match anew.is_some_and(|waits| waits.signature.is_none()) {
        true => Err(Error::refuse("errors.prepared_anew")),
        false => Ok(()),
    }
}

/// Why a signature does not fit: it is another copy's, or made by another key.
async fn why_not(
    archive: &Archive,
    caller: &Caller,
    copy_id: &str,
    signature: &[u8],
) -> Result<Error> {
    for other in super::waiting(archive, caller).await? {
        let to_sign = STANDARD.decode(&other.to_sign).unwrap_or_default();
        // Lines of a file are easily shifted by one; naming the other copy saves the approver a
        // search.
        if other.copy_id != copy_id && archive.seal.fitting(&to_sign, signature).is_some() {
            return Ok(Error::refuse(
                Message::new("errors.signature_of_another_copy").with("number", other.number),
            ));
        }
    }
    Ok(Error::refuse("errors.signature_not_fitting"))
}

fn other_certificate() -> Error {
    Error::refuse("errors.other_certificate")
}

fn too_late() -> Error {
    Error::refuse("errors.waiting_over")
}
