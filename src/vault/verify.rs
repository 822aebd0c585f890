//! Checking one object: every byte is read again, and each file gets a verdict of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStore;
use object_store::path::Path as Key;

use super::digest::Digest;
use super::error::{Result, VaultError};
use super::inventory::{Inventory, sidecar_of};
use super::paths::{
    INVENTORY, OBJECT_NAMASTE, OBJECT_NAMASTE_TEXT, ObjectId, SIDECAR, below, object_root,
    version_of,
};
use super::read::hash_stored;
use super::read_inventory;
use super::{FILES_AT_A_TIME, Vault};

/// What re-reading one stored file showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileState {
    /// The bytes are the ones that were given.
    Match,
    /// The bytes are other ones.
    Mismatch {
        /// SHA-256 of what is there now.
        found: Digest,
    },
    /// They could not be read through, which says nothing about them.
    CouldNotRead {
        /// What the store answered.
        why: String,
    },
    /// The file is gone although the inventory names it.
    Missing,
    /// Nobody put this file here.
    Extra,
    /// Part of a version that is being written, or whose writing was cut off.
    Unfinished,
}

/// The verdict on one stored file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileCheck {
    /// Where it lies, relative to the object root.
    pub path: String,
    /// The SHA-256 it should have; none for a file that should not be there.
    pub expected: Option<Digest>,
    /// How what is there compares with the inventory.
    pub state: FileState,
    /// Bytes that were re-read of it.
    pub bytes: u64,
}

/// The verdict on one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The object that was re-read.
    pub id: ObjectId,
    /// Its newest version, from 1.
    pub head: u32,
    /// Whether copies of the inventory at the object root had to be brought up to date first.
    pub healed: bool,
    /// One verdict a file, by path.
    pub files: Vec<FileCheck>,
}

impl Report {
    /// Whether nothing is damaged, unreadable, missing or extra.
    pub fn is_sound(&self) -> bool {
        let sound =
            // An unfinished version is no damage: nobody was told that it is preserved.
            |file: &FileCheck| matches!(file.state, FileState::Match | FileState::Unfinished);
        self.files.iter().all(sound)
    }

    /// The files that are not as they should be.
    pub fn damaged(&self) -> impl Iterator<Item = &FileCheck> {
        self.files
            .iter()
            .filter(|file| !matches!(file.state, FileState::Match | FileState::Unfinished))
    }
}

