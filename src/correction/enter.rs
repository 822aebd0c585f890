//! Entering a correction beside the record, and adding the decision's scan to it.

use std::collections::BTreeMap;

use jiff::civil::Date as Day;
use serde_json::json;
use sogoc_workers::class::Class;
use sogoc_workers::dates::Date;

use super::{
    Correction, CorrectionGiven, CorrectionState, Decision, DecisionGiven, FieldChange, day_of,
    in_force, rows,
};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::changed_one;
use crate::clock::stamp;
use crate::error::{Error, Fault, Result};
use crate::messages::Message;
use crate::record::{self, Fields, RecordState, RecordView, normalised};
use crate::reference_data::{self, CorrectionGround};
use crate::scan::ScanState;

/// Class of the paper that decides.
const DECISION_CLASS: &str = "ket_qua_tthc";
/// Longest remark or name, in characters.
const LONGEST: usize = 300;

/// Enters a correction of an approved record. It changes nothing until another person approves it.
///
/// # Errors
/// `Invalid` with a pointer to each fault; `Refused` for a record that is not approved; `AlreadyExists`
/// when that decision is in the record's appendix already.
pub async fn enter(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
    given: &CorrectionGiven,
) -> Result<Correction> {
    require(caller, Act::CorrectRecords)?;
    let record = record::load(archive, record_id).await?;
    // What is not approved is corrected at the desk, without a decision.
    if record.state != RecordState::Approved {
        return Err(record::not_approved());
    }
    let now = archive.clock.now();
    let decision = decision_of(archive, &given.decision, &day_of(now)).await?;
    let entry = Correction {
        id: archive.clock.new_id(),
        record_id: record.id.clone(),
        kind: kind_of(&given.kind)?,
        state: CorrectionState::Entered,
        ground: given.ground.trim().to_owned(),
        effective_from: effective_from(&given.effective_from, &decision)?,
        changes: changes(archive, &record, given).await?,
        note: short("/note", &given.note)?,
        decision,
        year: None,
        number: None,
        record_version: None,
        entered_by: caller.id.clone(),
        entered_at: stamp(now),
        decided_by: None,
        decided_at: None,
        refusal: None,
    };
    // Asked last: it needs the day of the decision and the fields that change.
    check_ground(archive, &entry).await?;
    let mut tx = archive.begin(caller).await?;
    if !rows::insert(&mut tx, &entry).await? {
        return Err(Error::AlreadyExists { what: "correction" });
    }
    // Keys only: the values are personal data and stand in the entry itself.
    let fields: Vec<&String> = entry.changes.keys().collect();
    tx.log(
        Action::CorrectionEntered,
        ("record", record_id),
        json!({ "correction": entry.id, "kind": entry.kind, "fields": fields }),
    )
    .await?;
    tx.commit().await?;
    Ok(entry)
}

/// Names the scan of the decision, by itself or by its record, on an entry that waits.
///
/// # Errors
/// `Invalid` when there is no such document; `Refused` when the entry is decided already.
pub async fn attach(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    given: &DecisionGiven,
) -> Result<Correction> {
    require(caller, Act::CorrectRecords)?;
    let (scan, _) = document(archive, given).await?;
    let scan = scan.ok_or_else(|| no_document("/decision/scan_id"))?;
    let mut tx = archive.begin(caller).await?;
    let moved = sqlx::query(
        "UPDATE corrections SET decision_scan_id = $1 WHERE id = $2 AND state = 'entered'",
    )
    .bind(&scan)
    .bind(id);
    if !changed_one(&mut tx, moved).await? {
        drop(tx);
        // Asked again, to tell an entry that is not there from one that is decided.
        rows::load(archive, id).await?;
        return Err(super::decide::decided_already());
    }
    tx.log(
        Action::CorrectionScanNamed,
        ("correction", id),
        json!({ "scan": scan }),
    )
    .await?;
    tx.commit().await?;
    rows::load(archive, id).await
}

fn kind_of(given: &str) -> Result<String> {
    match given.trim() {
        "" | "correction" => Ok("correction".into()),
        "revocation" => Ok("revocation".into()),
        _ => Err(Error::fault(
            "/kind",
            "faults.kind_correction_or_revocation",
        )),
    }
}

/// The decision as given, completed from its own record where that is named.
async fn decision_of(archive: &Archive, given: &DecisionGiven, today: &str) -> Result<Decision> {
    let (scan_id, fields) = document(archive, given).await?;
    // What a person typed goes before what was read of the decision's own scan.
    let or_read = |given: &str, key: &str| {
        let read = fields.get(key).map_or("", |field| field.value.as_str());
        let text = if given.trim().is_empty() { read } else { given };
        text.trim().to_owned()
    };
    let decision = Decision {
        number: short("/decision/number", &or_read(&given.number, "so_ky_hieu"))?,
        date: whole_day("/decision/date", &or_read(&given.date, "ngay_ban_hanh"))?,
        agency: short("/decision/agency", &or_read(&given.agency, "co_quan"))?,
        scan_id,
    };
    for (pointer, text, key) in [
        (
            "/decision/number",
            &decision.number,
            "faults.decision_number_needed",
        ),
        (
            "/decision/agency",
            &decision.agency,
            "faults.decision_agency_needed",
        ),
    ] {
        if text.is_empty() {
            return Err(Error::fault(pointer, key));
        }
    }
    // A decision of tomorrow does not exist yet.
    if decision.date.as_str() > today {
        return Err(Error::fault(
            "/decision/date",
            "faults.decision_cannot_signed_after",
        ));
    }
    Ok(decision)
}

