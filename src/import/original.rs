//! The file of a list as it was given, in its object in the vault.

use tempfile::NamedTempFile;

use super::Import;
use crate::archive::Archive;
use crate::error::Result;
use crate::vault::ObjectId;

/// Prefix of the object ids of imports.
pub(crate) const PREFIX: &str = "urn:sogoc:import:";

/// The object that the file and what is told of it lie in.
pub(super) fn object_of(id: &str) -> Result<ObjectId> {
    Ok(ObjectId::new(format!("{PREFIX}{id}"))?)
}

/// Where the file lies in its object.
pub(super) fn path_of(name: &str) -> String {
    format!("original/{name}")
}

/// The list's file from the vault, compared with its digest, in the spool until dropped.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub(super) async fn fetch(archive: &Archive, import: &Import) -> Result<NamedTempFile> {
    let file = NamedTempFile::new_in(&archive.spool)?;
    let object = object_of(&import.id)?;
    archive
        .vault
        .read_to_path(&object, &path_of(&import.name), None, file.path())
        .await?;
    // Opened anew: the vault puts another file in the place of the empty one.
    let (_, path) = file.into_parts();
    Ok(NamedTempFile::from_parts(std::fs::File::open(&path)?, path))
}
