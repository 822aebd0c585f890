//! Plain files under one prefix of a store: what a foreign tool reads by name, outside the OCFL storage root.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};

use super::change_set::{Source, Upload};
use super::content::store_content;
use super::digest::{Digest, Hasher};
use super::error::{Result, VaultError};
use super::paths::{INBOX, LOG, UPLOADS, below};
use super::storage_root::{self, Location, Store};
use super::{Vault, read_inventory};

/// Files by name below one prefix. Names are segments of ASCII letters, digits, `-`, `_` and `.`, parted by `/`.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    base: Key,
}

impl Vault {
    /// The tiles and checkpoints of the log.
    pub fn log_files(&self) -> Files {
        Files {
            store: self.store.clone(),
            base: Key::from(LOG),
        }
    }

    /// What strangers sent and nobody took up yet.
    pub fn inbox_files(&self) -> Files {
        Files {
            store: self.store.clone(),
            base: Key::from(INBOX),
        }
    }

    /// Parts of uploads under way.
    pub fn upload_files(&self) -> Files {
        Files {
            store: self.store.clone(),
            base: Key::from(UPLOADS),
        }
    }
}

impl Files {
    /// The files of a place outside the vault.
    ///
    /// # Errors
    /// `Invalid` for a malformed address. `NotFound` for a folder that is not there: a share that is not mounted must
    /// not be replaced by a folder of the same name.
    pub fn at(location: &Location) -> Result<Self> {
        refuse_absent_folder(location)?;
        let store: Arc<dyn ObjectStore> = match storage_root::connect(location, true)? {
            Store::Folder(folder) => Arc::new(folder),
            Store::Other(store) => store,
        };
        let base = Key::default();
        Ok(Self { store, base })
    }

    /// As [`Files::at`], for whoever only reads: nothing is written there, so it may be a medium that takes nothing.
    ///
    /// # Errors
    /// As [`Files::at`].
    pub fn reading(location: &Location) -> Result<Self> {
        if is_elsewhere(location) {
            return Self::at(location);
        }
        refuse_absent_folder(location)?;
        let folder = storage_root::folder_of(&location.url)?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| VaultError::unavailable("opening a folder", error))?;
        let base = Key::default();
        Ok(Self {
            store: Arc::new(store),
            base,
        })
    }

    fn key(&self, name: &str) -> Key {
        below(&self.base, name)
    }

    /// The whole file; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>> {
        read_inventory::get(&self.store, &self.key(name)).await
    }

    /// Writes a file in place of what was there.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn put(&self, name: &str, bytes: Bytes) -> Result<()> {
        let mode = PutMode::Overwrite;
        read_inventory::put(&self.store, &self.key(name), bytes, mode)
            .await
            .map(drop)
    }

    /// Writes a file that never changes; the same bytes may be written again.
    ///
    /// # Errors
    /// `Corrupt` when other bytes are there, `Unavailable` when the store fails.
    pub async fn put_once(&self, name: &str, bytes: Bytes) -> Result<()> {
        let key = self.key(name);
        match read_inventory::put(&self.store, &key, bytes.clone(), PutMode::Create).await? {
            read_inventory::Put::Written => Ok(()),
            read_inventory::Put::Exists
                // A run that was cut off writes its tiles again; equal bytes are not a conflict but
                // the proof that both runs agree.
                if read_inventory::get(&self.store, &key).await?.as_ref() == Some(&bytes) =>
            {
                Ok(())
            }
            read_inventory::Put::Exists => {
                Err(VaultError::corrupt(name, "other bytes are there already"))
            }
        }
    }

    /// Writes a file from disk that is named by its digest or otherwise never changes, and reads it back.
    ///
    /// # Errors
    /// `Corrupt` when it is not there as it was given; `Unavailable` when the store fails.
    pub async fn put_file(&self, name: &str, path: &Path, digest: Digest, size: u64) -> Result<()> {
        let source = Source::File {
            path: path.to_owned(),
            digest,
            size,
        };
        let upload = Upload {
            content_path: name.to_owned(),
            digest,
            source,
        };
        store_content(&self.store, &self.base, &upload).await
    }

    /// Writes a whole file to `to`, and gives its digest and length; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable` when the store or the disk fails.
    pub async fn fetch(&self, name: &str, to: &mut File) -> Result<Option<(Digest, u64)>> {
        let failed = |error| VaultError::unavailable(format!("reading {name}"), error);
        let mut chunks = match self.store.get(&self.key(name)).await {
            Ok(found) => found.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut hasher = Hasher::default();
        while let Some(chunk) = chunks.try_next().await.map_err(failed)? {
            hasher.update(&chunk);
            to.write_all(&chunk)
                .map_err(|error| VaultError::unavailable("writing a fetched file", error))?;
        }
        Ok(Some(hasher.finish()))
    }

    /// Names of the folders directly below `prefix`, sorted.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>> {
        let key = self.key(prefix);
        let failed = |error| VaultError::unavailable("listing folders", error);
        let listed = self.store.list_with_delimiter(Some(&key)).await;
        let found = listed.map_err(failed)?.common_prefixes;
        let names = found.iter().filter_map(|key| key.filename());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }

    /// Removes one file, if it is there.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn remove(&self, name: &str) -> Result<()> {
        match self.store.delete(&self.key(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(VaultError::unavailable("removing a file", error)),
        }
    }

    /// Names of the files below `prefix`, sorted.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let listed = self.store.list(Some(&self.key(prefix)));
        let failed = |error| VaultError::unavailable("listing files", error);
        let found: Vec<Key> = listed
            .map_ok(|meta| meta.location)
            .try_collect()
            .await
            .map_err(failed)?;
        let inside = |key: &Key| {
            let parts = key.prefix_match(&self.base)?;
            Some(
                parts
                    .map(|part| part.as_ref().to_owned())
                    .collect::<Vec<_>>()
                    .join("/"),
            )
        };
        let mut names: Vec<String> = found.iter().filter_map(inside).collect();
        // Stores list in orders of their own (a folder by its file system); whoever compares two
        // places needs one order.
        names.sort();
        Ok(names)
    }

    /// Removes the files below `prefix`.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn remove_below(&self, prefix: &str) -> Result<()> {
        let listed = self.store.list(Some(&self.key(prefix)));
        let keys = listed.map_ok(|meta| meta.location).boxed();
        let failed = |error| VaultError::unavailable("removing files", error);
        let mut removed = self.store.delete_stream(keys);
        while removed.try_next().await.map_err(failed)?.is_some() {}
        Ok(())
    }
}

fn is_elsewhere(location: &Location) -> bool {
    location.url == "memory:" || location.url.starts_with("s3://")
}

fn refuse_absent_folder(location: &Location) -> Result<()> {
    if !is_elsewhere(location) && !Path::new(storage_root::folder_of(&location.url)?).is_dir() {
        return Err(VaultError::not_found("the folder"));
    }
    Ok(())
}
