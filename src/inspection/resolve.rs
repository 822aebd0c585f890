//! What a person does about a flag: accepts it with a reason, excludes the page, or gives it a better
//! scan that takes its place.

use serde_json::{Value, json};

use super::preservation;
use super::withdraw::{self, Withdrawal, already_withdrawn, withdraw};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx, changed_one};
use crate::document;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::page;
use crate::page_flag::{self, FlagFilter, FlagState, PageFlag};
use crate::scan::ScanState;

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
    leave(
        archive,
        (caller, reason),
        &flag,
        FlagState::Accepted,
        details,
    )
    .await
}

/// Leaves things as they are for every open flag of one kind in a batch, for one reason; says how many. One that a colleague
/// resolves meanwhile is theirs.
///
/// # Errors
/// `NotFound` batch, `Invalid` without a reason or kind, `Forbidden`; stops at the first fault, keeping what was done.
pub async fn accept_kind(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    code: &str,
    reason: &str,
) -> Result<usize> {
    require(caller, Act::ResolveFlags)?;
    checked(reason)?;
    // Which of two pictures of one sheet stays is decided at each pair.
    if code.is_empty() || code == page_flag::MAYBE_RESCAN {
        return Err(Error::fault("/code", "faults.choose_kind_of_flag"));
    }
    let mut filter = FlagFilter {
        state: Some(FlagState::Open.to_string()),
        code: Some(code.to_owned()),
        limit: Some(100),
        ..FlagFilter::default()
    };
    let mut done = 0;
    loop {
        let flags = page_flag::list(archive, caller, batch_id, &filter).await?;
        let Some(last) = flags.last() else {
            return Ok(done);
        };
        filter.after = Some(last.id.clone());
        for flag in &flags {
            match accept(archive, caller, &flag.id, reason).await {
                Ok(_) => done += 1,
                Err(Error::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Resolves a flag as `state` says and leaves its page as it is.
pub(super) async fn leave(
    archive: &Archive,
    (caller, reason): (&Caller, &str),
    flag: &PageFlag,
    state: FlagState,
    details: Value,
) -> Result<PageFlag> {
    let mut tx = archive.begin(caller).await?;
    mark(&mut tx, &flag.id, state, reason).await?;
    tx.log(Action::FlagAccepted, ("page", &flag.page_id), details)
        .await?;
    preservation::ask(&mut tx, &flag.scan_id).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, &flag.id).await
}

/// Excludes the page: it stays in the vault, but nothing on it is found or issued.
///
/// # Errors
/// As [`accept`]; `Refused` too where copies rest on the page.
pub async fn exclude(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
    reason: &str,
) -> Result<PageFlag> {
    require(caller, Act::ResolveFlags)?;
    let reason = checked(reason)?;
    let flag = still_open(archive, caller, flag_id).await?;
    let mut tx = archive.begin(caller).await?;
    let why = Withdrawal {
        state: FlagState::Excluded,
        note: withdraw::EXCLUDED,
        reason,
    };
    withdraw(archive, &mut tx, &flag.page_id, &why).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, flag_id).await
}

/// Lets another scan, delivered before, take the page's place. The old one stays in the vault.
///
/// # Errors
/// As [`exclude`]; `Invalid` with `/scan_id` for a scan that cannot stand there: not of one page, of
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
    let mut tx = archive.begin(caller).await?;
    let why = Withdrawal {
        state: FlagState::Superseded,
        note: withdraw::SUPERSEDED,
        reason: "",
    };
    withdraw(archive, &mut tx, &flag.page_id, &why).await?;
    let moved = sqlx::query(
        // A replacement of a replacement stands for the first page, so chains never grow.
        "UPDATE pages SET stands_for = (SELECT COALESCE(o.stands_for, o.id) FROM pages o WHERE o.id = $1)
         WHERE id = $2 AND stands_for IS NULL AND (outcome IS NULL OR outcome <> 'excluded')",
    )
    .bind(&flag.page_id)
    .bind(&fresh);
    if !changed_one(&mut tx, moved).await? {
        return Err(already_withdrawn());
    }
    document::take_place(&mut tx, &fresh, &flag.page_id).await?;
    preservation::ask(&mut tx, scan_id).await?;
    page::ask_for_comparison(&mut tx, &fresh).await?;
    tx.commit().await?;
    page_flag::get(archive, caller, flag_id).await
}

/// The one page of the scan that is to take the place of the flagged one.
async fn replacement(archive: &Archive, flag: &PageFlag, scan_id: &str) -> Result<String> {
    let unfit = |key: &'static str| Err(Error::fault("/scan_id", key));
    let scan: Candidate = sqlx::query_as(
        "SELECT s.state, s.page_count, p.id AS page_id, p.stands_for, p.outcome,
            b.fonds_id, (SELECT ob.fonds_id FROM scans os JOIN batches ob ON ob.id = os.batch_id
             WHERE os.id = $2) AS wanted_fonds_id
         FROM scans s JOIN batches b ON b.id = s.batch_id
         LEFT JOIN pages p ON p.scan_id = s.id AND p.number = 1 WHERE s.id = $1",
    )
    .bind(scan_id)
    .bind(&flag.scan_id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "scan" })?;
    // Pages of two fonds never stand in one order: provenance goes before convenience.
    if scan.fonds_id != scan.wanted_fonds_id {
        return unfit("faults.scan_of_another_fonds");
    }
    let Some(page_id) = scan.page_id.filter(|_| scan.state == ScanState::Received) else {
        return unfit("faults.scan_unreadable_or_duplicate");
    };
    // A file of several pages would bring neighbours along that belong elsewhere.
    if scan.page_count != 1 {
        return unfit("faults.scan_of_several_pages");
    }
    let withdrawn = page::is_withdrawn(scan.outcome.as_deref());
    // A scan that stands for another page already has its place.
    if scan.stands_for.is_some() || withdrawn || page_id == flag.page_id {
        return unfit("faults.scan_placed_already");
    }
    Ok(page_id)
}

/// A scan that may take a page's place, with its first page.
#[derive(sqlx::FromRow)]
struct Candidate {
    state: ScanState,
    page_count: i64,
    page_id: Option<String>,
    stands_for: Option<String>,
    outcome: Option<String>,
    fonds_id: String,
    wanted_fonds_id: String,
}

/// The flag, while nobody has resolved it.
pub(super) async fn still_open(
    archive: &Archive,
    caller: &Caller,
    flag_id: &str,
) -> Result<PageFlag> {
    let flag = page_flag::get(archive, caller, flag_id).await?;
    match flag.state {
        FlagState::Open => Ok(flag),
        _ => Err(already_resolved()),
    }
}

/// Resolves one flag as `state` says, in the name of the transaction's actor.
pub(super) async fn mark(tx: &mut Tx, flag_id: &str, state: FlagState, reason: &str) -> Result<()> {
    let resolved = Move::to(state)
        .set("reason", reason)
        .set("resolved_by", tx.actor())
        .set("resolved_at", tx.now());
    match resolved.run(tx, flag_id).await? {
        true => Ok(()),
        false => Err(already_resolved()),
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
