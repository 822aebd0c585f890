//! Making, taking back and listing API tokens.

use serde_json::json;

use super::people::words;
use super::secrets::{digest_of, new_secret};
use super::{Act, Caller, Role, RoleList, require, require_fresh};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, changed_one};
use crate::clock::stamp;
use crate::error::{Error, Result};

/// Longest life of a token that ends by itself: ten years.
const LONGEST_TOKEN_DAYS: u32 = 3650;

/// An API token as listed; the token itself is shown once, when made.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct TokenRow {
    /// UUIDv7 as text; the log names the token by it.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do; see [`Role`].
    #[sqlx(try_from = "RoleList")]
    pub roles: Vec<Role>,
    /// When it was made, RFC 3339 UTC.
    pub created_at: String,
    /// When it ends by itself.
    pub expires_at: Option<String>,
    /// When it was revoked, RFC 3339 UTC; none while it holds.
    pub revoked_at: Option<String>,
}

/// A token just made.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct NewToken {
    /// UUIDv7 as text; the log names the token by it.
    pub id: String,
    /// The token; not stored, cannot be shown again.
    pub token: String,
}

/// Makes an API token with some roles, ending by itself after `days` when given.
///
/// # Errors
/// `Invalid` for no roles, no name or a life beyond ten years; `Forbidden`.
pub async fn make_token(
    archive: &Archive,
    caller: &Caller,
    name: &str,
    roles: &[Role],
    days: Option<u32>,
) -> Result<NewToken> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    if name.trim().is_empty() || roles.is_empty() {
        return Err(Error::fault("/name", "faults.token_needs_name"));
    }
    if days.is_some_and(|days| !(1..=LONGEST_TOKEN_DAYS).contains(&days)) {
        return Err(Error::fault("/days", "faults.token_lasts_from_1"));
    }
    let made = NewToken {
        id: archive.clock.new_id(),
        token: new_secret(&*archive.clock),
    };
    let now = archive.clock.now();
    let expires = days.map(|days| now + std::time::Duration::from_secs(u64::from(days) * 86_400));
    let mut tx = archive.begin(caller).await?;
    Insert::into("tokens")
        .set("id", &made.id)
        .set("digest", digest_of(&made.token))
        .set("name", name.trim())
        .set("roles", words(roles))
        .set("made_by", &caller.id)
        .set("created_at", stamp(now))
        .set("expires_at", expires.map(stamp))
        .run(&mut tx)
        .await?;
    tx.log(
        Action::TokenMade,
        ("token", &made.id),
        json!({ "roles": words(roles) }),
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}

/// Takes a token back.
///
/// # Errors
/// `NotFound` when there is none or it was revoked before.
pub async fn revoke_token(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    require(caller, Act::Administer)?;
    let mut tx = archive.begin(caller).await?;
    let done =
        sqlx::query("UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(stamp(archive.clock.now()))
            .bind(id);
    if !changed_one(&mut tx, done).await? {
        return Err(Error::NotFound { what: "token" });
    }
    tx.log(Action::TokenRevoked, ("token", id), json!({}))
        .await?;
    tx.commit().await
}

/// Every token, newest first.
///
/// # Errors
/// `Forbidden`.
pub async fn list_tokens(archive: &Archive, caller: &Caller) -> Result<Vec<TokenRow>> {
    require(caller, Act::Administer)?;
    Ok(
        sqlx::query_as("SELECT * FROM tokens ORDER BY created_at DESC")
            .fetch_all(archive.catalogue.pool())
            .await?,
    )
}
