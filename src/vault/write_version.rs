//! Writing versions.
//!
//! 1. Content, create-only, each file read back and hashed.
//! 2. `vN/inventory.json`, create-only: the version exists from here on. Of two writers one wins.
//! 3. `vN` sidecar, object declaration, root sidecar, root inventory last. A crash in between is
//!    finished by the next writer or walk: all of it follows from step 2.

use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{ObjectStore, PutMode};

use super::change_set::{Change, ChangeSet, Content, Upload};
use super::content::{check_written, store_content};
use super::error::{Result, VaultError};
use super::folder::FolderStore;
use super::inventory::{Inventory, Provenance, sidecar_of};
use super::paths::{
    INVENTORY, OBJECT_NAMASTE, OBJECT_NAMASTE_TEXT, ObjectId, SIDECAR, below, object_root,
};
use super::read_inventory::{self, Loaded, Put};
use super::{FILES_AT_A_TIME, Vault, Version};

impl Vault {
    /// Preserves `files` as version 1 of a new object. When this returns, the bytes are durable and
    /// were read back.
    ///
    /// Repeating a deposit is safe: if version 1 holds exactly these files, they are read and
    /// hashed again and the version is returned with `existed` set.
    ///
    /// # Errors
    /// `AlreadyExists` when the object holds other files, `Invalid` for malformed paths or a source
    /// that changed, `Corrupt` when what is stored is damaged, `Unavailable` when the store fails.
    pub async fn deposit(
        &self,
        id: &ObjectId,
        files: &[Content],
        who: &Provenance,
    ) -> Result<Version> {
        if files.is_empty() {
            return Err(VaultError::invalid("a deposit without files"));
        }
        let changes: Vec<Change> = files.iter().cloned().map(Change::Put).collect();
        // From an empty inventory even where the object is there: what a first version would say is what the
        // present one is compared with.
        let changes = ChangeSet::new(Inventory::new(id.clone()), &changes, who)?;
        let other = || VaultError::AlreadyExists {
            what: format!("object {id}"),
        };
        if let Some(present) = self.load_finished(id).await? {
            if present.inventory.state(1).as_ref() != Some(&changes.state) {
                return Err(other());
            }
            // "It exists" is no answer to a sender whose first try may have been cut off: the bytes are hashed
            // again before they are acknowledged a second time.
            self.for_each_upload(&changes, check_written).await?;
            return Ok(changes.version(true));
        }
        // A folder can take a whole object in one rename, which halves the waits for the disk; S3
        // has no such step.
        if let Some(folder) = &self.folder
            && let Some(version) = self.deposit_whole(folder, &changes, who).await?
        {
            return Ok(version);
        }
        match self.commit(&changes, who).await {
            Err(VaultError::Conflict { .. }) => Err(other()),
            // Whoever deposits does not know of versions, so another writer's first version is to them an object
            // that exists.
            outcome => outcome,
        }
    }

    /// Writes a new object beside the others, by the same steps, and moves it into place; `None` when
    /// somebody else's came first.
    async fn deposit_whole(
        &self,
        folder: &FolderStore,
        changes: &ChangeSet,
        who: &Provenance,
    ) -> Result<Option<Version>> {
        let failed = |error| VaultError::unavailable("keeping a new object", error);
        let whole = folder.begin_new_object().await.map_err(failed)?;
        let beside = Self {
            store: whole.store(),
            folder: None,
        };
        let version = Box::pin(beside.commit(changes, who)).await?;
        let moved = whole.publish(&changes.root).await.map_err(failed)?;
        Ok(moved.then_some(version))
    }

    /// Adds the version after `expected_head`. Files that the object holds already are not stored
    /// again. Changes that change nothing add no version.
    ///
    /// Repeating the call after a lost answer is safe: if the next version holds the same files
    /// with the same message by the same user, it is returned with `existed` set.
    ///
    /// # Errors
    /// `NotFound` without such an object, `Conflict` when another version came first, otherwise as
    /// [`Vault::deposit`].
    pub async fn add_version(
        &self,
        id: &ObjectId,
        expected_head: u32,
        changes: &[Change],
        who: &Provenance,
    ) -> Result<Version> {
        let missing = || VaultError::not_found(format!("object {id}"));
        // Finished first: a version that a crash left half declared would otherwise stand between this one and
        // its predecessor.
        let present = self.load_finished(id).await?.ok_or_else(missing)?.inventory;
        let head = present.head();
        // A head the object never had is a caller's mistake or another vault; either way nothing
        // may be built on it.
        if !(1..=head).contains(&expected_head) {
            return Err(conflict(id, expected_head, head));
        }
        // Built on the version the caller saw, so that a repeated call is recognised even after others have
        // gone on.
        let changes = ChangeSet::new(present.as_of(expected_head), changes, who)?;
        if head > expected_head {
            if present.says_the_same(changes.number, &changes.state, who) {
                return Ok(changes.version(true));
            }
            return Err(conflict(id, expected_head, head));
        }
        // A version without a change would be noise for ever: versions are never removed.
        if present.state(head).as_ref() == Some(&changes.state) {
            return Ok(Version {
                number: head,
                files: changes.state,
                existed: true,
            });
        }
        match &self.folder {
            Some(folder) => self.commit_swapped(folder, &changes, who).await,
            None => self.commit(&changes, who).await,
        }
    }

