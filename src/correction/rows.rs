//! The appendix's rows: reading, listing, and writing back what the vault preserved.

use std::collections::{BTreeMap, BTreeSet};

use sogoc_workers::reading::FieldReading;
use sqlx::AnyConnection;

use super::{Correction, CorrectionFilter, FieldChange};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, Tx, raise_counter};
use crate::error::{Error, Result};
use crate::masking;
use crate::viewing::{self, View};

/// One entry.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn get(archive: &Archive, caller: &Caller, id: &str) -> Result<Correction> {
    require(caller, Act::SeeRecords)?;
    let entry = load(archive, id).await?;
    viewing::note(archive, caller, View::of_record(&entry.record_id.clone())).await?;
    let mut entries = masked(archive, caller, vec![entry]).await?;
    entries.pop().ok_or(Error::NotFound { what: "correction" })
}

/// The entries as this caller may see them.
async fn masked(
    archive: &Archive,
    caller: &Caller,
    mut entries: Vec<Correction>,
) -> Result<Vec<Correction>> {
    if masking::applies_to(caller) {
        let classes = classes_of(archive, &entries).await?;
        for entry in &mut entries {
            let class = classes.get(&entry.record_id).map_or("", String::as_str);
            mask_changes(archive, caller, class, &mut entry.changes);
        }
    }
    Ok(entries)
}

/// Masks old and new values as those of a record of `class`.
pub(crate) fn mask_changes(
    archive: &Archive,
    caller: &Caller,
    class: &str,
    changes: &mut BTreeMap<String, FieldChange>,
) {
    if masking::applies_to(caller) {
        for (key, change) in changes {
            change.before = masking::masked(archive, class, key, &change.before);
            change.after = masking::masked(archive, class, key, &change.after);
        }
    }
}

