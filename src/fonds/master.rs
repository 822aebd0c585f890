//! Masters that belong to a file or volume: named by digest, never moved.

use serde::{Deserialize, Serialize};

use crate::archive::{Archive, Restoration};
use crate::error::Result;

/// A file as delivered, in its own object of the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct HeldMaster {
    /// UUIDv8 text of the scan whose bytes it is.
    pub scan_id: String,
    /// SHA-256 of the delivered bytes, lower-case hex.
    pub sha256: String,
    /// Its name as delivered.
    pub name: String,
}

/// The batches that name a file or volume in this column, and what came in them, in the order of names.
pub(super) async fn masters_of(
    archive: &Archive,
    column: &'static str,
    id: &str,
) -> Result<(Vec<String>, Vec<HeldMaster>)> {
    let batches = format!("SELECT id FROM batches WHERE {column} = $1 ORDER BY id");
    let batches = sqlx::query_scalar(sqlx::AssertSqlSafe(batches))
        .bind(id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    let masters = format!(
        "SELECT s.id AS scan_id, s.sha256, s.original_name AS name FROM scans s
         JOIN batches b ON b.id = s.batch_id WHERE b.{column} = $1 ORDER BY s.original_name, s.id"
    );
    let masters = sqlx::query_as(sqlx::AssertSqlSafe(masters))
        .bind(id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    Ok((batches, masters))
}

/// Gives a file or volume back the batches that named it last in this column.
pub(super) async fn restore_held(
    restoration: &mut Restoration<'_>,
    column: &'static str,
    id: &str,
    batches: &[String],
) -> Result<()> {
    let statement = format!("UPDATE batches SET {column} = $1 WHERE id = $2");
    let mut tx = restoration.archive.begin_as_machine().await?;
    for batch in batches {
        sqlx::query(sqlx::AssertSqlSafe(&*statement))
            .bind(id)
            .bind(batch)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}