    /// Builds the next version beside the object and lets it take the object's place in one step: killed at any
    /// instant, whoever looks finds a whole object.
    async fn commit_swapped(
        &self,
        folder: &FolderStore,
        changes: &ChangeSet,
        who: &Provenance,
    ) -> Result<Version> {
        let failed = |error| VaultError::unavailable("adding a version", error);
        let Some(next) = folder.begin_next(&changes.root).await.map_err(failed)? else {
            return self.commit(changes, who).await;
        };
        // Nobody else adds a version from here on; whoever did before this turn came is seen now.
        let head = read_inventory::load(&self.store, &changes.root).await?;
        if head.map_or(0, |present| present.inventory.head()) + 1 != changes.number {
            return self.resolve_lost_race(changes, who).await;
        }
        let beside = Self {
            store: next.store(),
            folder: None,
        };
        let version = Box::pin(beside.commit(changes, who)).await?;
        next.replace(&changes.root).await.map_err(failed)?;
        Ok(version)
    }

    /// Puts one file as the newest version of an object whose head was `head` when the file was written,
    /// none for an object yet to be made. An object that says the same already stays as it is.
    ///
    /// # Errors
    /// `Unavailable` also when another version came first: look at the head and the file's content
    /// again; otherwise as [`Vault::deposit`].
    pub async fn put_newest(
        &self,
        id: &ObjectId,
        head: Option<u32>,
        file: Content,
        who: &Provenance,
    ) -> Result<()> {
        let put = match head {
            Some(head) => self.add_version(id, head, &[Change::Put(file)], who).await,
            None => self.deposit(id, &[file], who).await,
        };
        match put {
            Ok(_) => Ok(()),
            // To the caller this is a race and no mistake: the rows are read again and the job
            // repeated.
            Err(VaultError::Conflict { what, .. } | VaultError::AlreadyExists { what }) => {
                Err(VaultError::unavailable(what, "another version came first"))
            }
            Err(error) => Err(error),
        }
    }

    /// Loads an object for writing: what a crash left behind is finished first.
    pub(super) async fn load_finished(&self, id: &ObjectId) -> Result<Option<Loaded>> {
        let root = object_root(id);
        let loaded = self.newest(&root).await?;
        if let Some(behind) = loaded.as_ref().filter(|loaded| loaded.behind) {
            finish(&self.store, &root, &behind.inventory, behind.bytes.clone()).await?;
        }
        Ok(loaded)
    }

    /// Does `work`, storing or re-reading, for every file whose bytes the version brings.
    async fn for_each_upload<'a, F: Future<Output = Result<()>>>(
        &'a self,
        changes: &'a ChangeSet,
        work: impl Fn(&'a Arc<dyn ObjectStore>, &'a Key, &'a Upload) -> F,
    ) -> Result<()> {
        let uploads = changes.uploads.iter();
        let work: Vec<_> = uploads
            .map(|upload| work(&self.store, &changes.root, upload))
            .collect();
        futures::stream::iter(work)
            .buffer_unordered(FILES_AT_A_TIME)
            .try_collect()
            .await
    }

