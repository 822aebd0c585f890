//! Accounts that nobody uses sleep; each quarter somebody confirms which are still needed.

use serde_json::json;

use super::{Act, Caller, Role, RoleList, require, require_fresh};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::changed_one;
use crate::clock::{parse_stamp, stamp, vietnam};
use crate::error::{Error, Result};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// An account as it is confirmed.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Account {
    /// Id of the person.
    pub id: String,
    /// What they sign in with.
    pub login: String,
    /// Full name as people see it.
    pub name: String,
    /// What they may do.
    #[sqlx(try_from = "RoleList")]
    pub roles: Vec<Role>,
    /// When the account was made, RFC 3339 UTC.
    pub created_at: String,
    /// When they were locked out, if they were.
    pub disabled_at: Option<String>,
    /// When they last signed in.
    pub active_at: Option<String>,
    /// When somebody last confirmed that the account is needed.
    pub confirmed_at: Option<String>,
    /// Whether a second factor is set up.
    #[sqlx(rename = "factors", try_from = "i64")]
    #[schema(value_type = bool)]
    pub second_factor: Flag,
    /// Whether the account is asleep because nobody used it for long.
    #[sqlx(skip)]
    pub asleep: bool,
    /// Whether it is to be confirmed now.
    #[sqlx(skip)]
    pub due: bool,
}

/// A yes or no counted by the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

impl From<i64> for Flag {
    fn from(count: i64) -> Self {
        Self(count > 0)
    }
}

/// What the law asks of accounts and sessions on a day.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct SignInRule {
    /// After which an unused session ends.
    pub idle_minutes: i64,
    /// For which a password or code counts as fresh proof.
    pub fresh_minutes: i64,
    /// After which an unused account sleeps.
    pub sleep_days: i64,
    /// After which an account must be confirmed again.
    pub review_days: i64,
}

/// The strictest that was ever asked, where no row is valid.
const STRICTEST: SignInRule = SignInRule {
    idle_minutes: 15,
    fresh_minutes: 10,
    sleep_days: 45,
    review_days: 92,
};

/// The rule in force now.
///
/// # Errors
/// As any statement.
pub(super) async fn rule(archive: &Archive) -> Result<SignInRule> {
    let day = vietnam(archive.clock.now()).date();
    let found = sqlx::query_as(
        "SELECT idle_minutes, fresh_minutes, sleep_days, review_days FROM sign_in_rules
         WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)",
    )
    .bind(day.to_string())
    .fetch_optional(archive.catalogue.pool())
    .await?;
    Ok(found.unwrap_or(STRICTEST))
}

/// Whether an account last active then sleeps.
pub(super) fn is_asleep(archive: &Archive, rule: &SignInRule, active_at: Option<&str>) -> bool {
    let days = u64::try_from(rule.sleep_days).unwrap_or(u64::MAX / DAY);
    let limit = std::time::Duration::from_secs(days * DAY);
    let active = active_at.and_then(parse_stamp);
    active.is_some_and(|active| active + limit < archive.clock.now())
}

/// Every account with what the confirmation of the quarter asks, those due first.
///
/// # Errors
/// `Forbidden`.
pub async fn accounts(archive: &Archive, caller: &Caller) -> Result<Vec<Account>> {
    require(caller, Act::Administer)?;
    let rule = rule(archive).await?;
    let mut accounts: Vec<Account> = sqlx::query_as(
        "SELECT id, login, name, roles, created_at, disabled_at, active_at, confirmed_at,
            CAST(CASE WHEN totp_secret IS NULL THEN 0 ELSE 1 END AS BIGINT) AS factors
         FROM people ORDER BY login",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    let days = u64::try_from(rule.review_days).unwrap_or(u64::MAX / DAY);
    let since = stamp(archive.clock.now() - std::time::Duration::from_secs(days * DAY));
    for account in &mut accounts {
        account.asleep = is_asleep(archive, &rule, account.active_at.as_deref());
        // A new account was confirmed by whoever made it.
        let confirmed = account.confirmed_at.as_ref().unwrap_or(&account.created_at);
        account.due = account.disabled_at.is_none() && *confirmed < since;
    }
    accounts.sort_by_key(|account| !account.due);
    Ok(accounts)
}

/// Confirms that these accounts are still needed.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` for one's own account, or without fresh proof.
pub async fn confirm_accounts(archive: &Archive, caller: &Caller, ids: &[String]) -> Result<()> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    if ids.contains(&caller.id) {
        return Err(Error::refuse("errors.own_rights"));
    }
    let mut tx = archive.begin(caller).await?;
    for id in ids {
        let done =
            sqlx::query("UPDATE people SET confirmed_at = $1, confirmed_by = $2 WHERE id = $3")
                .bind(tx.now())
                .bind(&caller.id)
                .bind(id);
        if !changed_one(&mut tx, done).await? {
            return Err(Error::NotFound { what: "person" });
        }
        tx.log(Action::AccountConfirmed, ("person", id), json!({}))
            .await?;
    }
    tx.commit().await
}

/// Wakes an account that sleeps.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` without fresh proof.
pub async fn wake(archive: &Archive, caller: &Caller, id: &str) -> Result<()> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    let mut tx = archive.begin(caller).await?;
    let now = tx.now();
    if !tx.set("people", id, "active_at", now).await? {
        return Err(Error::NotFound { what: "person" });
    }
    tx.log(Action::AccountWoken, ("person", id), json!({}))
        .await?;
    tx.commit().await
}
