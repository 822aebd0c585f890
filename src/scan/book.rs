//! The one transaction of a scan: its row, its pages, the log, the work it makes.

use sqlx::{Any, Executor, Row};

use super::{Deposit, Scan, scan_of};
use crate::archive::Archive;
use crate::audit::{self, Deed, Subject};
use crate::batch::hold_open;
use crate::catalogue::{Tx, next_number};
use crate::error::{Error, Result};
use crate::jobs::{self, Kind, PRIORITY_BACKLOG};

/// Counter whose lock lets one scan at a time be booked, also across processes, so that of equal
/// bytes one is the first.
const TURN: &str = "scan";

/// The first scan that brought the same bytes.
pub(super) struct Earlier {
    pub id: String,
    pub media_type: String,
    pub reason: Option<String>,
}

/// The first scan with the bytes of `fresh`, if there is one and it is another.
pub(super) async fn earlier<'e>(
    from: impl Executor<'e, Database = Any>,
    fresh: &Scan,
) -> Result<Option<Earlier>> {
    let row = sqlx::query(
        "SELECT id, media_type, reason FROM scans
         WHERE sha256 = $1 AND state <> 'duplicate' AND id <> $2 ORDER BY received_at, id LIMIT 1",
    )
    .bind(&fresh.sha256)
    .bind(&fresh.id)
    .fetch_optional(from)
    .await?;
    row.map(|row| {
        Ok(Earlier {
            id: row.try_get("id")?,
            media_type: row.try_get("media_type")?,
            reason: row.try_get("reason")?,
        })
    })
    .transpose()
}

/// Books a file whose bytes are there already; the vault is not touched.
pub(super) async fn duplicate(archive: &Archive, fresh: Scan, earlier: &Earlier) -> Result<Scan> {
    let scan = as_duplicate(fresh, earlier);
    let mut tx = archive.catalogue.begin().await?;
    next_number(&mut tx, TURN).await?;
    if let Some(there) = book(archive, &mut tx, &scan).await? {
        return Ok(there);
    }
    tx.commit().await?;
    Ok(scan)
}

/// Books a file that is in the vault.
pub(super) async fn received(archive: &Archive, kept: &Deposit) -> Result<Scan> {
    let mut tx = archive.catalogue.begin().await?;
    next_number(&mut tx, TURN).await?;
    let mut scan = kept.scan();
    // Another process may have booked the same bytes while these were on their way to the vault.
    // They stay there: what was written is never taken back.
    if let Some(first) = earlier(&mut *tx, &scan).await? {
        scan = as_duplicate(scan, &first);
    }
    if let Some(there) = book(archive, &mut tx, &scan).await? {
        return Ok(there);
    }
    if scan.state == "received" {
        add_pages(archive, &mut tx, kept).await?;
    }
    tx.commit().await?;
    Ok(scan)
}

fn as_duplicate(scan: Scan, earlier: &Earlier) -> Scan {
    Scan {
        state: "duplicate".into(),
        reason: earlier.reason.clone(),
        media_type: earlier.media_type.clone(),
        duplicate_of: Some(earlier.id.clone()),
        page_count: 0,
        ..scan
    }
}

/// Writes row and log entry; gives the row that is there already when the same file was booked by
/// another try.
async fn book(archive: &Archive, tx: &mut Tx, scan: &Scan) -> Result<Option<Scan>> {
    let there = sqlx::query("SELECT * FROM scans WHERE id = $1")
        .bind(&scan.id)
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(row) = there {
        return scan_of(&row).map(Some);
    }
    hold_open(tx, &scan.batch_id).await?;
    sqlx::query(
        "INSERT INTO scans (id, batch_id, original_name, sha256, size, media_type, state, reason,
            duplicate_of, object_id, page_count, received_by, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
    log(archive, tx, scan).await?;
    Ok(None)
}

async fn log(archive: &Archive, tx: &mut Tx, scan: &Scan) -> Result<()> {
    let deed = match scan.state.as_str() {
        "received" => Deed::ScanReceived,
        "quarantined" => Deed::ScanQuarantined,
        "duplicate" => Deed::ScanDuplicate,
        other => return Err(Error::Internal(format!("a scan in state {other}"))),
    };
    // The file's name may be a person's: the log has the digest, the catalogue the name.
    let details = serde_json::json!({
        "batch": scan.batch_id, "sha256": scan.sha256, "size": scan.size,
        "pages": scan.page_count, "reason": scan.reason, "duplicate_of": scan.duplicate_of,
    });
    let subject = Subject {
        kind: "scan",
        id: &scan.id,
    };
    let clock = archive.clock.as_ref();
    audit::append(tx, clock, &scan.received_by, deed, subject, details).await
}

async fn add_pages(archive: &Archive, tx: &mut Tx, kept: &Deposit) -> Result<()> {
    for page in &kept.pages {
        sqlx::query(
            "INSERT INTO pages (id, scan_id, number, state, width, height, dpi)
             VALUES ($1, $2, $3, 'received', $4, $5, $6)",
        )
        .bind(&page.id)
        .bind(&kept.scan_id)
        .bind(page.number)
        .bind(page.width)
        .bind(page.height)
        .bind(page.dpi)
        .execute(&mut **tx)
        .await?;
        let clock = archive.clock.as_ref();
        jobs::enqueue(tx, clock, Kind::ReadPage, &page.id, PRIORITY_BACKLOG).await?;
    }
    Ok(())
}
