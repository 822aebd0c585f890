//! Another person approves an entry: it takes its number in the appendix and overlays the record from
//! its date; or rejects it with a reason.

use std::time::Duration;

use serde_json::json;

use super::{Correction, CorrectionState, rows};
use crate::access::{Act, Caller, require, two_people};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, Tx, next_number};
use crate::clock::{midnight_in_vietnam, stamp, vietnam};
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_UPKEEP};
use crate::record::{self, RecordState, Version};

/// Approves an entry. The record gains a version with the same printed fields, which knows the entry;
/// it is published again and goes to the vault; copies issued before are told apart by their version.
///
/// # Errors
/// `Refused` with code `same_person`, `no_decision_scan`, `record_changing` or `decided_already`.
pub async fn approve(archive: &Archive, caller: &Caller, id: &str) -> Result<Correction> {
    require(caller, Act::ApproveCorrections)?;
    let entry = rows::load(archive, id).await?;
    refuse_unfit(&entry, caller)?;
    let record = record::load(archive, &entry.record_id).await?;
    let fields = record.fields.clone();
    let now = archive.clock.now();
    let at = stamp(now);
    let year = i64::from(vietnam(now).year());
    let mut tx = archive.begin(caller).await?;
    // In the year of approval and not of the decision: the appendix is a book that is written in
    // order.
    let number = next_number(&mut tx, &format!("appendix-{year}")).await?;
    let version = record.version + 1;
    let approved = Move::to(CorrectionState::Approved)
        .set("year", year)
        .set("number", number)
        .set("record_version", version)
        .set("decided_by", &caller.id)
        .set("decided_at", &at);
    if !approved.run(&mut tx, id).await? {
        return Err(decided_already());
    }
    let note = entry.cited();
    // The same printed fields: the entry is laid over when somebody asks, never written into them.
    let made = Version {
        number: version,
        state: RecordState::Approved,
        author: &caller.id,
        note: &note,
        at: &at,
    };
    if !record::advance(&mut tx, &record, &made, &fields).await? {
        // Somebody corrects the transcription at this moment; approving over it would publish what
        // nobody has seen.
        return Err(record_changing());
    }
    spread(archive, &mut tx, &entry, &record.scan_id).await?;
    let details = json!({ "record": entry.record_id, "year": year, "number": number });
    tx.log(Action::CorrectionApproved, ("correction", id), details)
        .await?;
    tx.commit().await?;
    rows::load(archive, id).await
}

/// The jobs that follow: to the vault soon, and on the first day in force whatever depends on that day.
async fn spread(archive: &Archive, tx: &mut Tx, entry: &Correction, scan_id: &str) -> Result<()> {
    record::enqueue_preservation(tx, scan_id).await?;
    let delay = wait(archive, entry);
    tx.enqueue_after(Kind::TakeEffect, &entry.id, PRIORITY_UPKEEP, delay)
        .await
}

/// Time until the first day in force begins in Viet Nam; none when it has begun.
fn wait(archive: &Archive, entry: &Correction) -> Duration {
    let begins = entry
        .effective_from
        .parse::<jiff::civil::Date>()
        .ok()
        .and_then(|day| midnight_in_vietnam(day).ok());
    // A day that does not read counts as begun, so that the job runs and says what is wrong.
    let left = begins.map(|begins| begins.duration_since(archive.clock.now()));
    left.and_then(|left| Duration::try_from(left).ok())
        .unwrap_or_default()
}

/// Rejects an entry with a reason that whoever entered it will read.
///
/// # Errors
/// `Invalid` without a reason; `Refused` when it is decided already.
pub async fn reject(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<Correction> {
    require(caller, Act::ApproveCorrections)?;
    if reason.trim().is_empty() {
        return Err(Error::fault("/reason", "faults.correction.reason_needed"));
    }
    rows::load(archive, id).await?;
    let mut tx = archive.begin(caller).await?;
    let rejected = Move::to(CorrectionState::Rejected)
        .set("refusal", reason.trim())
        .set("decided_by", &caller.id)
        .set("decided_at", tx.now());
    if !rejected.run(&mut tx, id).await? {
        return Err(decided_already());
    }
    tx.log(Action::CorrectionRejected, ("correction", id), json!({}))
        .await?;
    tx.commit().await?;
    rows::load(archive, id).await
}

/// An approved entry whose first day in force has come, for the job `take_effect`.
///
/// # Errors
/// `NotFound` for an entry that was never approved.
pub(crate) async fn taking_effect(archive: &Archive, id: &str) -> Result<Correction> {
    let entry = rows::load(archive, id).await?;
    // Jobs of an entry that was never approved have nothing to do.
    match entry.state {
        CorrectionState::Approved => Ok(entry),
        _ => Err(Error::NotFound { what: "correction" }),
    }
}

fn refuse_unfit(entry: &Correction, caller: &Caller) -> Result<()> {
    if entry.state != CorrectionState::Entered {
        return Err(decided_already());
    }
    two_people(
        &entry.entered_by,
        caller,
        "errors.two_people.correction.same_person",
    )?;
    // Approved without its paper, a change of the register could never be checked again.
    if entry.decision.scan_id.is_none() {
        return Err(Error::refuse("errors.no_decision_scan"));
    }
    Ok(())
}

pub(super) fn decided_already() -> Error {
    Error::refuse("errors.decided_already")
}

fn record_changing() -> Error {
    Error::refuse("errors.record_changing")
}
