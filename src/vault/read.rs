//! Reading: bytes leave the vault only after all of them were hashed and found right.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{Error, GetResult, ObjectStore, ObjectStoreExt};
use tempfile::NamedTempFile;
use tokio_util::io::ReaderStream;

use super::digest::{Digest, Hasher};
use super::error::{Result, VaultError};
use super::inventory::Inventory;
use super::paths::{ObjectId, below, object_root};
use super::read_inventory::Loaded;
use super::{SMALL, Vault, read_inventory};

/// Bytes of one file, hashed and found to be the ones that were given.
#[derive(Debug)]
pub struct Verified {
    digest: Digest,
    size: u64,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Memory(Bytes),
    Spooled(NamedTempFile),
}

impl Verified {
    /// SHA-256 of the bytes, checked when they were read.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many they are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// All of them in memory; for files whose size the caller has looked at.
    ///
    /// # Errors
    /// `Unavailable` when the temporary file of a big one cannot be read.
    pub async fn into_bytes(self) -> Result<Bytes> {
        match self.body {
            Body::Memory(bytes) => Ok(bytes),
            Body::Spooled(file) => tokio::fs::read(file.path())
                .await
                .map(Bytes::from)
                .map_err(spool_failed),
        }
    }

    /// Them in pieces, for an answer that is sent on.
    ///
    /// # Errors
    /// `Unavailable` when the temporary file of a big one cannot be opened.
    pub async fn into_stream(self) -> Result<BoxStream<'static, std::io::Result<Bytes>>> {
        match self.body {
            Body::Memory(bytes) => Ok(futures::stream::iter([Ok(bytes)]).boxed()),
            Body::Spooled(file) => {
                // The open handle outlives the name.
                let open = tokio::fs::File::open(file.path())
                    .await
                    .map_err(spool_failed)?;
                Ok(ReaderStream::with_capacity(open, 64 * 1024).boxed())
            }
        }
    }
}

impl Vault {
    /// The newest inventory of an object.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt` when the inventory is damaged, `Unavailable`.
    pub async fn inventory(&self, id: &ObjectId) -> Result<Inventory> {
        let missing = || VaultError::not_found(format!("object {id}"));
        let loaded = self.newest(&object_root(id)).await?;
        Ok(loaded.ok_or_else(missing)?.inventory)
    }

    /// Number of the newest version; none without such an object.
    ///
    /// # Errors
    /// As [`Vault::inventory`], except for `NotFound`.
    pub async fn head(&self, id: &ObjectId) -> Result<Option<u32>> {
        let loaded = self.newest(&object_root(id)).await?;
        Ok(loaded.map(|loaded| loaded.inventory.head()))
    }

    /// Whether the object has a version.
    ///
    /// # Errors
    /// As [`Vault::inventory`], except for `NotFound`.
    pub async fn exists(&self, id: &ObjectId) -> Result<bool> {
        self.newest(&object_root(id))
            .await
            .map(|loaded| loaded.is_some())
    }

    /// An object's newest inventory. While the storage root itself is away (a disk that is not mounted, a bucket that
    /// is gone), no object is "not there": nothing is known of any.
    pub(super) async fn newest(&self, root: &Key) -> Result<Option<Loaded>> {
        let loaded = read_inventory::load(&self.store, root).await?;
        if loaded.is_none() {
            // Otherwise a share that was unmounted would look like an archive whose every object
            // was deleted.
            super::storage_root::is_there(&self.store).await?;
        }
        Ok(loaded)
    }

    /// The file at `path` in `version`, by default the newest.
    ///
    /// # Errors
    /// `NotFound` without such an object, version or file; `Corrupt` when the stored bytes differ
    /// from those given or are gone; `Unavailable`.
    pub async fn read(&self, id: &ObjectId, path: &str, version: Option<u32>) -> Result<Verified> {
        let wanted = self.locate(id, path, version).await?;
        match self.read_once(&wanted).await {
            // A line or a store may give wrong bytes once: nothing is called damaged after one look.
            Err(VaultError::Corrupt { .. }) => {
                // A store that is going away also answers with cut-off bytes; that is no damage and
                // must not be reported as such.
                super::storage_root::is_there(&self.store).await?;
                self.read_once(&wanted).await
            }
            read => read,
        }
    }

