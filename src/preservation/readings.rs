//! Readings of pages after a loss: from the cache beside the vault where it is still there, else read again.

use super::words::preserved_words;
use crate::archive::Archive;
use crate::catalogue::Tx;
use crate::error::Result;
use crate::jobs::{Kind, PRIORITY_BACKLOG};
use crate::page;

/// Pages nobody has read, and those read before the newest map of their volume.
const UNREAD: &str = "SELECT p.id FROM pages p JOIN scans s ON s.id = p.scan_id
     JOIN batches b ON b.id = s.batch_id
     WHERE p.state = 'received' OR p.state = 'read' AND COALESCE(p.map_version, 0) <
        (SELECT MAX(m.version) FROM column_maps m WHERE m.volume_id = b.volume_id)
     ORDER BY p.id";

/// Takes readings from the cache, with what nobody had decided; a page with decisions counts as
/// read in any case, so that no record on it is proposed a second time. Of how many such pages the reading is gone.
///
/// # Errors
/// A fault that passes.
pub(crate) async fn restore_readings(archive: &Archive) -> Result<i64> {
    let mut without_reading = 0;
    let pages: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT id, scan_id, number FROM pages ORDER BY id")
            .fetch_all(archive.catalogue.pool())
            .await?;
    for (page_id, scan_id, number) in &pages {
        let reading = page::reading(archive, page_id).await?;
        let mut tx = archive.begin_as_machine().await?;
        let decided: Vec<i64> =
            sqlx::query_scalar("SELECT ordinal FROM records WHERE page_id = $1")
                .bind(page_id)
                .fetch_all(&mut *tx)
                .await?;
        match reading {
            Some(reading) => page::store(archive, &mut tx, page_id, &reading).await?,
            None if decided.is_empty() => continue,
            None => {
                without_reading += 1;
                page::set_read(&mut tx, page_id).await?;
                restore_words(archive, &mut tx, (page_id, scan_id, *number)).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(without_reading)
}

/// The words of a page whose reading is gone, from the vault: they are found again, though nothing can be proposed again.
async fn restore_words(
    archive: &Archive,
    tx: &mut Tx,
    (page_id, scan_id, number): (&str, &str, i64),
) -> Result<()> {
    let words = match preserved_words(archive, scan_id, number).await {
        Ok(words) => words,
        Err(error) if error.is_transient() => return Err(error),
        // Damage of the object was named when it was walked; the records on the page are there without its words.
        Err(_) => None,
    };
    let Some(words) = words else { return Ok(()) };
    let shape = (words.width, words.height, words.rotation);
    page::restore_words(tx, page_id, &words.text, shape).await
}

/// Queues every page that is still unread; how many.
///
/// # Errors
/// As any statement.
pub(crate) async fn queue_unread(archive: &Archive) -> Result<i64> {
    let mut tx = archive.begin_as_machine().await?;
    let unread: Vec<String> = sqlx::query_scalar(UNREAD).fetch_all(&mut *tx).await?;
    for page_id in &unread {
        tx.enqueue(Kind::ReadPage, page_id, PRIORITY_BACKLOG)
            .await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(unread.len()).unwrap_or(i64::MAX))
}
