//! Decided records, from every version of `records.json` that the vault keeps and what each says of
//! before: a copy may have been issued from a version that is no longer the newest.

use std::collections::BTreeMap;

use super::{Rebuilt, note, part};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::correction;
use crate::error::{Error, Result};
use crate::keep::{KeptRecord, KeptRecords, RECORDS_FILE};
use crate::record::{Version, save_version};
use crate::scan::page_id;
use crate::vault::ObjectId;

/// Every kept state of an object's records, oldest first.
pub(super) async fn load(
    archive: &Archive,
    id: &ObjectId,
    rebuilt: &mut Rebuilt,
) -> Result<Vec<KeptRecords>> {
    let inventory = archive.vault.inventory(id).await?;
    let mut kept = Vec::new();
    let mut last = None;
    for version in 1..=inventory.head() {
        let files = inventory.state(version).unwrap_or_default();
        let digest = files.get(RECORDS_FILE).copied();
        if digest.is_none() || digest == last {
            continue;
        }
        last = digest;
        let Some(bytes) = part(archive, id, RECORDS_FILE, version, rebuilt).await? else {
            continue;
        };
        match serde_json::from_slice(&bytes) {
            Ok(records) => kept.push(records),
            Err(_) => note(rebuilt, id, &unknown_form()),
        }
    }
    Ok(kept)
}

fn unknown_form() -> Error {
    Error::Corrupt {
        what: RECORDS_FILE.into(),
    }
}

/// Writes records, versions and publications; those that are there already stay as they are.
pub(super) async fn save(tx: &mut Tx, scan_id: &str, kept: &[KeptRecords]) -> Result<()> {
    let all = kept
        .iter()
        .flat_map(|state| state.records.iter().chain(&state.earlier));
    let mut by_id: BTreeMap<&str, BTreeMap<i64, &KeptRecord>> = BTreeMap::new();
    for record in all {
        let versions = by_id.entry(&record.id).or_default();
        versions.insert(record.version, record);
    }
    for versions in by_id.values() {
        if let Some(newest) = versions.values().next_back() {
            save_head(tx, scan_id, newest).await?;
        }
        for record in versions.values() {
            save_decision(tx, record).await?;
            for entry in &record.corrections {
                correction::restore(tx, entry).await?;
            }
        }
    }
    Ok(())
}

async fn save_head(tx: &mut Tx, scan_id: &str, newest: &KeptRecord) -> Result<()> {
    sqlx::query(
        "INSERT INTO records (id, scan_id, page_id, ordinal, class, state, version, doubtful,
            bounds, kept_version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $7, $9) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&newest.id)
    .bind(scan_id)
    .bind(page_id(scan_id, newest.page))
    .bind(newest.ordinal)
    .bind(&newest.class)
    .bind(&newest.state)
    .bind(newest.version)
    .bind(&newest.bounds)
    .bind(&newest.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn save_decision(tx: &mut Tx, record: &KeptRecord) -> Result<()> {
    let there = sqlx::query("SELECT 1 FROM record_versions WHERE record_id = $1 AND version = $2")
        .bind(&record.id)
        .bind(record.version)
        .fetch_optional(&mut **tx)
        .await?;
    if there.is_some() {
        return Ok(());
    }
    let version = Version {
        number: record.version,
        state: &record.state,
        author: &record.author,
        note: &record.note,
        at: &record.at,
    };
    save_version(tx, &record.id, &version, &record.fields).await?;
    sqlx::query(
        "INSERT INTO publications (position, record_id, version, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (position) DO NOTHING",
    )
    .bind(record.published)
    .bind(&record.id)
    .bind(record.version)
    .bind(&record.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
