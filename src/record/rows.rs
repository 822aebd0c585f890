//! How a record and its versions are written to the catalogue, whether proposed, keyed or restored.

use super::keys::save_keys;
use super::{Fields, RecordState};
use crate::catalogue::{Insert, Tx};
use crate::error::Result;

/// The row of a record.
pub(crate) struct RecordRow<'a> {
    pub id: &'a str,
    pub scan_id: &'a str,
    pub page_id: &'a str,
    pub ordinal: i64,
    pub class: &'a str,
    pub state: RecordState,
    pub version: i64,
    pub doubtful: i64,
    /// JSON `[x, y, width, height]` on the page as delivered.
    pub bounds: Option<&'a str>,
    /// Newest version that is in the vault.
    pub preserved_version: Option<i64>,
    pub updated_at: &'a str,
}

/// Writes a record unless it is there.
pub(crate) async fn insert(tx: &mut Tx, row: &RecordRow<'_>) -> Result<()> {
    Insert::into("records")
        .set("id", row.id)
        .set("scan_id", row.scan_id)
        .set("page_id", row.page_id)
        .set("ordinal", row.ordinal)
        .set("class", row.class)
        .set("state", row.state)
        .set("version", row.version)
        .set("doubtful", row.doubtful)
        .set("bounds", row.bounds)
        .set("preserved_version", row.preserved_version)
        .set("updated_at", row.updated_at)
        .or_ignore("(id)")
        .run(tx)
        .await?;
    Ok(())
}

/// The head of a new version.
pub(crate) struct Version<'a> {
    pub number: i64,
    pub state: RecordState,
    pub author: &'a str,
    pub note: &'a str,
    pub at: &'a str,
}

pub(crate) async fn save_version(
    tx: &mut Tx,
    record_id: &str,
    version: &Version<'_>,
    fields: &Fields,
) -> Result<()> {
    Insert::into("record_versions")
        .set("record_id", record_id)
        .set("version", version.number)
        .set("state", version.state)
        .set("fields", serde_json::to_string(fields)?)
        .set("author", version.author)
        .set("note", version.note)
        .set("at", version.at)
        .run(tx)
        .await?;
    save_keys(tx, record_id, version.number, fields).await
}
