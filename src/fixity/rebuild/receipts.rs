//! Closed batches, from their receipts: what no single file knows, and files whose own object is lost.

use super::{BATCH, Rebuilt, note, part, places, scans};
use crate::archive::Archive;
use crate::batch::{Receipt, ReceiptBatch, ReceiptFile};
use crate::catalogue::Tx;
use crate::error::Result;
use crate::scan::{Scan, object_id, page_id};
use crate::vault::ObjectId;

/// Name of the receipt inside a batch's object.
const RECEIPT_FILE: &str = "receipt.json";

/// Brings one closed batch back.
pub(super) async fn restore(archive: &Archive, id: &ObjectId, rebuilt: &mut Rebuilt) -> Result<()> {
    let Some(bytes) = part(archive, id, RECEIPT_FILE, 1, rebuilt).await? else {
        return Ok(());
    };
    let receipt = match Receipt::parse(&bytes) {
        Ok(receipt) if format!("{BATCH}{}", receipt.receipt.batch.id) == id.as_str() => receipt,
        Ok(_) => {
            rebuilt
                .damaged
                .push(format!("{id}: the receipt of another batch"));
            return Ok(());
        }
        Err(error) => {
            note(rebuilt, id, &error);
            return Ok(());
        }
    };
    let body = &receipt.receipt;
    let mut tx = archive.catalogue.begin().await?;
    close_batch(archive, &mut tx, &body.batch, &receipt.sha256).await?;
    let (repeats, firsts): (Vec<_>, Vec<_>) = body
        .files
        .iter()
        .partition(|file| file.outcome == "duplicate");
    for file in firsts.into_iter().chain(repeats) {
        save_file(&mut tx, &body.batch.id, file).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn close_batch(
    archive: &Archive,
    tx: &mut Tx,
    batch: &ReceiptBatch,
    digest: &str,
) -> Result<()> {
    // A batch of nothing but duplicates has no deposit that would have made it.
    let fonds_id = places::fonds(archive, tx, &batch.fonds, &batch.fonds, &batch.opened_at).await?;
    sqlx::query(
        "INSERT INTO batches (id, name, fonds_id, class_hint, declared_count, state, opened_by,
            opened_at, closed_at, receipt_digest)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, closed_at = EXCLUDED.closed_at,
            class_hint = EXCLUDED.class_hint, declared_count = EXCLUDED.declared_count,
            receipt_digest = EXCLUDED.receipt_digest",
    )
    .bind(&batch.id)
    .bind(&batch.name)
    .bind(fonds_id)
    .bind(&batch.class_hint)
    .bind(batch.declared_count)
    .bind(&batch.state)
    .bind(&batch.opened_by)
    .bind(&batch.opened_at)
    .bind(&batch.closed_at)
    .bind(digest)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn save_file(tx: &mut Tx, batch_id: &str, file: &ReceiptFile) -> Result<()> {
    let own = object_id(&file.scan_id);
    let scan = Scan {
        id: file.scan_id.clone(),
        batch_id: batch_id.into(),
        original_name: file.name.clone(),
        sha256: file.sha256.clone(),
        size: file.size,
        media_type: file.media_type.clone(),
        state: file.outcome.clone(),
        reason: file.reason.clone(),
        duplicate_of: file.duplicate_of.clone(),
        object_id: file.object_id.clone().filter(|object| *object == own),
        page_count: file.pages,
        received_by: file.received_by.clone(),
        received_at: file.received_at.clone(),
    };
    scans::save_row(tx, &scan).await?;
    if let Some(first) = &file.duplicate_of {
        return scans::make_duplicate(tx, &file.scan_id, first).await;
    }
    for number in 1..=file.pages {
        sqlx::query(
            "INSERT INTO pages (id, scan_id, number, state) VALUES ($1, $2, $3, 'received')
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(page_id(&file.scan_id, number))
        .bind(&file.scan_id)
        .bind(number)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}
