//! Copies of many records in one act.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{CopyRow, issue_now};
use crate::access::{Act, Caller, require, require_fresh};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::seen::Seen;

/// Most copies issued in one act; each takes about a tenth of a second.
const MOST_AT_ONCE: usize = 500;

/// What became of one of many.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BatchOutcome {
    /// Id of the record asked for.
    pub record_id: String,
    /// The line it got; none when it was refused before it took a number.
    pub copy: Option<CopyRow>,
    /// Stable word of what went wrong.
    pub fault: Option<String>,
    /// What went wrong, in Vietnamese.
    pub fault_vi: Option<String>,
    /// The same in English.
    pub fault_en: Option<String>,
}

/// Issues copies of many records in one act, each with a number of its own: one that fails harms only
/// itself. `seen` has what the caller was shown, by record.
///
/// # Errors
/// `Invalid` for none or more than 500; `Forbidden`; a fault that passes stops at the first, and those
/// before it are issued and stay so.
pub async fn issue_many(
    archive: &Archive,
    caller: &Caller,
    records: &[String],
    seen: &BTreeMap<String, Seen>,
) -> Result<Vec<BatchOutcome>> {
    require(caller, Act::ReleaseCopies)?;
    require_fresh(caller)?;
    // Bounded because it runs while somebody waits: each copy is composed and sealed within the
    // call.
    few_enough("/records", records.len())?;
    let mut outcomes = Vec::with_capacity(records.len());
    for record in records {
        match issue_now(archive, caller, record, seen.get(record)).await {
            // The rest would meet the same fault; what was issued so far stands in the book.
            Err(error) if error.is_transient() => return Err(error),
            issued => outcomes.push(outcome(record, issued)),
        }
    }
    Ok(outcomes)
}

/// How many copies one act may issue.
///
/// # Errors
/// `Invalid` for none or more than 500.
pub fn few_enough(pointer: &str, count: usize) -> Result<()> {
    if (1..=MOST_AT_ONCE).contains(&count) {
        return Ok(());
    }
    Err(Error::fault(pointer, "faults.1_to_500_copies"))
}

fn outcome(record_id: &str, issued: Result<CopyRow>) -> BatchOutcome {
    let (copy, error) = match issued {
        Ok(copy) => (Some(copy), None),
        Err(error) => (None, Some(error)),
    };
    let void = copy.as_ref().and_then(|copy| copy.void_code.clone());
    BatchOutcome {
        record_id: record_id.to_owned(),
        // A line that was voided is a failure for its record, although the call itself went well.
        fault: error.as_ref().map(|error| error.code().to_owned()).or(void),
        fault_vi: error.as_ref().map(Error::vi),
        fault_en: error.as_ref().map(Error::en),
        copy,
    }
}
