//! How much somebody may see in a day.

use serde_json::json;

use crate::access::{Act, Caller, CallerKind, require, require_fresh};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Tx, changed_one};
use crate::clock::day_in_vietnam;
use crate::error::{Error, Result};

/// Views a day where an administrator has set nothing: a clerk at work opens some hundreds.
pub const VIEWS_A_DAY: i64 = 2_000;

/// Whether `weight` more stays within what the caller may see today. The program itself has no ceiling.
pub(super) async fn leaves_room(tx: &mut Tx, caller: &Caller, weight: i64) -> Result<bool> {
    let table = match caller.kind {
        CallerKind::Person => "people",
        CallerKind::Token => "tokens",
        CallerKind::Machine | CallerKind::Public => return Ok(true),
    };
    let own = format!("SELECT views_a_day FROM {table} WHERE id = $1");
    let own: Option<Option<i64>> = sqlx::query_scalar(sqlx::AssertSqlSafe(own))
        .bind(&caller.id)
        .fetch_optional(&mut **tx)
        .await?;
    let most = own.flatten().unwrap_or(VIEWS_A_DAY);
    let seen: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(weight), 0) AS BIGINT) FROM views WHERE actor = $1 AND day = $2",
    )
    .bind(&caller.id)
    .bind(day_in_vietnam(tx.clock().now()))
    .fetch_one(&mut **tx)
    .await?;
    Ok(seen.saturating_add(weight) <= most)
}

/// Sets how much a person or token may see in a day; the usual ceiling where `most` is absent.
///
/// # Errors
/// `NotFound`, `Invalid` below 0, `Forbidden`; `Refused` (`own_rights`) for oneself.
pub async fn set_ceiling(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    most: Option<i64>,
) -> Result<()> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    // Nobody widens what they may see themselves.
    if caller.id == id {
        return Err(Error::refuse("errors.own_rights"));
    }
    // Zero is allowed: it shuts somebody out of seeing without shutting them out of the house.
    if most.is_some_and(|most| most < 0) {
        return Err(Error::fault("/views_a_day", "faults.views_a_day"));
    }
    let mut tx = archive.begin(caller).await?;
    let mut kind = None;
    // People and tokens have ids of one kind, so the caller need not say which it is.
    for (table, word) in [("people", "person"), ("tokens", "token")] {
        let set = format!("UPDATE {table} SET views_a_day = $1 WHERE id = $2");
        let set = sqlx::query(sqlx::AssertSqlSafe(set)).bind(most).bind(id);
        if changed_one(&mut tx, set).await? {
            kind = Some(word);
        }
    }
    let kind = kind.ok_or(Error::NotFound { what: "person" })?;
    tx.log(
        Action::CeilingSet,
        (kind, id),
        json!({ "views_a_day": most }),
    )
    .await?;
    tx.commit().await
}
