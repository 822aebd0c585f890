//! Why somebody opens a record of a class that asks for a reason.

use serde_json::json;
use sogoc_workers::class::Class;

use super::question;
use crate::access::{Act, Caller, CallerKind, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Insert;
use crate::clock::day_in_vietnam;
use crate::error::{Error, Result};

/// Shortest and longest reason, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 5..=500;

/// Says why one opens a record; it opens for the rest of the day.
///
/// # Errors
/// `Invalid` reason, `NotFound`, `Forbidden`.
pub async fn give_reason(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
    reason: &str,
) -> Result<()> {
    require(caller, Act::SeeRecords)?;
    let reason = reason.trim();
    if !LENGTH.contains(&reason.chars().count()) {
        return Err(Error::fault("/reason", "faults.reason_of_view"));
    }
    // Looked for before the log is written, so that an entry never names what is not there.
    let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM records WHERE id = $1")
        .bind(record_id)
        .fetch_one(archive.catalogue.pool())
        .await?;
    if known == 0 {
        return Err(Error::NotFound { what: "record" });
    }
    let mut tx = archive.begin(caller).await?;
    let entry = tx
        .log_entry(Action::ReasonGiven, ("record", record_id), json!({}))
        .await?;
    question::keep(&mut tx, &entry, "reason", reason).await?;
    Insert::into("view_reasons")
        .set("actor", &caller.id)
        .set("record_id", record_id)
        .set("day", day_in_vietnam(archive.clock.now()))
        // Given twice the same day, the first stays: it is the one the record was opened with.
        .or_ignore("(actor, record_id, day)")
        .run(&mut tx)
        .await?;
    tx.commit().await
}

/// Lets through whoever said today why they open this record, where its class asks.
///
/// # Errors
/// `Refused` with code `reason_needed`.
pub async fn require_reason(
    archive: &Archive,
    caller: &Caller,
    class: Option<&Class>,
    record_id: &str,
) -> Result<()> {
    let asks = class.is_some_and(|class| class.access.reason);
    // Whoever is not signed in sees only what their own code opens, and the program itself shows
    // nothing to anybody.
    if !asks || matches!(caller.kind, CallerKind::Machine | CallerKind::Public) {
        return Ok(());
    }
    let given: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM view_reasons WHERE actor = $1 AND record_id = $2 AND day = $3",
    )
    .bind(&caller.id)
    .bind(record_id)
    .bind(day_in_vietnam(archive.clock.now()))
    .fetch_one(archive.catalogue.pool())
    .await?;
    match given {
        0 => Err(Error::refuse("errors.reason_needed")),
        _ => Ok(()),
    }
}
