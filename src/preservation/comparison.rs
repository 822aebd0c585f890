//! Whether the catalogue still says of a record what the vault was given: a value changed by hand in the catalogue is
//! found, named, and neither sealed nor preserved over the true one.

use std::collections::BTreeMap;

use super::{PreservedRecord, PreservedRecords, RECORDS_FILE, decided};
use crate::archive::Archive;
use crate::correction::Correction;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::scan;
use crate::vault::VaultError;

/// A version of a record that the catalogue and the vault tell differently.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// UUIDv7 text of the record compared.
    pub record_id: String,
    /// Version of it that was compared, from 1.
    pub version: i64,
    /// Keys of the fields that differ, and words for what else does: `state`, `author`, `place`, `class`, `appendix`;
    /// `missing_in_catalogue`, `missing_in_vault`.
    pub what: Vec<String>,
}

/// Key of one version.
type Key = (String, i64);

/// The differences of all records of a scan; what is not in the vault yet does not count as one.
///
/// # Errors
/// `Unavailable`; `Corrupt` where the vault's file does not fit its digest or makes no sense.
pub async fn differences(archive: &Archive, scan_id: &str) -> Result<Vec<Difference>> {
    let Some(kept) = in_vault(archive, scan_id).await? else {
        return Ok(Vec::new());
    };
    let stands = decided(archive, scan_id).await?;
    let preserved: Vec<(String, i64)> = sqlx::query_as(
        "SELECT id, preserved_version FROM records WHERE scan_id = $1 AND preserved_version IS NOT NULL",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    Ok(compare(&kept, &stands, &preserved.into_iter().collect()))
}

/// The newest file of records beside a scan; none where nothing was preserved yet.
async fn in_vault(archive: &Archive, scan_id: &str) -> Result<Option<PreservedRecords>> {
    let Some(object) = scan::vault_object(archive, scan_id).await? else {
        return Ok(None);
    };
    let file = match archive.vault.read(&object, RECORDS_FILE, None).await {
        Ok(file) => file,
        Err(VaultError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let bytes = file.into_bytes().await?;
    let kept = serde_json::from_slice(&bytes).map_err(|_| super::unknown_form())?;
    Ok(Some(kept))
}

/// Compares every version that the vault holds, and asks for those that the catalogue says it holds.
fn compare(
    kept: &PreservedRecords,
    stands: &PreservedRecords,
    preserved: &BTreeMap<String, i64>,
) -> Vec<Difference> {
    let (kept, stands) = (by_version(kept), by_version(stands));
    let mut found = Vec::new();
    for (key, kept) in &kept {
        let what = match stands.get(key) {
            Some(stands) => what_differs(kept, stands),
            None => vec!["missing_in_catalogue".to_owned()],
        };
        found.extend(difference(key, what));
    }
    for (key, _) in stands.iter().filter(|(key, _)| !kept.contains_key(*key)) {
        let should_be = preserved
            .get(&key.0)
            .is_some_and(|version| key.1 <= *version);
        if should_be {
            found.extend(difference(key, vec!["missing_in_vault".to_owned()]));
        }
    }
    found
}

fn by_version(records: &PreservedRecords) -> BTreeMap<Key, &PreservedRecord> {
    let all = records.records.iter().chain(&records.earlier);
    all.map(|one| ((one.id.clone(), one.version), one))
        .collect()
}

fn difference((record_id, version): &Key, what: Vec<String>) -> Option<Difference> {
    (!what.is_empty()).then(|| Difference {
        record_id: record_id.clone(),
        version: *version,
        what,
    })
}

fn what_differs(kept: &PreservedRecord, stands: &PreservedRecord) -> Vec<String> {
    let mut what: Vec<String> = Vec::new();
    let keys = kept.fields.keys().chain(stands.fields.keys());
    for key in keys {
        if kept.fields.get(key) != stands.fields.get(key) && !what.contains(key) {
            what.push(key.clone());
        }
    }
    let place = |one: &PreservedRecord| (one.page, one.ordinal, one.bounds.clone());
    for (differs, word) in [
        (kept.state != stands.state, "state"),
        (
            kept.author != stands.author || kept.at != stands.at,
            "author",
        ),
        (place(kept) != place(stands), "place"),
        (kept.class != stands.class, "class"),
        (
            !still_has(&stands.corrections, &kept.corrections),
            "appendix",
        ),
    ] {
        if differs {
            what.push(word.to_owned());
        }
    }
    what
}

/// Whether every decision that the vault knows stands in the catalogue as it was; newer ones may have come. Of a version
/// that is no longer the newest the catalogue's side lists none.
fn still_has(stands: &[Correction], kept: &[Correction]) -> bool {
    stands.is_empty() || kept.iter().all(|one| stands.contains(one))
}

/// Refuses while the vault differs in any version of the scan's records.
///
/// # Errors
/// `Blocked` with code `differs_from_vault`: it waits until somebody has set right which of the two is true.
pub(super) async fn refuse_different(archive: &Archive, scan_id: &str) -> Result<()> {
    let found = differences(archive, scan_id).await?;
    match found.first() {
        None => Ok(()),
        Some(first) => Err(Error::block(
            Message::new("errors.differs_from_vault")
                .with("record", &first.record_id)
                .with("version", first.version)
                .with("what", first.what.join(", ")),
        )),
    }
}

/// The same of the scan that a record stands on; a record that is not there is for others to refuse.
///
/// # Errors
/// As [`refuse_different`].
pub(crate) async fn refuse_other_than_kept(archive: &Archive, record_id: &str) -> Result<()> {
    let scan: Option<String> = sqlx::query_scalar("SELECT scan_id FROM records WHERE id = $1")
        .bind(record_id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    match scan {
        Some(scan) => refuse_different(archive, &scan).await,
        None => Ok(()),
    }
}
