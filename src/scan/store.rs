//! The one transaction of a scan: its row, its pages, the log, the work it makes.

use sqlx::{Any, Executor};

use super::{Deposit, Scan, ScanState, insert, insert_pages};
use crate::archive::Archive;
use crate::audit::Action;
use crate::batch::hold_open;
use crate::catalogue::{Tx, next_number};
use crate::document;
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_BACKLOG};

/// Counter whose lock lets one scan at a time be recorded, also across processes, so that of equal
/// bytes one is the first.
const TURN: &str = "scan";

/// The first scan that brought the same bytes.
#[derive(sqlx::FromRow)]
pub(super) struct Earlier {
    pub id: String,
    pub media_type: String,
    pub reason: Option<String>,
}

/// The first scan with the bytes of `scan`, if there is one and it is another.
pub(super) async fn earlier<'e>(
    from: impl Executor<'e, Database = Any>,
    scan: &Scan,
) -> Result<Option<Earlier>> {
    Ok(sqlx::query_as(
        "SELECT id, media_type, reason FROM scans
         WHERE sha256 = $1 AND state <> 'duplicate' AND id <> $2 ORDER BY received_at, id LIMIT 1",
    )
    .bind(&scan.sha256)
    .bind(&scan.id)
    .fetch_optional(from)
    .await?)
}

/// Records a file whose bytes are there already; the vault is not touched.
pub(super) async fn duplicate(archive: &Archive, scan: Scan, earlier: &Earlier) -> Result<Scan> {
    let scan = as_duplicate(scan, earlier);
    let mut tx = archive.catalogue.begin_as(&scan.received_by).await?;
    // One counter that everybody raises is the lock: equal bytes in two processes are recorded one
    // after the other.
    next_number(&mut tx, TURN).await?;
    if let Some(there) = record(&mut tx, &scan).await? {
        return Ok(there);
    }
    tx.commit().await?;
    Ok(scan)
}

/// Records a file that is in the vault.
pub(super) async fn received(archive: &Archive, deposit: &Deposit) -> Result<Scan> {
    let mut tx = archive.catalogue.begin_as(&deposit.received_by).await?;
    next_number(&mut tx, TURN).await?;
    let mut scan = deposit.scan();
    // Another process may have recorded the same bytes while these were on their way to the vault.
    // They stay there: what was written is never taken back.
    if let Some(first) = earlier(&mut *tx, &scan).await? {
        scan = as_duplicate(scan, &first);
    }
    if let Some(there) = record(&mut tx, &scan).await? {
        return Ok(there);
    }
    // A quarantined file has no page that could be read, and no document.
    if scan.state == ScanState::Received {
        insert_pages(&mut tx, &scan.id, &deposit.pages).await?;
        for page in &deposit.pages {
            tx.enqueue(Kind::ReadPage, &page.id, PRIORITY_BACKLOG)
                .await?;
        }
        document::propose(&mut tx, &scan.id).await?;
    }
    tx.commit().await?;
    Ok(scan)
}

fn as_duplicate(scan: Scan, earlier: &Earlier) -> Scan {
    Scan {
        state: ScanState::Duplicate,
        reason: earlier.reason.clone(),
        media_type: earlier.media_type.clone(),
        duplicate_of: Some(earlier.id.clone()),
        page_count: 0,
        ..scan
    }
}

/// Writes row and log entry; gives the row that is there already when the same file was recorded by
/// another try.
async fn record(tx: &mut Tx, scan: &Scan) -> Result<Option<Scan>> {
    // Looked for under that lock, since only then nobody else can be about to write it.
    let there = sqlx::query_as("SELECT * FROM scans WHERE id = $1")
        .bind(&scan.id)
        .fetch_optional(&mut **tx)
        .await?;
    if there.is_some() {
        return Ok(there);
    }
    // After the look: a file that is recorded already is acknowledged even if its batch was closed
    // since.
    hold_open(tx, &scan.batch_id).await?;
    insert(tx, scan).await?;
    let action = match scan.state {
        ScanState::Received => Action::ScanReceived,
        ScanState::Quarantined => Action::ScanQuarantined,
        ScanState::Duplicate => Action::ScanDuplicate,
    };
    // The file's name may be a person's: the log has the digest, the catalogue the name.
    let details = serde_json::json!({
        "batch": scan.batch_id, "sha256": scan.sha256, "size": scan.size,
        "pages": scan.page_count, "reason": scan.reason, "duplicate_of": scan.duplicate_of,
    });
    tx.log(action, ("scan", &scan.id), details).await?;
    Ok(None)
}