pub(super) async fn load(archive: &Archive, id: &str) -> Result<Correction> {
    sqlx::query_as("SELECT * FROM corrections WHERE id = $1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotFound { what: "correction" })
}

/// Names of who entered an entry and of who decided on it, empty while nobody has.
///
/// # Errors
/// `Forbidden`.
pub async fn names_of(
    archive: &Archive,
    caller: &Caller,
    entry: &Correction,
) -> Result<(String, String)> {
    require(caller, Act::SeeRecords)?;
    let name = async |id: &str| -> Result<String> {
        let name: Option<String> = sqlx::query_scalar("SELECT name FROM people WHERE id = $1")
            .bind(id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
        // Whoever approved may be gone from the catalogue after a rebuild; the id is then all there
        // is.
        Ok(name.unwrap_or_else(|| id.to_owned()))
    };
    let decided = entry.decided_by.as_deref().unwrap_or_default();
    Ok((name(&entry.entered_by).await?, name(decided).await?))
}

/// Entries by filter: those waiting first, then the newest of the appendix.
///
/// # Errors
/// `Forbidden`.
pub async fn list(
    archive: &Archive,
    caller: &Caller,
    filter: &CorrectionFilter,
) -> Result<Vec<Correction>> {
    require(caller, Act::SeeRecords)?;
    let entries: Vec<Correction> = sqlx::query_as(
        "SELECT * FROM corrections WHERE ($1 = '' OR state = $1) AND ($2 = '' OR record_id = $2)
         AND ($3 = 0 OR year = $3)
         ORDER BY CASE state WHEN 'entered' THEN 0 ELSE 1 END, decided_at DESC, id DESC LIMIT $4",
    )
    .bind(filter.state.clone().unwrap_or_default())
    .bind(filter.record_id.clone().unwrap_or_default())
    .bind(filter.year.unwrap_or_default())
    .bind(filter.limit.unwrap_or(100).clamp(1, 500))
    .fetch_all(archive.catalogue.pool())
    .await?;
    let records = entries
        .iter()
        .map(|entry| entry.record_id.clone())
        .collect();
    let view = View::of(
        Action::RecordsListed,
        ("corrections", "corrections"),
        records,
    );
    viewing::note(archive, caller, view).await?;
    masked(archive, caller, entries).await
}

/// Every entry of one record, in the order they were entered.
///
/// # Errors
/// `Forbidden`.
pub async fn of_record(
    archive: &Archive,
    caller: &Caller,
    record_id: &str,
) -> Result<Vec<Correction>> {
    require(caller, Act::SeeRecords)?;
    let entries: Vec<Correction> =
        sqlx::query_as("SELECT * FROM corrections WHERE record_id = $1 ORDER BY id")
            .bind(record_id)
            .fetch_all(archive.catalogue.pool())
            .await?;
    if !entries.is_empty() {
        viewing::note(archive, caller, View::of_record(record_id)).await?;
    }
    masked(archive, caller, entries).await
}

/// The class of each record that entries change, by the record's id.
pub(crate) async fn classes_of(
    archive: &Archive,
    entries: &[Correction],
) -> Result<BTreeMap<String, String>> {
    let records: BTreeSet<&String> = entries.iter().map(|entry| &entry.record_id).collect();
    // An empty list of values is no SQL.
    if records.is_empty() {
        return Ok(BTreeMap::new());
    }
    let places: Vec<String> = (1..=records.len()).map(|at| format!("${at}")).collect();
    let query = format!(
        "SELECT id, class FROM records WHERE id IN ({})",
        places.join(", ")
    );
    let mut rows = sqlx::query_as(sqlx::AssertSqlSafe(query));
    for record in records {
        rows = rows.bind(record);
    }
    let rows: Vec<(String, String)> = rows.fetch_all(archive.catalogue.pool()).await?;
    Ok(rows.into_iter().collect())
}

/// The approved entries of a record, by number.
pub(crate) async fn approved_of(
    connection: &mut AnyConnection,
    record_id: &str,
) -> Result<Vec<Correction>> {
    Ok(sqlx::query_as(
        "SELECT * FROM corrections WHERE record_id = $1 AND state = 'approved'
         ORDER BY record_version",
    )
    .bind(record_id)
    .fetch_all(connection)
    .await?)
}

/// The approved entries of every record of a scan, for the vault.
pub(crate) async fn approved_of_scan(archive: &Archive, scan_id: &str) -> Result<Vec<Correction>> {
    Ok(sqlx::query_as(
        "SELECT c.* FROM corrections c JOIN records r ON r.id = c.record_id
         WHERE r.scan_id = $1 AND c.state = 'approved' ORDER BY c.record_version",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?)
}

/// Approved entries of the records among the next publications.
const AMONG_NEXT: &str = "SELECT * FROM corrections WHERE state = 'approved' AND record_id IN
            (SELECT record_id FROM publications WHERE position > $1 ORDER BY position LIMIT $2)
         ORDER BY record_version";

/// The approved entries, by record, of those records that are among the next publications.
pub(crate) async fn approved_after(
    archive: &Archive,
    position: u64,
    publications: i64,
) -> Result<BTreeMap<String, Vec<Correction>>> {
    let entries = sqlx::query_as(AMONG_NEXT)
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(publications)
        .fetch_all(archive.catalogue.pool())
        .await?;
    Ok(by_record(entries))
}

/// Every approved entry, by record.
pub(crate) async fn all_approved(archive: &Archive) -> Result<BTreeMap<String, Vec<Correction>>> {
    let entries = sqlx::query_as(
        "SELECT * FROM corrections WHERE state = 'approved' ORDER BY record_id, record_version",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    Ok(by_record(entries))
}

fn by_record(entries: Vec<Correction>) -> BTreeMap<String, Vec<Correction>> {
    let mut by_record: BTreeMap<String, Vec<Correction>> = BTreeMap::new();
    for entry in entries {
        let of_record = by_record.entry(entry.record_id.clone());
        of_record.or_default().push(entry);
    }
    by_record
}

/// Writes an approved entry as the vault has it; one that is there already stays. The scan of the
/// decision need not be restored yet, so it is named without being looked up.
pub(crate) async fn restore(tx: &mut Tx, entry: &Correction) -> Result<()> {
    insert(tx, entry).await?;
    Ok(())
}

/// Lets the appendix of each year go on behind its last number.
///
/// # Errors
/// As any statement.
pub(crate) async fn restore_counters(tx: &mut Tx) -> Result<()> {
    let last: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT year, MAX(number) FROM corrections WHERE state = 'approved' GROUP BY year",
    )
    .fetch_all(&mut **tx)
    .await?;
    for (year, number) in last {
        raise_counter(tx, &format!("appendix-{year}"), number).await?;
    }
    Ok(())
}

/// Writes an entry; false when the same decision is in the record's appendix already.
pub(super) async fn insert(tx: &mut Tx, entry: &Correction) -> Result<bool> {
    Insert::into("corrections")
        .set("id", &entry.id)
        .set("record_id", &entry.record_id)
        .set("kind", &entry.kind)
        .set("state", entry.state)
        .set("ground", &entry.ground)
        .set("decision_number", &entry.decision.number)
        .set("decision_date", &entry.decision.date)
        .set("decision_agency", &entry.decision.agency)
        .set("decision_scan_id", &entry.decision.scan_id)
        .set("effective_from", &entry.effective_from)
        .set("changes", serde_json::to_string(&entry.changes)?)
        .set("note", &entry.note)
        .set("year", entry.year)
        .set("number", entry.number)
        .set("record_version", entry.record_version)
        .set("entered_by", &entry.entered_by)
        .set("entered_at", &entry.entered_at)
        .set("decided_by", &entry.decided_by)
        .set("decided_at", &entry.decided_at)
        .or_ignore("")
        .run(tx)
        .await
}

/// A field of which the paper says nothing.
pub(super) fn not_printed() -> FieldReading {
    FieldReading {
        raw: String::new(),
        value: String::new(),
        confidence: 1.0,
        accepted: true,
        bounds: None,
        struck: false,
        page: None,
        evidence: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_appendix_of_the_next_publications_walks_no_whole_table() {
        let walked = crate::catalogue::plan::walked(AMONG_NEXT, &[]).await;
        assert_eq!(walked, [""; 0]);
    }
}
