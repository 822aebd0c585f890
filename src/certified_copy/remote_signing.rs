//! Remote signing: copies whose key is on the approver's own machine. Released, they are made and wait; what is to be signed is given
//! out; the signature comes back, and the copy is finished, checked, preserved and recorded as any other. One that is not
//! signed in time voids its line, number kept, and the request behind it can be released again.

mod exchange;
mod paper;
mod submit;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::compose::compose;
use super::register_line::{self, GIVEN_UP, NOT_SIGNED};
use super::{CopyRow, digest_of, register};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::seal::{Draft, Seal, SealError};

pub use exchange::{Signatures, to_sign_text};
pub use paper::paper_to_sign;
pub use submit::{Submitted, submit};

/// A copy that waits for its signature.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Waiting {
    /// Id of the copy, to submit its signature for.
    pub copy_id: String,
    /// Number in the issue book, such as `12/2026`.
    pub number: String,
    /// The record it is made from.
    pub record_id: String,
    /// The request it answers.
    pub request_id: Option<String>,
    /// How it is to be signed: `rsa-pkcs1-sha256`, `rsa-pss-sha256` or `ecdsa-p256-sha256`.
    pub scheme: String,
    /// SHA-256 of what is to be signed.
    pub sha256: String,
    /// What is to be signed: the DER of the signed attributes (RFC 5652, 5.4), base64.
    pub to_sign: String,
    /// Since when it waits, RFC 3339 UTC.
    pub since: String,
    /// Not signed before this instant, its line is void; RFC 3339 UTC.
    pub ends_at: String,
    /// True when the caller released it, who alone may submit its signature.
    pub mine: bool,
    /// True when its signature is here and the copy is being finished.
    pub signed: bool,
}

/// The copies that wait, by number.
///
/// # Errors
/// `Forbidden`.
pub async fn waiting(archive: &Archive, caller: &Caller) -> Result<Vec<Waiting>> {
    require(caller, Act::SignCopies)?;
    let rows: Vec<WaitingRow> = sqlx::query_as(
        "SELECT w.*, c.number, c.year, c.record_id, c.request_id FROM seals_waiting w
         JOIN copies c ON c.id = w.copy_id WHERE c.state = 'opening'
         ORDER BY c.year, c.number LIMIT 500",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    let shown = rows.into_iter().map(|row| {
        Ok(Waiting {
            number: format!("{}/{}", row.number, row.year),
            record_id: row.record_id,
            request_id: row.request_id,
            scheme: archive.seal.scheme().code().into(),
            sha256: hex::encode(Sha256::digest(row.waits.to_sign()?)),
            since: row.since,
            mine: row.waits.belongs_to(caller),
            signed: row.waits.signature.is_some(),
            copy_id: row.waits.copy_id,
            to_sign: row.waits.attributes,
            ends_at: row.waits.ends_at,
        })
    });
    shown.collect()
}

/// Those of them that the caller is to sign.
///
/// # Errors
/// `Forbidden`.
pub async fn to_sign(archive: &Archive, caller: &Caller) -> Result<Vec<Waiting>> {
    let mut waiting = waiting(archive, caller).await?;
    waiting.retain(|one| one.mine && !one.signed);
    Ok(waiting)
}

/// A copy that waits, with its line of the issue book.
#[derive(sqlx::FromRow)]
struct WaitingRow {
    #[sqlx(flatten)]
    waits: Waits,
    since: String,
    number: i64,
    year: i64,
    record_id: String,
    request_id: Option<String>,
}

/// A row of `seals_waiting`.
#[derive(sqlx::FromRow)]
struct Waits {
    copy_id: String,
    person_id: String,
    certificate: String,
    /// The DER of the signed attributes, base64.
    attributes: String,
    /// Submitted already, base64; it waits to be used.
    signature: Option<String>,
    ends_at: String,
}

