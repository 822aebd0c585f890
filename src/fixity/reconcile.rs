//! Catalogue against vault: load, load, pure difference, act. Running it again is safe.

use std::collections::BTreeSet;

use futures::StreamExt;

use super::expected;
use super::rebuild::COPY;
use crate::archive::{Archive, Restoration};
use crate::audit::Action;
use crate::batch::{self, RECEIPT_PREFIX};
use crate::catalogue::raise_counter;
use crate::certified_copy;
use crate::column_map;
use crate::copy_request;
use crate::error::{Error, Result};
use crate::jobs::{Kind, PRIORITY_BACKLOG, PRIORITY_UPKEEP};
use crate::preservation::{self, Difference};
use crate::scan::{self, ScanState};
use crate::vault::{ObjectId, VaultError};
use crate::{document, fonds, unit};

/// What the two say of each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reconciliation {
    /// Objects that only the catalogue knows: their bytes are gone.
    pub only_in_catalogue: Vec<String>,
    /// Objects that only the vault knows: their booking was cut off, nothing was acknowledged.
    pub only_in_vault: Vec<String>,
    /// Scans with decided records that are not in the vault yet.
    pub not_preserved: Vec<String>,
    /// Versions of records that differ between catalogue and vault.
    pub different: Vec<Difference>,
    /// Lines of the issue book that differ between catalogue and vault: id of the copy and what differs.
    pub different_copies: Vec<String>,
    /// Places in the vault that make no sense.
    pub damaged: Vec<String>,
    /// What was set right now.
    pub fixed: Vec<String>,
}

impl Reconciliation {
    /// Exit code: 0 when both agree or all was set right, 2 when bytes are gone or damaged or values differ, 1 otherwise.
    pub fn exit_code(&self) -> u8 {
        let open = self.only_in_vault.len() + self.not_preserved.len();
        let false_values = !self.different.is_empty() || !self.different_copies.is_empty();
        if !self.only_in_catalogue.is_empty() || !self.damaged.is_empty() || false_values {
            2
        } else {
            u8::from(open > self.fixed.len())
        }
    }
}

/// Compares, and with `fix` sets right what can be: decided records are queued to be preserved, scans
/// whose storing was cut off are stored, copies likewise are taken up where they stopped.
///
/// # Errors
/// `Unavailable`; nothing is half done.
pub async fn reconcile(archive: &Archive, fix: bool) -> Result<Reconciliation> {
    let mut found = Reconciliation::default();
    // The vault first: what is stored while it is walked is then missing in neither.
    let in_vault = vault_side(archive, &mut found).await?;
    let catalogue = catalogue_side(archive).await?;
    found.not_preserved = not_preserved(archive).await?;
    (found.only_in_catalogue, found.only_in_vault) = difference(&catalogue, &in_vault);
    let mut gone = Vec::new();
    for id in found.only_in_catalogue {
        // Deposited behind the walk's back, or really gone?
        if !archive.vault.exists(&ObjectId::new(id.clone())?).await? {
            gone.push(id);
        }
    }
    found.only_in_catalogue = gone;
    compare_values(archive, &mut found).await?;
    if fix {
        act(archive, &mut found).await?;
    }
    Ok(found)
}

