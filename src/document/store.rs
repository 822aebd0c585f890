//! The rows of documents and of the places of their pages: proposed from what was delivered, split off, made for a volume,
//! brought back from the vault.

use super::{DocumentFields, DocumentState, PagePart};
use crate::catalogue::{Insert, Tx};
use crate::error::Result;

/// Adds the document of a scan just received, or of its volume, where there is none, and its pages behind those that it has.
pub(super) async fn propose(tx: &mut Tx, scan_id: &str) -> Result<()> {
    for statement in [
        // The id follows from scan or volume, so that a rebuild proposes the same document without
        // a word in the vault.
        "INSERT INTO documents (id, fonds_id, unit_id, file_id, volume_id, state, changed_at)
         SELECT COALESCE(b.volume_id, s.id), b.fonds_id, b.unit_id, b.file_id, b.volume_id,
            'proposed', s.received_at
         FROM scans s JOIN batches b ON b.id = s.batch_id WHERE s.id = $1 AND s.state = 'received'
         ON CONFLICT (id) DO NOTHING",
        // Behind those a person has put in order; else by name and number.
        "INSERT INTO document_pages (page_id, document_id, position)
         SELECT p.id, COALESCE(b.volume_id, s.id), COALESCE((SELECT MAX(g.position) + 1
            FROM document_pages g WHERE g.document_id = COALESCE(b.volume_id, s.id)
            AND g.position > 0), 0)
         FROM pages p JOIN scans s ON s.id = p.scan_id JOIN batches b ON b.id = s.batch_id
         WHERE s.id = $1 AND s.state = 'received' ON CONFLICT (page_id) DO NOTHING",
    ] {
        sqlx::query(statement)
            .bind(scan_id)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Adds the documents of all scans that have none, as [`propose`] does for one.
pub(super) async fn propose_missing(tx: &mut Tx) -> Result<()> {
    for statement in [
        "INSERT INTO documents (id, fonds_id, unit_id, file_id, volume_id, state, changed_at)
         SELECT COALESCE(b.volume_id, s.id), MIN(b.fonds_id), MIN(b.unit_id), MIN(b.file_id),
            MIN(b.volume_id), 'proposed', MIN(s.received_at)
         FROM scans s JOIN batches b ON b.id = s.batch_id WHERE s.state = 'received'
         GROUP BY COALESCE(b.volume_id, s.id) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO document_pages (page_id, document_id, position)
         SELECT p.id, COALESCE(b.volume_id, s.id), 0
         FROM pages p JOIN scans s ON s.id = p.scan_id JOIN batches b ON b.id = s.batch_id
         WHERE s.state = 'received' ON CONFLICT (page_id) DO NOTHING",
    ] {
        sqlx::query(statement).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Adds a document, proposed and at its second version, where the document it is split off lies.
pub(super) async fn split_off(tx: &mut Tx, fresh: &str, from: &str) -> Result<()> {
    let (by, now) = (tx.actor().to_owned(), tx.now());
    sqlx::query(
        "INSERT INTO documents (id, fonds_id, unit_id, file_id, volume_id, state, version,
            changed_by, changed_at)
         SELECT $1, fonds_id, unit_id, file_id, volume_id, 'proposed', 2, $2, $3 FROM documents
         WHERE id = $4",
    )
    .bind(fresh)
    .bind(by)
    .bind(now)
    .bind(from)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds the document that stands for a volume, whose id it bears, where there is none.
pub(super) async fn stand_for(tx: &mut Tx, volume: &str) -> Result<()> {
    let (by, now) = (tx.actor().to_owned(), tx.now());
    sqlx::query(
        "INSERT INTO documents (id, fonds_id, unit_id, volume_id, state, changed_by, changed_at)
         SELECT v.id, v.fonds_id, f.unit_id, v.id, 'proposed', $1, $2 FROM register_volumes v
         JOIN fonds f ON f.id = v.fonds_id WHERE v.id = $3 ON CONFLICT DO NOTHING",
    )
    .bind(by)
    .bind(now)
    .bind(volume)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A document as its object in the vault describes it, under the ids that the catalogue has now.
pub(super) struct PreservedRow<'a> {
    pub id: &'a str,
    pub fonds_id: &'a str,
    pub unit_id: &'a str,
    pub file_id: Option<&'a str>,
    pub volume_id: Option<&'a str>,
    pub ordinal: Option<i64>,
    pub state: DocumentState,
    pub fields: &'a DocumentFields,
    pub version: i64,
    /// By whom and when, RFC 3339 UTC.
    pub changed: (&'a str, &'a str),
}

/// Writes a document's row as it was preserved, over what was proposed from its scans.
pub(super) async fn restore(tx: &mut Tx, row: &PreservedRow<'_>) -> Result<()> {
    let (by, at) = row.changed;
    Insert::into("documents")
        .set("id", row.id)
        .set("fonds_id", row.fonds_id)
        .set("unit_id", row.unit_id)
        .set_known("file_id", "files", row.file_id)
        .set_known("volume_id", "register_volumes", row.volume_id)
        .set("ordinal", row.ordinal)
        .set("state", row.state)
        .set("fields", serde_json::to_string(row.fields)?)
        .set("version", row.version)
        .set("preserved_version", row.version)
        .set("changed_by", by)
        .set("changed_at", at)
        .or_replace("(id)")
        .run(tx)
        .await?;
    Ok(())
}

/// Gives a document the pages that its object names, each with its position, as far as the catalogue knows them.
pub(super) async fn restore_pages(
    tx: &mut Tx,
    id: &str,
    pages: &[(String, i64, PagePart)],
) -> Result<()> {
    for (page, position, part) in pages {
        let known = sqlx::query("SELECT 1 FROM pages WHERE id = $1")
            .bind(page)
            .fetch_optional(&mut **tx)
            .await?;
        // A page whose scan was lost cannot be shown; the document comes back without it.
        if known.is_some() {
            Insert::into("document_pages")
                .set("page_id", page)
                .set("document_id", id)
                .set("position", *position)
                .set("part", *part)
                .or_replace("(page_id)")
                .run(tx)
                .await?;
        }
    }
    Ok(())
}