impl Waits {
    async fn load(archive: &Archive, copy_id: &str) -> Result<Option<Self>> {
        Ok(
            sqlx::query_as("SELECT * FROM seals_waiting WHERE copy_id = $1")
                .bind(copy_id)
                .fetch_optional(archive.catalogue.pool())
                .await?,
        )
    }

    /// The DER of the signed attributes.
    fn to_sign(&self) -> Result<Vec<u8>> {
        self.bytes(&self.attributes)
    }

    fn bytes(&self, text: &str) -> Result<Vec<u8>> {
        STANDARD.decode(text).map_err(|_| Error::Corrupt {
            what: format!("what copy {} waits for", self.copy_id),
        })
    }

    /// The one who released it; at the command line whoever keeps the machine.
    fn belongs_to(&self, caller: &Caller) -> bool {
        self.person_id == caller.id || *caller == Caller::machine()
    }

    /// The file as it was prepared; none when it is gone or was prepared for another certificate.
    async fn draft(&self, archive: &Archive) -> Result<Option<Draft>> {
        let to_sign = self.to_sign()?;
        // Named by what is to be signed: a draft that was prepared again never takes the place of
        // another.
        let name = place(&self.copy_id, &to_sign);
        let kept = archive.vault.get_cache(&name).await?;
        let draft = kept.and_then(|kept| archive.seal.take_up(&kept));
        let same = self.certificate == certificate_of(&archive.seal);
        // The cache may be deleted or hold an older draft; a signature only fits the bytes that were given
        // out.
        Ok(draft.filter(|draft| same && draft.to_sign() == to_sign))
    }
}

/// Where the prepared file lies: beside the vault, because it can be made again.
fn place(copy_id: &str, to_sign: &[u8]) -> String {
    // Beside the vault and not in it: until it is signed, the file is nothing worth preserving.
    format!("seals-waiting/{copy_id}/{}", digest_of(to_sign))
}

fn certificate_of(seal: &Seal) -> String {
    digest_of(seal.signer().der())
}

/// The finished file once its signature is here; none while the copy waits, prepared again if needed.
pub(super) async fn finish(archive: &Archive, copy: &CopyRow) -> Result<Option<Vec<u8>>> {
    let Some(waits) = Waits::load(archive, &copy.id).await? else {
        prepare(archive, copy, None).await?;
        return Ok(None);
    };
    let Some(draft) = waits.draft(archive).await? else {
        prepare(archive, copy, Some(&waits)).await?;
        return Ok(None);
    };
    let Some(signature) = &waits.signature else {
        return Ok(None);
    };
    let signature = waits.bytes(signature)?;
    let finished = archive.seal.finish(draft, &signature, archive.clock.now());
    match finished.await {
        Ok(sealed) => Ok(Some(sealed)),
        Err(error) => {
            // Only what makes this signature worthless drops it; while an authority does not answer it stays.
            if matches!(error, SealError::Unfit(_)) {
                forget_signature(archive, &waits).await?;
            }
            Err(error.into())
        }
    }
}

