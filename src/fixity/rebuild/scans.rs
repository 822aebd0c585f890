//! Scans and their pages, from `deposit.json`.

use sqlx::Row;

use super::{Rebuilt, note, part, places, records};
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::keep::KeptRecords;
use crate::scan::{DEPOSIT_FILE, Deposit, Scan};
use crate::vault::ObjectId;

/// A scan as its object tells of it.
pub(in crate::fixity) struct KeptScan {
    pub deposit: Deposit,
    /// What was kept of its records, oldest first.
    pub records: Vec<KeptRecords>,
}

/// Brings one scan back with its pages and its decided records.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let Some(kept) = load(archive, id, rebuilt).await? else {
        return Ok(());
    };
    let mut tx = archive.catalogue.begin().await?;
    save(archive, &mut tx, &kept).await?;
    tx.commit().await?;
    Ok(())
}

/// Reads what an object tells of its scan; none when its description is damaged.
pub(in crate::fixity) async fn load(
    archive: &Archive,
    id: &ObjectId,
    rebuilt: &mut Rebuilt,
) -> Result<Option<KeptScan>> {
    let Some(bytes) = part(archive, id, DEPOSIT_FILE, 1, rebuilt).await? else {
        return Ok(None);
    };
    match Deposit::parse(&bytes) {
        Ok(deposit) => Ok(Some(KeptScan {
            deposit,
            records: records::load(archive, id, rebuilt).await?,
        })),
        Err(error) => {
            note(rebuilt, id, &error);
            Ok(None)
        }
    }
}

/// Writes the rows of one scan; those that are there already stay as they are.
pub(in crate::fixity) async fn save(archive: &Archive, tx: &mut Tx, kept: &KeptScan) -> Result<()> {
    let scan = kept.deposit.scan();
    places::batch(archive, tx, &kept.deposit.batch).await?;
    save_row(tx, &scan).await?;
    for page in &kept.deposit.pages {
        sqlx::query(
            "INSERT INTO pages (id, scan_id, number, state, width, height, dpi)
             VALUES ($1, $2, $3, 'received', $4, $5, $6) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&page.id)
        .bind(&scan.id)
        .bind(page.number)
        .bind(page.width)
        .bind(page.height)
        .bind(page.dpi)
        .execute(&mut **tx)
        .await?;
    }
    records::save(tx, &scan.id, &kept.records).await
}

pub(super) async fn save_row(tx: &mut Tx, scan: &Scan) -> Result<()> {
    sqlx::query(
        "INSERT INTO scans (id, batch_id, original_name, sha256, size, media_type, state, reason,
            duplicate_of, object_id, page_count, received_by, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT id FROM scans WHERE id = $9), $10, $11,
            $12, $13) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&scan.id)
    .bind(&scan.batch_id)
    .bind(&scan.original_name)
    .bind(&scan.sha256)
    .bind(scan.size)
    .bind(&scan.media_type)
    .bind(&scan.state)
    .bind(&scan.reason)
    .bind(&scan.duplicate_of)
    .bind(&scan.object_id)
    .bind(scan.page_count)
    .bind(&scan.received_by)
    .bind(&scan.received_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Of equal bytes that are in the vault twice, one is the first: the one with decided records, else
/// the one received first. No receipt tells, because their batch was not closed.
pub(super) async fn settle_duplicates(archive: &Archive) -> Result<()> {
    let mut tx = archive.catalogue.begin().await?;
    let rows = sqlx::query(
        "SELECT s.id, s.sha256 FROM scans s WHERE s.state <> 'duplicate' AND s.sha256 IN
            (SELECT sha256 FROM scans WHERE state <> 'duplicate' GROUP BY sha256 HAVING COUNT(*) > 1)
         ORDER BY s.sha256, (SELECT COUNT(*) FROM records r WHERE r.scan_id = s.id) DESC,
            s.received_at, s.id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut first = (String::new(), String::new());
    for row in &rows {
        let (id, sha256): (String, String) = (row.try_get("id")?, row.try_get("sha256")?);
        if first.1 == sha256 {
            make_duplicate(&mut tx, &id, &first.0).await?;
        } else {
            first = (id, sha256);
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Says of a scan that its bytes had come before.
pub(super) async fn make_duplicate(tx: &mut Tx, id: &str, first: &str) -> Result<()> {
    sqlx::query("DELETE FROM pages WHERE scan_id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "UPDATE scans SET state = 'duplicate', duplicate_of = $1, page_count = 0,
            reason = (SELECT f.reason FROM scans f WHERE f.id = $1),
            media_type = (SELECT f.media_type FROM scans f WHERE f.id = $1)
         WHERE id = $2 AND EXISTS (SELECT 1 FROM scans f WHERE f.id = $1)",
    )
    .bind(first)
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
