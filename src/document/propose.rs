//! Documents proposed from what was delivered: each file one, each register volume one.

use super::store;
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_UPKEEP};

/// Proposes the document of a scan just received, or puts its pages into that of its volume.
///
/// # Errors
/// As any statement.
pub(crate) async fn propose(tx: &mut Tx, scan_id: &str) -> Result<()> {
    store::propose(tx, scan_id).await?;
    let touched: Option<String> = sqlx::query_scalar(
        // A document that somebody described has changed by the delivery, and its object must say
        // so.
        "UPDATE documents SET version = version + 1 WHERE version > 1 AND id =
            (SELECT b.volume_id FROM scans s JOIN batches b ON b.id = s.batch_id WHERE s.id = $1)
         RETURNING id",
    )
    .bind(scan_id)
    .fetch_optional(&mut **tx)
    .await?;
    preserve_touched(tx, touched).await
}

async fn preserve_touched(tx: &mut Tx, touched: Option<String>) -> Result<()> {
    match touched {
        None => Ok(()),
        Some(id) => {
            tx.enqueue(Kind::PreserveDocument, &id, PRIORITY_UPKEEP)
                .await
        }
    }
}

/// Proposes the documents of all that has none; what a person made of them is laid over that.
///
/// # Errors
/// As any statement.
pub(crate) async fn propose_all(archive: &Archive) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    store::propose_missing(&mut tx).await?;
    sqlx::query(
        // A page that was scanned again stands with the one it replaces, whatever file it came in.
        "UPDATE document_pages SET document_id = (SELECT g.document_id FROM pages p
                JOIN document_pages g ON g.page_id = p.stands_for
                WHERE p.id = document_pages.page_id)
         WHERE page_id IN (SELECT p.id FROM pages p JOIN document_pages g ON g.page_id = p.stands_for)",
    )
    .execute(&mut *tx)
    .await?;
    clear(&mut tx).await?;
    tx.commit().await
}

/// Removes proposals that hold no page: nothing is lost with them.
pub(super) async fn clear(tx: &mut Tx) -> Result<()> {
    sqlx::query(
        // Only what nobody touched and nothing preserved: everything else stays, even without a
        // page.
        "DELETE FROM documents WHERE version = 1 AND preserved_version IS NULL AND state = 'proposed'
         AND NOT EXISTS (SELECT 1 FROM document_pages g WHERE g.document_id = documents.id)",
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets a page that was scanned again stand in its document where the one before it stands.
///
/// # Errors
/// As any statement.
pub(crate) async fn take_place(tx: &mut Tx, fresh: &str, before: &str) -> Result<()> {
    let own: Option<String> =
        sqlx::query_scalar("SELECT document_id FROM document_pages WHERE page_id = $1")
            .bind(fresh)
            .fetch_optional(&mut **tx)
            .await?;
    sqlx::query(
        // The page before may stand in no document, in a quarantined scan for instance; then the
        // new one keeps its own.
        "UPDATE document_pages SET
            document_id = (SELECT g.document_id FROM document_pages g WHERE g.page_id = $1),
            position = (SELECT g.position FROM document_pages g WHERE g.page_id = $1),
            part = (SELECT g.part FROM document_pages g WHERE g.page_id = $1)
         WHERE page_id = $2 AND EXISTS (SELECT 1 FROM document_pages g WHERE g.page_id = $1)",
    )
    .bind(before)
    .bind(fresh)
    .execute(&mut **tx)
    .await?;
    tx.announce("page", fresh);
    if let Some(own) = own {
        sqlx::query(
            "DELETE FROM documents WHERE id = $1 AND version = 1 AND preserved_version IS NULL
             AND NOT EXISTS (SELECT 1 FROM document_pages g WHERE g.document_id = documents.id)",
        )
        .bind(own)
        .execute(&mut **tx)
        .await?;
    }
    let touched: Option<String> = sqlx::query_scalar(
        "UPDATE documents SET version = version + 1 WHERE version > 1 AND id =
            (SELECT document_id FROM document_pages WHERE page_id = $1) RETURNING id",
    )
    .bind(fresh)
    .fetch_optional(&mut **tx)
    .await?;
    preserve_touched(tx, touched).await
}

/// The documents of a batch that nobody has touched follow it into its file, or its pages into its volume's document.
///
/// # Errors
/// As any statement.
pub(crate) async fn rehang(tx: &mut Tx, batch_id: &str) -> Result<()> {
    tx.announce("batch", batch_id);
    sqlx::query(
        "UPDATE documents SET file_id = (SELECT b.file_id FROM batches b WHERE b.id = $1)
         WHERE version = 1 AND state = 'proposed'
         AND id IN (SELECT s.id FROM scans s WHERE s.batch_id = $1)",
    )
    .bind(batch_id)
    .execute(&mut **tx)
    .await?;
    let scans: Vec<String> = sqlx::query_scalar(
        "SELECT s.id FROM scans s JOIN batches b ON b.id = s.batch_id JOIN documents d ON d.id = s.id
         WHERE b.id = $1 AND b.volume_id IS NOT NULL AND d.version = 1 AND d.state = 'proposed'
         ORDER BY s.original_name, s.id",
    )
    .bind(batch_id)
    .fetch_all(&mut **tx)
    .await?;
    for scan in &scans {
        propose(tx, scan).await?; // makes the volume's document; the pages have theirs already
        sqlx::query(
            "UPDATE document_pages SET document_id = (SELECT b.volume_id FROM batches b WHERE b.id = $1)
             WHERE document_id = $2",
        )
        .bind(batch_id)
        .bind(scan)
        .execute(&mut **tx)
        .await?;
        sqlx::query("DELETE FROM documents WHERE id = $1")
            .bind(scan)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
