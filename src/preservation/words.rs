//! The words of a scan's pages beside its records in the vault.

use crate::alto::{self, PageWords};
use crate::archive::Archive;
use crate::error::Result;
use crate::page;
use crate::scan;
use crate::vault::{Change, Content};

/// The words of every page that was read, as ALTO 4.
pub(super) async fn words(archive: &Archive, scan_id: &str) -> Result<Vec<Change>> {
    let pages: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT p.id, p.number, s.original_name FROM pages p JOIN scans s ON s.id = p.scan_id
         WHERE p.scan_id = $1 AND p.state = 'read' ORDER BY p.number",
    )
    .bind(scan_id)
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut changes = Vec::new();
    for (id, number, file) in &pages {
        if let Some(reading) = page::reading(archive, id).await? {
            let path = words_file(*number);
            let words = alto::page(&reading, file, *number);
            changes.push(Change::Put(Content::bytes(path, words)));
        }
    }
    Ok(changes)
}

/// Where the words of a page lie in its scan's object.
fn words_file(number: i64) -> String {
    format!("words/page-{number:05}.alto.xml")
}

/// The words of a page as the vault has them; nothing where it has none.
///
/// # Errors
/// A fault that passes, or damage of the object.
pub(crate) async fn preserved_words(
    archive: &Archive,
    scan_id: &str,
    number: i64,
) -> Result<Option<PageWords>> {
    let Some(object) = scan::vault_object(archive, scan_id).await? else {
        return Ok(None);
    };
    let file = words_file(number);
    let inventory = archive.vault.inventory(&object).await?;
    let files = inventory.state(inventory.head()).unwrap_or_default();
    if !files.contains_key(&file) {
        return Ok(None);
    }
    let bytes = archive
        .vault
        .read(&object, &file, None)
        .await?
        .into_bytes()
        .await?;
    Ok(alto::parse(&bytes))
}