/// Makes the copy, stores it with its gap, and enters it among those that wait.
async fn prepare(archive: &Archive, copy: &CopyRow, before: Option<&Waits>) -> Result<()> {
    let (pdf, request) = compose(archive, copy).await?;
    let draft = archive.seal.draft(&pdf, &request)?;
    let name = place(&copy.id, draft.to_sign());
    archive
        .vault
        .put_cache(&name, draft.to_bytes().into())
        .await?;
    let now = archive.clock.now();
    let days = i64::from(archive.config.seal.detached_days());
    let mut tx = archive.begin_as_machine().await?;
    let entered = match before {
        None => sqlx::query(
            // Only while the line is open, asked in the statement: between composing and entering,
            // it may have been voided.
            "INSERT INTO seals_waiting (copy_id, certificate, attributes, person_id, since, ends_at)
             SELECT $1, $2, $3, $4, $5, $6
             WHERE EXISTS (SELECT 1 FROM copies WHERE id = $1 AND state = 'opening')
             ON CONFLICT (copy_id) DO NOTHING",
        ),
        Some(_) => sqlx::query(
            // The attributes are the version: a draft prepared by somebody else meanwhile stays.
            "UPDATE seals_waiting SET certificate = $2, attributes = $3, signature = NULL
             WHERE copy_id = $1 AND attributes = $4",
        ),
    };
    let entered = entered
        .bind(&copy.id)
        .bind(certificate_of(&archive.seal))
        .bind(STANDARD.encode(draft.to_sign()));
    let entered = match before {
        None => entered
            .bind(&copy.issued_by)
            .bind(stamp(now))
            .bind(stamp(now + SignedDuration::from_hours(24 * days))),
        Some(before) => entered.bind(&before.attributes),
    };
    if entered.execute(&mut *tx).await?.rows_affected() == 1 {
        let details = json!({ "sha256": digest_of(draft.to_sign()) });
        tx.log(Action::SealAwaited, ("copy", &copy.id), details)
            .await?;
    }
    tx.commit().await
}

/// A signature that came while the certificate was good, which no longer is: it seals nothing.
async fn forget_signature(archive: &Archive, waits: &Waits) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE seals_waiting SET signature = NULL WHERE copy_id = $1")
        .bind(&waits.copy_id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Gives up a copy before it is signed: its line is void, the request behind it can be released again.
///
/// # Errors
/// `Refused` when it does not wait, or somebody else released it; `Forbidden`.
pub async fn give_up(archive: &Archive, caller: &Caller, copy_id: &str) -> Result<CopyRow> {
    require(caller, Act::ReleaseCopies)?;
    let waits = Waits::load(archive, copy_id)
        .await?
        .ok_or_else(not_waiting)?;
    if !waits.belongs_to(caller) {
        return Err(not_yours());
    }
    match end(archive, caller, copy_id, GIVEN_UP).await? {
        true => register::row(archive, copy_id).await,
        false => Err(not_waiting()),
    }
}

/// Ends the waiting of those that were not signed in time.
///
/// # Errors
/// As any statement.
pub(super) async fn expire(archive: &Archive) -> Result<()> {
    let over: Vec<String> = sqlx::query_scalar(
        "SELECT copy_id FROM seals_waiting WHERE signature IS NULL AND ends_at <= $1
         ORDER BY copy_id",
    )
    .bind(stamp(archive.clock.now()))
    .fetch_all(archive.catalogue.pool())
    .await?;
    for copy_id in over {
        end(archive, &Caller::machine(), &copy_id, NOT_SIGNED).await?;
    }
    Ok(())
}

/// Voids the line of a copy that waits unsigned; false when it no longer does.
async fn end(archive: &Archive, caller: &Caller, copy_id: &str, code: &str) -> Result<bool> {
    let copy = register::row(archive, copy_id).await?;
    let mut tx = archive.begin(caller).await?;
    // The row is the lock: of an ending and a submitted signature, one comes first.
    // A submitted signature means that the approver has done their part; such a copy no longer
    // expires.
    let waits = "DELETE FROM seals_waiting WHERE copy_id = $1 AND signature IS NULL";
    let waits = sqlx::query(waits).bind(copy_id).execute(&mut *tx).await?;
    let ended =
        waits.rows_affected() == 1 && register_line::void_line(&mut tx, &copy, code).await?;
    tx.commit().await?;
    // After the commit: a draft without a waiting row is only cache, the other way round somebody
    // would wait without result.
    archive
        .vault
        .drop_cache(Some(&format!("seals-waiting/{copy_id}")))
        .await?;
    Ok(ended)
}

fn not_waiting() -> Error {
    Error::refuse("errors.not_waiting")
}

fn not_yours() -> Error {
    Error::refuse("errors.not_yours")
}