    async fn read_once(&self, wanted: &Wanted) -> Result<Verified> {
        let found = wanted.open(&self.store).await?;
        // Nothing is given out before its last byte was hashed, so a big file waits on disk, not in memory.
        if found.meta.size > SMALL {
            let mut spool = NamedTempFile::new().map_err(spool_failed)?;
            let size = wanted.copy(found, &mut spool).await?;
            return Ok(Verified {
                digest: wanted.digest,
                size,
                body: Body::Spooled(spool),
            });
        }
        let bytes = found
            .bytes()
            .await
            .map_err(|error| wanted.unavailable(error))?;
        wanted.check(Digest::of(&bytes))?;
        let size = bytes.len() as u64;
        Ok(Verified {
            digest: wanted.digest,
            size,
            body: Body::Memory(bytes),
        })
    }

    /// Copies the file at `path` to `target` on disk, which appears only when all bytes are right,
    /// and replaces what was there. Says how many bytes they are.
    ///
    /// # Errors
    /// As [`Vault::read`]; also `Unavailable` when the target cannot be written.
    pub async fn read_to_path(
        &self,
        id: &ObjectId,
        path: &str,
        version: Option<u32>,
        target: &Path,
    ) -> Result<u64> {
        let wanted = self.locate(id, path, version).await?;
        match self.copy_once(&wanted, target).await {
            // As in `read`.
            Err(VaultError::Corrupt { .. }) => {
                super::storage_root::is_there(&self.store).await?;
                self.copy_once(&wanted, target).await
            }
            copied => copied,
        }
    }

    async fn copy_once(&self, wanted: &Wanted, target: &Path) -> Result<u64> {
        let found = wanted.open(&self.store).await?;
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let mut spool =
            // Beside the target, because only within one file system a rename puts the whole file there at once.
            NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(spool_failed)?;
        let size = wanted.copy(found, &mut spool).await?;
        spool
            .persist(target)
            // Only now does the target exist: whoever waits for the file never sees half of it.
            .map_err(|error| spool_failed(error.error))?;
        Ok(size)
    }

    async fn locate(&self, id: &ObjectId, path: &str, version: Option<u32>) -> Result<Wanted> {
        let inventory = self.inventory(id).await?;
        let number = version.unwrap_or(inventory.head());
        let what = format!("a file of version {number} of object {id}");
        let state = inventory
            .state(number)
            .ok_or_else(|| VaultError::not_found(&what))?;
        let digest = *state
            .get(path)
            .ok_or_else(|| VaultError::not_found(&what))?;
        let content_path = inventory
            // The inventory was checked for this when it was read, so here it is damage and not a
            // wrong question.
            .content_path(digest)
            .ok_or_else(|| VaultError::corrupt(&what, "unlisted"))?;
        let key = below(&object_root(id), content_path);
        Ok(Wanted { key, digest, what })
    }
}

/// A stored file and the bytes it should hold.
struct Wanted {
    key: Key,
    digest: Digest,
    what: String,
}

impl Wanted {
    async fn open(&self, store: &Arc<dyn ObjectStore>) -> Result<GetResult> {
        store.get(&self.key).await.map_err(|error| match error {
            // The inventory promises the file: its absence is damage, while `NotFound` would say
            // that nobody ever gave it.
            Error::NotFound { .. } => VaultError::corrupt(&self.what, "its bytes are gone"),
            other => self.unavailable(other),
        })
    }

    /// Copies and hashes in one pass.
    async fn copy(&self, found: GetResult, target: &mut NamedTempFile) -> Result<u64> {
        let mut hasher = Hasher::default();
        let mut chunks = found.into_stream();
        while let Some(chunk) = chunks
            .try_next()
            .await
            .map_err(|error| self.unavailable(error))?
        {
            hasher.update(&chunk);
            target.write_all(&chunk).map_err(spool_failed)?;
        }
        let (digest, size) = hasher.finish();
        self.check(digest)?;
        target.flush().map_err(spool_failed)?;
        Ok(size)
    }

    fn check(&self, found: Digest) -> Result<()> {
        if found == self.digest {
            return Ok(());
        }
        Err(VaultError::differs(&self.what, self.digest, found))
    }

    fn unavailable(&self, error: Error) -> VaultError {
        VaultError::unavailable(format!("reading {}", self.what), error)
    }
}

fn spool_failed(error: std::io::Error) -> VaultError {
    VaultError::unavailable("a temporary file", error)
}

/// Digest and length of what is stored under `key`, read through in pieces; `None` when nothing is.
pub(super) async fn hash_stored(
    store: &Arc<dyn ObjectStore>,
    key: &Key,
) -> Result<Option<(Digest, u64)>> {
    let failed = |error| VaultError::unavailable(format!("reading {key}"), error);
    let mut chunks = match store.get(key).await {
        Ok(found) => found.into_stream(),
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut hasher = Hasher::default();
    while let Some(chunk) = chunks.try_next().await.map_err(failed)? {
        hasher.update(&chunk);
    }
    Ok(Some(hasher.finish()))
}
