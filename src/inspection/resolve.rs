//! What a person does about a flag: accepts it with a reason, puts the page aside, or gives it a better
//! scan that takes its place.

use serde_json::{Value, json};
use sqlx::Row;

use super::kept;
use super::taken_out::{self, TakenOut, already_out, take_out};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::catalogue::Tx;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::page;
use crate::page_flag::{self, PageFlag};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Leaves things as they are, for a reason.
///
/// # Errors
/// `NotFound`, `Invalid` without a reason, `Refused` once it is resolved, `Forbidden`.
pub async fn accept(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
    reason: &str,
) -> Result<PageFlag> {
    require(caller, Act::ResolveFlags)?;
    let reason = checked(reason)?;
    let flag = still_open(archive, caller, flag_id).await?;
    let details = json!({ "flag": flag.code });
    leave(archive, (caller, reason), &flag, "accepted", details).await
}

/// Resolves a flag as `state` says and leaves its page as it is.
pub(super) async fn leave(
    archive: &Archive,
    (caller, reason): (&Caller, &str),
    flag: &PageFlag,
    state: &str,
    details: Value,
) -> Result<PageFlag> {
    let mut tx = archive.catalogue.begin().await?;
    mark(archive, &mut tx, &flag.id, state, (caller, reason)).await?;
    let subject = Subject {
        kind: "page",
        id: &flag.page_id,
    };
    let (clock, deed) = (&*archive.clock, Deed::FlagAccepted);
    audit::append(&mut tx, clock, &caller.id, deed, subject, details).await?;
    kept::ask(archive, &mut tx, &flag.scan_id).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, &flag.id).await
}

/// Puts the page aside: it stays in the vault, but nothing on it is found or issued.
///
/// # Errors
/// As [`accept`]; `Refused` too where copies rest on the page.
pub async fn put_aside(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
    reason: &str,
) -> Result<PageFlag> {
    require(caller, Act::ResolveFlags)?;
    let reason = checked(reason)?;
    let flag = still_open(archive, caller, flag_id).await?;
    let mut tx = archive.catalogue.begin().await?;
    let why = TakenOut {
        outcome: "put_aside",
        deed: Deed::PagePutAside,
        note: taken_out::PUT_ASIDE,
        reason,
        by: &caller.id,
    };
    take_out(archive, &mut tx, &flag.page_id, &why).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, flag_id).await
}

/// Lets another scan, delivered before, take the page's place. The old one stays in the vault.
///
/// # Errors
/// As [`put_aside`]; `Invalid` with `/scan_id` for a scan that cannot stand there: not of one page, of
/// another fonds, or at a place already.
pub async fn replace(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
    scan_id: &str,
) -> Result<PageFlag> {
    require(caller, Act::DeliverScans)?;
    let flag = still_open(archive, caller, flag_id).await?;
    let fresh = replacement(archive, &flag, scan_id).await?;
    let mut tx = archive.catalogue.begin().await?;
    let why = TakenOut {
        outcome: "superseded",
        deed: Deed::PageSuperseded,
        note: taken_out::SUPERSEDED,
        reason: "",
        by: &caller.id,
    };
    take_out(archive, &mut tx, &flag.page_id, &why).await?;
    let moved = sqlx::query(
        "UPDATE pages SET stands_for = (SELECT COALESCE(o.stands_for, o.id) FROM pages o WHERE o.id = $1)
         WHERE id = $2 AND stands_for IS NULL AND (outcome IS NULL OR outcome <> 'put_aside')",
    )
    .bind(&flag.page_id)
    .bind(&fresh)
    .execute(&mut *tx)
    .await?;
    if moved.rows_affected() != 1 {
        return Err(already_out());
    }
    kept::ask(archive, &mut tx, scan_id).await?;
    page::ask_for_comparison(archive, &mut tx, &fresh).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, flag_id).await
}

/// The one page of the scan that is to take the place of the flagged one.
async fn replacement(archive: &Archive, flag: &PageFlag, scan_id: &str) -> Result<String> {
    let unfit = |key: &'static str| Err(Error::fault("/scan_id", key));
    let row = sqlx::query(
        "SELECT s.id, s.state, s.page_count, p.id AS page_id, p.stands_for, p.outcome, b.fonds_id,
            (SELECT ob.fonds_id FROM scans os JOIN batches ob ON ob.id = os.batch_id
             WHERE os.id = $2) AS fonds
         FROM scans s JOIN batches b ON b.id = s.batch_id
         LEFT JOIN pages p ON p.scan_id = s.id AND p.number = 1 WHERE s.id = $1",
    )
    .bind(scan_id)
    .bind(&flag.scan_id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "scan" })?;
    if row.try_get::<String, _>("fonds_id")? != row.try_get::<String, _>("fonds")? {
        return unfit("faults.scan_of_another_fonds");
    }
    let state: String = row.try_get("state")?;
    let page_id: Option<String> = row.try_get("page_id")?;
    let Some(page_id) = page_id.filter(|_| state == "received") else {
        return unfit("faults.scan_unreadable_or_duplicate");
    };
    if row.try_get::<i64, _>("page_count")? != 1 {
        return unfit("faults.scan_of_several_pages");
    }
    let placed: Option<String> = row.try_get("stands_for")?;
    let outcome: Option<String> = row.try_get("outcome")?;
    let out = matches!(outcome.as_deref(), Some("put_aside" | "superseded"));
    if placed.is_some() || out || page_id == flag.page_id {
        return unfit("faults.scan_placed_already");
    }
    Ok(page_id)
}

/// The flag, while nobody has resolved it.
pub(super) async fn still_open(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
) -> Result<PageFlag> {
    let flag = page_flag::get(archive, caller, flag_id).await?;
    match flag.state.as_str() {
        "open" => Ok(flag),
        _ => Err(already_resolved()),
    }
}

/// Resolves one flag as `state` says.
pub(super) async fn mark(
    archive: &Archive,
    tx: &mut Tx,
    flag_id: &str,
    state: &str,
    (caller, reason): (&Caller, &str),
) -> Result<()> {
    let moved = sqlx::query(
        "UPDATE page_flags SET state = $1, reason = $2, resolved_by = $3, resolved_at = $4
         WHERE id = $5 AND state = 'open'",
    )
    .bind(state)
    .bind(reason)
    .bind(&caller.id)
    .bind(stamp(archive.clock.now()))
    .bind(flag_id)
    .execute(&mut **tx)
    .await?;
    match moved.rows_affected() {
        1 => Ok(()),
        _ => Err(already_resolved()),
    }
}

fn checked(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    let fault = |message: Message| Err(Error::fault("/reason", message));
    if reason.is_empty() {
        return fault("faults.reason_missing".into());
    }
    if reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        return fault(Message::new("faults.reason_too_long").with("most", LONGEST_REASON));
    }
    Ok(reason)
}

fn already_resolved() -> Error {
    Error::refuse("errors.already_resolved")
}
