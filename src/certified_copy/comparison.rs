//! Whether the catalogue still says of a line of the issue book what the vault was given of it.

use super::preservation::sealed_files;
use super::{CopyRow, CopyState, ENTRY_FILE};
use crate::archive::Archive;
use crate::error::Result;
use crate::vault::{ObjectId, VaultError};

/// Copies whose line differs from the vault's: id, and words for what does.
///
/// # Errors
/// `Unavailable`. An object that is gone or damaged is for the comparison of objects to name.
pub async fn differences(archive: &Archive) -> Result<Vec<(String, String)>> {
    let copies: Vec<CopyRow> = sqlx::query_as(
        "SELECT * FROM copies WHERE state <> 'opening' AND object_id IS NOT NULL ORDER BY id",
    )
    .fetch_all(archive.catalogue.pool())
    .await?;
    let mut found = Vec::new();
    for copy in copies {
        let what = differs(archive, &copy).await?;
        if !what.is_empty() {
            found.push((copy.id, what.join(", ")));
        }
    }
    Ok(found)
}

async fn differs(archive: &Archive, copy: &CopyRow) -> Result<Vec<&'static str>> {
    let object = ObjectId::new(super::object_id(&copy.id))?;
    let file = match archive.vault.read(&object, ENTRY_FILE, None).await {
        Ok(file) => file.into_bytes().await?,
        Err(VaultError::NotFound { .. } | VaultError::Corrupt { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let Ok(kept) = serde_json::from_slice::<CopyRow>(&file) else {
        return Ok(vec![ENTRY_FILE]);
    };
    let inventory = archive.vault.inventory(&object).await?;
    let sealed = sealed_files(&inventory);
    let known_file = |sha256: &String| sealed.contains(sha256);
    let same_request = copy.request_id.is_none() || copy.request_id == kept.request_id;
    let compared = [
        (
            copy.year == kept.year && copy.number == kept.number,
            "number",
        ),
        (copy.code == kept.code, "code"),
        (copy.record_id == kept.record_id, "record"),
        (copy.record_version == kept.record_version, "record_version"),
        (copy.record_digest == kept.record_digest, "record_digest"),
        (copy.issued_by == kept.issued_by, "issued_by"),
        (copy.issued_at == kept.issued_at, "issued_at"),
        (copy.reissue_of == kept.reissue_of, "reissue_of"),
        (same_request, "request"),
        (copy.sha256.as_ref().is_none_or(known_file), "sha256"),
        // What was issued or void stays so; a withdrawal may be on its way to the vault, and never goes back.
        (
            (copy.state == CopyState::Void) == (kept.state == CopyState::Void),
            "state",
        ),
        (
            kept.withdrawn_at.is_none() || copy.withdrawn_at == kept.withdrawn_at,
            "withdrawal",
        ),
    ];
    let differing = compared.into_iter().filter(|(same, _)| !same);
    Ok(differing.map(|(_, what)| what).collect())
}