/// Holds every preserved record and every issued copy against what the vault was given of it.
async fn compare_values(archive: &Archive, found: &mut Reconciliation) -> Result<()> {
    let scans: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT s.id FROM scans s WHERE s.object_id IS NOT NULL ORDER BY s.id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    for scan in scans {
        match preservation::differences(archive, &scan).await {
            Ok(different) => found.different.extend(different),
            Err(Error::Corrupt { what }) => found.damaged.push(what),
            // An object that is gone is named already.
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    for (id, what) in certified_copy::differences(archive).await? {
        found.different_copies.push(format!("{id}: {what}"));
    }
    Ok(())
}

/// What is only in the first, and what is only in the second.
fn difference(
    catalogue: &BTreeSet<String>,
    vault: &BTreeSet<String>,
) -> (Vec<String>, Vec<String>) {
    (
        catalogue.difference(vault).cloned().collect(),
        vault.difference(catalogue).cloned().collect(),
    )
}

async fn vault_side(archive: &Archive, found: &mut Reconciliation) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    let mut walk = archive.vault.walk();
    while let Some(step) = walk.next().await {
        match step {
            Ok(summary) => ids.extend(summary.id.map(|id| id.to_string())),
            Err(VaultError::Corrupt { what, detail }) => {
                found.damaged.push(format!("{what}: {detail}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(ids)
}

async fn catalogue_side(archive: &Archive) -> Result<BTreeSet<String>> {
    let ids = expected::expected_objects(&archive.catalogue).await?;
    Ok(ids.into_iter().collect())
}

async fn not_preserved(archive: &Archive) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT r.scan_id FROM records r JOIN publications q ON q.record_id = r.id
         WHERE r.preserved_version IS NULL OR r.preserved_version < q.version ORDER BY r.scan_id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?)
}

async fn act(archive: &Archive, found: &mut Reconciliation) -> Result<()> {
    for scan_id in &found.not_preserved {
        enqueue(archive, Kind::PreserveRecords, scan_id).await?;
        found.fixed.push(scan_id.clone());
    }
    let mut due = found.only_in_vault.clone();
    // Lines of the issue book last: they are bound to requests and records.
    due.sort_by_key(|id| id.starts_with(COPY));
    for id in &due {
        let done = if id.starts_with(scan::PREFIX) {
            record_scan(archive, id).await?
        } else if let Some(copy) = id.strip_prefix(COPY) {
            // A copy in the vault without its row in state `issued`: the maker died between vault and catalogue,
            // and the job finds the file when it runs again.
            let open = "SELECT 1 FROM copies WHERE id = $1 AND state = 'opening'";
            take_up(archive, open, Kind::IssueCopy, copy).await?
                || bring_line(archive, copy, &mut found.damaged).await?
        } else if let Some(request) = id.strip_prefix(copy_request::PREFIX) {
            let known = "SELECT 1 FROM copy_requests WHERE id = $1";
            take_up(archive, known, Kind::PreserveRequest, request).await?
                || bring_request(archive, id, &mut found.damaged).await?
        } else if let Some(volume) = id.strip_prefix(column_map::PREFIX) {
            let known = "SELECT 1 FROM register_volumes WHERE id = $1";
            take_up(archive, known, Kind::PreserveMap, volume).await?
        } else if let Some(unit) = id.strip_prefix(unit::PREFIX) {
            let known = "SELECT 1 FROM units WHERE id = $1";
            take_up(archive, known, Kind::PreserveUnit, unit).await?
        } else if let Some(fonds) = id.strip_prefix(fonds::PREFIX) {
            let known = "SELECT 1 FROM fonds WHERE id = $1";
            take_up(archive, known, Kind::PreserveFonds, fonds).await?
        } else if let Some(file) = id.strip_prefix(fonds::FILE_PREFIX) {
            let known = "SELECT 1 FROM files WHERE id = $1";
            take_up(archive, known, Kind::PreserveFile, file).await?
        } else if let Some(document) = id.strip_prefix(document::PREFIX) {
            let known = "SELECT 1 FROM documents WHERE id = $1";
            take_up(archive, known, Kind::PreserveDocument, document).await?
        } else if id.starts_with(RECEIPT_PREFIX) {
            batch::preserve_receipts(archive).await?;
            true
        } else {
            false
        };
        if done {
            found.fixed.push(id.clone());
        }
    }
    Ok(())
}

async fn enqueue(archive: &Archive, kind: Kind, subject: &str) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    tx.enqueue(kind, subject, PRIORITY_UPKEEP).await?;
    tx.commit().await
}

/// Records a scan whose deposit was cut off before its rows. One of a closed batch, or whose bytes
/// have come in by now, is left: its sender was told nothing, and the receipt stands.
async fn record_scan(archive: &Archive, id: &str) -> Result<bool> {
    let object = ObjectId::new(id)?;
    let mut restoration = Restoration::new(archive);
    let Some(deposit) = scan::load(&mut restoration, &object).await? else {
        return Ok(false);
    };
    let records = preservation::load(&mut restoration, &object).await?;
    let mut tx = archive.begin_as_machine().await?;
    let in_the_way = sqlx::query(
        "SELECT 1 FROM batches WHERE id = $1 AND state = 'closed'
         UNION ALL SELECT 1 FROM scans WHERE sha256 = $2 OR id = $3",
    )
    .bind(&deposit.batch.id)
    .bind(&deposit.file.sha256)
    .bind(&deposit.scan_id)
    .fetch_optional(&mut *tx)
    .await?;
    if in_the_way.is_some() {
        return Ok(false);
    }
    scan::restore(&mut tx, &deposit).await?;
    preservation::restore(&mut tx, &deposit.scan_id, &records).await?;
    document::propose(&mut tx, &deposit.scan_id).await?;
    for page in &deposit.pages {
        tx.enqueue(Kind::ReadPage, &page.id, PRIORITY_BACKLOG)
            .await?;
    }
    let action = match deposit.state {
        ScanState::Quarantined => Action::ScanQuarantined,
        _ => Action::ScanReceived,
    };
    let details = serde_json::json!({ "sha256": deposit.file.sha256, "reconciled": true });
    tx.log(action, ("scan", &deposit.scan_id), details).await?;
    tx.commit().await?;
    Ok(true)
}

/// Asks again for what a row that `query` finds still waits for.
async fn take_up(archive: &Archive, query: &'static str, kind: Kind, id: &str) -> Result<bool> {
    let waits = sqlx::query(query)
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    if waits.is_some() {
        enqueue(archive, kind, id).await?;
    }
    Ok(waits.is_some())
}

/// Brings back a line of the issue book that the catalogue does not have at all: its rows came from a backup that is
/// older than the vault. Its number is never given again.
async fn bring_line(archive: &Archive, copy: &str, damaged: &mut Vec<String>) -> Result<bool> {
    let row = "SELECT year, number FROM copies WHERE id = $1";
    let line = || sqlx::query_as::<_, (i64, i64)>(row).bind(copy.to_owned());
    let pool = archive.catalogue.pool();
    if line().fetch_optional(pool).await?.is_some() {
        return Ok(false);
    }
    let mut restoration = Restoration::new(archive);
    let object = ObjectId::new(certified_copy::object_id(copy))?;
    certified_copy::restore(&mut restoration, &object).await?;
    damaged.append(&mut restoration.damaged);
    let back = line().fetch_optional(pool).await?;
    let mut tx = archive.begin_as_machine().await?;
    for (year, number) in restoration.numbers.iter().chain(&back) {
        raise_counter(&mut tx, &format!("copies-{year}"), *number).await?;
    }
    tx.commit().await?;
    Ok(back.is_some())
}

/// As [`bring_line`], a citizen's request.
async fn bring_request(archive: &Archive, id: &str, damaged: &mut Vec<String>) -> Result<bool> {
    let mut restoration = Restoration::new(archive);
    copy_request::restore(&mut restoration, &ObjectId::new(id)?).await?;
    let whole = restoration.damaged.is_empty();
    damaged.append(&mut restoration.damaged);
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_told_what_only_it_has() {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let (gone, unknown) = difference(&set(&["a", "b"]), &set(&["b", "c"]));
        assert_eq!(
            (gone, unknown),
            (vec!["a".to_owned()], vec!["c".to_owned()])
        );
    }
}