    async fn commit(&self, changes: &ChangeSet, who: &Provenance) -> Result<Version> {
        let key = below(&changes.root, &format!("v{}/{INVENTORY}", changes.number));
        if let Err(error) = self.for_each_upload(changes, store_content).await {
            // The winner of a race tidies the version's folder, also under the loser's hands.
            let overtaken = read_inventory::exists(&self.store, &key)
                .await
                .unwrap_or(false);
            return if overtaken {
                self.resolve_lost_race(changes, who).await
            } else {
                Err(error)
            };
        }
        let bytes = Bytes::from(changes.inventory.to_bytes());
        let put = read_inventory::put(&self.store, &key, bytes.clone(), PutMode::Create).await?;
        // Equal bytes are our own earlier try that was cut off after this step; the rest of the
        // commit is simply repeated.
        if put == Put::Exists
            && read_inventory::get(&self.store, &key).await?.as_ref() != Some(&bytes)
        {
            return self.resolve_lost_race(changes, who).await;
        }
        finish(&self.store, &changes.root, &changes.inventory, bytes).await?;
        // Read back through the same way every reader takes: a store that acknowledges what it does not hold
        // must be found out now, while the sender still has the file.
        let kept = read_inventory::load(&self.store, &changes.root).await?;
        if kept
            .and_then(|kept| kept.inventory.state(changes.number))
            .as_ref()
            != Some(&changes.state)
        {
            let what = format!("object {}", changes.inventory.id());
            return Err(VaultError::corrupt(
                what,
                "the version just written does not read back",
            ));
        }
        Ok(changes.version(false))
    }

    /// Another writer made this version first. If it says the same, both are right.
    async fn resolve_lost_race(&self, changes: &ChangeSet, who: &Provenance) -> Result<Version> {
        let id = changes.inventory.id();
        let vanished = || VaultError::corrupt(format!("object {id}"), "a version disappeared");
        let present = self
            .load_finished(id)
            .await?
            .ok_or_else(vanished)?
            .inventory;
        // What this attempt has stored is in nobody's inventory now, and a validator would report it.
        // Swept only after the winner's inventory was read: until then nobody knows which content
        // it names.
        sweep(&self.store, &changes.root, changes.number, &present).await?;
        if present.says_the_same(changes.number, &changes.state, who) {
            return Ok(changes.version(true));
        }
        Err(conflict(id, changes.number - 1, present.head()))
    }
}

fn conflict(id: &ObjectId, expected: u32, head: u32) -> VaultError {
    VaultError::Conflict {
        what: format!("object {id}"),
        expected,
        head,
    }
}

/// Brings sidecars, declaration and root inventory up to a committed version. Idempotent.
pub(super) async fn finish(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    inventory: &Inventory,
    bytes: Bytes,
) -> Result<()> {
    let head = inventory.head();
    let sidecar = sidecar_of(&bytes);
    sweep(store, root, head, inventory).await?;
    let version_sidecar = below(root, &format!("v{head}/{SIDECAR}"));
    let root_sidecar = below(root, SIDECAR);
    tokio::try_join!(
        read_inventory::put(store, &version_sidecar, sidecar.clone(), PutMode::Create),
        read_inventory::put(store, &root_sidecar, sidecar.clone(), PutMode::Overwrite),
        declare(store, root),
    )?;
    // Last of all: while the root inventory is the old one, every other OCFL tool still sees the version
    // before, whole.
    read_inventory::put(store, &below(root, INVENTORY), bytes, PutMode::Overwrite).await?;
    Ok(())
}

/// Says that the folder is an OCFL object, once.
async fn declare(store: &Arc<dyn ObjectStore>, root: &Key) -> Result<()> {
    let declaration = below(root, OBJECT_NAMASTE);
    if !read_inventory::exists(store, &declaration).await? {
        read_inventory::put(
            store,
            &declaration,
            OBJECT_NAMASTE_TEXT.into(),
            PutMode::Create,
        )
        .await?;
    }
    Ok(())
}

/// Removes what losers of a race and cut-off attempts left in the folder of a *committed* version.
/// Its inventory is final, so whatever that does not name was never acknowledged to anyone.
async fn sweep(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    version: u32,
    inventory: &Inventory,
) -> Result<()> {
    let folder = below(root, &format!("v{version}"));
    let content = below(&folder, "content");
    let named: Vec<Key> = inventory
        .content()
        .map(|(path, _)| below(root, path))
        .collect();
    let failed = |error| VaultError::unavailable(format!("tidying {folder}"), error);
    let left_over = store
        .list(Some(&content))
        .map_ok(|meta| meta.location)
        .try_filter(|key| futures::future::ready(!named.contains(key)))
        .try_collect::<Vec<_>>()
        .await
        .map_err(failed)?;
    let keys = futures::stream::iter(left_over).map(Ok).boxed();
    let mut gone = store.delete_stream(keys);
    while let Some(outcome) = gone.next().await {
        match outcome {
            // Another writer tidied the same folder.
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}
