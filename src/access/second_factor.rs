//! One-time codes of a person's own device (TOTP, RFC 6238), and codes for the day the device is lost.

use serde_json::json;
use totp_rs::{Builder, Totp};

use super::secrets::{digest_of, new_code};
use super::throttle::{meter, take_back};
use super::{Act, Caller, CallerKind, require, require_fresh};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx, changed_one};
use crate::error::{Error, Result};
use crate::sealed_value::totp_place;

/// Recovery codes given at once.
const RECOVERY_CODES: usize = 10;
/// Codes within five minutes of one person, from everywhere: whoever guesses here knows the password already.
const MOST_CODES: i64 = 10;
/// Bytes of a secret: the length of HMAC-SHA-1's key (RFC 4226, 4).
const SECRET_LENGTH: usize = 20;

/// A secret to be put into a device.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Enrolment {
    /// In base32, to be typed.
    pub secret: String,
    /// `otpauth:` URL, to be shown as a picture.
    pub url: String,
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    /// Codes to be written down; each is accepted once.
    pub codes: Vec<String>,
}

/// Gives a new secret, which counts once a code of it was shown.
///
/// # Errors
/// `Refused` for a token, or without fresh proof.
pub async fn begin_second_factor(archive: &Archive, caller: &Caller) -> Result<Enrolment> {
    let login = own_login(archive, caller).await?;
    require_fresh(caller)?;
    let bytes = archive.clock.secret();
    let totp = totp(bytes[..SECRET_LENGTH].to_vec(), &login)?;
    let secret = totp.secret().to_base32();
    let sealed = archive.values()?.seal(&totp_place(&caller.id), &secret)?;
    let mut tx = archive.begin(caller).await?;
    tx.set("people", &caller.id, "totp_pending", &sealed)
        .await?;
    tx.commit().await?;
    let url = totp
        .to_url()
        .map_err(|error| Error::Internal(format!("totp: {error}")))?;
    Ok(Enrolment { secret, url })
}

/// Takes the secret given last into use, proven by a code of it; recovery codes of before end.
///
/// # Errors
/// `Invalid` for a wrong code; `Refused` where no secret was given, or without fresh proof.
pub async fn confirm_second_factor(
    archive: &Archive,
    caller: &Caller,
    code: &str,
) -> Result<RecoveryCodes> {
    let login = own_login(archive, caller).await?;
    require_fresh(caller)?;
    let pending: Option<Option<String>> =
        sqlx::query_scalar("SELECT totp_pending FROM people WHERE id = $1")
            .bind(&caller.id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let Some(sealed) = pending.flatten() else {
        return Err(Error::refuse("errors.no_second_factor_begun"));
    };
    let step = step_of(archive, &caller.id, &sealed, &login, code)?;
    let step = step.ok_or_else(|| Error::fault("/code", "faults.wrong_code"))?;
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| new_code(&*archive.clock))
        .collect();
    let mut tx = archive.begin(caller).await?;
    sqlx::query(
        "UPDATE people SET totp_secret = $1, totp_pending = NULL, totp_step = $2 WHERE id = $3",
    )
    .bind(&sealed)
    .bind(step)
    .bind(&caller.id)
    .execute(&mut *tx)
    .await?;
    tx.delete("recovery_codes", "person_id", &caller.id).await?;
    for code in &codes {
        Insert::into("recovery_codes")
            .set("digest", digest_of(code))
            .set("person_id", &caller.id)
            .run(&mut tx)
            .await?;
    }
    tx.log(Action::SecondFactorSet, ("person", &caller.id), json!({}))
        .await?;
    tx.commit().await?;
    Ok(RecoveryCodes { codes })
}

/// Takes the second factor off somebody who lost device and codes; their sessions end, and they set up a new one.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` for oneself, or without fresh proof.
pub async fn reset_second_factor(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    if caller.id == id {
        return Err(Error::refuse("errors.own_rights"));
    }
    let mut tx = archive.begin(caller).await?;
    let done = sqlx::query(
        "UPDATE people SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL WHERE id = $1",
    )
    .bind(id);
    if !changed_one(&mut tx, done).await? {
        return Err(Error::NotFound { what: "person" });
    }
    tx.delete("recovery_codes", "person_id", id).await?;
    tx.delete("sessions", "person_id", id).await?;
    tx.log(Action::SecondFactorReset, ("person", id), json!({}))
        .await?;
    tx.commit().await
}

/// Whether a code is one of the person's device, or one of their recovery codes; each counts once.
///
/// # Errors
/// `TooMany` after several wrong ones.
pub(super) async fn code_fits(
    archive: &Archive,
    (id, login, sealed): (&str, &str, &str),
    code: &str,
) -> Result<bool> {
    let scope = format!("second-factor:{id}");
    meter(archive, &scope, MOST_CODES).await?;
    let mut tx = archive.begin_as_machine().await?;
    let fits = match step_of(archive, id, sealed, login, code)? {
        Some(step) => {
            let taken = sqlx::query(
                "UPDATE people SET totp_step = $1
                 WHERE id = $2 AND (totp_step IS NULL OR totp_step < $1)",
            );
            changed_one(&mut tx, taken.bind(step).bind(id)).await?
        }
        None => is_recovery_code(&mut tx, id, code).await?,
    };
    tx.commit().await?;
    if fits {
        take_back(archive, &scope).await?;
    }
    Ok(fits)
}

async fn is_recovery_code(tx: &mut Tx, id: &str, code: &str) -> Result<bool> {
    let plain = code.trim().to_uppercase();
    let used = sqlx::query(
        "UPDATE recovery_codes SET used_at = $1
         WHERE digest = $2 AND person_id = $3 AND used_at IS NULL",
    )
    .bind(tx.now())
    .bind(digest_of(&plain))
    .bind(id);
    let fits = changed_one(tx, used).await?;
    if fits {
        tx.log(Action::RecoveryCodeUsed, ("person", id), json!({}))
            .await?;
    }
    Ok(fits)
}

/// The step whose code it is, counted from the epoch.
fn step_of(
    archive: &Archive,
    id: &str,
    sealed: &str,
    login: &str,
    code: &str,
) -> Result<Option<i64>> {
    let secret = archive.values()?.open(&totp_place(id), sealed)?;
    let bytes = data_encoding::BASE32_NOPAD
        .decode(secret.as_bytes())
        .map_err(|error| Error::Internal(format!("kept secret: {error}")))?;
    let digits: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let seconds = u64::try_from(archive.clock.now().as_second()).unwrap_or(0);
    let step = totp(bytes, login)?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// Six digits, thirty seconds, one step of either side: what every authenticator speaks.
fn totp(secret: Vec<u8>, login: &str) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .with_account_name(login)
        .with_issuer(Some("So Goc"))
        .build()
        .map_err(|error| Error::Internal(format!("totp: {error}")))
}

/// The login of a person who acts for themselves.
async fn own_login(archive: &Archive, caller: &Caller) -> Result<String> {
    if caller.kind != CallerKind::Person {
        return Err(super::needs_person());
    }
    let login: Option<String> = sqlx::query_scalar("SELECT login FROM people WHERE id = $1")
        .bind(&caller.id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    login.ok_or(Error::NotFound { what: "person" })
}