/// The scan named, and the fields of the decision's own record when that was named.
async fn document(archive: &Archive, given: &DecisionGiven) -> Result<(Option<String>, Fields)> {
    let text = |id: &Option<String>| id.clone().filter(|id| !id.trim().is_empty());
    if let Some(record_id) = text(&given.record_id) {
        let record = record::load(archive, record_id.trim()).await;
        // One answer for all: whether a record exists is not told to whoever guesses ids.
        let record = record.map_err(|_| no_document("/decision/record_id"))?;
        if record.class != DECISION_CLASS {
            return Err(no_document("/decision/record_id"));
        }
        return Ok((Some(record.scan_id), record.fields));
    }
    let Some(scan) = text(&given.scan_id) else {
        return Ok((None, Fields::new()));
    };
    let (id, state, first): (String, ScanState, Option<String>) =
        sqlx::query_as("SELECT id, state, duplicate_of FROM scans WHERE id = $1")
            .bind(scan.trim())
            .fetch_optional(archive.catalogue.pool())
            .await?
            .ok_or_else(|| no_document("/decision/scan_id"))?;
    // A duplicate has no object of its own: its first holds the same bytes.
    let kept = match state {
        ScanState::Received => Some(id),
        ScanState::Duplicate => first,
        ScanState::Quarantined => None,
    };
    Ok((
        Some(kept.ok_or_else(|| no_document("/decision/scan_id"))?),
        Fields::new(),
    ))
}

fn no_document(pointer: &str) -> Error {
    Error::fault(pointer, "faults.archive_holds_no_such")
}

/// A date to the day, as `YYYY-MM-DD`.
fn whole_day(pointer: &str, text: &str) -> Result<String> {
    let date = Date::parse(text).map(|date| date.to_string());
    date.filter(|date| date.parse::<Day>().is_ok())
        .ok_or_else(|| Error::fault(pointer, "faults.whole_date_needed_such"))
}

fn effective_from(given: &str, decision: &Decision) -> Result<String> {
    if given.trim().is_empty() {
        return Ok(decision.date.clone());
    }
    let day = whole_day("/effective_from", given)?;
    // A decision cannot take effect before it was signed.
    if day < decision.date {
        return Err(Error::fault(
            "/effective_from",
            "faults.decision_not_in_force",
        ));
    }
    Ok(day)
}

fn short(pointer: &str, text: &str) -> Result<String> {
    let text = sogoc_vietnamese::composed(text.trim());
    if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        return Err(Error::fault(pointer, "faults.too_long_or_control"));
    }
    Ok(text)
}

/// The changes in normal form beside the values in force; every fault is reported, not only the first.
async fn changes(
    archive: &Archive,
    record: &RecordView,
    given: &CorrectionGiven,
) -> Result<BTreeMap<String, FieldChange>> {
    let now = archive.clock.now();
    // Beside the values in force, not the printed ones: an earlier decision may have changed them
    // already.
    let standing = in_force(archive, &record.id, record.version, now).await?;
    let class = archive.classes.get(&record.class);
    let (mut changes, mut faults) = (BTreeMap::new(), Vec::new());
    for (key, typed) in &given.changes {
        let before = standing.fields.get(key);
        let before = before.map_or("", |field| field.value.as_str());
        match change(class, key, typed, before) {
            Ok(change) => _ = changes.insert(key.clone(), change),
            Err(message) => faults.push(Fault::new(format!("/changes/{key}"), message)),
        }
    }
    let revocation = given.kind.trim() == "revocation";
    // A revocation takes the diploma away as a whole; a correction has to change something.
    if faults.is_empty() && revocation != changes.is_empty() {
        let message = match revocation {
            true => "faults.revocation_changes_nothing",
            false => "faults.change_missing",
        };
        faults.push(Fault::new("/changes", message));
    }
    if faults.is_empty() {
        Ok(changes)
    } else {
        Err(Error::Invalid(faults))
    }
}

fn change(
    class: Option<&Class>,
    key: &str,
    typed: &str,
    before: &str,
) -> std::result::Result<FieldChange, Message> {
    let after = normalised(class, key, typed)?;
    // Clearing a value is no correction: the register always says something.
    if after == before || after.is_empty() {
        return Err("faults.value.unchanged".into());
    }
    Ok(FieldChange {
        before: before.to_owned(),
        after,
    })
}

/// Why the law lets a register be corrected or a diploma be revoked, on a day; today when none is given.
///
/// # Errors
/// `Invalid` for a text that is not a day; `Forbidden`.
pub async fn grounds(
    archive: &Archive,
    caller: &Caller,
    day: Option<&str>,
) -> Result<Vec<CorrectionGround>> {
    require(caller, Act::SeeRecords)?;
    let today = day_of(archive.clock.now());
    let day: Day = day
        .unwrap_or(&today)
        .parse()
        .map_err(|_| Error::fault("/day", "faults.day_written_yyyy_mm"))?;
    reference_data::correction_grounds_on(&archive.catalogue, day).await
}

/// The law's grounds are dated: what counts is the day the decision was signed.
async fn check_ground(archive: &Archive, entry: &Correction) -> Result<()> {
    let day: Day = entry
        .decision
        .date
        .parse()
        .map_err(|_| Error::Internal("a checked date no longer reads".into()))?;
    let grounds = reference_data::correction_grounds_on(&archive.catalogue, day).await?;
    let allowed = grounds.iter().any(|ground| {
        ground.code == entry.ground
            && ground.kind == entry.kind
            // Some grounds allow certain fields only.
            && (ground.fields.is_empty()
                || entry.changes.keys().all(|key| ground.fields.contains(key)))
    });
    if allowed {
        return Ok(());
    }
    Err(Error::fault("/ground", "faults.ground_does_not_allow"))
}
