//! The sessions of a person: what is open, ended by their owner, proven again.

use serde_json::json;

use super::second_factor::code_fits;
use super::secrets::digest_of;
use super::sessions::{REMEMBERED, find_person, password_of};
use super::{Caller, CallerKind, needs_person};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::changed_one;
use crate::clock::stamp;
use crate::error::{Error, Result};

/// A session as its owner sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct OwnSession {
    /// By which it is ended.
    pub id: String,
    /// When it was opened, RFC 3339 UTC.
    pub created_at: String,
    /// When it was last used, to the minute.
    pub used_at: String,
    /// When it ends by itself.
    pub expires_at: String,
    /// Network it was opened from.
    pub address: String,
    /// What the browser called itself.
    pub program: String,
    /// Whether it is the one that asks.
    #[sqlx(skip)]
    pub current: bool,
    #[serde(skip)]
    #[schema(ignore)]
    digest: String,
}

/// One's own sessions, the newest first; `token` is that of the one that asks.
///
/// # Errors
/// `Refused` for a token of the API.
pub async fn own_sessions(
    archive: &Archive,
    caller: &Caller,
    token: Option<&str>,
) -> Result<Vec<OwnSession>> {
    person(caller)?;
    let mut sessions: Vec<OwnSession> = sqlx::query_as(
        "SELECT * FROM sessions WHERE person_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC",
    )
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .fetch_all(archive.catalogue.pool())
    .await?;
    let own = token.map(digest_of);
    for session in &mut sessions {
        session.current = own.as_ref() == Some(&session.digest);
    }
    Ok(sessions)
}

/// Whether a form's token is that of another session of this person, open or ended by itself lately: a form filled in
/// before one had to sign in again.
///
/// # Errors
/// As any statement.
pub async fn is_own_form_token(archive: &Archive, caller: &Caller, token: &str) -> Result<bool> {
    let known: Option<String> = sqlx::query_scalar(
        "SELECT id FROM sessions WHERE person_id = $1 AND form_token = $2 AND expires_at > $3",
    )
    .bind(&caller.id)
    .bind(token)
    .bind(stamp(archive.clock.now() - REMEMBERED))
    .fetch_optional(archive.catalogue.pool())
    .await?;
    Ok(known.is_some() && !token.is_empty())
}

/// Ends one of one's own sessions.
///
/// # Errors
/// `NotFound` where it is not one's own or has ended; `Refused` for a token of the API.
pub async fn end_session(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    person(caller)?;
    let mut tx = archive.begin(caller).await?;
    let done = sqlx::query("DELETE FROM sessions WHERE id = $1 AND person_id = $2 AND id <> ''")
        .bind(id)
        .bind(&caller.id);
    if !changed_one(&mut tx, done).await? {
        return Err(Error::NotFound { what: "session" });
    }
    tx.log(Action::SessionEnded, ("session", id), json!({}))
        .await?;
    tx.commit().await
}

/// Ends all of one's own sessions but the one that asks.
///
/// # Errors
/// `Refused` for a token of the API.
pub async fn end_other_sessions(archive: &Archive, caller: &Caller, token: &str) -> Result<()> {
    person(caller)?;
    let mut tx = archive.begin(caller).await?;
    sqlx::query("DELETE FROM sessions WHERE person_id = $1 AND digest <> $2")
        .bind(&caller.id)
        .bind(digest_of(token))
        .execute(&mut *tx)
        .await?;
    tx.log(
        Action::SessionEnded,
        ("person", &caller.id),
        json!({ "which": "others" }),
    )
    .await?;
    tx.commit().await
}

/// Proves again who sits at this session, by the password or a code of the second factor.
///
/// # Errors
/// `Invalid` for a wrong one, `TooMany` after several; `Refused` for a token of the API.
pub async fn prove_session(
    archive: &Archive,
    caller: &Caller,
    token: &str,
    secret: &str,
    peer: &str,
) -> Result<()> {
    person(caller)?;
    let known = find_person(archive, &caller.id).await?;
    let wrong = || Error::fault("/proof", "faults.wrong_proof");
    let digits = secret.chars().filter(|letter| !letter.is_whitespace());
    let is_code = digits.clone().count() == 6 && digits.clone().all(|one| one.is_ascii_digit());
    match &known.totp_secret {
        Some(factor) if is_code => {
            let who = (known.id.as_str(), known.login.as_str(), factor.as_str());
            if !code_fits(archive, who, secret).await? {
                return Err(wrong());
            }
        }
        _ => {
            let proven = password_of(archive, &known.login, secret, peer).await;
            proven.map_err(|error| match error {
                Error::NotSignedIn => wrong(),
                other => other,
            })?;
        }
    }
    let mut tx = archive.begin(caller).await?;
    sqlx::query("UPDATE sessions SET proven_at = $1 WHERE digest = $2 AND person_id = $3")
        .bind(tx.now())
        .bind(digest_of(token))
        .bind(&caller.id)
        .execute(&mut *tx)
        .await?;
    tx.log(Action::SessionProven, ("person", &caller.id), json!({}))
        .await?;
    tx.commit().await
}

fn person(caller: &Caller) -> Result<()> {
    match caller.kind {
        CallerKind::Person => Ok(()),
        _ => Err(needs_person()),
    }
}
