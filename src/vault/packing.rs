//! Versions of objects as whole things: what the listing alone says is there, the stored files of one, and putting them
//! back. For copies elsewhere, which grow by the versions they lack.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{ObjectStoreExt, PutMode};

use super::change_set::{Source, Upload};
use super::content::store_content;
use super::digest::Digest;
use super::error::{Result, VaultError};
use super::inventory::sidecar_of;
use super::paths::{
    INVENTORY, OBJECT_NAMASTE, OBJECT_NAMASTE_TEXT, OCFL, ObjectId, SIDECAR, below,
    split_object_key, version_of,
};
use super::read::hash_stored;
use super::{Vault, read_inventory};

/// A file of a version, by the name it has below the vault's base.
#[derive(Debug, Clone)]
pub struct PackedFile {
    /// Such as `ocfl/3c0/ff4/240/…/v1/content/….jpg`.
    pub name: String,
    /// Its SHA-256; none for bookkeeping.
    pub digest: Option<Digest>,
    /// Where its bytes are.
    pub body: PackedBody,
}

/// Where the bytes of a packed file are.
#[derive(Debug, Clone)]
pub enum PackedBody {
    /// The bytes themselves, held in memory: files of bookkeeping.
    Bytes(Bytes),
    /// A file of the vault of that many bytes, read when it is packed.
    Stored(u64),
}

