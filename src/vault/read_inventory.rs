//! Small reads and writes of the store, and finding an object's newest inventory, also after a
//! crash between the steps of a commit.

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path as Key;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use super::error::{Result, VaultError};
use super::inventory::{Inventory, sidecar_of};
use super::paths::{INVENTORY, SIDECAR, below, object_root};

/// What became of a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Put {
    Written,
    /// The key was taken and the write create-only.
    Exists,
}

/// Reads a small file; `None` when there is none.
pub(super) async fn get(store: &Arc<dyn ObjectStore>, key: &Key) -> Result<Option<Bytes>> {
    let failed = |error| VaultError::unavailable(format!("reading {key}"), error);
    match store.get(key).await {
        Ok(found) => found.bytes().await.map(Some).map_err(failed),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Whether `key` is there.
pub(super) async fn exists(store: &Arc<dyn ObjectStore>, key: &Key) -> Result<bool> {
    match store.head(key).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(VaultError::unavailable(format!("looking for {key}"), error)),
    }
}

/// Writes a file that fits in memory.
pub(super) async fn put(
    store: &Arc<dyn ObjectStore>,
    key: &Key,
    bytes: Bytes,
    mode: PutMode,
) -> Result<Put> {
    match store
        .put_opts(key, bytes.into(), PutOptions::from(mode))
        .await
    {
        Ok(_) => Ok(Put::Written),
        // S3 services differ in how they say that the key is taken: 409 or 412.
        Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(Put::Exists),
        Err(error) => Err(VaultError::unavailable(format!("writing {key}"), error)),
    }
}

/// An object's newest inventory.
#[derive(Debug)]
pub(super) struct Loaded {
    pub inventory: Inventory,
    pub bytes: Bytes,
    /// The root inventory or its sidecar does not show this version yet; `write_version::finish` helps.
    pub behind: bool,
}

/// Finds the newest inventory of the object at `root`; `None` when it has no version.
///
/// The root inventory is a copy made last, and a slow writer may even put an older one back. So
/// the versions beyond it are asked for too: one small request, and no acknowledged version can
/// be overlooked.
pub(super) async fn load(store: &Arc<dyn ObjectStore>, root: &Key) -> Result<Option<Loaded>> {
    let at_root = load_root(store, root).await?;
    follow(store, root, at_root).await
}

/// The newest inventory that the version folders vouch for, whatever the root says.
pub(super) async fn newest_copy(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
) -> Result<Option<Loaded>> {
    follow(store, root, None).await
}

async fn follow(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    mut newest: Option<Loaded>,
) -> Result<Option<Loaded>> {
    loop {
        let head = newest.as_ref().map_or(0, |loaded| loaded.inventory.head());
        let Some(next) = load_version(store, root, head + 1).await? else {
            return Ok(newest);
        };
        // An inventory that forgets a version of before was not written by this program; following
        // it would hide what was acknowledged.
        if newest.is_some_and(|older| next.inventory.as_of(head) != older.inventory) {
            return Err(damaged(
                root,
                format!("version {} does not continue its past", head + 1),
            ));
        }
        newest = Some(next);
    }
}

fn damaged(root: &Key, detail: impl Into<String>) -> VaultError {
    VaultError::corrupt(format!("object at {root}"), detail)
}

async fn load_root(store: &Arc<dyn ObjectStore>, root: &Key) -> Result<Option<Loaded>> {
    let (key, sidecar_key) = (below(root, INVENTORY), below(root, SIDECAR));
    let (bytes, sidecar) = tokio::try_join!(get(store, &key), get(store, &sidecar_key))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let inventory = parse(root, &bytes)?;
    if sidecar == Some(sidecar_of(&bytes)) {
        return Ok(Some(Loaded {
            inventory,
            bytes,
            behind: false,
        }));
    }
    // A commit writes the sidecar before the inventory: in between, the copy in the version
    // folder vouches for the older inventory.
    let version_copy = below(root, &format!("v{}/{INVENTORY}", inventory.head()));
    if get(store, &version_copy).await? != Some(bytes.clone()) {
        return Err(damaged(root, "the root inventory differs from its sidecar"));
    }
    Ok(Some(Loaded {
        inventory,
        bytes,
        behind: true,
    }))
}

/// The inventory of one version, as its own folder has it.
pub(super) async fn load_version(
    store: &Arc<dyn ObjectStore>,
    root: &Key,
    number: u32,
) -> Result<Option<Loaded>> {
    let key = below(root, &format!("v{number}/{INVENTORY}"));
    // Asked first: in most calls this version does not exist, and one small question is cheaper
    // than two reads.
    if !exists(store, &key).await? {
        return Ok(None);
    }
    let sidecar_key = below(root, &format!("v{number}/{SIDECAR}"));
    let (bytes, sidecar) = tokio::try_join!(get(store, &key), get(store, &sidecar_key))?;
    let Some(bytes) = bytes else { return Ok(None) };
    // No sidecar yet is a commit cut off; the inventory itself was written in one piece.
    let vouched = sidecar.is_none_or(|text| text == sidecar_of(&bytes));
    let inventory = parse(root, &bytes)?;
    if !vouched || inventory.head() != number {
        return Err(damaged(
            root,
            format!("the inventory of version {number} is not its own"),
        ));
    }
    Ok(Some(Loaded {
        inventory,
        bytes,
        behind: true,
    }))
}

fn parse(root: &Key, bytes: &[u8]) -> Result<Inventory> {
    let inventory = Inventory::from_bytes(bytes).map_err(|error| match error {
        VaultError::Corrupt { detail, .. } => damaged(root, detail),
        other => other,
    })?;
    // An inventory copied to the wrong folder is sound in itself; only its place shows that it was
    // moved.
    if object_root(inventory.id()) != *root {
        return Err(damaged(root, "the inventory of another object"));
    }
    Ok(inventory)
}
