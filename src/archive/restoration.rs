//! Making the catalogue again from the vault: what every holding's own restore needs.

use super::Archive;
use crate::error::{Error, Result};
use crate::vault::ObjectId;

/// Reads the files of objects, and remembers those that could not be used.
pub struct Restoration<'a> {
    /// Its catalogue is the one being made again.
    pub archive: &'a Archive,
    /// Objects that could not be used, each with the reason.
    pub damaged: Vec<String>,
    /// Numbers of the issue book, year and number, that were given and whose line could not come back.
    pub numbers: Vec<(i64, i64)>,
}

impl<'a> Restoration<'a> {
    /// Nothing is damaged yet.
    pub fn new(archive: &'a Archive) -> Self {
        Self {
            archive,
            damaged: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// One file of a version, verified; a damaged one is noted and left out.
    ///
    /// # Errors
    /// A fault that passes: the restore is then to be started again.
    pub async fn file(
        &mut self,
        id: &ObjectId,
        path: &str,
        version: u32,
    ) -> Result<Option<Vec<u8>>> {
        match read(self.archive, id, path, version).await {
            Ok(bytes) => Ok(Some(bytes)),
            // A store that is away for a moment must not end as a damaged object in the report of a
            // rebuild.
            Err(error) if error.is_transient() => Err(error),
            Err(error) => {
                self.note(id, &error);
                Ok(None)
            }
        }
    }

    /// As [`Restoration::file`], of the newest version.
    ///
    /// # Errors
    /// As [`Restoration::file`].
    pub async fn newest(&mut self, id: &ObjectId, path: &str) -> Result<Option<Vec<u8>>> {
        let head = self.archive.vault.inventory(id).await?.head();
        self.file(id, path, head).await
    }

    /// What was read of an object; a fault in it is noted and the object left out.
    pub fn sound<T>(&mut self, id: &ObjectId, parsed: Result<T>) -> Option<T> {
        parsed.map_err(|error| self.note(id, &error)).ok()
    }

    /// Remembers why an object could not be used.
    pub fn note(&mut self, id: &ObjectId, error: &Error) {
        self.damaged.push(format!("{id}: {}", error.en()));
    }
}

async fn read(archive: &Archive, id: &ObjectId, path: &str, version: u32) -> Result<Vec<u8>> {
    let file = archive.vault.read(id, path, Some(version)).await?;
    Ok(file.into_bytes().await?.to_vec())
}
