//! What can be made again (thumbnails, words of unapproved pages): cached outside the storage root,
//! overwritten freely, gone at any time.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{ObjectStore, PutMode};

use super::error::{Result, VaultError};
use super::paths::{CACHE, cache_key};
use super::{Vault, read_inventory};

impl Vault {
    /// Keeps `bytes` under `name`: segments of ASCII letters, digits, `-`, `_`, `.`, parted by `/`.
    ///
    /// # Errors
    /// `Invalid` for another name, `Unavailable` when the store fails.
    pub async fn put_cache(&self, name: &str, bytes: Bytes) -> Result<()> {
        read_inventory::put(&self.store, &cache_key(name)?, bytes, PutMode::Overwrite)
            .await
            .map(drop)
    }

    /// What is cached under `name`, if it still is.
    ///
    /// # Errors
    /// `Invalid` for another name, `Unavailable` when the store fails.
    pub async fn get_cache(&self, name: &str) -> Result<Option<Bytes>> {
        read_inventory::get(&self.store, &cache_key(name)?).await
    }

    /// Drops `name` and everything below it; without a name, the whole cache. Says how many
    /// entries went.
    ///
    /// # Errors
    /// `Invalid` for another name, `Unavailable` when the store fails.
    pub async fn drop_cache(&self, name: Option<&str>) -> Result<u64> {
        let prefix = name.map_or(Ok(Key::from(CACHE)), cache_key)?;
        let failed = |error| VaultError::unavailable("dropping cache entries", error);
        let below = self.store.list(Some(&prefix)).map_ok(|meta| meta.location);
        // A listing below a prefix does not name an entry that is called exactly as the prefix, so
        // that one is asked for on its own.
        let own = futures::stream::iter(
            read_inventory::exists(&self.store, &prefix)
                .await?
                .then_some(prefix),
        );
        let mut dropped = self.store.delete_stream(below.chain(own.map(Ok)).boxed());
        let mut count = 0;
        while dropped.try_next().await.map_err(failed)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// Whether the store answers, and a folder takes bytes, for readiness checks.
    ///
    /// # Errors
    /// `Unavailable` when it does not.
    pub async fn answers(&self) -> Result<()> {
        super::storage_root::answers(&self.store).await?;
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let full = |error| VaultError::unavailable("writing to the vault's folder", error);
        folder.takes_bytes().await.map_err(full)
    }
}
