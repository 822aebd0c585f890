//! What the catalogue says is in the vault.

use crate::catalogue::Catalogue;
use crate::error::Result;

/// Selects the id of every object that the catalogue knows to be in the vault, as `object_id`.
pub(super) const OBJECTS: &str = "SELECT object_id FROM scans WHERE object_id IS NOT NULL
     UNION ALL SELECT object_id FROM copies WHERE object_id IS NOT NULL
     UNION ALL SELECT object_id FROM request_evidence WHERE inbox IS NULL
     UNION ALL SELECT object_id FROM copy_requests WHERE object_id IS NOT NULL
     UNION ALL SELECT 'urn:sogoc:volume:' || id FROM register_volumes
        WHERE map_preserved IS NOT NULL OR preserved_version IS NOT NULL
     UNION ALL SELECT 'urn:sogoc:unit:' || id FROM units WHERE preserved_version IS NOT NULL
     UNION ALL SELECT 'urn:sogoc:fonds:' || id FROM fonds WHERE preserved_version IS NOT NULL
     UNION ALL SELECT 'urn:sogoc:file:' || id FROM files WHERE preserved_version IS NOT NULL
     UNION ALL SELECT 'urn:sogoc:document:' || id FROM documents WHERE preserved_version IS NOT NULL
     UNION ALL SELECT DISTINCT 'urn:sogoc:discrepancies:' || place_id FROM discrepancy_answers WHERE preserved = 1
     UNION ALL SELECT 'urn:sogoc:batch:' || id FROM batches WHERE receipt_digest IS NOT NULL";

/// Ids of the objects that the catalogue knows to be in the vault.
///
/// # Errors
/// As any statement.
pub async fn expected_objects(catalogue: &Catalogue) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(OBJECTS)
        .fetch_all(catalogue.pool())
        .await?)
}