impl Vault {
    /// Re-reads every byte of an object, a few files at a time and in pieces. Nothing is moved or
    /// removed; what a crash cut off is finished first.
    ///
    /// A folder vault does not see symbolic links, empty folders, and files whose names end in `#`
    /// and digits.
    ///
    /// # Errors
    /// `NotFound`; `Corrupt` when no inventory of the object is usable; `Unavailable` when the
    /// object cannot even be listed.
    pub async fn verify(&self, id: &ObjectId) -> Result<Report> {
        let root = object_root(id);
        // Listed before the inventory is read: a version added meanwhile is not taken for stray.
        let present = self.list_object(&root).await?;
        let (inventory, healed) = self.inventory_for_verdict(id).await?;
        let head = inventory.head();
        let mut files = self.check_content(&root, &inventory).await;
        // The declaration is checked by its text as well: without it, other tools see a folder and
        // not an object.
        let texts = [(OBJECT_NAMASTE.to_owned(), Bytes::from(OBJECT_NAMASTE_TEXT))];
        files.extend(check_texts(&self.store, &root, texts).await);
        for version in 1..=head {
            let folder = format!("v{version}/");
            files.extend(
                self.check_inventory(&root, &folder, &inventory.as_of(version))
                    .await,
            );
        }
        files.extend(self.check_inventory(&root, "", &inventory).await);
        let known: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
        let unknown = present.into_iter().filter(|path| !known.contains(path));
        files.extend(unknown.map(|path| unknown_file(path, head)));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Report {
            id: id.clone(),
            head,
            healed,
            files,
        })
    }

    async fn list_object(&self, root: &Key) -> Result<Vec<String>> {
        let relative = |key: &Key| key.as_ref()[root.as_ref().len() + 1..].to_owned();
        self.store
            .list(Some(root))
            .map_ok(|meta| relative(&meta.location))
            .try_collect()
            .await
            .map_err(|error| VaultError::unavailable(format!("listing {root}"), error))
    }

    /// The newest inventory; if the one at the root is damaged, the newest copy in a version
    /// folder, so that the report can still name every file.
    async fn inventory_for_verdict(&self, id: &ObjectId) -> Result<(Inventory, bool)> {
        match self.load_finished(id).await {
            Ok(Some(loaded)) => Ok((loaded.inventory, loaded.behind)),
            Ok(None) => Err(VaultError::not_found(format!("object {id}"))),
            // The damage is still reported, by the check of the root inventory below; this only
            // saves the verdict on all the other files.
            Err(damage @ VaultError::Corrupt { .. }) => {
                let copy = read_inventory::newest_copy(&self.store, &object_root(id)).await?;
                copy.map(|loaded| (loaded.inventory, false)).ok_or(damage)
            }
            Err(other) => Err(other),
        }
    }

    async fn check_content(&self, root: &Key, inventory: &Inventory) -> Vec<FileCheck> {
        let check = |(path, expected): (String, Digest)| async move {
            let outcome = hash_stored(&self.store, &below(root, &path)).await;
            let (state, bytes) = verdict(outcome, expected);
            FileCheck {
                path,
                expected: Some(expected),
                state,
                bytes,
            }
        };
        let content = inventory
            .content()
            .map(|(path, digest)| (path.to_owned(), digest));
        futures::stream::iter(content.collect::<Vec<_>>())
            .map(check)
            .buffer_unordered(FILES_AT_A_TIME)
            .collect()
            .await
    }

    /// Checks an inventory and its sidecar. When they agree with each other and say what the newest
    /// inventory says, the layout of the JSON is their own affair; when not, each is held against
    /// what would be written today.
    async fn check_inventory(&self, root: &Key, folder: &str, due: &Inventory) -> Vec<FileCheck> {
        let (path, sidecar_path) = (format!("{folder}{INVENTORY}"), format!("{folder}{SIDECAR}"));
        // A read that fails counts as "no bytes" here and is named as unreadable by `check_texts`,
        // which reads again.
        let stored = read_inventory::get(&self.store, &below(root, &path))
            .await
            .ok()
            .flatten();
        let sidecar = read_inventory::get(&self.store, &below(root, &sidecar_path))
            .await
            .ok()
            .flatten();
        let agrees = |bytes: &Bytes| {
            sidecar == Some(sidecar_of(bytes))
                && Inventory::from_bytes(bytes).is_ok_and(|inventory| inventory == *due)
        };
        let bytes = stored
            .filter(agrees)
            // Nothing sound is there to be held against, so what this program would write stands in
            // for it.
            .unwrap_or_else(|| due.to_bytes().into());
        let due_sidecar = sidecar_of(&bytes);
        check_texts(
            &self.store,
            root,
            [(path, bytes), (sidecar_path, due_sidecar)],
        )
        .await
    }
}

async fn check_texts<const N: usize>(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    texts: [(String, Bytes); N],
) -> Vec<FileCheck> {
    let mut checks = Vec::with_capacity(N);
    for (path, due) in texts {
        let expected = Digest::of(&due);
        let (state, bytes) = verdict(hash_stored(store, &below(root, &path)).await, expected);
        checks.push(FileCheck {
            path,
            expected: Some(expected),
            state,
            bytes,
        });
    }
    checks
}

fn verdict(outcome: Result<Option<(Digest, u64)>>, expected: Digest) -> (FileState, u64) {
    match outcome {
        Ok(Some((found, bytes))) if found == expected => (FileState::Match, bytes),
        Ok(Some((found, bytes))) => (FileState::Mismatch { found }, bytes),
        Ok(None) => (FileState::Missing, 0),
        Err(error) => (
            FileState::CouldNotRead {
                why: error.to_string(),
            },
            0,
        ),
    }
}

fn unknown_file(path: String, head: u32) -> FileCheck {
    // Only content is written before its version counts; anything else above the head was put there
    // by somebody else.
    let unfinished = version_of(&path) == Some(head + 1) && path.contains("/content/");
    let state = if unfinished {
        FileState::Unfinished
    } else {
        FileState::Extra
    };
    FileCheck {
        path,
        expected: None,
        state,
        bytes: 0,
    }
}

impl FileState {
    /// A stable word for the state, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Mismatch { .. } => "mismatch",
            Self::CouldNotRead { .. } => "could_not_read",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Unfinished => "unfinished",
        }
    }
}