impl Vault {
    /// The parts of the storage root that hold objects, such as `3c0`: one after another, a few thousandths of the
    /// vault are held in memory at a time.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn parts(&self) -> Result<Vec<String>> {
        let root = Key::from(OCFL);
        let failed = |error| VaultError::unavailable("listing the storage root", error);
        let listed = self.store.list_with_delimiter(Some(&root)).await;
        let folders = listed.map_err(failed)?.common_prefixes;
        let names = folders.iter().filter_map(|key| key.filename());
        let mut parts: Vec<String> = names
            .filter(|name| *name != "extensions")
            .map(str::to_owned)
            .collect();
        parts.sort();
        Ok(parts)
    }

    /// Locations of the objects of a part, and the newest version of each that counts. Nothing but names is read.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn listed(&self, part: &str) -> Result<BTreeMap<String, u32>> {
        let mut found = BTreeMap::new();
        let failed = |error| VaultError::unavailable("listing the vault", error);
        let mut listing = self.store.list(Some(&below(&Key::from(OCFL), part)));
        while let Some(file) = listing.try_next().await.map_err(failed)? {
            let Some((root, path)) = split_object_key(&file.location) else {
                continue;
            };
            // A version counts from its inventory on.
            let Some(version) = version_of(&path).filter(|_| path.ends_with(INVENTORY)) else {
                continue;
            };
            let newest: &mut u32 = found.entry(root.to_string()).or_default();
            *newest = version.max(*newest);
        }
        Ok(found)
    }

    /// Every stored file that a version added to the object at `location`, then the files at the object's root as
    /// that version left them: whoever writes the versions of an object one after another has the object.
    ///
    /// # Errors
    /// `NotFound` without such a version; `Corrupt` when its inventory is not usable; `Unavailable`.
    pub async fn packed(&self, location: &str, version: u32) -> Result<Vec<PackedFile>> {
        let root = Key::from(location);
        let missing = || VaultError::not_found(format!("version {version} of {location}"));
        let loaded = read_inventory::load_version(&self.store, &root, version)
            .await?
            .ok_or_else(missing)?;
        let mut files = Vec::new();
        for (path, digest) in loaded.inventory.content() {
            if version_of(path) != Some(version) {
                continue;
            }
            let key = below(&root, path);
            let size = self.size_of(&key).await?;
            files.push(PackedFile {
                name: key.to_string(),
                digest: Some(digest),
                body: PackedBody::Stored(size),
            });
        }
        let sidecar = sidecar_of(&loaded.bytes);
        let texts = [
            (format!("v{version}/{INVENTORY}"), loaded.bytes.clone()),
            (format!("v{version}/{SIDECAR}"), sidecar.clone()),
            (
                OBJECT_NAMASTE.to_owned(),
                Bytes::from_static(OBJECT_NAMASTE_TEXT.as_bytes()),
            ),
            (SIDECAR.to_owned(), sidecar),
            (INVENTORY.to_owned(), loaded.bytes),
        ];
        files.extend(texts.map(|(path, bytes)| PackedFile {
            name: below(&root, &path).to_string(),
            digest: None,
            body: PackedBody::Bytes(bytes),
        }));
        Ok(files)
    }

    async fn size_of(&self, key: &Key) -> Result<u64> {
        match self.store.head(key).await {
            Ok(meta) => Ok(meta.size),
            Err(object_store::Error::NotFound { .. }) => {
                Err(VaultError::corrupt(key.to_string(), "missing"))
            }
            Err(error) => Err(VaultError::unavailable(format!("looking at {key}"), error)),
        }
    }

    /// The bytes of a stored file, not hashed yet.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable`.
    pub async fn stored(&self, name: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let key = Key::from(name);
        let failed = |error| VaultError::unavailable("reading a stored file", error);
        match self.store.get(&key).await {
            Ok(found) => Ok(found.into_stream().map_err(failed).boxed()),
            Err(object_store::Error::NotFound { .. }) => Err(VaultError::not_found(name)),
            Err(error) => Err(failed(error)),
        }
    }

    /// Writes one packed file to where it belongs: content is checked against the digest it is named by and never
    /// replaces other content; what changes with a version replaces what was there.
    ///
    /// # Errors
    /// `Invalid` for a name outside every object, and for bytes that are not those of the name; `Unavailable`.
    pub async fn unpack(&self, name: &str, file: &Path, digest: Digest, size: u64) -> Result<()> {
        let key = Key::from(name);
        let Some((root, path)) = split_object_key(&key).filter(|_| key.as_ref() == name) else {
            return Err(VaultError::invalid("a name outside every object"));
        };
        if path.contains("/content/") {
            let named = path.rsplit('/').next().and_then(|name| name.get(..64));
            if named != Some(digest.to_string().as_str()) {
                return Err(VaultError::invalid(format!(
                    "other bytes than those of {name}"
                )));
            }
            let upload = Upload {
                content_path: path,
                digest,
                source: Source::File {
                    path: file.to_owned(),
                    digest,
                    size,
                },
            };
            return store_content(&self.store, &root, &upload).await;
        }
        let bytes = tokio::fs::read(file)
            .await
            .map_err(|error| VaultError::unavailable("reading an unpacked file", error))?;
        read_inventory::put(&self.store, &key, bytes.into(), PutMode::Overwrite)
            .await
            .map(drop)
    }

    /// As [`Vault::unpack`], where other bytes or none are there: those are copied beside the storage root first. False
    /// where the very bytes are there.
    ///
    /// # Errors
    /// As [`Vault::unpack`].
    pub async fn replace(
        &self,
        name: &str,
        file: &Path,
        digest: Digest,
        size: u64,
    ) -> Result<bool> {
        let key = Key::from(name);
        match hash_stored(&self.store, &key).await? {
            Some((found, _)) if found == digest => return Ok(false),
            // Copied and not moved: until the right bytes are there, the object has as much as it had.
            Some(_) => self.copy_aside(&key).await?,
            None => {}
        }
        self.unpack(name, file, digest, size).await?;
        Ok(true)
    }

    /// Which object lies at a location; none where no version counts.
    ///
    /// # Errors
    /// `Corrupt` when no inventory is usable; `Unavailable`.
    pub async fn id_at(&self, location: &str) -> Result<Option<ObjectId>> {
        let loaded = read_inventory::load(&self.store, &Key::from(location)).await;
        let found = match loaded {
            // A copy in a version's folder names the object too, so that all of it can be looked at.
            Err(damage @ VaultError::Corrupt { .. }) => {
                let copy = read_inventory::newest_copy(&self.store, &Key::from(location)).await?;
                Some(copy.ok_or(damage)?)
            }
            other => other?,
        };
        Ok(found.map(|found| found.inventory.id().clone()))
    }

    /// The highest version of which anything is stored at a location, finished or not; 0 where there is nothing.
    ///
    /// # Errors
    /// `Unavailable` when the store fails.
    pub async fn newest_folder(&self, location: &str) -> Result<u32> {
        let root = Key::from(location);
        let failed = |error| VaultError::unavailable(format!("listing {root}"), error);
        let mut listing = self.store.list(Some(&root));
        let mut newest = 0;
        while let Some(file) = listing.try_next().await.map_err(failed)? {
            let Some((_, path)) = split_object_key(&file.location) else {
                continue;
            };
            // Content before its inventory is a version on its way, which nobody was told of.
            let counts = path.ends_with(INVENTORY) || path.ends_with(SIDECAR);
            newest = newest.max(version_of(&path).filter(|_| counts).unwrap_or(0));
        }
        Ok(newest)
    }
}
