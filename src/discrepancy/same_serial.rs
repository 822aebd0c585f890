//! Approving a second record of one diploma number: asked first. What is answered stays as an answer to the discrepancy.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::AnyConnection;

use super::answers::{Kept, check_note, keep};
use super::pairs::serial_key_of;
use super::{DiscrepancyKind, DiscrepancyVerdict};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Tx;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::record::{self, Fields, Keys, RecordView};

/// Most records that are named.
const MOST_NAMED: i64 = 20;

/// Refuses a record that was just approved in this transaction while another of its class is public with the same diploma
/// number, unless somebody has said why of just these records, or `reason` says it now: then that is kept.
///
/// Asked once the record has its publication number: of two approved at the same moment, the second sees the first.
///
/// # Errors
/// `Refused` with code `same_serial`; `Invalid` reason.
pub(crate) async fn ask_about_serial(
    archive: &Archive,
    tx: &mut Tx,
    record: &RecordView,
    fields: &Fields,
    reason: &str,
) -> Result<()> {
    let Some(serial) = asked_of(archive, &record.class, fields) else {
        return Ok(());
    };
    let key = serial_key_of(&record.class, &serial);
    let others = unanswered(tx, record, (&serial, &key)).await?;
    if others.is_empty() {
        return Ok(());
    }
    if reason.trim().is_empty() {
        let message = Message::new("errors.same_serial")
            .with("count", others.len())
            .with("records", others.join(", "));
        return Err(Error::refuse(message));
    }
    check_note("/same_serial", reason)?;
    let mut records: BTreeSet<String> = others.into_iter().collect();
    records.insert(record.id.clone());
    let place_id: String =
        sqlx::query_scalar("SELECT COALESCE(volume_id, id) FROM batches WHERE id = $1")
            .bind(&record.batch_id)
            .fetch_one(&mut **tx)
            .await?;
    let kept = Kept {
        place_id: &place_id,
        discrepancy: &key,
        records: &records,
        verdict: DiscrepancyVerdict::AsOnPaper,
        note: reason,
    };
    keep(tx, &kept).await?;
    let details = json!({ "kind": DiscrepancyKind::SameSerial, "records": records });
    tx.log(Action::DiscrepancyAnswered, ("record", &record.id), details)
        .await
}

/// The diploma number by which a record of this class is known; none of paper that is no diploma's.
fn asked_of(archive: &Archive, class: &str, fields: &Fields) -> Option<String> {
    archive.classes.get(class)?.diploma?;
    Keys::of_fields(fields).serial
}

/// Other public records of this class with the number, unless an answer covers all of them and this one.
async fn unanswered(
    connection: &mut AnyConnection,
    record: &RecordView,
    (serial, key): (&str, &str),
) -> Result<Vec<String>> {
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT k.record_id FROM record_keys k JOIN records d ON d.id = k.record_id
         WHERE k.serial_key = $1 AND d.class = $2 AND d.id <> $3 AND d.state <> 'rejected'
         AND EXISTS (SELECT 1 FROM publications q WHERE q.record_id = d.id)
         ORDER BY k.record_id LIMIT $4",
    )
    .bind(serial.to_owned())
    .bind(record.class.clone())
    .bind(record.id.clone())
    .bind(MOST_NAMED)
    .fetch_all(&mut *connection)
    .await?;
    let answers: Vec<String> =
        sqlx::query_scalar("SELECT records FROM discrepancy_answers WHERE discrepancy = $1")
            .bind(key.to_owned())
            .fetch_all(&mut *connection)
            .await?;
    for answer in answers {
        let covered: BTreeSet<String> = serde_json::from_str(&answer)?;
        if covered.contains(&record.id) && others.iter().all(|other| covered.contains(other)) {
            return Ok(Vec::new());
        }
    }
    Ok(others)
}

/// Public records with the diploma number of this one about which nobody has been asked: what approving it will ask about.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn same_serial(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
) -> Result<Vec<String>> {
    require(caller, Act::SeeRecords)?;
    let record = record::load(archive, record_id).await?;
    let Some(serial) = asked_of(archive, &record.class, &record.fields) else {
        return Ok(Vec::new());
    };
    let key = serial_key_of(&record.class, &serial);
    let mut connection = archive.catalogue.pool().acquire().await?;
    unanswered(&mut connection, &record, (&serial, &key)).await
}
