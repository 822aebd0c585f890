//! The vault: what the archive promises to preserve. An OCFL 1.1 storage root over a folder, an S3
//! bucket or memory, readable by any OCFL tool long after this program is gone, and beside it a
//! cache of what can be made again.
//!
//! A version is written content first, its inventory after, the root inventory last. The step that
//! counts is the create-only write of `vN/inventory.json`: of two writers one wins, and whatever a
//! crash cuts off behind that step anyone can finish from what is stored (`load`, `commit`).
//! Everything written is read back and hashed before the vault says yes, and every read is hashed
//! before it is served.

mod cache;
mod change_set;
mod content;
mod digest;
mod error;
mod files;
mod folder;
mod inventory;
mod packing;
mod paths;
mod read;
mod read_inventory;
mod storage_root;
mod strays;
mod verify;
mod walk;
mod write_version;

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::limit::LimitStore;

use folder::FolderStore;
use storage_root::Store;

pub use change_set::{Change, Content, Source};
pub use digest::{Digest, Hasher, NotADigest};
pub use error::{Result, VaultError};
pub use files::Files;
pub use inventory::{Inventory, Provenance, State};
pub use packing::{PackedBody, PackedFile};
pub use paths::ObjectId;
pub use read::Verified;
pub use storage_root::{Location, S3Access};
pub use strays::{Stray, StrayKind};
pub use verify::{FileCheck, FileState, Report};
pub use walk::{Condition, ObjectSummary};

/// Requests to the store that one vault has open at a time.
const OPEN_REQUESTS: usize = 32;
/// Files of one object that are written or checked at a time.
const FILES_AT_A_TIME: usize = 4;
/// Bytes up to which a file is held in memory; above, it goes through a temporary file or in parts.
const SMALL: u64 = 8 * 1024 * 1024;

/// A version that is durably in the vault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// Its files and their digests.
    pub files: State,
    /// Whether it was there before this call: a repeated deposit, or a retry after a lost answer.
    pub existed: bool,
}

/// The vault. Clones share connections.
///
/// - Safe for any number of writers in any number of processes, also on one folder.
/// - Promises hold on a store that honours create-only writes; [`Vault::open`] checks that.
/// - A memory vault ends with its last clone.
#[derive(Clone, Debug)]
pub struct Vault {
    store: Arc<dyn ObjectStore>,
    /// Set when the store is a folder.
    folder: Option<FolderStore>,
}

impl Vault {
    /// Whether it is a folder of this machine, or one mounted as such.
    pub fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// Opens the vault that `location` names; an empty place becomes a new vault.
    ///
    /// # Errors
    /// `Invalid` for a malformed address, for a place that holds anything but a vault of this
    /// layout, and for a store that ignores create-only writes; `Unavailable` when it cannot be
    /// reached.
    pub async fn open(location: &Location) -> Result<Self> {
        Self::open_at(location, true).await
    }

    /// Opens a vault that must be there already: whoever has objects in it is not given an empty one instead.
    ///
    /// # Errors
    /// As [`Vault::open`]; `NotFound` where the place holds no vault.
    pub async fn open_existing(location: &Location) -> Result<Self> {
        Self::open_at(location, false).await
    }

    /// Makes the bucket that `location` names; false where it names a folder.
    ///
    /// # Errors
    /// `Invalid` address; `Unavailable`, with what the service answered.
    pub async fn make_bucket(location: &Location) -> Result<bool> {
        storage_root::make_bucket(location).await
    }

    async fn open_at(location: &Location, make: bool) -> Result<Self> {
        let (store, folder): (Arc<dyn ObjectStore>, _) =
            match storage_root::connect(location, make)? {
                Store::Other(store) => (store, None),
                Store::Folder(folder) => (Arc::new(folder.clone()), Some(folder)),
            };
        // Bounded for the vault as a whole: a walk, a scrub and ten uploads at once must neither
        // run out of file descriptors nor be throttled by an S3 service.
        let store: Arc<dyn ObjectStore> = Arc::new(LimitStore::new(store, OPEN_REQUESTS));
        storage_root::prepare(&store, make).await?;
        Ok(Self { store, folder })
    }

    /// Opens a vault over a store of the caller's, whose keys begin at the vault's base.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub async fn over(store: Arc<dyn ObjectStore>) -> Result<Self> {
        let store: Arc<dyn ObjectStore> = Arc::new(LimitStore::new(store, OPEN_REQUESTS));
        storage_root::prepare(&store, true).await?;
        Ok(Self {
            store,
            folder: None,
        })
    }
}
