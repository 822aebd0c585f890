//! The bytes of a scan back from the vault, verified, for those who read or show them.

use tempfile::TempPath;

use super::{object_id, original_path};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// How the temporary files of the spool begin that hold masters; a sweep removes what a crash left.
pub const MASTER_PREFIX: &str = "master-";

/// The verified master of a scan in a temporary file of the spool. A duplicate's is that of the scan
/// it repeats.
///
/// # Errors
/// `NotFound`, `Corrupt` when the preserved bytes are not the ones received, `Unavailable`.
pub async fn fetch_master(archive: &Archive, scan_id: &str) -> Result<TempPath> {
    let (id, name): (String, String) = sqlx::query_as(
        // A duplicate has no object; the first scan with its bytes has.
        "SELECT COALESCE(d.id, s.id), COALESCE(d.original_name, s.original_name)
         FROM scans s LEFT JOIN scans d ON d.id = s.duplicate_of WHERE s.id = $1",
    )
    .bind(scan_id)
    .fetch_optional(archive.catalogue.pool())
    .await?
    .ok_or(Error::NotFound { what: "scan" })?;
    let object = ObjectId::new(object_id(&id))?;
    let target = tempfile::Builder::new()
        // In the spool and with a known beginning, so that the sweep finds what a killed process
        // left.
        .prefix(MASTER_PREFIX)
        .tempfile_in(&archive.spool)?
        .into_temp_path();
    let path = original_path(&name);
    archive
        .vault
        .read_to_path(&object, &path, Some(1), &target)
        .await?;
    Ok(target)
}
