//! From what a caller wants to what will be written: pure, except for hashing bytes at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use bytes::Bytes;
use object_store::path::Path as Key;

use super::Version;
use super::digest::Digest;
use super::error::{Result, VaultError};
use super::inventory::{Inventory, Provenance, State};
use super::paths::{check_logical_path, content_path, object_root};

/// One file to be preserved.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its logical path: the name it was delivered under, segments parted by `/`.
    pub path: String,
    /// Where the bytes of the file come from.
    pub source: Source,
}

impl Content {
    /// A file whose bytes are at hand.
    pub fn bytes(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            path: path.into(),
            source: Source::Bytes(bytes.into()),
        }
    }

    /// A file on disk that was hashed when it came in.
    pub fn file(
        path: impl Into<String>,
        file: impl Into<PathBuf>,
        digest: Digest,
        size: u64,
    ) -> Self {
        Self {
            path: path.into(),
            source: Source::File {
                path: file.into(),
                digest,
                size,
            },
        }
    }
}

/// Where the bytes of a file come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file on disk. It is hashed again while it is copied; one that changed is refused.
    File {
        /// Path of the file that holds the bytes.
        path: PathBuf,
        /// Its SHA-256, as found on receipt.
        digest: Digest,
        /// Its length in bytes.
        size: u64,
    },
    /// Bytes that are in memory already.
    Bytes(Bytes),
}

/// One difference between a version and the one before.
#[derive(Clone, Debug)]
pub enum Change {
    /// The file is added, or takes the place of the one with its path.
    Put(Content),
    /// The file of this logical path is no longer part of the object's newest state.
    Remove(String),
}

/// A version to be written.
#[derive(Debug)]
pub(super) struct ChangeSet {
    pub root: Key,
    pub number: u32,
    pub state: State,
    /// The inventory with the version in it.
    pub inventory: Inventory,
    pub uploads: Vec<Upload>,
}

/// A file whose bytes the object does not hold yet.
#[derive(Debug)]
pub(super) struct Upload {
    /// Relative to the object root.
    pub content_path: String,
    pub digest: Digest,
    pub source: Source,
}

impl ChangeSet {
    /// The version that it makes, or made: `existed` where it was there already.
    pub(super) fn version(&self, existed: bool) -> Version {
        Version {
            number: self.number,
            files: self.state.clone(),
            existed,
        }
    }

    /// Plans the version that follows the head of `before`.
    ///
    /// # Errors
    /// `Invalid` when a path is malformed, named twice, both a file and a folder, or removed
    /// without being there.
    pub(super) fn new(before: Inventory, changes: &[Change], who: &Provenance) -> Result<Self> {
        let number = before.head() + 1;
        let mut state = before.state(before.head()).unwrap_or_default();
        let mut stored = BTreeMap::new();
        let mut uploads = Vec::new();
        let mut touched = BTreeSet::new();
        for change in changes {
            let path = change.path();
            check_logical_path(path)?;
            // Which of two changes to one path wins would hang on their order, which OCFL does not know.
            if !touched.insert(path) {
                return Err(VaultError::invalid("a path that is changed twice"));
            }
            let Change::Put(content) = change else {
                state
                    .remove(path)
                    .ok_or_else(|| VaultError::invalid("removing what is not there"))?;
                continue;
            };
            let digest = content.source.digest();
            state.insert(path.to_owned(), digest);
            // Bytes the object holds under any name and version are not written twice: OCFL names them again.
            if before.content_path(digest).is_none() && !stored.contains_key(&digest) {
                let content_path = content_path(number, digest, path);
                stored.insert(digest, content_path.clone());
                uploads.push(Upload {
                    content_path,
                    digest,
                    source: content.source.clone(),
                });
            }
        }
        refuse_file_that_is_a_folder(&state)?;
        // The place follows from the identifier alone, so whoever retries a deposit meets what an
        // earlier try left there.
        let root = object_root(before.id());
        let mut inventory = before;
        inventory.push(&state, stored, who);
        Ok(Self {
            root,
            number,
            state,
            inventory,
            uploads,
        })
    }
}

impl Change {
    fn path(&self) -> &str {
        match self {
            Self::Put(content) => &content.path,
            Self::Remove(path) => path,
        }
    }
}

impl Source {
    fn digest(&self) -> Digest {
        match self {
            Self::File { digest, .. } => *digest,
            Self::Bytes(bytes) => Digest::of(bytes),
        }
    }
}

/// OCFL 1.1 §3.5.3.1: no logical path may be the beginning of another.
fn refuse_file_that_is_a_folder(state: &State) -> Result<()> {
    let parents = |path: &str| -> Vec<String> {
        path.match_indices('/')
            .map(|(end, _)| path[..end].to_owned())
            .collect()
    };
    if state
        .keys()
        .flat_map(|path| parents(path))
        .any(|parent| state.contains_key(&parent))
    {
        return Err(VaultError::invalid(
            "a path that is both a file and a folder",
        ));
    }
    Ok(())
}
